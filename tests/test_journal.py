"""Rows that are out together are written together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from sender_kit import RUN, Desk, open_desk, run_async
from sqlalchemy import event

from importer.core.ports import RowState, Settlement
from importer.sending.journal import Journal
from importer.sending.pace import Pace


def count_commits(desk: Desk) -> Callable[[], int]:
    """How many transactions the ledger ended so far."""
    ended: list[object] = []
    event.listen(desk.ledger._engine, "commit", ended.append)
    return lambda: len(ended)


@pytest.mark.parametrize(
    "in_flight", [pytest.param(4, id="all wait"), pytest.param(9, id="five more are out")]
)
def test_rows_in_flight_share_a_transaction(tmp_path: Path, in_flight: int) -> None:
    """Four intents and then four outcomes cost two transactions, not eight, and are all kept."""
    with open_desk(tmp_path) as desk:
        desk.stage(4)
        seqs = [row.seq for row in desk.ledger.staged(desk.connector, RUN, after=0, limit=9)]
        count = count_commits(desk)

        async def write() -> None:
            journal = Journal(
                desk.ledger,
                connector=desk.connector,
                run_id=RUN,
                fence=desk.lock.fence,
                pace=Pace(),
                in_flight=lambda: in_flight,
            )

            async def one(number: int, seq: int) -> None:
                for _ in range(number):  # each comes a step of the loop later
                    await asyncio.sleep(0)
                await journal.intend(seq)
                await journal.settle(Settlement(seq, RowState.CREATED, f"id-{seq}"))

            await asyncio.gather(*(one(n, seq) for n, seq in enumerate(seqs)))
            await journal.close()

        run_async(write())
        assert 2 <= count() <= 4  # a machine that stalls for a moment may cut a batch in two
        assert set(desk.states(range(2, 6)).values()) == {RowState.CREATED}
