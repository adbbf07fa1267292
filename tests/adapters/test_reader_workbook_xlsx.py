"""Xlsx workbooks read as people see them, however odd the package."""

from __future__ import annotations

import datetime
import io
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from workbook_kit import Read, inline, pack, xlsx, xlsx_parts

from importer.adapters.reader.grid import ReadLimits
from importer.adapters.reader.ooxml_facts import SheetScanner, _needs_watching
from importer.adapters.reader.ooxml_package import OoxmlPackage
from importer.adapters.reader.workbook_archive import Archive
from importer.core.cells import format_cell


def one_row(cells: str) -> str:
    return f'<row r="1">{cells}</row>'


CELLS = {
    "whole number": ('<c r="A1"><v>919812345678</v></c>', "919812345678"),
    "number with an exponent": ('<c r="A1"><v>1.5E-7</v></c>', "0.00000015"),
    "boolean": ('<c r="A1" t="b"><v>1</v></c>', "TRUE"),
    "zero padding": ('<c r="A1" s="1"><v>42</v></c>', "00042"),
    "zero padding of a formula": ('<c r="A1" s="1"><f>6*7</f><v>42</v></c>', "00042"),
    "date": ('<c r="A1" s="2"><v>42000</v></c>', "2014-12-27"),
    "date under a format full of literals": ('<c r="A1" s="3"><v>42000</v></c>', "2014-12-27"),
    "leap day that never was": ('<c r="A1" s="2"><v>60</v></c>', "1900-02-29"),
    "negative date": ('<c r="A1" s="2"><v>-1.2</v></c>', "-1.2"),
    "date behind the last": ('<c r="A1" s="2"><v>2958466</v></c>', "2958466"),
    "time": ('<c r="A1" s="4"><v>0.5</v></c>', "12:00:00"),
    "duration": ('<c r="A1" s="5"><v>1.5</v></c>', "36:00:00"),
    "letter that is only a space": ('<c r="A1" s="6"><v>7</v></c>', "7"),
    "date as ISO text": ('<c r="A1" t="d"><v>2016-05-23T00:00:00</v></c>', "2016-05-23"),
    "text that looks like an error": ('<c r="A1" t="s"><v>0</v></c>', "#N/A"),
    "text that looks like a formula": (inline("A1", "=1+1"), "=1+1"),
    "inline text keeps its blanks": (
        '<c r="A1" t="inlineStr"><is><t> Ada </t></is></c>',
        " Ada ",
    ),
    "inline rich text without reading aid": (
        '<c r="A1" t="inlineStr"><is><r><t>Ada </t></r><r><t>L&amp;</t></r>'
        '<rPh sb="0" eb="1"><t>aid</t></rPh></is></c>',
        "Ada L&",
    ),
    "rich text": ('<c r="A1" t="s"><v>1</v></c>', "Mül ler"),
    "reading aid stays out": ('<c r="A1" t="s"><v>2</v></c>', "東京"),
    "escaped characters": ('<c r="A1" t="s"><v>3</v></c>', "a\rb_x000D_"),
    "formula with a text": ('<c r="A1" t="str"><f>B1</f><v>123</v></c>', "123"),
    "percentage is the number": ('<c r="A1" s="7"><v>0.5</v></c>', "0.5"),
}
FORMATS = ("00000", "yyyy-mm-dd", '_(\\d* "on" dd"."mm"."yyyy_)', "hh:mm", "[h]:mm", "0_d", "0%")
TEXTS = (
    "<si><t>#N/A</t></si>"
    '<si><r><t>Mül</t></r><r><t xml:space="preserve"> ler</t></r></si>'
    '<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si>'
    "<si><t>a_x000D_b_x005F_x000D_</t></si>"
)


@pytest.mark.parametrize(("cell", "text"), CELLS.values(), ids=CELLS)
def test_cell_reads_as_a_person_sees_it(cell: str, text: str) -> None:
    """One cell of each kind becomes the text on the screen, and nothing is flagged."""
    read = Read(xlsx(one_row(cell), formats=FORMATS, texts=TEXTS), "xlsx")
    assert read.rows == {1: [text]}
    assert read.findings == []


def test_second_reader_gives_the_same_texts() -> None:
    """A sheet that is streamed by openpyxl reads like one that calamine holds."""
    skipped = {"date as ISO text", "escaped characters", "leap day that never was"}
    rows = "".join(
        f'<row r="{n}">{cell.replace("A1", f"A{n}")}</row>'
        for n, (name, (cell, _)) in enumerate(CELLS.items(), 1)
        if name not in skipped
    )
    data = xlsx(rows, formats=FORMATS, texts=TEXTS)
    streamed = Read(data, "xlsx", limits=ReadLimits(stream_above_bytes=1))
    assert streamed.rows == {n: row for n, row in Read(data, "xlsx").rows.items() if any(row)}


