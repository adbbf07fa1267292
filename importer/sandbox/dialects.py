"""The meta answer of a profile, written in its dialect.

Lives here: three layouts and a mix of them. Must never live here: what a field means.
What a newcomer would question: the layouts repeat the contradictions that the public
samples show (a field marked as required that the list of required ones leaves out, labels
for only some values), because a reader that cannot take them would fail on the real thing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from importer.sandbox.profiles.base import FieldSpec, Profile

JsonObject = dict[str, Any]

_SCHEMA_TYPES = {"list": "array", "uuid": "string", "str": "string"}


def write_meta(profile: Profile, version: int, enveloped: bool | None = None) -> JsonObject:
    """Write what the meta endpoint answers for a version of a profile."""
    fields = profile.fields(version)
    writers = {"A": _write_a, "B": _write_b, "C": _write_c, "mixed": _write_mixed}
    answer = writers[profile.dialect](fields)
    if profile.is_enveloped if enveloped is None else enveloped:
        return {"success": True, "data": answer, "error": None}
    return answer


def _of(fields: Iterable[FieldSpec], section: str) -> list[FieldSpec]:
    return [f for f in fields if f.section == section]


def _write_a(fields: tuple[FieldSpec, ...]) -> JsonObject:
    answer = _schema_of(_of(fields, "model_keys"))
    for section in ("additional_attributes", "custom_fields"):
        answer["properties"][section] = _schema_of(_of(fields, section))
    return answer


def _schema_of(fields: list[FieldSpec]) -> JsonObject:
    """Write an object of dialect A; required lists carry the marker only, as one sample does."""
    answer: JsonObject = {"type": "object", "properties": {f.key: _schema_field(f) for f in fields}}
    required = [f.key for f in fields if f.required and f.type.lower() != "list"]
    if required:
        answer["required"] = required
    return answer


def _schema_field(field: FieldSpec) -> JsonObject:
    kind = _SCHEMA_TYPES.get(field.type.lower(), field.type.lower())
    answer: JsonObject = {"type": kind}
    if field.description:
        answer["description"] = field.description
    if field.required:
        answer["isRequired"] = True
    if kind == "array":
        answer["items"] = _schema_items(field)
    elif field.format:
        answer["format"] = field.format
    if field.allowed:
        answer["enum"] = [value for value, _ in field.allowed]
        answer["enumInformation"] = [
            {"value": value, "description": label} for value, label in field.allowed if label
        ]
    return answer


def _schema_items(field: FieldSpec) -> JsonObject:
    if field.key == "urls":
        texts = {"value": {"type": "string"}, "url_type": {"type": "string"}}
        return {"type": "object", "properties": texts, "required": ["value", "url_type"]}
    if field.key == "attachments":
        return {"type": "object", "properties": {"file_name": {"type": "string"}}}
    return {"type": "string"} | ({"format": field.format} if field.format else {})


def _write_b(fields: tuple[FieldSpec, ...]) -> JsonObject:
    answer: JsonObject = {"data": {f.key: _descriptor(f) for f in _of(fields, "model_keys")}}
    answer |= {f.key: _descriptor(f) for f in _of(fields, "root")}
    for section in ("additional_attributes", "custom_fields"):
        answer[section] = {f.key: _descriptor(f) for f in _of(fields, section)}
    return answer


def _descriptor(field: FieldSpec) -> JsonObject:
    answer: JsonObject = {
        "type": field.type,
        "description": field.description,
        "required": field.required,
    }
    if field.format:
        answer["format"] = field.format
    if field.allowed:
        answer["allowed_values"] = _allowed(field)
    return answer


def _allowed(field: FieldSpec) -> object:
    if field.shape == "objects":
        return [{"id": value, "name": label} for value, label in field.allowed]
    if field.shape == "map":
        return {str(value): label for value, label in field.allowed}
    return [value for value, _ in field.allowed]


def _write_c(fields: tuple[FieldSpec, ...]) -> JsonObject:
    sections = {
        "model_fields": "model_keys",
        "additional_attributes": "additional_attributes",
        "custom_fields": "custom_fields",
    }
    answer = {
        name: {f.key: _descriptor(f) for f in _of(fields, section)}
        for name, section in sections.items()
    }
    if "attachments" in answer["model_fields"]:
        # The page hints that a file's own fields stand under this key.
        answer["model_fields"]["attachments"]["model_fields"] = {
            key: {"type": "String", "description": "", "required": False}
            for key in ("file_name", "file_url", "attachment_type", "content_type")
        }
    return answer


def _write_mixed(fields: tuple[FieldSpec, ...]) -> JsonObject:
    return {
        "model_fields": _schema_of(_of(fields, "model_keys")),
        "additional_attributes": {
            f.key: _descriptor(f) for f in _of(fields, "additional_attributes")
        },
        "custom_fields": _schema_of(_of(fields, "custom_fields")),
    }
