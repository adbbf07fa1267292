"""A mapping's own tests: given this row, these keys of the candidate.

Lives here: the comparison. Must never live here: conversion; what becomes of a row is asked
of a function that is passed in. What a newcomer would question: only the named keys are
compared. A test says what its writer cares about, and a field that is added later does not
break it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from importer.core.columns import match_columns, used_columns
from importer.core.lint import LintFinding
from importer.core.model import Finding, Section
from importer.core.rules import CandidateMapping, MappingTest
from importer.core.text import nearest

Evaluate = Callable[[Mapping[str, str]], Mapping[str, object]]
"""Column -> cell in; key of the candidate -> value out. Keys may be plain (`first_name`) or
full (`additional_attributes.source`), or sections holding keys."""

_SECTIONS: Final = tuple(section.value for section in Section)


def run_mapping_tests(mapping: CandidateMapping, evaluate: Evaluate) -> list[LintFinding]:
    """Run every test of a mapping; the findings name its line, and are none where all pass."""
    found: list[LintFinding] = []
    for number, test in enumerate(mapping.tests, 1):
        found.extend(_lint_row(mapping, test, number))
        candidate = evaluate(test.row)
        for key, expected in test.expect.items():
            line = mapping.lines.get(f"tests.{number - 1}.expect.{key}", test.line)
            found.extend(
                LintFinding(line, _differs(number, where, wanted, got), stops=True)
                for where, wanted, got in _compare(candidate, key, expected)
            )
    return found


def _lint_row(mapping: CandidateMapping, test: MappingTest, number: int) -> Iterator[LintFinding]:
    """A cell of a column that the mapping does not read is a slip of the pen."""
    names = used_columns(mapping)
    read = set(match_columns(mapping, names, tuple(test.row)).resolved.values())
    ignored = match_columns(mapping, mapping.ignore, tuple(test.row)).resolved.values()
    for column in test.row:
        if column not in read and column not in ignored:
            guess = nearest(column, names)
            line = mapping.lines.get(f"tests.{number - 1}.row.{column}", test.line)
            yield LintFinding(
                line,
                Finding(
                    "mapping-test-column",
                    f"Test {number} fills the column '{column}', which the mapping does not use.",
                    f"Did you mean '{guess}'?" if guess else "Take it out, or map it.",
                    suggestion=guess,
                ),
                stops=True,
                column=column,
            )


def _compare(
    candidate: Mapping[str, object], key: str, expected: object
) -> Iterator[tuple[str, object, object]]:
    """The differences under one expected key: where, wanted, got."""
    if key in _SECTIONS and isinstance(expected, Mapping):
        section = candidate.get(key)
        for inner, wanted in expected.items():
            if isinstance(section, Mapping):
                got = section.get(inner)
            else:
                got = candidate.get(f"{key}.{inner}")
            if not _is_same(wanted, got):
                yield f"{key}.{inner}", wanted, got
        return
    got = _find(candidate, key)
    if not _is_same(expected, got):
        yield key, expected, got


def _find(candidate: Mapping[str, object], key: str) -> object:
    if key in candidate:
        return candidate[key]
    for section in _SECTIONS:
        if f"{section}.{key}" in candidate:
            return candidate[f"{section}.{key}"]
        held = candidate.get(section)
        if isinstance(held, Mapping) and key in held:
            return held[key]
    section, _, inner = key.partition(".")
    held = candidate.get(section)
    return held.get(inner) if isinstance(held, Mapping) else candidate.get(inner)


def _is_same(wanted: object, got: object) -> bool:
    """Equal as JSON: true is not 1, and 1 is 1.0."""
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        return wanted.keys() == got.keys() and all(_is_same(wanted[k], got[k]) for k in wanted)
    if isinstance(wanted, list | tuple) and isinstance(got, list | tuple):
        return len(wanted) == len(got) and all(map(_is_same, wanted, got))
    return wanted == got


def _differs(number: int, where: str, wanted: object, got: object) -> Finding:
    return Finding(
        "mapping-test",
        f"Test {number} expects {where} to be {_show(wanted)}, and it is {_show(got)}.",
        "Correct the mapping or the test.",
    )


def _show(value: object) -> str:
    return "absent" if value is None else json.dumps(value, ensure_ascii=False, default=str)
