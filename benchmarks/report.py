"""What a report costs: every file of a large run, against XlsxWriter's bare loop.

Run it as `python benchmarks/report.py [ROWS]` (100,000 by default). Each line is measured in
a process of its own, so that its memory is its own: seconds, peak memory of the process, and
the size of what it wrote. The bare loop writes the same cells as strings in XlsxWriter's
constant-memory mode and does nothing else: what any writer of such a workbook must spend.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

COLUMNS: Final = 15
REJECTED_EVERY: Final = 20
LIMIT_MB: Final = 200


def make_cells(row: int) -> list[str]:
    """The cells of an invented person, as a spreadsheet holds them."""
    return [
        f"Given{row}",
        f"Family{row % 9_000}",
        f"person{row}@example.com",
        f"07700 900{row % 1_000:03}",
        *(f"value {row % 50} of column {column}" for column in range(4, COLUMNS)),
    ]


def write_bare(folder: Path, rows: int) -> None:
    """XlsxWriter's own loop over the same cells."""
    import xlsxwriter

    options = {"constant_memory": True, "tmpdir": str(folder), "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(folder / "bare.xlsx"), options)
    sheet = book.add_worksheet()
    for row in range(rows):
        ours = ("people.csv", "", str(row + 2), "created", f"01890000-0000-7000-8000-{row:012}")
        for column, text in enumerate((*make_cells(row), *ours)):
            sheet.write_string(row, column, text)
    book.close()


def write_formats(*formats: str) -> Callable[[Path, int], None]:
    """Our writers of these formats."""

    def write(folder: Path, rows: int) -> None:
        from importer.adapters.reports import write_reports

        summary, walk = make_run(rows)
        write_reports(folder, summary, walk, formats=formats)  # type: ignore[arg-type]

    return write


def make_run(rows: int) -> tuple[object, Callable[[], Iterator[object]]]:
    """A run of so many rows, every twentieth of them rejected for one of 40 reasons."""
    from importer.core.model import Outcome, Problem, Severity, SourceDescription
    from importer.core.results import ReportRow, RequestCounts, RowProblem, RunSummary

    names = tuple(f"Column {n}" for n in range(COLUMNS))
    rejected = -(-rows // REJECTED_EVERY)
    problems = [
        Problem(
            "value-not-allowed",
            f"'wrong {n}' is not an allowed value of column 7.",
            "Correct the cells.",
            column="Column 7",
            value=f"wrong {n}",
            count=rejected // 40,
            rows=[(0, r + 2) for r in range(0, rows, REJECTED_EVERY)][n : 1_000 * 40 : 40],
            state="new",
        )
        for n in range(40)
    ]
    told = [
        RowProblem("value-not-allowed", "Column 7", p.message, p.hint, Severity.ERROR)
        for p in problems
    ]

    def walk() -> Iterator[ReportRow]:
        for row in range(rows):
            is_bad = row % REJECTED_EVERY == 0
            yield ReportRow(
                source=0,
                row=row + 2,
                cells=make_cells(row),
                outcome=Outcome.REJECTED if is_bad else Outcome.CREATED,
                candidate_id="" if is_bad else f"01890000-0000-7000-8000-{row:012}",
                problems=(told[row // REJECTED_EVERY % 40],) if is_bad else (),
                token=f"{row:0120}" if is_bad else "",
            )

    counts = {outcome.value: 0 for outcome in Outcome}
    counts |= {"rows": rows, "rejected": rejected, "created": rows - rejected}
    summary = RunSummary(
        run_id="20260101-000000-0000",
        command="run",
        started_at="2026-01-01T00:00:00+00:00",
        finished_at="2026-01-01T08:20:00+00:00",
        connector="benchmark",
        customer="Example Recruiting Ltd",
        ats="greenhouse",
        environment="test",
        sources=(SourceDescription("people.csv", "csv", headers=names, columns=names),),
        source_rows=(rows,),
        mapping_path="map.yaml",
        mapping_sha256="0" * 64,
        schema_sha256="0" * 64,
        counts=counts,
        skipped={},
        problems=problems,
        resolved=(),
        requests=RequestCounts(rows, rows, 0, 0, {"201": rows}),
        attachments={},
        check_s=10.0,
        send_s=rows * 0.3,
        exit_code=1,
        timeline=[(s * 60.0, s * 190, s * 195) for s in range(500)],
    )
    return summary, walk


WORK: Final[dict[str, Callable[[Path, int], None]]] = {
    "XlsxWriter's bare loop": write_bare,
    "results.xlsx": write_formats("xlsx"),
    "results.csv": write_formats("csv"),
    "fix.xlsx": write_formats("fix"),
    "report.html": write_formats("html"),
    "all of a run's files": write_formats("csv", "xlsx", "fix", "html", "json"),
}


def measure(name: str, rows: int) -> None:
    """Do one piece of work and print seconds, peak megabytes and bytes written."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        start = time.perf_counter()
        WORK[name](folder, rows)
        seconds = time.perf_counter() - start
        written = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{seconds} {peak_memory_mb()} {written}")


def peak_memory_mb() -> float:
    """The most memory that this process ever held; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> int:
    """Measure every piece of work in a process of its own and print the table."""
    if len(sys.argv) == 3:
        measure(sys.argv[1], int(sys.argv[2]))
        return 0
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    print(f"{rows:,} rows of {COLUMNS} columns, {-(-rows // REJECTED_EVERY):,} need a person\n")
    print("| what | seconds | against the bare loop | peak memory | written |")
    print("|---|---|---|---|---|")
    bare = None
    worst = 0.0
    for name in WORK:
        answer = subprocess.run(
            [sys.executable, __file__, name, str(rows)], capture_output=True, text=True, check=True
        )
        seconds, peak_mb, written = (float(figure) for figure in answer.stdout.split())
        bare = bare or seconds
        worst = max(worst, peak_mb)
        print(
            f"| {name} | {seconds:.1f} | {seconds / bare:.2f} | {peak_mb:.0f} MB |"
            f" {written / 1e6:.1f} MB |"
        )
    print(f"\nPeak {worst:.0f} MB; the promise is {LIMIT_MB} MB.")
    return 0 if worst < LIMIT_MB else 1


if __name__ == "__main__":
    sys.exit(main())
