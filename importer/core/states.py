"""The states of a person in the ledger, and every way from one to the next, in one table.

Lives here: the table, the question whether a step is allowed, and the drawing of the table.
Must never live here: how a step is stored (that is `adapters/ledger`). What a newcomer
would question: nothing leads from `in_doubt` to `intended`. A row whose answer was lost is
looked for first; only proof that it never arrived makes it `staged`, and thereby sendable.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from importer.core.ports import RowState
from importer.errors import LedgerError


class Event(StrEnum):
    """What happens to a person."""

    STAGE = "staged for sending"
    UNSTAGE = "run given up"
    INTEND = "intent made durable"
    NEVER_LEFT = "nothing had left"
    TAKEN = "ATS took it"
    TAKEN_WITHOUT_FILE = "ATS took it, file missing"
    TURNED_DOWN = "ATS said no"
    NO_ANSWER = "no usable answer"
    FOUND = "found by reading back"
    FOUND_WITHOUT_FILE = "found, file missing"
    ABSENT = "proved absent"
    SEEN_THERE = "found there before"
    SKIPPED = "a person skips it"
    FILE_DONE = "file attached or given up"


_S = RowState

TRANSITIONS: Final[tuple[tuple[RowState | None, Event, RowState | None], ...]] = (
    (None, Event.STAGE, _S.STAGED),
    (None, Event.SEEN_THERE, _S.ALREADY_IN_ATS),
    (None, Event.SKIPPED, _S.SET_ASIDE),
    (_S.STAGED, Event.STAGE, _S.STAGED),
    (_S.STAGED, Event.UNSTAGE, None),
    (_S.STAGED, Event.INTEND, _S.INTENDED),
    (_S.STAGED, Event.SEEN_THERE, _S.ALREADY_IN_ATS),
    (_S.STAGED, Event.SKIPPED, _S.SET_ASIDE),
    (_S.INTENDED, Event.NEVER_LEFT, _S.STAGED),
    (_S.INTENDED, Event.TAKEN, _S.CREATED),
    (_S.INTENDED, Event.TAKEN_WITHOUT_FILE, _S.INCOMPLETE),
    (_S.INTENDED, Event.TURNED_DOWN, _S.REFUSED),
    (_S.INTENDED, Event.NO_ANSWER, _S.IN_DOUBT),
    (_S.IN_DOUBT, Event.NO_ANSWER, _S.IN_DOUBT),
    (_S.IN_DOUBT, Event.FOUND, _S.CREATED),
    (_S.IN_DOUBT, Event.FOUND_WITHOUT_FILE, _S.INCOMPLETE),
    (_S.IN_DOUBT, Event.TURNED_DOWN, _S.REFUSED),
    (_S.IN_DOUBT, Event.SEEN_THERE, _S.ALREADY_IN_ATS),
    (_S.IN_DOUBT, Event.ABSENT, _S.STAGED),
    (_S.INCOMPLETE, Event.FILE_DONE, _S.CREATED),
    (_S.REFUSED, Event.STAGE, _S.STAGED),
    (_S.REFUSED, Event.SEEN_THERE, _S.ALREADY_IN_ATS),
    (_S.REFUSED, Event.SKIPPED, _S.SET_ASIDE),
    (_S.SET_ASIDE, Event.STAGE, _S.STAGED),
    (_S.SET_ASIDE, Event.SEEN_THERE, _S.ALREADY_IN_ATS),
    (_S.SET_ASIDE, Event.SKIPPED, _S.SET_ASIDE),
    (_S.ALREADY_IN_ATS, Event.STAGE, _S.STAGED),
    (_S.ALREADY_IN_ATS, Event.SEEN_THERE, _S.ALREADY_IN_ATS),
    (_S.ALREADY_IN_ATS, Event.SKIPPED, _S.SET_ASIDE),
)
"""(from, event, to); None is a person whom the ledger does not hold."""

WAITING: Final = frozenset({_S.STAGED, _S.INTENDED, _S.IN_DOUBT})
"""States of a row that the ledger still keeps a body for."""

SETTLED: Final = frozenset(_S) - WAITING
"""States that hold over runs; a staged row that is given up falls back to the one it had."""

_BY_ENDS: Final = {(old, new): event for old, event, new in TRANSITIONS}


def find_event(old: RowState | None, new: RowState | None) -> Event | None:
    """Name the event that leads from one state to the other; None where no step is allowed."""
    return _BY_ENDS.get((old, new))


def require_event(old: RowState | None, new: RowState | None) -> Event:
    """Name the event that leads from one state to the other.

    Raises:
        LedgerError: The table has no such step; the caller must store nothing.
    """
    event = find_event(old, new)
    if event is None:
        raise LedgerError(
            f"The ledger refused a step that must not happen: from {_name(old)} to {_name(new)}.",
            hint="Nothing was stored. Run again; if it happens twice, report it as a bug.",
        )
    return event


def draw_states() -> str:
    """Draw the table as a Mermaid state diagram; `docs/ledger.md` holds exactly this text."""
    lines = ["stateDiagram-v2"]
    for old, event, new in TRANSITIONS:
        lines.append(f"    {_node(old)} --> {_node(new)}: {event.value}")
    return "\n".join(lines)


def _node(state: RowState | None) -> str:
    return "[*]" if state is None else state.value


def _name(state: RowState | None) -> str:
    return "unknown" if state is None else state.value
