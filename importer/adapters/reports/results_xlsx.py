"""results.xlsx: the results with a summary and the grouped problems, for Excel.

Lives here: sheets and their look. Must never live here: judgements. What a newcomer would
question: cells are inline strings written row by row (XlsxWriter's constant memory), so a
million rows cost no more memory than ten; text is never a formula, number or link.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from importer.adapters.reports.results_csv import result_cells
from importer.core.handback import (
    CELL_LIMIT,
    RESULTS_PROPERTY,
    ColumnUnion,
    result_headers,
    shorten,
)
from importer.core.model import Outcome
from importer.core.results import ReportRow, RunSummary
from importer.core.verdict import (
    OUTCOME_WORDS,
    counts_equation,
    judge,
    list_rows,
    sort_problems,
)

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

SHEET_ROWS: Final = 1_048_576
SHEET_COLUMNS: Final = 16_384
_PROBLEMS_LISTED: Final = 20_000
_FONT: Final = {"font_name": "Calibri", "font_size": 11}
_TONE_FILLS: Final = {"good": "#E2F0E5", "attention": "#FFF2CC", "stopped": "#FBE0DD"}


def open_workbook(path: Path, temporary: Path, title: str, properties: dict[str, str]) -> Workbook:
    """A workbook for many rows of text, with our mark in its document properties.

    Args:
        path: Where it is written on close.
        temporary: Folder for the sheets until then; rows never lie elsewhere on this machine.
        title: Shown by Excel as the document's title.
        properties: Custom document properties.
    """
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": str(temporary),
            "default_format_properties": _FONT,
        },
    )
    book.set_properties({"title": title, "author": "candidate-import"})
    for name, value in properties.items():
        book.set_custom_property(name, value, "text")
    return book


def header_format(book: Workbook) -> Any:
    """The look of a header row, the same in all our workbooks."""
    return book.add_format(
        {**_FONT, "bold": True, "bg_color": "#E8ECF1", "bottom": 1, "num_format": "@"}
    )


def count_format(book: Workbook) -> Any:
    """The look of a count beside a text."""
    return book.add_format(
        {**_FONT, "num_format": "#,##0", "valign": "top", "align": "right", "indent": 1}
    )


def prepare_print(sheet: Worksheet, *, repeat_header: bool = True) -> None:
    """Let a sheet print as wide as the paper, its header on every page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    if repeat_header:
        sheet.repeat_rows(0)


class XlsxResults:
    """Writes results.xlsx: Summary and Problems at once, then row by row."""

    def __init__(
        self,
        path: Path,
        temporary: Path,
        summary: RunSummary,
        columns: ColumnUnion,
        *,
        sheet_rows: int = SHEET_ROWS,
    ) -> None:
        self._book = open_workbook(
            path,
            temporary,
            f"Results of {summary.command} {summary.run_id}",
            {RESULTS_PROPERTY: summary.run_id},
        )
        self._sources = tuple(summary.sources)
        self._columns = columns
        self._limit = sheet_rows
        self._header = header_format(self._book)
        self._headers = result_headers(columns.names)
        _write_summary(self._book, summary, len(self._headers) > SHEET_COLUMNS)
        _write_problems(self._book, summary, self._header)
        self._sheets = 0
        self._sheet: Worksheet
        self._next = 0
        self._open_sheet()

    def add(self, row: ReportRow) -> None:
        """Write one row, on a further sheet where this one is full."""
        if self._next >= self._limit:
            self._close_sheet()
            self._open_sheet()
        cells = self._columns.spread(row.source, row.cells)
        cells += result_cells(row, self._sources[row.source])
        if sum(map(len, cells)) * 2 > CELL_LIMIT:
            cells = [shorten(cell) for cell in cells]
        write = self._sheet.write_string
        number = self._next
        for column, text in enumerate(cells):
            if text:
                write(number, column, text)
        self._next = number + 1

    def close(self) -> None:
        """Assemble the workbook."""
        self._close_sheet()
        self._book.close()

    def _open_sheet(self) -> None:
        self._sheets += 1
        name = "Results" if self._sheets == 1 else f"Results {self._sheets}"
        self._sheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        prepare_print(self._sheet)
        self._sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        originals = len(self._columns.names)
        self._sheet.set_column(0, max(originals - 1, 0), 18)
        self._sheet.set_column(originals, originals + 5, 16)
        self._sheet.set_column(originals + 6, originals + 7, 60)
        for column, text in enumerate(self._headers):
            self._sheet.write_string(0, column, shorten(text), self._header)
        self._next = 1

    def _close_sheet(self) -> None:
        last = min(len(self._headers), SHEET_COLUMNS) - 1
        self._sheet.autofilter(0, 0, max(self._next - 1, 1), last)


