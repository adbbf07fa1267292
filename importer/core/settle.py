"""What follows for a row from the other rows of its run: duplicates, conflicts, precedence.

Lives here: the rules of design 4.6 that need every row of every source. What a newcomer
would question: of rows that share an identity the first sound one goes, the same again is a
duplicate, anything else is rejected; while of rows that share an e-mail under different
names all are rejected, because some ATSs merge such people for good.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from importer.core.model import Finding, Outcome
from importer.core.problems import ProblemLog
from importer.core.rowtable import CODE_OF, UNDECIDED, RowBlock

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SETTLED_SAME = frozenset(
    CODE_OF[o]
    for o in (
        Outcome.CREATED,
        Outcome.UNCHANGED,
        Outcome.INCOMPLETE,
        Outcome.ALREADY_IN_ATS,
        Outcome.REFUSED,
    )
)
_OWN = frozenset(CODE_OF[o] for o in (Outcome.CREATED, Outcome.ALREADY_IN_ATS))
"""Standings that only a continued run gives, for what it did before it was interrupted."""
_CHANGED = CODE_OF[Outcome.CHANGED]
_SET_ASIDE = CODE_OF[Outcome.SET_ASIDE]
"""Skipped by a person: such a row stands in nobody's way, since it is never sent."""


_TOLD = 3
"""How many other rows a message names."""


class Others(NamedTuple):
    """Rows of another name: the first of them, and how many there are."""

    first: Sequence[int]
    total: int


def settle(
    rows: RowBlock,
    emails: tuple[NDArray[np.int32], NDArray[np.uint64]],
    problems: ProblemLog,
    sources: Sequence[str],
    allowed: frozenset[int] = frozenset(),
    *,
    by_email: bool = False,
    copies: Sequence[Sequence[int]] = (),
) -> NDArray[np.uint8]:
    """Give every row its outcome as far as it is known before sending.

    Args:
        rows: All rows of the run, closed.
        emails: (position, e-mail hash) of every e-mail.
        problems: Takes what is found.
        sources: Names of the sources, for messages that point to another file.
        allowed: Positions that a person decided to send although they look like another's.
        by_email: Any e-mail tells a person, so rows that share one under one name are one.
        copies: Positions that come from one row each, as their tokens say.
    """
    outcome = rows.standing.copy()
    named = _same_email_other_name(rows, emails, allowed)
    links = [*copies, *(_shared_emails(emails) if by_email else ())]
    duplicates, clashes = _same_person(rows, links, allowed, frozenset(named))
    error = rows.has_error.copy()
    for position, other in clashes.items():
        if position in named:
            continue
        _log(problems, rows, position, _other_content(rows, other, sources, rows.source[position]))
        error[position] = True
        outcome[position] = UNDECIDED
    for position, others in named.items():
        _log(problems, rows, position, _other_name(rows, others, sources, rows.source[position]))
        error[position] = True
    is_open = outcome == UNDECIDED
    outcome[is_open] = CODE_OF[Outcome.READY]
    for position in duplicates:
        if is_open[position] or int(rows.standing[position]) in _OWN:
            outcome[position] = CODE_OF[Outcome.DUPLICATE]
    outcome[is_open & error] = CODE_OF[Outcome.REJECTED]
    return outcome


def _same_person(
    rows: RowBlock,
    links: Sequence[Sequence[int]],
    allowed: frozenset[int],
    named: frozenset[int],
) -> tuple[list[int], dict[int, int]]:
    """Positions of duplicates, and position -> another row of the same person."""
    shared = _find_shared(rows.identity[:, 0])
    groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
    position: int
    for position in np.flatnonzero(shared & (rows.standing != _SET_ASIDE)).tolist():
        groups[tuple(rows.identity[position].tolist())].append(position)
    apart = allowed | named
    linked = [[p for p in m if p not in apart and rows.standing[p] != _SET_ASIDE] for m in links]
    duplicates: list[int] = []
    clashes: dict[int, int] = {}
    for members in _join([*groups.values(), *(m for m in linked if len(m) > 1)]):
        anchor = _anchor(rows, members)
        for position in members:
            if position == anchor or position in allowed:
                continue
            standing = int(rows.standing[position])
            if standing in _OWN and standing == int(rows.standing[anchor]):
                duplicates.append(position)
            elif standing == UNDECIDED:
                if rows.content[position] == rows.content[anchor]:
                    duplicates.append(position)
                else:
                    clashes[position] = anchor
            elif standing == _CHANGED and int(rows.standing[anchor]) in _SETTLED_SAME:
                clashes[position] = anchor
    return duplicates, clashes


