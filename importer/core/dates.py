"""Dates: whose order is decided for a column, and then read.

Lives here: classes of date texts, the evidence of a column, the reading of one text. Must
never live here: files or a clock; time-zone rules come from the standard library's tables.
What a newcomer would question: an ambiguous date is an error until its column (or the
mapping) says the order. 03/04 is in March for one half of the world and in April for the
other, and nobody notices a wrong guess.

Two-digit years: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068 (as POSIX has it).
A date without a time never meets a time zone: where the ATS wants a date-time it is sent as
midnight UTC of the same day. A time without a zone takes the mapping's `time_zone`, else
UTC, and both are said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from importer.core.date_formats import SPECIAL_FORMATS, describe_number, read_format
from importer.core.date_parts import FIRST_YEAR, LAST_YEAR, Clock, Parts, parse_parts
from importer.core.model import Converted, Finding

__all__ = [
    "SPECIAL_FORMATS",
    "DateClass",
    "DateDecision",
    "DateEvidence",
    "classify_date",
    "read_date",
]

Wants = Literal["date", "date-time", "any"]

SHORT_YEAR: Final = "two-digit year read as 1969 to 2068"
MIDNIGHT: Final = "date without a time sent as midnight UTC"
TIME_LEFT_OUT: Final = "time of day left out"
DOTTED: Final = "dotted date read day first"
CLOCK_CHANGE: Final = "time at a clock change read as the earlier one"

_EXAMPLES: Final = 3
_ORDER_HINT: Final = (
    "Say the order in the mapping: `dates: day-first` or `dates: month-first`, in this entry"
    " or, for the whole file, under `source:`."
)


class DateClass(StrEnum):
    """What one date text says about its column's order."""

    FIXED = "fixed"
    """One reading whatever the order: 2024-03-01, 1 Mar 2024, 03/03/2024."""
    DAY_FIRST_ONLY = "day_first_only"
    MONTH_FIRST_ONLY = "month_first_only"
    EITHER = "either"
    NOT_A_DATE = "not_a_date"


@dataclass(frozen=True, slots=True)
class DateDecision:
    """What a column's texts say together.

    Attributes:
        order: None: nothing decides it, or the texts contradict each other.
        examples: Up to three texts that decide it; for a contradiction, some of each side.
        why: The same as a sentence for a person; empty where no text has an order.
    """

    order: str | None
    is_contradictory: bool = False
    examples: tuple[str, ...] = ()
    why: str = ""


def classify_date(text: str) -> DateClass:
    """Tell what one text says about the order of day and month."""
    return _classify(parse_parts(text.strip()))


def _classify(parts: Parts) -> DateClass:
    if parts.trouble:
        return DateClass.NOT_A_DATE
    if parts.fixed is not None:
        return DateClass.FIXED
    if parts.month_first is None:
        return DateClass.DAY_FIRST_ONLY
    if parts.day_first is None:
        return DateClass.MONTH_FIRST_ONLY
    return DateClass.EITHER


@dataclass(slots=True)
class DateEvidence:
    """The date texts of one column, counted by what they say about its order.

    Feed it every distinct text with the number of its rows; memory stays bounded.
    """

    counts: dict[DateClass, int] = field(default_factory=lambda: dict.fromkeys(DateClass, 0))
    _examples: dict[DateClass, list[str]] = field(default_factory=dict)
    _undotted: int = 0

    def observe(self, text: str, rows: int = 1) -> None:
        """Count one distinct text; blank ones say nothing."""
        stripped = text.strip()
        if not stripped:
            return
        parts = parse_parts(stripped)
        kind = _classify(parts)
        self.counts[kind] += rows
        if kind is DateClass.EITHER and not parts.is_dotted:
            self._undotted += rows
        examples = self._examples.setdefault(kind, [])
        if len(examples) < _EXAMPLES and stripped not in examples:
            examples.append(stripped)

    def decide(self) -> DateDecision:
        """Decide the column's order from everything observed."""
        day = self._examples.get(DateClass.DAY_FIRST_ONLY, [])
        month = self._examples.get(DateClass.MONTH_FIRST_ONLY, [])
        either = self._examples.get(DateClass.EITHER, [])
        if day and month:
            return DateDecision(
                None,
                is_contradictory=True,
                examples=(*day[:2], *month[:2]),
                why=f"{day[0]} can only be day first, {month[0]} only month first.",
            )
        if day:
            return DateDecision("day-first", examples=tuple(day), why=_because(day[0], "day"))
        if month:
            return DateDecision(
                "month-first", examples=tuple(month), why=_because(month[0], "month")
            )
        if either and not self._undotted:
            return DateDecision(
                "day-first",
                examples=tuple(either),
                why=f"Dates with dots such as {either[0]} have the day first by convention.",
            )
        why = f"{either[0]} can be read both ways, and no other date decides it." if either else ""
        return DateDecision(None, examples=tuple(either), why=why)

    def contradict(self, text: str, judged: Converted) -> Converted:
        """Add to a judged text of a contradictory column what that means for it.

        A text that can be read one way only, against most such rows of the column, becomes an
        error: either it or the rest is wrong. The others keep what they are.
        """
        kind = classify_date(text)
        day = self.counts[DateClass.DAY_FIRST_ONLY]
        month = self.counts[DateClass.MONTH_FIRST_ONLY]
        is_minority = (kind is DateClass.DAY_FIRST_ONLY and day <= month) or (
            kind is DateClass.MONTH_FIRST_ONLY and month <= day
        )
        if not is_minority:
            return judged
        finding = Finding(
            "date-contradicts",
            f"'{text.strip()}' has another order of day and month than the rest of its column:"
            f" {self.decide().why}",
            "Correct it, or write this column's dates as 2024-01-31.",
        )
        return Converted(None, (*judged.findings, finding), judged.cleaned)


