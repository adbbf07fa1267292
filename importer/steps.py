"""The steps that check and run share before the first create.

Lives here: one function a step, in the order in which `pipeline` takes them. Must never
live here: the order itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from importer.checking import Checked, CheckSettings, LedgerRecall, check_sources
from importer.connecting import (
    SchemaFound,
    Site,
    fetch_schema,
    last_schema,
    visit_connector,
)
from importer.core.budget import CallPlan, plan_calls
from importer.core.drift_hits import describe_drift
from importer.core.guards import check_expected_creates, check_rejected_share
from importer.core.model import Outcome
from importer.core.ports import (
    CandidateApi,
    RunRecord,
    Source,
)
from importer.core.side_effects import known_side_effects
from importer.core.standing import StandingRules
from importer.errors import GuardStopped, Interrupted, MappingError, SourceError
from importer.job import Asked, Job, RunFolder, Workplace
from importer.naming import Lookups, fetch_lookups, recall_lookups, wanted_lookups
from importer.sending.attaching import AttachReport, attach_files
from importer.sending.clock import StopSignal, iso
from importer.sending.events import SendReport


@dataclass(slots=True)
class Scene:
    """What a command found before it looked at rows."""

    site: Site
    connector: int
    schema: SchemaFound
    started: float


def require_sources(job: Job) -> None:
    """Stop where no file could be read; every one is named with its reason."""
    if job.sources:
        return
    details = [f"{p}: {f.message} {f.hint}".strip() for p, f in job.unreadable]
    raise SourceError("No file could be read, so nothing was done.", details=details)


def require_api(place: Workplace) -> CandidateApi:
    """The API, in a step that is only taken with one."""
    if place.api is None:
        raise AssertionError("this step needs the API")
    return place.api


async def visit(place: Workplace) -> Site:
    """Ask which connector this is."""
    return await visit_connector(require_api(place), place.pace, place.token, place.ledger.secret)


async def set_scene(job: Job, place: Workplace) -> Scene:
    """Find out whose ATS this is and what it asks for.

    Without the API the connector is the one of the mapping's latest run.
    """
    started = place.pace.clock.time()
    if place.api is None:
        latest = place.ledger.runs(job.mapping_name, limit=1)
        connector = latest[0].connector if latest else place.ledger.connector_ref("", "offline")
        if job.schema is None:
            raise AssertionError("without the API a schema must be given")
        return Scene(Site("offline"), connector, job.schema, started)
    site = await visit(place)
    connector = place.ledger.connector_ref(place.base_url, site.connector_id, site.ats)
    place.pace.share(place.ledger, connector)
    schema = job.schema
    if schema is None and job.use_last_schema:
        schema = last_schema(place.ledger, connector)
    if schema is None:
        schema = await fetch_schema(
            place.api,
            place.pace,
            place.ledger,
            connector,
            iso(started),
            (job.mapping_name, job.mapping.sha256),
        )
    return Scene(site, connector, schema, started)


async def find_names(job: Job, place: Workplace, scene: Scene) -> tuple[Lookups, int]:
    """The lists that names are resolved with, and how many calls they took."""
    wanted = wanted_lookups(job.mapping)
    if place.api is None:
        return recall_lookups(place.ledger, scene.connector, wanted), 0
    before = place.pace.calls
    at = iso(scene.started)
    found = await fetch_lookups(place.api, place.pace, place.ledger, scene.connector, wanted, at)
    return found, place.pace.calls - before


async def judge_rows(
    job: Job,
    place: Workplace,
    scene: Scene,
    folder: RunFolder,
    run_id: str,
    sources: Sequence[Source],
    *,
    keep_spool: bool = False,
) -> Checked:
    """Read and judge the rows, keeping them in the spool unless they come from there."""
    lookups, lookup_calls = await find_names(job, place, scene)
    knows_people = place.ledger.figures(scene.connector).rows > 0
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
        recall=LedgerRecall(place.ledger, scene.connector) if knows_people else None,
        lookups=lookups,
        orders=job.orders,
        fix=job.fix,
        is_offline=place.api is None,
        ats=scene.site.ats,
        files=place.files,
    )
    spool = None if keep_spool else folder.begin_spool()
    place.progress.start(None, "Checking")
    try:
        checked = check_sources(settings, sources, spool, lambda count, _: _on_rows(place, count))
    except MappingError as error:
        if spool is not None:
            spool.discard()
        changes = tuple(f"The ATS changed: {d.sentence}" for d in scene.schema.drift)
        raise MappingError(
            error.message, hint=error.hint, details=(*error.details, *changes)
        ) from error
    except BaseException:
        if spool is not None:
            spool.discard()
        raise
    finally:
        place.progress.close()
    if spool is not None:
        spool.close()
    checked.lookup_calls = lookup_calls
    for change in tell_drift(scene, checked):
        place.progress.note(change)
    return checked


def _on_rows(place: Workplace, count: int) -> None:
    place.progress.advance(count)
    if place.stop.reason is not None:
        raise place.stop.reason


def tell_drift(scene: Scene, checked: Checked) -> list[str]:
    """What changed in the ATS's schema, and how many of the rows it keeps back."""
    return describe_drift(scene.schema.drift, checked.problems) if scene.schema.drift else []


