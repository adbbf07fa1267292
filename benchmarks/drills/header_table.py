"""How many headers `init` reads right: `python benchmarks/drills/header_table.py [-v]`.

Prints one line a header set: wrong standard fields, open columns that could be mapped, and
right ones, by headers alone (and by the few sample values that a set gives). The sets are
the practice corpus beside the checkout, where it is there, and our own of `tests/core`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from importer.adapters.wordlists import read_word_lists
from importer.core.proposing.columns import ColumnProposal, propose_columns
from importer.core.proposing.evidence import ColumnSample
from importer.core.proposing.words import parse_words
from importer.core.schema import published_schema

ROOT = Path(__file__).resolve().parents[2]
PRACTICE = ROOT.parent / "shared" / "corpus" / "headers.json"
OWN = ROOT / "tests" / "core" / "header_sets.json"


@dataclass(slots=True)
class Score:
    """What became of one set's headers; `mappable` are those with a published field."""

    name: str
    mappable: int = 0
    right: int = 0
    wrong: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


def term_of(proposal: ColumnProposal) -> str | None:
    """A target in the words of the truth."""
    target = proposal.target
    if target is None or target == "ignore":
        return None
    if target == "name":
        return "first_name+last_name"
    key = target.rsplit(".", 1)[-1]
    return "job" if key == "job_id" else key


def score_set(given: dict[str, Any]) -> Score:
    """Propose for one set and compare with its truth."""
    words = parse_words(read_word_lists())
    samples = {
        column: ColumnSample(column, {text: 1}, 1, 1, words.salutations)
        for column, text in given.get("samples", {}).items()
    }
    score = Score(given["source"])
    for proposal in propose_columns(given["headers"], samples, published_schema(), words):
        expected = given["expected"].get(proposal.column, "custom")
        accepted = [expected, *given.get("accept", {}).get(proposal.column, [])]
        term = term_of(proposal)
        is_mappable = expected != "custom"
        score.mappable += is_mappable
        if term is None and not is_mappable:
            continue
        if term in accepted:
            score.right += is_mappable
        elif term is None:
            score.open.append(proposal.column)
        else:
            score.wrong.append(f"{proposal.column} -> {term}, not {expected}")
    return score


def load_sets() -> list[dict[str, Any]]:
    """Every set that is at hand."""
    found: list[dict[str, Any]] = []
    for path in (PRACTICE, OWN):
        if path.exists():
            found += json.loads(path.read_text(encoding="utf-8"))
    return found


def main(arguments: Sequence[str]) -> int:
    """Print the table; exit code 1 where a standard field is wrong."""
    scores = [score_set(given) for given in load_sets()]
    print(f"{'wrong':>5} {'open':>5} {'right':>5} {'of':>4}  header set")
    for s in scores:
        print(f"{len(s.wrong):5} {len(s.open):5} {s.right:5} {s.mappable:4}  {s.name}")
        for column in s.wrong:
            print(f"        wrong: {column}")
        for column in s.open if "-v" in arguments else ():
            print(f"        open: {column}")
    mappable, right = sum(s.mappable for s in scores), sum(s.right for s in scores)
    wrong, left = sum(len(s.wrong) for s in scores), sum(len(s.open) for s in scores)
    print(f"{wrong:5} {left:5} {right:5} {mappable:4}  all {len(scores)} sets")
    print(f"{right / max(1, mappable):.1%} of the mappable headers are right.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
