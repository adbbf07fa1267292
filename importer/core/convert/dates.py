"""A date cell, read in the order that its column was decided to have.

Lives here: the converter; reading is `core/dates`. What a newcomer would question: an order
in the rule outranks the column's own evidence, because a person stated it.
"""

from __future__ import annotations

from typing import Final

from importer.core.convert.cell import ITEMS, each, with_blanks
from importer.core.convert.kinds import Target
from importer.core.dates import Wants, read_date
from importer.core.model import Converted, Converter

_LONGEST: Final = 500


def build_date(target: Target) -> Converter:
    """Build the converter of dates and date-times."""
    rule, context = target.rule, target.context
    order = rule.dates or context.date_order
    wants: Wants = "any"
    if target.format == "date" or target.format == "date-time":
        wants = "date" if target.format == "date" else "date-time"

    def convert(text: str) -> Converted:
        return read_date(
            text, order=order, format=rule.format, time_zone=context.time_zone, wants=wants
        )

    longest = 0 if target.takes_list else _LONGEST
    return with_blanks(target, each(target, convert, ITEMS), longest=longest)
