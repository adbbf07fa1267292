"""The JSON Schema of a mapping, for editors that complete and underline.

Lives here: the schema as a dictionary; `docs/mapping.schema.json` is this, written out.
Must never live here: files. What a newcomer would question: it is made from the models that
read the mapping, so the two cannot drift apart; a test holds the published file to it.
"""

from __future__ import annotations

import json
from typing import Any, Final

from importer.core.convert.lookup import LOOKUPS
from importer.core.fields import ATTACHMENT_TYPES, MODEL_FIELDS, URL_TYPES
from importer.core.mapping_models import AttachmentEntry, MappingFile, RuleEntry

SCHEMA_ID: Final = "mapping.schema.json"


_DEFINED: Final = {model.__name__: model for model in (RuleEntry, AttachmentEntry)}
_SECTIONS: Final = (
    "source",
    "defaults",
    "aliases",
    "model_keys",
    "additional_attributes",
    "custom_fields",
)


def mapping_json_schema() -> dict[str, Any]:
    """Build the JSON Schema (draft 2020-12) of a mapping file."""
    schema = MappingFile.model_json_schema(mode="validation")
    for name, model in _DEFINED.items():
        schema["$defs"][name] = model.model_json_schema(mode="validation")
    _describe_rule(schema["$defs"]["RuleEntry"]["properties"])
    files = schema["$defs"]["AttachmentEntry"]["properties"]
    files["attachment_type"]["enum"] = [a.value for a in ATTACHMENT_TYPES]
    cell = {"type": ["string", "number", "boolean", "null"]}
    schema["$defs"]["TestEntry"]["properties"]["row"]["additionalProperties"] = cell
    properties = schema["properties"]
    entries = properties["model_keys"]["additionalProperties"]
    properties["model_keys"]["properties"] = {
        key: {**entries, "description": field.description}
        for key, field in MODEL_FIELDS.items()
        if key != "attachments"
    } | {"name": {**entries, "description": "A whole name in one column."}}
    properties["version"] = {"const": 1, "description": "Version of this format."}
    for section in _SECTIONS:
        _allow_empty(properties, section)
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **schema,
        "title": "Mapping of candidate-import",
    }
    resolved = _resolve(whole)
    assert isinstance(resolved, dict)
    return resolved


def write_mapping_schema() -> str:
    """The same as the text of `docs/mapping.schema.json`."""
    return json.dumps(mapping_json_schema(), indent=2, ensure_ascii=False) + "\n"


def _describe_rule(rule: dict[str, Any]) -> None:
    for constant in ("value", "otherwise"):
        del rule[constant]["default"]
    rule["url_type"]["enum"] = [a.value for a in URL_TYPES]
    rule["lookup"]["enum"] = list(LOOKUPS)
    rule["blank"] = {
        "anyOf": [
            {"enum": ["omit", "null", "error", None]},
            {"type": "array", "items": {"type": "string"}},
        ],
        "description": rule["blank"]["description"],
        "default": "omit",
    }


def _allow_empty(properties: dict[str, Any], section: str) -> None:
    """A section without entries is null in YAML."""
    inner = properties[section]
    description = inner.pop("description", None)
    inner.pop("default", None)
    properties[section] = {"anyOf": [inner, {"type": "null"}]}
    if description:
        properties[section]["description"] = description


def _resolve(node: Any) -> Any:
    """Turn what stands for a reference into one, and leave out titles made from names."""
    if isinstance(node, list):
        return [_resolve(item) for item in node]
    if not isinstance(node, dict):
        return node
    name = node.get("$comment")
    if name in _DEFINED:
        return {"$ref": f"#/$defs/{name}"}
    return {
        key: _resolve(value)
        for key, value in node.items()
        if key != "title" or not isinstance(value, str) or "$schema" in node
    }
