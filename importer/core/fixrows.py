"""Rows that come back in a fix workbook: where they came from and what a person decided.

Lives here: what a decision means for a row. Must never live here: the workbook, or the
ledger that makes a decision durable. What a newcomer would question: a row in doubt stays
in doubt however its cells were edited, until somebody decides on it in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from importer.core.handback import (
    DECISION_COLUMN,
    TOKEN_COLUMN,
    RowDecision,
    find_own,
    is_shortened,
    parse_decision,
)
from importer.core.model import CellFinding, Chunk, Finding, Outcome
from importer.core.ports import Content, Remembered, RowState
from importer.core.rowtable import CODE_OF, UNDECIDED
from importer.core.standing import Standings
from importer.core.tokens import Origin, parse_token

if TYPE_CHECKING:
    from importer.core.people import Who

_DONE = frozenset({RowState.CREATED, RowState.INCOMPLETE, RowState.ALREADY_IN_ATS})
_DOUBT = frozenset({RowState.IN_DOUBT, RowState.INTENDED})


@dataclass(frozen=True, slots=True)
class FixOrigin:
    """What a fix workbook's run knew.

    Attributes:
        columns: What its tokens' hashes are of, by source.
        sheets: Paths of its sources: files to attach are beside them, not beside the workbook.
        read: The columns that each source was read from, as the source spells them.
    """

    columns: Sequence[tuple[str, ...]]
    sheets: Sequence[str] = ()
    read: Sequence[tuple[str, ...]] = ()

    def is_column_of(self, source: int, name: str) -> bool:
        """Whether a source's rows were read from a column of this name."""
        return source < len(self.read) and name in self.read[source]


@dataclass(frozen=True, slots=True)
class Decided:
    """A person's decision on one row, to be made durable by `run`.

    Attributes:
        position: Of the row in this run.
        identity, content: Of the original row, which the decision settles.
    """

    position: int
    decision: RowDecision
    identity: bytes
    content: Content


@dataclass(slots=True)
class FixRows:
    """One chunk's origins and decisions, by position in the chunk.

    Attributes:
        settled: Positions of rows that an earlier import of the workbook created.
    """

    origins: dict[int, tuple[bytes, Content]] = field(default_factory=dict)
    decisions: dict[int, RowDecision] = field(default_factory=dict)
    unreadable: dict[int, tuple[str, Finding]] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)


def read_fix_rows(chunk: Chunk, fix: FixOrigin) -> FixRows:
    """Read tokens and decisions of a chunk of a fix workbook's rows."""
    result = FixRows()
    frame = chunk.frame
    names = [str(name) for name in frame.columns]
    tokens, decisions = find_own(TOKEN_COLUMN, names), find_own(DECISION_COLUMN, names)
    if tokens is not None:
        for i, text in enumerate(frame[tokens].tolist()):
            origin = parse_token(text) if text else None
            if origin is not None and (content := _content(origin, fix)) is not None:
                result.origins[i] = (origin.identity, content)
    if decisions is not None:
        for i, text in enumerate(frame[decisions].tolist()):
            decided = parse_decision(text) if text else None
            if isinstance(decided, Finding):
                result.unreadable[i] = (text, decided)
            elif decided is not None:
                result.decisions[i] = decided
    return result


def gather_twins(chunk: Chunk, twins: Mapping[str, Sequence[str]], fix: FixOrigin) -> Chunk:
    """Move what stands in another spelling of a column to the one that the mapping reads.

    A row is read from the column that its own source has, else from the one that the mapping
    reads; a row without a token from the first that is not blank.
    """
    if not twins:
        return chunk
    frame = chunk.frame.copy()
    tokens = find_own(TOKEN_COLUMN, [str(name) for name in frame.columns])
    texts = frame[tokens].tolist() if tokens is not None else [""] * len(frame)
    origins = [parse_token(text) if text else None for text in texts]
    meant = {other: first for first, others in twins.items() for other in others}
    for first, others in twins.items():
        cells = {name: frame[name].tolist() for name in (first, *others)}
        for i, origin in enumerate(origins):
            names = [*others, first] if origin is not None else [first, *others]
            for name in names:
                is_own = origin is None or fix.is_column_of(origin.source, name)
                if name != first and is_own and cells[name][i].strip():
                    cells[first][i], cells[name][i] = cells[name][i], ""
                    break
                if name == first and cells[first][i].strip():
                    break
        for name, moved in cells.items():
            frame[name] = np.asarray(moved, dtype=object)
    findings = tuple(replace(f, column=meant.get(f.column or "", f.column)) for f in chunk.findings)
    return replace(chunk, frame=frame, findings=findings)


