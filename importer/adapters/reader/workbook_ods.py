"""Read the sheets of an ods, streaming.

Lives here: `open_ods` and the quick look at which sheets there are. Must never live here: the
parsing of cells (`workbook_ods_parser`). What a newcomer would question: not calamine. It
gives nothing for error cells and for cells of an unknown type, knows no hidden rows or number
formats, and writes repeats out before anyone can count them; expat reads the same cells in
bounded memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from importer.adapters.reader.grid import ReadLimits
from importer.adapters.reader.ooxml_marks import decode_xml, read_attributes
from importer.adapters.reader.workbook_archive import Archive, is_damaged, is_protected
from importer.adapters.reader.workbook_ods_parser import OdsParser
from importer.adapters.reader.workbook_rows import Lines, SheetFacts, SheetGrid
from importer.adapters.reader.workbook_sheets import SheetEntry, choose_sheets
from importer.core.model import SourceOptions

CONTENT: Final = "content.xml"
MANIFEST: Final = "META-INF/manifest.xml"

_TABLE: Final = re.compile(rb"<table:table\s([^>]*)>|</table:table>")
_VALUE: Final = re.compile(rb"<text:p[^>]*>[^<]|office:(?:string-)?value(?:-type)?=|table:formula=")
_SPANNED: Final = re.compile(rb'table:number-columns-spanned="')
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
        if archive.has(MANIFEST) and b"encryption-data" in archive.read(MANIFEST):
            raise is_protected()
        seen = look_at_sheets(archive)
    if not seen:
        raise is_damaged("it lists no sheets")
    by_name = {found.entry.name: (index, found) for index, found in enumerate(seen)}
    chosen = choose_sheets(
        [found.entry for found in seen],
        options.sheet,
        lambda entry: by_name[entry.name][1].has_data,
    )
    grids = []
    for entry in chosen.sheets:
        index, found = by_name[entry.name]
        grid = _make_grid(path, data, limits, index, found)
        grid.notes[:0] = chosen.notes
        grid.choice = chosen.choice
        grids.append(grid)
    return grids


def look_at_sheets(archive: Archive) -> list[_Seen]:
    """List the sheets and whether they hold data, without parsing."""
    look = _Look()
    rest = b""
    for piece in archive.steps(CONTENT):
        text = rest + piece
        cut = text.rfind(b"<", 0, -1)
        text, rest = (text[:cut], text[cut:]) if cut > 0 else (b"", text)
        look.look_through(text)
    look.look_through(rest)
    return look.seen


class _Look:
    """Notes the sheets while the contents pass by; tables inside drawings are no sheets."""

    def __init__(self) -> None:
        self.seen: list[_Seen] = []
        self._hidden: set[bytes] = set()
        self._depth = 0

    def look_through(self, text: bytes) -> None:
        """Look at some whole tags."""
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
    path: Path, data: bytes | None, limits: ReadLimits, index: int, found: _Seen
) -> SheetGrid:
    """Prepare the reading of one sheet."""
    facts = SheetFacts(merges=found.merges)

    def read(size: int) -> Iterator[Lines]:
        with Archive(path, data, limits) as archive:
            parser = OdsParser(index, limits, facts)
            if archive.has("styles.xml"):
                parser.read_styles(list(archive.steps("styles.xml")))
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
                parser.feed(b"", is_last=True)
            if kept:
                yield _as_lines(kept)

    grid = SheetGrid(found.entry.name, "ods", read, facts, [])
    grid.notes.extend(facts.describe())
    return grid


def _as_lines(rows: list[tuple[int, list[str]]]) -> Lines:
    return Lines([row for row, _ in rows], [texts for _, texts in rows])