def _because(text: str, first: str) -> str:
    return f"{text} can only be read with the {first} first."


def read_date(
    text: str,
    *,
    order: str | None = None,
    format: str | None = None,  # noqa: A002 - the mapping's own word
    time_zone: str | None = None,
    wants: Wants = "any",
) -> Converted:
    """Read one date text as ISO 8601.

    Args:
        text: The cell; blank gives None.
        order: Of day and month in this column; None: not known.
        format: strptime format or one of `SPECIAL_FORMATS`. ISO texts are read besides, since
            workbooks mix real date cells with text.
        time_zone: IANA name for times without a zone; None: UTC.
        wants: What the field takes; `any`: a date stays a date, a date-time a date-time.

    Returns:
        `YYYY-MM-DD`, or `YYYY-MM-DDTHH:MM:SS` with `Z` or an offset.
    """
    stripped = text.strip()
    if not stripped:
        return Converted(None)
    if format is None:
        parts = _parse_iso_day(stripped) or parse_parts(stripped)
    else:
        read = read_format(stripped, format)
        if isinstance(read, Parts):
            parts = read
        else:
            parts = parse_parts(stripped)
            if parts.fixed is None or not stripped[:4].isdecimal():
                return Converted(None, (read,))
    chosen = _choose(stripped, parts, order)
    if isinstance(chosen, Finding):
        return Converted(None, (chosen,))
    cleaned: tuple[str, ...] = (SHORT_YEAR,) if parts.is_short else ()
    is_open = parts.fixed is None and None not in (parts.day_first, parts.month_first)
    if is_open and order is None:
        cleaned = (*cleaned, DOTTED)
    return _write(chosen, parts.clock, wants, time_zone, cleaned)


def _parse_iso_day(text: str) -> Parts | None:
    """The everyday text, `2024-01-31`, without the long way round."""
    if len(text) != 10 or text[4] != "-":
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return Parts(fixed=found) if FIRST_YEAR <= found.year <= LAST_YEAR else None


def _choose(text: str, parts: Parts, order: str | None) -> date | Finding:
    """Take the one reading that the order, or the text itself, leaves."""
    if parts.trouble:
        return _explain(text, parts)
    if order == "year-first" and parts.is_short and parts.day_first != parts.month_first:
        return parts.year_first or _against(text, order)
    if parts.fixed is not None:
        return parts.fixed
    if order == "day-first":
        return parts.day_first or _against(text, order)
    if order == "month-first":
        return parts.month_first or _against(text, order)
    if parts.day_first is None or parts.month_first is None:
        only = parts.day_first or parts.month_first
        assert only is not None, "a text without trouble has a reading"
        return only
    return parts.day_first if parts.is_dotted else _ambiguous(text, parts)


def _write(
    day: date, clock: Clock | None, wants: Wants, time_zone: str | None, cleaned: tuple[str, ...]
) -> Converted:
    """Write a date and perhaps a time as the field wants it."""
    if clock is None:
        if wants != "date-time":
            return Converted(day.isoformat(), (), cleaned)
        return Converted(f"{day.isoformat()}T00:00:00Z", (), (*cleaned, MIDNIGHT))
    if wants == "date":
        lost = () if clock.time == time() else (TIME_LEFT_OUT,)
        return Converted(day.isoformat(), (), (*cleaned, *lost))
    zone = clock.zone
    if zone is None:
        name = time_zone or "UTC"
        zone = _load_zone(name)
        cleaned = (*cleaned, f"time zone assumed: {name}")
    moment = datetime.combine(day, clock.time, tzinfo=zone)
    if moment.utcoffset() != moment.replace(fold=1).utcoffset():
        cleaned = (*cleaned, CLOCK_CHANGE)
    written = moment.isoformat(timespec="milliseconds" if clock.time.microsecond else "seconds")
    return Converted(written.replace("+00:00", "Z"), (), cleaned)


@lru_cache(maxsize=64)
def _load_zone(name: str) -> tzinfo:
    return ZoneInfo(name)


# --- what is said ------------------------------------------------------------------------------


def _explain(text: str, parts: Parts) -> Finding:
    if parts.trouble == "number":
        return describe_number(text)
    if parts.trouble == "incomplete":
        return Finding(
            "date-incomplete",
            f"'{text}' is only part of a date: day, month and year are needed.",
            "Write the whole date, such as 2024-01-31, or leave the cell blank.",
        )
    if parts.trouble == "range":
        return Finding(
            "date-out-of-range",
            f"'{text}' is in the year {parts.detail}, outside {FIRST_YEAR} to {LAST_YEAR}.",
            "Correct the year, or leave the cell blank.",
        )
    if parts.trouble == "impossible":
        return Finding(
            "date-invalid",
            f"'{text}' is no date: {parts.detail}.",
            "Correct it; 2024-01-31 is always understood.",
        )
    return Finding(
        "date-invalid",
        f"'{text}' is not understood as a date.",
        "Write it like 2024-01-31, name its form in the mapping (`format: '%d/%m/%Y'`), or list"
        " the text under `blanks:` if it means that there is none.",
    )


def _against(text: str, order: str) -> Finding:
    return Finding(
        "date-against-order",
        f"'{text}' cannot be read {order.replace('-', ' ')}, which is the order of its column.",
        "Correct it, or write it as 2024-01-31, which is understood in every column.",
    )


def _ambiguous(text: str, parts: Parts) -> Finding:
    return Finding(
        "date-ambiguous",
        f"'{text}' can mean {parts.day_first} or {parts.month_first}, and no other date of the"
        " column decides it.",
        _ORDER_HINT,
    )
