"""fix.xlsx: the rows that need a person, to be corrected in Excel and run again.

Lives here: writing the workbook and reading its *Decisions* back (its rows are read by the
reader, as any sheet). Must never live here: what a decision does. What a newcomer would
question: every cell and column is formatted as text, or Excel would turn what people type
(`0042`, `+44 …`, `03/04/2026`) into something else before we see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from importer.adapters.reports.decisions import ANSWER_FILL, DecisionsSheet, read_decisions
from importer.adapters.reports.lists import DropDowns
from importer.adapters.reports.results_xlsx import (
    SHEET_COLUMNS,
    SHEET_ROWS,
    header_format,
    open_workbook,
    prepare_print,
)
from importer.core.handback import (
    CELL_LIMIT,
    DECISION_COLUMN,
    FIX_COLUMNS,
    FIX_SHEET,
    README_SHEET,
    REASON_COLUMN,
    RUN_PROPERTY,
    ColumnUnion,
    RowDecision,
    fits_in_cell,
    own_name,
    short_name,
    shorten,
)
from importer.core.model import Outcome, Severity
from importer.core.results import ReportRow, RowProblem, RunSummary
from importer.core.verdict import OUTCOME_WORDS, judge

if TYPE_CHECKING:
    from xlsxwriter import Workbook

__all__ = ["FixWorkbook", "read_decisions"]

COMMENTED_ROWS: Final = 2_000
"""Rows whose bad cells get a comment; more would make Excel slow. All get a reason."""
_MEASURED_ROWS: Final = 300
_WIDEST, _NARROWEST, _REASON_WIDTH = 42, 9, 64
_FONT: Final = {
    "font_name": "Calibri",
    "font_size": 11,
    "num_format": "@",
    "valign": "top",
    "bottom": 1,
    "bottom_color": "#D9DEE6",
}
_FILLS: Final = {
    Severity.ERROR: {"bg_color": "#FFC7CE", "font_color": "#7A0010"},
    Severity.WARNING: {"bg_color": "#FFEB9C", "font_color": "#6B4E00"},
    Severity.NOTE: {"bg_color": "#DDEBF7", "font_color": "#1F3864"},
}
_LOCKED_FILL: Final = {"bg_color": "#E4E0EC", "font_color": "#4A4458"}
_COMMENT_COLOURS: Final = {
    Severity.ERROR: "#FFE5E8",
    Severity.WARNING: "#FFF6D6",
    Severity.NOTE: "#EDF4FB",
}
_WEIGHT: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


class FixWorkbook:
    """Writes fix.xlsx row by row, in memory bounded by `COMMENTED_ROWS`."""

    def __init__(
        self,
        path: Path,
        temporary: Path,
        summary: RunSummary,
        columns: ColumnUnion,
        allowed: Mapping[str, Sequence[str]],
        *,
        for_check: bool = False,
        sheet_rows: int = SHEET_ROWS,
    ) -> None:
        self._book = open_workbook(
            path, temporary, f"To correct: {summary.run_id}", {RUN_PROPERTY: summary.run_id}
        )
        self._sources = tuple(summary.sources)
        self._columns = columns
        self._limit = sheet_rows
        self._places = {name: i for i, name in enumerate(columns.names)}
        self._ours = len(columns.names)
        self._headers = [
            *columns.names,
            *(own_name(name, columns.names) for name in FIX_COLUMNS),
        ]
        self._readme = _ReadMe(self._book, summary, self._name(DECISION_COLUMN), for_check)
        self._sheet = self._book.add_worksheet(FIX_SHEET)
        decisions = DecisionsSheet(self._book, summary.problems)
        self._drop_downs = DropDowns(self._book, allowed)
        decisions.finish(self._drop_downs)
        self._plain = self._book.add_format(_FONT)
        self._locked = self._book.add_format({**_FONT, **_LOCKED_FILL})
        self._answer = self._book.add_format({**_FONT, "bg_color": ANSWER_FILL})
        self._reason = self._book.add_format({**_FONT, "text_wrap": True})
        self._bad = {s: self._book.add_format({**_FONT, **fill}) for s, fill in _FILLS.items()}
        header = header_format(self._book)
        for place, text in enumerate(self._headers):
            self._sheet.write_string(0, place, shorten(text), header)
        self._sheet.freeze_panes(1, 0)
        prepare_print(self._sheet)
        self._sheet.activate()
        self._widths = [max(len(h) + 3, _NARROWEST) for h in self._headers]
        self._next = 1
        self._beyond = 0

    @staticmethod
    def can_hold(columns: ColumnUnion) -> bool:
        """Whether a sheet has room for these columns and ours."""
        return len(columns.names) + len(FIX_COLUMNS) <= SHEET_COLUMNS

    def add(self, row: ReportRow) -> None:
        """Write one row; past the sheet's last line it is only counted."""
        if self._next >= self._limit:
            self._beyond += 1
            return
        cells = self._columns.spread(row.source, row.cells)
        where = short_name(self._sources[row.source])
        cells += [_explain(row), "", where, str(row.row), row.token]
        self._write(row, cells)
        if self._next <= COMMENTED_ROWS:
            self._comment(row, cells)
        if self._next <= _MEASURED_ROWS:
            for place, text in enumerate(cells[: self._ours]):
                self._widths[place] = max(self._widths[place], min(len(text) + 2, _WIDEST))
        self._next += 1

    def close(self) -> None:
        """Set widths and drop-downs, then assemble the workbook."""
        sheet, last = self._sheet, self._next - 1
        for place, width in enumerate(self._widths):
            sheet.set_column(place, place, min(width, _WIDEST), self._plain)
        sheet.set_column(self._ours, self._ours, _REASON_WIDTH, self._reason)
        sheet.set_column(self._ours + 1, self._ours + 1, 16, self._plain)
        sheet.set_column(self._ours + 2, self._ours + 2, 26, self._plain)
        token = len(self._headers) - 1
        sheet.set_column(token, token, 12, self._plain, {"hidden": True})
        sheet.autofilter(0, 0, max(last, 1), token - 1)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        sheet.set_comments_author("candidate-import")
        reach = min(last + 200, SHEET_ROWS - 1)
        for name, place in self._places.items():
            self._drop_downs.attach(sheet, name, 1, reach, place)
        sheet.data_validation(1, self._ours + 1, reach, self._ours + 1, _DECISION_LIST)
        self._readme.finish(self._beyond)
        self._book.close()

    def _name(self, wanted: str) -> str:
        return self._headers[self._ours + FIX_COLUMNS.index(wanted)]

    def _write(self, row: ReportRow, cells: list[str]) -> None:
        formats = [self._locked if row.outcome is Outcome.IN_DOUBT else self._plain] * self._ours
        formats += [self._reason, self._answer, self._plain, self._plain, self._plain]
        for problem in reversed(_worst_first(row.problems)):
            place = self._place(problem)
            if place < self._ours:
                formats[place] = self._bad[problem.severity]
        if sum(map(len, cells)) * 2 > CELL_LIMIT:
            for place, text in enumerate(cells):
                if not fits_in_cell(text):
                    cells[place] = shorten(text)
                    formats[place] = self._locked
        self._sheet.set_row(self._next, _height(cells[self._ours]))
        for place, text in enumerate(cells):
            if text:
                self._sheet.write_string(self._next, place, text, formats[place])
            else:
                self._sheet.write_blank(self._next, place, None, formats[place])

    def _comment(self, row: ReportRow, cells: list[str]) -> None:
        """Say at each bad cell why it is bad and what to do; row problems at the reason."""
        by_place: dict[int, list[RowProblem]] = {}
        for problem in _worst_first(row.problems):
            by_place.setdefault(self._place(problem), []).append(problem)
        for place, problems in sorted(by_place.items()):
            text = "\n\n".join(
                f"{p.message}\nWhat to do: {p.hint}" if p.hint else p.message for p in problems
            )
            text = text if len(text) <= 1_500 else text[:1_500] + "…"
            lines = sum(1 + len(line) // 42 for line in text.split("\n"))
            options = {
                "width": 300,
                "height": min(24 + 17 * lines, 420),
                "color": _COMMENT_COLOURS[problems[0].severity],
                "font_name": "Calibri",
                "font_size": 10,
            }
            self._sheet.write_comment(self._next, place, text, options)

    def _place(self, problem: RowProblem) -> int:
        if problem.column is None:
            return self._ours
        return self._places.get(problem.column, self._ours)


_DECISION_LIST: Final = {
    "validate": "list",
    "source": [d.value for d in RowDecision],
    "input_title": "What should happen?",
    "input_message": "Leave empty to have the corrected row judged again.",
    "error_title": "Not a decision",
    "error_message": "Choose skip, already there or send anyway, or leave the cell empty.",
}


def _worst_first(problems: Sequence[RowProblem]) -> list[RowProblem]:
    return sorted(problems, key=lambda p: _WEIGHT[p.severity])


def _explain(row: ReportRow) -> str:
    """The `reason` cell: what became of the row, then each problem on a line of its own."""
    lines = []
    for problem in _worst_first(row.problems):
        where = f"{problem.column}: " if problem.column else ""
        remedy = f" → {problem.hint}" if problem.hint else ""
        lines.append(f"{where}{problem.message}{remedy}")
    name, meaning = OUTCOME_WORDS[row.outcome]
    if row.outcome is Outcome.IN_DOUBT:
        lines.insert(0, f"In doubt: {meaning} Do not edit the row, decide.")
    return "\n".join(lines) or f"{name.capitalize()}: {meaning}"


def _height(reason: str) -> float:
    """Points that a row needs to show its reason, at most six lines of it.

    Set for each row, since not every spreadsheet program fits heights on opening.
    """
    lines = sum(1 + len(line) // (_REASON_WIDTH + 10) for line in reason.split("\n"))
    return 15.0 * min(lines, 6) + 1


class _ReadMe:
    """The first sheet: five lines that say what to do."""

    def __init__(self, book: Workbook, summary: RunSummary, decision: str, for_check: bool) -> None:
        self._sheet = sheet = book.add_worksheet(README_SHEET)
        sheet.hide_gridlines(2)
        prepare_print(sheet, repeat_header=False)
        sheet.set_row(0, 28)
        sheet.set_column(0, 0, 5)
        sheet.set_column(1, 1, 112)
        font = {"font_name": "Calibri"}
        title = book.add_format({**font, "font_size": 16, "bold": True})
        plain = book.add_format({**font, "font_size": 11, "text_wrap": True, "valign": "top"})
        number = book.add_format(
            {**font, "font_size": 12, "bold": True, "valign": "top", "font_color": "#1F5AA6"}
        )
        self._warn = book.add_format({**font, "font_size": 11, "bold": True, "text_wrap": True})
        verb = "was checked" if for_check else "was run"
        sheet.write_string(0, 0, "Rows that need you", title)
        sheet.write_string(1, 0, judge(summary).sentence, plain_left := book.add_format(font))
        sheet.write_string(2, 0, f"{summary.run_id} {verb} with {summary.mapping_path}", plain_left)
        row = 4
        for line, text in enumerate(_steps(summary.mapping_path, decision), start=1):
            sheet.write_string(row, 0, f"{line}.", number)
            sheet.write_string(row, 1, text, plain)
            row += 1
        row += 1
        for fill, text in (
            (_FILLS[Severity.ERROR], "this cell keeps the row from being sent"),
            (_FILLS[Severity.WARNING], "have a look: the row can be sent as it is"),
            (_LOCKED_FILL, "do not edit: in doubt (decide instead), or shortened for Excel"),
        ):
            sheet.write_blank(row, 0, None, book.add_format(fill))
            sheet.write_string(row, 1, text, plain)
            row += 1
        self._next = row + 1

    def finish(self, beyond: int) -> None:
        """Say how many rows did not fit on the sheet, if any."""
        if beyond:
            self._sheet.write_string(
                self._next,
                1,
                f"{beyond:,} more rows need a person than a sheet can hold: they come with the "
                "next run, or find them in results.csv.",
                self._warn,
            )


def _steps(mapping: str, decision: str) -> tuple[str, ...]:
    return (
        f"Open the sheet {FIX_SHEET}. Coloured cells are what is wrong; point at one, or read the "
        f"column '{REASON_COLUMN}', to see why and what to do.",
        "Correct the coloured cells. Where a cell offers a list, it holds what the ATS allows.",
        f"Or choose in the column '{decision}': skip (leave the person out), already there (the "
        "person is in the ATS), send anyway (you are sure).",
        "The same mistake in many rows? Answer it once on the sheet Decisions; 'remember: yes' "
        "keeps the answer for every later run.",
        f"Save, then run:  candidate-import run fix.xlsx -m {mapping or 'MAPPING'}   You may sort, "
        "filter, delete and insert rows; leave the headers as they are.",
    )
