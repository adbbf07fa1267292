"""Read the sheets of an old xls (Excel 2 to 2003) with xlrd.

Lives here: `open_xls`. Must never live here: a parser of the format. What a newcomer would
question: xlrd, not calamine. Only xlrd tells error cells, number formats and hidden rows of
this format, reads files older than Excel 5 and odd code pages; and such a sheet ends at 65,536
rows, so its slower pace is bounded. Nor is calamine a second reader here: on damaged files of
this format it takes the whole process down.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import xlrd

from importer.adapters.reader.compound import has_looping_chain
from importer.adapters.reader.grid import ReadLimits
from importer.adapters.reader.ooxml_marks import column_letters
from importer.adapters.reader.workbook_archive import is_damaged, is_protected, is_too_large
from importer.adapters.reader.workbook_rows import Lines, SheetFacts, SheetGrid
from importer.adapters.reader.workbook_sheets import SheetEntry, choose_sheets
from importer.core.cells import (
    NumberKind,
    format_serial,
    pad_zeros,
    read_number_format,
)
from importer.core.model import SourceOptions

STATES: Final = {0: "visible", 1: "hidden", 2: "veryhidden"}
MOST_BYTES: Final = 512 * 1024 * 1024
ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")


def open_xls(
    path: Path, data: bytes | None, options: SourceOptions, limits: ReadLimits
) -> list[SheetGrid]:
    """Open the sheets to read of one xls. Raises `CannotRead`."""
    if data is None:
        if path.stat().st_size > min(MOST_BYTES, limits.max_file_bytes):
            raise is_too_large("The xls file is larger than any that Excel wrote", "max_file_bytes")
        data = path.read_bytes()
    if data[:4] == b"\xd0\xcf\x11\xe0" and ENCRYPTED in data:
        raise is_protected()
    if has_looping_chain(data):
        raise is_damaged("its contents do not fit together")
    try:
        book: Any = xlrd.open_workbook(
            file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
        )
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise is_protected() from error
        raise is_damaged("its contents do not fit together") from error
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except Exception as error:  # a damaged file shows as any error of xlrd's
        raise is_damaged("its contents do not fit together") from error
    sheets = {sheet.name: sheet for sheet in book.sheets()}
    chosen = choose_sheets(
        [SheetEntry(s.name, STATES.get(s.visibility, "hidden")) for s in sheets.values()],
        options.sheet,
        lambda entry: has_values(sheets[entry.name]),
    )
    reader = _Reader(book)
    grids = []
    for entry in chosen.sheets:
        grid = reader.open_sheet(sheets[entry.name])
        grid.notes[:0] = chosen.notes
        grid.choice = chosen.choice
        grids.append(grid)
    return grids


def has_values(sheet: Any) -> bool:
    """Whether a sheet holds any cell that is not blank."""
    blank = {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}
    return any(kind not in blank for row in range(sheet.nrows) for kind in sheet.row_types(row))


class _Reader:
    """The sheets of one opened xls."""

    def __init__(self, book: Any) -> None:
        self._is_1904 = bool(book.datemode)
        formats = {
            key: read_number_format(found.format_str or "")
            for key, found in book.format_map.items()
        }
        plain = (NumberKind.NUMBER, 0)
        self._kinds = [formats.get(xf.format_key, plain) for xf in book.xf_list]

    def open_sheet(self, sheet: Any) -> SheetGrid:
        """Prepare the reading of one sheet."""
        facts = SheetFacts(
            hidden={row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden},
            last_row=sheet.nrows,
            merges=len(sheet.merged_cells),
            hidden_columns=[
                column_letters(column)
                for column, info in sorted(sheet.colinfo_map.items())
                if info.hidden and column < sheet.ncols
            ],
        )
        for row in range(sheet.nrows):
            kinds = sheet.row_types(row)
            if xlrd.XL_CELL_ERROR in kinds:
                for column, kind in enumerate(kinds):
                    if kind == xlrd.XL_CELL_ERROR:
                        code = sheet.cell_value(row, column)
                        literal = xlrd.error_text_from_code.get(code, "#ERROR")
                        facts.add_error(row + 1, column, literal)

        def read(size: int) -> Iterator[Lines]:
            for start in range(0, sheet.nrows, size):
                rows = range(start, min(start + size, sheet.nrows))
                yield Lines(start + 1, [self._read_row(sheet, row) for row in rows])

        grid = SheetGrid(sheet.name, "xls", read, facts, [])
        grid.notes.extend(facts.describe())
        return grid

    def _read_row(self, sheet: Any, row: int) -> list[object]:
        """Give one row's values; numbers under a date or zero format as texts."""
        values: list[object] = []
        for column, (kind, value) in enumerate(
            zip(sheet.row_types(row), sheet.row_values(row), strict=True)
        ):
            if kind in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
                values.append(self._read_number(value, sheet.cell_xf_index(row, column)))
            elif kind == xlrd.XL_CELL_BOOLEAN:
                values.append(bool(value))
            else:
                values.append(value if kind == xlrd.XL_CELL_TEXT else "")
        return values

    def _read_number(self, value: float, style: int) -> object:
        kind, width = self._kinds[style] if style < len(self._kinds) else (NumberKind.NUMBER, 0)
        if kind is NumberKind.NUMBER:
            return value
        if kind is NumberKind.ZEROS:
            return pad_zeros(value, width)
        return format_serial(value, kind, is_1904=self._is_1904)
