"""Find out, at the speed of a byte search, what calamine does not tell of an xlsx sheet.

Lives here: `scan_sheet`, which unpacks a sheet's XML once and notes error cells, hidden rows,
formulas without a result, number formats that change what is seen, and how large the sheet
really is. Must never live here: reading ordinary values. What a newcomer would question: no
XML parser. One takes ten times as long as reading the values; searching whole rows for the few
marks that matter costs a fifth of it, and only rows that have such a mark are looked into.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from importer.adapters.reader.grid import MIB, ReadLimits
from importer.adapters.reader.ooxml_marks import (
    Marks,
    as_count,
    as_utf8,
    column_letters,
    column_number,
    decode_xml,
    read_attributes,
)
from importer.adapters.reader.ooxml_package import Styles
from importer.adapters.reader.workbook_archive import is_damaged, is_too_large
from importer.adapters.reader.workbook_rows import SheetFacts
from importer.core.cells import (
    NumberKind,
    format_number,
    format_serial,
    pad_zeros,
)

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384
NEAR_THE_END: Final = 2_950_000
"""Day numbers behind this may lie after the year 9999."""

FEW_CELLS: Final = 200_000
"""Below this, and on wide sheets, it is looked for cells that claim a row not their own."""

LONGEST_ROW: Final = 64 * MIB

_PREFIX: Final = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?worksheet[\s>]")
_REFERENCE: Final = re.compile(rb"([A-Za-z]{1,3})(\d{1,10})")
_MERGE: Final = re.compile(rb"<(?:[\w.-]+:)?mergeCell\s")
_FILTER: Final = re.compile(rb'<(?:[\w.-]+:)?autoFilter\s[^>]*?ref="\$?[A-Z]+\$?(\d+)')
_FAR_COLUMN: Final = re.compile(rb'r="([A-Z]{2,})\d')
_FAR_ROW: Final = re.compile(rb' r="[A-Z]+(\d{5,})"')

# Formats of which calamine is known to see the date (a test holds this against calamine).
_EASY_DATE: Final = re.compile(
    r'(?:\[\$-[0-9A-Za-z]+\])?(?:[dmyhs]|[-/.,: ]|\\[-/.,: ]|AM/PM|"[^"]*"|\[h+\]|\[mm?\]|\[ss?\])+'
    r"(?:;@)?",
    re.IGNORECASE,
)
_LETTER_AS_SPACE: Final = re.compile(r"[_*][dmyhsDMYHS]")


class SheetScanner:
    """Collects the facts of one sheet while its XML passes by."""

    def __init__(self, styles: Styles, *, is_1904: bool, limits: ReadLimits) -> None:
        self.facts = SheetFacts()
        self._styles = styles
        self._is_1904 = is_1904
        self._limits = limits
        self._row = 0
        self._memory: dict[bytes, tuple[str, int]] = {}
        self._watched = {
            index for index in {*styles.kinds, *styles.codes} if _needs_watching(index, styles)
        }
        self._dated = {
            index
            for index, (kind, _) in styles.kinds.items()
            if kind in {NumberKind.DATE, NumberKind.DURATION}
        }
        self._watched_mark = _style_mark(self._watched, rb"")
        self._odd_date_mark = _style_mark(
            self._dated, rb"[^>]*>\s*<[\w:.-]*v>(?:-|60[<.]|[0-9]{7})"
        )

    def scan(self, pieces: Iterator[bytes]) -> SheetFacts:
        """Take the whole sheet and return its facts. Raises `CannotRead` at a limit."""
        pieces = as_utf8(pieces)
        marks, rest = self._find_rows(pieces)
        if marks is None:
            return self.facts
        for piece in chain((b"",), pieces):
            rest += piece
            cut = rest.rfind(marks.row)
            # Behind the rows stand page breaks, whose tag begins like a row's.
            is_break = rest.startswith(b"Breaks", cut + len(marks.row))
            end = marks.end.search(rest, 0 if is_break else max(cut, 0))
            if end is not None:
                self._scan_rows(rest[: end.start()], marks)
                self._read_tail(rest[end.end() :], pieces)
                return self.facts
            if cut > 0:
                self._scan_rows(rest[:cut], marks)
                rest = rest[cut:]
            elif len(rest) > LONGEST_ROW:
                raise is_damaged(f"one of its rows is longer than {LONGEST_ROW // MIB} MiB")
        self._scan_rows(rest, marks)
        return self.facts

    def _find_rows(self, pieces: Iterator[bytes]) -> tuple[Marks | None, bytes]:
        """Go on to where the rows begin; None where the sheet has none."""
        rest = b""
        for piece in pieces:
            rest += piece
            root = _PREFIX.search(rest)
            marks = Marks.build(root[1] + b":" if root and root[1] else b"")
            start = marks.start.search(rest)
            if start is not None:
                self._read_head(rest[: start.start()])
                return marks, rest[start.end() :]
            if len(rest) > LONGEST_ROW:
                raise is_damaged(f"no row begins in the first {LONGEST_ROW // MIB} MiB of a sheet")
        return None, b""

    def _scan_rows(self, body: bytes, marks: Marks) -> None:
        """Look at some whole rows; look into them only where a mark says so."""
        facts = self.facts
        cells = body.count(marks.cell)
        facts.cells += cells
        if facts.cells > self._limits.max_cells:
            raise is_too_large(
                f"The sheet has more than {self._limits.max_cells:,} cells", "max_cells"
            )
        rows = marks.numbered_row.findall(body)
        is_plain = (
            all(rows)
            and cells == body.count(marks.cell_with_reference)
            and self._note_size(rows, body)
        )
        if is_plain and b'hidden="' in body:
            for attributes in marks.hidden_row.findall(body):
                facts.hidden.add(as_count(read_attributes(attributes).get(b"r")))
        if not is_plain or self._has_marks(body, marks):
            self._walk(body, marks)
        if is_plain and rows:
            self._row = int(rows[-1])

    def _note_size(self, rows: list[bytes], body: bytes) -> bool:
        """Note how far the rows reach; False where references and rows disagree."""
        facts = self.facts
        last = max(map(int, rows), default=0)
        far = {column_number(letters.decode()) for letters in set(_FAR_COLUMN.findall(body))}
        self._grow(max(last, facts.last_row), max(far, default=25))
        if self.facts.cells > FEW_CELLS and not far:
            return True
        return not any(int(row) > last for row in set(_FAR_ROW.findall(body)))

    def _grow(self, row: int, column: int) -> None:
        if row > LAST_ROW or column >= LAST_COLUMN:
            raise is_damaged(
                f"it has a cell in row {row:,}, column {column + 1:,}, where no sheet reaches"
            )
        facts = self.facts
        facts.last_row = max(facts.last_row, row)
        facts.last_column = max(facts.last_column, column)
        if row > self._limits.max_rows:
            raise is_too_large(
                f"The sheet has more than {self._limits.max_rows:,} rows", "max_rows"
            )

    def _has_marks(self, body: bytes, marks: Marks) -> bool:
        """Whether any cell of these rows must be looked at."""
        return bool(
            b't="e"' in body
            or ((marks.formula_end in body or b' si="' in body) and marks.no_result.search(body))
            or (self._watched_mark and self._watched_mark.search(body))
            or (self._odd_date_mark and self._odd_date_mark.search(body))
            or (b"inlineStr" in body and marks.edge_blank.search(body))
        )

    def _walk(self, body: bytes, marks: Marks) -> None:
        """Look at every cell of some rows."""
        row, column = self._row, -1
        for token in marks.token.finditer(body):
            attributes, cell, content = token.groups()
            if attributes is not None:
                given = read_attributes(attributes)
                row = as_count(given.get(b"r")) or row + 1
                column = -1
                if given.get(b"hidden") in {b"1", b"true"}:
                    self.facts.hidden.add(row)
                self._grow(row, 0)
                continue
            kind, style, reference = self._read_cell_tag(cell or b"")
            at_row = row
            column += 1
            if reference is not None:
                place = _REFERENCE.fullmatch(reference)
                if place is not None:
                    column = column_number(place[1].decode())
                    at_row = int(place[2])
            self._grow(at_row, column)
            if content:
                self._look_at(at_row, column, kind, style, content, marks)
        self._row = row

    def _read_cell_tag(self, tag: bytes) -> tuple[str, int, bytes | None]:
        """Read type, style and reference off a cell's tag."""
        reference = None
        rest = tag
        if tag.startswith(b' r="'):
            reference, _, rest = tag[4:].partition(b'"')
        known = self._memory.get(rest)
        if known is not None and (reference is not None or b"r" not in rest):
            return (*known, reference)
        given = read_attributes(rest)
        kind = given.get(b"t", b"n").decode("ascii", "replace")
        result = (kind, as_count(given.get(b"s")))
        if b"r" not in given:
            self._memory[rest] = result
        return (*result, reference if reference is not None else given.get(b"r"))

    def _look_at(
        self, row: int, column: int, kind: str, style: int, content: bytes, marks: Marks
    ) -> None:
        """Note what is special about one cell."""
        facts = self.facts
        found = marks.value.search(content)
        value = found[1] if found else b""
        if kind == "e":
            facts.add_error(row, column, decode_xml(value).strip() or "#ERROR")
        elif kind == "inlineStr":
            if marks.edge_blank.search(content):
                texts = marks.text.findall(marks.phonetic.sub(b"", content))
                facts.set_text(row, column, decode_xml(b"".join(texts)))
        elif (
            not value
            and (kind != "str" or marks.value_start not in content)
            and (formula := marks.formula.search(content)) is not None
        ):
            facts.add_unknown_result(row, column, decode_xml(formula[1] or b""))
        elif kind == "n" and value and style in self._watched | self._dated:
            self._look_at_number(row, column, style, value)

    def _look_at_number(self, row: int, column: int, style: int, value: bytes) -> None:
        """Write a number as its format shows it, where calamine would not."""
        try:
            number = float(value)
        except ValueError:
            return
        kind, width = self._styles.kinds.get(style, (NumberKind.NUMBER, 0))
        if kind is NumberKind.ZEROS:
            self.facts.set_text(row, column, pad_zeros(number, width))
        elif kind is NumberKind.NUMBER:
            self.facts.set_text(row, column, format_number(number))
        elif style in self._watched or number < 0 or 60 <= number < 61 or number > NEAR_THE_END:
            text = format_serial(number, kind, is_1904=self._is_1904)
            self.facts.set_text(row, column, text)

    def _read_head(self, head: bytes) -> None:
        """Read what stands before the rows: the hidden columns."""
        for tag in re.findall(rb"<(?:[\w.-]+:)?col\s([^>]*)>", head):
            given = read_attributes(tag)
            if given.get(b"hidden") in {b"1", b"true"}:
                first, last = (max(as_count(given.get(key)), 1) - 1 for key in (b"min", b"max"))
                self.facts.hidden_columns.append(
                    column_letters(first)
                    if first == last
                    else f"{column_letters(first)}-{column_letters(min(last, LAST_COLUMN - 1))}"
                )

    def _read_tail(self, rest: bytes, pieces: Iterator[bytes]) -> None:
        """Read what stands behind the rows: merged areas and the autofilter."""
        for piece in chain(pieces, (b"",)):
            cut = rest.rfind(b"<") if piece else len(rest)
            self.facts.merges += len(_MERGE.findall(rest, 0, cut))
            area = _FILTER.search(rest, 0, cut)
            if area is not None:
                self.facts.header_row = int(area[1])
            rest = rest[cut:] + piece
            if len(rest) > LONGEST_ROW:
                raise is_damaged("what follows its rows is no XML")


def _needs_watching(index: int, styles: Styles) -> bool:
    """Whether numbers of this style read otherwise than calamine gives them."""
    kind, _ = styles.kinds.get(index, (NumberKind.NUMBER, 0))
    code = styles.codes.get(index, "")
    if kind is NumberKind.ZEROS:
        return True
    if kind is NumberKind.NUMBER:
        return bool(_LETTER_AS_SPACE.search(code))
    if not code:
        return index in styles.east_asian
    return not _EASY_DATE.fullmatch(code)


def _style_mark(styles: set[int], following: bytes) -> re.Pattern[bytes] | None:
    """A pattern that finds cells of these styles; None for no styles."""
    if not styles:
        return None
    numbers = b"|".join(str(style).encode() for style in sorted(styles))
    return re.compile(rb' s="(?:' + numbers + rb')"' + following)
