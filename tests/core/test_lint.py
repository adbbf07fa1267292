"""A mapping held against a file's columns and a candidate schema."""

from __future__ import annotations

import pytest

from importer.core.fields import MODEL_FIELDS
from importer.core.lint import LintFinding, lint_mapping, resolve_columns
from importer.core.mapping import parse_mapping
from importer.core.model import AllowedValue, CandidateSchema, Field, FieldPath, Section, Severity

_STAGES = (AllowedValue("1", "New"), AllowedValue(2, "Hired"))


def _custom(key: str, **options: object) -> Field:
    return Field(FieldPath(Section.CUSTOM_FIELDS, key), **options)  # type: ignore[arg-type]


SCHEMA = CandidateSchema(
    {
        str(field.path): field
        for field in (
            *MODEL_FIELDS.values(),
            _custom("noticePeriod", label="Notice period"),
            _custom("stage", type="string", allowed=_STAGES),
            _custom(
                "stages",
                type="array",
                items=_custom("stages[]", type="string", allowed=_STAGES),
            ),
            _custom("start"),
        )
    },
    open_sections=frozenset({Section.ADDITIONAL_ATTRIBUTES}),
)


def lint(yaml: str, *columns: str) -> list[LintFinding]:
    """Lint a mapping against the schema and a file with these columns."""
    return lint_mapping(parse_mapping(yaml, "m"), columns, SCHEMA)


def told(yaml: str, *columns: str) -> list[tuple[int, str, bool]]:
    """The findings as (line, code, stops)."""
    return [(f.line, f.finding.code, f.stops) for f in lint(yaml, *columns)]


def test_a_mapping_that_fits_says_nothing() -> None:
    yaml = """\
defaults: {region: GB}
identity: [ID]
name: {column: Name, order: given-family}
model_keys:
  phone_numbers: [Mobile, Home]
  urls: [{column: A, url_type: BLOG}, B]
  is_private: {value: false}
additional_attributes: {anything: X}
custom_fields: {stage: {column: Stage, values: {n: New, h: 2, o: null}}, noticePeriod: Notice}
acting_user: {column: Recruiter, lookup: remote-users.email}
attachments: [CV]
ignore: [Notes]
"""
    columns = "ID,Name,Mobile,Home,A,B,X,Stage,Notice,Recruiter,CV,Notes"
    assert told(yaml, *columns.split(",")) == []


@pytest.mark.parametrize(
    ("name", "column"),
    [
        pytest.param("E-mail", "E-mail", id="exact"),
        pytest.param("e-mail", "E-Mail", id="case"),
        pytest.param("First name", "First\u00a0 Name ", id="blanks"),
        pytest.param("Last name", "Last Name*", id="mandatory-mark"),
        pytest.param("Name", "\ufeffName", id="bom"),
        pytest.param("Prénom", "Pre\u0301nom", id="composed-or-not"),
        pytest.param("E-mail", "Mail", id="alias"),
        pytest.param("E-MAIL", "mail", id="alias-folded"),
    ],
)
def test_a_column_is_found_under_all_its_names(name: str, column: str) -> None:
    mapping = parse_mapping(
        f"aliases: {{E-mail: [Email, Mail]}}\nmodel_keys: {{title: '{name}'}}", "m"
    )
    assert resolve_columns(mapping, ["Other", column]) == ({name: column}, [])


def test_the_exact_name_outranks_the_folded_and_the_name_its_alias() -> None:
    mapping = parse_mapping("aliases: {Mail: [E-mail]}\nmodel_keys: {title: Mail}", "m")
    assert resolve_columns(mapping, ["MAIL", "Mail", "E-mail"])[0] == {"Mail": "Mail"}
    assert resolve_columns(mapping, ["mail", "E-mail"])[0] == {"Mail": "mail"}


def test_a_name_that_fits_two_columns_stops() -> None:
    mapping = parse_mapping("model_keys: {title: Email}", "m")
    resolved, found = resolve_columns(mapping, ["EMAIL", "email "])
    assert resolved == {}
    assert [(f.finding.code, f.stops, f.column) for f in found] == [
        ("column-ambiguous", True, "Email")
    ]
    assert "'EMAIL' and 'email '" in found[0].finding.message


def test_a_missing_column_stops_with_its_line_and_the_nearest() -> None:
    yaml = """\
identity:
  - Idd
aliases: {Tittle: [Position]}
model_keys:
  title: Tittle
  company: Zzz
attachments:
  - CVs
"""
    found = lint(yaml, "ID", "Title", "CV")
    stops = [f for f in found if f.stops]
    assert [(f.line, f.column, f.finding.suggestion) for f in stops] == [
        (2, "Idd", "ID"),
        (5, "Tittle", "Title"),
        (6, "Zzz", None),
        (8, "CVs", "CV"),
    ]
    assert "under its aliases Position" in stops[1].finding.message
    assert stops[2].finding.hint == "Its columns are: ID, Title, CV."
    assert lint("model_keys: {title: Zzz}", *(f"c{i}" for i in range(20)))[0].finding.hint.endswith(
        "c11, …"
    )


def test_a_column_neither_mapped_nor_ignored_is_told_and_does_not_stop() -> None:
    found = lint("model_keys: {title: Title}\nignore: [Notes]", "Title", "notes ", "New")
    assert [(f.finding.code, f.column, f.stops, f.line) for f in found] == [
        ("column-not-mapped", "New", False, 0)
    ]
    assert found[0].finding.severity is Severity.WARNING


