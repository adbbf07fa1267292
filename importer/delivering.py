"""The step of a run that creates candidates: the canary first, then the rest.

Lives here: how far one go of the sender reaches. Must never live here: the sender itself, or
what is compared of a canary. What a newcomer would question: the canary and the rest are two
goes over the same staged rows, so that an interrupt in between is continued like any other.
"""

from __future__ import annotations

from dataclasses import replace

from importer.canary import compare_created, note_canary, read_canary
from importer.checking import Checked
from importer.core.budget import SendLimits
from importer.core.memory import Lock
from importer.core.model import Outcome
from importer.core.ports import RowState
from importer.errors import ImporterError
from importer.job import Job, RunFolder, Workplace
from importer.run_events import RunEvents
from importer.sender import SendReport, send_staged
from importer.sending.attaching import build_filler
from importer.steps import Scene, require_api


async def send_rows(
    job: Job,
    place: Workplace,
    scene: Scene,
    lock: Lock,
    run_id: str,
    checked: Checked,
    folder: RunFolder,
) -> SendReport:
    """Send what is staged; the canary first, where one was asked for or is still open.

    Returns:
        What was sent; a reason to stop is in it, never raised.
    """
    ready = len(checked.positions(Outcome.READY))
    nothing = SendReport({}, place.pace.requests, 0.0)
    place.progress.start(ready, "Sending")
    try:
        canary = read_canary(folder)
        if not canary and job.options.canary and ready:
            rows = place.ledger.staged(scene.connector, run_id, limit=job.options.canary)
            note_canary(folder, rows)
            canary = read_canary(folder)
            limits = replace(job.options.limits, max_creates=len(rows))
            report = await _drive(job, place, scene, lock, run_id, limits)
            made = sum(report.counts.get(s, 0) for s in (RowState.CREATED, RowState.INCOMPLETE))
            if report.stop is not None and made < len(rows):
                return report
        if canary:
            place.progress.note("Comparing the canary's candidates with what was sent.")
            try:
                await compare_created(
                    require_api(place), place.pace, place.ledger, scene.connector, folder
                )
            except ImporterError as stop:
                return replace(nothing, requests=place.pace.requests, stop=stop)
        if not ready:
            return nothing
        return await _drive(job, place, scene, lock, run_id, job.options.limits)
    finally:
        place.progress.close()


async def _drive(
    job: Job, place: Workplace, scene: Scene, lock: Lock, run_id: str, limits: SendLimits
) -> SendReport:
    return await send_staged(
        api=require_api(place),
        ledger=place.ledger,
        connector=scene.connector,
        run_id=run_id,
        fence=lock.fence,
        pace=place.pace,
        window=job.options.window,
        events=RunEvents(place, scene.connector, scene.schema),
        guards=job.options.guards,
        limits=limits,
        stop=place.stop,
        fill=build_filler(place.files),
    )
