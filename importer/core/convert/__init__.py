"""Converters: one distinct cell text in, one value out.

Lives here: which converter a rule needs. Must never live here: allowed values, which
`core/validation` wraps around these, and rows. What a newcomer would question: `add` is not
applied here. A rule may read several columns and its lists are joined later; adding here
would add once a column.

To add a converter: write `convert/<kind>.py` with a `build_…` function, name the kind in
`convert/kinds.py`, and enter it in `_BUILDERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from importer.core.convert.booleans import build_boolean
from importer.core.convert.cell import split_parts
from importer.core.convert.dates import build_date
from importer.core.convert.emails import build_email
from importer.core.convert.identifiers import build_object, build_uuid
from importer.core.convert.kinds import Kind, Target, choose_target
from importer.core.convert.lookup import LOOKUPS, build_lookup, fold_lookup
from importer.core.convert.names import build_name
from importer.core.convert.numbers import build_integer, build_number
from importer.core.convert.phones import build_phone
from importer.core.convert.texts import build_location, build_person_text, build_tags, build_text
from importer.core.convert.urls import build_url
from importer.core.model import Converted, Converter, Field
from importer.core.rules import ConvertContext, Rule

__all__ = [
    "LOOKUPS",
    "Kind",
    "Target",
    "build_converter",
    "choose_target",
    "fold_lookup",
    "split_parts",
]

_BUILDERS: Final[dict[Kind, Callable[[Target], Converter]]] = {
    Kind.TEXT: build_text,
    Kind.PERSON_TEXT: build_person_text,
    Kind.TAGS: build_tags,
    Kind.LOCATION: build_location,
    Kind.EMAIL: build_email,
    Kind.PHONE: build_phone,
    Kind.URL: build_url,
    Kind.DATE: build_date,
    Kind.BOOLEAN: build_boolean,
    Kind.NUMBER: build_number,
    Kind.INTEGER: build_integer,
    Kind.UUID: build_uuid,
    Kind.OBJECT: build_object,
    Kind.NAME: build_name,
    Kind.LOOKUP: build_lookup,
}


def build_converter(rule: Rule, field: Field | None, context: ConvertContext) -> Converter:
    """Build the function that turns one cell of a rule's column into its value.

    Args:
        rule: The mapping's entry.
        field: What the ATS declares; None where it declares nothing.
        context: The mapping's defaults and what was learned of the source.

    Returns:
        A pure function. It never raises for data, gives None for a blank cell, and a list for
        a field that takes one. For a constant it ignores the cell.
    """
    target = choose_target(rule, field, context)
    convert = _BUILDERS[target.kind](target)
    return _build_constant(rule, target, convert) if rule.is_constant else convert


def _build_constant(rule: Rule, target: Target, convert: Converter) -> Converter:
    """A constant written as text is converted once, as if it stood in every cell."""
    given = rule.value
    if isinstance(given, str) and given.strip():
        constant = convert(given)
    elif isinstance(given, list) and target.takes_list and all(isinstance(i, str) for i in given):
        constant = _join(convert, [str(i) for i in given])
    else:
        constant = Converted(given)
    return lambda _text: constant


def _join(convert: Converter, texts: list[str]) -> Converted:
    items: list[object] = []
    for text in texts:
        one = convert(text)
        if not one.is_sound:
            return one
        items.extend(one.value if isinstance(one.value, list) else [])
    return Converted(items)