def find_shortened(chunk: Chunk, mapped: Sequence[str]) -> list[CellFinding]:
    """Mapped cells of a fix workbook that hold only the beginning of the original text."""
    return [
        CellFinding(int(chunk.rows[i]), name, "", SHORTENED)
        for name in mapped
        for i, text in enumerate(chunk.frame[name].tolist())
        if is_shortened(text)
    ]


def find_copies(origins: Mapping[int, tuple[bytes, Content]]) -> list[list[int]]:
    """Positions of a run that carry the same token: one row, copied within the workbook.

    Rows that were alike in the source have one token, too, and are one person as well.
    """
    by_origin: dict[tuple[bytes, bytes], list[int]] = {}
    for position, (identity, content) in origins.items():
        by_origin.setdefault((identity, content.hashes), []).append(position)
    return [positions for positions in by_origin.values() if len(positions) > 1]


def _content(origin: Origin, fix: FixOrigin) -> Content | None:
    if origin.source >= len(fix.columns):
        return None
    columns = fix.columns[origin.source]
    if len(origin.hashes) != 8 * len(columns):
        return None
    return Content(columns, origin.hashes)


def apply_origins(
    rows: FixRows,
    known: Mapping[int, Remembered],
    origins: Mapping[bytes, Remembered],
    who: Who,
) -> dict[int, Remembered]:
    """What is known of each row once its origin speaks for it.

    Args:
        rows: The chunk's origins.
        known: What the rows' own identities are known by.
        origins: What the origins' identities are known by.
        who: The chunk's people.
    """
    result = dict(known)
    for position, (identity, content) in rows.origins.items():
        origin = origins.get(identity)
        if origin is None:
            continue
        if origin.state in _DOUBT:
            result[position] = origin
        elif origin.state in _DONE and not origin.content.changed_columns(content):
            # Settled by an earlier import of this workbook, as the row was corrected then.
            rows.settled.add(position)
            result[position] = _as_imported(origin, known.get(position))
        elif position not in result:
            result[position] = origin
        elif result[position].state is RowState.REFUSED and who.content_of(position) != content:
            result[position] = replace(result[position], content=content)
    return result


def _as_imported(origin: Remembered, own: Remembered | None) -> Remembered:
    """What is known of a row that an earlier import of its workbook settled.

    The original row's content says nothing of what was sent; that of the corrected one does.
    """
    if own is not None and own.person == origin.person and own.content != origin.content:
        return replace(origin, content=own.content, told=own.told)
    return replace(origin, content=origin.told or Content((), b""))


def reject_known(rows: FixRows, stands: Standings) -> frozenset[int]:
    """Keep rows back whose person was imported with other contents than theirs.

    In a spreadsheet that is a change worth a note; a row that somebody was asked to mend must
    not vanish so.

    Returns:
        Their positions.
    """
    changed = CODE_OF[Outcome.CHANGED]
    found = set()
    for position in rows.origins:
        if int(stands.standing[position]) == changed and position not in rows.settled:
            stands.standing[position] = UNDECIDED
            stands.clashes.append(position)
            stands.notes = [n for n in stands.notes if n[0] != position]
            stands.notes.append((position, IMPORTED_OTHERWISE, None))
            found.add(position)
    return frozenset(found)


def take_decision(decision: RowDecision, stands: Standings, position: int) -> bool:
    """Let a person's decision stand above what was known of a row.

    Returns:
        Whether the ledger held the row (in doubt, refused or set aside) until now.
    """
    standing = int(stands.standing[position])
    is_held = standing in _HELD
    if decision is RowDecision.SEND_ANYWAY:
        if is_held:
            stands.standing[position] = UNDECIDED
        if position in stands.clashes:
            stands.clashes.remove(position)
    elif standing == UNDECIDED or is_held or standing == CODE_OF[Outcome.INCOMPLETE]:
        outcome = Outcome.SET_ASIDE if decision is RowDecision.SKIP else Outcome.ALREADY_IN_ATS
        stands.standing[position] = CODE_OF[outcome]
    else:
        return is_held
    stands.notes = [n for n in stands.notes if n[0] != position]
    return is_held


_HELD = frozenset(CODE_OF[o] for o in (Outcome.IN_DOUBT, Outcome.REFUSED, Outcome.SET_ASIDE))

IMPORTED_OTHERWISE = Finding(
    "imported-with-other-contents",
    "This person was imported meanwhile, with other contents than this row's.",
    "Decide `already there`; or `send anyway` if it is somebody else.",
)

SHORTENED = Finding(
    "shortened-cell",
    "The text was too long for a cell of a workbook, so only its beginning stands here.",
    "Correct the row in the original source, or replace the whole cell by a shorter text.",
)
