"""From judged columns to the values of a row."""

from __future__ import annotations

from typing import Any

import pytest
from judge_kit import Memory, Table, check, values

from importer.core.model import FieldPath, Section

BASE = "version: 1\nmodel_keys:\n  email_addresses: Mail\n"


def key(name: str) -> FieldPath:
    return FieldPath(Section.MODEL_KEYS, name)


def fill(mapping: str, header: str, *rows: str) -> list[dict[str, Any]]:
    """The model keys that rows fill; cells are divided by bars."""
    columns = header.split("|")
    cells = [row.split("|") for row in rows]
    checked = check(Table(columns, cells), mapping=mapping, memory=Memory())
    return [
        {path.key: value for path, value in row.items()}
        for row in values(checked, *cells, header=columns)
    ]


CASES: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "a list collects the items of its columns, each once": (
        "  tags: {columns: [A, B], split: ','}\n",
        "Mail|A|B",
        "|x,y|y,z",
        {"tags": ["x", "y", "z"]},
    ),
    "of several columns the first that is not blank": (
        "  title: {columns: [A]}\n  company: B\n",
        "Mail|A|B",
        "||Acme",
        {"company": "Acme"},
    ),
    "blank means null where the mapping says so": (
        "  title: {column: A, blank: 'null'}\n",
        "Mail|A",
        "|",
        {"title": None},
    ),
    "a whole name fills both parts": (
        "  name: {column: A, order: given-family}\n",
        "Mail|A",
        "|Ada Lovelace",
        {"first_name": "Ada", "last_name": "Lovelace"},
    ),
    "a part that has its own column is not overwritten": (
        "  first_name: B\n  name: {column: A, order: given-family}\n",
        "Mail|A|B",
        "|Ada Lovelace|Augusta",
        {"first_name": "Augusta", "last_name": "Lovelace"},
    ),
    "items that the mapping adds": (
        "  tags: {column: A, add: [new, x]}\n",
        "Mail|A",
        "|x",
        {"tags": ["x", "new"]},
    ),
    "items added to a blank list": (
        "  tags: {column: A, add: [new]}\n",
        "Mail|A",
        "|",
        {"tags": ["new"]},
    ),
    "a constant": ("  is_private: {value: true}\n", "Mail", "", {"is_private": True}),
    "a constant list": ("  tags: {value: [a, b]}\n", "Mail", "", {"tags": ["a", "b"]}),
}


@pytest.mark.parametrize(("rules", "header", "row", "expected"), CASES.values(), ids=CASES.keys())
def test_how_a_field_is_filled(rules: str, header: str, row: str, expected: dict[str, Any]) -> None:
    """By columns, parts, additions and constants."""
    assert fill(BASE + rules, header, row) == [expected]


def test_rows_are_filled_in_order_and_apart() -> None:
    """No row's list grows by another row's items."""
    rows = fill(BASE + "  tags: {column: A, add: [n]}\n", "Mail|A", "|x", "|y", "|x")
    assert [r["tags"] for r in rows] == [["x", "n"], ["y", "n"], ["x", "n"]]
