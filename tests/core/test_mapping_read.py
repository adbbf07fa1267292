"""A mapping's YAML into rules: every form of design 4.5."""

from __future__ import annotations

import contextlib
import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.core.mapping import parse_mapping
from importer.core.model import FieldPath, Section, SourceOptions
from importer.core.rules import (
    ACTING_USER,
    REQUISITION,
    UNSET,
    WHOLE_NAME,
    AttachmentRule,
    CandidateMapping,
    MappingTest,
    Rule,
)
from importer.errors import MappingError

WHOLE = """\
version: 1
connector: acme
source: {sheet: [Jan, Feb], header_row: 3, encoding: cp1252, delimiter: ";", dates: day-first,
         time_zone: Europe/London, hidden_rows: include}
identity: [External ID]
defaults: {region: GB, blank: ["-", "n/a"]}
aliases: {E-mail: [Email, Mail]}
model_keys:
  first_name: First name
  email_addresses: [E-mail, Private e-mail]
  phone_numbers: {columns: [Mobile, Home], split: ";", region: de}
  tags: {column: Skills, split: ",", add: [migrated-2026]}
  urls:
    - {column: LinkedIn, url_type: SOCIAL_MEDIA}
    - Website
  can_email: {column: Opted out, invert: true}
  is_private: {value: false}
  last_interaction_at: {column: Last contact, format: "%d/%m/%Y"}
  job: {column: Requisition, lookup: jobs.code}
additional_attributes:
  source: {column: Origin, values: {LI: 4, ref: referral}, unknown: drop}
  level: {column: Level, otherwise: null, blank: null}
custom_fields:
  noticePeriod: {column: Notice, dates: month-first, blank: error, blanks: ["?"]}
  place: {columns: [City, Country], join: ", "}
attachments:
  - {column: CV, folder: cvs, attachment_type: RESUME}
  - Letter
ignore: [Internal notes]
tests:
  - row: {First name: Ada, Age: 007, Gone: }
    expect: {first_name: Ada, is_private: false, "additional_attributes.source": 4}
form: B
"""


def read(yaml: str, corrections: str = "") -> CandidateMapping:
    """Parse a mapping that is sound."""
    return parse_mapping(yaml, "mapping.yaml", corrections)


def only(yaml: str) -> Rule:
    """The one rule of a mapping."""
    (rule,) = read(yaml).rules
    return rule


def key(name: str) -> FieldPath:
    """A model key's path."""
    return FieldPath(Section.MODEL_KEYS, name)


def test_a_whole_mapping_is_understood() -> None:
    mapping = read(WHOLE)
    rules = {str(rule.path): rule for rule in mapping.rules}
    assert rules["model_keys.first_name"] == Rule(key("first_name"), ("First name",), line=9)
    assert rules["model_keys.phone_numbers"] == Rule(
        key("phone_numbers"), ("Mobile", "Home"), split=";", region="DE", line=11
    )
    assert rules["model_keys.tags"].add == ("migrated-2026",)
    assert rules["model_keys.is_private"].value is False
    assert rules["model_keys.is_private"].is_constant
    assert rules["model_keys.can_email"].invert
    source = rules["additional_attributes.source"]
    assert (source.values, source.unknown, source.otherwise) == (
        {"LI": 4, "ref": "referral"},
        "drop",
        UNSET,
    )
    level = rules["additional_attributes.level"]
    assert (level.otherwise, level.blank) == (None, "null")
    notice = rules["custom_fields.noticePeriod"]
    assert (notice.dates, notice.blank, notice.blanks) == ("month-first", "error", ("?",))
    assert rules["custom_fields.place"].join == ", "
    urls = [r for r in mapping.rules if r.path.key == "urls"]
    assert [(r.columns, r.url_type, r.line) for r in urls] == [
        (("LinkedIn",), "SOCIAL_MEDIA", 14),
        (("Website",), None, 15),
    ]
    assert mapping.source == SourceOptions(
        ("Jan", "Feb"), 3, "cp1252", ";", "day-first", "Europe/London", "include"
    )
    assert (mapping.connector, mapping.identity, mapping.region) == ("acme", ("External ID",), "GB")
    assert (mapping.blanks, mapping.aliases) == (("-", "n/a"), {"E-mail": ("Email", "Mail")})
    assert mapping.attachments == (
        AttachmentRule("CV", "cvs", "RESUME", 27),
        AttachmentRule("Letter", None, "RESUME", 28),
    )
    assert (mapping.ignore, mapping.form) == (("Internal notes",), "B")
    assert mapping.tests == (
        MappingTest(
            {"First name": "Ada", "Age": "007", "Gone": ""},
            {"first_name": "Ada", "is_private": False, "additional_attributes.source": 4},
            31,
        ),
    )


