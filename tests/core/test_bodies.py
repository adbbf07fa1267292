"""Bodies of both forms, and the way back from what the ATS answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.core import bodies
from importer.core.model import BodyForm, CandidateSchema, Field, FieldPath, Section
from importer.core.rules import ACTING_USER, REQUISITION, WHOLE_NAME, CandidateMapping, Rule
from importer.errors import MappingError

ID = "018b4bfb-5ece-70b1-ad5e-862a9433aa65"
NO_SCHEMA = CandidateSchema(fields={})


def model(key: str) -> FieldPath:
    return FieldPath(Section.MODEL_KEYS, key)


def extra(key: str) -> FieldPath:
    return FieldPath(Section.ADDITIONAL_ATTRIBUTES, key)


def custom(key: str) -> FieldPath:
    return FieldPath(Section.CUSTOM_FIELDS, key)


def mapping(*paths: FieldPath, form: BodyForm | None = None) -> CandidateMapping:
    rules = tuple(
        Rule(path, columns=(f"Column {i}",), line=10 + i) for i, path in enumerate(paths, 1)
    )
    return CandidateMapping("m.yaml", rules, form=form)


@pytest.mark.parametrize(
    ("paths", "form", "expected"),
    [
        pytest.param([], None, "B", id="nothing at all"),
        pytest.param([model("first_name"), WHOLE_NAME], None, "B", id="either would do"),
        pytest.param([extra("source")], None, "B", id="additional attributes"),
        pytest.param([custom("shirt")], None, "B", id="custom fields"),
        pytest.param([model("last_interaction_at")], None, "B", id="last contact"),
        pytest.param([model("remote_created_at")], None, "B", id="created"),
        pytest.param([model("remote_updated_at")], None, "B", id="updated"),
        pytest.param([model("job")], None, "B", id="job"),
        pytest.param([model("job_id")], None, "A", id="job_id"),
        pytest.param([model("job_interview_stage_id")], None, "A", id="stage"),
        pytest.param([ACTING_USER], None, "A", id="acting user"),
        pytest.param([REQUISITION], None, "A", id="requisition"),
        pytest.param([model("first_name")], "A", "A", id="the mapping says A"),
        pytest.param([ACTING_USER], "A", "A", id="the mapping says what is needed"),
        pytest.param([model("nonsense")], None, "B", id="a key nobody published decides nothing"),
    ],
)
def test_form_follows_the_fields(
    paths: list[FieldPath], form: BodyForm | None, expected: str
) -> None:
    assert bodies.choose_form(mapping(*paths, form=form), NO_SCHEMA) == expected


def test_attachments_do_not_force_a_form() -> None:
    """Files go by the attachment call where the candidate must go by form A."""
    assert bodies.choose_form(mapping(ACTING_USER, model("attachments")), NO_SCHEMA) == "A"


def test_forcing_both_forms_names_each_rule_with_its_line_and_columns() -> None:
    schema = CandidateSchema(fields={str(extra("source")): Field(extra("source"), label="Source")})
    with pytest.raises(MappingError) as caught:
        bodies.choose_form(mapping(ACTING_USER, extra("source"), model("first_name")), schema)
    assert caught.value.exit_code == 2
    assert caught.value.details == (
        "line 11: envelope.acting_user, from column Column 1, needs body form A",
        "line 12: additional_attributes.source (Source), from column Column 2, needs body form B",
    )


def test_a_job_alone_in_the_wrong_form_is_told_its_other_name() -> None:
    with pytest.raises(MappingError) as caught:
        bodies.choose_form(mapping(ACTING_USER, model("job")), NO_SCHEMA)
    assert "`job_id` instead of `job`" in caught.value.hint


@pytest.mark.parametrize(
    ("form", "path", "hint"),
    [
        ("B", ACTING_USER, "Take out"),
        ("A", custom("shirt"), "Take out"),
        ("B", model("job_id"), "`job` instead of `job_id`"),
    ],
)
def test_a_stated_form_that_cannot_carry_a_field_is_refused(
    form: BodyForm, path: FieldPath, hint: str
) -> None:
    constant = CandidateMapping("m.yaml", (Rule(path, value="x"),), form=form)
    with pytest.raises(MappingError, match=f"form: {form}") as caught:
        bodies.choose_form(constant, NO_SCHEMA)
    assert hint in caught.value.hint
    assert "a constant" in caught.value.details[0]


def test_several_misfits_are_counted() -> None:
    with pytest.raises(MappingError, match="cannot carry 2 of its fields"):
        bodies.choose_form(mapping(custom("a"), custom("b"), form="A"), NO_SCHEMA)


VALUES: dict[FieldPath, object] = {
    WHOLE_NAME: {"first_name": "Ada", "last_name": "Lovelace"},
    model("email_addresses"): ["ada@example.com"],
    model("avatar"): None,
}


def test_form_a_nests_under_data_with_the_envelope_beside_it() -> None:
    values = VALUES | {ACTING_USER: ID, REQUISITION: "R-1", model("job_id"): ID}
    assert bodies.assemble_body("A", values) == {
        "data": {
            "first_name": "Ada",
            "last_name": "Lovelace",
            "email_addresses": ["ada@example.com"],
            "avatar": None,
            "job_id": ID,
        },
        "remote_user_id": ID,
        "job_requisition_id": "R-1",
    }


def test_form_b_keeps_sections_as_objects() -> None:
    values = VALUES | {extra("source"): 5, custom("shirt"): "L", custom("cap"): "S"}
    assert bodies.assemble_body("B", values) == {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email_addresses": ["ada@example.com"],
        "avatar": None,
        "additional_attributes": {"source": 5},
        "custom_fields": {"shirt": "L", "cap": "S"},
    }


@pytest.mark.parametrize(
    ("form", "path", "value"),
    [
        ("A", extra("source"), "x"),
        ("A", model("job"), ID),
        ("A", model("nonsense"), "x"),
        ("A", model("attachments"), [{"file_name": "cv.pdf"}]),
        ("B", model("job_id"), ID),
        ("B", FieldPath(Section.ENVELOPE, "nonsense"), "x"),
        ("B", WHOLE_NAME, None),
        ("B", WHOLE_NAME, {"first_name": "", "last_name": None}),
    ],
)
def test_what_a_form_does_not_declare_is_not_sent(
    form: BodyForm, path: FieldPath, value: object
) -> None:
    empty: dict[str, object] = {"data": {}} if form == "A" else {}
    assert bodies.assemble_body(form, {path: value}) == empty


def test_form_a_takes_ids_of_attachments_that_exist() -> None:
    body = bodies.assemble_body("A", {model("attachments"): [ID]})
    assert body == {"data": {"attachments": [ID]}}


def test_a_rule_of_its_own_outranks_the_whole_name() -> None:
    values: dict[FieldPath, object] = {
        model("first_name"): "Augusta",
        WHOLE_NAME: {"first_name": "Ada", "last_name": "Lovelace"},
    }
    assert bodies.body_name(bodies.assemble_body("B", values)) == "Augusta Lovelace"


@pytest.mark.parametrize(
    ("body", "emails", "name"),
    [
        ({}, (), ""),
        ({"data": {"email_addresses": ["a@example.com"], "last_name": " L "}}, None, "L"),
        (
            {"email_addresses": ["a@example.com", 5], "first_name": "A", "last_name": "L"},
            None,
            "A L",
        ),
        ({"email_addresses": "a@example.com", "first_name": None}, (), ""),
    ],
)
def test_bodies_are_read_back(
    body: dict[str, object], emails: tuple[str, ...] | None, name: str
) -> None:
    assert bodies.body_emails(body) == (("a@example.com",) if emails is None else emails)
    assert bodies.body_name(body) == name


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (ID, ID),
        (f" {ID}\n", ID),
        ("created", ""),
        (None, ""),
        ([ID], ""),
        ({}, ""),
        ({"id": ID}, ID),
        ({"id": 17}, "17"),
        ({"id": True}, ""),
        ({"id": "", "candidate_id": "c-1"}, "c-1"),
        ({"remote_id": "r-1", "data": {"id": ID}}, ID),
        ({"remote_id": "r-1"}, "r-1"),
        ({"success": True, "data": {"candidate_id": "c-2"}}, "c-2"),
        ({"success": True, "data": ID}, ID),
        ({"success": True, "data": "fine"}, ""),
        ({"data": {"data": {"id": ID}}}, ""),
    ],
)
def test_created_ids_are_found_wherever_they_stand(body: object, expected: str) -> None:
    assert bodies.parse_created_id(body) == expected


@pytest.mark.parametrize(
    ("loc", "form", "path", "index"),
    [
        (["body", "data", "email_addresses", 0], "A", "model_keys.email_addresses", 0),
        (["body", "CreateCandidate", "data", "job_id"], "A", "model_keys.job_id", None),
        (["body", "AtsCandidateWrite", "urls", 0, "url_type"], "B", "model_keys.urls", 0),
        (["body", "additional_attributes", "source"], "B", "additional_attributes.source", None),
        (["body", "custom_fields", "data", 2], "B", "custom_fields.data", 2),
        (["body", "custom_fields", "first_name"], "B", "custom_fields.first_name", None),
        (["remote_user_id"], "A", "envelope.acting_user", None),
        (["body", "job_requisition_id"], "A", "envelope.job_requisition_id", None),
        (["body", "first_name", "string"], "B", "model_keys.first_name", None),
        (["body", "CreateCandidate", "data"], "B", None, None),
        (["body", "AtsCandidateWrite", "urls", 0], "A", None, None),
        (["body", "additional_attributes"], "B", None, None),
        (["body", 3], "B", None, None),
        (["header", "x-connector-token"], "B", None, None),
        ([], "B", None, None),
    ],
)
def test_a_422_leads_back_to_its_field(
    loc: list[str | int], form: BodyForm, path: str | None, index: int | None
) -> None:
    found, at = bodies.loc_to_path(loc, form)
    assert (str(found) if found else None, at) == (path, index)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "data", "x"]), inner),
    max_leaves=8,
)


@settings(deadline=None)
@given(JSON)
def test_no_answer_breaks_the_search_for_an_id(body: Any) -> None:
    assert isinstance(bodies.parse_created_id(body), str)


@settings(deadline=None)
@given(st.lists(st.text() | st.integers() | st.sampled_from(["body", "data", "urls"])))
def test_no_loc_breaks_the_way_back(loc: list[str | int]) -> None:
    path, index = bodies.loc_to_path(loc, "B")
    assert path is not None or index is None
