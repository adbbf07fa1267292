"""Problems grouped by column and value, with their rows: gathered in bounded memory.

Lives here: the grouping. Must never live here: the decision what is a problem. What a
newcomer would question: after `max_groups` distinct values the rest of a (code, column)
share one group without a value, because a million rows may hold a million different
mistakes; each row still knows its group, and counts stay exact.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from importer.core.model import Finding, Problem, Severity
from importer.core.results import RowProblem

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS_KEPT = 1_000
"""How many rows a group names; the count beyond that stays exact."""

_GroupKey = tuple[str, str | None, str, str | None, str]


@dataclass(slots=True)
class _Group:
    finding: Finding
    column: str | None
    field: str
    value: str | None
    count: int = 0
    rows: list[tuple[int, int]] = dataclasses.field(default_factory=list)


class ProblemLog:
    """Collects findings with their rows; afterwards tells them by group and by row."""

    def __init__(self, max_groups: int = 20_000) -> None:
        self._max_groups = max_groups
        self._ids: dict[_GroupKey, int] = {}
        self._groups: list[_Group] = []
        self._pairs: list[tuple[NDArray[np.int32], int]] = []

    def add(
        self,
        finding: Finding,
        *,
        source: int,
        rows: NDArray[np.int64],
        indexes: NDArray[np.int32],
        column: str | None = None,
        field: str = "",
        value: str | None = None,
        apart: str = "",
    ) -> None:
        """Attach `finding` to rows.

        Args:
            finding: What was found.
            source: Index of the source that all the rows belong to.
            rows: Row numbers as the spreadsheet shows them.
            indexes: The same rows as positions in the run.
            column: Spreadsheet column, None for the row as a whole.
            field: Text of the field path.
            value: The distinct cell text.
            apart: Keeps equal texts in groups of their own, where another cell decides too.
        """
        if not len(rows):
            return
        group_id = self._group_id(finding, column, field, value, apart)
        group = self._groups[group_id]
        group.count += len(rows)
        room = ROWS_KEPT - len(group.rows)
        if room > 0:
            group.rows.extend((source, int(r)) for r in rows[:room])
        self._pairs.append((indexes, group_id))

    def _group_id(
        self, finding: Finding, column: str | None, field: str, value: str | None, apart: str
    ) -> int:
        key = (finding.code, column, field, value, finding.message if value is None else apart)
        known = self._ids.get(key)
        if known is not None:
            return known
        if len(self._groups) >= self._max_groups and value is not None:
            rest = Finding(
                finding.code,
                "Many further values have this problem: " + _general(finding.code),
                finding.hint,
                finding.severity,
            )
            return self._group_id_of_rest(rest, column, field)
        self._ids[key] = len(self._groups)
        self._groups.append(_Group(finding, column, field, value))
        return self._ids[key]

    def _group_id_of_rest(self, finding: Finding, column: str | None, field: str) -> int:
        key = (finding.code, column, field, None, "rest")
        known = self._ids.get(key)
        if known is None:
            known = self._ids[key] = len(self._groups)
            self._groups.append(_Group(finding, column, field, None))
        return known

    def problems(self) -> list[Problem]:
        """All groups, errors first, then by number of rows."""
        order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
        found = [
            Problem(
                code=g.finding.code,
                message=g.finding.message,
                hint=g.finding.hint,
                severity=g.finding.severity,
                column=g.column,
                field=g.field,
                value=g.value,
                count=g.count,
                rows=tuple(g.rows),
                suggestion=g.finding.suggestion,
            )
            for g in self._groups
            if g.count
        ]
        return sorted(found, key=lambda p: (order[p.severity], -p.count, p.column or "", p.code))

    def index(self, total_rows: int) -> RowProblems:
        """Arrange the groups by row, for a report that walks the rows in order."""
        if not self._pairs:
            return RowProblems(np.zeros(total_rows + 1, dtype=np.int64), np.zeros(0, np.int32), ())
        positions = np.concatenate([p for p, _ in self._pairs])
        groups = np.concatenate([np.full(len(p), g, dtype=np.int32) for p, g in self._pairs])
        order = np.argsort(positions, kind="stable")
        starts = np.zeros(total_rows + 1, dtype=np.int64)
        np.cumsum(np.bincount(positions, minlength=total_rows), out=starts[1:])
        return RowProblems(starts, groups[order], self._as_row_problems())

    def _as_row_problems(self) -> tuple[RowProblem, ...]:
        return tuple(
            RowProblem(
                g.finding.code,
                g.column,
                g.finding.message,
                g.finding.hint,
                g.finding.severity,
                g.finding.suggestion,
            )
            for g in self._groups
        )


@dataclass(frozen=True, slots=True, eq=False)
class RowProblems:
    """Which problems stand on which row: `of(i)` for the row at position `i`."""

    starts: NDArray[np.int64]
    groups: NDArray[np.int32]
    described: Sequence[RowProblem]

    def of(self, index: int) -> tuple[RowProblem, ...]:
        """The problems of one row, errors first."""
        first, last = int(self.starts[index]), int(self.starts[index + 1])
        if first == last:
            return ()
        found = [self.described[g] for g in self.groups[first:last]]
        return tuple(sorted(found, key=lambda p: p.severity is not Severity.ERROR))


def _general(code: str) -> str:
    return code.replace("-", " ") + "."
