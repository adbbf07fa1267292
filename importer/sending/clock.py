"""The time as sending knows it: one object, so that a test can make hours pass in no time.

Lives here: the clock and the signal that ends a run early. What a newcomer would question:
`now` never goes back and is only good for differences; `time` is what the world calls the
time and goes into records.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol

from importer.errors import ImporterError

_NAP_S = 0.5


class Clock(Protocol):
    """Time and waiting."""

    def now(self) -> float:
        """Monotonic seconds."""
        ...

    def time(self) -> float:
        """Unix seconds."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        return time.monotonic()

    def time(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class StopSignal:
    """Told once that the run must end; rows in flight finish, nothing new starts.

    Not safe from another thread or a signal handler: go through `loop.call_soon_threadsafe`.

    Args:
        parent: A signal whose reason counts here too.
    """

    def __init__(self, parent: StopSignal | None = None) -> None:
        self._parent = parent
        self._reason: ImporterError | None = None

    @property
    def reason(self) -> ImporterError | None:
        """Why the run must end; None while it need not."""
        if self._reason is None and self._parent is not None:
            self._reason = self._parent.reason
        return self._reason

    @property
    def is_set(self) -> bool:
        """Whether the run must end."""
        return self.reason is not None

    def set(self, reason: ImporterError) -> None:
        """End the run; the first reason stays."""
        if self.reason is None:
            self._reason = reason


async def nap(clock: Clock, seconds: float, stop: StopSignal) -> None:
    """Wait so long, or until told to stop (noticed within half a second)."""
    end = clock.now() + seconds
    while (left := end - clock.now()) > 0 and not stop.is_set:
        await clock.sleep(min(left, _NAP_S))


def iso(unix_s: float) -> str:
    """An ISO time in UTC, as the ledger keeps it."""
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="milliseconds")