async def send_files(place: Workplace, scene: Scene, report: SendReport) -> AttachReport:
    """Attach the connector's files that have not arrived, unless something stopped the run."""
    stop = StopSignal(place.stop)
    if report.stop is not None and not isinstance(report.stop, Interrupted):
        stop.set(report.stop)
    return await attach_files(
        api=require_api(place),
        ledger=place.ledger,
        connector=scene.connector,
        pace=place.pace,
        files=place.files,
        ats=scene.site.ats,
        sync=scene.site.sync,
        stop=stop,
    )


def plan_run(job: Job, place: Workplace, checked: Checked, files: int = 0) -> CallPlan:
    """Plan the calls of the sending, beside those that names took; `files` go by their own."""
    now = datetime.fromtimestamp(place.pace.clock.time(), UTC)
    return plan_calls(
        creates=len(checked.positions(Outcome.READY)),
        limit_per_minute=place.pace.pacer.limit,
        starts_at=now,
        limits=job.options.limits,
        attachments=files,
        lookups=checked.lookup_calls,
        calls_made=place.pace.calls - checked.lookup_calls,
    )


def guard_run(job: Job, place: Workplace, scene: Scene, checked: Checked, plan: CallPlan) -> None:
    """Everything that may keep a run from its first create."""
    counts = checked.counts()
    options = job.options
    rejected = counts[Outcome.REJECTED.value]
    check_rejected_share(rejected, rejected + counts[Outcome.READY.value], options.max_rejected)
    creates = plan.creates_in_reach
    if options.unattended or options.expect is not None:
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
            warnings=(
                *tell_drift(scene, checked),
                *scene.site.warnings,
                *scene.schema.warnings,
                *job.warnings,
            ),
            side_effects=known_side_effects(scene.site.ats),
        )
        if not place.confirm(asked):
            raise GuardStopped("The number was not confirmed, so nothing was sent.")


def has_same_sources(earlier: RunRecord, sources: Sequence[Source]) -> bool:
    """Whether an earlier run read just these files."""
    then = {(sha, sheet) for _, sheet, sha, _ in earlier.sources}
    now = {(s.description.sha256, s.description.sheet or "") for s in sources}
    return then == now


def record_run(
    job: Job,
    scene: Scene,
    run_id: str,
    command: str,
    folder: RunFolder,
    checked: Checked | None,
) -> RunRecord:
    """What the ledger keeps of a run; its rows are known once it was checked."""
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


def seconds_since(place: Workplace, scene: Scene) -> float:
    """Seconds since the command began."""
    return place.pace.clock.time() - scene.started


def server_now(place: Workplace) -> str:
    """The ISO time by the server's clock, as far as its answers told."""
    return iso(place.pace.server_time(place.pace.clock.time()))