def test_lines_are_known_by_dotted_path() -> None:
    lines = read(WHOLE).lines
    assert lines["model_keys.first_name"] == 9
    assert lines["additional_attributes.source.values.LI"] == 21
    assert lines["identity.0"] == 5


def test_rules_stand_in_the_order_of_the_file() -> None:
    assert [rule.line for rule in read(WHOLE).rules] == sorted(r.line for r in read(WHOLE).rules)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("acting_user", ACTING_USER),
        ("job_requisition_id", REQUISITION),
        ("job_id", key("job_id")),
        ("job_interview_stage_id", key("job_interview_stage_id")),
        ("name", WHOLE_NAME),
    ],
)
def test_keys_of_the_envelope_stand_at_the_top_or_among_the_model_keys(
    name: str, path: FieldPath
) -> None:
    assert only(f"model_keys:\n  {name}: Column\n").path == path
    top = only(f"{name}: {{column: Column}}\n")
    assert (top.path, top.line) == (path, 1)


def test_a_name_elsewhere_is_a_field_like_any_other() -> None:
    assert only("custom_fields: {name: A}").path == FieldPath(Section.CUSTOM_FIELDS, "name")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param("NO", ("NO",), id="norway-is-no-boolean"),
        pytest.param("2024", ("2024",), id="a-number-as-typed"),
        pytest.param("007", ("007",), id="zeros-in-front"),
        pytest.param("1.50", ("1.50",), id="zeros-behind"),
        pytest.param("true", ("true",), id="a-boolean-as-typed"),
        pytest.param("2024-01-31", ("2024-01-31",), id="a-date-as-typed"),
        pytest.param("[1, NO]", ("1", "NO"), id="in-a-list"),
        pytest.param("{column: 1e3}", ("1e3",), id="in-options"),
        pytest.param("{columns: One}", ("One",), id="one-for-several"),
    ],
)
def test_a_columns_name_is_what_was_typed(entry: str, expected: tuple[str, ...]) -> None:
    assert only(f"model_keys: {{title: {entry}}}").columns == expected


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        ("4", 4),
        ("-4", -4),
        ("4.5", 4.5),
        ("'4'", "4"),
        ("007", "007"),
        ("+49", "+49"),
        ("0x1f", "0x1f"),
        ("true", True),
        ("True", True),
        ("yes", "yes"),
        ("NO", "NO"),
        ("null", None),
        ("~", None),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("2024-01-31", "2024-01-31"),
        ("12:30", "12:30"),
        ("[1, {a: true}]", [1, {"a": True}]),
    ],
)
def test_a_constant_keeps_its_json_type(given_value: str, expected: object) -> None:
    """Ids that look numeric but are not stay text."""
    rule = only(f"custom_fields: {{a: {{value: {given_value}}}}}")
    assert rule.value == expected
    assert type(rule.value) is type(expected)
    assert only(f"custom_fields: {{a: {{column: c, otherwise: {given_value}}}}}").otherwise == (
        expected
    )


def test_the_texts_of_values_are_what_was_typed() -> None:
    rule = only("custom_fields: {a: {column: c, values: {1: 1, NO: no, 007: true, null: ~}}}")
    assert rule.values == {"1": 1, "NO": "no", "007": True, "null": None}


