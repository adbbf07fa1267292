"""Where in a meta answer the fields stand: the three dialects, nested and mixed.

Lives here: walking an answer and placing each declaration in its section.

    A  {properties: {...}, required: [...]}              JSON-Schema-like
    B  {data: {name: descriptor}, remote_user: ...}      a map of descriptors
    C  {model_fields: {...}, custom_fields: {...}}       three sections, `allowed_values`

Three decisions that a newcomer would question. A section that lists keys is closed to others;
one that lists none is open. A key of the model part that neither body form declares is noted,
and taken as an additional attribute where that section is open, because nothing else could
carry it. A published model key keeps the request body's type, whatever the answer says: the
body is what is validated; the answer adds required marks, allowed values, labels and formats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from importer.core.fields import ENVELOPE_FIELDS, FREE_SECTIONS, JOB_KEYS, MODEL_FIELDS
from importer.core.model import Field, FieldPath, Section
from importer.core.schema_nodes import (
    MODEL_SECTION_KEYS,
    Node,
    Reading,
    as_map,
    children_of,
    has_properties,
    is_descriptor,
    is_marked_required,
    parse_field,
    required_names,
)

_SECTIONS: Final = {section.value: section for section in FREE_SECTIONS}
_ENVELOPE_KEYS: Final = {
    "remote_user": "acting_user",
    "remote_user_id": "acting_user",
    "acting_user": "acting_user",
    "job_requisition_id": "job_requisition_id",
}


def read_answer(node: object, reading: Reading) -> None:
    """Read a whole unwrapped answer into `reading`."""
    _read_body(node, reading, letter="B")
    _place_unknown_keys(reading)
    _complete_jobs(reading)
    for key, field in ENVELOPE_FIELDS.items():
        reading.fields.setdefault(f"{Section.ENVELOPE.value}.{key}", field)


def _read_body(node: object, reading: Reading, *, letter: str) -> None:
    """Read a node that holds the candidate's fields, possibly with sections beside them."""
    required: frozenset[str] = frozenset()
    entries = as_map(node)
    if isinstance(node, Mapping):
        if has_properties(node):
            letter = "A"
            entries = as_map(node["properties"])
        required = required_names(node)
    for key, child in entries.items():
        is_required = key in required
        if key in MODEL_SECTION_KEYS and _holds_fields(child):
            reading.dialects.add("C")
            _read_body(child, reading, letter="C")
        elif key == "data" and _holds_fields(child):
            _read_body(child, reading, letter=letter)
        elif key in _SECTIONS:
            _read_section(_SECTIONS[key], child, reading)
        elif isinstance(child, Mapping) or (isinstance(child, str) and is_descriptor(child)):
            if not _is_keyword(key, child, entries):
                _place_field(key, child, is_required, reading, letter)
        elif not _is_keyword(key, child, entries):
            reading.note(f"{key}: not understood, left out")


def _holds_fields(node: object) -> bool:
    """Whether a node is a map of fields, or an object that declares children."""
    if isinstance(node, Mapping):
        return not node or not is_descriptor(node) or children_of(node) is not None
    return isinstance(node, list)


def _is_keyword(key: str, value: object, beside: Mapping[str, object]) -> bool:
    """Whether an entry speaks of the map itself (`type: object`), rather than being a field."""
    if key in {"$defs", "definitions", "additionalProperties"}:
        return not is_descriptor(value) or value == {}
    if isinstance(value, Mapping):
        return False
    names = {"type", "title", "description", "label", "name", "$schema", "$id", "required"}
    return key in {*names, "isRequired", "success", "error"} and any(
        isinstance(other, Mapping) for other in beside.values()
    )


def _place_field(key: str, child: object, is_required: bool, reading: Reading, letter: str) -> None:
    if key == "integration_params":
        _note_integration_params(child, is_required, reading)
    elif key in _ENVELOPE_KEYS:
        path = FieldPath(Section.ENVELOPE, _ENVELOPE_KEYS[key])
        field = parse_field(child, path, reading, is_required=is_required)
        published = ENVELOPE_FIELDS[path.key]
        reading.fields[str(path)] = replace(
            field,
            type="string",
            label=field.label or published.label,
            description=field.description or published.description,
        )
    elif key in MODEL_FIELDS:
        reading.dialects.add(letter)
        path = FieldPath(Section.MODEL_KEYS, key)
        field = parse_field(child, path, reading, is_required=is_required)
        reading.fields[str(path)] = _merge_published(field, MODEL_FIELDS[key], reading)
    else:
        reading.unknown[key] = (child, is_required or is_marked_required(child))


