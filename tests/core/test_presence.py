"""What a row must have: required fields, and a name or an e-mail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from judge_kit import Memory, Table, check, told

from importer.core.model import CandidateSchema, FieldPath, Section
from importer.core.schema import published_schema

MAPPING = """\
version: 1
model_keys:
  email_addresses: Mail
  name: {column: Name, order: given-family}
  tags: Tags
"""


def schema(*required: str) -> CandidateSchema:
    """The published schema, with more of it required."""
    plain = published_schema()
    paths = {str(FieldPath(Section.MODEL_KEYS, key)) for key in required}
    fields = {p: replace(f, is_required=p in paths) for p, f in plain.fields.items()}
    return replace(plain, fields=fields)


ROWS = {
    "a name": (("", "Ada Adams", ""), ()),
    "an e-mail": (("ada@example.com", "", ""), ()),
    "neither": (("", "", "x"), ("no-name-no-email",)),
    "an e-mail that is wrong is there": (("ada at example.com", "", ""), ("email-invalid",)),
}


@pytest.mark.parametrize(("row", "codes"), ROWS.values(), ids=ROWS.keys())
def test_somebody_must_be_found_again(row: tuple[str, ...], codes: tuple[str, ...]) -> None:
    """By a name or an e-mail; a wrong value has its own finding and no second one."""
    table = Table(("Mail", "Name", "Tags"), [row])
    checked = check(table, mapping=MAPPING, memory=Memory(), schema=schema())
    assert told(checked) == [("rejected" if codes else "ready", codes)]


REQUIRED = {
    "blank": (MAPPING, "tags", "Fill in Tags.", "Tags"),
    "a part of a whole name": (MAPPING, "last_name", "Fill in Name.", "Name"),
    "no column": (MAPPING, "title", "Map a column (or a constant) to title.", None),
}


@pytest.mark.parametrize(
    ("mapping", "key", "hint", "column"), REQUIRED.values(), ids=REQUIRED.keys()
)
def test_a_required_field(mapping: str, key: str, hint: str, column: str | None) -> None:
    """The message names the column to fill, or the field to map."""
    table = Table(("Mail", "Name", "Tags"), [("ada@example.com", "", "")])
    checked = check(table, mapping=mapping, memory=Memory(), schema=schema(key))
    (problem,) = [p for p in checked.problems if p.code == "required"]
    assert problem.column == column
    assert hint in problem.hint


def test_a_constant_and_a_name_fill_what_is_required() -> None:
    """As a column would."""
    mapping = MAPPING + "  title: {value: Dr}\n"
    table = Table(("Mail", "Name", "Tags"), [("ada@example.com", "Ada Adams", "x")])
    needed = schema("title", "first_name", "last_name", "tags")
    assert told(check(table, mapping=mapping, memory=Memory(), schema=needed)) == [("ready", ())]


def test_a_name_that_is_wrong_is_there() -> None:
    """A required name that cannot be read has its own finding and no second one."""
    mapping = MAPPING.replace(", order: given-family", "")
    table = Table(("Mail", "Name", "Tags"), [("ada@example.com", "Ada Adams", "x")])
    needed = schema("first_name", "last_name")
    checked = check(table, mapping=mapping, memory=Memory(), schema=needed)
    assert told(checked) == [("rejected", ("name-order-unknown",))]


def test_a_date_that_is_judged_later_is_there() -> None:
    """Its order is decided by all rows, so its text alone counts here."""
    mapping = MAPPING + "  last_interaction_at: Date\n"
    rows = [("a@example.com", "", "", "03/04/2024"), ("b@example.com", "", "", "")]
    table = Table(("Mail", "Name", "Tags", "Date"), rows)
    checked = check(table, mapping=mapping, memory=Memory(), schema=schema("last_interaction_at"))
    assert [codes for _, codes in told(checked)] == [("date-ambiguous",), ("required",)]
