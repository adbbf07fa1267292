"""A whole name in one cell, as the two keys that it fills.

Lives here: the converter; the rules of names are `core/names`. What a newcomer would
question: "NA" and "Null" are people here, whatever they are elsewhere.
"""

from __future__ import annotations

from typing import Final

from importer.core.convert.cell import with_blanks
from importer.core.convert.kinds import Target
from importer.core.model import Converted, Converter
from importer.core.names import split_name

_LONGEST: Final = 500


def build_name(target: Target) -> Converter:
    """Build the converter of a whole name to `{"first_name", "last_name"}`."""
    order = target.rule.order

    def convert(text: str) -> Converted:
        split = split_name(text, order)
        keys = {"first_name": split.given, "last_name": split.family}
        value = {key: name for key, name in keys.items() if name}
        return Converted(value or None, (split.finding,) if split.finding else ())

    return with_blanks(target, convert, exact=True, longest=_LONGEST)
