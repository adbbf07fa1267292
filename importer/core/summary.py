"""summary.json as data: what scripts and later runs read of a run (design 4.4).

Lives here: the order of its keys. Must never live here: figures that are not in the
`RunSummary`, or writing. What a newcomer would question: keys beyond the contract follow
behind it, so that a reader of the contract never meets a surprise before them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from importer.core.model import Outcome, Problem
from importer.core.results import RequestCounts, RunSummary
from importer.core.verdict import judge, sort_problems

ROWS_LISTED: Final = 1_000
_POINTS: Final = 240
_ATTACHMENTS: Final = ("sent", "pending", "failed")


def summary_document(summary: RunSummary) -> dict[str, object]:
    """The run as JSON-ready data, in the contract's order of keys."""
    verdict = judge(summary)
    return {
        "run_id": summary.run_id,
        "started_at": summary.started_at,
        "finished_at": summary.finished_at,
        "connector": summary.connector,
        "sources": [
            {"path": s.path, "sheet": s.sheet, "sha256": s.sha256, "rows": rows}
            for s, rows in zip(summary.sources, summary.source_rows, strict=True)
        ],
        "mapping": {"path": summary.mapping_path, "sha256": summary.mapping_sha256},
        "schema_sha256": summary.schema_sha256,
        "counts": {
            "rows": summary.counts.get("rows", 0),
            **{outcome.value: summary.counts.get(outcome.value, 0) for outcome in Outcome},
        },
        "skipped": {
            reason: {"count": len(rows), "rows": [list(r) for r in rows[:ROWS_LISTED]]}
            for reason, rows in summary.skipped.items()
        },
        "problems": [_problem(p) for p in sort_problems(summary.problems)],
        "requests": {
            "total": summary.requests.total,
            "create": summary.requests.create,
            "read": summary.requests.read,
            "retried": summary.requests.retried,
            "by_status": dict(summary.requests.by_status),
        },
        "attachments": {name: summary.attachments.get(name, 0) for name in _ATTACHMENTS},
        "seconds": {"check": round(summary.check_s, 3), "send": round(summary.send_s, 3)},
        "exit_code": summary.exit_code,
        "command": summary.command,
        "verdict": verdict.sentence,
        "next_step": verdict.next_step,
        "stop_reason": summary.stop_reason,
        "customer": summary.customer,
        "ats": summary.ats,
        "environment": summary.environment,
        "resolved": [_problem(p) for p in sort_problems(summary.resolved)],
        "cleaned": dict(summary.cleaned),
        "left_out": list(summary.left_out),
        "drift": list(summary.drift),
        "new_columns": list(summary.new_columns),
        "warnings": list(summary.warnings),
        "side_effects": [{"effect": e, "source": s} for e, s in summary.side_effects],
        "budget": _json_ready(summary.budget),
        "timeline": _thin(summary.timeline),
        "version": summary.version,
    }


def summarise_stop(
    *, command: str, mapping_path: str, at: str, exit_code: int, reason: str
) -> RunSummary:
    """A run that ended before it read a row: what there is to tell of it."""
    return RunSummary(
        run_id="",
        command=command,
        started_at=at,
        finished_at=at,
        connector="",
        customer="",
        ats="",
        environment="",
        sources=(),
        source_rows=(),
        mapping_path=mapping_path,
        mapping_sha256="",
        schema_sha256="",
        counts={"rows": 0, **{outcome.value: 0 for outcome in Outcome}},
        skipped={},
        problems=(),
        resolved=(),
        requests=RequestCounts(),
        attachments={},
        check_s=0.0,
        send_s=0.0,
        exit_code=exit_code,
        stop_reason=reason,
    )


def _thin(timeline: Sequence[tuple[float, int, int]]) -> list[list[float]]:
    """At most `_POINTS` of them, the last one kept: as many as a chart can show."""
    step = -(-len(timeline) // _POINTS) or 1
    return [[round(at, 3), made, calls] for at, made, calls in timeline[::-1][::step][::-1]]


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "code": problem.code,
        "column": problem.column,
        "value": problem.value,
        "count": problem.count,
        "rows": [list(r) for r in problem.rows[:ROWS_LISTED]],
        "message": problem.message,
        "hint": problem.hint,
        "since": problem.since,
        "state": problem.state,
        "severity": problem.severity.value,
        "field": problem.field,
        "suggestion": problem.suggestion,
    }


def _json_ready(value: object) -> object:
    """Plain data as it is; anything else (a time, a path) as text."""
    if isinstance(value, Mapping):
        return {str(key): _json_ready(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json_ready(item) for item in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)
