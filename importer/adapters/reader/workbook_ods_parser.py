"""Parse the rows of one sheet out of an ods's content, piece by piece.

Lives here: `OdsParser`, fed with bytes, giving rows. Must never live here: the zip archive or
the choice of sheets. What a newcomer would question: repeats are counted before they are
written out, and blank ones never are, because every ods repeats blank cells by the million.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from xml.parsers import expat

from importer.adapters.reader.grid import ReadLimits
from importer.adapters.reader.workbook_archive import has_own_entities, is_damaged, is_too_large
from importer.adapters.reader.workbook_rows import SheetFacts
from importer.core.cells import format_date, format_number, pad_zeros

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384
FREE_REPEATS: Final = 3_000_000

_ERROR: Final = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:\d{3}")
_TIME: Final = re.compile(r"(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")
_HIDDEN: Final = ("collapse", "filter")
_SKIPPED: Final = frozenset({"office:annotation", "text:ruby-text", "table:tracked-changes"})
_NUMBERS: Final = frozenset({"float", "percentage", "currency"})


@dataclass(slots=True)
class _Cell:
    """A cell while its element is open."""

    attributes: dict[str, str]
    is_covered: bool
    paragraphs: list[str] = field(default_factory=list)


class OdsParser:
    """Collects the filled rows of the sheet at `index`; `take_rows` hands them over.

    Attributes:
        facts: Hidden rows and findings so far.
        is_done: Whether the sheet has ended.
    """

    def __init__(self, index: int, limits: ReadLimits, facts: SheetFacts) -> None:
        self.facts = facts
        self.is_done = False
        self._wanted = index
        self._limits = limits
        self._sheet = -1
        self._depth = 0
        self._skipping = 0
        self._row = 0
        self._row_attributes: dict[str, str] = {}
        self._cells: list[tuple[int, str, str, str]] = []
        self._column = 0
        self._cell: _Cell | None = None
        self._in_text = 0
        self._rows: list[tuple[int, list[str]]] = []
        self._repeated = 0
        self._written = 0
        self._column_styles: list[tuple[int, str]] = []
        self._styles = _ZeroStyles()
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.EntityDeclHandler = _refuse

    def feed(self, piece: bytes, *, is_last: bool = False) -> None:
        """Parse some more bytes. Raises `CannotRead` for broken XML and met limits."""
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError as error:
            raise is_damaged("its contents are not well-formed XML") from error

    def read_styles(self, pieces: list[bytes]) -> None:
        """Learn the styles that are kept apart from the contents; damaged ones are passed over."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._styles.start
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse
        try:
            for piece in pieces:
                parser.Parse(piece)
        except expat.ExpatError:
            return

    def take_rows(self) -> list[tuple[int, list[str]]]:
        """Hand over the filled rows so far: row number and texts."""
        rows, self._rows = self._rows, []
        return rows

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skipping:
            self._skipping += 1
        elif name in _SKIPPED:
            self._skipping = 1
        elif name == "table:table":
            self._depth += 1
            if self._depth == 1:
                self._sheet += 1
        elif self._sheet != self._wanted or self._depth != 1:
            if self._sheet < 0:
                self._styles.start(name, attributes)
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            self._cell = _Cell(attributes, name == "table:covered-table-cell")
        elif name == "table:table-row":
            self._row_attributes, self._cells, self._column = attributes, [], 0
        elif name == "table:table-column":
            last = self._column_styles[-1][0] if self._column_styles else 0
            repeat = _count(attributes, "table:number-columns-repeated")
            style = attributes.get("table:default-cell-style-name", "")
            self._column_styles.append((last + repeat, style))
        elif self._cell is not None:
            self._start_in_cell(self._cell, name, attributes)

    def _start_in_cell(self, cell: _Cell, name: str, attributes: dict[str, str]) -> None:
        if name == "text:p":
            self._in_text += 1
            cell.paragraphs.append("")
        elif not self._in_text:
            return
        elif name == "text:s":
            cell.paragraphs[-1] += " " * min(_count(attributes, "text:c"), 32_767)
        elif name == "text:tab":
            cell.paragraphs[-1] += "\t"
        elif name == "text:line-break":
            cell.paragraphs[-1] += "\n"

    def _text(self, text: str) -> None:
        if self._in_text and self._cell is not None and not self._skipping:
            self._cell.paragraphs[-1] += text

    def _end(self, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
        elif name == "table:table":
            self._depth -= 1
            if self._depth == 0 and self._sheet == self._wanted:
                self.is_done = True
        elif self._sheet != self._wanted or self._depth != 1:
            return
        elif name == "text:p":
            self._in_text = max(0, self._in_text - 1)
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            self._end_cell()
        elif name == "table:table-row":
            self._end_row()

    def _end_cell(self) -> None:
        cell, self._cell, self._in_text = self._cell, None, 0
        if cell is None:
            return
        repeat = _count(cell.attributes, "table:number-columns-repeated")
        if cell.attributes and not cell.is_covered:
            text, problem = self._read_cell(cell)
            if text or problem:
                if self._column + repeat > LAST_COLUMN:
                    raise is_damaged("it has values beyond the last column that a sheet has")
                self._written += 1
                self._cells.append((repeat, text, problem, cell.attributes.get(_FORMULA, "")))
                self._column += repeat
                return
        elif cell.paragraphs and not cell.is_covered and (text := "\n".join(cell.paragraphs)):
            self._cells.append((1, text, "", ""))
            self._column += 1
            return
        self._cells.append((repeat, "", "", ""))
        self._column += repeat

    def _end_row(self) -> None:
        repeat = _count(self._row_attributes, "table:number-rows-repeated")
        first, self._row = self._row + 1, self._row + repeat
        while self._cells and not self._cells[-1][1] and not self._cells[-1][2]:
            self._cells.pop()
        if not self._cells:
            return
        if self._row > LAST_ROW:
            raise is_damaged("it has values beyond the last row that a sheet has")
        width = sum(cell[0] for cell in self._cells)
        self._repeated += repeat * width - len(self._cells)
        if self._repeated > max(FREE_REPEATS, self._limits.max_ratio * self._written):
            raise is_too_large(
                "The sheet repeats a few cells many million times, as only a trap does",
                "max_ratio",
            )
        texts = [text for times, text, _, _ in self._cells for _ in range(times)]
        is_hidden = self._row_attributes.get("table:visibility") in _HIDDEN
        for row in range(first, self._row + 1):
            self._rows.append((row, texts))
            if is_hidden:
                self.facts.hidden.add(row)
            self._add_findings(row)

    def _add_findings(self, row: int) -> None:
        column = 0
        for times, text, problem, formula in self._cells:
            for at in range(column, column + times) if problem else ():
                if problem == "error":
                    self.facts.add_error(row, at, text)
                else:
                    self.facts.add_unknown_result(row, at, formula.partition("=")[2])
            column += times

    def _read_cell(self, cell: _Cell) -> tuple[str, str]:
        """One cell's text, and `error` or `no value` where there is something to note."""
        given = cell.attributes
        kind = given.get("office:value-type", "")
        shown = "\n".join(cell.paragraphs)
        if given.get("calcext:value-type") == "error" or (
            _FORMULA in given and _ERROR.fullmatch(shown)
        ):
            return shown or "#ERROR", "error"
        if kind in _NUMBERS:
            return self._read_number(given, shown), ""
        if kind == "date":
            return _read_date(given.get("office:date-value", ""), shown), ""
        if kind == "time":
            return _read_time(given.get("office:time-value", ""), shown), ""
        if kind == "boolean":
            value = given.get("office:boolean-value", "")
            return value.upper() or shown, ""
        text = shown if cell.paragraphs else given.get("office:string-value", "")
        is_missing = not kind and not text and _FORMULA in given
        return text, "no value" if is_missing else ""

    def _read_number(self, given: dict[str, str], shown: str) -> str:
        try:
            number = float(given.get("office:value", ""))
        except ValueError:
            return shown
        style = given.get("table:style-name") or self._row_attributes.get(
            "table:default-cell-style-name", ""
        )
        if self._styles.widths:
            for end, default in self._column_styles if not style else ():
                if self._column < end:
                    style = default
                    break
            width = self._styles.width(style)
            if width:
                return pad_zeros(number, width)
        return format_number(number)


_FORMULA: Final = "table:formula"


class _ZeroStyles:
    """Which cell styles are nothing but leading zeros."""

    def __init__(self) -> None:
        self.widths: dict[str, int] = {}
        self._formats: dict[str, str] = {}
        self._parents: dict[str, str] = {}
        self._current = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Look at one element of the styles."""
        if name == "number:number-style":
            self._current = attributes.get("style:name", "")
        elif name == "number:number" and self._current:
            digits = _count(attributes, "number:min-integer-digits")
            decimals = attributes.get("number:decimal-places", "0")
            if digits > 1 and decimals == "0" and attributes.get("number:grouping") != "true":
                self.widths[self._current] = min(digits, 255)
        elif name == "number:text" and self._current:
            self.widths.pop(self._current, None)
        elif name == "style:style" and attributes.get("style:family") == "table-cell":
            self._current = ""
            own = attributes.get("style:name", "")
            self._formats[own] = attributes.get("style:data-style-name", "")
            self._parents[own] = attributes.get("style:parent-style-name", "")
        elif name.startswith("number:") and name.endswith("-style"):
            self._current = ""

    def width(self, style: str) -> int:
        """How many digits a cell style pads to; 0 for none."""
        for _ in range(10):
            if self._formats.get(style):
                return self.widths.get(self._formats[style], 0)
            style = self._parents.get(style, "")
        return 0


def _count(attributes: dict[str, str], name: str) -> int:
    """A count that an attribute gives; 1 where it is missing or senseless."""
    text = attributes.get(name, "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 16 else 1


def _read_date(value: str, shown: str) -> str:
    try:
        return format_date(datetime.fromisoformat(value))
    except ValueError:
        return value or shown


def _read_time(value: str, shown: str) -> str:
    parts = _TIME.fullmatch(value)
    if parts is None or value in {"", "P", "PT"}:
        return shown or value
    sign, days, hours, minutes, seconds = parts.groups("0")
    whole = round(float(seconds)) + 60 * int(minutes) + 3600 * (int(hours) + 24 * int(days))
    return f"{sign.strip('0')}{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def _refuse(*_: object) -> None:
    """Refuse a document type or an entity; expat hands over what was declared."""
    raise has_own_entities()
