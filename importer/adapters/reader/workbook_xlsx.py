"""Read the sheets of an xlsx or xlsm: calamine for the values, the package for the rest.

Lives here: `open_xlsx`, and the rule when openpyxl reads instead. Must never live here: the
search for facts (`ooxml_facts`). What a newcomer would question: openpyxl is slower by ten
times and stricter with odd files, so it is asked only where calamine fails, would need too
much memory, or would trim texts.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import python_calamine

from importer.adapters.reader.grid import MIB, CannotRead, ReadLimits
from importer.adapters.reader.ooxml_facts import SheetScanner
from importer.adapters.reader.ooxml_marks import as_utf8, decode_escapes, is_utf16
from importer.adapters.reader.ooxml_package import OoxmlPackage, Sheet
from importer.adapters.reader.workbook_archive import (
    Archive,
    is_damaged,
    is_protected,
    is_too_large,
)
from importer.adapters.reader.workbook_calamine import Book, read_with_calamine
from importer.adapters.reader.workbook_rows import Lines, SheetGrid
from importer.adapters.reader.workbook_sheets import SheetEntry, choose_sheets
from importer.core.handback import RESULTS_PROPERTY, RUN_PROPERTY
from importer.core.model import SourceOptions

BYTES_PER_CELL: Final = 40
"""What calamine takes for one cell of the rectangle around a sheet's data."""

MOST_MEMORY: Final = 1536 * MIB
"""Above this, calamine's rectangle and its copies of shared texts are not asked for."""

LONG_ENOUGH: Final = 1024 * 1024
"""Of a longer string only the end is kept while its length is found out."""

_STRING_END: Final = re.compile(rb"</(?:[\w.-]+:)?si>|<(?:[\w.-]+:)?si\s*/>")
_SHARED: Final = re.compile(rb"v>\s*(\d{1,15})\s*<")
_CLAIMED_COUNT: Final = re.compile(rb"uniqueCount\s*=\s*[\"'](\d{1,30})")
_ANY_VALUE: Final = re.compile(rb"<(?:[\w.-]+:)?(?:v|t|f)(?:\s[^>]*)?>[^<]")
_BLANK_AT_START: Final = re.compile(rb"<(?:[\w.-]+:)?t>[ \t\r\n]")
_BLANK_BEFORE_END: Final = re.compile(rb"[ \t\r\n]</(?:[\w.-]+:)?t>")
_EDGE_BLANK: Final = re.compile(rb"<(?:[\w.-]+:)?t>[^<]*\s</(?:[\w.-]+:)?t>")


@dataclass(frozen=True, slots=True)
class Texts:
    """What matters of the shared strings.

    Attributes:
        longest: Bytes of the longest, with its tags.
        has_edge_blanks: Some begin or end in a blank that calamine would trim.
        is_trusted: Not written in UTF-16, which calamine takes for nothing, and not claiming
            more strings than its bytes can hold, for which calamine would ask for memory.
    """

    longest: int = 0
    has_edge_blanks: bool = False
    is_trusted: bool = True


def open_xlsx(
    path: Path, data: bytes | None, kind: str, options: SourceOptions, limits: ReadLimits
) -> list[SheetGrid]:
    """Open the sheets to read of one xlsx or xlsm. Raises `CannotRead`."""
    with Archive(path, data, limits) as archive:
        package = OoxmlPackage(archive)
        sheets = {sheet.name: sheet for sheet in package.sheets()}
        if not sheets:
            raise is_damaged("it lists no sheets")
        properties = package.properties()
        marker = properties.get(RUN_PROPERTY)
        chosen = choose_sheets(
            [SheetEntry(s.name, s.state, s.is_table) for s in sheets.values()],
            options.sheet,
            lambda entry: has_values(archive, sheets[entry.name]),
            is_fix=marker is not None,
        )
        book = Book(path, data, ".xlsx", ".xlsm")
        texts = look_at_texts(archive, package.shared_strings_part())
        grids = []
        for entry in chosen.sheets:
            grid = _open_sheet(package, sheets[entry.name], kind, book, texts, limits)
            grid.notes[:0] = chosen.notes
            grid.choice = chosen.choice
            grid.marker = marker
            if RESULTS_PROPERTY in properties:
                grid.notes.append(
                    "This is the results file of an earlier run, not a source: its rows were "
                    "dealt with there."
                )
            grids.append(grid)
        return grids


