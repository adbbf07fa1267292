"""The rate limit: so many requests in any sliding 60 seconds, for each connector.

Lives here: counting, and how full the fullest window ever was. Must never live here:
waiting or headers' text. What a newcomer would question: a request that gets a 429 does
not use budget itself (nothing is documented; otherwise a caller that hammers would never
get out), and `reset` is the moment at which the oldest counted request leaves the window.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

WINDOW_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Budget:
    """What one request met.

    Attributes:
        remaining: What is left in the window after it.
        reset: Unix seconds at which the oldest counted request leaves the window.
        retry_after_s: Seconds to wait, at least 1; 0 where the request was let through.
    """

    limit: int
    remaining: int
    reset: int
    retry_after_s: int

    @property
    def is_allowed(self) -> bool:
        """Whether the request was let through."""
        return self.retry_after_s == 0

    def headers(self) -> dict[str, str]:
        """The documented headers; `Retry-After` only on a 429."""
        headers = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }
        if not self.is_allowed:
            headers["Retry-After"] = str(self.retry_after_s)
        return headers


class SlidingWindow:
    """Counts one connector's requests."""

    def __init__(self) -> None:
        self._let_through: deque[float] = deque()

    def take(self, now: float, limit: int) -> Budget:
        """Let one request through, or say how long to wait."""
        window = self._let_through
        while window and window[0] <= now - WINDOW_S:
            window.popleft()
        if len(window) >= limit:
            # The request that must leave before there is room for one more.
            leaves = window[len(window) - limit] + WINDOW_S
            return Budget(limit, 0, ceil(leaves), max(1, ceil(leaves - now)))
        window.append(now)
        return Budget(limit, limit - len(window), ceil(window[0] + WINDOW_S), 0)


def largest_window(times: Sequence[float], window_s: float = WINDOW_S) -> int:
    """Count the most requests that ever fell into one sliding window."""
    ordered = sorted(times)
    most = start = 0
    for end, at in enumerate(ordered):
        while ordered[start] <= at - window_s:
            start += 1
        most = max(most, end - start + 1)
    return most
