"""The end of a command: what became of the rows is told, and the run is closed.

Lives here: the summary, the exit code, the report, the ledger's closing entry. What a
newcomer would question: the report is written before the run is closed in the ledger, so
that a crash between the two leaves a run that is continued and reported again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from importer._version import __version__
from importer.checking import Checked
from importer.connecting import SchemaFound, Site
from importer.core.budget import CallPlan
from importer.core.choices import allowed_of
from importer.core.drift_hits import describe_drift
from importer.core.fixrows import Decided
from importer.core.handback import RowDecision
from importer.core.identity import problem_hash
from importer.core.memory import ProblemKey, TrackedProblems
from importer.core.model import NEEDS_A_PERSON, Outcome, Problem, Severity
from importer.core.ports import Ledger, RowState, RunRecord
from importer.core.results import RunSummary
from importer.core.rowtable import CODE_OF
from importer.core.side_effects import known_side_effects
from importer.errors import ImporterError
from importer.inheriting import note_corrections
from importer.job import Job, RunFolder, RunResult, Workplace
from importer.reporting import FinalRows, finish_rows, read_columns, report_rows, token_columns
from importer.sending.attaching import AttachReport
from importer.sending.clock import iso
from importer.sending.events import SendReport

_RUNS_LOOKED_AT = 30
"""So many runs back a column counts as met."""


@dataclass(slots=True)
class Told:
    """What a command knows of itself when it ends.

    Attributes:
        report: What the sender did; None where nothing was sent.
        is_abandoned: Stopped before sending: the next run starts anew.
        file_calls: Attachment calls that are ahead.
        attached: What became of files that go by a call of their own.
    """

    record: RunRecord
    site: Site
    schema: SchemaFound
    plan: CallPlan | None = None
    check_s: float = 0.0
    warnings: list[str] = field(default_factory=list)
    report: SendReport | None = None
    is_abandoned: bool = False
    file_calls: int = 0
    attached: AttachReport = field(default_factory=AttachReport)


def decide_rows(ledger: Ledger, connector: int, run_id: str, checked: Checked) -> None:
    """Make the decisions of a fix workbook durable before anything is sent."""
    for decided in checked.judge.decided:
        ledger.decide(connector, run_id, decided.identity, decided.content, _state_of(decided))


def _state_of(decided: Decided) -> RowState:
    return {
        RowDecision.SKIP: RowState.SET_ASIDE,
        RowDecision.ALREADY_THERE: RowState.ALREADY_IN_ATS,
        RowDecision.SEND_ANYWAY: RowState.STAGED,
    }[decided.decision]


def tell_run(
    job: Job,
    place: Workplace,
    told: Told,
    checked: Checked,
    folder: RunFolder,
    stop: ImporterError | None,
) -> RunResult:
    """Write a run's report, close the run, and hand back what it came to."""
    is_check = told.record.command == "check"
    ledger = place.ledger
    final = finish_rows(
        checked, ledger, told.record.connector, told.record.run_id, is_check=is_check
    )
    counts = final.counts()
    finished = iso(place.pace.clock.time())
    found = checked.judge.log.problems.problems()
    tracked = ledger.track_problems(
        job.mapping_name,
        [ProblemKey(p.code, p.column, p.value) for p in found if p.severity is not Severity.NOTE],
        told.record.run_id,
        finished,
        is_final=not is_check,
    )
    exit_code = _exit_code(counts, job, stop)
    summary = RunSummary(
        run_id=told.record.run_id,
        command=told.record.command,
        started_at=told.record.started_at,
        finished_at=finished,
        connector=told.site.connector_id,
        customer=told.site.customer,
        ats=told.site.ats,
        environment=told.site.environment,
        sources=checked.descriptions,
        source_rows=checked.source_rows,
        mapping_path=job.mapping.path,
        mapping_sha256=job.mapping.sha256,
        schema_sha256=told.schema.schema.sha256,
        counts=counts,
        skipped=checked.skipped,
        problems=_with_history(found, tracked),
        resolved=[
            Problem(r.code, "", column=r.column, since=r.since, state="resolved")
            for r in tracked.resolved
        ],
        requests=place.pace.requests,
        attachments={
            "sent": place.inline_files + told.attached.sent,
            "pending": told.attached.pending,
            "failed": told.attached.failed,
        },
        check_s=told.check_s,
        send_s=told.report.seconds if told.report else 0.0,
        exit_code=exit_code,
        stop_reason=stop.message if stop is not None else "",
        cleaned=checked.judge.log.cleaned,
        left_out=_left_out(job, checked),
        drift=describe_drift(told.schema.drift, found),
        side_effects=known_side_effects(told.site.ats),
        timeline=told.report.timeline if told.report else (),
        budget=told.plan.as_json() if told.plan else {},
        warnings=(
            *told.site.warnings,
            *told.schema.warnings,
            *told.warnings,
            *job.warnings,
            *_remarks(checked),
        ),
        new_columns=_news_of_columns(ledger, job, told, checked),
        version=__version__,
    )
    rows = folder.open_spool() or ()
    paths = folder.write(
        summary,
        lambda: report_rows(checked, final, rows),
        _allowed(checked),
        for_check=is_check,
    )
    if not is_check:
        mark_changes(ledger, told.record.connector, checked, final)
    _close(place, job, told, checked, summary, stop)
    if is_check or stop is None or told.is_abandoned:
        folder.remove_spool()
        note_corrections(folder, ())
    return RunResult(summary, paths, checked, stop)


