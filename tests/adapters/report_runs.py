"""A made-up run for the tests of reports: sources, rows, problems, all synthetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from importer.core.model import Outcome, Problem, Severity, SourceDescription
from importer.core.results import ReportRow, RequestCounts, RowProblem, RunSummary

COLUMNS = ("First name", "Surname", "E-mail", "Mobile", "Source", "Notes")
ALLOWED = {
    "Source": ["LinkedIn", "Referral", "Job board"],
    "Notes": [f"A rather long label, number {n}" for n in range(60)],
}
BAD_SOURCE = RowProblem(
    "not-allowed",
    "Source",
    "'Linkdin' is not a source that this ATS knows.",
    "Did you mean LinkedIn?",
    Severity.ERROR,
    "LinkedIn",
)
BAD_EMAIL = RowProblem(
    "email-unusable",
    "E-mail",
    "'ada@example' has no domain that could exist.",
    "Correct the address.",
    Severity.ERROR,
)
ODD_PHONE = RowProblem(
    "phone-unsure", "Mobile", "'call me' is no phone number.", "", Severity.WARNING
)
NO_ANSWER = RowProblem(
    "in-doubt", None, "The connection broke before an answer came.", "Reconcile.", Severity.ERROR
)


TIMELINE = tuple((i * 5.0, i * 15, i * 16) for i in range(60))


def source(path: str = "in/people.csv", **changes: object) -> SourceDescription:
    """One CSV source with the usual columns."""
    base = SourceDescription(
        path=path, kind="csv", headers=COLUMNS, columns=COLUMNS, sha256="ab" * 32
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def cells(number: int) -> tuple[str, ...]:
    """A person nobody is."""
    return (
        f"Zoë{number}",
        "O'Brien-Łukasz",
        f"zoe{number}@example.com",
        f"+44 20 7946 {number % 1000:04}",
        "LinkedIn",
        "=1+1" if number % 7 == 0 else "met at a fair",
    )


def made_rows(count: int = 40) -> list[ReportRow]:
    """Rows of all kinds, every tenth with a problem."""
    found = []
    for i in range(count):
        row = ReportRow(0, i + 2, cells(i), Outcome.CREATED, f"id-{i}", (), f"t-{i}")
        if i % 10 == 3:
            bad = (*cells(i)[:4], "Linkdin", "x")
            row = replace(row, outcome=Outcome.REJECTED, cells=bad, candidate_id="")
            row = replace(row, problems=(BAD_SOURCE, ODD_PHONE))
        elif i % 10 == 5:
            row = replace(row, outcome=Outcome.UNCHANGED)
        elif i == 17:
            row = replace(row, outcome=Outcome.IN_DOUBT, problems=(NO_ANSWER,), candidate_id="")
        elif i == 28:
            bad = (*cells(i)[:2], "ada@example", *cells(i)[3:])
            row = replace(row, outcome=Outcome.REFUSED, cells=bad, problems=(BAD_EMAIL,))
        found.append(row)
    return found


def summary_of(rows: list[ReportRow], **changes: object) -> RunSummary:
    """The summary that belongs to the rows."""
    counts = {o.value: 0 for o in Outcome} | Counter(r.outcome.value for r in rows)
    counts["rows"] = len(rows)
    grouped: dict[tuple[str, str | None, str | None], Problem] = {}
    for row in rows:
        for p in row.problems:
            place = COLUMNS.index(p.column) if p.column in COLUMNS else None
            value = row.cells[place] if place is not None else None
            key = (p.code, p.column, value)
            old = grouped.get(key) or Problem(
                p.code,
                p.message,
                p.hint,
                p.severity,
                p.column,
                "",
                value,
                state="new",
                since="2026-11-01T02:00:00Z",
                suggestion=p.suggestion,
            )
            grouped[key] = replace(
                old, count=old.count + 1, rows=[*old.rows, (row.source, row.row)]
            )
    people = sum(1 for r in rows if r.problems)
    base = RunSummary(
        run_id="20261103-020000-k7",
        command="run",
        started_at="2026-11-03T02:00:00Z",
        finished_at="2026-11-03T02:06:10Z",
        connector="acme",
        customer="Acme Staffing",
        ats="Greenhouse",
        environment="production",
        sources=(source(),),
        source_rows=(len(rows),),
        mapping_path="mappings/acme.yaml",
        mapping_sha256="cd" * 32,
        schema_sha256="ef" * 32,
        counts=counts,
        skipped={"blank": [(0, 9), (0, 10)]},
        problems=tuple(grouped.values()),
        resolved=(),
        requests=RequestCounts(52, 44, 8, 1, {"201": 44, "200": 7, "429": 1}),
        attachments={"sent": 0, "pending": 0, "failed": 0},
        check_s=0.4,
        send_s=13.2,
        exit_code=1 if people else 0,
        cleaned={"mailto removed": 3, "blanks trimmed": 41},
        left_out=("Sheet 'Notes' was not read: it is not named in the mapping.",),
        budget={"calls": 52, "by_purpose": {"create": 44, "read": 8}, "limit_per_minute": 200},
        version="1.0.0",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def given(rows: list[ReportRow]) -> object:
    """Rows as `write_reports` wants them."""

    def give() -> Iterator[ReportRow]:
        return iter(rows)

    return give