def _join(groups: Sequence[Sequence[int]]) -> list[list[int]]:
    """Groups that have a position in common become one; each in order."""
    joined: dict[int, list[int]] = {}
    for group in groups:
        met = {id(joined[p]): joined[p] for p in group if p in joined}
        whole = max(met.values(), key=len, default=[])
        added = list(dict.fromkeys(p for p in group if p not in joined))
        for other in met.values():
            if other is not whole:
                added += other
        whole += added
        joined.update(dict.fromkeys(added, whole))
    return [sorted(group) for group in {id(g): g for g in joined.values()}.values()]


def _shared_emails(emails: tuple[NDArray[np.int32], NDArray[np.uint64]]) -> list[list[int]]:
    """Positions that have an e-mail address in common, by address."""
    positions, hashes = emails
    shared = _find_shared(hashes)
    groups: dict[int, list[int]] = defaultdict(list)
    for position, hashed in zip(positions[shared].tolist(), hashes[shared].tolist(), strict=True):
        groups[hashed].append(position)
    return list(groups.values())


def _anchor(rows: RowBlock, members: Sequence[int]) -> int:
    for position in members:
        if int(rows.standing[position]) in _SETTLED_SAME:
            return position
    for position in members:
        if int(rows.standing[position]) == UNDECIDED and not rows.has_error[position]:
            return position
    return members[0]


def _same_email_other_name(
    rows: RowBlock,
    emails: tuple[NDArray[np.int32], NDArray[np.uint64]],
    allowed: frozenset[int],
) -> dict[int, Others]:
    positions, hashes = emails
    shared = _find_shared(hashes)
    groups: dict[int, list[int]] = defaultdict(list)
    for position, hashed in zip(positions[shared].tolist(), hashes[shared].tolist(), strict=True):
        if position not in allowed and int(rows.standing[position]) != _SET_ASIDE:
            groups[hashed].append(position)
    found: dict[int, Others] = {}
    for members in groups.values():
        by_name: dict[int, list[int]] = defaultdict(list)
        for position in dict.fromkeys(members):
            by_name[int(rows.name[position])].append(position)
        if len(by_name.keys() - {0}) < 2:
            continue
        # Only the first few are told: all others of each would be a square of them.
        first = sorted(p for same in by_name.values() for p in same[:_TOLD])
        count = sum(map(len, by_name.values()))
        others = {
            name: Others([p for p in first if int(rows.name[p]) != name][:_TOLD], count - len(same))
            for name, same in by_name.items()
        }
        for position in members:
            if int(rows.standing[position]) == UNDECIDED:
                found[position] = others[int(rows.name[position])]
    return found


def _find_shared(keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which keys stand there more than once; sorted, as a table of them takes more memory."""
    ordered = np.sort(keys)
    again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(again):
        return np.zeros(len(keys), dtype=bool)
    found: NDArray[np.bool_] = pd.Series(keys).isin(again).to_numpy()
    return found


def _log(problems: ProblemLog, rows: RowBlock, position: int, finding: Finding) -> None:
    problems.add(
        finding,
        source=int(rows.source[position]),
        rows=rows.row[position : position + 1].astype(np.int64),
        indexes=np.asarray([position], dtype=np.int32),
    )


def _place(rows: RowBlock, position: int, sources: Sequence[str], here: int) -> str:
    source = int(rows.source[position])
    where = f"row {int(rows.row[position])}"
    return where if source == here else f"{where} of {sources[source]}"


def _other_content(rows: RowBlock, other: int, sources: Sequence[str], here: np.uint16) -> Finding:
    place = _place(rows, other, sources, int(here))
    return Finding(
        "same-person-twice",
        f"The same person as in {place}, with other contents.",
        "Keep one of the two rows, or give each its own e-mail address or id. If they are two"
        " people all the same, decide `send anyway` in fix.xlsx.",
    )


def _other_name(rows: RowBlock, others: Others, sources: Sequence[str], here: np.uint16) -> Finding:
    places = ", ".join(_place(rows, o, sources, int(here)) for o in others.first)
    more = others.total - len(others.first)
    places += f" and {more} more" if more else ""
    return Finding(
        "email-of-another-name",
        f"The same e-mail address stands under another name in {places};"
        " some ATSs merge such people for good.",
        "Correct the e-mail address or the name. If one address is really shared, decide"
        " `send anyway` in fix.xlsx.",
    )
