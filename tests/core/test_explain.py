"""One row's way, and the tests that a mapping brings along."""

from __future__ import annotations

import json

from importer.core.explain import (
    evaluate_row,
    explain_row,
    story_document,
    story_lines,
    try_mapping,
)
from importer.core.mapping import parse_mapping
from importer.core.plan import Plan, build_plan
from importer.core.schema import published_schema

TEXT = """\
version: 1
model_keys:
  first_name: First name
  last_name: Surname
  email_addresses: [E-mail, Other]
  last_interaction_at: Last contact
  job: {column: Job, lookup: jobs.code}
  tags: {add: [new]}
"""


def plan(text: str = TEXT) -> Plan:
    return build_plan(parse_mapping(text, "m.yaml"), published_schema(), {}, is_offline=True)


ROW = {
    "First name": "Ada",
    "Surname": "Love\x1blace",
    "E-mail": " mailto:ada@example.com ",
    "Other": "",
    "Last contact": "03/04/2024",
    "Job": "",
    "Notes": "x",
}


def test_a_row_is_shown_from_cell_to_body() -> None:
    """Cells, what was tidied, what is not read, and what would be sent."""
    story = explain_row(plan(), ROW, 17, {"Last contact": "day-first"})
    text = "\n".join(story_lines(story, "people.csv"))
    assert story.is_sound
    assert text.startswith("people.csv, row 17\n")
    assert '-> model_keys.email_addresses: ["ada@example.com"]   (' in text
    assert "Not read: Notes" in text
    assert '"2024-04-03T00:00:00Z"' in text
    assert "\x1b" not in text
    assert story.body["tags"] == ["new"]


def test_what_keeps_a_row_back_is_told() -> None:
    """A date that nobody can read stops the row, with its remedy."""
    story = explain_row(plan(), {**ROW, "Notes": ""}, 17)
    text = "\n".join(story_lines(story, "people.csv"))
    assert not story.is_sound
    assert "error: Last contact: '03/04/2024' can mean" in text
    assert "Would not be sent" in text
    assert "Not read" not in text


def test_the_document_holds_the_same() -> None:
    """For scripts, as plain JSON."""
    document = story_document(explain_row(plan(), ROW, 17))
    assert json.loads(json.dumps(document))["row"] == 17
    assert document["is_sound"] is False
    assert document["problems"][0]["code"] == "date-ambiguous"
    assert document["unused"] == [{"column": "Notes", "text": "x"}]
    assert document["cells"][0]["field"] == "model_keys.first_name"


def test_a_row_without_any_problem_lists_none() -> None:
    """Silence where all is well."""
    row = {**ROW, "Surname": "Lovelace", "Last contact": "", "E-mail": "ada@example.com"}
    text = "\n".join(story_lines(explain_row(plan(), row), "p"))
    assert "Found:" not in text


def test_a_test_row_needs_only_the_columns_it_speaks_of() -> None:
    """What it leaves out is blank."""
    found = evaluate_row(plan(), {"First name": "Ada"})
    assert found["model_keys.first_name"] == "Ada"
    assert "model_keys.last_name" not in found


def _with_test(expect: str) -> Plan:
    return plan(TEXT + f"tests:\n  - row: {{First name: Ada, Job: X}}\n    expect: {expect}\n")


def test_a_failing_test_names_its_line() -> None:
    """The mapping and its tests disagree."""
    found, notes = try_mapping(_with_test("{first_name: Bob}"))
    assert notes == []
    assert found[0].line == 11
    assert "expects first_name" in found[0].finding.message


def test_names_are_not_tried_without_their_list() -> None:
    """Offline there is no list of jobs; that is told, and nothing fails for it."""
    found, notes = try_mapping(_with_test("{first_name: Ada, model_keys.job: some-id}"))
    assert found == []
    assert "jobs.code" in notes[0]
