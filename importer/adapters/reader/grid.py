"""What every kind of spreadsheet is turned into before the table in it is looked for.

Lives here: the shared types of the reader's parts (`Grid`, `Block`, `ReadLimits`,
`Unreadable`, `CannotRead`). Must never live here: knowledge of one file format. What a
newcomer would question: a grid knows nothing of headers; it gives every line of the sheet
as rectangular blocks of text, and `core/table.py` finds the table for all formats alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from importer.core.model import Finding
from importer.errors import SourceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What the reader takes before it refuses; a message that refuses names the setting.

    The defaults let every honest file pass: a full xlsx sheet of 20 columns, a CSV of ten
    million rows. They are there for files that lie about their size.

    Attributes:
        max_rows: Rows of one sheet or delimited file.
        max_columns: Columns of one sheet or delimited file (Excel has 16,384).
        max_cells: Cells of one sheet that hold something (or repeats of one).
        max_cell_chars: Characters in one cell (Excel stops at 32,767).
        max_unpacked_bytes: Bytes of one compressed part after unpacking.
        max_ratio: How many times larger than packed a part of more than 10 MiB may unpack.
        max_file_bytes: Bytes of the file itself.
        max_blank_run: Blank rows running after which a sheet's rest is only looked through.
        stream_above_bytes: Size of an unpacked xlsx sheet above which it is streamed: slower
            by ten times, but memory stays low.
    """

    max_rows: int = 50_000_000
    max_columns: int = 16_384
    max_cells: int = 1_000_000_000
    max_cell_chars: int = 10_000_000
    max_unpacked_bytes: int = 8 * 1024 * MIB
    max_ratio: int = 300
    max_file_bytes: int = 32 * 1024 * MIB
    max_blank_run: int = 10_000
    stream_above_bytes: int = 512 * MIB


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that cannot be used, as a value: it never stops the other files."""

    path: str
    finding: Finding


class CannotRead(SourceError):
    """One file cannot be used; `open_sources` turns it into an `Unreadable`.

    Raised while the rows are being read (a damaged end, a limit met late), it stops the run:
    nothing was sent, and the file must be changed first.
    """

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message, hint=finding.hint)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class GridFinding:
    """Something noticed in one place of a grid; `column` counts from 0, None is the row."""

    row: int
    column: int | None
    value: str
    finding: Finding


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some lines of a grid, in order.

    Attributes:
        rows: Row numbers as the spreadsheet shows them, rising; rows that are missing in
            between are blank. Blank rows after the last filled one are left out.
        columns: One `object` array of `str` per column, all as long as `rows`, blank is `""`.
            Blocks of one grid may differ in how many columns they have.
        hidden: Whether the row is hidden; None where no row is.
        findings: What was noticed in these lines (error cells, formulas without a value).
    """

    rows: NDArray[np.int64]
    columns: list[NDArray[np.object_]]
    hidden: NDArray[np.bool_] | None = None
    findings: tuple[GridFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class GridHints:
    """What a grid may know beforehand, so that searches without hope are left out.

    A grid offers them as an attribute `hints`; without it, everything is looked for.

    Attributes:
        watches_characters: Cells may hold damaged characters.
        watches_numbers: Cells may hold destroyed numbers.
        watches_comments: Lines may begin with a comment mark.
        watches_breaks: Cells may hold line breaks.
        record_widths: How many values the first lines really have, before they were filled up;
            empty where lines have no width of their own (workbooks).
    """

    watches_characters: bool = True
    watches_numbers: bool = True
    watches_comments: bool = False
    watches_breaks: bool = False
    record_widths: tuple[int, ...] = ()


class Grid(Protocol):
    """One sheet, or one delimited file, as lines of texts.

    Attributes (all known before the first block is read):
        name: The sheet's name, None where there are no sheets.
        kind: `csv`, `xlsx`, `xlsm`, `xls`, `ods`.
        encoding, delimiter: Of delimited files, None elsewhere.
        notes: Sentences for a person: which other sheets were left out, which reader stepped in.
        marker: The run id in a `fix.xlsx` that we wrote.
        header_hint: Row number of the header where the file itself declares it (an Excel table,
            an autofilter); used unless the options say otherwise.
        choice: Sheets between which nobody has chosen (each is given as a grid of its own); a
            preview shows them all, anything that sends must ask. Empty: no open question.
    """

    name: str | None
    kind: str
    encoding: str | None
    delimiter: str | None
    notes: list[str]
    marker: str | None
    header_hint: int | None
    choice: tuple[str, ...]

    def blocks(self, size: int) -> Iterator[Block]:
        """Read the lines once, in order, at most `size` a block. May raise `CannotRead`."""
        ...
