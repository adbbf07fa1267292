"""The sender's pen: ledger writes off the event loop, one at a time, many rows in each.

Lives here: group commits. Must never live here: what is written. What a newcomer would
question: whoever calls `intend` or `settle` waits until the disk has it. While one
transaction is under way, everything that comes meanwhile gathers for the next, so a slow
disk makes transactions larger and not more. And as long as other rows are out, a write waits
a few milliseconds for theirs: a transaction of ten rows costs little more than one of one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

from importer.core.ports import Ledger, Settlement, StagedRow
from importer.errors import StopAndRetry
from importer.sending.clock import iso
from importer.sending.lookback import list_known_ids
from importer.sending.pace import Pace

T = TypeVar("T")

_PEN: Final = ThreadPoolExecutor(1, thread_name_prefix="ledger")
"""One thread writes for all runs of this process. Several would take Python's lock from one
another at each of the database's short calls, and get half as much done."""

_GATHER_S: Final = 0.004
"""How long a write waits for others: nothing beside an answer, much beside a busy processor."""


class Journal:
    """Writes for one run on one connector. Every failure comes out as `StopAndRetry`.

    Args:
        fence: Of the lock under which this run sends; each intent is made durable under it.
        in_flight: How many rows are out, whose writes may be waited for.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        connector: int,
        run_id: str,
        fence: int,
        pace: Pace,
        in_flight: Callable[[], int] = lambda: 1,
    ) -> None:
        self._ledger = ledger
        self._connector = connector
        self._run_id = run_id
        self._fence = fence
        self._pace = pace
        self._in_flight = in_flight
        self._is_complete: asyncio.Future[None] | None = None
        self._intents: list[tuple[int, asyncio.Future[None]]] = []
        self._outcomes: list[tuple[Settlement, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def staged(self, after: int, limit: int) -> list[StagedRow]:
        """The next rows to send."""
        rows = await self._in_thread(
            lambda: self._ledger.staged(self._connector, self._run_id, after=after, limit=limit)
        )
        return list(rows)

    async def known_ids(self, row: StagedRow) -> frozenset[str]:
        """Ids that the ATS is known to have held for the row's e-mails."""
        return await self._in_thread(lambda: list_known_ids(self._ledger, self._connector, row))

    async def intend(self, seq: int) -> None:
        """Make the intent to send a row durable.

        Raises:
            ConnectorBusy: The lock was taken over; the row must not be sent.
            StopAndRetry: The ledger could not be written; the row must not be sent.
        """
        await self._submit(self._intents, seq)

    async def settle(self, settlement: Settlement) -> None:
        """Make an outcome durable.

        Raises:
            StopAndRetry: The ledger could not be written.
        """
        await self._submit(self._outcomes, settlement)

    async def close(self) -> None:
        """Wait for the write that is under way."""
        if self._writer is not None:
            await asyncio.wait([self._writer])

    async def _submit(self, waiting: list[tuple[T, asyncio.Future[None]]], item: T) -> None:
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append((item, written))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        elif self._is_complete is not None and self._has_all():
            _set(self._is_complete)
        await written

    def _has_all(self) -> bool:
        """Whether every row that is out waits for a write already."""
        return len(self._outcomes) + len(self._intents) >= self._in_flight()

    async def _gather(self) -> None:
        """Wait for the writes of other rows, for a moment."""
        if self._has_all():
            return
        loop = asyncio.get_running_loop()
        self._is_complete = loop.create_future()
        alarm = loop.call_later(_GATHER_S, _set, self._is_complete)
        try:
            await self._is_complete
        finally:
            alarm.cancel()
            self._is_complete = None

    async def _write(self) -> None:
        while self._outcomes or self._intents:
            await self._gather()
            outcomes, self._outcomes = self._outcomes, []
            if outcomes:
                write = partial(
                    self._ledger.record_outcomes,
                    self._connector,
                    self._run_id,
                    [settlement for settlement, _ in outcomes],
                )
                await self._commit(write, [written for _, written in outcomes])
            intents, self._intents = self._intents, []
            if intents:
                write = partial(
                    self._ledger.record_intents,
                    self._connector,
                    self._run_id,
                    [seq for seq, _ in intents],
                    self._fence,
                    iso(self._pace.server_time(self._pace.clock.time())),
                )
                await self._commit(write, [written for _, written in intents])

    async def _commit(self, write: Callable[[], None], waiting: list[asyncio.Future[None]]) -> None:
        try:
            await self._in_thread(write)
        except StopAndRetry as error:
            for written in waiting:
                if not written.done():
                    written.set_exception(error)
        else:
            for written in waiting:
                if not written.done():
                    written.set_result(None)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        async with self._turn:
            try:
                return await asyncio.get_running_loop().run_in_executor(_PEN, work)
            except StopAndRetry:  # it says already what happened
                raise
            except Exception as error:
                raise ledger_trouble(error) from error


def _set(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def ledger_trouble(error: Exception) -> StopAndRetry:
    """The stop for a ledger that cannot be read or written in the middle of a run."""
    return StopAndRetry(
        f"The ledger could not be written ({type(error).__name__}): {error}",
        hint=(
            "Check that its disk has room and can be written to, then run again; rows whose "
            "outcome was not kept are settled first."
        ),
    )
