"""The right to send on a connector, held while a command works.

Lives here: taking, renewing and giving back. What a newcomer would question: a lock that
was taken over while this machine slept stops the run by its signal; and should a request
still be on its way, the ledger refuses its intent, because the fence has moved on.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from importer.core.memory import Held, Lock
from importer.errors import ConnectorBusy, LedgerError
from importer.job import Workplace
from importer.sending.clock import nap

LOCK_TTL_S = 90.0
_RENEW_S = 20.0
_LOOK_AGAIN_S = 1.0


@asynccontextmanager
async def hold_connector(
    place: Workplace, connector: int, *, wait: bool = False
) -> AsyncIterator[Lock]:
    """Hold the connector's lock, renewing it, until the block ends.

    Args:
        place: Ledger, clock and stop signal.
        connector: The ledger's number of the connector.
        wait: Whether to wait for another run that holds it.

    Raises:
        ConnectorBusy: Another run holds it; the message names its holder.
    """
    clock = place.pace.clock
    told = False
    while True:
        taken = place.ledger.acquire_lock(connector, "candidate-import", clock.time(), LOCK_TTL_S)
        if not isinstance(taken, Held):
            break
        if not wait:
            raise ConnectorBusy(
                f"Another run sends on this connector: {taken.by}, since {taken.since}.",
                hint="Run again when it is done, or wait for it with --wait.",
            )
        if not told:
            place.progress.note(f"Waiting for {taken.by}, since {taken.since}.")
            told = True
        await nap(clock, _LOOK_AGAIN_S, place.stop)
        if place.stop.reason is not None:
            raise place.stop.reason
    lock = taken
    renewal = _Renewal(place, lock)
    renewal.start()
    try:
        yield lock
    finally:
        renewal.end()
        place.ledger.release_lock(lock)


class _Renewal(threading.Thread):
    """Renews a lock from a thread of its own: checking a large file blocks the event loop."""

    def __init__(self, place: Workplace, lock: Lock) -> None:
        super().__init__(name="lock renewal", daemon=True)
        self._place = place
        self._lock = lock
        self._over = threading.Event()
        self._loop = asyncio.get_running_loop()

    def run(self) -> None:
        """Renew until told to end; a lock that was taken over stops the run."""
        while not self._over.wait(_RENEW_S):
            try:
                self._place.ledger.renew_lock(self._lock, self._place.pace.clock.time(), LOCK_TTL_S)
            except ConnectorBusy as taken_over:
                self._loop.call_soon_threadsafe(self._place.stop.set, taken_over)
                return
            except LedgerError:
                # The disk may be full for a while; the fence guards every intent meanwhile.
                continue

    def end(self) -> None:
        """Stop renewing."""
        self._over.set()
        self.join()
