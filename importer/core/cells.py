"""How the value of a spreadsheet cell reads as text: what a person sees, never more digits.

Lives here: pure functions from typed cell values (numbers, dates, booleans) to text, and the
reading of number format codes. Must never live here: files, or what a column means. What a
newcomer would question: a percentage or a price reads as the plain number behind it (0.5,
1234.5), because grouping, signs and units depend on the reader's country while the number
does not; only a format that is nothing but zeros (00042) is part of the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_WHOLE: Final = 10**15
"""From here on a number cell cannot be trusted to the last digit (15 are kept)."""

LAST_SERIAL: Final = 2_958_466
"""The first day number behind 9999-12-31; spreadsheets have no later date."""

DAYS_TO_1904: Final = 1462

DAY: Final = timedelta(days=1)
LAST_DAY: Final = datetime(9999, 12, 31)  # noqa: DTZ001 - a spreadsheet knows no time zone


class NumberKind(StrEnum):
    """What a number format makes of a number."""

    NUMBER = "number"
    DATE = "date"
    """A date, a time, or both: the number's size decides."""
    DURATION = "duration"
    ZEROS = "zeros"
    """Nothing but zeros: 42 under 00000 is read as 00042."""


def format_number(value: float) -> str:
    """Write a number in plain decimals: no exponent, no `.0`, at most 15 significant digits."""
    if isinstance(value, int):
        if -LONGEST_WHOLE < value < LONGEST_WHOLE:
            return str(value)
    elif value.is_integer() and -LONGEST_WHOLE < value < LONGEST_WHOLE:
        return str(int(value))
    try:
        text = format(value, ".15g")
    except OverflowError:
        text = format(Decimal(value), ".15g")
    if "e" in text:
        text = format(Decimal(text), "f")
    return text


def format_date(value: date) -> str:
    """Write a date, or a date and time, in ISO 8601; midnight says no time."""
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.microsecond:
        value = round_to_second(value)
    if value.tzinfo is None and value.time() == time():
        return value.date().isoformat()
    return value.isoformat(timespec="seconds")


def format_time(value: time) -> str:
    """Write a time of day as HH:MM:SS, to the nearest second of the same day."""
    if value.microsecond >= 500_000 and value.replace(microsecond=0) < time(23, 59, 59):
        value = (datetime.combine(date.min, value) + timedelta(seconds=0.5)).time()
    return value.isoformat(timespec="seconds")


