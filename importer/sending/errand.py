"""One row's way to the ATS and back: intent, request, outcome, and a look when in doubt.

Lives here: one attempt. Must never live here: choosing the row or waiting for the slot
(`sending/drive.py`). What a newcomer would question: an attempt that is to be repeated ends
here too. The row is staged again in the ledger, waits, and goes through the loop anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from importer.core.disposition import Disposition, Fate, dispose
from importer.core.ports import Attempt, RowState, Settlement, StagedRow
from importer.core.readback import Found
from importer.core.refusals import (
    describe_doubt,
    describe_missing_file,
    describe_refusal,
    describe_unclear,
)
from importer.core.results import RowProblem
from importer.errors import ImporterError, StopAndRetry
from importer.sending.clock import iso, nap
from importer.sending.lookback import read_back
from importer.sending.pace import Slot

if TYPE_CHECKING:
    from importer.sending.drive import Drive


class Errand:
    """One attempt to create one row's candidate, on behalf of a drive."""

    def __init__(self, drive: Drive, row: StagedRow) -> None:
        self._drive = drive
        self._row = row

    async def run(self, slot: Slot) -> None:
        """Make the attempt in this slot and settle what it came to."""
        drive, row = self._drive, self._row
        try:
            body = await drive.body_of(row)
            if body is None:
                return
            try:
                await drive.journal.intend(row.seq)
            except StopAndRetry as reason:
                drive.end(reason)
                return
            slot.sent()
            if row.attempts:
                drive.pace.on_retry()
            attempt = await drive.api.create_candidate(body, row.key)
            slot.answered(attempt)
        finally:
            slot.give_back()
        disposition = dispose(
            attempt,
            earlier_attempts=row.attempts,
            successes=drive.successes,
            forbidden_running=drive.forbidden_running,
        )
        await self._follow(disposition, attempt)

    async def _follow(self, what: Disposition, attempt: Attempt) -> None:
        drive = self._drive
        is_forbidden = attempt.status == 403
        if not is_forbidden and what.fate is not Fate.STOP:
            await drive.blame_forbidden()
        match what.fate:
            case Fate.CREATED:
                drive.successes += 1
                await self._created(what.candidate_id, attempt)
            case Fate.REFUSED:
                drive.outage.on_answer()
                settlement = self._settlement(
                    RowState.REFUSED,
                    attempt,
                    problems=describe_refusal(what.complaints, self._row.form),
                )
                if is_forbidden:
                    drive.hold_forbidden(self._row, settlement)
                    return
                drive.breaker.on_refused(what.causes)
                if what.may_be_schema:
                    drive.doubt_schema()
                await drive.settle(self._row, settlement)
                if (stop := drive.breaker.stop()) is not None:
                    drive.end(stop)
            case Fate.STOP:
                assert what.stop is not None
                drive.refuse_access(what.stop)
                await self._put_back(attempt)
            case Fate.RETRY_AFTER:
                drive.outage.on_throttled(drive.clock.now())
                drive.tell_trouble()
                await self._go_again(what.wait_s, attempt)
            case Fate.BACK_OFF:
                drive.outage.on_never_sent(drive.clock.now())
                drive.tell_trouble()
                await self._go_again(what.wait_s, attempt)
            case Fate.IN_DOUBT:
                drive.outage.on_doubt(drive.clock.now())
                drive.tell_trouble()
                problem = describe_doubt(what.why)
                doubt = self._settlement(RowState.IN_DOUBT, attempt, problems=(problem,))
                if await drive.settle(self._row, doubt) and drive.reads_back:
                    await self._look(attempt)

    async def _created(
        self, candidate_id: str, attempt: Attempt, *, was: RowState | None = None
    ) -> None:
        drive = self._drive
        drive.outage.on_answer()
        drive.tell_trouble()
        drive.breaker.on_success()
        has_files = bool(self._row.attachments)
        settlement = self._settlement(
            RowState.INCOMPLETE if has_files else RowState.CREATED,
            attempt,
            candidate_id=candidate_id,
            problems=(describe_missing_file(),) if has_files else (),
        )
        await drive.settle(self._row, settlement, was=was)

    async def _put_back(self, attempt: Attempt) -> bool:
        """Stage the row again: nothing of it was done, a later attempt may send it."""
        return await self._drive.settle(self._row, self._settlement(RowState.STAGED, attempt))

    async def _go_again(self, wait_s: float, attempt: Attempt) -> None:
        drive = self._drive
        if await self._put_back(attempt):
            await nap(drive.clock, wait_s, drive.halt)
            drive.put_back(self._row)

    async def _look(self, attempt: Attempt) -> None:
        """Look for the row in the ATS at once; finding nothing leaves it in doubt."""
        drive, row = self._drive, self._row
        try:
            known = await drive.journal.known_ids(row)
            started_at = drive.pace.server_time(attempt.started_at)
            result = await read_back(drive.api, drive.pace, row, known=known, started_at=started_at)
        except ImporterError as reason:
            drive.end(reason)
            return
        if result.found is Found.CREATED:
            await self._created(result.candidate_ids[0], attempt, was=RowState.IN_DOUBT)
        elif result.found is Found.UNCLEAR:
            problem = describe_unclear(result.candidate_ids)
            doubt = self._settlement(RowState.IN_DOUBT, attempt, problems=(problem,))
            await drive.settle(row, doubt, was=RowState.IN_DOUBT)

    def _settlement(
        self,
        state: RowState,
        attempt: Attempt,
        *,
        candidate_id: str = "",
        problems: tuple[RowProblem, ...] = (),
    ) -> Settlement:
        return Settlement(
            self._row.seq,
            state,
            candidate_id=candidate_id,
            problems=problems,
            attempted_at=iso(self._drive.pace.server_time(attempt.ended_at)),
            status=attempt.status,
        )
