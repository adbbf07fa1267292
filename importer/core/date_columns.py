"""Columns of text dates whose order nobody stated: looked at in all rows, decided at the end.

Lives here: keeping a column's distinct texts and which row holds which, until the whole
column was seen. What a newcomer would question: rows keep a number for their text instead
of the text, so a million dates cost a few megabytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from importer.core.dates import DateEvidence
from importer.core.distinct import Distinct
from importer.core.plan import BoundRule, Plan, with_date_order
from importer.core.rowlog import Places, RowLog, find_notable
from importer.core.rowtable import Numbers, pack

if TYPE_CHECKING:
    from numpy.typing import NDArray

Key = tuple[int, int, tuple[str, ...]]
"""(source, number of the rule, columns of the input)."""


@dataclass(slots=True, eq=False)
class _Pending:
    bound: BoundRule
    evidence: DateEvidence
    texts: dict[str, int] = field(default_factory=dict)
    codes: list[NDArray[np.unsignedinteger]] = field(default_factory=list)
    positions: list[Numbers] = field(default_factory=list)
    rows: list[Numbers] = field(default_factory=list)


class DateColumns:
    """Gathers the evidence of every undecided date column of a run."""

    def __init__(self) -> None:
        self._pending: dict[Key, _Pending] = {}

    def observe(
        self,
        key: Key,
        bound: BoundRule,
        distinct: Distinct,
        at: Places,
        is_open: NDArray[np.bool_],
    ) -> None:
        """Take a chunk's texts as evidence; only open rows can get problems later."""
        pending = self._pending.setdefault(key, _Pending(bound, DateEvidence()))
        counts = np.bincount(distinct.codes, minlength=len(distinct.texts))
        for text, count in zip(distinct.texts, counts.tolist(), strict=True):
            pending.evidence.observe(text, count)
        known = pending.texts
        numbers = [known.setdefault(t, len(known)) for t in distinct.texts]
        where = np.flatnonzero(is_open)
        narrow = np.asarray(numbers, dtype=np.min_scalar_type(len(known)))
        pending.codes.append(narrow[distinct.codes[where]])
        pending.positions.append(pack(at.positions[where]))
        pending.rows.append(pack(at.rows[where]))

    def decide(
        self, plan: Plan, log: RowLog, errors: NDArray[np.bool_]
    ) -> list[tuple[Key, BoundRule, str | None]]:
        """Decide every column's order and judge its texts.

        Args:
            plan: The run's plan.
            log: Takes what is found.
            errors: One mark for each row of the run.

        Returns:
            For each column its rule, bound to the decided order (None: it stays open).
        """
        decided = []
        for key, pending in self._pending.items():
            decision = pending.evidence.decide()
            bound = with_date_order(plan, pending.bound, decision.order)
            texts = list(pending.texts)
            judged = [bound.judge(t) for t in texts]
            if decision.is_contradictory:
                contradict = pending.evidence.contradict
                judged = [contradict(t, j) for t, j in zip(texts, judged, strict=True)]
            distinct = Distinct(np.concatenate(pending.codes).astype(np.intp), texts)
            rows = np.concatenate([np.asarray(r, dtype=np.int64) for r in pending.rows])
            positions = np.concatenate([np.asarray(p, np.int32) for p in pending.positions])
            at = Places(key[0], rows, positions)
            local = np.zeros(len(at.rows), dtype=bool)
            notable = find_notable(judged)
            log.findings(bound, key[2], distinct, judged, at, local, notable)
            log.count_cleaned(distinct, judged, notable)
            errors[at.positions[local]] = True
            decided.append((key, bound, decision.order))
        self._pending.clear()
        return decided
