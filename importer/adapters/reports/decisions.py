"""The *Decisions* sheet of fix.xlsx: one answer for many rows, written and read back.

Lives here: that sheet's layout, both ways. Must never live here: what becomes of an answer.
What a newcomer would question: a guess stands beside the cell to fill and never in it,
because no value is changed unless a person said so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from importer.adapters.reports.lists import DropDowns
from importer.adapters.reports.results_xlsx import count_format, prepare_print
from importer.core.handback import DECISIONS_SHEET, Decision, fits_in_cell, shorten
from importer.core.model import Problem, Severity
from importer.core.verdict import problems_by_column, sort_problems
from importer.errors import SourceError

if TYPE_CHECKING:
    from xlsxwriter import Workbook

LINES: Final = 20_000
"""Most lines of the sheet; the values in most rows come first."""
HEADERS: Final = (
    "column",
    "value",
    "rows",
    "problem",
    "did you mean",
    "use instead",
    "remember",
)
_PROBLEM_WIDTH: Final = 60
_WIDTHS: Final = (22, 30, 8, _PROBLEM_WIDTH, 24, 30, 12)
_USE, _REMEMBER = 5, 6
ANSWER_FILL: Final = "#FFFBE6"
"""Colour of the cells that a person fills in."""
_YES: Final = frozenset({"yes", "y", "true", "1", "x"})


def grouped_values(problems: Sequence[Problem]) -> list[Problem]:
    """The problems that one answer per value can settle, column by column, largest first."""
    worst = {c.column: i for i, c in enumerate(problems_by_column(problems))}
    seen: set[tuple[str, str]] = set()
    found = []
    for problem in sort_problems(problems):
        if problem.severity is Severity.NOTE or not problem.column or not problem.value:
            continue
        key = (problem.column, problem.value)
        if key not in seen and problem.value.strip() and fits_in_cell(problem.value):
            seen.add(key)
            found.append(problem)
    return sorted(found[:LINES], key=lambda p: worst[p.column or ""])


class DecisionsSheet:
    """Writes the sheet; `finish` ties its cells to the drop-downs once these exist."""

    def __init__(self, book: Workbook, problems: Sequence[Problem]) -> None:
        self._problems = grouped_values(problems)
        self._sheet = sheet = book.add_worksheet(DECISIONS_SHEET)
        font = {"font_name": "Calibri", "font_size": 11, "valign": "top", "num_format": "@"}
        header = book.add_format({**font, "bold": True, "bg_color": "#E8ECF1", "bottom": 1})
        text = book.add_format(font)
        wrapped = book.add_format({**font, "text_wrap": True})
        answer = book.add_format(
            {**font, "bg_color": ANSWER_FILL, "border": 1, "border_color": "#C9C3A8"}
        )
        number = count_format(book)
        for place, (name, width) in enumerate(zip(HEADERS, _WIDTHS, strict=True)):
            sheet.set_column(place, place, width, text)
            sheet.write_string(0, place, name, header)
        for row, problem in enumerate(self._problems, start=1):
            lines = 1 + len(problem.message) // _PROBLEM_WIDTH
            sheet.set_row(row, 15.0 * min(lines, 6) + 1)
            sheet.write_string(row, 0, problem.column or "", text)
            sheet.write_string(row, 1, problem.value or "", text)
            sheet.write_number(row, 2, problem.count, number)
            sheet.write_string(row, 3, shorten(problem.message), wrapped)
            sheet.write_string(row, 4, shorten(problem.suggestion or ""), text)
            sheet.write_blank(row, _USE, None, answer)
            sheet.write_string(row, _REMEMBER, "no", answer)
        if not self._problems:
            sheet.write_string(1, 0, "No value needs one answer for many rows.", text)
        sheet.freeze_panes(1, 0)
        prepare_print(sheet)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})

    def finish(self, drop_downs: DropDowns) -> None:
        """Attach the allowed values to each block of lines of one column, and yes/no."""
        for first, last, column in self._blocks():
            drop_downs.attach(self._sheet, column, first, last, _USE)
        if self._problems:
            self._sheet.data_validation(
                1,
                _REMEMBER,
                len(self._problems),
                _REMEMBER,
                {
                    "validate": "list",
                    "source": ["yes", "no"],
                    "input_title": "Remember?",
                    "input_message": "yes: later runs read this value the same way.",
                },
            )
            self._sheet.autofilter(0, 0, len(self._problems), len(HEADERS) - 1)

    def _blocks(self) -> Iterator[tuple[int, int, str]]:
        first = 1
        for row, problem in enumerate(self._problems, start=1):
            is_last = row == len(self._problems)
            if is_last or self._problems[row].column != problem.column:
                yield first, row, problem.column or ""
                first = row + 1


def read_decisions(path: Path) -> list[Decision]:
    """Read what people filled in on the *Decisions* sheet.

    Lines without "use instead" are left out; a workbook without the sheet has none. The
    sheet may be sorted and its columns moved. The last line of a (column, value) wins.

    Raises:
        SourceError: The file is no workbook that can be read.
    """
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl has no common base for what a torn file raises
        raise SourceError(
            f"The decisions in {path.name} cannot be read: the file is no sound workbook.",
            hint="Save it in Excel as .xlsx and run it again.",
        ) from error
    try:
        if DECISIONS_SHEET not in book.sheetnames:
            return []
        sheet: Any = book[DECISIONS_SHEET]
        sheet.reset_dimensions()
        return list(_decisions(sheet.iter_rows(values_only=True)))
    finally:
        book.close()


def _decisions(lines: Iterator[Sequence[object]]) -> Iterator[Decision]:
    header = [_text(cell).strip().casefold() for cell in next(lines, ())]
    wanted = ("column", "value", "use instead", "remember")
    if any(name not in header for name in wanted[:3]):
        return
    places = [header.index(name) if name in header else -1 for name in wanted]
    found: dict[tuple[str, str], Decision] = {}
    for line in lines:
        cells = [_text(line[i]) if 0 <= i < len(line) else "" for i in places]
        column, value, use, remember = cells
        if use.strip() and column.strip():
            found[column, value] = Decision(
                column, value, use.strip(), remember.strip().casefold() in _YES
            )
    yield from found.values()


def _text(cell: object) -> str:
    """A cell as the text that a person sees, whatever Excel made of it."""
    from openpyxl.utils.escape import unescape

    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return unescape(cell) if isinstance(cell, str) else str(cell)
