"""The JSON Schema for editors says what the reader of mappings accepts."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from ruamel.yaml import YAML
from test_mapping_read import WHOLE

from importer.core.mapping_schema import mapping_json_schema, write_mapping_schema

ROOT = Path(__file__).parents[2]


def test_the_published_schema_is_not_stale() -> None:
    """Run `python scripts/write_docs.py` after a change of the models."""
    published = ROOT / "docs" / "mapping.schema.json"
    assert published.read_text(encoding="utf-8") == write_mapping_schema()
    assert json.loads(write_mapping_schema()) == mapping_json_schema()


def errors(yaml: str) -> list[str]:
    """What an editor would underline."""
    validator = jsonschema_rs.Draft202012Validator(mapping_json_schema())
    loaded = YAML(typ="safe", pure=True).load(yaml)
    return [error.message for error in validator.iter_errors(loaded)]


@pytest.mark.parametrize(
    "yaml",
    [
        WHOLE,
        "model_keys: {title: T}",
        "model_keys:\ncustom_fields:\nname: {column: N, order: family-given}",
        "model_keys: {tags: {add: [a]}, urls: [A, {column: B, url_type: BLOG}]}",
        "custom_fields: {a: {column: b, blank: null, values: {x: 1, y: null}}}",
        "attachments: CV",
    ],
)
def test_a_sound_mapping_has_nothing_underlined(yaml: str) -> None:
    assert errors(yaml) == []


@pytest.mark.parametrize(
    "yaml",
    [
        "version: 2",
        "modelkeys: {}",
        "model_keys: {title: {colum: T}}",
        "model_keys: {title: []}",
        "model_keys: {urls: [{column: A, url_type: BLOGS}]}",
        "model_keys: {job: {column: A, lookup: jobs.cod}}",
        "source: {header_row: -1}",
        "source: {dates: dayfirst}",
        "attachments: {column: A, attachment_type: CV}",
        "tests: [{row: {}}]",
    ],
)
def test_a_slip_is_underlined(yaml: str) -> None:
    assert errors(yaml)


def test_every_key_is_described() -> None:
    """An editor shows the sentence beside the key."""
    schema = mapping_json_schema()
    for name, definition in schema["$defs"].items():
        for key, entry in definition["properties"].items():
            assert "description" in entry, f"{name}.{key}"
    assert "first_name" in schema["properties"]["model_keys"]["anyOf"][0]["properties"]
