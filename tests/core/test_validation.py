"""A cell's way through conversion, the closed list and the checks, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.core.fields import ENVELOPE_FIELDS, MODEL_FIELDS
from importer.core.model import AllowedValue, Converted, Field, FieldPath, Section, Severity
from importer.core.rules import UNSET, WHOLE_NAME, ConvertContext, Rule
from importer.core.schema import parse_candidate_schema, published_schema
from importer.core.validation import (
    build_judge,
    judge_additions,
    judge_constant,
    judge_settings,
    required_fields,
)

PATH = FieldPath(Section.CUSTOM_FIELDS, "x")
ID = "018b4bfb-5ece-70b1-ad5e-862a9433aa65"
CONTEXT = ConvertContext(region="GB", date_order="day-first")
SOURCES = (AllowedValue("s1", "LinkedIn"), AllowedValue("s2", "Sales, EMEA"))


def field(type_: str = "string", *allowed: AllowedValue, **more: Any) -> Field:
    return Field(PATH, type=type_, label="Source", allowed=allowed, **more)


def list_field(*allowed: AllowedValue, type_: str = "string") -> Field:
    inner = Field(FieldPath(PATH.section, "x[]"), type=type_, allowed=allowed)
    return Field(PATH, type="array", label="Source", items=inner)


def judge(text: str, target: Field | None, **rule: Any) -> Converted:
    path = target.path if target is not None else PATH
    return build_judge(Rule(path, columns=("Origin",), **rule), target, CONTEXT)(text)


def codes(judged: Converted) -> list[str]:
    return [finding.code for finding in judged.findings]


# --- closed lists ------------------------------------------------------------------------------

CHOICE = field("string", *SOURCES)
NUMBERS = field("integer", AllowedValue(1000, "A thousand"), AllowedValue(5, "Five"))
TAGS = list_field(*SOURCES)


@pytest.mark.parametrize(
    ("text", "target", "rule", "value", "found"),
    [
        pytest.param("LinkedIn", CHOICE, {}, "s1", [], id="label"),
        pytest.param("  linkedin ", CHOICE, {}, "s1", [], id="folded"),
        pytest.param("", CHOICE, {}, None, [], id="blank"),
        pytest.param("", CHOICE, {"blank": "error"}, None, ["blank-not-allowed"], id="blank error"),
        pytest.param("Linkdin", CHOICE, {}, None, ["value-not-allowed"], id="misspelt"),
        pytest.param("LI", CHOICE, {"values": {"LI": "LinkedIn"}}, "s1", [], id="pair"),
        pytest.param(
            "-", CHOICE, {"values": {"-": "s2"}, "blanks": ("-",)}, "s2", [], id="pair over blank"
        ),
        pytest.param("-", CHOICE, {"blanks": ("-",)}, None, [], id="called blank"),
        pytest.param("x", CHOICE, {"otherwise": "s2"}, "s2", ["value-replaced"], id="otherwise"),
        pytest.param("x", CHOICE, {"unknown": "drop"}, None, ["value-dropped"], id="drop"),
        pytest.param("A Thousand", NUMBERS, {}, 1000, [], id="label of a number"),
        pytest.param("5", NUMBERS, {}, 5, [], id="number as text"),
        pytest.param("6", NUMBERS, {}, None, ["value-not-allowed"], id="number not allowed"),
        pytest.param("six", NUMBERS, {}, None, ["value-not-allowed"], id="word for a number"),
        pytest.param("LinkedIn; Sales, EMEA", TAGS, {"split": ";"}, ["s1", "s2"], [], id="items"),
        pytest.param("Sales, EMEA", TAGS, {}, ["s2"], [], id="a label with a comma"),
        pytest.param("LinkedIn", TAGS, {}, ["s1"], [], id="one item"),
        pytest.param("LI", TAGS, {"values": {"LI": "s1"}}, ["s1"], [], id="pair for a list"),
        pytest.param(
            "LI;s2",
            TAGS,
            {"values": {"LI": ["s1", "s2"]}, "split": ";"},
            ["s1", "s2"],
            [],
            id="pair for an item",
        ),
        pytest.param("no", TAGS, {"values": {"no": None}}, None, [], id="pair to nothing"),
        pytest.param(
            "s1;x;y", TAGS, {"split": ";"}, None, ["value-not-allowed"] * 2, id="each bad item"
        ),
        pytest.param(
            "s1;x",
            TAGS,
            {"split": ";", "unknown": "drop"},
            ["s1"],
            ["value-dropped"],
            id="a dropped item",
        ),
        pytest.param(
            "x", TAGS, {"unknown": "drop"}, None, ["value-dropped"], id="all items dropped"
        ),
        pytest.param("", TAGS, {}, None, [], id="no items"),
    ],
)
def test_closed_lists(
    text: str, target: Field, rule: dict[str, Any], value: object, found: list[str]
) -> None:
    judged = judge(text, target, **rule)
    assert (judged.value, codes(judged)) == (value, found)


def test_a_suggestion_is_for_the_whole_cell_only() -> None:
    assert judge("Linkdin", TAGS).findings[0].suggestion == "LinkedIn"
    assert judge("Linkdin;s1", TAGS, split=";").findings[0].suggestion is None


def test_numbers_and_dates_are_found_by_what_they_mean() -> None:
    dates = field("string", AllowedValue("2024-12-31", "Year's end"), format="date")
    assert judge("31/12/2024", dates).value == "2024-12-31"
    assert judge("31/12/2023", dates).findings[0].code == "value-not-allowed"
    assert judge("1000.0", NUMBERS).value == 1000


def test_a_list_without_declared_elements_has_a_closed_list_too() -> None:
    bare = Field(PATH, type="array", allowed=SOURCES)
    assert judge("LinkedIn", bare).value == ["s1"]


def test_jobs_are_chosen_by_label_though_they_are_ids() -> None:
    job = replace(MODEL_FIELDS["job"], allowed=(AllowedValue(ID, "Engineer"),))
    assert judge("engineer", job).value == ID
    assert judge(ID, job).value == ID


def test_an_inverted_boolean_is_read_before_its_list() -> None:
    flag = field("boolean", AllowedValue(True, "Yes"), AllowedValue(False, "No"))
    assert judge("Yes", flag).value is True
    assert judge("Yes", flag, invert=True).value is False


# --- fields without a closed list --------------------------------------------------------------

FLAG = field("boolean")
OPEN_TAGS = MODEL_FIELDS["tags"]


@pytest.mark.parametrize(
    ("text", "target", "rule", "value", "found"),
    [
        pytest.param("any", field(), {}, "any", [], id="text"),
        pytest.param("any", None, {}, "any", [], id="undeclared"),
        pytest.param("5", field("integer"), {}, 5, [], id="integer"),
        pytest.param("yes", FLAG, {}, True, [], id="boolean"),
        pytest.param("J", FLAG, {"values": {"J": True}}, True, [], id="pair for a boolean"),
        pytest.param(
            "J", FLAG, {"values": {"J": "ja"}}, None, ["wrong-type"], id="pair of a wrong type"
        ),
        pytest.param(
            "no",
            FLAG,
            {"values": {"J": True}, "otherwise": True},
            False,
            [],
            id="sound needs no otherwise",
        ),
        pytest.param(
            "perhaps",
            FLAG,
            {"otherwise": False},
            False,
            ["value-replaced"],
            id="unreadable, otherwise",
        ),
        pytest.param(
            "perhaps", FLAG, {"unknown": "drop"}, None, ["value-dropped"], id="unreadable, drop"
        ),
        pytest.param("", FLAG, {"unknown": "drop"}, None, [], id="blank is not unknown"),
        pytest.param(
            "LI", field(), {"values": {"LI": "linkedin"}}, "linkedin", [], id="pair for a text"
        ),
        pytest.param("x", field(), {"values": {"LI": "linkedin"}}, "x", [], id="other texts pass"),
        pytest.param(
            "x",
            field(),
            {"values": {"LI": "a"}, "otherwise": "b"},
            "b",
            ["value-replaced"],
            id="pairs are the list",
        ),
        pytest.param(
            "x",
            None,
            {"values": {"LI": "a"}, "unknown": "drop"},
            None,
            ["value-dropped"],
            id="the same, undeclared",
        ),
        pytest.param("x", field(), {"otherwise": "b"}, "x", [], id="without pairs any text fits"),
        pytest.param(
            "JS, Go",
            OPEN_TAGS,
            {"values": {"js": "JavaScript"}},
            ["JavaScript", "Go"],
            [],
            id="pair for an item",
        ),
        pytest.param(
            "JS, Go",
            OPEN_TAGS,
            {"values": {"js": "JavaScript"}, "unknown": "drop"},
            ["JavaScript"],
            ["value-dropped"],
            id="items out of the list",
        ),
        pytest.param(
            "ada@example.com",
            MODEL_FIELDS["email_addresses"],
            {"values": {"none": None}, "unknown": "drop"},
            ["ada@example.com"],
            [],
            id="pairs do not close what is not words",
        ),
        pytest.param(
            "JS",
            OPEN_TAGS,
            {"values": {"js": "JavaScript"}},
            ["JavaScript"],
            [],
            id="pair for a whole list",
        ),
        pytest.param(
            "a@example.com", MODEL_FIELDS["email_addresses"], {}, ["a@example.com"], [], id="e-mail"
        ),
        pytest.param(
            "none",
            MODEL_FIELDS["email_addresses"],
            {"values": {"none": None}},
            None,
            [],
            id="pair to nothing",
        ),
    ],
)
def test_open_fields(
    text: str, target: Field | None, rule: dict[str, Any], value: object, found: list[str]
) -> None:
    judged = judge(text, target, **rule)
    assert (judged.value, codes(judged)) == (value, found)


def test_what_cannot_be_converted_has_no_value() -> None:
    judged = judge("perhaps", FLAG)
    assert judged.value is None
    assert not judged.is_sound


def test_links_are_checked_against_the_published_types() -> None:
    urls = MODEL_FIELDS["urls"]
    sound = judge("https://example.com/ada", urls, url_type="social media")
    assert sound.value == [{"value": "https://example.com/ada", "url_type": "SOCIAL_MEDIA"}]
    wrong = judge("https://example.com/ada", urls, url_type="LINKEDIN")
    assert wrong.value is None
    assert wrong.findings[0].suggestion == "SOCIAL_MEDIA"


def test_whole_names_and_look_ups_keep_their_converter() -> None:
    name = build_judge(Rule(WHOLE_NAME, columns=("N",), order="given-family"), None, CONTEXT)
    assert name("Ada Lovelace").value == {"first_name": "Ada", "last_name": "Lovelace"}
    context = ConvertContext(lookups={"jobs.name": {"engineer": (ID,)}})
    job = replace(MODEL_FIELDS["job"], allowed=(AllowedValue(ID, "Engineer"),))
    found = build_judge(Rule(job.path, columns=("J",), lookup="jobs.name"), job, context)
    assert found("Engineer").value == ID
    paired = Rule(job.path, columns=("J",), lookup="jobs.name", values={"x": ID}, unknown="drop")
    judge_job = build_judge(paired, job, context)
    assert (judge_job("x").value, judge_job("Engineer").value) == (ID, ID)
    assert codes(judge_job("Poet")) == ["value-dropped"]


# --- constants ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "target", "expected", "found"),
    [
        (False, FLAG, False, []),
        (None, FLAG, None, []),
        ("anything", None, "anything", []),
        ("text", field(), "text", []),
        (2024, field(), None, ["wrong-type"]),
        ("linkedin", CHOICE, "s1", []),
        ("Linkdin", CHOICE, None, ["mapped-value-not-allowed"]),
        ("linkedin", TAGS, ["s1"], []),
        (["linkedin", "s2"], TAGS, ["s1", "s2"], []),
        ("a, b", OPEN_TAGS, ["a, b"], []),
        (["a", "b"], OPEN_TAGS, ["a", "b"], []),
        ("a@example.com", MODEL_FIELDS["email_addresses"], ["a@example.com"], []),
        ("03/04/2024", field(format="date"), None, None),
        ("2024-12-31", field(format="date"), "2024-12-31", []),
        ("5", field("integer"), 5, []),
        (5, field("integer"), 5, []),
        ({"a": 1}, field("object"), {"a": 1}, []),
        ("x", field("object"), None, ["wrong-type"]),
        ("recruiter", ENVELOPE_FIELDS["acting_user"], "recruiter", []),
    ],
)
def test_constants_are_judged_once(
    value: object, target: Field | None, expected: object, found: list[str] | None
) -> None:
    rule = Rule(target.path if target else PATH, value=value)
    judged = judge_constant(rule, target)
    assert judged.value == expected
    assert found is None or codes(judged) == found
    assert build_judge(rule, target, CONTEXT)("whatever the cell says") == judged


# --- once per mapping --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "rule", "found"),
    [
        (None, {"values": {"a": "b"}}, []),
        (CHOICE, {"values": {"a": "s1"}, "otherwise": "s2"}, []),
        (CHOICE, {"values": {"a": "x"}, "otherwise": "y"}, ["mapped-value-not-allowed"] * 2),
        (TAGS, {"add": ("LinkedIn", "z")}, ["mapped-value-not-allowed"]),
        (OPEN_TAGS, {"add": ("z",)}, []),
        (MODEL_FIELDS["urls"], {"url_type": "BLOG"}, []),
        (MODEL_FIELDS["urls"], {"url_type": "LINKEDIN"}, ["value-not-allowed"]),
        (field(), {"blank": "null"}, []),
        (field(is_required=True), {"blank": "null"}, ["null-not-allowed"]),
        (field(is_nullable=False), {"blank": "null"}, ["null-not-allowed"]),
    ],
)
def test_a_rules_settings_are_judged_without_any_cell(
    target: Field | None, rule: dict[str, Any], found: list[str]
) -> None:
    path = target.path if target is not None else PATH
    findings = judge_settings(Rule(path, columns=("O",), **rule), target)
    assert [f.code for f in findings] == found
    assert all(f.severity is Severity.ERROR for f in findings)


def test_additions_go_as_the_atss_own_values() -> None:
    assert judge_additions(Rule(PATH, add=("linkedin", "z")), TAGS) == ("s1", "z")
    assert judge_additions(Rule(PATH, add=("z",)), OPEN_TAGS) == ("z",)


def test_the_fallback_requires_nothing() -> None:
    assert required_fields(published_schema(), "A") == ()


@pytest.mark.parametrize(("form", "job"), [("A", "job_id"), ("B", "job")])
def test_required_fields_use_the_forms_name_for_the_job(form: Any, job: str) -> None:
    schema = parse_candidate_schema(
        {
            "data": {"job_id": {"type": "UUID", "required": True}, "title": {"type": "string"}},
            "remote_user": {"type": "UUID", "required": True},
            "custom_fields": {"shirt": {"type": "string", "required": True}},
        }
    ).schema
    assert schema is not None
    keys = {path.key for path in required_fields(schema, form)}
    assert keys == {job, "acting_user", "shirt"}


TARGETS = st.sampled_from([None, CHOICE, NUMBERS, TAGS, FLAG, OPEN_TAGS, *MODEL_FIELDS.values()])


@settings(deadline=None)
@given(
    TARGETS,
    st.text(max_size=12),
    st.dictionaries(st.text(max_size=3), st.sampled_from(["s1", None, 5, ["s2"]]), max_size=2),
    st.sampled_from([UNSET, "s2", False]),
    st.sampled_from(["error", "drop"]),
)
def test_no_cell_breaks_a_judge(
    target: Field | None, text: str, values: dict[str, Any], otherwise: Any, unknown: Any
) -> None:
    judged = judge(text, target, values=values, otherwise=otherwise, unknown=unknown)
    assert judged.is_sound or judged.value is None
    assert judged == judge(text, target, values=values, otherwise=otherwise, unknown=unknown)
