"""Parse the rows of one sheet out of an ods's content, piece by piece.

Lives here: `OdsParser`, fed with bytes, giving rows. Must never live here: the zip archive or
the meaning of a cell. What a newcomer would question: repeats are counted before they are
written out, and blank ones never are, because every ods repeats blank cells by the million.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from importer.adapters.reader.grid import ReadLimits
from importer.adapters.reader.workbook_archive import is_damaged, is_too_large
from importer.adapters.reader.workbook_ods_cells import (
    FORMULA,
    NUMBER,
    STYLE,
    TABLE,
    ZeroStyles,
    read_cell,
    read_count,
)
from importer.adapters.reader.workbook_rows import SheetFacts

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384
FREE_REPEATS: Final = 3_000_000

_SHEET: Final = f"{TABLE}table"
_ROW: Final = f"{TABLE}table-row"
_CELL: Final = f"{TABLE}table-cell"
_COLUMN: Final = f"{TABLE}table-column"
_CELL_REPEAT: Final = f"{TABLE}number-columns-repeated"
_ROW_REPEAT: Final = f"{TABLE}number-rows-repeated"
_STYLE_NAME: Final = f"{TABLE}style-name"
_DEFAULT_STYLE: Final = f"{TABLE}default-cell-style-name"
_HOLDERS: Final = frozenset(
    {_SHEET, f"{TABLE}table-rows", f"{TABLE}table-row-group", f"{TABLE}table-header-rows"}
)
_STYLES: Final = frozenset({f"{NUMBER}number-style", f"{STYLE}style"})
_HIDDEN: Final = ("collapse", "filter")


class OdsParser:
    """Collects the filled rows of the sheet at `index`; `take_rows` hands them over.

    Attributes:
        facts: Hidden rows and findings so far.
        styles: Learns what is in the contents; may be taught the common styles before.
        is_done: Whether the sheet has ended.
    """

    def __init__(self, index: int, limits: ReadLimits, facts: SheetFacts) -> None:
        self.facts = facts
        self.styles = ZeroStyles()
        self.is_done = False
        self._wanted = index
        self._limits = limits
        self._sheet = -1
        self._depth = 0
        self._holders: list[Element] = []
        self._row = 0
        self._rows: list[tuple[int, list[str]]] = []
        self._repeated = 0
        self._written = 0
        self._column_styles: list[tuple[int, str]] = []
        # Document types, and with them entities, were refused when the part was opened.
        self._parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))

    def feed(self, piece: bytes) -> None:
        """Parse some more bytes. Raises `CannotRead` for broken XML and met limits."""
        try:
            self._parser.feed(piece)
            self._follow()
        except ParseError as error:
            raise is_damaged("its contents are not well-formed XML") from error

    def close(self) -> None:
        """Take note that there is no more. Raises `CannotRead` if something is missing."""
        try:
            self._parser.close()
            self._follow()
        except ParseError as error:
            raise is_damaged("its contents are not well-formed XML") from error

    def take_rows(self) -> list[tuple[int, list[str]]]:
        """Hand over the filled rows so far: row number and texts."""
        rows, self._rows = self._rows, []
        return rows

    def _follow(self) -> None:
        """Act on what was parsed."""
        for event, element in cast("Iterator[tuple[str, Element]]", self._parser.read_events()):
            tag = element.tag
            if event == "start":
                if tag in _HOLDERS:
                    self._holders.append(element)
                    if tag == _SHEET:
                        self._depth += 1
                        self._sheet += self._depth == 1
            elif tag == _ROW:
                if self._depth == 1 and self._sheet == self._wanted:
                    self._end_row(element)
                self._forget(element)
            elif tag in _HOLDERS:
                self._holders.pop()
                if tag == _SHEET:
                    self._depth -= 1
                    self.is_done |= self._depth == 0 and self._sheet == self._wanted
            elif tag == _COLUMN and self._depth == 1 and self._sheet == self._wanted:
                last = self._column_styles[-1][0] if self._column_styles else 0
                repeat = read_count(element, _CELL_REPEAT)
                self._column_styles.append((last + repeat, element.get(_DEFAULT_STYLE, "")))
            elif tag in _STYLES and self._sheet < 0:
                self.styles.learn(element)

    def _forget(self, row: Element) -> None:
        """Free a row's memory, also in the element that holds it."""
        row.clear()
        if self._holders and len(self._holders[-1]) and self._holders[-1][-1] is row:
            del self._holders[-1][-1]

    def _end_row(self, row: Element) -> None:
        """Take over one complete row."""
        repeat = read_count(row, _ROW_REPEAT)
        first, self._row = self._row + 1, self._row + repeat
        texts, notable = self._read_cells(row)
        if not texts:
            return
        if self._row > LAST_ROW:
            raise is_damaged("it has values beyond the last row that a sheet has")
        self._repeated += repeat * len(texts)
        if self._repeated > max(FREE_REPEATS, self._limits.max_ratio * self._written):
            raise is_too_large(
                "The sheet repeats a few cells many million times, as only a trap does",
                "max_ratio",
            )
        is_hidden = row.get(f"{TABLE}visibility") in _HIDDEN
        for number in range(first, self._row + 1):
            self._rows.append((number, texts))
            if is_hidden:
                self.facts.hidden.add(number)
            for column, problem, formula in notable:
                if problem == "error":
                    self.facts.add_error(number, column, texts[column])
                else:
                    self.facts.add_unknown_result(number, column, formula)

    def _read_cells(self, row: Element) -> tuple[list[str], list[tuple[int, str, str]]]:
        """Give a row's texts up to the last that is not blank, and the cells to note."""
        texts: list[str] = []
        notable: list[tuple[int, str, str]] = []
        blanks = 0
        for cell in row:
            text = problem = ""
            if cell.tag == _CELL and (len(cell) or cell.attrib):
                zeros = self._zeros(cell, row, len(texts) + blanks) if self.styles else 0
                text, problem = read_cell(cell, zeros)
            repeat = read_count(cell, _CELL_REPEAT)
            if not text and not problem:
                blanks += repeat
                continue
            if len(texts) + blanks + repeat > LAST_COLUMN:
                raise is_damaged("it has values beyond the last column that a sheet has")
            texts.extend([""] * blanks)
            blanks = 0
            self._written += 1
            if problem:
                formula = cell.get(FORMULA, "").partition("=")[2]
                start = len(texts)
                notable.extend((at, problem, formula) for at in range(start, start + repeat))
            texts.extend([text] * repeat)
        return texts, notable

    def _zeros(self, cell: Element, row: Element, column: int) -> int:
        """How many zeros a cell's style pads to: its own, its row's or its column's."""
        style = cell.get(_STYLE_NAME) or row.get(_DEFAULT_STYLE)
        if not style:
            style = next((name for end, name in self._column_styles if column < end), "")
        return self.styles.width(style)
