"""summary.json read back: what a report that was lost can be written from again.

Lives here: the way back from `core/summary.py`. Must never live here: files. What a newcomer
would question: a report written again has no more than summary.json and results.csv hold, so
a row's several problems come back as one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from importer.core.handback import RESULT_COLUMNS
from importer.core.model import Outcome, Problem, Severity, SourceDescription
from importer.core.results import ReportRow, RequestCounts, RowProblem, RunSummary

_TEXTS: Final = ("command", "stop_reason", "customer", "ats", "environment", "version")


def parse_summary(document: Mapping[str, Any], columns: Sequence[str]) -> RunSummary:
    """Read a summary document.

    Args:
        document: As `summary_document` made it.
        columns: The original columns, which stand in results.csv.

    Raises:
        KeyError, TypeError, ValueError: It is none.
    """
    sources = [
        SourceDescription(
            s["path"], "", sheet=s["sheet"], sha256=s["sha256"], columns=tuple(columns)
        )
        for s in document["sources"]
    ]
    requests = document["requests"]
    return RunSummary(
        run_id=document["run_id"],
        started_at=document["started_at"],
        finished_at=document["finished_at"],
        connector=document["connector"],
        sources=sources,
        source_rows=[s["rows"] for s in document["sources"]],
        mapping_path=document["mapping"]["path"],
        mapping_sha256=document["mapping"]["sha256"],
        schema_sha256=document["schema_sha256"],
        counts=document["counts"],
        skipped={
            reason: [(s, r) for s, r in told["rows"]]
            for reason, told in document["skipped"].items()
        },
        problems=[_problem(p) for p in document["problems"]],
        resolved=[_problem(p) for p in document["resolved"]],
        requests=RequestCounts(
            requests["total"],
            requests["create"],
            requests["read"],
            requests["retried"],
            requests["by_status"],
        ),
        attachments=document["attachments"],
        check_s=document["seconds"]["check"],
        send_s=document["seconds"]["send"],
        exit_code=document["exit_code"],
        cleaned=document["cleaned"],
        left_out=document["left_out"],
        drift=document["drift"],
        side_effects=[(e["effect"], e["source"]) for e in document["side_effects"]],
        timeline=[(at, made, calls) for at, made, calls in document.get("timeline", ())],
        budget=document["budget"],
        warnings=document["warnings"],
        new_columns=document["new_columns"],
        **{name: document[name] for name in _TEXTS},
    )


def _problem(told: Mapping[str, Any]) -> Problem:
    return Problem(
        told["code"],
        told["message"],
        told["hint"],
        Severity(told["severity"]),
        told["column"],
        told["field"],
        told["value"],
        told["count"],
        [(s, r) for s, r in told["rows"]],
        told["since"],
        told["state"],
        told["suggestion"],
    )


def original_headers(headers: Sequence[str]) -> list[str]:
    """The original columns of a results.csv.

    Raises:
        ValueError: It does not end in the columns of a results.csv.
    """
    ours = len(RESULT_COLUMNS)
    if tuple(headers[-ours:]) != RESULT_COLUMNS:
        raise ValueError("not a results.csv")
    return list(headers[:-ours])


def parse_result(cells: Sequence[str], places: Mapping[tuple[str, str], int]) -> ReportRow:
    """Read a line of results.csv.

    Args:
        cells: The line, formula protection taken off.
        places: (path, sheet) of each source -> its number.

    Raises:
        KeyError, ValueError: It is none of this run.
    """
    path, sheet, row, outcome, candidate_id, code, message, hint = cells[-len(RESULT_COLUMNS) :]
    problems: tuple[RowProblem, ...] = ()
    if code or message:
        problems = (RowProblem(code, None, message, hint, Severity.ERROR),)
    return ReportRow(
        source=places[path, sheet],
        row=int(row),
        cells=list(cells[: -len(RESULT_COLUMNS)]),
        outcome=Outcome(outcome),
        candidate_id=candidate_id,
        problems=problems,
    )
