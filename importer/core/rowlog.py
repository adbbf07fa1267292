"""Attaching findings to rows: the log of a run's problems and of what was cleaned.

Lives here: spreading what was found for a distinct value over the rows that hold it. What a
newcomer would question: marking a row as not sendable happens in the same step as logging
why, so that no row is ever kept back without a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from importer.core.distinct import Distinct
from importer.core.model import Converted, Finding, Severity
from importer.core.plan import BoundRule
from importer.core.problems import ProblemLog
from importer.core.rowtable import RowBlock

if TYPE_CHECKING:
    from numpy.typing import NDArray


def find_notable(judged: Sequence[Converted]) -> list[int]:
    """Where more is to be said than that there is a value: mostly nowhere, so look only once."""
    return [i for i, j in enumerate(judged) if j.value is None or j.findings or j.cleaned]


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where the rows at hand stand: in their source, and in the run."""

    source: int
    rows: NDArray[np.int64]
    positions: NDArray[np.int32]


def place_of(rows: RowBlock, position: int) -> Places:
    """Where one row of the run stands."""
    return Places(
        int(rows.source[position]),
        rows.row[position : position + 1].astype(np.int64),
        np.asarray([position], dtype=np.int32),
    )


class RowLog:
    """The problems of a run, and how many cells were cleaned in which way."""

    def __init__(self) -> None:
        self.problems = ProblemLog()
        self.cleaned: dict[str, int] = {}

    def findings(
        self,
        bound: BoundRule,
        group: tuple[str, ...],
        distinct: Distinct,
        judged: Sequence[Converted],
        at: Places,
        errors: NDArray[np.bool_],
        notable: Sequence[int],
    ) -> None:
        """Log what was found in an input's distinct values; marks rows in `errors`."""
        wanted = [i for i in notable if judged[i].findings]
        for code, where in distinct.rows_of(wanted):
            column, value, apart = bound.tell(group, distinct.texts[code])
            for finding in judged[code].findings:
                self.problems.add(
                    finding,
                    source=at.source,
                    rows=at.rows[where],
                    indexes=at.positions[where],
                    column=column,
                    field=str(bound.path),
                    value=value,
                    apart=apart,
                )
                if finding.severity is Severity.ERROR:
                    errors[where] = True

    def count_cleaned(
        self, distinct: Distinct, judged: Sequence[Converted], notable: Sequence[int]
    ) -> None:
        """Count the cells of an input that were cleaned, by kind."""
        marked = [i for i in notable if judged[i].cleaned]
        if not marked:
            return
        counts = np.bincount(distinct.codes, minlength=len(distinct.texts)).tolist()
        cells: dict[tuple[str, ...], int] = {}
        for i in marked:
            kinds = judged[i].cleaned
            cells[kinds] = cells.get(kinds, 0) + counts[i]
        for kinds, count in cells.items():
            for kind in kinds:
                self.cleaned[kind] = self.cleaned.get(kind, 0) + count

    def reject(
        self,
        finding: Finding,
        mask: NDArray[np.bool_],
        at: Places,
        errors: NDArray[np.bool_],
        *,
        column: str | None = None,
        field: str = "",
    ) -> None:
        """Keep the marked rows from being sent, and say why."""
        where = np.flatnonzero(mask)
        if len(where):
            self.problems.add(
                finding,
                source=at.source,
                rows=at.rows[where],
                indexes=at.positions[where],
                column=column,
                field=field,
                value="",
            )
            errors[where] = True

    def one(
        self,
        finding: Finding,
        at: Places,
        position: int,
        *,
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        """Log a finding on one of the rows at hand, without marking it."""
        self.problems.add(
            finding,
            source=at.source,
            rows=at.rows[position : position + 1],
            indexes=at.positions[position : position + 1],
            column=column,
            value=value,
        )