def _write_summary(book: Workbook, summary: RunSummary, is_too_wide: bool) -> None:
    sheet = book.add_worksheet("Summary")
    sheet.hide_gridlines(2)
    prepare_print(sheet, repeat_header=False)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 16)
    sheet.set_column(2, 2, 90)
    verdict = judge(summary)
    fill = {"bg_color": _TONE_FILLS[verdict.tone], "text_wrap": True, "valign": "vcenter"}
    title = book.add_format({**_FONT, **fill, "bold": True, "font_size": 14})
    text = book.add_format({**_FONT, "text_wrap": True, "valign": "top"})
    bold = book.add_format({**_FONT, "bold": True, "valign": "top"})
    number = count_format(book)
    sheet.set_row(0, 48)
    sheet.merge_range(0, 0, 0, 2, "", title)
    sheet.write_string(0, 0, verdict.sentence, title)
    line = 1
    if verdict.next_step:
        sheet.write_string(line, 0, "What to do", bold)
        sheet.write_string(line, 1, verdict.next_step)
        line += 1
    line += 1
    for outcome in Outcome:
        count = summary.counts.get(outcome.value, 0)
        if count:
            name, meaning = OUTCOME_WORDS[outcome]
            sheet.write_string(line, 0, name, bold)
            sheet.write_number(line, 1, count, number)
            sheet.write_string(line, 2, meaning, text)
            line += 1
    sheet.write_string(line, 0, "rows", bold)
    sheet.write_number(line, 1, summary.counts.get("rows", 0), number)
    sheet.write_string(line, 2, counts_equation(summary.counts), text)
    line += 2
    for name, value in _facts(summary, is_too_wide):
        sheet.write_string(line, 0, name, bold)
        sheet.write_string(line, 1, shorten(value))
        line += 1


def _facts(summary: RunSummary, is_too_wide: bool) -> list[tuple[str, str]]:
    """Which run this was, on what, for whom; blank facts are left out."""
    facts = [
        ("Run", f"{summary.run_id} ({summary.command})"),
        ("Started", summary.started_at),
        ("Finished", summary.finished_at),
        ("Customer", summary.customer),
        ("ATS", summary.ats),
        ("Environment", summary.environment),
        ("Mapping", summary.mapping_path),
    ]
    for source, rows in zip(summary.sources, summary.source_rows, strict=True):
        sheet = f", sheet {source.sheet}" if source.sheet else ""
        facts.append(("Source", f"{source.path}{sheet}: {rows:,} rows"))
    facts += [("Left out", text) for text in summary.left_out]
    facts += [("Look at", text) for text in (*summary.drift, *summary.warnings)]
    if is_too_wide:
        facts.append(("Look at", "More columns than a sheet can hold: see results.csv for all."))
    return [(name, value) for name, value in facts if value]


def _write_problems(book: Workbook, summary: RunSummary, header: Any) -> None:
    sheet = book.add_worksheet("Problems")
    prepare_print(sheet)
    sheet.freeze_panes(1, 0)
    names = ("severity", "column", "value", "rows", "where", "problem", "what to do", "state")
    widths = (10, 22, 28, 8, 26, 60, 60, 22)
    for column, (name, width) in enumerate(zip(names, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, header)
    files = [s.path for s in summary.sources] if len(summary.sources) > 1 else []
    line, number = 0, count_format(book)
    problems = sort_problems(summary.problems)
    for problem in problems[:_PROBLEMS_LISTED]:
        line += 1
        state = problem.state
        if state == "open" and problem.since:
            state = f"open since {problem.since[:10]}"
        for column, cell in (
            (0, problem.severity.value),
            (1, problem.column or ""),
            (2, problem.value or ""),
            (4, list_rows(problem, files, most=20)),
            (5, problem.message),
            (6, problem.hint),
            (7, state),
        ):
            if cell:
                sheet.write_string(line, column, shorten(cell))
        sheet.write_number(line, 3, problem.count, number)
    if len(problems) > _PROBLEMS_LISTED:
        sheet.write_string(line + 1, 5, f"… and {len(problems) - _PROBLEMS_LISTED:,} more")
    sheet.autofilter(0, 0, max(line, 1), len(names) - 1)
