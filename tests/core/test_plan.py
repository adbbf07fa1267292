"""A mapping joined to a schema and to a source's columns."""

from __future__ import annotations

import pytest
from judge_kit import Memory, Table, check, told

from importer.core.distinct import PAIR
from importer.core.mapping import parse_mapping
from importer.core.model import Converted, FieldPath, Section
from importer.core.plan import Plan, bind_rules, build_plan, items_of, present_keys
from importer.core.rules import WHOLE_NAME
from importer.core.schema import published_schema

BASE = "version: 1\nmodel_keys:\n  email_addresses: Mail\n"


def plan(rules: str) -> Plan:
    return build_plan(parse_mapping(BASE + rules, "m.yaml"), published_schema(), {})


def bind(rules: str, *columns: str, dates: str | None = None, **orders: str):
    named = {c: c for c in columns}
    return {b.path.key: b for b in bind_rules(plan(rules), named, dates, orders)}


def test_only_rules_whose_columns_are_there_are_bound() -> None:
    """Constants read no column, and a missing column is lint's affair."""
    bound = bind("  title: Title\n  company: Gone\n  is_private: {value: true}\n", "Mail", "Title")
    assert set(bound) == {"email_addresses", "title"}


def test_columns_of_a_list_add_items_and_joined_ones_one_text() -> None:
    """Each list column is judged by itself; joined columns together."""
    bound = bind(
        "  tags: {columns: [A, B]}\n  title: {columns: [A, B], join: '/'}\n", "Mail", "A", "B"
    )
    assert bound["tags"].inputs == (("A",), ("B",))
    assert bound["title"].inputs == (("A", "B"),)
    assert bound["title"].joiner == "/"
    assert bound["title"].tell(("A", "B"), "x/y") == ("A, B", "x/y", "")


ORDERS = {
    "nobody said": ("  last_interaction_at: D\n", None, {}, True),
    "the source says": ("  last_interaction_at: D\n", "day-first", {}, False),
    "a fix workbook inherits": ("  last_interaction_at: D\n", None, {"D": "day-first"}, False),
    "the rule says": ("  last_interaction_at: {column: D, dates: day-first}\n", None, {}, False),
    "a format says": ("  last_interaction_at: {column: D, format: '%d/%m/%Y'}\n", None, {}, False),
}


@pytest.mark.parametrize(("rules", "dates", "orders", "open_"), ORDERS.values(), ids=ORDERS.keys())
def test_who_says_how_dates_are_written(
    rules: str, dates: str | None, orders: dict[str, str], open_: bool
) -> None:
    """Only where nobody does must the column decide."""
    bound = bind(rules, "Mail", "D", dates=dates, **orders)
    assert bound["last_interaction_at"].needs_order is open_


def test_a_constant_that_does_not_fit_is_found_without_rows() -> None:
    """By the line of the mapping."""
    found = plan("  is_private: {value: perhaps}\n").findings
    assert [line for line, _ in found] == [4]


def test_a_scope_is_told_apart_from_the_cell() -> None:
    """A stage's text is judged with the job's; a person is shown each."""
    mapping = BASE + "  job_id: Job\n  job_interview_stage_id: Stage\n"
    table = Table(("Mail", "Job", "Stage"), [("a@example.com", "x", "y")])
    checked = check(table, mapping=mapping, memory=Memory())
    for bound in checked.judge.sources[0].rules:
        if bound.scope:
            assert bound.joiner == PAIR
            assert bound.tell(bound.inputs[0], f"y{PAIR}x") == ("Stage", "y", "x")
    assert told(checked)[0][0] in ("rejected", "ready")


def test_what_a_value_fills() -> None:
    """A whole name up to two keys; every other rule its own."""
    rule = parse_mapping("version: 1\nmodel_keys:\n  name: N\n", "m.yaml").rules[0]
    assert rule.path == WHOLE_NAME
    keys = present_keys(rule, {"first_name": "Ada", "last_name": ""})
    assert keys == (FieldPath(Section.MODEL_KEYS, "first_name"),)
    assert present_keys(rule, "x") == (WHOLE_NAME,)


@pytest.mark.parametrize(
    ("value", "items"), [(None, []), ("x", ["x"]), (["x"], ["x"]), (("x", "y"), ["x", "y"])]
)
def test_items_of_a_judged_text(value: object, items: list[object]) -> None:
    """A single value counts as one item."""
    assert items_of(Converted(value)) == items
