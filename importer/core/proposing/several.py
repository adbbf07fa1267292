"""Several files for one mapping: columns that are called differently in each.

Lives here: aliases between files. Must never live here: what a column means. What a
newcomer would question: a column that some file lacks under any name is left undecided,
since a mapped column must be in every file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from importer.core.proposing.columns import ColumnProposal
from importer.core.text import fold_header


def join_files(
    proposals: Sequence[ColumnProposal], files: Sequence[Sequence[str]]
) -> tuple[list[ColumnProposal], dict[str, list[str]]]:
    """Make one proposal hold for all files.

    Args:
        proposals: One for each column of any file.
        files: The columns of each file.

    Returns:
        The proposals, and the aliases that make them fit.
    """
    folded = [frozenset(fold_header(c) for c in columns) for columns in files]
    aliases: dict[str, list[str]] = {}
    result: list[ColumnProposal] = []
    hosts: dict[tuple[str, str], ColumnProposal] = {}
    for proposal in proposals:
        here = [fold_header(proposal.column) in columns for columns in folded]
        if all(here) or proposal.target in (None, "ignore"):
            result.append(proposal)
            continue
        key = (str(proposal.target), proposal.concept)
        host = hosts.get(key)
        if host is None:
            hosts[key] = proposal
            result.append(proposal)
        elif not any(
            mine and _has(host, aliases, columns)
            for mine, columns in zip(here, folded, strict=True)
        ):
            aliases.setdefault(host.column, []).append(proposal.column)
        else:
            result.append(_leave(proposal))
    return [
        p if p.target in (None, "ignore") or all(_has(p, aliases, c) for c in folded) else _leave(p)
        for p in result
    ], aliases


def _has(proposal: ColumnProposal, aliases: dict[str, list[str]], columns: frozenset[str]) -> bool:
    names = (proposal.column, *aliases.get(proposal.column, ()))
    return any(fold_header(name) in columns for name in names)


def _leave(proposal: ColumnProposal) -> ColumnProposal:
    why = "Not every file has it, and a mapped column must be in each."
    return replace(proposal, target=None, confidence=0.3, why=why, guess=proposal.target)
