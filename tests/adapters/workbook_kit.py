"""Workbooks for tests, made part by part so that they can be wrong in any way."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from importer.adapters.reader.grid import GridFinding, ReadLimits
from importer.adapters.reader.workbook import open_workbook
from importer.core.model import SourceOptions

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def xlsx_parts(
    *sheets: str,
    names: tuple[str, ...] = (),
    states: tuple[str, ...] = (),
    texts: str | None = None,
    formats: tuple[str, ...] = (),
    styles: str | None = None,
    workbook: str = "",
    properties: dict[str, str] | None = None,
) -> dict[str, str]:
    """The parts of an xlsx whose sheets hold the given row elements.

    Style 0 is plain; style n shows the n-th of `formats`.
    """
    count = range(1, len(sheets) + 1)
    names = names or tuple(f"Sheet{n}" for n in count)
    states = states or ("visible",) * len(sheets)
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" state="{state}" r:id="rId{n}"/>'
        for n, name, state in zip(count, names, states, strict=True)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(
            f'<Override PartName="/xl/{part}.xml" ContentType="application/'
            f'vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
            for part, kind in [
                ("workbook", "sheet.main"),
                ("styles", "styles"),
                *([("sharedStrings", "sharedStrings")] if texts is not None else []),
                *((f"worksheets/sheet{n}", "worksheet") for n in count),
            ]
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{workbook}'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" '
            f'Target="worksheets/sheet{n}.xml"/>'
            for n in count
        )
        + f'<Relationship Id="rIdA" Type="{RELATIONS}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rIdB" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/styles.xml": styles or _styles(formats),
    }
    if texts is not None:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{texts}</sst>'
    for n, rows in zip(count, sheets, strict=True):
        body = rows if "<sheetData" in rows else f"<sheetData>{rows}</sheetData>"
        parts[f"xl/worksheets/sheet{n}.xml"] = f'<worksheet xmlns="{MAIN}">{body}</worksheet>'
    if properties is not None:
        parts["docProps/custom.xml"] = (
            '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
            'custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/'
            'docPropsVTypes">'
            + "".join(
                f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{n}" '
                f"name={quoteattr(key)}><vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
                for n, (key, value) in enumerate(properties.items(), 2)
            )
            + "</Properties>"
        )
    return parts


def _styles(formats: tuple[str, ...]) -> str:
    defined = "".join(
        f'<numFmt numFmtId="{164 + n}" formatCode={quoteattr(code)}/>'
        for n, code in enumerate(formats)
    )
    used = "".join(f'<xf numFmtId="{164 + n}" applyNumberFormat="1"/>' for n in range(len(formats)))
    fill = '<fill><patternFill patternType="none"/></fill>'
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{defined}</numFmts><fonts><font/></fonts>'
        f"<fills>{fill}{fill}</fills><borders><border/></borders>"
        f'<cellStyleXfs><xf numFmtId="0"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>{used}'
        "</cellXfs></styleSheet>"
    )


def pack(parts: dict[str, str] | dict[str, bytes] | dict[str, str | bytes]) -> bytes:
    """Zip parts into the bytes of a file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def xlsx(*sheets: str, **options: object) -> bytes:
    """The bytes of an xlsx; see `xlsx_parts`."""
    return pack(xlsx_parts(*sheets, **options))  # type: ignore[arg-type]


def inline(reference: str, text: str) -> str:
    """A cell with a text of its own."""
    return (
        f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
    )


class Read:
    """What became of a workbook: rows by sheet, findings, hidden rows, notes."""

    def __init__(
        self,
        data: bytes | Path,
        kind: str,
        sheet: tuple[str, ...] | None = None,
        limits: ReadLimits | None = None,
        size: int = 1000,
    ) -> None:
        path, content = (data, None) if isinstance(data, Path) else (Path("given"), data)
        options = SourceOptions(sheet=sheet)
        self.grids = open_workbook(path, content, kind, options, limits or ReadLimits())
        self.sheets: dict[str | None, dict[int, list[str]]] = {}
        self.findings: list[GridFinding] = []
        self.hidden: list[int] = []
        for grid in self.grids:
            rows = self.sheets.setdefault(grid.name, {})
            for block in grid.blocks(size):
                assert len(block.rows) <= size
                for at, number in enumerate(block.rows.tolist()):
                    rows[number] = [column[at] for column in block.columns]
                    if block.hidden is not None and block.hidden[at]:
                        self.hidden.append(number)
                self.findings.extend(block.findings)
        self.notes = [note for grid in self.grids for note in grid.notes]

    @property
    def rows(self) -> dict[int, list[str]]:
        """Rows of the only sheet."""
        (rows,) = self.sheets.values()
        return rows


def ods(
    rows: str, *, head: str = "", manifest: str = "", styles: str = "", name: str = "S"
) -> bytes:
    """The bytes of an ods with one sheet, or several where `rows` closes and opens tables."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in [
            ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"),
            ("number", "datastyle"),
        ]
    )  # fmt: skip
    content = (
        f'<?xml version="1.0"?>{head}<office:document-content {spaces} '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f'<office:spreadsheet><table:table table:name="{name}">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    parts = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content}
    if manifest:
        parts["META-INF/manifest.xml"] = manifest
    return pack(parts)


def biff4(records: list[tuple[int, bytes]]) -> bytes:
    """The bytes of an Excel 4 sheet with these records."""
    start = (0x0409, struct.pack("<HHH", 0, 0x10, 0))
    return b"".join(
        struct.pack("<HH", kind, len(body)) + body for kind, body in [start, *records, (0x0A, b"")]
    )