def _note_integration_params(child: object, is_required: bool, reading: Reading) -> None:
    names: list[str] = []
    if isinstance(child, Mapping):
        children = children_of(child) or {}
        required = required_names(child)
        names = [n for n, c in children.items() if n in required or is_marked_required(c)]
    needed = is_required or is_marked_required(child)
    which = f" ({', '.join(names)})" if names else ""
    reading.note(
        f"integration_params{which}: the ATS {'requires' if needed else 'takes'} it, but neither "
        "body form of the API declares it, so it is not sent"
        + (" and creates may be refused" if needed else "")
    )


def _read_section(section: Section, node: object, reading: Reading) -> None:
    """Read additional attributes or custom fields; keys listed there close the section."""
    if node is None:
        return
    required: frozenset[str] = frozenset()
    entries = as_map(node)
    is_open = False
    if isinstance(node, Mapping):
        required = required_names(node)
        extra = node.get("additionalProperties")
        is_open = extra is True or (isinstance(extra, Mapping) and not _is_field(extra, node))
        children = children_of(node)
        if has_properties(node):
            reading.dialects.add("A")
        if children is not None:
            entries = children
        elif is_descriptor(node):
            entries = {}
    elif not isinstance(node, list):
        reading.note(f"{section.value}: not understood, so no key of it can be checked")
    for key, child in entries.items():
        if isinstance(child, Mapping) or (isinstance(child, str) and is_descriptor(child)):
            path = FieldPath(section, key)
            reading.fields[str(path)] = parse_field(
                child, path, reading, is_required=key in required
            )
        elif not _is_keyword(key, child, entries):
            reading.note(f"{section.value}.{key}: not understood, left out")
    prefix = f"{section.value}."
    if is_open or not any(path.startswith(prefix) for path in reading.fields):
        reading.open_sections.add(section)


def _is_field(extra: Node, node: Node) -> bool:
    """Whether `additionalProperties` is a field of a plain map, not a keyword."""
    return "properties" not in node and node.get("type") is None and is_descriptor(extra)


def _place_unknown_keys(reading: Reading) -> None:
    is_open = Section.ADDITIONAL_ATTRIBUTES in reading.open_sections
    for key, (child, is_required) in reading.unknown.items():
        path = FieldPath(Section.ADDITIONAL_ATTRIBUTES, key)
        needed = "required, but " if is_required else ""
        then = f"taken as {path}" if is_open else "so it cannot be sent"
        reading.note(f"{key}: {needed}neither body form of the API declares it; {then}")
        if is_open and str(path) not in reading.fields:
            reading.fields[str(path)] = parse_field(child, path, reading, is_required=is_required)


def _complete_jobs(reading: Reading) -> None:
    """Declare the job under both forms' names where the answer gives one of them."""
    prefix = Section.MODEL_KEYS.value
    a, b = (f"{prefix}.{JOB_KEYS['A']}", f"{prefix}.{JOB_KEYS['B']}")
    for here, there in ((a, b), (b, a)):
        if here in reading.fields and there not in reading.fields:
            key = there.removeprefix(f"{prefix}.")
            field = reading.fields[here]
            reading.fields[there] = replace(field, path=FieldPath(Section.MODEL_KEYS, key))


def _merge_published(declared: Field, published: Field, reading: Reading) -> Field:
    if declared.type not in {"any", published.type}:
        reading.note(
            f"{declared.path} is declared as {declared.type}, but the API takes "
            f"{published.type}: sent as {published.type}"
        )
    fits = declared.type in {"any", published.type}
    is_array = published.type == "array"
    items = published.items
    if items is not None:
        inner = declared.items or Field(items.path, allowed=declared.allowed)
        items = _merge_items(inner, items)
    return replace(
        declared,
        type=published.type,
        format=None if is_array else (declared.format if fits else None) or published.format,
        label=declared.label or published.label,
        description=declared.description or published.description,
        allowed=() if is_array else declared.allowed,
        items=items,
        properties={},
    )


def _merge_items(declared: Field, published: Field) -> Field:
    if published.type == "any":
        return declared
    parts = {
        key: replace(
            part,
            allowed=declared.properties[key].allowed or part.allowed,
            is_required=part.is_required or declared.properties[key].is_required,
            label=declared.properties[key].label,
        )
        if key in declared.properties
        else part
        for key, part in published.properties.items()
    }
    return replace(
        published,
        format=published.format or (declared.format if published.type == "string" else None),
        allowed=declared.allowed if published.type != "object" else (),
        properties=parts,
    )
