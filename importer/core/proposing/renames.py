"""Columns that seem to have got a new name.

Lives here: pairing what a mapping misses with what a file has new. Must never live here: a
decision; whoever knows the file is asked. What a newcomer would question: the earlier file
is gone, so values are compared with what the field takes, and names with names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from importer.core.proposing.columns import ColumnProposal
from importer.core.proposing.concepts import CONCEPTS
from importer.core.proposing.evidence import ColumnSample, judge_values
from importer.core.proposing.words import join_words
from importer.core.rules import WHOLE_NAME, CandidateMapping

_LIKE: Final = 75.0
_SAME_FIELD: Final = 60.0


@dataclass(frozen=True, slots=True)
class Rename:
    """A column that may be an old one.

    Attributes:
        was: The name in the mapping that the file lacks.
        column: The file's new column.
    """

    was: str
    column: str
    why: str


def find_renames(
    mapping: CandidateMapping,
    missing: Sequence[str],
    fresh: Sequence[ColumnProposal],
    samples: Mapping[str, ColumnSample],
) -> list[Rename]:
    """Pair missing names with new columns, the likeliest first, each used once.

    Args:
        mapping: The mapping.
        missing: Names of it that the file has under no alias.
        fresh: Proposals for the file's columns that the mapping does not know.
        samples: Their values.
    """
    pairs = []
    for was in missing:
        targets = _targets_of(mapping, was)
        for proposal in fresh:
            score = _score(was, targets, proposal, samples.get(proposal.column))
            if score >= _LIKE:
                pairs.append((score, was, proposal))
    pairs.sort(key=lambda pair: -pair[0])
    found: list[Rename] = []
    for _, was, proposal in pairs:
        if all(was != f.was and proposal.column != f.column for f in found):
            fills = proposal.target in _targets_of(mapping, was)
            why = "it would fill the same field" if fills else "it is spelt much like it"
            found.append(Rename(was, proposal.column, why))
    return found


def _targets_of(mapping: CandidateMapping, column: str) -> set[str]:
    found = {
        "name" if rule.path == WHOLE_NAME else str(rule.path)
        for rule in mapping.rules
        if column in rule.columns
    }
    if any(a.column == column for a in mapping.attachments):
        found.add("attachments")
    return found


def _score(
    was: str, targets: set[str], proposal: ColumnProposal, sample: ColumnSample | None
) -> float:
    """Likeness of the names; more for the same field, none where the values deny it."""
    for concept in CONCEPTS.values():
        if concept.target in targets and judge_values(concept.group, sample).against:
            return 0.0
    likeness = float(fuzz.ratio(join_words(was), join_words(proposal.column)))
    return likeness + _SAME_FIELD if {proposal.target, proposal.guess} & targets else likeness
