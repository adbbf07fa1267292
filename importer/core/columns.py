"""Which column of a file a name in the mapping means: folding, aliases, ambiguity.

Lives here: the match of names. Must never live here: what a column holds. What a newcomer
would question: an exact match outranks every folded one, and the mapping's own name
outranks its aliases, so a file that gains a column never changes what an old name means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from importer.core.rules import CandidateMapping
from importer.core.text import fold_header


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """What the names of a mapping came to in one file.

    Attributes:
        resolved: Name in the mapping -> column in the file.
        missing: Names that the file has under no alias.
        ambiguous: Name in the mapping -> the columns that it fits equally well.
    """

    resolved: Mapping[str, str]
    missing: tuple[str, ...] = ()
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def find_twins(mapping: CandidateMapping, columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Columns that one name of the mapping could mean: the one it does mean -> the others.

    A workbook that holds the rows of several files has a column of each spelling.
    """
    twins: dict[str, tuple[str, ...]] = {}
    aliases = {fold_header(name): others for name, others in mapping.aliases.items()}
    for name in used_columns(mapping):
        names = (name, *aliases.get(fold_header(name), ()))
        fitting = [c for n in names for c in columns if c == n]
        fitting += [c for n in names for c in columns if fold_header(c) == fold_header(n)]
        first, *others = dict.fromkeys(fitting) or [""]
        if others:
            twins[first] = tuple(others)
    return twins


def used_columns(mapping: CandidateMapping) -> tuple[str, ...]:
    """Every column that the mapping reads, in its order, each once."""
    names = [c for rule in mapping.rules for c in rule.columns]
    names += mapping.identity
    names += [a.column for a in mapping.attachments]
    return tuple(dict.fromkeys(names))


def match_columns(
    mapping: CandidateMapping, names: Sequence[str], columns: Sequence[str]
) -> ColumnMatch:
    """Find each name among a file's columns."""
    exact = frozenset(columns)
    folded: dict[str, list[str]] = {}
    for column in columns:
        folded.setdefault(fold_header(column), []).append(column)
    aliases = {fold_header(name): others for name, others in mapping.aliases.items()}
    resolved: dict[str, str] = {}
    missing: list[str] = []
    ambiguous: dict[str, tuple[str, ...]] = {}
    for name in names:
        for candidate in (name, *aliases.get(fold_header(name), ())):
            found = [candidate] if candidate in exact else folded.get(fold_header(candidate), [])
            if found:
                break
        else:
            missing.append(name)
            continue
        if len(found) == 1:
            resolved[name] = found[0]
        else:
            ambiguous[name] = tuple(found)
    return ColumnMatch(resolved, tuple(missing), ambiguous)
