"""Find one's way in an xlsx package: its sheets, its number formats, who wrote it.

Lives here: `OoxmlPackage`, read from the small parts only. Must never live here: the cells.
What a newcomer would question: names are compared without namespaces and letter case,
because strict files, odd writers and prefixes differ in nothing else.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from xml.etree.ElementTree import Element

from importer.adapters.reader.workbook_archive import (
    Archive,
    attribute,
    is_damaged,
    local_name,
)
from importer.core.cells import (
    BUILT_IN_DATES,
    BUILT_IN_DURATION,
    NumberKind,
    read_number_format,
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One entry of the workbook's list of sheets.

    Attributes:
        state: `visible`, `hidden` or `veryhidden`.
        part: Name of the part with its cells.
        is_table: Whether it should hold cells; chart, dialog and macro sheets do not.
    """

    name: str
    state: str
    part: str
    is_table: bool


@dataclass(frozen=True, slots=True)
class Styles:
    """What the number formats of a workbook mean, by style index of a cell.

    Attributes:
        codes: Style index -> format code, where the workbook gives one.
        kinds: Style index -> what it makes of a number; only those that are not plain.
        east_asian: Style indexes that are dates by a number without a code, as East Asian
            programs write them.
    """

    kinds: dict[int, tuple[NumberKind, int]] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)
    east_asian: set[int] = field(default_factory=set)


class OoxmlPackage:
    """The small parts of one xlsx, xlsm or xlsb, read when asked for."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        if not archive.has("[Content_Types].xml"):
            raise is_damaged("its list of parts, [Content_Types].xml, is missing")
        self.workbook_part = self._find_workbook()
        self._relations = dict(self._read_relations(self.workbook_part))

    @cached_property
    def workbook(self) -> Element:
        """The parsed list of sheets."""
        return self.archive.parse(self.workbook_part)

    @property
    def is_1904(self) -> bool:
        """Whether day numbers count from 1904, as on old Macs."""
        return any(
            attribute(element, "date1904") in {"1", "true", "on"}
            for element in self.workbook
            if local_name(element) == "workbookPr"
        )

    @property
    def is_strict(self) -> bool:
        """Whether the workbook is strict OOXML, which openpyxl takes for empty."""
        return "purl.oclc.org" in str(self.workbook.tag)

    def sheets(self) -> list[Sheet]:
        """List the sheets in the workbook's order."""
        found = []
        for element in self.workbook.iter():
            if local_name(element) != "sheet":
                continue
            relation, part = self._relations.get(attribute(element, "id") or "", ("", ""))
            found.append(
                Sheet(
                    name=attribute(element, "name") or "",
                    state=(attribute(element, "state") or "visible").lower(),
                    part=part,
                    is_table=relation in {"worksheet", ""},
                )
            )
        return found

    @cached_property
    def styles(self) -> Styles:
        """Read which cell styles mean a date, a duration or leading zeros."""
        root = self.archive.try_parse(self._part_of("styles", "xl/styles.xml"))
        styles = Styles()
        if root is None:
            return styles
        codes: dict[int, str] = {}
        for element in root.iter():
            if local_name(element) == "numFmt":
                number = attribute(element, "numFmtId") or ""
                if number.isdecimal():
                    codes[int(number)] = attribute(element, "formatCode") or ""
        formats = next((e for e in root if local_name(e) == "cellXfs"), None)
        for index, element in enumerate(formats if formats is not None else ()):
            number = attribute(element, "numFmtId") or "0"
            wanted = int(number) if number.isdecimal() else 0
            kind, code = _kind_of(wanted, codes)
            if wanted > 22 and not code and kind[0] is NumberKind.DATE:
                styles.east_asian.add(index)
            if kind[0] is not NumberKind.NUMBER:
                styles.kinds[index] = kind
            if code:
                styles.codes[index] = code
        return styles

    def shared_strings_part(self) -> str | None:
        """Name of the part with the shared strings; None where there is none."""
        part = self._part_of("sharedStrings", "xl/sharedStrings.xml")
        return part if self.archive.has(part) else None

    def table_headers(self, sheet: Sheet) -> Iterator[str]:
        """Areas of the Excel tables of a sheet that show a header."""
        for kind, part in dict(self._read_relations(sheet.part)).values():
            root = self.archive.try_parse(part) if kind == "table" else None
            if root is not None and attribute(root, "headerRowCount") != "0":
                yield attribute(root, "ref") or ""

    def properties(self) -> dict[str, str]:
        """Read the custom document properties: name -> text."""
        root = self.archive.try_parse("docProps/custom.xml")
        if root is None:
            return {}
        return {
            attribute(element, "name") or "": "".join(element.itertext())
            for element in root
            if local_name(element) == "property"
        }

    def _find_workbook(self) -> str:
        """Follow the package's own pointer to its workbook; fall back on the usual place."""
        for kind, part in dict(self._read_relations("")).values():
            if kind == "officeDocument" and self.archive.has(part):
                return part
        for usual in ("xl/workbook.xml", "xl/workbook.bin"):
            if self.archive.has(usual):
                return usual
        raise is_damaged("its list of sheets is missing")

    def _part_of(self, kind: str, usual: str) -> str:
        for found, part in self._relations.values():
            if found == kind:
                return part
        return usual

    def _read_relations(self, part: str) -> Iterator[tuple[str, tuple[str, str]]]:
        """Read the pointers of one part: id -> (kind, target). Outside targets are left out."""
        folder, name = posixpath.split(part)
        root = self.archive.try_parse(posixpath.join(folder, "_rels", f"{name}.rels"))
        for element in root if root is not None else ():
            if (attribute(element, "TargetMode") or "").lower() == "external":
                continue
            kind = (attribute(element, "Type") or "").rpartition("/")[2]
            target = (attribute(element, "Target") or "").replace("\\", "/")
            if not target.startswith("/"):
                target = posixpath.join(folder, target)
            target = posixpath.normpath(target).lstrip("/")
            yield attribute(element, "Id") or "", (kind, target)


def _kind_of(number: int, codes: dict[int, str]) -> tuple[tuple[NumberKind, int], str]:
    """What a format number means, and its code where the workbook gives one."""
    if number in codes:
        return read_number_format(codes[number]), codes[number]
    if number == BUILT_IN_DURATION:
        return (NumberKind.DURATION, 0), ""
    if number in BUILT_IN_DATES:
        return (NumberKind.DATE, 0), ""
    return (NumberKind.NUMBER, 0), ""
