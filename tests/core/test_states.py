"""The table of states, and the drawing of it."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from importer.core.ports import RowState
from importer.core.states import (
    SETTLED,
    TRANSITIONS,
    WAITING,
    Event,
    draw_states,
    find_event,
    require_event,
)
from importer.errors import LedgerError

DOCS = Path(__file__).parents[2] / "docs" / "ledger.md"


def test_the_documentation_shows_the_table() -> None:
    """docs/ledger.md holds exactly what the table draws."""
    assert f"```mermaid\n{draw_states()}\n```" in DOCS.read_text(encoding="utf-8")


def test_two_states_are_joined_by_one_event() -> None:
    assert len({(old, new) for old, _, new in TRANSITIONS}) == len(TRANSITIONS)
    assert {event for _, event, _ in TRANSITIONS} == set(Event)


def test_only_a_staged_row_is_ever_intended() -> None:
    """Nothing that may have left this machine leads back to sending without a proof."""
    assert [old for old, _, new in TRANSITIONS if new is RowState.INTENDED] == [RowState.STAGED]


def test_a_created_candidate_is_never_sent_again() -> None:
    """From created nothing leads on; from incomplete only its file does."""
    reached, frontier = {RowState.INCOMPLETE}, [RowState.INCOMPLETE]
    while frontier:
        old = frontier.pop()
        for start, _, new in TRANSITIONS:
            if start is old and new is not None and new not in reached:
                reached.add(new)
                frontier.append(new)
    assert reached == {RowState.INCOMPLETE, RowState.CREATED}


def test_every_state_is_waiting_or_settled() -> None:
    assert set(RowState) == WAITING | SETTLED
    assert not WAITING & SETTLED


@pytest.mark.parametrize(("old", "new"), list(product([None, *RowState], [None, *RowState])))
def test_a_step_is_allowed_when_the_table_has_it(
    old: RowState | None, new: RowState | None
) -> None:
    """Whatever the table lacks is refused with an error that names both states."""
    allowed = {(a, b): event for a, event, b in TRANSITIONS}
    assert find_event(old, new) == allowed.get((old, new))
    if (old, new) in allowed:
        assert require_event(old, new) is allowed[old, new]
    else:
        name = "unknown" if new is None else new.value
        with pytest.raises(LedgerError, match=f"to {name}"):
            require_event(old, new)
