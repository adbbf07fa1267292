"""Problems are grouped by column and value, counted exactly, in bounded memory."""

from __future__ import annotations

import numpy as np

from importer.core.model import Finding, Severity
from importer.core.problems import ROWS_KEPT, ProblemLog


def _add(log: ProblemLog, finding: Finding, value: str | None, rows: list[int]) -> None:
    numbers = np.asarray(rows)
    log.add(finding, source=0, rows=numbers + 2, indexes=numbers.astype(np.int32), value=value)


BAD = Finding("not-allowed", "'Linkdin' is not allowed.", "Did you mean LinkedIn?")
NOTE = Finding("changed", "Changed: City.", severity=Severity.NOTE)


def test_the_same_value_is_one_group_with_all_its_rows() -> None:
    """Two finds of one value are one problem; its rows are as the spreadsheet shows them."""
    log = ProblemLog()
    _add(log, BAD, "Linkdin", [5, 10])
    _add(log, BAD, "Linkdin", [12])
    _add(log, BAD, "x", [])
    (problem,) = log.problems()
    assert (problem.count, problem.rows) == (3, ((0, 7), (0, 12), (0, 14)))


def test_rows_are_cut_and_counts_are_not() -> None:
    """A group names a thousand rows and counts all of them."""
    log = ProblemLog()
    _add(log, BAD, "Linkdin", list(range(3_000)))
    (problem,) = log.problems()
    assert (problem.count, len(problem.rows)) == (3_000, ROWS_KEPT)


def test_too_many_different_values_share_a_group() -> None:
    """Beyond the cap the rest of a column's values are told together, none is lost."""
    log = ProblemLog(max_groups=3)
    for i in range(10):
        _add(log, BAD, f"wrong {i}", [i])
    found = log.problems()
    assert sum(p.count for p in found) == 10
    assert [p.count for p in found if p.value is None] == [7]


def test_errors_come_first_and_rows_know_their_problems() -> None:
    """Each row's problems are given with errors before notes."""
    log = ProblemLog()
    _add(log, NOTE, None, [0, 1])
    _add(log, BAD, "Linkdin", [1])
    assert [p.code for p in log.problems()] == ["not-allowed", "changed"]
    index = log.index(3)
    assert [p.code for p in index.of(1)] == ["not-allowed", "changed"]
    assert [p.code for p in index.of(0)] == ["changed"]
    assert index.of(2) == ()


def test_no_problem_at_all() -> None:
    """A clean run has no groups and no row has a problem."""
    index = ProblemLog().index(2)
    assert (index.of(0), index.of(1)) == ((), ())
