"""Building one converter in a test: the rule, the field and the context in one call."""

from __future__ import annotations

from typing import Any

from importer.core.convert import build_converter
from importer.core.fields import MODEL_FIELDS
from importer.core.model import Converted, Converter, Field, FieldPath, Section
from importer.core.rules import ConvertContext, Rule

_CONTEXT = frozenset({"time_zone", "date_order", "lookups", "is_offline", "default_region"})


def converter(key: str, **options: Any) -> Converter:
    """The converter of a published model key; options are the rule's and the context's."""
    path = FieldPath(Section.MODEL_KEYS, key)
    return _build(path, MODEL_FIELDS.get(key), options)


def custom(type_: str = "any", **options: Any) -> Converter:
    """The converter of a custom field of one type (`format_`, `items` as the ATS declares)."""
    path = FieldPath(Section.CUSTOM_FIELDS, "extra")
    item = options.pop("items", None)
    field = Field(
        path,
        type_,
        format=options.pop("format_", None),
        items=None if item is None else Field(path, item[0], format=item[1]),
    )
    return _build(path, field, options)


def _build(path: FieldPath, field: Field | None, options: dict[str, Any]) -> Converter:
    context = {k: v for k, v in options.items() if k in _CONTEXT}
    rule = {k: v for k, v in options.items() if k not in _CONTEXT}
    columns = () if "value" in rule else ("Column",)
    return build_converter(
        Rule(path, columns, **rule),
        field,
        ConvertContext(region=context.pop("default_region", None), **context),
    )


def codes(converted: Converted) -> list[str]:
    """The codes of what was found."""
    return [finding.code for finding in converted.findings]
