"""Single options of a mapping checked by themselves: regions, formats, zones, encodings.

Lives here: one function an option; each takes the text and gives the value, or raises
ValueError with a sentence for the user (pydantic's way). Must never live here: options that
depend on each other. What a newcomer would question: common slips ("UK", "DD/MM/YYYY") are
answered with what was meant, and never silently accepted.
"""

from __future__ import annotations

import codecs
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from phonenumbers import SUPPORTED_REGIONS

from importer.core.date_formats import SPECIAL_FORMATS
from importer.core.text import nearest

_REGION_SLIPS: Final = {"UK": "GB", "EN": "GB", "EL": "GR", "SP": "ES"}
_DELIMITERS: Final = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "\\t": "\t"}
_LETTER_FORMAT: Final = (
    ("yyyy", "%Y"),
    ("yy", "%y"),
    ("mm", "%m"),
    ("dd", "%d"),
    ("hh", "%H"),
    ("ss", "%S"),
)


def check_region(given: str) -> str:
    """Take an ISO 3166 country in any case."""
    region = given.upper()
    if region in SUPPORTED_REGIONS:
        return region
    slip = _REGION_SLIPS.get(region)
    guess = f"Did you mean '{slip}'?" if slip else "Write two letters such as GB, DE or US."
    raise ValueError(f"'{given}' is not a country code. {guess}")


def check_delimiter(given: str) -> str:
    """Take one character or its name."""
    delimiter = _DELIMITERS.get(given.lower(), given)
    if len(delimiter) != 1:
        raise ValueError(f"must be one character or `tab`, not '{given}'")
    return delimiter


def check_encoding(given: str) -> str:
    """Take an encoding that this Python knows."""
    try:
        codecs.lookup(given)
    except LookupError as error:
        raise ValueError(
            f"'{given}' is not known. Common ones are utf-8, cp1252, cp1251, gbk and utf-16"
        ) from error
    return given


def check_time_zone(given: str) -> str:
    """Take an IANA time zone."""
    try:
        ZoneInfo(given)
    except (ValueError, OSError, LookupError) as error:
        raise ValueError(
            f"'{given}' is not known. Write it like Europe/London, America/New_York or UTC"
        ) from error
    return given


def check_format(given: str) -> str:
    """Take a strptime format, or one of the names for numbers that are dates."""
    if given in SPECIAL_FORMATS:
        return given
    if "%" not in given:
        folded = given.lower()
        for letters, directive in _LETTER_FORMAT:
            folded = folded.replace(letters, directive)
        guess = folded if "%" in folded else nearest(given, SPECIAL_FORMATS, cutoff=50)
        meant = f". Did you mean '{guess}'?" if guess else ""
        raise ValueError(f"'{given}' is not a date format; write one such as '%d/%m/%Y'{meant}")
    try:
        datetime.strptime("", given)  # noqa: DTZ007 - only the format is looked at
    except ValueError as error:
        message = str(error)
        if "bad directive" in message or "stray" in message:
            raise ValueError(f"'{given}' is not a date format: {message}") from error
    return given
