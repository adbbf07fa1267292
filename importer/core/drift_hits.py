"""How many rows a change of the candidate schema hits: drift with counts, in sentences.

Lives here: matching changes with the problems of a run. Must never live here: the
comparison of schemas (`core/drift`). What a newcomer would question: only rows that are kept
back now are counted. Rows that were sent long ago hold the same values and hurt nobody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from importer.core.drift import Drift
from importer.core.model import Problem, Severity
from importer.core.schema_types import value_text
from importer.core.text import fold

_BY_VALUE: Final = frozenset({"value_gone", "id_changed", "label_changed"})
_PARTS: Final = re.compile(r"[,;|/\r\n]+")


def count_hits(drift: Drift, problems: Sequence[Problem]) -> int:
    """Rows that a change keeps from being sent."""
    if not drift.is_harmful:
        return 0
    return sum(p.count for p in problems if p.severity is Severity.ERROR and _is_hit(drift, p))


def describe_drift(changes: Sequence[Drift], problems: Sequence[Problem]) -> list[str]:
    """Each change in one sentence, harmful ones with the number of rows that they keep back."""
    told = []
    for change in changes:
        if not change.is_harmful:
            told.append(f"The ATS changed: {change.sentence}")
            continue
        count = count_hits(change, problems)
        rows = "1 row" if count == 1 else f"{count:,} rows"
        hit = f"{rows} here cannot be sent because of it." if count else "No row here is hit."
        told.append(f"The ATS changed: {change.sentence} {hit}")
    return told


def _is_hit(drift: Drift, problem: Problem) -> bool:
    if not _is_of(drift.path, problem.field):
        return False
    if drift.kind == "now_required":
        return problem.code == "required"
    if drift.kind not in _BY_VALUE:
        return problem.code != "required"
    gone = {fold(value_text(v)) for v in drift.values} | {fold(t) for t in drift.texts}
    cell = problem.value or ""
    return fold(cell) in gone or any(fold(part) in gone for part in _PARTS.split(cell))


def _is_of(path: str, field: str) -> bool:
    """Whether a problem's field is the one that changed, part of it, or in its section."""
    changed = path.partition("[]")[0]
    return field == changed or field.startswith(f"{changed}.") or changed.startswith(f"{field}.")
