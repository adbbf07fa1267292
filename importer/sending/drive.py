"""One run of the sender from its first row to its report.

Lives here: the loop that feeds rows to tasks, and the end. What becomes of a single row is
`sending/errand.py`. What a newcomer would question: the loop looks at the weather again after
it waited for a slot, because rows in flight may have failed meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from importer.core.budget import SendLimits
from importer.core.disposition import ReadFate, dispose_read
from importer.core.guards import Breaker, GuardSettings, OutageGuard, Step
from importer.core.ports import CandidateApi, Ledger, RowState, Settlement, StagedRow
from importer.errors import ImporterError, Interrupted
from importer.sending.clock import StopSignal, nap
from importer.sending.errand import Errand
from importer.sending.events import SendEvents, SendReport, Timeline
from importer.sending.journal import Journal
from importer.sending.pace import Pace

_PAGE: Final = 500


class Drive:
    """Everything that the rows of one run share. See `importer.sender.send_staged`."""

    def __init__(
        self,
        *,
        api: CandidateApi,
        ledger: Ledger,
        connector: int,
        run_id: str,
        fence: int,
        pace: Pace,
        window: int,
        events: SendEvents,
        guards: GuardSettings,
        limits: SendLimits,
        stop: StopSignal,
        read_back: bool,
        fill: Callable[[StagedRow], str | None] | None = None,
    ) -> None:
        self.api = api
        self.pace = pace
        self.clock = pace.clock
        self.events = events
        self.halt = StopSignal(stop)
        self.reads_back = read_back
        self.journal = Journal(
            ledger,
            connector=connector,
            run_id=run_id,
            fence=fence,
            pace=pace,
            in_flight=lambda: len(self._in_flight),
        )
        self.outage = OutageGuard(guards)
        self.breaker = Breaker(guards.refusals_running)
        self.successes = 0
        self._was_clear = True
        self._was_eased = False
        self._forbidden: list[tuple[StagedRow, Settlement]] = []
        self._is_access_refused = False
        self._fill = fill
        self._window = window
        self._limits = limits
        self._queue: deque[StagedRow] = deque()
        self._last_seq = 0
        self._is_drained = False
        self._in_flight: dict[asyncio.Task[None], StagedRow] = {}
        self._counts: Counter[RowState] = Counter()
        self._unrecorded: list[tuple[int, RowState, str]] = []
        self._schema_task: asyncio.Task[None] | None = None
        self._timeline = Timeline(self.clock.now())

    # --- the loop ----------------------------------------------------------------------------

    async def run(self) -> SendReport:
        """Drive until every staged row is settled or something stops the run."""
        started = self.clock.now()
        try:
            await self._feed()
            while self._in_flight:
                await self._wait_for_one()
            await self._settle_forbidden()
            await self._hear_of_schema(waits=True)
        finally:
            await self._abandon()
        self._timeline.add(self.clock.now(), self.created, self.pace.calls, is_last=True)
        return SendReport(
            counts={state: n for state, n in self._counts.items() if n},
            requests=self.pace.requests,
            seconds=self.clock.now() - started,
            timeline=self._timeline.samples,
            stop=self.halt.reason,
            unrecorded=tuple(self._unrecorded),
        )

    async def _feed(self) -> None:
        while not self.halt.is_set:
            self._reap()
            await self._hear_of_schema()
            if not await self._is_weather_fair():
                continue
            row = await self._next_row()
            if row is None:
                if not self._in_flight:
                    return
                await self._wait_for_one()
            elif self._is_enough_created() or not self._has_room_for(row):
                self._queue.appendleft(row)
                if not self._in_flight:
                    self.end(self._enough())
                await self._wait_for_one()
            else:
                await self._start(row)

    async def _is_weather_fair(self) -> bool:
        """Whether a row may go out now; else something was done about it."""
        step = self.outage.next_step(self.clock.now())
        if step is Step.GO:
            return True
        if step is Step.GIVE_UP:
            self.end(self.outage.give_up())
        elif self._in_flight:
            await self._wait_for_one()
        elif step is Step.WAIT:
            await nap(self.clock, self.outage.wait_s(self.clock.now()), self.halt)
        else:
            await self._probe()
        return False

    async def _probe(self) -> None:
        """Ask with a GET whether the service is back."""
        try:
            attempt = await self.pace.call(lambda: self.api.list_candidates(page_size=1))
        except ImporterError as reason:
            self.end(reason)
            return
        fate = dispose_read(attempt)
        is_answered = fate in (ReadFate.USABLE, ReadFate.STOP)
        self.outage.on_probe(self.clock.now(), is_answered=is_answered)
        if is_answered:
            self.events.on_notice("The service answers again; going on with one row at a time.")

    async def _next_row(self) -> StagedRow | None:
        if not self._queue and not self._is_drained:
            try:
                page = await self.journal.staged(self._last_seq, _PAGE)
            except ImporterError as reason:
                self.end(reason)
                return None
            self._is_drained = len(page) < _PAGE
            if page:
                self._last_seq = page[-1].seq
            self._queue.extend(page)
        return self._queue.popleft() if self._queue else None

    def _has_room_for(self, row: StagedRow) -> bool:
        """Whether the window has room, and nobody of the same e-mail or identity is out."""
        if len(self._in_flight) >= self.outage.width(self._window):
            return False
        mine = {row.identity, *row.emails}
        return all(
            mine.isdisjoint((other.identity, *other.emails)) for other in self._in_flight.values()
        )

    def _is_enough_created(self) -> bool:
        limit = self._limits.max_creates
        return limit is not None and self.created + len(self._in_flight) >= limit

    def _enough(self) -> Interrupted:
        return Interrupted(
            f"{self.created} candidates were created, as many as --limit allows.",
            hint="Run again to go on from here.",
        )

    async def _start(self, row: StagedRow) -> None:
        """Wait for a slot and send the row on its errand, unless things changed meanwhile."""
        try:
            slot = await self.pace.slot("create")
        except ImporterError as reason:
            self.end(reason)
            return
        is_go = self.outage.next_step(self.clock.now()) is Step.GO
        if self.halt.is_set or not is_go or not self._has_room_for(row):
            slot.give_back()
            self._queue.appendleft(row)
            return
        self._in_flight[asyncio.create_task(Errand(self, row).run(slot))] = row

    async def _wait_for_one(self) -> None:
        if self._in_flight:
            await asyncio.wait(self._in_flight, return_when=asyncio.FIRST_COMPLETED)
        self._reap()

    def _reap(self) -> None:
        """Forget rows that are done; what went wrong in our own code comes out here."""
        for task in [task for task in self._in_flight if task.done()]:
            del self._in_flight[task]
            task.result()

    async def _hear_of_schema(self, *, waits: bool = False) -> None:
        """Learn what came of the doubt about the candidate schema."""
        task = self._schema_task
        if task is None or not (waits or task.done()):
            return
        try:
            await task
        except ImporterError as reason:
            self.end(reason)

    async def _abandon(self) -> None:
        """Cancel what is left when the run itself was cancelled; let the ledger finish."""
        left = [*self._in_flight, *([self._schema_task] if self._schema_task else [])]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self.journal.close()

    # --- what errands report -----------------------------------------------------------------

    def end(self, reason: ImporterError) -> None:
        """Start nothing new; the first reason is the one that is told."""
        self.halt.set(reason)

    @property
    def created(self) -> int:
        """Candidates that this run created."""
        return self._counts[RowState.CREATED] + self._counts[RowState.INCOMPLETE]

    def put_back(self, row: StagedRow) -> None:
        """The same row goes again, before all others."""
        self._queue.appendleft(replace(row, attempts=row.attempts + 1))

    async def body_of(self, row: StagedRow) -> str | None:
        """The body as it is sent; None where a file of it is gone: the row stays staged."""
        if self._fill is None:
            return row.body
        body = await asyncio.to_thread(self._fill, row)
        if body is None:
            self.events.on_notice(f"Row {row.row} was not sent: a file of it is gone by now.")
        return body

    async def settle(
        self, row: StagedRow, settlement: Settlement, *, was: RowState | None = None
    ) -> bool:
        """Make a row's outcome durable, then count and tell it.

        Args:
            row: Whose outcome.
            settlement: The outcome.
            was: What the row was counted as before.

        Returns:
            Whether the ledger has it; if not, the run ends.
        """
        try:
            await self.journal.settle(settlement)
        except ImporterError as reason:
            self._unrecorded.append((row.seq, settlement.state, settlement.candidate_id))
            self.end(reason)
            return False
        if was is not None:
            self._counts[was] -= 1
        if settlement.state is not RowState.STAGED:
            self._counts[settlement.state] += 1
            self._timeline.add(self.clock.now(), self.created, self.pace.calls)
            self.events.on_settled(row, settlement)
        return True

    def tell_trouble(self) -> None:
        """Tell a person once when sending pauses or slows down, and when that is over."""
        if self.outage.is_clear != self._was_clear:
            self._was_clear = self.outage.is_clear
            self.events.on_notice(
                "The service is back; sending at full pace."
                if self._was_clear
                else "The service gives no usable answers: sending pauses, and it is asked from "
                "time to time whether it is back."
            )
        if self.pace.pacer.is_eased != self._was_eased:
            self._was_eased = self.pace.pacer.is_eased
            if self._was_eased:
                self.events.on_notice(
                    "The ATS behind the service asks for fewer calls than the connector may make: "
                    "sending more slowly."
                )

    def doubt_schema(self) -> None:
        """The first refusal that may come from a changed candidate schema."""
        if self._schema_task is None:
            self._schema_task = asyncio.create_task(self.events.on_schema_doubt())

    # --- 403: the row's fault, or ours? -------------------------------------------------------

    @property
    def forbidden_running(self) -> int:
        """403 answers since the last answer of another kind."""
        return len(self._forbidden)

    def hold_forbidden(self, row: StagedRow, settlement: Settlement) -> None:
        """Keep a 403 back until the next answer says whether it was the row's fault."""
        self._forbidden.append((row, settlement))

    async def blame_forbidden(self) -> None:
        """Something else than a 403 came: those before it were the rows' own."""
        held, self._forbidden = self._forbidden, []
        for row, settlement in held:
            await self.settle(row, settlement)

    def refuse_access(self, reason: ImporterError) -> None:
        """The API refused us, not a row."""
        self._is_access_refused = True
        self.end(reason)

    async def _settle_forbidden(self) -> None:
        """At the end: put back what a refused caller left, blame what stood alone."""
        if not self._is_access_refused:
            await self.blame_forbidden()
        for row, _ in self._forbidden:
            await self.settle(row, Settlement(row.seq, RowState.STAGED, status=403))