def test_dates_count_from_1904_where_the_workbook_says_so() -> None:
    """The same number lies four years later in a workbook of an old Mac."""
    row = one_row('<c r="A1" s="1"><v>42735</v></c><c r="B1" s="2"><v>42735</v></c>')
    data = xlsx(row, formats=("yyyy-mm-dd", '"on" dd_)mm\\'), workbook='<workbookPr date1904="1"/>')
    assert Read(data, "xlsx").rows == {1: ["2021-01-01", "2021-01-01"]}


def test_error_cell_keeps_its_name_and_is_flagged() -> None:
    """An error is neither blank nor a text: the row gets a finding in its column."""
    row = one_row('<c r="B1" t="e"><v>#N/A</v></c><c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c>')
    read = Read(xlsx(row), "xlsx")
    assert read.rows == {1: ["", "#N/A", "#DIV/0!"]}
    found = [(f.row, f.column, f.value, f.finding.code) for f in read.findings]
    assert found == [(1, 1, "#N/A", "error-cell"), (1, 2, "#DIV/0!", "error-cell")]


@pytest.mark.parametrize(
    ("cell", "is_flagged"),
    [
        ('<c r="A1"><f>SUM(B1)</f></c>', True),
        ('<c r="A1"><f>SUM(B1)</f><v/></c>', True),
        ('<c r="A1"><f>SUM(B1)</f><v></v></c>', True),
        ('<c r="A1"><f t="shared" si="0"/></c>', True),
        ('<c r="A1" t="str"><f>SUM(B1)</f></c>', True),
        ('<c r="A1" t="str"><f>B1</f><v></v></c>', False),
        ('<c r="A1"><f>SUM(B1)</f><v>3</v></c>', False),
    ],
)
def test_formula_without_a_saved_result_is_a_warning(cell: str, is_flagged: bool) -> None:
    """A result that was never saved is told; a result that is an empty text is not."""
    read = Read(xlsx(one_row(cell + inline("B1", "x"))), "xlsx")
    assert [f.finding.code for f in read.findings] == ["formula-without-value"] * is_flagged


def test_workbook_written_by_openpyxl_warns_of_its_formulas(tmp_path: Path) -> None:
    """Scripts save formulas without results; the formula is shown in the finding."""
    book = openpyxl.Workbook()
    book.active.append(["Name", "Total"])
    book.active.append(["Ada", "=1+1"])
    book.save(tmp_path / "script.xlsx")
    read = Read(tmp_path / "script.xlsx", "xlsx")
    assert read.rows[2] == ["Ada", ""]
    assert [(f.row, f.column, f.value) for f in read.findings] == [(2, 1, "=1+1")]


def test_long_numbers_are_told_once_per_column() -> None:
    """A number cell keeps 15 digits; an id with more has lost some."""
    rows = "".join(f'<row r="{n}"><c r="B{n}"><v>1234567890123456{n}</v></c></row>' for n in (1, 2))
    read = Read(xlsx(rows), "xlsx")
    assert read.rows[1] == ["", "12345678901234600"]
    assert [(f.row, f.column, f.finding.code) for f in read.findings] == [(1, 1, "long-number")]


