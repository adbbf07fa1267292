"""The sandbox's own time: real time, faster on demand, and moved on by hand.

Lives here: reading and moving it. Must never live here: a call that waits. What a
newcomer would question: it stands on the monotonic clock, so that a machine whose wall
clock is set while a drill runs does not bend a rate window.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import format_datetime
from threading import Lock


class SandboxClock:
    """Unix seconds by the sandbox.

    Args:
        speed: Sandbox seconds in one real second.
        start_at: Unix time at the start; None: the real time.
    """

    def __init__(self, speed: float = 1.0, start_at: float | None = None) -> None:
        self.speed = speed
        self.started_at = time.time() if start_at is None else start_at
        self._base = self.started_at
        self._real = time.monotonic()
        self._lock = Lock()

    def now(self) -> float:
        """Tell the time, in unix seconds."""
        with self._lock:
            return self._base + (time.monotonic() - self._real) * self.speed

    def advance(self, seconds: float) -> None:
        """Move on at once; nothing that waits is woken early."""
        with self._lock:
            self._base += seconds

    def real_s(self, seconds: float) -> float:
        """How many real seconds so many sandbox seconds take."""
        return seconds / self.speed


def to_iso(at: float) -> str:
    """Write unix seconds as the API does: UTC, microseconds, `Z`."""
    text = datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")


def to_http_date(at: float) -> str:
    """Write unix seconds as a `Date` header."""
    return format_datetime(datetime.fromtimestamp(int(at), UTC), usegmt=True)


def parse_iso(text: str) -> float:
    """Read an ISO 8601 date or date-time; UTC when it names no offset.

    Raises:
        ValueError: It is neither.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()
