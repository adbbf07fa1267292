"""Plain text: as typed, without what nobody sees at its ends.

Lives here: text, names in columns of their own, tags and places. Must never live here:
allowed values. What a newcomer would question: a comma separates tags and never places,
since "Berlin, Germany" is one.
"""

from __future__ import annotations

import re
from typing import Final

from importer.core.convert.cell import ITEMS, drop_repeats, give, split_parts, with_blanks
from importer.core.convert.kinds import Target
from importer.core.model import Converted, Converter

_TAGS: Final = re.compile(r"[,;|\r\n，；、]+")


def build_text(target: Target) -> Converter:
    """Build the converter of a plain text."""
    return with_blanks(target, Converted)


def build_person_text(target: Target) -> Converter:
    """Build the converter of a name: what the mapping calls blank counts letter for letter."""
    return with_blanks(target, Converted, exact=True)


def build_tags(target: Target) -> Converter:
    """Build the converter of a list of words; separated by comma, semicolon, `|` or line."""
    return _build_list(target, _TAGS)


def build_location(target: Target) -> Converter:
    """Build the converter of places; separated by semicolon, `|` or line."""
    return _build_list(target, ITEMS)


def _build_list(target: Target, habit: re.Pattern[str]) -> Converter:
    if not target.takes_list:
        return build_text(target)

    def convert(text: str) -> Converted:
        cleaned: list[str] = []
        items = drop_repeats(split_parts(text, target.rule.split, habit), cleaned)
        return give(target, items, cleaned, "values")

    return with_blanks(target, convert)
