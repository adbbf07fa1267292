"""Read the sheets of an ods, streaming.

Lives here: `open_ods` and the quick look at which sheets there are. Must never live here: the
parsing of cells (`workbook_ods_parser`). What a newcomer would question: calamine reads only
large files, and only those in which a search found nothing that it would drop: it gives
nothing for cells of an unknown type, errors and tabs, knows no hidden rows or number formats,
and writes repeats out before anyone can count them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import python_calamine

from importer.adapters.reader.grid import MIB, ReadLimits
from importer.adapters.reader.ooxml_marks import decode_xml, is_utf16, read_attributes
from importer.adapters.reader.workbook_archive import Archive, is_damaged, is_protected
from importer.adapters.reader.workbook_calamine import Book, read_with_calamine
from importer.adapters.reader.workbook_ods_parser import OdsParser
from importer.adapters.reader.workbook_rows import Lines, SheetFacts, SheetGrid
from importer.adapters.reader.workbook_sheets import SheetEntry, choose_sheets
from importer.core.model import SourceOptions

CONTENT: Final = "content.xml"
LARGE: Final = 4 * MIB
"""Contents of fewer bytes are read by our own parser, which is fast enough for them."""

MANIFEST: Final = "META-INF/manifest.xml"

_TABLE: Final = re.compile(rb"<table:table\s([^>]*)>|</table:table>")
_VALUE: Final = re.compile(rb"<text:p[^>]*>[^<]|office:(?:string-)?value(?:-type)?=|table:formula=")
_SPANNED: Final = re.compile(rb'table:number-columns-spanned="')
_PLAIN_MARKS: Final = (
    b'table:visibility="',
    b'calcext:value-type="error"',
    b"<text:tab",
    b"<text:line-break",
    b"<text:ruby",
    b"<text:p>#",
    b"<text:p>Err:",
    b"<table:table-cell>",
)
_MARKS: Final = (
    re.compile(rb'min-integer-digits="(?:[2-9]|\d\d)'),
    re.compile(rb'office:time-value="(?:"|-|P\d|PT(?:2[4-9]|[3-9]\d|\d{3}))'),
    re.compile(rb'office:value-type="(?!(?:string|float|percentage|currency|date|time|boolean)")'),
    re.compile(rb"<table:table-cell(?![^>]*office:value-type=)(?=[^>]*(?:[^/]>|table:formula))"),
)
_REPEAT: Final = re.compile(
    rb'table:number-(?:rows-repeated(?!="1")|columns-repeated(?!="\d"))[^>]*(?<!/)>'
)
_CONTENT: Final = re.compile(rb"office:value|<text:p|office:string-value")
_HIDDEN_STYLE: Final = re.compile(
    rb'<style:style\s([^>]*style:family="table"[^>]*)>\s*'
    rb'<style:table-properties\s[^>]*table:display="false"'
)


@dataclass(slots=True)
class _Seen:
    """What the quick look noticed of one sheet."""

    entry: SheetEntry
    has_data: bool = False
    merges: int = 0


def open_ods(
    path: Path, data: bytes | None, options: SourceOptions, limits: ReadLimits
) -> list[SheetGrid]:
    """Open the sheets to read of one ods. Raises `CannotRead`."""
    with Archive(path, data, limits) as archive:
        if is_utf16(next(archive.steps(CONTENT, 2), b"")):
            raise is_damaged("its contents are written in UTF-16, as no known program does")
        if archive.has(MANIFEST) and b"encryption-data" in archive.read(MANIFEST):
            raise is_protected()
        look = look_at_sheets(archive)
        is_plain = (
            archive.unpacked_size(CONTENT) > LARGE
            and not look.has_marks
            and not (archive.has("styles.xml") and has_marks(archive.read("styles.xml")))
        )
    seen = look.seen
    if not seen:
        raise is_damaged("it lists no sheets")
    by_name = {found.entry.name: (index, found) for index, found in enumerate(seen)}
    chosen = choose_sheets(
        [found.entry for found in seen],
        options.sheet,
        lambda entry: by_name[entry.name][1].has_data,
    )
    grids = []
    book = Book(path, data, ".ods") if is_plain else None
    for entry in chosen.sheets:
        index, found = by_name[entry.name]
        grid = _make_grid(path, data, limits, index, found, book)
        grid.notes[:0] = chosen.notes
        grid.choice = chosen.choice
        grids.append(grid)
    return grids


def look_at_sheets(archive: Archive) -> _Look:
    """List the sheets and whether they hold data, without parsing."""
    look = _Look()
    rest = b""
    for piece in archive.steps(CONTENT):
        text = rest + piece
        cut = text.rfind(b"<", 0, -1)
        text, rest = (text[:cut], text[cut:]) if cut > 0 else (b"", text)
        look.look_through(text)
    look.look_through(rest)
    return look


def has_marks(text: bytes) -> bool:
    """Whether a piece of XML holds anything that calamine would drop or write out."""
    return (
        any(mark in text for mark in _PLAIN_MARKS)
        or any(mark.search(text) for mark in _MARKS)
        or any(_is_filled(text, repeat.end()) for repeat in _REPEAT.finditer(text))
    )


def _is_filled(text: bytes, start: int) -> bool:
    """Whether a row has content behind `start`; true where its end is not in the piece."""
    end = text.find(b"</table:table-row>", start)
    return end < 0 or _CONTENT.search(text, start, end) is not None


class _Look:
    """Notes the sheets while the contents pass by; tables inside drawings are no sheets."""

    def __init__(self) -> None:
        self.seen: list[_Seen] = []
        self.has_marks = False
        self._hidden: set[bytes] = set()
        self._depth = 0

    def look_through(self, text: bytes) -> None:
        """Look at some whole tags."""
        self.has_marks = self.has_marks or has_marks(text)
        if not self.seen:
            for attributes in _HIDDEN_STYLE.findall(text):
                self._hidden.add(read_attributes(attributes).get(b"style:name", b""))
        done = 0
        for mark in _TABLE.finditer(text):
            self._note_data(text[done : mark.start()])
            done = mark.end()
            if mark[1] is None:
                self._depth = max(0, self._depth - 1)
                continue
            if not self._depth:
                given = read_attributes(mark[1])
                is_hidden = given.get(b"table:style-name") in self._hidden
                name = decode_xml(given.get(b"table:name", b""))
                entry = SheetEntry(name, "hidden" if is_hidden else "visible")
                self.seen.append(_Seen(entry))
            self._depth += not mark[1].endswith(b"/")
        self._note_data(text[done:])

    def _note_data(self, text: bytes) -> None:
        if self._depth == 1:
            found = self.seen[-1]
            found.has_data = found.has_data or bool(_VALUE.search(text))
            found.merges += len(_SPANNED.findall(text))


def _make_grid(
    path: Path,
    data: bytes | None,
    limits: ReadLimits,
    index: int,
    found: _Seen,
    book: Book | None,
) -> SheetGrid:
    """Prepare the reading of one sheet."""
    facts = SheetFacts(merges=found.merges)

    def read(size: int) -> Iterator[Lines]:
        if book is not None:
            try:
                sheet = book.calamine_sheet(found.entry.name)
            except python_calamine.CalamineError:
                pass  # our own parser will do, or say what is wrong
            else:
                yield from read_with_calamine(sheet, size)
                return
        with Archive(path, data, limits) as archive:
            parser = OdsParser(index, limits, facts)
            common = archive.try_parse("styles.xml")
            for element in common.iter() if common is not None else ():
                parser.styles.learn(element)
            kept: list[tuple[int, list[str]]] = []
            for piece in archive.steps(CONTENT, 256 * 1024):
                parser.feed(piece)
                kept.extend(parser.take_rows())
                while len(kept) >= size:
                    yield _as_lines(kept[:size])
                    del kept[:size]
                if parser.is_done:
                    break
            else:
                parser.close()
            if kept:
                yield _as_lines(kept)

    grid = SheetGrid(found.entry.name, "ods", read, facts, [])
    grid.notes.extend(facts.describe())
    return grid


def _as_lines(rows: list[tuple[int, list[str]]]) -> Lines:
    return Lines([row for row, _ in rows], [texts for _, texts in rows])
