"""Hostile, broken and protected workbooks end in one clear sentence, soon and in little memory."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from pathlib import Path

import pytest
from workbook_kit import MAIN, Read, inline, ods, pack, xlsx, xlsx_parts

from importer.adapters.reader import workbook_xlsx
from importer.adapters.reader.grid import CannotRead, ReadLimits

ROW = f'<row r="1">{inline("A1", "x")}</row>'
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def changed(name: str, text: str | bytes | None) -> bytes:
    """A sound workbook with one part replaced or taken out."""
    parts: dict[str, str | bytes] = dict(xlsx_parts(ROW, texts="<si><t>a</t></si>"))
    if text is None:
        del parts[name]
    else:
        parts[name] = text
    return pack(parts)


def with_doctype(name: str) -> bytes:
    """A workbook in which one part declares entities that grow a billionfold."""
    parts = xlsx_parts(ROW, texts="<si><t>a</t></si>")
    grow = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE x [<!ENTITY b0 "ha">{grow}]>'
    parts[name] = f'<?xml version="1.0"?><!-- c -->{doctype}{parts[name]}'
    return pack(parts)


def encrypted_entry() -> bytes:
    """An archive whose entries are marked as encrypted."""
    data = bytearray(xlsx(ROW))
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def false_size() -> bytes:
    """An archive that claims ten bytes for a part that unpacks to many more."""
    data = bytearray(xlsx("".join(ROW.replace("1", str(n)) for n in range(1, 3000))))
    archive = zipfile.ZipFile(io.BytesIO(data))
    size = struct.pack("<I", archive.getinfo("xl/worksheets/sheet1.xml").file_size)
    return bytes(data).replace(size, struct.pack("<I", 10))


REFUSED = {
    "cut off": (lambda: xlsx(ROW)[:-40], "truncated-file"),
    "cut off early": (lambda: xlsx(ROW)[:30], "truncated-file"),
    "no archive": (lambda: b"PK but nothing more", "damaged-workbook"),
    "other bytes": (lambda: b"\x00\x01 hello", "damaged-workbook"),
    "no list of parts": (lambda: changed("[Content_Types].xml", None), "damaged-workbook"),
    "no list of sheets": (lambda: changed("xl/workbook.xml", None), "damaged-workbook"),
    "list of sheets is no XML": (lambda: changed("xl/workbook.xml", "<a"), "damaged-workbook"),
    "lists no sheets": (
        lambda: changed("xl/workbook.xml", f'<workbook xmlns="{MAIN}"/>'),
        "damaged-workbook",
    ),
    "sheet missing": (lambda: changed("xl/worksheets/sheet1.xml", None), "damaged-"),
    "encrypted entries": (encrypted_entry, "password-protected"),
    "encrypted xlsx": (
        lambda: COMPOUND + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "password-protected",
    ),
    "compound file of something else": (lambda: COMPOUND + bytes(5000), "damaged-workbook"),
    "encrypted ods": (
        lambda: ods("", manifest="<m><manifest:encryption-data/></m>"),
        "password-protected",
    ),
    "entities in the shared strings": (lambda: with_doctype("xl/sharedStrings.xml"), "unsafe-"),
    "entities in the sheet": (lambda: with_doctype("xl/worksheets/sheet1.xml"), "unsafe-"),
    "entities in the workbook": (lambda: with_doctype("xl/workbook.xml"), "unsafe-"),
    "entities in the styles": (lambda: with_doctype("xl/styles.xml"), "unsafe-"),
    "entities in an ods": (
        lambda: ods("<table:table-row/>", head='<!DOCTYPE x [<!ENTITY a "b">]>'),
        "unsafe-",
    ),
    "bomb": (
        lambda: xlsx(ROW + "<!--" + " " * 30_000_000 + "-->"),
        "limit-met",
    ),
    "bomb in the shared strings": (
        lambda: xlsx(ROW, texts=f"<si><t>{' ' * 30_000_000}</t></si>"),
        "limit-met",
    ),
    "size that is a lie": (false_size, "damaged-workbook"),
    "row beyond the last": (lambda: xlsx('<row r="4294967295"><c><v>1</v></c></row>'), "damaged-"),
    "column beyond the last": (
        lambda: xlsx('<row r="1"><c r="ZZZZ1"><v>1</v></c></row>'),
        "damaged-workbook",
    ),
    "text document": (lambda: pack({"[Content_Types].xml": "", "word/document.xml": ""}), "unsup"),
    "binary workbook": (
        lambda: pack({"[Content_Types].xml": "", "xl/workbook.bin": ""}),
        "unsupported-workbook",
    ),
    "ods of 17 billion cells": (
        lambda: ods(
            '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
            'table:number-columns-repeated="16384" office:value-type="string">'
            "<text:p>x</text:p></table:table-cell></table:table-row>"
        ),
        "limit-met",
    ),
    "ods with a value behind the last row": (
        lambda: ods(
            '<table:table-row table:number-rows-repeated="999999999999"/><table:table-row>'
            "<table:table-cell><text:p>x</text:p></table:table-cell></table:table-row>"
        ),
        "damaged-workbook",
    ),
    "ods that is no XML": (lambda: ods("<table:table-row>"), "damaged-workbook"),
}


@pytest.mark.parametrize(("make", "code"), REFUSED.values(), ids=REFUSED)
def test_unusable_workbook_is_refused_in_one_sentence(make: object, code: str) -> None:
    """The refusal has a sentence and a remedy, within two seconds."""
    data = make()  # type: ignore[operator]
    started = time.monotonic()
    with pytest.raises(CannotRead) as refusal:
        Read(data, "xlsx")
    assert time.monotonic() - started < 2
    finding = refusal.value.finding
    assert finding.code.startswith(code)
    assert finding.message.endswith(".")
    assert finding.hint


@pytest.mark.parametrize(
    ("limits", "setting"),
    [
        (ReadLimits(max_rows=2), "max_rows"),
        (ReadLimits(max_cells=2), "max_cells"),
        (ReadLimits(max_unpacked_bytes=100), "max_unpacked_bytes"),
    ],
)
def test_met_limit_is_named(limits: ReadLimits, setting: str) -> None:
    """A refusal by a limit names the setting that raises it."""
    rows = "".join(f'<row r="{n}">{inline(f"A{n}", "x")}</row>' for n in (1, 2, 3))
    with pytest.raises(CannotRead, match=setting):
        Read(xlsx(rows), "xlsx", limits=limits)


@pytest.mark.parametrize("claim", ["count", "uniqueCount"])
def test_claimed_number_of_strings_is_not_believed(claim: str) -> None:
    """A part of a few bytes that claims four billion strings costs no memory."""
    parts = xlsx_parts('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', texts="<si><t>a</t></si>")
    name = "xl/sharedStrings.xml"
    parts[name] = parts[name].replace("<sst ", f'<sst {claim}="4294967295" ')
    assert Read(pack(parts), "xlsx").rows == {1: ["a"]}


def test_long_text_used_often_is_streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand cells that share one long text are not copied a thousand times."""
    monkeypatch.setattr(workbook_xlsx, "MOST_MEMORY", 1_000_000)
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 400))
    long_text = "ab cd" * 1000
    for texts, is_streamed in (
        (f"<si><t>{long_text}</t></si><si/>", True),
        (f"<si><t>a</t></si><si><t>{long_text}</t></si>", False),
    ):
        read = Read(xlsx(rows, texts=texts), "xlsx")
        assert len(read.rows) == 399
        assert read.notes == []
        assert (read.rows[7] == [long_text]) is is_streamed
    with pytest.raises(CannotRead, match="max_cell_chars"):
        Read(
            xlsx(rows, texts=f"<si><t>{long_text}</t>{' ' * 3_000_000}</si>"),
            "xlsx",
            limits=ReadLimits(max_cell_chars=100),
        )


