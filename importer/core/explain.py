"""One row's way: its cells, what they became, what was found, the body that would be sent.

Lives here: judging a single row for a person or a mapping's own tests. Must never live
here: rows of a run. What a newcomer would question: the row goes through the same judge as
a run's rows, alone; what only other rows can tell (a duplicate, an e-mail with two names)
does not show.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from importer.core.assemble import Values, assemble_values
from importer.core.attachments import Files
from importer.core.bodies import assemble_body
from importer.core.bound_source import BoundSource
from importer.core.columns import match_columns, used_columns
from importer.core.distinct import Columns
from importer.core.judge import Judge
from importer.core.lint import LintFinding
from importer.core.mapping_tests import run_mapping_tests
from importer.core.model import Chunk, Problem, Severity
from importer.core.plan import Plan
from importer.core.rules import CandidateMapping, MappingTest
from importer.core.standing import StandingRules


@dataclass(frozen=True, slots=True)
class CellStory:
    """What one cell, or several that are judged together, became.

    Attributes:
        field: Text of the field's path.
        value: As it would be sent; None: nothing.
        cleaned: What was tidied.
    """

    column: str
    text: str
    field: str
    value: object
    cleaned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowStory:
    """One row's way.

    Attributes:
        unused: Columns with a text that the mapping does not read.
        body: What would be sent if nothing kept it back.
    """

    row: int
    cells: Sequence[CellStory]
    unused: Sequence[tuple[str, str]]
    problems: Sequence[Problem]
    form: str
    body: Mapping[str, object]
    values: Values = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Whether nothing keeps the row from being sent."""
        return all(p.severity is not Severity.ERROR for p in self.problems)


def explain_row(
    plan: Plan,
    row: Mapping[str, str],
    number: int = 1,
    orders: Mapping[str, str] | None = None,
    files: Files | None = None,
    sheets: Sequence[str] = (),
) -> RowStory:
    """Judge one row by itself.

    Args:
        plan: Mapping and schema joined.
        row: Column of the file -> cell.
        number: Its number as the spreadsheet shows it.
        orders: Column -> order of its dates, as the whole column decided it.
        files: Looks at files to attach; None: only web addresses can be judged.
        sheets: Paths of the spreadsheets beside which the files are.
    """
    mapping = plan.mapping
    resolved = match_columns(mapping, used_columns(mapping), tuple(row)).resolved
    judge = Judge(plan, b"", None, StandingRules(run_id=""))
    source = judge.begin_source(resolved, mapping.source.dates, orders, files=files, sheets=sheets)
    frame = pd.DataFrame({name: [text] for name, text in row.items()}, dtype=object)
    judge.judge_chunk(source, Chunk(np.array([number], dtype=np.int64), frame))
    judge.finish()
    columns = Columns(frame)
    values = next(assemble_values(plan, source, columns))
    return RowStory(
        row=number,
        cells=list(_tell_cells(source, columns)),
        unused=[(c, t) for c, t in row.items() if t.strip() and c not in source.mapped],
        problems=judge.log.problems.problems(),
        form=plan.form,
        body=assemble_body(plan.form, values),
        values=values,
    )


def _tell_cells(source: BoundSource, columns: Columns) -> Iterator[CellStory]:
    for bound in source.rules:
        for group in bound.inputs:
            text = columns.distinct(group, bound.joiner).texts[0]
            converted = bound.judge(text)
            names, shown, _ = bound.tell(group, text)
            yield CellStory(names, shown, str(bound.path), converted.value, converted.cleaned)


def evaluate_row(plan: Plan, row: Mapping[str, str]) -> Mapping[str, object]:
    """What a row becomes: text of each field's path -> value, for a mapping's own tests."""
    names = used_columns(plan.mapping)
    blank = dict.fromkeys(match_columns(plan.mapping, names, tuple(row)).missing, "")
    story = explain_row(plan, {**row, **blank})
    return {str(path): value for path, value in story.values.items()}


def try_mapping(plan: Plan) -> tuple[list[LintFinding], list[str]]:
    """Run a mapping's own tests.

    Returns:
        What failed, and sentences on what could not be tried because no list of names was
        loaded.
    """
    notes: list[str] = []
    unloaded = {
        rule.path.key: rule.lookup
        for rule in plan.mapping.rules
        if rule.lookup and not plan.context.lookups.get(rule.lookup)
    }
    tests = []
    for number, test in enumerate(plan.mapping.tests, 1):
        left_out = [key for key in test.expect if key.rpartition(".")[2] in unloaded]
        notes += [
            f"Test {number} of the mapping does not look at {key}: the list {unloaded[name]}"
            " was not loaded."
            for key in left_out
            for name in (key.rpartition(".")[2],)
        ]
        tests.append(_without(test, left_out))
    mapping: CandidateMapping = replace(plan.mapping, tests=tuple(tests))
    return run_mapping_tests(mapping, lambda row: evaluate_row(plan, row)), notes


def _without(test: MappingTest, keys: Sequence[str]) -> MappingTest:
    return replace(test, expect={k: v for k, v in test.expect.items() if k not in keys})


# --- telling -----------------------------------------------------------------------------------


def story_document(story: RowStory) -> dict[str, Any]:
    """The story as JSON."""
    return {
        "row": story.row,
        "is_sound": story.is_sound,
        "cells": [
            {
                "column": cell.column,
                "text": cell.text,
                "field": cell.field,
                "value": cell.value,
                "cleaned": list(cell.cleaned),
            }
            for cell in story.cells
        ],
        "unused": [{"column": column, "text": text} for column, text in story.unused],
        "problems": [
            {
                "code": p.code,
                "column": p.column,
                "severity": p.severity.value,
                "message": p.message,
                "hint": p.hint,
            }
            for p in story.problems
        ],
        "form": story.form,
        "body": dict(story.body),
    }


def story_lines(story: RowStory, source: str) -> list[str]:
    """The story for a person, without control characters."""
    lines = [f"{source}, row {story.row}", ""]
    for cell in story.cells:
        lines.append(f"  {_flat(cell.column)}: {_show(cell.text)}")
        became = "nothing" if cell.value is None else _show(cell.value)
        cleaned = f"   ({', '.join(cell.cleaned)})" if cell.cleaned else ""
        lines.append(f"      -> {cell.field}: {became}{cleaned}")
    if story.unused:
        lines += ["", "Not read: " + ", ".join(_flat(column) for column, _ in story.unused)]
    if story.problems:
        lines += ["", "Found:"]
    for problem in story.problems:
        where = f"{_flat(problem.column)}: " if problem.column else ""
        lines.append(f"  {problem.severity.value}: {where}{_flat(problem.message)}")
        if problem.hint:
            lines.append(f"      {_flat(problem.hint)}")
    verdict = "Would be sent" if story.is_sound else "Would not be sent; it would have been"
    lines += ["", f"{verdict} (body form {story.form}):"]
    body = json.dumps(story.body, ensure_ascii=False, indent=2)
    return [*lines, *("  " + line for line in body.splitlines())]


def _flat(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _show(value: object) -> str:
    return _flat(json.dumps(value, ensure_ascii=False))