def test_ignored_columns_may_be_several_alike() -> None:
    assert told("model_keys: {title: T}\nignore: [Notes]", "T", "NOTES", "notes") == []


def test_a_renamed_column_is_offered_as_an_alias() -> None:
    found = lint("model_keys: {title: Job title}", "Job titles")
    hints = {f.finding.code: f.finding.hint for f in found}
    assert "'Job title' under a new name" in hints["column-not-mapped"]
    assert hints["column-missing"] == "Did you mean 'Job titles'?"


def test_an_ignored_column_that_is_gone_is_a_note() -> None:
    found = lint("model_keys: {title: T}\nignore: [Note, Zzz]", "T", "Notes")
    notes = [f for f in found if f.finding.code == "ignore-unused"]
    assert [(f.line, f.finding.hint) for f in notes] == [
        (2, "Did you mean 'Notes'?"),
        (2, "Take it out if it is gone for good."),
    ]
    assert all(f.finding.severity is Severity.NOTE for f in notes)


def test_an_alias_of_nothing_is_told() -> None:
    yaml = "aliases:\n  Tite: [A]\n  Zzz: [B]\nmodel_keys: {title: Title}"
    found = [f for f in lint(yaml, "Title") if f.finding.code == "alias-unused"]
    assert [(f.line, f.finding.hint) for f in found] == [
        (2, "Did you mean 'Title'?"),
        (3, "Take it out, or map the column."),
    ]


@pytest.mark.parametrize(
    ("yaml", "suggestion"),
    [
        pytest.param("model_keys:\n  frist_name: A", "first_name", id="misspelt"),
        pytest.param("model_keys:\n  noticePeriod: A", "custom_fields.noticePeriod", id="section"),
        pytest.param("custom_fields:\n  notice_period: A", "noticePeriod", id="label"),
        pytest.param("custom_fields:\n  zzz: A", None, id="nothing-near"),
    ],
)
def test_a_field_that_the_schema_lacks_stops(yaml: str, suggestion: str | None) -> None:
    (found,) = lint(yaml, "A")
    assert (found.line, found.finding.code, found.stops) == (2, "field-unknown", True)
    assert found.finding.suggestion == suggestion


def test_a_whole_name_needs_one_of_its_keys() -> None:
    mapping = parse_mapping("name: {column: A, order: given-family}", "m")
    (found,) = lint_mapping(mapping, ["A"], CandidateSchema({}))
    assert found.finding.code == "field-unknown"


@pytest.mark.parametrize(
    "yaml",
    [
        pytest.param("custom_fields:\n  start: [{column: A}, {column: B}]", id="twice"),
        pytest.param("model_keys:\n  job_id: A\njob_id: B", id="here-and-at-the-top"),
        pytest.param(
            "model_keys:\n  name: {column: A, order: given-family}\n  last_name: B", id="name"
        ),
    ],
)
def test_a_field_filled_twice_is_told(yaml: str) -> None:
    found = lint(yaml, "A", "B")
    assert [(f.finding.code, f.stops) for f in found] == [("rule-shadowed", False)]


def test_one_column_may_fill_several_fields_and_lists_take_several_rules() -> None:
    yaml = "model_keys: {title: A, company: A, urls: [{column: A}, {column: B}]}"
    assert told(yaml, "A", "B") == []


def test_what_a_rule_should_say_is_told_before_the_run() -> None:
    assert told("name: A\nmodel_keys: {phone_numbers: B}", "A", "B") == [
        (1, "name-order-unknown", False),
        (2, "phone-region-missing", False),
    ]
    assert told("model_keys: {phone_numbers: {column: B, region: GB}}", "B") == []
    assert told("model_keys: {phone_numbers: {value: '+442079460958'}}") == []


@pytest.mark.parametrize(
    ("yaml", "suggestion"),
    [
        ("model_keys: {job: {column: A, lookup: jobs.cod}}", "jobs.code"),
        ("model_keys: {job: {column: A, lookup: zzz}}", None),
        ("model_keys: {urls: {column: A, url_type: LINKEDIN}}", None),
        ("model_keys: {urls: {column: A, url_type: PORTFOLO}}", "PORTFOLIO"),
        ("attachments: {column: A, attachment_type: RESUMÉ}", "RESUME"),
    ],
)
def test_an_option_outside_its_list_stops(yaml: str, suggestion: str | None) -> None:
    (found,) = lint(yaml, "A")
    assert (found.finding.code, found.stops) == ("option-unknown", True)
    assert found.finding.suggestion == suggestion
    assert "Known are " in found.finding.hint


@pytest.mark.parametrize("field", ["stage", "stages"])
def test_a_target_that_the_ats_does_not_allow_is_told_and_does_not_stop(field: str) -> None:
    yaml = (
        f"custom_fields:\n  {field}: {{column: A, values: {{n: Hird, h: Zzz, l: [1], o: New}},"
        " otherwise: Neww}}"
    ).replace("}}}", "}}").rstrip("}") + "}"
    found = lint(yaml, "A")
    assert {(f.finding.code, f.line, f.stops) for f in found} == {
        ("mapped-value-not-allowed", 2, False)
    }
    assert [f.finding.suggestion for f in found] == ["Hired", None, None, "New"]