@pytest.mark.parametrize(
    ("options", "blank", "blanks"),
    [
        ("blank: null", "null", ()),
        ("blank: 'null'", "null", ()),
        ("blank: omit", "omit", ()),
        ("blank: [x, y]", "omit", ("x", "y")),
        ("blank: error, blanks: x", "error", ("x",)),
    ],
)
def test_blank_says_what_a_blank_does_or_which_texts_are_blank(
    options: str, blank: str, blanks: tuple[str, ...]
) -> None:
    rule = only(f"model_keys: {{title: {{column: c, {options}}}}}")
    assert (rule.blank, rule.blanks) == (blank, blanks)


def test_a_format_may_be_a_name() -> None:
    rule = only("model_keys: {last_interaction_at: {column: c, format: epoch-ms}}")
    assert rule.format == "epoch-ms"


def test_items_without_a_column_are_a_constant_list() -> None:
    rule = only("model_keys: {tags: {add: [a, b]}}")
    assert (rule.value, rule.add) == (["a", "b"], ())
    rule = only("model_keys: {tags: {value: a, add: [b]}}")
    assert (rule.value, rule.add) == ("a", ("b",))


def test_empty_sections_and_short_forms_are_welcome() -> None:
    mapping = read(
        "\ufeffversion: 1\nsource:\ndefaults:\naliases:\nmodel_keys:\n  title: T\n"
        "custom_fields:\nadditional_attributes: ~\nignore:\nidentity: Id\nattachments:\ntests: []\n"
    )
    assert (mapping.identity, mapping.ignore, mapping.attachments) == (("Id",), (), ())
    assert mapping.source == SourceOptions()
    assert read("attachments: {column: CV}").attachments[0].column == "CV"
    assert read("attachments: CV").attachments[0].column == "CV"


@pytest.mark.parametrize(
    ("given_value", "expected"), [("tab", "\t"), (r'"\t"', "\t"), ("Semicolon", ";"), ("'|'", "|")]
)
def test_a_delimiter_may_be_named(given_value: str, expected: str) -> None:
    mapping = read(f"source: {{delimiter: {given_value}}}\nmodel_keys: {{title: T}}")
    assert mapping.source.delimiter == expected


def test_anchors_and_merges_work() -> None:
    mapping = read(
        "model_keys:\n  title: &t {column: A, blank: error}\n  company: {<<: *t, column: B}\n"
        "  avatar: {<<: [*t], blank: omit}\n"
    )
    assert [(r.columns, r.blank) for r in mapping.rules] == [
        (("A",), "error"),
        (("B",), "error"),
        (("A",), "omit"),
    ]


def test_the_hash_covers_the_mapping_and_its_corrections() -> None:
    """Without corrections it is the file's own SHA-256."""
    yaml = "model_keys: {title: T}\n"
    plain = read(yaml)
    assert plain.sha256 == sha256(yaml.encode()).hexdigest()
    assert plain.text == yaml
    corrected = read(yaml, "column,value,use_instead\n")
    assert corrected.sha256 != plain.sha256


_NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12
)


@given(st.dictionaries(_NAMES, _NAMES, min_size=1, max_size=5))
def test_any_quoted_name_comes_through(fields: dict[str, str]) -> None:
    """JSON is YAML: quoted names of any script are themselves."""
    mapping = read("custom_fields: " + json.dumps(fields, ensure_ascii=False))
    assert {r.path.key: r.columns for r in mapping.rules} == {k: (v,) for k, v in fields.items()}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["column", "columns", "value", "model_keys", "title", "tests", "row"]
                )
                | st.text(max_size=4),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_no_shape_raises_anything_but_a_mapping_error(shape: Any) -> None:
    """Whatever stands in the file, the answer is a mapping or a list of mistakes with lines."""
    for section in ("model_keys", "source", "tests", "attachments", "aliases", "defaults"):
        with contextlib.suppress(MappingError):
            assert read(f"{section}: {json.dumps(shape)}").rules is not None
