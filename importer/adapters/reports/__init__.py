"""What a run hands back: results, the workbook to correct, the page, figures for scripts.

Lives here: `write_reports`, which reads the rows once and feeds every file. Must never live
here: judgements (`core/verdict.py`) or what a file looks like (the modules beside). What a
newcomer would question: all files are written beside their final names first and moved into
place at the end, when the rows were counted and add up.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from importer.adapters.reports.files import draft_of, publish
from importer.adapters.reports.safety import encodable, encodable_row
from importer.adapters.reports.summary import write_summary
from importer.core.handback import unite_columns
from importer.core.model import NEEDS_A_PERSON, Outcome
from importer.core.ports import ReportPaths
from importer.core.results import ReportRow, RunSummary
from importer.core.verdict import assert_counts, need_a_person
from importer.errors import StopAndRetry

if TYPE_CHECKING:
    from importer.core.handback import ColumnUnion

FORMATS: Final = ("csv", "xlsx", "fix", "html", "json")
"""What `write_reports` can write."""

_NAMES: Final = {
    "csv": "results.csv",
    "xlsx": "results.xlsx",
    "fix": "fix.xlsx",
    "html": "report.html",
    "json": "summary.json",
}


class _Sink(Protocol):
    """One file in the making."""

    def add(self, row: ReportRow) -> None: ...
    def close(self) -> None: ...


def write_reports(
    folder: Path,
    summary: RunSummary,
    rows: Callable[[], Iterator[ReportRow]],
    allowed: Mapping[str, Sequence[str]] | None = None,
    *,
    formats: Collection[str] = FORMATS,
    for_check: bool = False,
) -> ReportPaths:
    """Write a run's files into its folder, in constant memory.

    Args:
        folder: The run folder; made where it is missing.
        summary: The run as a whole.
        rows: Gives every row of the run once, in order; called once.
        allowed: Column -> allowed labels, for the drop-downs of fix.xlsx.
        formats: Which of `FORMATS` to write. fix.xlsx is written only where a row needs a
            person.
        for_check: Whether nothing was sent on purpose.

    Returns:
        Where the files stand; a file that was open elsewhere has another name.

    Raises:
        AssertionError: Rows do not add up (a defect of ours); no file is left behind.
        StopAndRetry: The disk is full or cannot be written; no file is left behind.
    """
    try:
        return _write_files(folder, summary, rows, allowed or {}, formats, for_check=for_check)
    except Exception as error:
        # The library behind the workbooks hides the system's error in one of its own.
        if not isinstance(error, OSError) and type(error).__module__ != "xlsxwriter.exceptions":
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise StopAndRetry(
            f"The report in {folder} could not be written ({reason})."
            " What was sent is in the ledger.",
            hint="Free some space there, then run again: nothing is sent twice, and the report"
            " is written then.",
        ) from error


def _write_files(
    folder: Path,
    summary: RunSummary,
    rows: Callable[[], Iterator[ReportRow]],
    allowed: Mapping[str, Sequence[str]],
    formats: Collection[str],
    *,
    for_check: bool,
) -> ReportPaths:
    assert_counts(summary.counts)
    summary = encodable(summary)
    folder.mkdir(parents=True, exist_ok=True)
    columns = unite_columns(summary.sources)
    wanted = [name for name in FORMATS if name in formats]
    if not need_a_person(summary.counts):
        wanted = [name for name in wanted if name != "fix"]
    targets = {name: folder / _NAMES[name] for name in wanted}
    drafts = {name: draft_of(target) for name, target in targets.items()}
    try:
        with tempfile.TemporaryDirectory(
            dir=folder, prefix=".parts-", ignore_cleanup_errors=True
        ) as temporary:
            sinks: list[tuple[bool, _Sink]] = []
            try:
                for opened in _open_sinks(
                    drafts, Path(temporary), summary, columns, allowed, for_check
                ):
                    sinks.append(opened)  # one by one: what is open is closed, come what may
                _feed(rows(), sinks, summary)
            finally:
                for _, sink in sinks:
                    sink.close()
        if "json" in drafts:
            write_summary(drafts["json"], summary)
        placed = {
            name: str(publish(draft, targets[name]))
            for name, draft in drafts.items()
            if draft.exists()
        }
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return ReportPaths(
        folder=str(folder),
        results_csv=placed.get("csv", ""),
        results_xlsx=placed.get("xlsx", ""),
        fix=placed.get("fix", ""),
        html=placed.get("html", ""),
        summary=placed.get("json", ""),
    )


def _open_sinks(
    drafts: Mapping[str, Path],
    temporary: Path,
    summary: RunSummary,
    columns: ColumnUnion,
    allowed: Mapping[str, Sequence[str]],
    for_check: bool,
) -> Iterator[tuple[bool, _Sink]]:
    """The files to feed, each with whether it takes only rows that need a person."""
    from importer.adapters.reports.fix_workbook import FixWorkbook
    from importer.adapters.reports.html import HtmlReport
    from importer.adapters.reports.results_csv import CsvResults
    from importer.adapters.reports.results_xlsx import XlsxResults

    if "csv" in drafts:
        yield False, CsvResults(drafts["csv"], columns, tuple(summary.sources))
    if "xlsx" in drafts:
        yield False, XlsxResults(drafts["xlsx"], temporary, summary, columns)
    if "fix" in drafts and FixWorkbook.can_hold(columns):
        yield (
            True,
            FixWorkbook(drafts["fix"], temporary, summary, columns, allowed, for_check=for_check),
        )
    if "html" in drafts:
        yield True, HtmlReport(drafts["html"], summary, columns)


def _feed(
    rows: Iterator[ReportRow], sinks: Sequence[tuple[bool, _Sink]], summary: RunSummary
) -> None:
    """Give every row to the files that want it, and hold that the rows are those counted."""
    every = [sink for only_people, sink in sinks if not only_people]
    people = [sink for only_people, sink in sinks if only_people]
    seen: Counter[str] = Counter()
    for row in map(encodable_row, rows):
        seen[row.outcome.value] += 1
        for sink in every:
            sink.add(row)
        if row.outcome in NEEDS_A_PERSON:
            for sink in people:
                sink.add(row)
    counted = {o.value: summary.counts.get(o.value, 0) for o in Outcome}
    if any(seen[name] != count for name, count in counted.items()):
        raise AssertionError(f"rows given {dict(seen)} are not the rows counted {counted}")
