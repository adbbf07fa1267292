"""The library's verbs over ports: check, run, reconcile.

Lives here: the order of the steps of a command. Must never live here: a step's own work, a
file, a socket or a question to a person; they come in as ports. What a newcomer would
question: a run holds its connector's lock from before the check until its report is
written, so that what was checked is still true when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from importer.checking import Checked, CheckSettings, LedgerRecall, check_sources
from importer.connecting import (
    SchemaFound,
    Site,
    fetch_lookups,
    fetch_schema,
    last_schema,
    visit_connector,
    wanted_lookups,
)
from importer.core.budget import CallPlan, plan_calls
from importer.core.guards import check_expected_creates, check_rejected_share
from importer.core.memory import Lock
from importer.core.model import Outcome
from importer.core.ports import (
    CandidateApi,
    RunRecord,
    Source,
)
from importer.core.standing import StandingRules
from importer.errors import GuardStopped, ImporterError, SourceError
from importer.existing import meet_existing, remember_existing
from importer.holding import hold_connector
from importer.job import Asked, Job, RunFolder, RunResult, Workplace
from importer.outcome import Told, decide_rows, tell_run
from importer.run_events import RunEvents
from importer.sender import SendReport, send_staged
from importer.sending.by_hand import settle_by_hand
from importer.sending.clock import iso
from importer.sending.existing import ExistingPeople
from importer.sending.reconcile import ReconcileReport, reconcile_doubtful
from importer.staging import build_staged


@dataclass(slots=True)
class _Scene:
    """What a command found before it looked at rows."""

    site: Site
    connector: int
    schema: SchemaFound
    started: float


async def check(job: Job, place: Workplace) -> RunResult:
    """Find every problem; do everything that `run` does but create.

    Raises:
        ImporterError: Nothing could be checked; says why.
    """
    _require_sources(job)
    scene = await _set_scene(job, place)
    run_id = place.new_run_id()
    folder = place.folder(run_id)
    checked = await _judge(job, place, scene, folder, run_id, job.sources)
    record = _record(job, scene, run_id, "check", folder, checked)
    place.ledger.begin_run(record)
    told = Told(record=record, site=scene.site, schema=scene.schema)
    stop: ImporterError | None = None
    if place.api is not None:
        try:
            await _stage(job, place, scene, folder, checked, told, keep=False)
        except ImporterError as error:
            stop = error
    told.plan = _plan(job, place, checked)
    told.check_s = _since(place, scene)
    return tell_run(job, place, told, checked, folder, stop)


async def run(job: Job, place: Workplace) -> list[RunResult]:
    """Check, confirm, send, report; continues an interrupted run first.

    Returns:
        The results, the continued run's before the new one's.

    Raises:
        ImporterError: The command stopped before there was anything to report.
    """
    _require_sources(job)
    scene = await _set_scene(job, place)
    results: list[RunResult] = []
    async with hold_connector(place, scene.connector, wait=job.options.wait) as lock:
        place.ledger.guard_identity(
            job.mapping_name, job.mapping.identity, accept=job.options.accept_identity
        )
        place.ledger.recover(scene.connector)
        await _reconcile_first(place, scene)
        earlier = place.ledger.unfinished_run(scene.connector, job.mapping_name)
        run_id = place.new_run_id()
        if earlier is not None and earlier.state == "sending":
            result = await _continue(job, place, scene, lock, earlier)
            results.append(result)
            if result.stop is not None or _same_sources(earlier, job.sources):
                return results
        elif earlier is not None:
            # It stopped before anything was sent, so there is nothing to go on with.
            place.ledger.finish_run(earlier.run_id, iso(scene.started), 2, earlier.summary)
        results.append(await _run_rows(job, place, scene, lock, place.folder(run_id), run_id, None))
    return results


async def look_at_site(place: Workplace, *, accept: bool) -> tuple[Site, SchemaFound]:
    """Whose ATS this is and what it asks for; `accept` settles what changed.

    Raises:
        StopAndRetry: The connector cannot be asked now.
    """
    site = await _visit(place)
    connector = place.ledger.connector_ref(place.base_url, site.connector_id, site.ats)
    at = iso(place.pace.clock.time())
    found = await fetch_schema(_api(place), place.pace, place.ledger, connector, at)
    if accept:
        place.ledger.accept_schema(connector, found.schema.sha256)
    return site, found


async def _continue(
    job: Job, place: Workplace, scene: _Scene, lock: Lock, earlier: RunRecord
) -> RunResult:
    """Go on with an interrupted run: with the rows as they were read then."""
    folder = place.folder(earlier.run_id)
    spooled = folder.open_spool()
    place.progress.note(f"Going on with the interrupted run {earlier.run_id}.")
    return await _run_rows(job, place, scene, lock, folder, earlier.run_id, spooled)


async def _run_rows(
    job: Job,
    place: Workplace,
    scene: _Scene,
    lock: Lock,
    folder: RunFolder,
    run_id: str,
    spooled: Sequence[Source] | None,
) -> RunResult:
    """Judge, stage, ask and send; `spooled` are the rows of a run that is continued."""
    ledger = place.ledger
    earlier = ledger.run(run_id)
    if earlier is None:
        ledger.begin_run(_record(job, scene, run_id, "run", folder, None))
    sources = job.sources if spooled is None else spooled
    checked = await _judge(
        job, place, scene, folder, run_id, sources, keep_spool=spooled is not None
    )
    record = _record(job, scene, run_id, "run", folder, checked)
    if earlier is not None:
        record = replace(record, started_at=earlier.started_at)
    ledger.describe_run(record)
    told = Told(record=record, site=scene.site, schema=scene.schema)
    try:
        decide_rows(ledger, scene.connector, run_id, checked)
        ledger.unstage(scene.connector, run_id)
        await _stage(job, place, scene, folder, checked, told, keep=True)
        told.plan = _plan(job, place, checked)
        told.check_s = _since(place, scene)
        _guard(job, place, scene, checked, told.plan)
        ledger.set_run_state(run_id, "sending")
    except ImporterError as stop:
        if earlier is None or earlier.state != "sending":
            ledger.unstage(scene.connector, run_id)
            told.is_abandoned = True
        told.plan = told.plan or _plan(job, place, checked)
        return tell_run(job, place, told, checked, folder, stop)
    told.report = await _send(job, place, scene, lock, run_id, checked)
    return tell_run(job, place, told, checked, folder, told.report.stop)


async def _stage(
    job: Job,
    place: Workplace,
    scene: _Scene,
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
    if not ready:
        return
    ledger = place.ledger
    people: ExistingPeople | None = None
    if job.options.existing != "create":
        people = ExistingPeople(_api(place), ledger, scene.connector, place.pace, scene.site.sync)
        await people.prepare(ready)
        told.warnings.extend(people.warnings)
    for batch in build_staged(checked, folder.open_spool() or (), ledger.secret):
        sent = batch
        if people is not None:
            sent, there = await meet_existing(people, checked, batch, job.options.existing)
            if keep:
                remember_existing(ledger, scene.connector, told.record.run_id, batch, there)
        if keep:
            ledger.stage(scene.connector, told.record.run_id, [row for _, row in sent])


async def _send(
    job: Job, place: Workplace, scene: _Scene, lock: Lock, run_id: str, checked: Checked
) -> SendReport:
    ready = len(checked.positions(Outcome.READY))
    if not ready:
        return SendReport({}, place.pace.requests, 0.0)
    place.progress.start(ready, "Sending")
    try:
        return await send_staged(
            api=_api(place),
            ledger=place.ledger,
            connector=scene.connector,
            run_id=run_id,
            fence=lock.fence,
            pace=place.pace,
            window=job.options.window,
            events=RunEvents(place, scene.connector, scene.schema),
            guards=job.options.guards,
            limits=job.options.limits,
            stop=place.stop,
        )
    finally:
        place.progress.close()


async def reconcile(
    place: Workplace, *, resync: bool = False, by_hand: Mapping[int, str] | None = None
) -> ReconcileReport:
    """Settle the rows in doubt of one connector, as far as the ATS shows what became of them.

    Args:
        place: Ledger and API.
        resync: Ask for a synchronisation first.
        by_hand: Row number -> candidate id, empty for a row that a person knows never arrived.

    Raises:
        UsageError: A row given by hand is not in doubt, or several rows have its number.
        StopAndRetry: The connector cannot be asked now, or another run sends on it.
    """
    site = await _visit(place)
    connector = place.ledger.connector_ref(place.base_url, site.connector_id, site.ats)
    async with hold_connector(place, connector):
        place.ledger.recover(connector)
        settle_by_hand(place.ledger, connector, by_hand or {})
        return await reconcile_doubtful(
            api=_api(place),
            ledger=place.ledger,
            connector=connector,
            pace=place.pace,
            request_resync=resync,
        )


async def _reconcile_first(place: Workplace, scene: _Scene) -> None:
    """Settle what earlier runs left in doubt; what stays so never holds up new rows."""
    if not place.ledger.doubtful(scene.connector):
        return
    place.progress.note("Looking for the rows that earlier runs left in doubt.")
    await reconcile_doubtful(
        api=_api(place), ledger=place.ledger, connector=scene.connector, pace=place.pace
    )


# --- steps ------------------------------------------------------------------------------------


def _require_sources(job: Job) -> None:
    if job.sources:
        return
    details = [f"{p}: {f.message} {f.hint}".strip() for p, f in job.unreadable]
    raise SourceError("No file could be read, so nothing was done.", details=details)


def _api(place: Workplace) -> CandidateApi:
    if place.api is None:
        raise AssertionError("this step needs the API")
    return place.api


async def _visit(place: Workplace) -> Site:
    return await visit_connector(_api(place), place.pace, place.token, place.ledger.secret)


async def _set_scene(job: Job, place: Workplace) -> _Scene:
    started = place.pace.clock.time()
    if place.api is None:
        latest = place.ledger.runs(job.mapping_name, limit=1)
        connector = latest[0].connector if latest else place.ledger.connector_ref("", "offline")
        if job.schema is None:
            raise AssertionError("without the API a schema must be given")
        return _Scene(Site("offline"), connector, job.schema, started)
    site = await _visit(place)
    connector = place.ledger.connector_ref(place.base_url, site.connector_id, site.ats)
    schema = job.schema
    if schema is None and job.use_last_schema:
        schema = last_schema(place.ledger, connector)
    if schema is None:
        schema = await fetch_schema(place.api, place.pace, place.ledger, connector, iso(started))
    return _Scene(site, connector, schema, started)


async def _judge(
    job: Job,
    place: Workplace,
    scene: _Scene,
    folder: RunFolder,
    run_id: str,
    sources: Sequence[Source],
    *,
    keep_spool: bool = False,
) -> Checked:
    lookups = {}
    if place.api is not None and (wanted := wanted_lookups(job.mapping)):
        lookups = dict(await fetch_lookups(place.api, place.pace, wanted))
    settings = CheckSettings(
        mapping=job.mapping,
        schema=scene.schema.schema,
        secret=place.ledger.secret,
        standing=StandingRules(
            run_id=run_id,
            mapping_sha256=job.mapping.sha256,
            schema_sha256=scene.schema.schema.sha256,
            retry_refused=job.options.retry_refused,
        ),
        recall=LedgerRecall(place.ledger, scene.connector),
        lookups=lookups,
        orders=job.orders,
        fix=job.fix,
        is_offline=place.api is None,
    )
    spool = None if keep_spool else folder.begin_spool()
    place.progress.start(None, "Checking")
    try:
        checked = check_sources(
            settings, sources, spool, lambda count, _: place.progress.advance(count)
        )
    except BaseException:
        if spool is not None:
            spool.discard()
        raise
    finally:
        place.progress.close()
    if spool is not None:
        spool.close()
    return checked


def _plan(job: Job, place: Workplace, checked: Checked) -> CallPlan:
    now = datetime.fromtimestamp(place.pace.clock.time(), UTC)
    return plan_calls(
        creates=len(checked.positions(Outcome.READY)),
        limit_per_minute=place.pace.pacer.limit,
        starts_at=now,
        limits=job.options.limits,
        calls_made=place.pace.calls,
    )


def _guard(job: Job, place: Workplace, scene: _Scene, checked: Checked, plan: CallPlan) -> None:
    """Everything that may keep a run from its first create."""
    counts = checked.counts()
    options = job.options
    rejected = counts[Outcome.REJECTED.value]
    check_rejected_share(rejected, rejected + counts[Outcome.READY.value], options.max_rejected)
    creates = plan.creates_in_reach
    if options.unattended:
        earlier = place.ledger.last_creates(job.mapping_name, 1_000)
        check_expected_creates(creates, earlier=earlier, expected=options.expect)
    if creates and place.confirm is not None:
        history = place.ledger.runs(job.mapping_name, limit=2)
        asked = Asked(
            site=scene.site,
            plan=plan,
            creates=creates,
            counts=counts,
            has_history=len(history) > 1,
            warnings=(*scene.site.warnings, *scene.schema.warnings, *job.warnings),
        )
        if not place.confirm(asked):
            raise GuardStopped("The number was not confirmed, so nothing was sent.")


def _same_sources(earlier: RunRecord, sources: Sequence[Source]) -> bool:
    then = {(sha, sheet) for _, sheet, sha, _ in earlier.sources}
    now = {(s.description.sha256, s.description.sheet or "") for s in sources}
    return then == now


def _record(
    job: Job,
    scene: _Scene,
    run_id: str,
    command: str,
    folder: RunFolder,
    checked: Checked | None,
) -> RunRecord:
    described = checked.descriptions if checked else [s.description for s in job.sources]
    rows = checked.source_rows if checked else [0] * len(described)
    return RunRecord(
        run_id=run_id,
        command=command,
        connector=scene.connector,
        mapping=job.mapping_name,
        mapping_sha256=job.mapping.sha256,
        schema_sha256=scene.schema.schema.sha256,
        started_at=iso(scene.started),
        finished_at="",
        state="preparing",
        exit_code=None,
        sources=[
            (d.path, d.sheet or "", d.sha256, n) for d, n in zip(described, rows, strict=True)
        ],
        folder=folder.path,
    )


def _since(place: Workplace, scene: _Scene) -> float:
    return place.pace.clock.time() - scene.started
