"""Taking one person out of what a run left: which texts are theirs, what stays of a row.

Lives here: pure functions over lines and documents. Must never live here: files, the ledger.
What a newcomer would question: the row itself stays, blank but for its number and outcome,
so that rows still add up; and every sentence that may quote a cell of it goes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from importer.core.codes import CODES
from importer.core.handback import RESULT_COLUMNS
from importer.core.identity import normalise_identity

FORGOTTEN: Final = "forgotten on request"
_AGE: Final = re.compile(r"(\d{1,5})\s*([dwmy])[a-z]*")
_DAYS: Final = {"d": 1, "w": 7, "m": 30, "y": 365}
_WORD: Final = r"[\w.+%-]"


@dataclass(frozen=True, slots=True)
class Needle:
    """The text that tells one person: an e-mail address, or an id."""

    text: str

    def is_in(self, cells: Sequence[str]) -> bool:
        """Whether any cell holds it as a word of its own, whatever its case."""
        wanted = normalise_identity(self.text)
        whole = re.compile(rf"(?<!{_WORD}){re.escape(wanted)}(?![\w-]|\.\w)")
        return any(
            wanted in folded and whole.search(folded) is not None
            for folded in map(normalise_identity, cells)
        )


def forget_line(cells: Sequence[str]) -> list[str]:
    """A line of results.csv without the person: place and outcome stay."""
    ours = dict(zip(RESULT_COLUMNS, cells[-len(RESULT_COLUMNS) :], strict=True))
    ours |= {"import_candidate_id": "", "import_hint": ""}
    ours["import_problem"] = FORGOTTEN
    return [""] * (len(cells) - len(RESULT_COLUMNS)) + list(ours.values())


def forget_summary(
    document: Mapping[str, Any], rows: Collection[tuple[int, int]], needle: Needle
) -> dict[str, Any]:
    """A summary document without any sentence that may quote the person's cells.

    Args:
        document: As `summary_document` made it.
        rows: (source, row) of the person's rows.
        needle: Who it is.
    """
    problems = [
        _forget_problem(p) if _is_of(p, rows, needle) else p for p in document.get("problems", ())
    ]
    kept = dict(document) | {"problems": problems}
    for name in ("left_out", "warnings", "drift"):
        kept[name] = [
            FORGOTTEN if needle.is_in([sentence]) else sentence
            for sentence in document.get(name, ())
        ]
    return kept


def _is_of(problem: Mapping[str, Any], rows: Collection[tuple[int, int]], needle: Needle) -> bool:
    texts = [str(problem.get(name) or "") for name in ("value", "message", "hint", "suggestion")]
    listed = {(s, r) for s, r in problem.get("rows", ())}
    # A value that other people's rows have too tells nobody.
    return needle.is_in(texts) or bool(listed and listed <= set(rows))


def _forget_problem(problem: Mapping[str, Any]) -> dict[str, Any]:
    meaning = CODES.get(str(problem.get("code")), FORGOTTEN)
    return dict(problem) | {"value": None, "message": meaning, "hint": "", "suggestion": None}


def parse_age(text: str) -> timedelta:
    """Read `90d`, `12w`, `6m` or `2y`.

    Raises:
        ValueError: It is none of these.
    """
    found = _AGE.fullmatch(text.strip().casefold())
    if found is None:
        raise ValueError(f"{text!r} is no age such as 90d, 12w, 6m or 2y")
    return timedelta(days=int(found[1]) * _DAYS[found[2]])
