"""The published key lists are the vendor's, key by key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from importer.core import fields
from importer.core.model import BodyForm, Section

PAGE = Path(__file__).parents[2] / ".." / "shared" / "api" / "create-candidate.openapi.yaml"


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    if not PAGE.exists():
        pytest.skip("the vendor's page is not beside this checkout")
    page = YAML(typ="safe").load(PAGE.read_text(encoding="utf-8"))
    return page["components"]["schemas"]


def declared(node: dict[str, Any]) -> dict[str, Any]:
    """The one option of an `anyOf` that is not null."""
    options = [o for o in node.get("anyOf", [node]) if o.get("type") != "null"]
    assert len(options) == 1
    return options[0]


@pytest.mark.parametrize(("form", "model"), [("A", "PostCandidate"), ("B", "AtsCandidateWrite")])
def test_every_form_has_exactly_the_published_keys(
    schemas: dict[str, Any], form: BodyForm, model: str
) -> None:
    free = {section.value for section in fields.FREE_SECTIONS} if form == "B" else set()
    assert fields.FORM_KEYS[form] | free == set(schemas[model]["properties"])
    assert not schemas[model].get("required")


@pytest.mark.parametrize(("form", "model"), [("A", "PostCandidate"), ("B", "AtsCandidateWrite")])
@pytest.mark.parametrize("key", fields.MODEL_KEYS, ids=lambda k: k.key)
def test_types_and_formats_are_the_published_ones(
    schemas: dict[str, Any], form: BodyForm, model: str, key: fields.PublishedKey
) -> None:
    if form not in key.forms:
        return
    node = schemas[model]["properties"][key.key]
    assert {"type": "null"} in node["anyOf"]
    page = declared(node)
    assert (page["type"], page.get("format")) == (key.type, key.format)
    items = page.get("items")
    if items is None:
        assert key.items is None
    elif "$ref" in items:
        assert items["$ref"].endswith(f"/{key.items}")
    elif key.key not in {"applications", "attachments"}:  # form A wants ids there, form B objects
        assert (items.get("type", "any"), items.get("format")) == (key.items, key.item_format)


@pytest.mark.parametrize("name", fields.OBJECT_PARTS)
def test_objects_inside_lists_are_the_published_ones(schemas: dict[str, Any], name: str) -> None:
    page = schemas[name]
    parts = fields.OBJECT_PARTS[name]
    assert [part[0] for part in parts] == list(page["properties"])
    assert [part[0] for part in parts if part[3]] == page.get("required", [])
    for key, format_, allowed, _ in parts:
        node = page["properties"][key]
        assert declared({"anyOf": node["anyOf"]}).get("format") == format_
        assert [a.value for a in allowed] == node.get("enum", [])
    if name == "AtsAttachmentWrite":
        limit = declared(page["properties"]["file_url"])["maxLength"]
        assert limit == fields.FILE_URL_LENGTH


def test_envelope_keys_are_the_published_ones(schemas: dict[str, Any]) -> None:
    page = schemas["CreateCandidate"]["properties"]
    assert set(fields.ENVELOPE_WIRE_KEYS.values()) | {"data"} == set(page)
    assert set(fields.ENVELOPE_FIELDS) == set(fields.ENVELOPE_WIRE_KEYS)


def test_fields_carry_what_converters_need() -> None:
    emails = fields.MODEL_FIELDS["email_addresses"]
    assert emails.items is not None
    assert (emails.type, emails.items.type, emails.items.format) == ("array", "string", "email")
    assert fields.MODEL_FIELDS["last_interaction_at"].format == "date-time"
    url = fields.MODEL_FIELDS["urls"].items
    assert url is not None
    assert url.properties["url_type"].is_required
    assert all(f.path.section is Section.MODEL_KEYS for f in fields.MODEL_FIELDS.values())
