"""The library's verbs over ports: check, run, reconcile.

Lives here: the order of the steps of a command. Must never live here: a step's own work, a
file, a socket or a question to a person; they come in as ports. What a newcomer would
question: a run holds its connector's lock from before the check until its report is
written, so that what was checked is still true when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from importer.checking import Checked
from importer.connecting import (
    SchemaFound,
    Site,
    compare_earlier,
    fetch_schema,
)
from importer.core.file_sending import parse_files
from importer.core.memory import Lock
from importer.core.model import Outcome
from importer.core.ports import Source
from importer.delivering import send_rows
from importer.errors import ImporterError, MappingError
from importer.existing import (
    find_missing_doubtful,
    hold_alike,
    meet_existing,
    remember_existing,
)
from importer.holding import hold_connector
from importer.inheriting import explain_misfit, note_corrections, take_up
from importer.job import Job, RunFolder, RunResult, Workplace
from importer.outcome import Told, decide_rows, tell_run
from importer.sending.by_hand import settle_by_hand
from importer.sending.clock import iso
from importer.sending.existing import ExistingPeople
from importer.sending.reconcile import ReconcileReport, reconcile_doubtful
from importer.staging import build_staged
from importer.steps import (
    Scene,
    guard_run,
    has_same_sources,
    judge_rows,
    plan_run,
    record_run,
    require_api,
    require_sources,
    seconds_since,
    send_files,
    server_now,
    set_scene,
    visit,
)


async def check(job: Job, place: Workplace) -> RunResult:
    """Find every problem; do everything that `run` does but create.

    Raises:
        ImporterError: Nothing could be checked; says why.
    """
    require_sources(job)
    scene = await set_scene(job, place)
    run_id = place.new_run_id()
    folder = place.folder(run_id)
    checked = await judge_rows(job, place, scene, folder, run_id, job.sources)
    record = record_run(job, scene, run_id, "check", folder, checked)
    place.ledger.begin_run(record)
    told = Told(record=record, site=scene.site, schema=scene.schema)
    stop: ImporterError | None = None
    if place.api is not None:
        try:
            await _stage(job, place, scene, folder, checked, told, keep=False)
        except ImporterError as error:
            stop = error
    told.plan = plan_run(job, place, checked, told.file_calls)
    told.check_s = seconds_since(place, scene)
    return tell_run(job, place, told, checked, folder, stop)


async def run(job: Job, place: Workplace) -> list[RunResult]:
    """Check, confirm, send, report; continues an interrupted run first.

    Returns:
        The results, the continued run's before the new one's.

    Raises:
        ImporterError: The command stopped before there was anything to report.
    """
    require_sources(job)
    scene = await set_scene(job, place)
    results: list[RunResult] = []
    async with hold_connector(place, scene.connector, wait=job.options.wait) as lock:
        place.ledger.guard_identity(
            job.mapping_name, job.mapping.identity, accept=job.options.accept_identity
        )
        place.ledger.recover(scene.connector, at=server_now(place))
        await _reconcile_first(place, scene)
        earlier = place.ledger.unfinished_run(scene.connector, job.mapping_name)
        run_id = place.new_run_id()
        if earlier is not None and earlier.state == "sending":
            spooled = place.folder(earlier.run_id).open_spool()
            result = await _continue(job, place, scene, lock, earlier.run_id, spooled)
            results.append(result)
            is_done = spooled is None or has_same_sources(earlier, job.sources)
            if result.stop is not None or is_done:
                return results
        elif earlier is not None:
            # It stopped before anything was sent, so there is nothing to go on with.
            place.ledger.unstage(scene.connector, earlier.run_id)
            place.ledger.finish_run(earlier.run_id, iso(scene.started), 2, earlier.summary)
        results.append(await _run_rows(job, place, scene, lock, place.folder(run_id), run_id, None))
    return results


async def look_at_site(
    place: Workplace, *, accept: bool = False, diff: str | None = None
) -> tuple[Site, SchemaFound]:
    """Whose ATS this is and what it asks for.

    Args:
        place: Ledger and API.
        accept: Settle what changed: it is not told again.
        diff: Compare with the answer in force in this run (`latest` is accepted), or, when
            empty, with the latest different one. None: tell what nobody has accepted yet.

    Raises:
        StopAndRetry: The connector cannot be asked now.
        UsageError: The run is unknown, or met no schema of this connector.
    """
    site = await visit(place)
    connector = place.ledger.connector_ref(place.base_url, site.connector_id, site.ats)
    place.pace.share(place.ledger, connector)
    at = iso(place.pace.clock.time())
    found = await fetch_schema(require_api(place), place.pace, place.ledger, connector, at)
    if diff is not None:
        found = replace(found, drift=compare_earlier(place.ledger, connector, found, diff))
    if accept:
        place.ledger.accept_schema(connector, found.schema.sha256)
    return site, found


async def _continue(
    job: Job,
    place: Workplace,
    scene: Scene,
    lock: Lock,
    run_id: str,
    spooled: Sequence[Source] | None,
) -> RunResult:
    """Go on with an interrupted run: with the rows as they were read then."""
    folder = place.folder(run_id)
    if spooled is None:
        place.progress.note(
            f"Run {run_id} was interrupted, and what it had read is gone with its folder"
            f" {folder.path}: the files are read anew."
        )
        return await _run_rows(job, place, scene, lock, folder, run_id, None)
    place.progress.note(
        f"Going on with the interrupted run {run_id}, with its rows as they were read then."
    )
    job = take_up(job, place.ledger, folder, spooled)
    try:
        return await _run_rows(job, place, scene, lock, folder, run_id, spooled)
    except MappingError as error:
        raise explain_misfit(error, run_id, folder) from error


async def _run_rows(
    job: Job,
    place: Workplace,
    scene: Scene,
    lock: Lock,
    folder: RunFolder,
    run_id: str,
    spooled: Sequence[Source] | None,
) -> RunResult:
    """Judge, stage, ask and send; `spooled` are the rows of a run that is continued."""
    ledger = place.ledger
    earlier = ledger.run(run_id)
    if earlier is None:
        ledger.begin_run(record_run(job, scene, run_id, "run", folder, None))
    sources = job.sources if spooled is None else spooled
    checked = await judge_rows(
        job, place, scene, folder, run_id, sources, keep_spool=spooled is not None
    )
    note_corrections(folder, job.corrections)
    record = record_run(job, scene, run_id, "run", folder, checked)
    if earlier is not None:
        record = replace(record, started_at=earlier.started_at)
    ledger.describe_run(record)
    told = Told(record=record, site=scene.site, schema=scene.schema)
    try:
        decide_rows(ledger, scene.connector, run_id, checked)
        ledger.unstage(scene.connector, run_id)
        await _stage(job, place, scene, folder, checked, told, keep=True)
        told.plan = plan_run(job, place, checked, told.file_calls)
        told.check_s = seconds_since(place, scene)
        guard_run(job, place, scene, checked, told.plan)
        ledger.set_run_state(run_id, "sending")
    except ImporterError as stop:
        if earlier is None or earlier.state != "sending":
            ledger.unstage(scene.connector, run_id)
            told.is_abandoned = True
        told.plan = told.plan or plan_run(job, place, checked, told.file_calls)
        return tell_run(job, place, told, checked, folder, stop)
    told.report = await send_rows(job, place, scene, lock, run_id, checked, folder)
    if told.report.stop is None:
        ledger.unstage(scene.connector, run_id)
    told.attached = await send_files(place, scene, told.report)
    stopped = told.report.stop or told.attached.stop
    return tell_run(job, place, told, checked, folder, stopped)


async def _stage(
    job: Job,
    place: Workplace,
    scene: Scene,
    folder: RunFolder,
    checked: Checked,
    told: Told,
    *,
    keep: bool,
) -> None:
    """Assemble what is ready, take out who is in the ATS already, and stage the rest.

    `keep` makes it durable; a check only looks.
    """
    ready = len(checked.positions(Outcome.READY))
    ledger = place.ledger
    told.file_calls = len(ledger.open_files(scene.connector))
    if not ready:
        return
    people: ExistingPeople | None = None
    if job.options.existing != "create":
        people = ExistingPeople(
            require_api(place), ledger, scene.connector, place.pace, scene.site.sync
        )
        await people.prepare(ready)
        told.warnings.extend(people.warnings)
    missing = find_missing_doubtful(checked, ledger.doubtful(scene.connector))
    for batch in build_staged(checked, folder.open_spool() or (), ledger.secret):
        sent = batch = hold_alike(checked, batch, missing)
        if people is not None:
            sent, there = await meet_existing(people, checked, batch, job.options.existing)
            if keep:
                remember_existing(ledger, scene.connector, told.record.run_id, batch, there)
        told.file_calls += sum(len(parse_files(row.attachments)) for _, row in sent)
        if keep:
            ledger.stage(scene.connector, told.record.run_id, [row for _, row in sent])


async def reconcile(
    place: Workplace, *, resync: bool = False, by_hand: Mapping[str, str] | None = None
) -> ReconcileReport:
    """Settle the rows in doubt of one connector, as far as the ATS shows what became of them.

    Args:
        place: Ledger and API.
        resync: Ask for a synchronisation first.
        by_hand: Row (`2`, `people.csv:2`) -> candidate id, empty for a row that a person knows
            never arrived.

    Raises:
        UsageError: A row given by hand is not in doubt, or several rows have its name.
        StopAndRetry: The connector cannot be asked now, or another run sends on it.
    """
    site = await visit(place)
    connector = place.ledger.connector_ref(place.base_url, site.connector_id, site.ats)
    place.pace.share(place.ledger, connector)
    async with hold_connector(place, connector):
        place.ledger.recover(connector, at=server_now(place))
        settle_by_hand(place.ledger, connector, by_hand or {})
        return await reconcile_doubtful(
            api=require_api(place),
            ledger=place.ledger,
            connector=connector,
            pace=place.pace,
            request_resync=resync,
        )


async def _reconcile_first(place: Workplace, scene: Scene) -> None:
    """Settle what earlier runs left in doubt; what stays so never holds up new rows."""
    if not place.ledger.doubtful(scene.connector):
        return
    place.progress.note("Looking for the rows that earlier runs left in doubt.")
    await reconcile_doubtful(
        api=require_api(place), ledger=place.ledger, connector=scene.connector, pace=place.pace
    )
