"""What stands in one date text: numbers, a month's name, a time, before any order is known.

Lives here: recognising. Must never live here: choosing between two readings. What a
newcomer would question: `dateutil` is not used. It chooses an order per value and invents
parts that are missing, and both put a wrong date in front of a person without a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, time, timedelta, timezone, tzinfo
from typing import Final, Literal

from importer.core.date_words import MONTHS, WEEKDAYS, fold_word

PIVOT: Final = 69
"""Two-digit years from here on are of the 1900s (69 is 1969), those below of the 2000s."""
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100

_LONGEST: Final = 80
"""No date is longer; a longer text is not looked at."""

Order = Literal["day-first", "month-first", "year-first"]
Trouble = Literal["", "incomplete", "number", "impossible", "range", "text"]

_TIME = (
    r"(?:(?:\s*[T,]\s*|\s+)(?:(?:um|at|à|às|om|alle|в)\s+)?(?P<h>\d{1,2})[:h](?P<min>\d{2})"
    r"(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?(?:\s*(?:Uhr|uur|h)\b)?"
    r"(?:\s*(?P<ap>[ap])\.?\s?m\.?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?"
)
_NUMERIC = re.compile(
    r"(?P<a>\d{1,4})\s*(?P<sep>[./-])\s*(?P<b>\d{1,2})\s*(?P=sep)\s*(?P<c>\d{1,4})(?:\s*г\.?)?"
    + _TIME,
    re.IGNORECASE,
)
_WORD = r"(?P<word>[^\W\d_]{3,12})\.?"
_YEAR = r"'?(?P<y>\d{4}|\d{2})(?:\s*(?:г|года)\.?)?"
_GAP = r"[\s./-]*"
_OF = r"(?:\s*(?:de|del|of|di|d')\s+)?"
_WORDED = tuple(
    re.compile(pattern + _TIME, re.IGNORECASE)
    for pattern in (
        r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|re|e|º|°|\.)?"
        + _GAP
        + _OF
        + _WORD
        + ",?"
        + _GAP
        + _OF
        + _YEAR,
        _WORD + _GAP + r"(?P<d>\d{1,2})(?:st|nd|rd|th|\.)?(?:,\s*|[\s./-]+)" + _YEAR,
        r"(?P<y>\d{4})" + _GAP + _WORD + _GAP + r"(?P<d>\d{1,2})",
    )
)
_CJK = re.compile(
    r"(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]?" + _TIME, re.IGNORECASE
)
_WEEKDAY = re.compile(r"(?P<word>[^\W\d_]{2,12})\.?,?\s+(?=\S)")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_INCOMPLETE = re.compile(
    r"(?:\d{1,2}[./-]\d{4}|\d{4}[./-]\d{1,2}|\d{1,2}[./]\d{1,2}\.?|\d{4}\s*年\s*\d{1,2}\s*月"
    r"|\d{1,2}\s*月\s*\d{1,2}\s*[日号])"
)
_INCOMPLETE_WORDED = re.compile(r"(?:\d{1,4}\W*)?(?P<word>[^\W\d_]{3,12})(?:\W*(?:de\s+)?\d{1,4})?")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day with the zone that the text names, if it does."""

    time: time
    zone: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """One text taken apart.

    Attributes:
        trouble: Why it is no date; empty when it is one, in some order.
        fixed: The date, where the text allows one reading only.
        day_first, month_first, year_first: The date in that order; None: impossible.
        is_dotted: `30.09.2015`.
        is_short: The year has two digits.
    """

    trouble: Trouble = ""
    detail: str = ""
    fixed: date | None = None
    day_first: date | None = None
    month_first: date | None = None
    year_first: date | None = None
    is_dotted: bool = False
    is_short: bool = False
    clock: Clock | None = None


