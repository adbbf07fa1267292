"""Which fields a row fills, and what the ATS requires of it.

Lives here: marks of what is there, and the two rules on what must be: required fields, and
a name or an e-mail by which somebody could find the person again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from importer.core.distinct import Distinct
from importer.core.model import Converted, FieldPath, Finding
from importer.core.plan import EMAILS, FIRST_NAME, LAST_NAME, BoundRule, Plan, present_keys
from importer.core.rowlog import Places, RowLog
from importer.core.rules import WHOLE_NAME

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEAR_EMPTY = Finding(
    "no-name-no-email",
    "The row has neither a name nor an e-mail address, so nobody could be found again by it.",
    "Fill in a name or an e-mail address, or take the row out.",
)


class Presence:
    """Marks, for some rows, which fields are filled."""

    def __init__(self, count: int, constants: Mapping[FieldPath, object]) -> None:
        self._nothing = np.zeros(count, dtype=bool)
        self._marks: dict[FieldPath, NDArray[np.bool_]] = {
            path: np.full(count, value is not None) for path, value in constants.items()
        }

    def mark_judged(
        self,
        bound: BoundRule,
        distinct: Distinct,
        judged: Sequence[Converted],
        notable: Sequence[int],
    ) -> None:
        """Mark the rows whose judged texts fill the rule's field (or a name's two).

        `notable` lists what `find_notable` found.

        A value that is wrong, or a name that cannot be looked up offline, is there all the
        same: it has its own finding.
        """
        if bound.path != WHOLE_NAME:
            is_there = np.ones(len(judged), dtype=bool)
            blank = [i for i in notable if judged[i].value is None and not judged[i].findings]
            is_there[blank] = False
            self._add(bound.path, is_there[distinct.codes])
            return
        keys: dict[FieldPath, list[bool]] = {}
        for i, converted in enumerate(judged):
            for path in _filled_parts(bound, converted):
                if path not in keys:
                    keys[path] = [False] * len(judged)
                keys[path][i] = True
        for path, flags in keys.items():
            self._add(path, distinct.mask(flags))

    def mark_texts(self, bound: BoundRule, distinct: Distinct) -> None:
        """Mark the rows that have any text for a rule that is judged later."""
        self._add(bound.path, distinct.mask([bool(t.strip()) for t in distinct.texts]))

    def check(
        self,
        plan: Plan,
        rules: Sequence[BoundRule],
        log: RowLog,
        at: Places,
        errors: NDArray[np.bool_],
    ) -> None:
        """Reject rows that lack what is required."""
        for path in plan.required:
            missing = ~self._marks.get(path, self._nothing)
            if missing.any():
                finding, column = _required(plan, rules, path)
                log.reject(finding, missing, at, errors, column=column, field=str(path))
        found = self._nothing.copy()
        for path in (FIRST_NAME, LAST_NAME, EMAILS):
            found |= self._marks.get(path, self._nothing)
        log.reject(NEAR_EMPTY, ~found, at, errors)

    def _add(self, path: FieldPath, mask: NDArray[np.bool_]) -> None:
        have = self._marks.get(path)
        self._marks[path] = mask if have is None else have | mask


def _filled_parts(bound: BoundRule, converted: Converted) -> tuple[FieldPath, ...]:
    if converted.value is not None:
        return present_keys(bound.rule, converted.value)
    return (FIRST_NAME, LAST_NAME) if converted.findings else ()


def _required(
    plan: Plan, rules: Sequence[BoundRule], path: FieldPath
) -> tuple[Finding, str | None]:
    declared = plan.field(path)
    label = declared.label if declared is not None and declared.label else path.key
    columns = [c for r in rules if r.path == path for c in r.columns]
    if not columns and path in (FIRST_NAME, LAST_NAME):
        columns = [c for r in rules if r.path == WHOLE_NAME for c in r.columns]
    if not columns:
        return (
            Finding(
                "required",
                f"{label} is required by the ATS, and no column of the mapping fills it.",
                f"Map a column (or a constant) to {path.key}.",
            ),
            None,
        )
    return (
        Finding(
            "required",
            f"{label} is required by the ATS and blank here.",
            f"Fill in {columns[0]}.",
        ),
        columns[0],
    )