def _open_sheet(
    package: OoxmlPackage, sheet: Sheet, kind: str, book: Book, texts: Texts, limits: ReadLimits
) -> SheetGrid:
    """Look at one sheet and prepare its reading."""
    archive = package.archive
    scanner = SheetScanner(package.styles, is_1904=package.is_1904, limits=limits)
    facts = scanner.scan(archive.steps(sheet.part))
    if facts.header_row is None:
        for area in package.table_headers(sheet):
            first = re.match(r"[A-Z]+(\d+)", area)
            facts.header_row = int(first[1]) if first else None
    notes: list[str] = []
    size = archive.unpacked_size(sheet.part)
    rectangle = facts.last_row * (facts.last_column + 1) * BYTES_PER_CELL
    is_bounded = (
        rectangle < MOST_MEMORY
        and texts.is_trusted
        and not is_utf16(next(archive.steps(sheet.part, 2), b""))
        and (
            facts.cells * texts.longest < MOST_MEMORY
            or weigh_texts(archive, sheet.part, package.shared_strings_part()) < MOST_MEMORY
        )
    )
    reading = _Reading(
        book,
        sheet.name,
        notes,
        is_streamed=size > limits.stream_above_bytes or texts.has_edge_blanks,
        is_bounded=is_bounded,
        is_strict=package.is_strict,
        keep=facts.texts,
    )
    grid = SheetGrid(sheet.name, kind, reading.read, facts, notes)
    notes.extend(facts.describe())
    return grid


def has_values(archive: Archive, sheet: Sheet) -> bool:
    """Whether a sheet holds any cell with a value or a formula; stops at the first."""
    if not archive.has(sheet.part):
        raise is_damaged(f"the cells of its sheet '{sheet.name}' are missing")
    rest = b""
    for piece in as_utf8(archive.steps(sheet.part, 64 * 1024)):
        if _ANY_VALUE.search(rest + piece):
            return True
        rest = piece[-200:]
    return False


def look_at_texts(archive: Archive, part: str | None) -> Texts:
    """Look through the shared strings without keeping them."""
    if part is None:
        return Texts()
    longest, has_edge_blanks, is_trusted, rest = 0, False, True, b""
    for number, piece in enumerate(as_utf8(archive.steps(part))):
        if not number:
            tag = piece[: piece.find(b"<si")]
            claims = [int(claim) for claim in _CLAIMED_COUNT.findall(tag)]
            is_trusted = max(claims, default=0) <= archive.unpacked_size(part)
        items = (rest + piece).split(b"</si>")
        rest = items.pop()[-LONG_ENOUGH:]
        longest = max(longest, len(rest), max(map(len, items), default=0))
        if not has_edge_blanks and _BLANK_BEFORE_END.search(piece):
            has_edge_blanks = bool(_EDGE_BLANK.search(piece))
        has_edge_blanks = has_edge_blanks or bool(_BLANK_AT_START.search(piece))
    is_trusted = is_trusted and not is_utf16(next(archive.steps(part, 2), b""))
    return Texts(longest, has_edge_blanks, is_trusted)