def test_hidden_rows_are_marked_and_the_filter_names_the_header(tmp_path: Path) -> None:
    """Rows that a filter hides stay in the grid, marked; the filter says where the header is."""
    with xlsxwriter.Workbook(tmp_path / "filtered.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_column("B3", ["Name", "Ada", "Grace", "Mary"])
        sheet.autofilter("B3:B6")
        sheet.set_row(4, None, None, {"hidden": True})
        sheet.set_column("D:E", None, None, {"hidden": True})
        sheet.merge_range("B1:C1", "Title")
    read = Read(tmp_path / "filtered.xlsx", "xlsx")
    assert read.hidden == [5]
    assert read.grids[0].header_hint == 3
    assert any("1 merged area" in note for note in read.notes)
    assert any("D-E" in note for note in read.notes)


def test_table_names_its_header(tmp_path: Path) -> None:
    """An Excel table knows its header row."""
    with xlsxwriter.Workbook(tmp_path / "table.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write("A1", "Candidates of May")
        sheet.add_table(
            "A4:B6", {"autofilter": False, "columns": [{"header": "a"}, {"header": "b"}]}
        )
        sheet.write("A5", "x")
    assert Read(tmp_path / "table.xlsx", "xlsx").grids[0].header_hint == 4


ODD = {
    "cells and rows without references": (
        "<row><c><v>1</v></c><c t='e'><v>#REF!</v></c></row>"
        "<row hidden='true'><c><v>2</v></c></row>",
        {1: ["1", "#REF!"], 2: ["2", ""]},
    ),
    "attributes in another order": (
        '<row spans="1:2" r="2"><c s="0" r="B2"><v>1</v></c><c t="e" r="C2"><v>#N/A</v></c></row>',
        {2: ["", "1", "#N/A"]},
    ),
    "blank rows between": (
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="5000"><c r="A5000"><v>2</v></c></row>',
        {2: ["1"], 5000: ["2"]},
    ),
    "styled blank cells": (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1" s="0"/></row>'
        '<row r="9"><c r="A9" s="0"/></row>',
        {1: ["1"]},
    ),
}


@pytest.mark.parametrize(("rows", "texts"), ODD.values(), ids=ODD)
@pytest.mark.parametrize("prefix", ["", "x:"], ids=["no prefix", "prefix"])
def test_odd_rows_keep_their_places(rows: str, texts: dict[int, list[str]], prefix: str) -> None:
    """Missing references count on from the cell before; row numbers are the spreadsheet's."""
    parts = xlsx_parts(rows)
    sheet = parts["xl/worksheets/sheet1.xml"]
    if prefix:
        sheet = sheet.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
        parts["xl/worksheets/sheet1.xml"] = sheet
    rows_read = Read(pack(parts), "xlsx").rows
    assert {n: row for n, row in rows_read.items() if any(row)} == texts


def test_declared_size_is_not_believed() -> None:
    """A dimension of 17 billion cells, or of one, changes nothing."""
    for area in ("A1:XFD1048576", "A1"):
        body = f'<dimension ref="{area}"/><sheetData>{one_row(inline("B1", "x"))}</sheetData>'
        for limits in (ReadLimits(), ReadLimits(stream_above_bytes=1)):
            assert Read(xlsx(body), "xlsx", limits=limits).rows == {1: ["", "x"]}


def test_stray_far_cell_does_not_cost_memory() -> None:
    """A cell in the last corner is read by streaming, not by a rectangle of 17 billion."""
    rows = one_row(inline("A1", "x")) + f'<row r="1048576">{inline("XFD1048576", "y")}</row>'
    read = Read(xlsx(rows), "xlsx")
    assert read.rows[1][0] == "x"
    assert read.rows[1_048_576][-1] == "y"


@pytest.mark.parametrize("form", ["transitional", "strict"])
def test_strict_workbook_is_read(form: str) -> None:
    """Strict files differ in their namespaces alone."""
    parts = xlsx_parts(one_row(inline("A1", "x")))
    if form == "strict":
        parts = {
            name: text.replace(
                "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                "http://purl.oclc.org/ooxml/spreadsheetml/main",
            ).replace(
                "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                "http://purl.oclc.org/ooxml/officeDocument/relationships",
            )
            for name, text in parts.items()
        }
    assert Read(pack(parts), "xlsx").rows == {1: ["x"]}


@pytest.mark.parametrize("missing", ["xl/styles.xml", "docProps/app.xml", "xl/sharedStrings.xml"])
def test_part_that_readers_survive_may_be_missing(missing: str) -> None:
    """Styles and shared strings are optional where no cell needs them."""
    parts = xlsx_parts(one_row(inline("A1", "x")), texts="<si><t>a</t></si>")
    parts.pop(missing, None)
    assert Read(pack(parts), "xlsx").rows == {1: ["x"]}


def test_backslashes_in_part_names_are_read() -> None:
    """Some programs on Windows write the paths in the archive their own way."""
    parts = xlsx_parts(one_row(inline("A1", "x")))
    odd = {
        name.replace("/", "\\").replace("sheet1", "Sheet1"): text for name, text in parts.items()
    }
    assert Read(pack(odd), "xlsx").rows == {1: ["x"]}


def test_easy_dates_are_those_that_calamine_sees() -> None:
    """A format that is not watched reads the same by calamine as by our own rule."""
    codes = (
        "yyyy-mm-dd", "d/m/yy", "dd.mm.yyyy;@", "yyyy\\-mm\\-dd;@", "[$-409]d\\-mmm\\-yy;@",
        "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "h:mm AM/PM", "[$-409]h:mm:ss\\ AM/PM;@", "[h]:mm",
        "[mm]:ss", "[h]:mm:ss;@", 'yyyy"年"m"月"d"日"', "mmm yy", "dd/mm/yyyy\\ hh:mm", "mm:ss",
        '"d"0', "0.0\\d", "#,##0\\ [$kr-41D]", "[Red]0;[Blue]-0", "0.00E+00", "General", "@",
    )  # fmt: skip
    cells = "".join(
        f'<row r="{n}"><c r="A{n}" s="{n}"><v>42000.5</v></c></row>' for n, _ in enumerate(codes, 1)
    )
    data = xlsx(cells, formats=codes)
    with Archive(Path("x"), data, ReadLimits()) as archive:
        styles = OoxmlPackage(archive).styles
    sheet = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_index(0)
    watched = [n for n, _ in enumerate(codes, 1) if _needs_watching(n, styles)]
    assert watched == []
    seen = Read(data, "xlsx").rows
    for number, ((value,), code) in enumerate(zip(sheet.iter_rows(), codes, strict=True), 1):
        kind = styles.kinds.get(number)
        assert isinstance(value, float) == (kind is None), code
        assert seen[number] == [format_cell(value)], code
    assert isinstance(sheet.to_python()[0][0], datetime.datetime)


def test_marks_are_found_across_pieces() -> None:
    """The search sees the same facts in whatever pieces the sheet arrives."""
    rows = "".join(
        f'<row r="{n}"{" hidden=" + chr(34) + "1" + chr(34) if n % 3 else ""}>'
        f'<c r="A{n}" t="e"><v>#N/A</v></c><c r="B{n}" s="1"><v>{n}</v></c></row>'
        for n in range(1, 40)
    )
    tail = '<autoFilter ref="A2:B9"/><mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'
    breaks = '<rowBreaks count="1"><brk id="3"/></rowBreaks>'
    data = xlsx(f"<sheetData>{rows}</sheetData>{tail}{breaks}", formats=("000",))
    with Archive(Path("x"), data, ReadLimits()) as archive:
        styles = OoxmlPackage(archive).styles
        text = archive.read("xl/worksheets/sheet1.xml")
    found = []
    for step in (1, 7, 64, len(text)):
        pieces = (text[at : at + step] for at in range(0, len(text), step))
        scanner = SheetScanner(styles, is_1904=False, limits=ReadLimits())
        facts = scanner.scan(pieces)
        found.append((facts.hidden, facts.texts, facts.merges, facts.header_row, facts.last_row))
    assert all(one == found[0] for one in found)
    assert found[0][1][7] == {0: "#N/A", 1: "007"}
    assert found[0][2:] == (1, 2, 39)


def test_sheet_in_utf16_is_read() -> None:
    """The search for marks and the values agree on a part that is not UTF-8."""
    parts: dict[str, str | bytes] = dict(xlsx_parts(one_row('<c r="A1" t="e"><v>#N/A</v></c>')))
    sheet = str(parts["xl/worksheets/sheet1.xml"])
    declared = f'<?xml version="1.0" encoding="UTF-16"?>{sheet}'
    parts["xl/worksheets/sheet1.xml"] = declared.encode("utf-16")
    read = Read(pack(parts), "xlsx")
    assert read.rows == {1: ["#N/A"]}
    assert [f.finding.code for f in read.findings] == ["error-cell"]


def test_reader_that_fails_is_replaced_and_it_is_said() -> None:
    """Errors that Excel learnt lately stop calamine; openpyxl reads, and a note says so."""
    row = one_row(inline("A1", "Ada") + '<c r="B1" t="e"><v>#SPILL!</v></c>')
    read = Read(xlsx(row), "xlsx")
    assert read.rows == {1: ["Ada", "#SPILL!"]}
    assert [f.finding.code for f in read.findings] == ["error-cell"]
    assert any("second one" in note for note in read.notes)


def test_sheet_of_formulas_alone_is_not_taken_for_empty() -> None:
    """Where no formula has a result, the rows are blank but told."""
    rows = "".join(f'<row r="{n}"><c r="A{n}"><f>X{n}</f></c></row>' for n in (1, 2, 3))
    for limits in (ReadLimits(), ReadLimits(stream_above_bytes=1)):
        read = Read(xlsx(rows), "xlsx", limits=limits)
        assert read.rows == {1: [""], 2: [""], 3: [""]}
        assert [f.row for f in read.findings] == [1, 2, 3]


def test_same_part_twice_is_no_crash() -> None:
    """An archive may name a part twice; it is read or refused, never more."""
    data = io.BytesIO(xlsx(one_row(inline("A1", "x"))))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(data, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    assert Read(data.getvalue(), "xlsx").rows in ({}, {1: ["x"]})


def test_few_texts_used_often_are_read_the_fast_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workbook counts each use of a shared text; many uses of few texts are no lie."""
    monkeypatch.setitem(sys.modules, "openpyxl", None)  # the slow way would fail
    path = tmp_path / "choices.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row in range(2_000):
            sheet.write_row(row, 0, ["yes", "no", "maybe"])
    assert len(Read(path.read_bytes(), "xlsx").rows) == 2_000