def test_blank_repeats_cost_nothing() -> None:
    """Every ods fills its sheet up with blank rows and cells; they are not written out."""
    rows = (
        '<table:table-row><table:table-cell table:number-columns-repeated="3"/><table:table-cell>'
        '<text:p>x</text:p></table:table-cell><table:table-cell table:number-columns-repeated="'
        '16380"/></table:table-row><table:table-row table:number-rows-repeated="1048575">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert Read(ods(rows), "ods").rows == {1: ["", "", "", "x"]}


def test_relations_to_the_outside_are_not_followed() -> None:
    """A sheet that lies on another machine is missing, not fetched."""
    parts = xlsx_parts(ROW)
    name = "xl/_rels/workbook.xml.rels"
    parts[name] = parts[name].replace(
        'Target="worksheets/sheet1.xml"',
        'TargetMode="External" Target="http://127.0.0.1:9/sheet1.xml"',
    )
    with pytest.raises(CannotRead):
        Read(pack(parts), "xlsx")


def test_kind_is_taken_from_the_contents(tmp_path: Path) -> None:
    """An xlsx named xls, or an ods named xlsx, is read as what it is."""
    path = tmp_path / "candidates.xls"
    path.write_bytes(xlsx(ROW))
    assert Read(path, "xls").grids[0].kind == "xlsx"
    path.write_bytes(
        ods(
            "<table:table-row><table:table-cell><text:p>x</text:p>"
            "</table:table-cell></table:table-row>"
        )
    )
    assert Read(path, "xlsx").grids[0].kind == "ods"
