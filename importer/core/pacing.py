"""How fast one connector may be called: a limiter that is told the time and never waits itself.

Lives here: the arithmetic of the call budget over time. Must never live here: a clock, a
sleep, a lock (`importer/sending/pace.py` awaits what is computed here). What a newcomer
would question: calls are counted by when they really left, not by when they were allowed.
A slot that is taken stays reserved until `sent`, because the intent is made durable in
between and a slow disk must not bunch calls beyond the limit.

Two things hold at once: calls are spaced evenly, `GUARD_S` slower than the limit so that
unequal transit times cannot squeeze one too many into any 60 s; and what left in the last
60 s + guard never exceeds the limit, whatever was made up for after a stall.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from itertools import count
from typing import Final

from importer.core.answers import header_number, parse_retry_after, server_now
from importer.core.ports import Attempt

CALLS_A_MINUTE: Final = 200
"""What the API documents for one connector."""
WINDOW_S: Final = 60.0
GUARD_S: Final = 0.25
"""Transit times may differ by this much; costs 0.4 % of the budget."""

_BURST_S: Final = 2.0
"""At most this much unused time is made up for."""

_FIXED_AFTER_S: Final = 3.0
_EASE: Final = 1.5
_EASE_EVERY_S: Final = 2.0
_MOST_EASED: Final = 20.0
_RECOVER: Final = 0.97
_NO_ADVICE_S: Final = 5.0
_LOOK_AGAIN_S: Final = 10.0
"""Where others use the budget, look at least so often whether they still do."""


@dataclass(slots=True)
class _Allowance:
    """What the server still allows: `left` calls that leave after `since`, until `until`."""

    left: int
    since: float
    until: float


class Pacer:
    """Paces all calls on one connector; `now` is monotonic seconds everywhere.

    Args:
        limit: Calls a minute assumed until the server says.
        ceiling: Never more than this, whatever the server says.
    """

    def __init__(self, limit: int = CALLS_A_MINUTE, *, ceiling: int | None = None) -> None:
        self._told = max(1, limit)
        self._ceiling = ceiling
        self._sent: deque[float] = deque()
        self._reserved: set[int] = set()
        self._open: dict[int, float] = {}
        self._tickets = count(1)
        self._next: float | None = None
        self._blocked_until = float("-inf")
        self._ease = 1.0
        self._eased_at = float("-inf")
        self._others = 0
        self._others_until = float("-inf")
        self._reset = 0
        self._reset_since = 0.0
        self._is_fixed = False
        self._allowance: _Allowance | None = None

    @property
    def limit(self) -> int:
        """Calls a minute that the connector has."""
        return self._told if self._ceiling is None else max(1, min(self._told, self._ceiling))

    @property
    def is_eased(self) -> bool:
        """Whether we go slower than the limit because the ATS behind the API asked for it."""
        return self._ease > 1.0

    def spacing_s(self, now: float) -> float:
        """Seconds between two calls at the present pace."""
        return self._spacing(now)

    def paused_s(self, now: float) -> float:
        """Seconds that the server told everybody on the connector to wait; 0 for none."""
        return max(0.0, self._blocked_until - now)

    def wait_s(self, now: float) -> float:
        """Seconds until the next call may be taken; 0 means now. May grow when asked again."""
        self._forget(now)
        waits = [self._blocked_until - now]
        if self._next is not None:
            waits.append(self._next - now)
        over = len(self._sent) + len(self._reserved) - self.limit
        if over >= 0:
            # Where all of it is reserved, room comes when those calls leave or give up.
            room_at = (
                self._sent[over] + WINDOW_S + GUARD_S if over < len(self._sent) else now + 0.05
            )
            waits.append(room_at - now)
        allowance = self._allowance
        if allowance is not None and self._left(allowance) <= 0:
            waits.append(allowance.until - now)
        return max(0.0, *waits)

    def take(self, now: float) -> int:
        """Reserve a slot; only where `wait_s` just said 0. Returns its ticket."""
        earliest = now if self._next is None else max(self._next, now - _BURST_S)
        self._next = earliest + self._spacing(now)
        ticket = next(self._tickets)
        self._reserved.add(ticket)
        return ticket

    def sent(self, ticket: int, now: float) -> None:
        """The request leaves now."""
        self._reserved.discard(ticket)
        self._sent.append(now)
        self._open[ticket] = now

    def give_back(self, ticket: int) -> bool:
        """Nothing (more) will come of this ticket. Returns whether its slot was still unsent."""
        was_reserved = ticket in self._reserved
        self._reserved.discard(ticket)
        self._open.pop(ticket, None)
        return was_reserved

    def answered(self, ticket: int, now: float, attempt: Attempt) -> None:
        """Learn from an answer: its headers, and a 429."""
        sent_at = self._open.pop(ticket, now)
        if attempt.kind != "answered":
            return
        limit = header_number(attempt, "x-ratelimit-limit")
        if limit is not None and limit > 0:
            self._told = limit
        remaining = header_number(attempt, "x-ratelimit-remaining")
        reset_s = self._learn_reset(attempt, now)
        if remaining is not None:
            self._learn_use(max(0, remaining), sent_at, now, reset_s)
        if attempt.status == 429:
            self._learn_throttle(attempt, now, remaining, reset_s)
        elif attempt.status is not None and attempt.status < 500:
            self._ease = max(1.0, self._ease * _RECOVER)

    def calls_in_window(self, now: float) -> int:
        """Calls that left in the last 60 seconds."""
        return len(self._sent) - bisect_right(self._sent, now - WINDOW_S)

    # --- what the headers teach --------------------------------------------------------------

    def _learn_reset(self, attempt: Attempt, now: float) -> float | None:
        """Seconds until the server's window resets, and whether its windows are fixed.

        A reset time that stays the same while calls go on is the end of a fixed window; one
        that moves with every second slides.
        """
        reset = header_number(attempt, "x-ratelimit-reset")
        if reset is None:
            return None
        if reset != self._reset:
            is_next_window = reset - self._reset >= WINDOW_S / 2
            self._is_fixed = self._is_fixed and is_next_window
            self._reset, self._reset_since, self._allowance = reset, now, None
        elif now - self._reset_since > _FIXED_AFTER_S:
            self._is_fixed = True
        is_delta = reset < 1_000_000
        ahead = float(reset) if is_delta else reset - server_now(attempt)
        return min(max(0.0, ahead), WINDOW_S)

    def _learn_use(self, remaining: int, sent_at: float, now: float, reset_s: float | None) -> None:
        """Find out what others use of the same budget, and how much of it is left.

        What is left binds us only where others call too or windows are fixed: alone we keep the
        limit anyway, and a sliding window that is always nearly full is as it should be.
        """
        ours = len(self._sent) - bisect_right(self._sent, sent_at - WINDOW_S)
        self._others = max(0, self._told - remaining - ours)
        self._others_until = now + WINDOW_S
        if reset_s is None or not (self._others or self._is_fixed):
            self._allowance = None
            return
        until = now + (reset_s if self._is_fixed else min(reset_s, _LOOK_AGAIN_S))
        new = _Allowance(remaining, sent_at, until)
        if self._allowance is None or self._left(new) < self._left(self._allowance):
            self._allowance = new

    def _learn_throttle(
        self, attempt: Attempt, now: float, remaining: int | None, reset_s: float | None
    ) -> None:
        asked = parse_retry_after(attempt)
        is_downstream = remaining is not None and remaining > 0
        if not is_downstream:
            pause = next((s for s in (asked, reset_s) if s is not None), _NO_ADVICE_S)
            self._blocked_until = max(self._blocked_until, now + pause)
        has_budget_left = 2 * self.calls_in_window(now) < self.limit
        if (is_downstream or has_budget_left) and now - self._eased_at >= _EASE_EVERY_S:
            self._ease = min(_MOST_EASED, self._ease * _EASE)
            self._eased_at = now

    # --- arithmetic --------------------------------------------------------------------------

    def _forget(self, now: float) -> None:
        while self._sent and self._sent[0] <= now - WINDOW_S - GUARD_S:
            self._sent.popleft()
        if self._allowance is not None and now >= self._allowance.until:
            self._allowance = None
        if now >= self._others_until:
            self._others = 0

    def _share(self) -> int:
        """Calls in a window that are ours, with head-room where others call too."""
        if not self._others:
            return self.limit
        return max(1, min(self.limit, self._told - self._others - self._others // 10 - 1))

    def _left(self, allowance: _Allowance) -> int:
        gone = len(self._sent) - bisect_right(self._sent, allowance.since)
        return allowance.left - gone - len(self._reserved)

    def _spacing(self, now: float) -> float:
        alone = (WINDOW_S + GUARD_S) / self.limit
        spacing = min((WINDOW_S + GUARD_S) / self._share(), max(alone, _LOOK_AGAIN_S / 2))
        allowance = self._allowance
        if allowance is not None and self._is_fixed and allowance.until - now > _BURST_S:
            even = (allowance.until - now) / max(1, self._left(allowance))
            if even > 1.15 * spacing:
                spacing = even
        return spacing * self._ease
