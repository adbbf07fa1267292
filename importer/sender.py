"""The drive of a run: staged rows go out at the connector's pace, each exactly once.

Lives here: the order of things. Slot, durable intent, request, durable outcome; then the
count. Must never live here: HTTP, or deciding what an answer means (`core/disposition`) or
when to stop (`core/guards`). What a newcomer would question: a row that may go again is put
back to *staged* in the ledger while it waits, so that a crash in a long wait leaves nothing
in doubt, and its next intent asks anew whether the lock is still ours.
"""

from __future__ import annotations

from collections.abc import Callable

from importer.core.budget import SendLimits
from importer.core.guards import GuardSettings
from importer.core.ports import CandidateApi, Ledger, StagedRow
from importer.sending.clock import StopSignal
from importer.sending.drive import Drive
from importer.sending.events import SendEvents, SendReport, SilentEvents
from importer.sending.pace import Pace

__all__ = ["SendEvents", "SendReport", "SilentEvents", "send_staged"]


async def send_staged(
    *,
    api: CandidateApi,
    ledger: Ledger,
    connector: int,
    run_id: str,
    fence: int,
    pace: Pace,
    window: int = 5,
    events: SendEvents | None = None,
    guards: GuardSettings | None = None,
    limits: SendLimits | None = None,
    stop: StopSignal | None = None,
    read_back: bool = True,
    fill: Callable[[StagedRow], str | None] | None = None,
) -> SendReport:
    """Send every staged row of a run; return what became of them, also when it had to stop.

    Each row's outcome is durable in the ledger before the report counts it. Rows that were
    not reached, or that nobody is to blame for, stay staged. Raises nothing of its own but
    what cancels it: the reason for an early end is `SendReport.stop`, to be raised once the
    run's report is written.

    Args:
        api: The connector's ATS.
        ledger: Holds the staged rows; called from worker threads, one call at a time.
        connector: The ledger's number of the connector.
        run_id: The run whose rows go out.
        fence: Of the lock that this run holds on the connector.
        pace: Paces every call; its clock is the sender's clock.
        window: Rows without an answer at once. At most this many, or five, can end in doubt
            in one outage.
        events: Hears of each settled row.
        guards: When to stop.
        limits: `--limit` counts here; calls and time count in `pace`.
        stop: Set it to end the run: rows in flight finish.
        read_back: Whether to look for a row in doubt at once.
        fill: Completes a row's body just before it goes (files); None from it leaves the row
            staged. It may block, and is called in a thread.
    """
    drive = Drive(
        api=api,
        ledger=ledger,
        connector=connector,
        run_id=run_id,
        fence=fence,
        pace=pace,
        window=window,
        events=SilentEvents() if events is None else events,
        guards=GuardSettings() if guards is None else guards,
        limits=SendLimits() if limits is None else limits,
        stop=StopSignal() if stop is None else stop,
        read_back=read_back,
        fill=fill,
    )
    return await drive.run()
