"""From rows of typed cell values to blocks of texts: the last step of every workbook format.

Lives here: `SheetFacts` (what a fast reader does not tell of a sheet), `Lines` (what it does
tell), and `SheetGrid`, which joins the two. Must never live here: one file format. What a
newcomer would question: facts are corrections keyed by row and column that are laid over the
fast reader's values, so that a sheet with one error cell is still read at full speed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

import numpy as np

from importer.adapters.reader.grid import Block, GridFinding
from importer.core.cells import format_column, has_lost_digits
from importer.core.model import Finding, Severity

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(slots=True)
class SheetFacts:
    """What is known of a sheet besides its values. Rows count from 1, columns from 0.

    Attributes:
        hidden: Numbers of the hidden rows.
        texts: Row -> column -> text that stands instead of what the values give.
        findings: Row -> what was noticed in it.
        last_row, last_column: The lower right corner; an upper bound where not counted.
        cells: How many cells the file writes down, with those that hold nothing.
        merges: How many areas are merged.
        hidden_columns: Ranges of hidden columns as letters.
        header_row: Where an autofilter says the header is.
    """

    hidden: set[int] = field(default_factory=set)
    texts: dict[int, dict[int, str]] = field(default_factory=dict)
    findings: dict[int, list[GridFinding]] = field(default_factory=dict)
    last_row: int = 0
    last_column: int = 0
    cells: int = 0
    merges: int = 0
    hidden_columns: list[str] = field(default_factory=list)
    header_row: int | None = None

    def set_text(self, row: int, column: int, text: str) -> None:
        """Let a cell read as `text`, whatever the fast reader says."""
        self.texts.setdefault(row, {})[column] = text

    def add_error(self, row: int, column: int, literal: str) -> None:
        """Note a cell that holds an error value."""
        self.set_text(row, column, literal)
        self.findings.setdefault(row, []).append(
            GridFinding(
                row,
                column,
                literal,
                Finding(
                    code="error-cell",
                    message=f"The cell holds the error {literal}: its formula found no value.",
                    hint="Mend the formula or type the value in the spreadsheet.",
                ),
            )
        )

    def add_unknown_result(self, row: int, column: int, formula: str) -> None:
        """Note a formula whose result the file does not hold."""
        self.set_text(row, column, "")
        self.findings.setdefault(row, []).append(
            GridFinding(
                row,
                column,
                f"={formula}" if formula else "",
                Finding(
                    code="formula-without-value",
                    message="The cell holds a formula whose result was never saved, as in a "
                    "file written by a program; it is read as blank.",
                    hint="Open the file in Excel or LibreOffice, save it, and read it again.",
                    severity=Severity.WARNING,
                ),
            )
        )

    def describe(self) -> list[str]:
        """Say what of the sheet's look is not in its values."""
        notes = []
        if self.merges:
            areas = "area is" if self.merges == 1 else "areas are"
            notes.append(
                f"{self.merges} merged {areas} in the sheet; a value stands in the first cell of "
                "its area, the other cells are blank."
            )
        if self.hidden_columns:
            columns = ", ".join(self.hidden_columns)
            notes.append(f"Hidden columns were read like the others: {columns}.")
        return notes


@dataclass(frozen=True, slots=True)
class Lines:
    """Some rows of typed values, as a library gives them.

    Attributes:
        rows: Row numbers, or the first of them where the rows follow each other.
        values: One sequence a row; they may differ in length.
        first_column: Column of the first value.
    """

    rows: Sequence[int] | int
    values: Sequence[Sequence[object]]
    first_column: int = 0


ROWS_AT_ONCE: Final = 1024
"""Rows that are turned into columns at a time; many more cost Python's memory keeper dearly."""

MOST_CELLS_A_BLOCK: Final = 16_000_000
"""One stray cell in column XFD must not make a block of 50,000 rows by 16,384 columns."""

MOST_SHARED_TEXTS: Final = 25_000
"""A column with more different texts than these is one of names or ids: few come again."""

LONG_NUMBER: Final = Finding(
    code="long-number",
    message="The column holds numbers of more than 15 digits; a spreadsheet keeps only 15, so "
    "the last digits are lost.",
    hint="If these are ids, export them anew with the column formatted as text.",
    severity=Severity.WARNING,
)


