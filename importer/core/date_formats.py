"""Dates in a form that the mapping names: strptime formats, serials and seconds since 1970.

Lives here: reading a text by a stated format. Must never live here: guessing one. What a
newcomer would question: a plain number is never taken for a date by itself. 39690 is a day
in 2008 and a staff number; only the mapping can know.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from importer.core.date_parts import FIRST_YEAR, LAST_YEAR, Clock, Parts
from importer.core.model import Finding

EXCEL_SERIAL: Final = "excel-serial"
EXCEL_SERIAL_1904: Final = "excel-serial-1904"
EPOCH_S: Final = "epoch-s"
EPOCH_MS: Final = "epoch-ms"
SPECIAL_FORMATS: Final = (EXCEL_SERIAL, EXCEL_SERIAL_1904, EPOCH_S, EPOCH_MS)

_DAY_S: Final = 86_400
_LEAP_BUG: Final = 60
"""Excel's serial of 29 February 1900, a day that never was."""
_TIME_DIRECTIVES: Final = ("%H", "%I", "%M", "%S", "%X", "%c", "%f", "%T", "%R")


def read_format(text: str, pattern: str) -> Parts | Finding:
    """Read a text by a format, or say why it does not fit."""
    if pattern in SPECIAL_FORMATS:
        return _read_number(text, pattern)
    try:
        moment = datetime.strptime(text, pattern)  # noqa: DTZ007 - the caller knows the zone
    except ValueError:
        return Finding(
            "date-format",
            f"'{text}' does not fit the format {pattern} that the mapping gives.",
            "Correct the cell or the format; 2024-01-31 is understood besides.",
        )
    return _parts_of(
        moment,
        has_time=any(d in pattern for d in _TIME_DIRECTIVES),
        is_short="%y" in pattern,
    )


def _parts_of(moment: datetime, *, has_time: bool, is_short: bool = False) -> Parts:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return Parts("range", str(moment.year))
    clock = Clock(moment.time(), moment.tzinfo) if has_time else None
    return Parts(fixed=moment.date(), is_short=is_short, clock=clock)


def _read_number(text: str, pattern: str) -> Parts | Finding:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    moment = _moment(number, pattern) if number.is_finite() else None
    if moment is None:
        return Finding(
            "date-format",
            f"'{text}' is no date in the form {pattern} that the mapping gives.",
            "Correct the cell or the format; 2024-01-31 is understood besides.",
        )
    has_time = pattern in (EPOCH_S, EPOCH_MS) or number != int(number)
    return _parts_of(moment, has_time=has_time)


def _moment(number: Decimal, pattern: str) -> datetime | None:
    """The moment that a number stands for; None where there is none."""
    try:
        if pattern == EPOCH_S:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=float(number))
        if pattern == EPOCH_MS:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=float(number))
        days = int(number)
        seconds = round((number - days) * _DAY_S)
        base = datetime(1904, 1, 1)  # noqa: DTZ001 - a serial has no zone
        if pattern == EXCEL_SERIAL:
            if days < 1 or days == _LEAP_BUG:
                return None
            base = datetime(1899, 12, 30 if days > _LEAP_BUG else 31)  # noqa: DTZ001
        return base + timedelta(days=days, seconds=seconds)
    except OverflowError:
        return None


def describe_number(text: str) -> Finding:
    """Say of a plain number which date it might be, and how to say so in the mapping."""
    offers = []
    for pattern in (EXCEL_SERIAL, EPOCH_S, EPOCH_MS):
        read = _read_number(text, pattern)
        if isinstance(read, Parts) and read.fixed is not None and _is_likely(read.fixed):
            offers.append((pattern, read.fixed.isoformat()))
    compact = _compact_day(text)
    if compact is not None:
        offers.append(("%Y%m%d", compact))
    hint = "Write it like 2024-01-31."
    if offers:
        ways = " or ".join(f"`format: '{f}'` (it would be {day})" for f, day in offers)
        hint = f"If it is a date, say its form in the mapping: {ways}."
    return Finding("date-plain-number", f"'{text}' is a plain number, not a date.", hint)


def _is_likely(day: date) -> bool:
    return 1975 <= day.year <= 2060


def _compact_day(text: str) -> str | None:
    if len(text) != 8 or not text.isdecimal():
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day.isoformat() if _is_likely(day) else None