def parse_parts(text: str) -> Parts:
    """Take one text apart; it must be stripped and not blank."""
    if len(text) > _LONGEST:
        return Parts("text")
    numeric = _NUMERIC.fullmatch(text)
    if numeric is not None:
        return _read_numeric(numeric)
    if _NUMBER.fullmatch(text):
        return Parts("incomplete") if re.fullmatch(r"(?:19|20)\d\d", text) else Parts("number")
    worded = _find_worded(text)
    if worded is not None:
        return worded
    if _INCOMPLETE.fullmatch(text):
        return Parts("incomplete")
    found = _INCOMPLETE_WORDED.fullmatch(text)
    if found is not None and fold_word(found["word"]) in MONTHS:
        return Parts("incomplete")
    return Parts("text")


def _read_numeric(found: re.Match[str]) -> Parts:
    a, b, c = found["a"], found["b"], found["c"]
    is_dotted = found["sep"] == "."
    try:
        clock = _read_clock(found)
    except ValueError as error:
        return Parts("impossible", str(error))
    first, second, third = int(a), int(b), int(c)
    if len(a) == 4:
        if len(c) > 2:
            return Parts("text")
        return _fix(first, second, third, clock)
    if len(a) > 2 or len(c) not in (2, 4):
        return Parts("text")
    is_short = len(c) == 2
    year = _century(third) if is_short else third
    by_day, by_month = _date(year, second, first), _date(year, first, second)
    by_year = _date(_century(first), second, third) if is_short and len(a) == 2 else None
    if by_year is not None and by_day is None and by_month is None:
        return Parts(fixed=by_year, year_first=by_year, is_short=True, clock=clock)
    if by_day is None and by_month is None:
        return Parts("impossible", _why_impossible(first, second))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Parts("range", str(year))
    return Parts(
        fixed=by_day if by_day == by_month else None,
        day_first=by_day,
        month_first=by_month,
        year_first=by_year,
        is_dotted=is_dotted,
        is_short=is_short,
        clock=clock,
    )


def _find_worded(text: str) -> Parts | None:
    """A date with its month as a word, or in Chinese and Japanese."""
    found = _CJK.fullmatch(text)
    if found is not None:
        return _read_worded(found, int(found["m"]))
    weekday = _WEEKDAY.match(text)
    if weekday is not None and fold_word(weekday["word"]) in WEEKDAYS:
        rest = text[weekday.end() :]
        numeric = _NUMERIC.fullmatch(rest)
        if numeric is not None:
            return _read_numeric(numeric)
        text = rest
    for pattern in _WORDED:
        found = pattern.fullmatch(text)
        if found is not None:
            month = MONTHS.get(fold_word(found["word"]))
            if month is not None:
                return _read_worded(found, month)
    return None


def _read_worded(found: re.Match[str], month: int) -> Parts:
    try:
        clock = _read_clock(found)
    except ValueError as error:
        return Parts("impossible", str(error))
    is_short = len(found["y"]) == 2
    year = _century(int(found["y"])) if is_short else int(found["y"])
    return _fix(year, month, int(found["d"]), clock, is_short=is_short)


def _fix(year: int, month: int, day: int, clock: Clock | None, *, is_short: bool = False) -> Parts:
    fixed = _date(year, month, day)
    if fixed is None:
        return Parts("impossible", _why_impossible(day, month))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Parts("range", str(year))
    return Parts(fixed=fixed, is_short=is_short, clock=clock)


def _read_clock(found: re.Match[str]) -> Clock | None:
    """The time of day in a match; raises ValueError for 25:00."""
    if found["h"] is None:
        return None
    hour, minute, second = int(found["h"]), int(found["min"]), int(found["s"] or 0)
    half = (found["ap"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(f"there is no {hour} o'clock {half}m")
        hour = hour % 12 + (12 if half == "p" else 0)
    micro = int((found["f"] or "0").ljust(6, "0")[:6])
    try:
        clock = time(hour, minute, second, micro)
    except ValueError as error:
        raise ValueError(f"there is no time {hour}:{minute:02}:{second:02}") from error
    return Clock(clock, _read_zone(found["zone"]))


def _read_zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _century(year: int) -> int:
    return year + (1900 if year >= PIVOT else 2000)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _why_impossible(day: int, month: int) -> str:
    if day > 31 or (month > 12 and day > 12):
        return "no day and month have these numbers"
    if month > 12:
        return f"there is no month {month}"
    return f"month {month} has no day {day}"
