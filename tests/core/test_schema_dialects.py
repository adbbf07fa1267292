"""Every documented, hinted and plausible layout of a meta answer is read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.core.model import AllowedValue, CandidateSchema, Field, FieldPath, Section
from importer.core.schema import (
    parse_candidate_schema,
    published_schema,
    schema_sha256,
)
from importer.core.validation import required_fields

DIALECT_A: dict[str, Any] = {
    "type": "object",
    "required": ["first_name", "email_addresses"],
    "properties": {
        "first_name": {"type": "string", "description": "Given name"},
        "last_name": {"type": "string", "isRequired": True},
        "email_addresses": {"type": "array", "items": {"type": "string", "format": "email"}},
        "job_id": {"type": "string", "format": "uuid"},
        "additional_attributes": {
            "type": "object",
            "required": ["source"],
            "properties": {
                "source": {
                    "type": "string",
                    "enum": ["src_1", "src_2", "src_3"],
                    "enumInformation": [
                        {"value": "src_1", "description": "LinkedIn"},
                        {"value": "src_2", "description": "Referral"},
                    ],
                },
                "seniority": {"type": ["integer", "null"], "enum": [1, 2, None]},
            },
        },
        "custom_fields": {"type": "object", "description": "anything"},
        "integration_params": {
            "type": "object",
            "isRequired": True,
            "properties": {"pool": {"type": "string"}, "team": {"type": "string"}},
            "required": ["pool"],
        },
    },
}

DIALECT_B: dict[str, Any] = {
    "data": {
        "first_name": {"type": "string", "description": "First name", "required": False},
        "last_name": {"type": "String", "description": "", "required": True},
        "email_addresses": {"type": "list", "description": "E-mails", "required": False},
        "urls": {"type": "list", "required": False},
        "job_id": {"type": "UUID", "description": "Job", "required": True},
        "job_interview_stage_id": {"type": "uuid", "required": False},
    },
    "remote_user": {"type": "UUID", "description": "acting user", "required": True},
    "additional_attributes": {},
    "custom_fields": {
        "type": {"type": "str", "required": True},
        "required": {"type": "bool", "required": False},
        "description": {"type": "float"},
        "properties": {"type": "int"},
    },
}

DIALECT_C: dict[str, Any] = {
    "model_fields": {
        "first_name": {"type": "string", "required": True},
        "tags": {"type": "list", "allowed_values": ["Hot", "Cold"]},
        "attachments": {
            "type": "list",
            "model_fields": {
                "file_name": {"type": "string", "required": True},
                "attachment_type": {"type": "string", "allowed_values": ["RESUME"]},
            },
        },
    },
    "additional_attributes": {
        "source": {
            "type": "string",
            "required": True,
            "allowed_values": [{"id": "7", "name": "LinkedIn"}, {"id": "8", "name": "Referral"}],
        },
        "region": {"type": "string", "allowed_values": {"emea": "Europe", "apac": "Asia"}},
    },
    "custom_fields": {"grade": {"type": "integer", "allowed_values": [1, 2]}},
}


def parse(answer: object) -> CandidateSchema:
    read = parse_candidate_schema(answer)
    assert read.schema is not None, read.why
    assert read.why == ""
    return read.schema


def field(schema: CandidateSchema, path: str) -> Field:
    section, key = path.split(".", 1)
    found = schema.field(FieldPath(Section(section), key))
    assert found is not None, path
    assert str(found.path) == path
    return found


def pairs(found: Field) -> list[tuple[object, str]]:
    return [(a.value, a.label) for a in found.allowed]


ENVELOPES: dict[str, Any] = {
    "bare": lambda answer: answer,
    "enveloped": lambda answer: {"success": True, "data": answer, "error": None},
    "success beside": lambda answer: {"success": True, **answer},
    "twice": lambda answer: {"success": True, "data": {"success": True, "data": answer}},
}


@pytest.mark.parametrize(
    ("answer", "dialect", "envelope"),
    [
        (answer, dialect, envelope)
        for answer, dialect in ((DIALECT_A, "A"), (DIALECT_B, "B"), (DIALECT_C, "C"))
        for envelope in ENVELOPES
        # dialect B's own `data` would there be the envelope's
        if (dialect, envelope) != ("B", "success beside")
    ],
)
def test_an_envelope_changes_nothing(answer: dict[str, Any], dialect: str, envelope: str) -> None:
    schema = parse(ENVELOPES[envelope](answer))
    assert (schema.fields, schema.dialect) == (parse(answer).fields, dialect)
    assert not schema.is_published_fallback


def test_dialect_a() -> None:
    schema = parse(DIALECT_A)
    assert field(schema, "model_keys.first_name").is_required
    assert field(schema, "model_keys.first_name").label == "First name"
    assert field(schema, "model_keys.first_name").description == "Given name"
    assert field(schema, "model_keys.last_name").is_required
    emails = field(schema, "model_keys.email_addresses")
    assert emails.items is not None
    assert (emails.type, emails.items.format, emails.is_required) == ("array", "email", True)
    source = field(schema, "additional_attributes.source")
    assert source.is_required
    assert pairs(source) == [("src_1", "LinkedIn"), ("src_2", "Referral"), ("src_3", "src_3")]
    seniority = field(schema, "additional_attributes.seniority")
    assert (seniority.type, seniority.is_nullable, pairs(seniority)) == (
        "integer",
        True,
        [(1, "1"), (2, "2")],
    )
    assert schema.open_sections == {Section.CUSTOM_FIELDS}
    assert len(schema.unparsed) == 1
    assert schema.unparsed[0].startswith("integration_params (pool): the ATS requires it")


def test_dialect_b() -> None:
    schema = parse(DIALECT_B)
    assert not field(schema, "model_keys.first_name").is_required
    assert field(schema, "model_keys.last_name").is_required
    urls = field(schema, "model_keys.urls")
    assert urls.items is not None
    assert len(urls.items.properties["url_type"].allowed) == 8
    acting = field(schema, "envelope.acting_user")
    assert (acting.format, acting.is_required, acting.label) == ("uuid", True, "Acting user")
    assert field(schema, "model_keys.job").is_required
    assert field(schema, "model_keys.job_id").format == "uuid"
    assert field(schema, "custom_fields.type").is_required
    assert field(schema, "custom_fields.required").type == "boolean"
    assert field(schema, "custom_fields.description").type == "number"
    assert field(schema, "custom_fields.properties").type == "integer"
    assert schema.open_sections == {Section.ADDITIONAL_ATTRIBUTES}
    assert schema.unparsed == ()


def test_dialect_c() -> None:
    schema = parse(DIALECT_C)
    tags = field(schema, "model_keys.tags")
    assert tags.items is not None
    assert tags.allowed == ()
    assert pairs(tags.items) == [("Hot", "Hot"), ("Cold", "Cold")]
    attachments = field(schema, "model_keys.attachments")
    assert attachments.items is not None
    assert attachments.items.properties["file_name"].is_required
    assert pairs(attachments.items.properties["attachment_type"]) == [("RESUME", "RESUME")]
    assert "file_content" in attachments.items.properties
    source = field(schema, "additional_attributes.source")
    assert pairs(source) == [("7", "LinkedIn"), ("8", "Referral")]
    region = field(schema, "additional_attributes.region")
    assert pairs(region) == [("emea", "Europe"), ("apac", "Asia")]
    assert pairs(field(schema, "custom_fields.grade")) == [(1, "1"), (2, "2")]
    assert schema.open_sections == frozenset()


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("A", ["last_name", "job_id", "acting_user", "type"]),
        ("B", ["last_name", "acting_user", "type", "job"]),
    ],
)
def test_required_fields_name_the_job_as_the_form_does(form: Any, expected: list[str]) -> None:
    assert {path.key for path in required_fields(parse(DIALECT_B), form)} == set(expected)


def test_the_fallback_requires_nothing() -> None:
    schema = published_schema()
    assert schema.is_published_fallback
    assert required_fields(schema, "A") == required_fields(schema, "B") == ()
    assert {Section.ADDITIONAL_ATTRIBUTES, Section.CUSTOM_FIELDS} == schema.open_sections
    assert field(schema, "model_keys.urls").type == "array"
    assert field(schema, "envelope.job_requisition_id").type == "string"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "no schema"),
        ("nonsense", "no schema"),
        (17, "no schema"),
        ([], "no schema"),
        ({}, "no schema"),
        ({"success": True, "data": None}, "no schema"),
        ({"success": True, "data": {}}, "no schema"),
        ({"success": True}, "no field"),
        ({"success": False}, "failed"),
        ({"success": False, "error": {"message": "not linked"}}, "failed: not linked"),
        ({"success": False, "error": {"code": 5}}, "failed"),
        ({"success": False, "error": "relink needed"}, "failed: relink needed"),
        ({"detail": "something"}, "no field"),
        ({"properties": {}}, "no field"),
        ({"additional_attributes": {}}, "no field"),
        ([1, 2], "no field"),
    ],
)
def test_an_answer_without_fields_gives_a_reason(answer: object, why: str) -> None:
    read = parse_candidate_schema(answer)
    assert read.schema is None
    assert why in read.why


def test_endless_nesting_is_given_up() -> None:
    node: dict[str, Any] = {"type": "string"}
    for _ in range(5000):
        node = {"properties": node}
    read = parse_candidate_schema(node)
    assert read.schema is None
    assert "levels deep" in read.why


def test_nesting_inside_a_field_is_read_to_a_depth() -> None:
    node: dict[str, Any] = {"type": "string"}
    for _ in range(20):
        node = {"type": "array", "items": node}
    schema = parse({"custom_fields": {"deep": node}})
    assert field(schema, "custom_fields.deep").type == "array"
    assert "too many levels" in schema.unparsed[0]


MIXED: list[tuple[str, dict[str, Any], str, str]] = [
    ("A inside C", {"model_fields": DIALECT_A}, "model_keys.first_name", "A+C"),
    (
        "custom fields as A beside C",
        {
            "model_fields": {"first_name": {"type": "string"}},
            "custom_fields": {"properties": {"x": {}}},
        },
        "custom_fields.x",
        "A+C",
    ),
    ("C inside data", {"data": DIALECT_C}, "additional_attributes.source", "C"),
    (
        "form A as a JSON Schema",
        {
            "properties": {
                "data": {"type": "object", "properties": {"first_name": {"type": "string"}}},
                "remote_user_id": {"type": "string"},
            },
            "required": ["data", "remote_user_id"],
        },
        "envelope.acting_user",
        "A",
    ),
    ("descriptors at the root", {"first_name": {"type": "string"}}, "model_keys.first_name", "B"),
    ("types alone", {"first_name": "string", "tags": "list"}, "model_keys.tags", "B"),
    ("a list of declarations", {"model_fields": [{"name": "title"}]}, "model_keys.title", "C"),
    ("a list at the root", {"data": ["title", {"key": "tags"}, 5, {}]}, "model_keys.tags", "B"),
    ("model_keys", {"model_keys": {"title": {}}}, "model_keys.title", "C"),
    ("only custom fields", {"custom_fields": {"x": {"type": "date"}}}, "custom_fields.x", "C"),
    ("custom fields as a list", {"custom_fields": [{"key": "x"}]}, "custom_fields.x", "C"),
    (
        "keywords beside fields",
        {
            "type": "object",
            "title": "Candidate",
            "required": ["avatar"],
            "$defs": {"X": {}},
            "avatar": {"type": "uri"},
        },
        "model_keys.avatar",
        "B",
    ),
    (
        "children without properties",
        {"custom_fields": {"required": True, "x": {"type": "string"}}},
        "custom_fields.x",
        "C",
    ),
]


@pytest.mark.parametrize(
    ("answer", "path", "dialect"), [m[1:] for m in MIXED], ids=[m[0] for m in MIXED]
)
def test_dialects_nest_and_mix(answer: dict[str, Any], path: str, dialect: str) -> None:
    schema = parse(answer)
    field(schema, path)
    assert schema.dialect == dialect


def test_required_of_mixed_layouts() -> None:
    assert [str(p) for p in required_fields(parse(MIXED[3][1]), "A")] == ["envelope.acting_user"]
    assert [p.key for p in required_fields(parse(MIXED[11][1]), "B")] == ["avatar"]


@pytest.mark.parametrize(
    ("declaration", "expected"),
    [
        ("string", ("string", None)),
        ({"type": "STRING"}, ("string", None)),
        ({"type": "UUID"}, ("string", "uuid")),
        ({"type": "Date-Time"}, ("string", "date-time")),
        ({"type": "string", "format": "datetime"}, ("string", "date-time")),
        ({"type": "string", "format": "password"}, ("string", None)),
        ({"type": "date"}, ("string", "date")),
        ({"type": "int"}, ("integer", None)),
        ({"type": "float"}, ("number", None)),
        ({"type": "bool"}, ("boolean", None)),
        ({"type": "dict"}, ("object", None)),
        ({"type": "string?"}, ("string", None)),
        ({"type": ["string", "null"]}, ("string", None)),
        ({"type": ["integer", "number"]}, ("number", None)),
        ({"type": ["integer", "string"]}, ("string", None)),
        ({"type": ["boolean", "integer"]}, ("any", None)),
        ({"type": ["null"]}, ("any", None)),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, ("integer", None)),
        ({"oneOf": [{"type": "string", "format": "uuid"}]}, ("string", "uuid")),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, ("string", None)),
        ({"anyOf": [{"type": "integer"}, {"enum": [1]}]}, ("any", None)),
        ({"anyOf": [{"type": "integer"}, {"type": "date"}], "type": "date"}, ("string", "date")),
        ({"enum": [1, 2.5]}, ("number", None)),
        ({"enum": [True]}, ("boolean", None)),
        ({"enum": [{"value": "a"}]}, ("string", None)),
        ({"enum": ["a", 1]}, ("any", None)),
        ({"items": {"type": "string"}}, ("array", None)),
        ({"properties": {"a": "string"}}, ("object", None)),
        ({"description": "no type"}, ("any", None)),
        ({}, ("any", None)),
        ({"$ref": "#/$defs/Shirt"}, ("integer", None)),
        ({"$ref": "#/$defs/Loop"}, ("any", None)),
    ],
)
def test_types_are_read_in_any_spelling(declaration: Any, expected: tuple[str, Any]) -> None:
    schema = parse(
        {
            "custom_fields": {"x": declaration},
            "$defs": {"Shirt": {"type": "integer"}, "Loop": {"$ref": "#/$defs/Loop"}},
        }
    )
    found = field(schema, "custom_fields.x")
    assert (found.type, found.format) == expected
    assert schema.unparsed == ()


@pytest.mark.parametrize(
    ("declaration", "items"),
    [
        ({"type": "list[string]"}, "string"),
        ({"type": "array<UUID>"}, "string"),
        ({"type": "list of integers"}, "integer"),
        ({"type": ["array", "null"], "items": {"type": "number"}}, "number"),
        ({"type": "list", "items": "string"}, "string"),
        ({"type": "list", "allowed_values": [1, 2]}, "integer"),
        ({"type": "list", "properties": {"a": {"type": "string"}}, "required": ["a"]}, "object"),
        ({"type": "multi-select"}, None),
        ({"type": "list", "items": 5}, None),
    ],
)
def test_elements_of_lists_are_read(declaration: Any, items: str | None) -> None:
    found = field(parse({"custom_fields": {"x": declaration}}), "custom_fields.x")
    assert found.type == "array"
    assert (found.items.type if found.items else None) == items


@pytest.mark.parametrize(
    ("declaration", "note"),
    [
        ({"type": "list[widget]"}, None),
        ({"type": "widget"}, "unknown type widget"),
        ({"type": ["string", 5]}, "unknown type 5"),
        ({"$ref": "#/nowhere"}, "leads nowhere"),
        (17, "not understood"),
        ([], "not understood"),
        ("widget", "not understood"),
    ],
)
def test_what_is_not_understood_is_noted_and_passed_through(
    declaration: Any, note: str | None
) -> None:
    schema = parse({"custom_fields": {"x": declaration, "y": {"type": "string"}}})
    assert [note in line for line in schema.unparsed] == ([True] if note else [])


@pytest.mark.parametrize(
    ("section", "is_open"),
    [
        ({}, True),
        ({"type": "object"}, True),
        ({"type": "object", "properties": {}}, True),
        ({"type": "object", "properties": {"a": {}}}, False),
        ({"type": "object", "properties": {"a": {}}, "additionalProperties": True}, True),
        ({"type": "object", "properties": {"a": {}}, "additionalProperties": {}}, True),
        ({"type": "object", "properties": {"a": {}}, "additionalProperties": False}, False),
        ({"additionalProperties": {"type": "string"}}, False),
        ({"a": {"type": "string"}}, False),
        ([{"key": "a"}], False),
        ("anything", True),
        (None, False),
    ],
)
def test_a_section_that_lists_keys_is_closed(section: Any, is_open: bool) -> None:
    schema = parse({"first_name": {"type": "string"}, "custom_fields": section})
    assert (Section.CUSTOM_FIELDS in schema.open_sections) is is_open


def test_a_section_that_is_absent_is_closed() -> None:
    assert parse({"first_name": {"type": "string"}}).open_sections == frozenset()


def test_unknown_keys_are_taken_as_additional_attributes_where_those_are_open() -> None:
    answer: dict[str, Any] = {
        "properties": {"first_name": {"type": "string"}, "origin": {"enum": ["a"]}},
        "required": ["origin"],
    }
    closed = parse(answer)
    assert "additional_attributes.origin" not in closed.fields
    assert closed.unparsed == (
        "origin: required, but neither body form of the API declares it; so it cannot be sent",
    )
    answer["properties"]["additional_attributes"] = {"type": "object"}
    schema = parse(answer)
    assert field(schema, "additional_attributes.origin").is_required
    assert "taken as additional_attributes.origin" in schema.unparsed[0]


def test_a_published_key_keeps_the_type_that_the_body_takes() -> None:
    schema = parse(
        {
            "email_addresses": {"type": "string", "allowed_values": ["a@example.com"]},
            "title": {"type": "integer", "format": "date"},
            "last_interaction_at": {"type": "string", "format": "date"},
            "applications": {"type": "list", "items": {"type": "string", "format": "uuid"}},
            "remote_user_id": {"type": "integer"},
            "urls": {"type": "list", "items": {"properties": {"url_type": {"enum": ["BLOG"]}}}},
        }
    )
    emails = field(schema, "model_keys.email_addresses")
    assert emails.items is not None
    assert (emails.type, pairs(emails.items)) == ("array", [("a@example.com", "a@example.com")])
    assert (field(schema, "model_keys.title").type, field(schema, "model_keys.title").format) == (
        "string",
        None,
    )
    assert field(schema, "model_keys.last_interaction_at").format == "date"
    applications = field(schema, "model_keys.applications").items
    assert applications is not None
    assert applications.format == "uuid"
    assert field(schema, "envelope.acting_user").type == "string"
    urls = field(schema, "model_keys.urls").items
    assert urls is not None
    assert [a.value for a in urls.properties["url_type"].allowed] == ["BLOG"]
    assert urls.properties["url_type"].is_required
    assert len(schema.unparsed) == 2


def test_integration_params_that_are_optional_are_noted_too() -> None:
    schema = parse({"first_name": {}, "integration_params": {"type": "object"}})
    assert schema.unparsed[0].startswith("integration_params: the ATS takes it")
    assert "refused" not in schema.unparsed[0]
    odd = parse({"first_name": {}, "integration_params": "string"})
    assert odd.unparsed == schema.unparsed


def test_keywords_beside_a_sections_fields_are_no_fields() -> None:
    section = {"required": ["x"], "title": "Custom", "x": {"required": "true"}, "y": [1]}
    schema = parse({"custom_fields": section})
    assert field(schema, "custom_fields.x").is_required
    assert "custom_fields.title" not in schema.fields
    assert schema.unparsed == ("custom_fields.y: not understood, left out",)


def test_a_note_is_made_once() -> None:
    lost = {"$ref": "#/lost"}
    assert len(parse({"custom_fields": {"x": lost, "y": lost}}).unparsed) == 1


def test_odd_root_entries_are_noted() -> None:
    assert parse({"first_name": {}, "extra": [1]}).unparsed == ("extra: not understood, left out",)


def test_nullable_false_is_heeded() -> None:
    schema = parse({"custom_fields": {"x": {"type": "string", "nullable": False}, "y": {}}})
    assert not field(schema, "custom_fields.x").is_nullable
    assert field(schema, "custom_fields.y").is_nullable


def test_labels_of_allowed_values() -> None:
    schema = parse(
        {
            "custom_fields": {
                "a": {"enum": [1, 2, 1], "enumInformation": [{"value": "1", "description": "One"}]},
                "b": {
                    "enumInformation": [{"value": "x", "description": "Ex"}, {"description": "?"}]
                },
                "c": {"allowed_values": [{"value": 1.0, "label": " "}, {"value": None}, {"a": 1}]},
                "d": {"allowed_values": {"k": {"label": "Kay"}, "l": None, "m": 5}},
                "e": {"allowed_values": ["x", {"value": "x", "label": "Ex"}, True, [1]]},
                "allowed_values": {"type": "string"},
            }
        }
    )
    assert pairs(field(schema, "custom_fields.a")) == [(1, "One"), (2, "2")]
    assert pairs(field(schema, "custom_fields.b")) == [("x", "Ex")]
    assert pairs(field(schema, "custom_fields.c")) == [(1.0, "1")]
    assert pairs(field(schema, "custom_fields.d")) == [("k", "Kay"), ("l", "l"), ("m", "5")]
    assert pairs(field(schema, "custom_fields.e")) == [("x", "Ex"), (True, "true"), ([1], "[1]")]
    assert field(schema, "custom_fields.allowed_values").type == "string"


def test_the_hash_is_of_the_raw_answer_whatever_its_order() -> None:
    assert parse(DIALECT_A).sha256 == schema_sha256(DIALECT_A)
    assert schema_sha256({"a": 1, "b": [2]}) == schema_sha256({"b": [2], "a": 1})
    assert schema_sha256({"a": "\ud800"}) != schema_sha256({"a": 1})


WORDS = st.sampled_from(
    [
        "type properties items required isRequired enum enumInformation allowed_values data",
        "model_fields custom_fields additional_attributes first_name email_addresses urls job",
        "remote_user integration_params description format anyOf oneOf $ref success error value",
        "label name additionalProperties $defs nullable url_type key attachments x",
    ]
).flatmap(lambda line: st.sampled_from(line.split()))
SCALARS = st.sampled_from(
    [None, True, False, 0, 1, 1.5, "", "string", "list", "object", "null", "UUID", "#/x", "a b"]
)
JSON = st.recursive(
    SCALARS | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=400, deadline=None)
@given(JSON)
def test_no_answer_breaks_the_reading(answer: Any) -> None:
    read = parse_candidate_schema(answer)
    if read.schema is None:
        assert read.why
    else:
        for path, found in read.schema.fields.items():
            assert str(found.path) == path
        assert required_fields(read.schema, "A") is not None


NAMES = st.sampled_from(
    ["type", "required", "description", "enum", "items", "properties", "x", "é"]
)
DESCRIPTORS = st.fixed_dictionaries(
    {"type": st.sampled_from(["string", "integer"]), "required": st.booleans()}
)


@settings(deadline=None)
@given(st.dictionaries(NAMES, DESCRIPTORS, min_size=1), st.booleans(), st.booleans())
def test_fields_of_any_name_come_out_as_they_went_in(
    declared: dict[str, dict[str, Any]], is_a: bool, is_enveloped: bool
) -> None:
    """A field named like a keyword is a field in every dialect."""
    if is_a:
        section: dict[str, Any] = {
            "type": "object",
            "properties": {k: {"type": d["type"]} for k, d in declared.items()},
            "required": [k for k, d in declared.items() if d["required"]],
        }
    else:
        section = declared
    answer: dict[str, Any] = {"data": {"title": {"type": "string"}}, "custom_fields": section}
    schema = parse({"success": True, "data": answer} if is_enveloped else answer)
    found = {
        f.path.key: {"type": f.type, "required": f.is_required}
        for f in schema.fields.values()
        if f.path.section is Section.CUSTOM_FIELDS
    }
    assert found == declared
    assert AllowedValue("x", "x") not in [a for f in schema.fields.values() for a in f.allowed]
