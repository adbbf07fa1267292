"""What is told of a run and of each of its rows: plain data between the run and its reports.

Lives here: the words of `summary.json` and of a results row. Must never live here: how a report
looks, or what becomes of a row. What a newcomer would question: `RunSummary` is flat and long,
because it is the file that scripts of users read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from importer.core.model import Outcome, Problem, Severity, SourceDescription


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One problem as it stands on one row of a report."""

    code: str
    column: str | None
    message: str
    hint: str
    severity: Severity
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row of the results: the original cells and what became of them.

    Attributes:
        source: Index into the run's sources.
        row: Row number as the spreadsheet shows it.
        cells: The original texts, in the source's column order.
        token: Ties a row of fix.xlsx back to the original row (opaque, no personal data).
    """

    source: int
    row: int
    cells: Sequence[str]
    outcome: Outcome
    candidate_id: str = ""
    problems: tuple[RowProblem, ...] = ()
    token: str = ""


@dataclass(frozen=True, slots=True)
class RequestCounts:
    """Calls made by a run. `by_status` keys are HTTP statuses or `no answer`."""

    total: int = 0
    create: int = 0
    read: int = 0
    retried: int = 0
    by_status: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """Everything that is told of a run as a whole; `summary.json` is this, plus nothing.

    Attributes:
        command: `run`, `check` or `reconcile`.
        counts: Every outcome, zeros too, and `rows`.
        skipped: Lines that are no rows: reason -> row numbers as (source, row).
        cleaned: Kinds of cleaning -> how many cells.
        left_out: Sentences on what was not read (hidden rows, other sheets, notes).
        drift: Sentences on what changed in the candidate schema.
        side_effects: (sentence, source) of what this ATS does on a create.
        timeline: (seconds since sending began, created so far, calls so far), for the charts.
        stop_reason: Why the run ended early; empty when it did not.
        customer, ats, environment: Whose ATS this is.
        attachments: `sent`, `pending`, `failed`.
        new_columns: Columns that the mapping neither maps nor ignores and that no late run met.
        budget: The plan: `calls`, `by_purpose`, `seconds`, `ends_at`, `limit_per_minute`.
    """

    run_id: str
    command: str
    started_at: str
    finished_at: str
    connector: str
    customer: str
    ats: str
    environment: str
    sources: Sequence[SourceDescription]
    source_rows: Sequence[int]
    mapping_path: str
    mapping_sha256: str
    schema_sha256: str
    counts: Mapping[str, int]
    skipped: Mapping[str, Sequence[tuple[int, int]]]
    problems: Sequence[Problem]
    resolved: Sequence[Problem]
    requests: RequestCounts
    attachments: Mapping[str, int]
    check_s: float
    send_s: float
    exit_code: int
    stop_reason: str = ""
    cleaned: Mapping[str, int] = field(default_factory=dict)
    left_out: Sequence[str] = ()
    drift: Sequence[str] = ()
    side_effects: Sequence[tuple[str, str]] = ()
    timeline: Sequence[tuple[float, int, int]] = ()
    budget: Mapping[str, object] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    new_columns: Sequence[str] = ()
    version: str = ""
