"""One pace for every process that calls a connector: turns are drawn from the ledger.

Lives here: drawing turns a few at a time, and telling everybody of a pause. Must never live
here: this process's own limit (`core/pacing`), which holds besides. What a newcomer would
question: turns are drawn before they are needed and wait here, so that the ledger's write
costs no call its place; whoever stops with turns in hand wastes one second of the budget.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final, Protocol

from importer.errors import ImporterError, StopAndRetry

AT_ONCE: Final = 3
"""Turns drawn together: one second at the usual limit."""

_USE_BY_S: Final = 3.0


class SharedCalls(Protocol):
    """The ledger's count of turns."""

    def reserve_calls(self, connector: int, count: int, now: float, interval_s: float) -> float: ...

    def hold_calls(self, connector: int, until: float) -> None: ...


class SharedTurns:
    """This process's turns on one connector; times are Unix seconds."""

    def __init__(self, calls: SharedCalls, connector: int) -> None:
        self._calls = calls
        self._connector = connector
        self._drawn: deque[float] = deque()
        self._hold_until = 0.0

    def hold(self, until: float) -> None:
        """Every process is to pause; told to the others before the next turn is drawn."""
        self._hold_until = max(self._hold_until, until)
        self._drawn.clear()

    async def draw(self, now: float, interval_s: float) -> float:
        """When the next call may start.

        Raises:
            StopAndRetry: The ledger cannot be written.
        """
        while self._drawn and self._drawn[0] < now - _USE_BY_S:
            self._drawn.popleft()
        if not self._drawn:
            hold_until, self._hold_until = self._hold_until, 0.0
            try:
                start = await asyncio.to_thread(self._reserve, now, interval_s, hold_until)
            except ImporterError:
                raise
            except Exception as error:
                raise StopAndRetry(
                    f"The ledger that paces all calls could not be written ({error}).",
                    hint="Check that its disk has room and can be written to, then run again.",
                ) from error
            self._drawn.extend(start + n * interval_s for n in range(AT_ONCE))
        return self._drawn.popleft()

    def _reserve(self, now: float, interval_s: float, hold_until: float) -> float:
        if hold_until > now:
            self._calls.hold_calls(self._connector, hold_until)
        return self._calls.reserve_calls(self._connector, AT_ONCE, now, interval_s)