class SheetGrid:
    """One sheet as blocks of texts. Fulfils `Grid`.

    Attributes:
        choice: The sheets between which nobody has chosen; empty where there is no question.
    """

    encoding: str | None = None
    delimiter: str | None = None

    def __init__(
        self,
        name: str,
        kind: str,
        read_lines: Callable[[int], Iterator[Lines]],
        facts: SheetFacts,
        notes: list[str],
    ) -> None:
        self.name: str | None = name
        self.kind = kind
        self.notes = notes
        self.marker: str | None = None
        self.header_hint: int | None = facts.header_row
        self.choice: tuple[str, ...] = ()
        self._read_lines = read_lines
        self._facts = facts
        self._warned: set[int] = set()
        self._known: dict[int, dict[str, str]] = {}

    def blocks(self, size: int) -> Iterator[Block]:
        """Read the rows once, in order, at most `size` a block."""
        kept: list[Block] = []
        count = width = 0
        for lines in self._read_all(min(size, ROWS_AT_ONCE)):
            block = self._make_block(lines)
            if block is None:
                continue
            grown = max(width, len(block.columns))
            if kept and (
                count + len(block.rows) > size
                or grown * (count + len(block.rows)) > MOST_CELLS_A_BLOCK
            ):
                yield join_blocks(kept)
                kept, count, grown = [], 0, len(block.columns)
            kept.append(block)
            count += len(block.rows)
            width = grown
        if kept:
            yield join_blocks(kept)

    def _read_all(self, size: int) -> Iterator[Lines]:
        """The rows of values, then those rows that only the facts know."""
        last = 0
        for lines in self._read_lines(size):
            count = len(lines.values)
            last = lines.rows + count - 1 if isinstance(lines.rows, int) else lines.rows[-1]
            yield lines
        rest = sorted(row for row in self._facts.texts if row > last)
        for start in range(0, len(rest), size):
            rows = rest[start : start + size]
            yield Lines(rows, [()] * len(rows))

    def _make_block(self, lines: Lines) -> Block | None:
        count = len(lines.values)
        rows = (
            np.arange(lines.rows, lines.rows + count, dtype=np.int64)
            if isinstance(lines.rows, int)
            else np.asarray(lines.rows, dtype=np.int64)
        )
        if not count:
            return None
        findings: list[GridFinding] = []
        columns = self._make_columns(lines, rows, findings)
        if self._facts.texts:
            self._lay_over(columns, lines, rows)
        filled = _filled_rows(columns, count)
        if self._facts.findings:
            for at, row in enumerate(rows.tolist()):
                if row in self._facts.findings:
                    findings.extend(self._facts.findings[row])
                    filled[at] = True
        if not filled.any():
            return None
        findings.sort(key=lambda found: (found.row, found.column or 0))
        hidden = None
        if self._facts.hidden:
            hidden = np.fromiter((int(r) in self._facts.hidden for r in rows), bool, count)
            hidden = hidden if hidden.any() else None
        last = int(np.flatnonzero(filled)[-1]) + 1
        if last < count:
            rows, columns = rows[:last], [column[:last] for column in columns]
            hidden = None if hidden is None else hidden[:last]
        return Block(rows, columns, hidden, tuple(findings))

    def _make_columns(
        self, lines: Lines, rows: NDArray[np.int64], findings: list[GridFinding]
    ) -> list[NDArray[np.object_]]:
        """Turn rows of values into columns of texts."""
        values = lines.values
        blank = np.full(len(values), "", dtype=object)
        columns = [blank] * lines.first_column
        is_even = len(set(map(len, values))) == 1
        for cells in zip(*values, strict=True) if is_even else zip_longest(*values, fillvalue=""):
            number = len(columns)
            column, has_long = format_column(cells)
            columns.append(self._share_texts(number, column))
            if has_long and number not in self._warned:
                self._warned.add(number)
                at = next(at for at, cell in enumerate(cells) if has_lost_digits(cell))
                findings.append(GridFinding(int(rows[at]), number, str(column[at]), LONG_NUMBER))
        return columns

    def _share_texts(self, number: int, column: NDArray[np.object_]) -> NDArray[np.object_]:
        """Let equal texts of a column be one object: a reader gives each cell its own.

        That saves memory, and it lets distinct values be found by looking at objects.
        """
        known = self._known.setdefault(number, {})
        if len(known) < MOST_SHARED_TEXTS:
            column[:] = list(map(known.setdefault, column, column))
        return column

    def _lay_over(
        self, columns: list[NDArray[np.object_]], lines: Lines, rows: NDArray[np.int64]
    ) -> None:
        """Write the facts' texts over the values."""
        patched = self._facts.texts
        shared = set(range(lines.first_column))  # these are one and the same blank column
        for at, row in enumerate(rows.tolist()):
            for number, text in patched.get(row, {}).items():
                while number >= len(columns):
                    columns.append(np.full(len(rows), "", dtype=object))
                if number in shared:
                    shared.remove(number)
                    columns[number] = columns[number].copy()
                columns[number][at] = text


def join_blocks(blocks: Sequence[Block]) -> Block:
    """Make one block of several; columns that a block lacks are blank in it."""
    if len(blocks) == 1:
        return blocks[0]
    width = max(len(block.columns) for block in blocks)
    columns = []
    for number in range(width):
        parts = [
            block.columns[number]
            if number < len(block.columns)
            else np.full(len(block.rows), "", dtype=object)
            for block in blocks
        ]
        columns.append(np.concatenate(parts))
    hidden = None
    if any(block.hidden is not None for block in blocks):
        hidden = np.concatenate(
            [np.zeros(len(b.rows), bool) if b.hidden is None else b.hidden for b in blocks]
        )
    return Block(
        np.concatenate([block.rows for block in blocks]),
        columns,
        hidden,
        tuple(finding for block in blocks for finding in block.findings),
    )


def _filled_rows(columns: list[NDArray[np.object_]], count: int) -> NDArray[np.bool_]:
    """Which rows hold any text."""
    filled = np.zeros(count, dtype=bool)
    for column in {id(column): column for column in columns}.values():
        if filled.all():
            break
        filled |= column != ""
    return filled