def format_duration(value: timedelta) -> str:
    """Write a duration as HH:MM:SS; hours go on above 24."""
    seconds = round(value.total_seconds())
    sign = "-" if seconds < 0 else ""
    minutes, second = divmod(abs(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{sign}{hours:02}:{minute:02}:{second:02}"


def round_to_second(value: datetime) -> datetime:
    """Round to the nearest second: a day number is often a hair below the minute it means."""
    whole = value.replace(microsecond=0)
    if value.microsecond < 500_000 or whole >= datetime.max.replace(microsecond=0):  # noqa: DTZ901
        return whole
    return whole + timedelta(seconds=1)


def format_serial(serial: float, kind: NumberKind, *, is_1904: bool = False) -> str:
    """Write a day number under a date or duration format.

    A negative number and one behind the year 9999 stay numbers (Excel shows `#####` there).
    Day 60 of the 1900 system is the 29 February that never was: written as people see it.
    """
    if not 0 <= serial < LAST_SERIAL - (DAYS_TO_1904 if is_1904 else 0):
        return format_number(serial)
    if kind is NumberKind.DURATION:
        return format_duration(serial * DAY)
    if serial < 1:
        return format_date_of(datetime(1900, 1, 1), serial)[11:]  # noqa: DTZ001
    if is_1904:
        return drop_midnight(format_date_of(datetime(1904, 1, 1), serial))  # noqa: DTZ001
    if serial < 60:
        return drop_midnight(format_date_of(datetime(1899, 12, 31), serial))  # noqa: DTZ001
    text = format_date_of(datetime(1899, 12, 30), serial)  # noqa: DTZ001
    if text < "1900-03-01":
        text = f"1900-02-29{text[10:]}"
    return drop_midnight(text)


def format_date_of(epoch: datetime, serial: float) -> str:
    """Write the moment that lies `serial` days after `epoch`, with its time, to the second."""
    days = int(serial)
    seconds = round((serial - days) * 86_400)
    if seconds == 86_400 and (days == 0 or epoch + timedelta(days=days) >= LAST_DAY):
        seconds -= 1
    return (epoch + timedelta(days=days, seconds=seconds)).isoformat(timespec="seconds")


def drop_midnight(text: str) -> str:
    """Take `T00:00:00` off an ISO date and time."""
    return text.removesuffix("T00:00:00")


# --- number formats ---------------------------------------------------------------------------

_LITERAL: Final = re.compile(r'"[^"]*"|\\.|_.|\*.')
_BRACKET: Final = re.compile(r"\[([^\]]*)\]")
_ELAPSED: Final = re.compile(r"h+|m+|s+", re.IGNORECASE)
_NO_DATE: Final = re.compile(r"general|e[+-]", re.IGNORECASE)
_DATE: Final = re.compile(r"[dmyhs]|(?<![0#?])[eg]+(?![a-z])|am/pm|a/p", re.IGNORECASE)
_ZEROS: Final = re.compile(r"0{2,}")

BUILT_IN_DATES: Final = frozenset(
    {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)},
)
"""Format numbers that mean a date without a code being written; 27 to 58 are East Asian."""

BUILT_IN_DURATION: Final = 46


def read_number_format(code: str) -> tuple[NumberKind, int]:
    """Say what a number format code makes of a positive number, and how many zeros it pads to.

    Only the first section counts (the others are for negative numbers, zero and text).
    """
    first = _first_section(code)
    bare = _LITERAL.sub("", first)
    if any(_ELAPSED.fullmatch(inner) for inner in _BRACKET.findall(bare)):
        return NumberKind.DURATION, 0
    bare = _BRACKET.sub("", bare)
    if _DATE.search(_NO_DATE.sub("", bare)):
        return NumberKind.DATE, 0
    shown = _BRACKET.sub("", re.sub(r"_.|\*.", "", first)).strip()
    if _ZEROS.fullmatch(shown):
        return NumberKind.ZEROS, len(shown)
    return NumberKind.NUMBER, 0


def _first_section(code: str) -> str:
    """The part of a format code before the first semicolon that is no literal."""
    start = 0
    for literal in _LITERAL.finditer(code):
        end = code.find(";", start, literal.start())
        if end >= 0:
            return code[:end]
        start = literal.end()
    end = code.find(";", start)
    return code if end < 0 else code[:end]


def pad_zeros(value: float, width: int) -> str:
    """Write a whole number under a format of `width` zeros; others stay plain numbers."""
    text = format_number(value)
    if "." in text:
        return text
    return f"-{text[1:].zfill(width)}" if text.startswith("-") else text.zfill(width)


# --- whole columns ----------------------------------------------------------------------------

_NUMBERS: Final = frozenset({int, float})
_WRITERS: Final[dict[type, Callable[[Any], str]]] = {
    str: str,
    float: format_number,
    int: format_number,
    bool: lambda value: "TRUE" if value else "FALSE",
    datetime: format_date,
    date: format_date,
    time: format_time,
    timedelta: format_duration,
    type(None): lambda _: "",
}


def format_cell(value: object) -> str:
    """Write one cell value as text; a type that no spreadsheet library gives reads as `str`."""
    return _WRITERS.get(type(value), str)(value)


def format_column(values: Sequence[object]) -> tuple[NDArray[np.object_], bool]:
    """Write a column of cell values as texts; each distinct value is written once.

    Returns:
        The texts, and whether some number has more than the 15 digits that a cell can hold.
    """
    texts = np.empty(len(values), dtype=object)
    types = set(map(type, values))
    if types <= {str}:
        texts[:] = values
        return texts, False
    distinct = set(values)
    if bool in types and len(types) > 1:
        # True, 1 and 1.0 are one key to Python, so these columns go cell by cell.
        texts[:] = [format_cell(value) for value in values]
    else:
        written = {value: format_cell(value) for value in distinct}
        texts[:] = list(map(written.__getitem__, values))
    return texts, not types.isdisjoint(_NUMBERS) and any(map(has_lost_digits, distinct))


def has_lost_digits(value: object) -> bool:
    """Whether a cell value is a number of more digits than a spreadsheet keeps."""
    return type(value) in _NUMBERS and abs(value) >= LONGEST_WHOLE  # type: ignore[arg-type]
