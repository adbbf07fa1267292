"""Changes of a candidate schema are named, harmful ones first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from importer.core.drift import HARMFUL, compare_schemas
from importer.core.model import CandidateSchema
from importer.core.schema import parse_candidate_schema, published_schema


def parse(fields: dict[str, Any], **sections: Any) -> CandidateSchema:
    answer = {"model_fields": {"first_name": {"type": "string"}}, "custom_fields": fields}
    schema = parse_candidate_schema(answer | sections).schema
    assert schema is not None
    return schema


def choice(*values: Any) -> dict[str, Any]:
    return {"x": {"type": "string", "allowed_values": list(values)}}


def labelled(value: str, label: str) -> dict[str, str]:
    return {"value": value, "label": label}


CASES: list[tuple[str, dict[str, Any], dict[str, Any], str, str, tuple[Any, ...]]] = [
    (
        "now required",
        {"x": {"type": "string"}},
        {"x": {"type": "string", "required": True, "label": "Shirt"}},
        "now_required",
        "custom_fields.x (Shirt) is now required.",
        (),
    ),
    (
        "no longer required",
        {"x": {"type": "string", "required": True}},
        {"x": {"type": "string"}},
        "no_longer_required",
        "custom_fields.x is no longer required.",
        (),
    ),
    (
        "gone",
        {"x": {"type": "string"}, "y": {"type": "string"}},
        {"y": {"type": "string"}},
        "field_gone",
        "custom_fields.x is gone.",
        (),
    ),
    (
        "new",
        {"y": {"type": "string"}},
        {"x": {"type": "string"}, "y": {"type": "string"}},
        "field_new",
        "custom_fields.x is new.",
        (),
    ),
    (
        "new and required",
        {"y": {"type": "string"}},
        {"x": {"type": "string", "required": True}, "y": {"type": "string"}},
        "now_required",
        "custom_fields.x is new, and it is required.",
        (),
    ),
    (
        "type",
        {"x": {"type": "string"}},
        {"x": {"type": "date"}},
        "type_changed",
        "custom_fields.x was string and is now string (date).",
        (),
    ),
    (
        "value gone",
        choice(labelled("1", "One"), "2"),
        choice("2"),
        "value_gone",
        "custom_fields.x no longer allows One (1).",
        ("1",),
    ),
    (
        "many values gone",
        choice(*"abcdefgh"),
        choice("a"),
        "value_gone",
        "custom_fields.x no longer allows b, c, d, e, f and 2 more.",
        tuple("bcdefgh"),
    ),
    (
        "value added",
        choice("1"),
        choice("1", "2"),
        "value_new",
        "custom_fields.x now also allows 2.",
        ("2",),
    ),
    (
        "label",
        choice(labelled("1", "One"), labelled("2", "Two")),
        choice(labelled("2", "Two"), labelled("1", "Uno")),
        "label_changed",
        "custom_fields.x renamed One to Uno.",
        ("1",),
    ),
    (
        "same label, other value",
        choice(labelled("1", "One"), "2"),
        choice(labelled("7", "One"), "2"),
        "id_changed",
        "custom_fields.x changed the value of One from 1 to 7.",
        ("1",),
    ),
    (
        "a list gone with its elements",
        {"x": {"type": "list", "allowed_values": ["1"]}, "y": {}},
        {"y": {}},
        "field_gone",
        "custom_fields.x is gone.",
        (),
    ),
    (
        "an object new with its parts",
        {"y": {}},
        {"x": {"type": "object", "properties": {"a": {"type": "string"}}}, "y": {}},
        "field_new",
        "custom_fields.x is new.",
        (),
    ),
    (
        "closed",
        {"x": {"type": "string"}},
        choice("1", "2"),
        "now_closed",
        "custom_fields.x now takes only certain values: 1, 2.",
        ("1", "2"),
    ),
    (
        "opened",
        choice("1"),
        {"x": {"type": "string"}},
        "now_open",
        "custom_fields.x now takes any value.",
        (),
    ),
    (
        "in a list",
        {"x": {"type": "list", "allowed_values": ["1", "2"]}},
        {"x": {"type": "list", "allowed_values": ["2"]}},
        "value_gone",
        "custom_fields.x[] no longer allows 1.",
        ("1",),
    ),
    (
        "in an object",
        {"x": {"type": "object", "properties": {"a": {"type": "string"}}}},
        {"x": {"type": "object", "properties": {"a": {"type": "string", "isRequired": True}}}},
        "now_required",
        "custom_fields.x.a is now required.",
        (),
    ),
]


@pytest.mark.parametrize(
    ("before", "now", "kind", "sentence", "values"),
    [c[1:] for c in CASES],
    ids=[c[0] for c in CASES],
)
def test_each_change_is_one_sentence(
    before: dict[str, Any],
    now: dict[str, Any],
    kind: str,
    sentence: str,
    values: tuple[Any, ...],
) -> None:
    (drift,) = compare_schemas(parse(before), parse(now))
    assert (drift.kind, drift.sentence, drift.values) == (kind, sentence, values)
    assert len(drift.texts) == len(drift.values)
    assert json.loads(json.dumps(drift.to_json()))["kind"] == kind


def test_sections_open_and_close() -> None:
    opened, closed = parse({}), parse({"x": {"type": "string"}})
    assert {d.kind for d in compare_schemas(opened, closed)} == {"section_closed", "field_new"}
    assert {d.kind for d in compare_schemas(closed, opened)} == {"section_opened", "field_gone"}


def test_order_and_descriptions_are_no_change() -> None:
    before = parse({"x": {"type": "string", "enum": ["1", "2"], "description": "old"}})
    now = parse({"x": {"type": "string", "enum": ["2", "1"], "description": "new"}})
    assert before.sha256 != now.sha256
    assert compare_schemas(before, now) == []
    assert compare_schemas(published_schema(), published_schema()) == []


def test_harmful_changes_come_first() -> None:
    before = parse({"a": {"type": "string"}, **choice("1", "2")})
    now = parse({"b": {"type": "string"}, **choice("2", "3")})
    drifts = compare_schemas(before, now)
    assert {d.kind for d in drifts[:2]} == {"value_gone", "field_gone"}
    assert {d.kind for d in drifts[2:]} == {"value_new", "field_new"}
    assert [d.is_harmful for d in drifts] == [True, True, False, False]
    assert {d.kind for d in drifts[:2]} <= HARMFUL


def test_several_labels_are_named_up_to_five() -> None:
    before = choice(*(labelled(str(i), f"Old {i}") for i in range(7)))
    now = choice(*(labelled(str(i), f"New {i}") for i in range(7)))
    (drift,) = compare_schemas(parse(before), parse(now))
    assert drift.sentence.endswith("Old 4 to New 4 and 2 more.")
    assert drift.texts == tuple(f"Old {i}" for i in range(7))