def mark_changes(ledger: Ledger, connector: int, checked: Checked, final: FinalRows) -> None:
    """Note which changes were told now, so that the next night is silent about them."""
    told = [
        change
        for position, change in checked.judge.news.items()
        if int(final.outcome[position]) == CODE_OF[Outcome.CHANGED]
    ]
    for change in told:
        if change.before is not None:
            ledger.alias(connector, change.identity, change.before.content, change.before.person)
    ledger.mark_all_told(connector, {change.identity: change.content for change in told})


def _close(
    place: Workplace,
    job: Job,
    told: Told,
    checked: Checked,
    summary: RunSummary,
    stop: ImporterError | None,
) -> None:
    ledger = place.ledger
    kept = json.dumps(
        {
            "who": place.who,
            "counts": dict(summary.counts),
            "seconds": {"check": summary.check_s, "send": summary.send_s},
            "requests": {"total": summary.requests.total, "create": summary.requests.create},
            "orders": dict(job.orders) | _orders(checked),
            "content_columns": token_columns(checked),
            "read_columns": read_columns(checked),
            "unmapped": sorted(_hash_columns(ledger, checked)),
            "sheets": list(job.fix.sheets if job.fix else (d.path for d in checked.descriptions)),
            "stop": summary.stop_reason,
            "version": __version__,
        }
    )
    run_id = told.record.run_id
    if stop is not None and not told.is_abandoned and told.record.command == "run":
        # Interrupted while sending: the next run goes on with it under the same id.
        ledger.note_run(run_id, kept)
        return
    ledger.finish_run(run_id, summary.finished_at, summary.exit_code, kept)


def _hash_columns(ledger: Ledger, checked: Checked) -> dict[str, str]:
    """Columns that are not mapped, by keyed hash: a file without headers names people there."""
    return {
        problem_hash(ledger.secret, "column-not-mapped", name, None).hex(): name
        for name in checked.new_columns
    }


def _news_of_columns(ledger: Ledger, job: Job, told: Told, checked: Checked) -> list[str]:
    """Columns that are not mapped and that no late run of this mapping met."""
    known: set[str] = set()
    for record in ledger.runs(job.mapping_name, limit=_RUNS_LOOKED_AT):
        if record.command == "run" and record.run_id != told.record.run_id and record.summary:
            known.update(json.loads(record.summary).get("unmapped", ()))
    return [name for key, name in _hash_columns(ledger, checked).items() if key not in known]


def _orders(checked: Checked) -> dict[str, str]:
    return {
        column: order
        for source in checked.judge.sources
        for column, order in source.orders.items()
        if order
    }


def _exit_code(counts: Mapping[str, int], job: Job, stop: ImporterError | None) -> int:
    if stop is not None:
        return stop.exit_code
    needing = sum(counts[o.value] for o in NEEDS_A_PERSON)
    return 1 if needing or job.unreadable else 0


def _with_history(found: Sequence[Problem], tracked: TrackedProblems) -> list[Problem]:
    result = []
    for problem in found:
        since = tracked.seen.get(ProblemKey(problem.code, problem.column, problem.value))
        if since is None:
            result.append(problem)
        else:
            when, is_new = since
            result.append(replace(problem, since=when, state="new" if is_new else "open"))
    return result


def _left_out(job: Job, checked: Checked) -> list[str]:
    told = [f"{path}: {f.message}" for path, f in job.unreadable]
    told += [n for d in checked.descriptions for n in d.notes]
    return told


def _remarks(checked: Checked) -> list[str]:
    # A column that nobody maps is told apart (`new_columns`).
    return [
        f"{f.finding.message} {f.finding.hint}".strip()
        for _, f in checked.lint
        if f.finding.code != _NEW_COLUMN
    ]


_NEW_COLUMN = "column-not-mapped"


def _allowed(checked: Checked) -> dict[str, list[str]]:
    allowed: dict[str, list[str]] = {}
    for source in checked.judge.sources:
        for bound in source.rules:
            if bound.field is not None and not bound.is_list and allowed_of(bound.field):
                labels = [a.label or str(a.value) for a in allowed_of(bound.field)]
                for column in bound.columns:
                    allowed.setdefault(column, labels)
    return allowed
