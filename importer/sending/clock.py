"""The time as sending knows it: one object, so that a test can make hours pass in no time.

Lives here: the clock and the signal that ends a run early. What a newcomer would question:
`now` never goes back and is only good for differences; `time` is what the world calls the
time and goes into records.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from importer.errors import StopAndRetry

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
    """

    def __init__(self) -> None:
        self._reason: StopAndRetry | None = None

    @property
    def reason(self) -> StopAndRetry | None:
        """Why the run must end; None while it need not."""
        return self._reason

    @property
    def is_set(self) -> bool:
        """Whether the run must end."""
        return self._reason is not None

    def set(self, reason: StopAndRetry) -> None:
        """End the run; the first reason stays."""
        self._reason = self._reason or reason


async def nap(clock: Clock, seconds: float, is_over: Callable[[], bool]) -> None:
    """Wait so long, or until `is_over` (noticed within half a second)."""
    end = clock.now() + seconds
    while (left := end - clock.now()) > 0 and not is_over():
        await clock.sleep(min(left, _NAP_S))


def iso(unix_s: float) -> str:
    """An ISO time in UTC, as the ledger keeps it."""
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="milliseconds")
