"""A candidate schema for reading: rows of a table, and one JSON document.

Lives here: the wording of what an ATS asks for. Must never live here: printing it. What a
newcomer would question: required fields come first, because they are why people look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from importer.core.choices import allowed_of, list_allowed
from importer.core.model import AllowedValue, CandidateSchema, Field, Section

_TYPE_WORDS: Final = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "yes/no",
    "array": "list",
    "object": "object",
    "any": "anything",
}
_FORMAT_WORDS: Final = {
    "email": "e-mail",
    "date": "date",
    "date-time": "date and time",
    "uuid": "id",
    "uri": "web address",
}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One line of `meta`'s table.

    Attributes:
        field: The key as a mapping writes it.
        allowed_count: How many values are allowed; 0: any.
        allowed: The first few labels, empty where any value is.
    """

    field: str
    section: str
    label: str
    type: str
    is_required: bool
    allowed_count: int
    allowed: str


def describe_schema(schema: CandidateSchema, width: int = 100) -> list[str]:
    """Write the table of `meta`: a heading a section, a line a field.

    Args:
        schema: What to describe.
        width: Columns of the screen; longer lines are cut.
    """
    rows = describe_fields(schema)
    key_width = max((len(row.field) for row in rows), default=0)
    type_width = max((len(row.type) for row in rows), default=0)
    lines: list[str] = []
    for section in Section:
        listed = [row for row in rows if row.section == section.value]
        is_open = section in schema.open_sections
        if not listed and not is_open:
            continue
        lines += ["", section.value] if lines else [section.value]
        for row in listed:
            needed = "required" if row.is_required else ""
            told = row.allowed or row.label
            line = f"  {row.field:{key_width}}  {row.type:{type_width}}  {needed:8}  {told}"
            lines.append(_fit(line.rstrip(), width))
        if is_open:
            other = " other" if listed else ""
            lines.append(f"  any{other} key is passed on unchecked")
    return lines


def _fit(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[: max(width, 2) - 1]}…"


def describe_fields(schema: CandidateSchema) -> list[FieldRow]:
    """Describe every field in a row, required ones first within each section."""
    rows = [_describe_field(field) for field in schema.fields.values()]
    order = {section.value: i for i, section in enumerate(Section)}
    return sorted(rows, key=lambda row: (order[row.section], not row.is_required))


def _describe_field(field: Field) -> FieldRow:
    allowed = allowed_of(field)
    return FieldRow(
        field=field.path.key,
        section=field.path.section.value,
        label=field.label,
        type=describe_type(field),
        is_required=field.is_required,
        allowed_count=len(allowed),
        allowed=list_allowed(allowed),
    )


def describe_type(field: Field) -> str:
    """A field's type in words: `list of e-mail`, `text`, `object (value, url_type)`."""
    if field.type == "array":
        return f"list of {describe_type(field.items)}" if field.items is not None else "list"
    if field.properties:
        parts = list(field.properties)
        return f"object ({', '.join(parts)})" if len(parts) < 4 else f"object ({len(parts)} parts)"
    return _FORMAT_WORDS.get(field.format or "", _TYPE_WORDS.get(field.type, field.type))


def schema_document(schema: CandidateSchema) -> dict[str, object]:
    """The schema as one JSON document (`meta --format json`)."""
    return {
        "dialect": schema.dialect,
        "is_published_fallback": schema.is_published_fallback,
        "sha256": schema.sha256,
        "open_sections": sorted(section.value for section in schema.open_sections),
        "unparsed": list(schema.unparsed),
        "fields": {path: _field_document(field) for path, field in schema.fields.items()},
    }


def _field_document(field: Field) -> dict[str, object]:
    document: dict[str, object] = {
        "type": field.type,
        "format": field.format,
        "required": field.is_required,
        "nullable": field.is_nullable,
        "label": field.label,
        "description": field.description,
        "allowed": [_allowed_document(entry) for entry in field.allowed],
    }
    if field.items is not None:
        document["items"] = _field_document(field.items)
    if field.properties:
        document["properties"] = {k: _field_document(f) for k, f in field.properties.items()}
    return document


def _allowed_document(entry: AllowedValue) -> dict[str, object]:
    return {"value": entry.value, "label": entry.label}
