"""One connector's pace, awaited: every call of a run goes through the one object here.

Lives here: waiting for what `core/pacing` allows, counting calls, repeating reads. Must
never live here: repeating a write. What a newcomer would question: slots are handed out in
the order asked for, one at a time; the wait is short because the pace is even.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final, Literal

from importer.core.answers import parse_retry_after
from importer.core.budget import SendLimits
from importer.core.disposition import (
    ReadFate,
    backoff_s,
    dispose_read,
    unusable_answer,
)
from importer.core.pacing import Pacer
from importer.core.ports import Attempt
from importer.core.results import RequestCounts
from importer.errors import Interrupted
from importer.sending.clock import Clock, StopSignal, SystemClock, nap
from importer.sending.sharing import SharedCalls, SharedTurns

Purpose = Literal["create", "read", "attach"]

_TRIES: Final = 5
_PATIENCE_S: Final = 7_200.0


class Slot:
    """The right to one call. `sent` when it leaves, `answered` after; else `give_back`."""

    def __init__(self, pace: Pace, ticket: int, purpose: Purpose) -> None:
        self._pace = pace
        self._ticket = ticket
        self._purpose: Purpose = purpose

    def sent(self) -> None:
        """The request leaves now."""
        self._pace.on_sent(self._ticket, self._purpose)

    def answered(self, attempt: Attempt) -> None:
        """The request came to something."""
        self._pace.on_answered(self._ticket, attempt)

    def give_back(self) -> None:
        """The call will not be made, or nobody will hear of it any more. Harmless twice."""
        self._pace.on_given_back(self._ticket)


class Pace:
    """All calls on one connector, at the speed that its budget allows.

    Args:
        pacer: The arithmetic; None makes one for 200 calls a minute.
        limits: `--max-calls` and `--until`.
        stop: Waiting ends when it is set.
    """

    def __init__(
        self,
        pacer: Pacer | None = None,
        *,
        clock: Clock | None = None,
        limits: SendLimits | None = None,
        stop: StopSignal | None = None,
    ) -> None:
        self.pacer = Pacer() if pacer is None else pacer
        self.clock: Clock = SystemClock() if clock is None else clock
        self._limits = SendLimits() if limits is None else limits
        self._stop = StopSignal() if stop is None else stop
        self._turn = asyncio.Lock()
        self._shared: SharedTurns | None = None
        self._offset_s = 0.0
        self._calls: Counter[str] = Counter()
        self._by_status: Counter[str] = Counter()
        self._retried = 0
        self._reserved = 0

    def share(self, calls: SharedCalls, connector: int) -> None:
        """From now on keep one pace with all other processes that use this ledger."""
        self._shared = SharedTurns(calls, connector)

    # --- slots -------------------------------------------------------------------------------

    async def slot(self, purpose: Purpose = "read") -> Slot:
        """Wait for the right to one call.

        Raises:
            ImporterError: The run was told to stop (the signal's reason).
            Interrupted: The call or time budget is used up.
            StopAndRetry: The ledger that all processes share cannot be written.
        """
        async with self._turn:
            await self._wait_for_turn()
            while True:
                self._check_limits()
                wait_s = self.pacer.wait_s(self.clock.now())
                if wait_s <= 0:
                    break
                await nap(self.clock, min(wait_s, 1.0), self._stop)
            ticket = self.pacer.take(self.clock.now())
            self._reserved += 1
            return Slot(self, ticket, purpose)

    async def _wait_for_turn(self) -> None:
        """Wait for this process's turn among all that call the connector."""
        self._check_limits()
        if self._shared is None:
            return
        spacing_s = self.pacer.spacing_s(self.clock.now())
        at = await self._shared.draw(self.clock.time(), spacing_s)
        while (wait_s := at - self.clock.time()) > 0:
            await nap(self.clock, min(wait_s, 1.0), self._stop)
            self._check_limits()

    def _check_limits(self) -> None:
        if self._stop.reason is not None:
            raise self._stop.reason
        reason = self._limits.used_up(self.calls + self._reserved, self.clock.time())
        if reason is not None:
            raise Interrupted(reason, hint="Run again to go on from here.")

    def on_sent(self, ticket: int, purpose: Purpose) -> None:
        """A slot's request leaves now."""
        self._reserved -= 1
        self.pacer.sent(ticket, self.clock.now())
        self._calls[purpose] += 1

    def on_answered(self, ticket: int, attempt: Attempt) -> None:
        """A slot's request came to something."""
        self.pacer.answered(ticket, self.clock.now(), attempt)
        self._by_status["no answer" if attempt.status is None else str(attempt.status)] += 1
        paused_s = self.pacer.paused_s(self.clock.now())
        if self._shared is not None and paused_s > 0:
            self._shared.hold(self.clock.time() + paused_s)
        if attempt.server_time is not None:
            self._offset_s = attempt.server_time - attempt.ended_at

    def on_given_back(self, ticket: int) -> None:
        """A slot's request is not made, or nobody waits for its answer any more."""
        if self.pacer.give_back(ticket):
            self._reserved -= 1

    # --- calls -------------------------------------------------------------------------------

    async def call(
        self, request: Callable[[], Awaitable[Attempt]], purpose: Purpose = "read"
    ) -> Attempt:
        """Make one call, once, when there is a slot for it."""
        slot = await self.slot(purpose)
        try:
            slot.sent()
            attempt = await request()
            slot.answered(attempt)
        finally:
            slot.give_back()
        return attempt

    async def read(
        self, request: Callable[[], Awaitable[Attempt]], doing: str, *, tries: int = _TRIES
    ) -> Attempt:
        """Read something, repeating what may be repeated, until the answer is usable.

        A 429 costs time and no try, for two hours at most.

        Args:
            request: Makes the GET.
            doing: Completes "while …" in messages.
            tries: How often at most.

        Raises:
            StopAndRetry: No usable answer came; the message says what came instead.
            ImporterError: As `slot` raises.
        """
        failures = 0
        give_up_at = self.clock.now() + _PATIENCE_S
        while True:
            attempt = await self.call(request)
            fate = dispose_read(attempt)
            if fate is ReadFate.USABLE:
                return attempt
            failures += attempt.status != 429
            if fate is not ReadFate.REPEAT or failures >= tries or self.clock.now() > give_up_at:
                raise unusable_answer(attempt, doing)
            self.on_retry()
            asked = parse_retry_after(attempt)
            wait_s = backoff_s(failures) if asked is None else asked
            await nap(self.clock, wait_s, self._stop)

    def on_retry(self) -> None:
        """A call is made again."""
        self._retried += 1

    # --- figures -----------------------------------------------------------------------------

    @property
    def calls(self) -> int:
        """Calls made so far."""
        return self._calls.total()

    @property
    def requests(self) -> RequestCounts:
        """Calls by purpose and by answer."""
        return RequestCounts(
            total=self._calls.total(),
            create=self._calls["create"],
            read=self._calls["read"],
            retried=self._retried,
            by_status=dict(sorted(self._by_status.items())),
        )

    def server_time(self, ours: float) -> float:
        """Our Unix seconds as the server's clock shows them, as far as answers told."""
        return ours + self._offset_s