def weigh_texts(archive: Archive, sheet: str, strings: str | None) -> int:
    """Bytes of a sheet's texts when every cell has its own copy, as calamine makes them."""
    lengths: list[int] = []
    rest = b""
    for piece in archive.steps(strings) if strings else ():
        *items, rest = _STRING_END.split(rest + piece)
        lengths.extend(map(len, items))
        if len(rest) > 4 * archive.limits.max_cell_chars:
            raise is_too_large(
                f"A text has more than {archive.limits.max_cell_chars:,} characters",
                "max_cell_chars",
            )
    by_number = np.array(lengths, dtype=np.float64)
    total, rest = 0.0, b""
    for piece in archive.steps(sheet):
        text = rest + piece
        numbers = np.array(_SHARED.findall(text), dtype=np.float64)
        total += by_number[numbers[numbers < len(by_number)].astype(np.int64)].sum()
        rest = piece[-40:]
    return int(total)


Reader = Callable[[int], Iterator[Lines]]


class _Reading:
    """The reading of one sheet by the first library that can.

    Args:
        is_streamed: Try openpyxl first, for its memory or because calamine would trim texts.
        is_bounded: Whether calamine's memory is bounded for this sheet.
        is_strict: openpyxl sees no sheets in strict workbooks.
        keep: Rows that are wanted even if they are blank.
    """

    def __init__(
        self,
        book: Book,
        name: str,
        notes: list[str],
        *,
        is_streamed: bool,
        is_bounded: bool,
        is_strict: bool,
        keep: Container[int],
    ) -> None:
        self._name = name
        self._notes = notes
        calamine: list[Reader] = [lambda size: read_with_calamine(book.calamine_sheet(name), size)]
        stream: list[Reader] = [lambda size: read_with_openpyxl(book.source(), name, size, keep)]
        if is_strict:
            stream = []
        if not is_bounded:
            calamine = []
        self._readers = stream + calamine if is_streamed else calamine + stream

    def read(self, size: int) -> Iterator[Lines]:
        """Give the rows. Raises `CannotRead` where no library can."""
        failure: BaseException | None = None
        for at, reader in enumerate(self._readers):
            try:
                lines = reader(size)
                first = next(lines, None)
            except (KeyboardInterrupt, SystemExit, MemoryError):
                raise
            except python_calamine.PasswordError as error:
                raise is_protected() from error
            except BaseException as error:  # a panic in a library is no Exception
                failure = failure or error
                continue
            if at:
                self._notes.append(
                    "The usual reader gave up on this workbook; a second one read it, so compare "
                    "a few rows with the spreadsheet."
                )
            if first is not None:
                yield first
                yield from _name_late_damage(lines)
            return
        raise is_damaged(
            "no reader could make sense of this sheet"
            if self._readers
            else "its cells are too far apart for a workbook of its kind"
        ) from failure


def _name_late_damage(lines: Iterator[Lines]) -> Iterator[Lines]:
    """Pass lines on; what fails in a library after the first is a damaged end."""
    try:
        yield from lines
    except (CannotRead, MemoryError):
        raise
    except Exception as error:
        raise is_damaged("it ends in the middle of a sheet") from error


def read_with_openpyxl(
    source: str | io.BytesIO, name: str, size: int, keep: Container[int]
) -> Iterator[Lines]:
    """Stream a sheet's rows; blank ones are passed over unless they are to be kept."""
    import openpyxl  # a fifth of a second that most workbooks never need

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(source, read_only=True, data_only=True, keep_links=False)
    try:
        if name not in workbook.sheetnames:
            raise is_damaged("a reader did not find the sheet in it")
        sheet: Any = workbook[name]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True)
        number = 0
        while True:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                batch = list(islice(rows, size))
            if not batch:
                return
            filled = [
                (at, _trim(values))
                for at, values in enumerate(batch, number + 1)
                if at in keep or any(value is not None for value in values)
            ]
            number += len(batch)
            if filled:
                yield Lines([at for at, _ in filled], [values for _, values in filled])
    finally:
        workbook.close()


def _trim(values: Sequence[object]) -> list[object]:
    """Drop what is blank at the end of a row; decode what openpyxl leaves encoded."""
    end = len(values)
    while end and values[end - 1] is None:
        end -= 1
    return [decode_escapes(v) if type(v) is str and "_x" in v else v for v in values[:end]]
