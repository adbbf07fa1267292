"""A schema as a table and as a document."""

from __future__ import annotations

import json

from importer.core.model import CandidateSchema
from importer.core.schema import parse_candidate_schema, published_schema
from importer.core.schema_text import describe_fields, describe_schema, schema_document


def parse() -> CandidateSchema:
    schema = parse_candidate_schema(
        {
            "model_fields": {
                "title": {"type": "string"},
                "email_addresses": {"type": "list", "required": True},
                "urls": {"type": "list"},
                "can_email": {"type": "bool"},
                "attachments": {"type": "list"},
            },
            "custom_fields": {
                "grade": {"type": "integer", "allowed_values": list(range(10)), "label": "Grade"},
                "any": {},
                "bare": {"type": "list"},
                "parts": {"properties": {"a": {"type": "string"}}},
                "odd": {"type": "widget"},
            },
            "additional_attributes": {},
        }
    ).schema
    assert schema is not None
    return schema


def test_every_field_is_a_line_required_ones_first() -> None:
    rows = {(row.section, row.field): row for row in describe_fields(parse())}
    assert next(iter(rows)) == ("model_keys", "email_addresses")
    types = {field: row.type for (_, field), row in rows.items()}
    assert types == {
        "email_addresses": "list of e-mail",
        "title": "text",
        "urls": "list of object (value, url_type)",
        "can_email": "yes/no",
        "attachments": "list of object (7 parts)",
        "grade": "whole number",
        "any": "anything",
        "bare": "list",
        "parts": "object (a)",
        "odd": "anything",
        "acting_user": "text",
        "job_requisition_id": "text",
    }
    grade = rows["custom_fields", "grade"]
    assert (grade.label, grade.allowed_count) == ("Grade", 10)
    assert grade.allowed == "0, 1, 2, 3, 4, 5, 6, 7 … (10 in all)"


def test_the_table_has_a_heading_a_section_and_fits_the_screen() -> None:
    lines = describe_schema(parse(), 72)
    assert lines[0] == "model_keys"
    assert " ".join(lines[1].split()).startswith("email_addresses list of e-mail required")
    assert "additional_attributes" in lines
    assert "  any key is passed on unchecked" in lines
    assert all(len(line) <= 72 for line in lines)
    assert any(line.endswith("…") for line in lines)
    assert "  any other key is passed on unchecked" not in lines
    both = parse_candidate_schema(
        {"custom_fields": {"properties": {"x": {}}, "additionalProperties": True}}
    ).schema
    assert both is not None
    assert "  any other key is passed on unchecked" in describe_schema(both)


def test_the_document_is_json_and_whole() -> None:
    schema = parse()
    document = json.loads(json.dumps(schema_document(schema)))
    assert document["dialect"] == "C"
    assert document["open_sections"] == ["additional_attributes"]
    assert document["unparsed"] == list(schema.unparsed)
    assert set(document["fields"]) == set(schema.fields)
    assert document["fields"]["custom_fields.grade"]["allowed"][0] == {"value": 0, "label": "0"}
    assert document["fields"]["custom_fields.parts"]["properties"]["a"]["type"] == "string"
    assert document["fields"]["model_keys.email_addresses"]["items"]["format"] == "email"
    assert schema_document(published_schema())["is_published_fallback"] is True
