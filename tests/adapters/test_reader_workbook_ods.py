"""Ods workbooks: what calamine would drop, repeats, hidden rows, styles."""

from __future__ import annotations

import pytest
from workbook_kit import Read, ods

from importer.adapters.reader import workbook_ods
from importer.adapters.reader.grid import CannotRead, ReadLimits


def row(cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{cells}</table:table-row>"


def cell(attributes: str, shown: str = "") -> str:
    paragraph = f"<text:p>{shown}</text:p>" if shown else ""
    return f"<table:table-cell {attributes}>{paragraph}</table:table-cell>"


CELLS = {
    "text": (cell('office:value-type="string"', "Ada"), "Ada"),
    "text of no type": (cell("", "Ada"), "Ada"),
    "text of an unknown type": (cell('office:value-type="unknown"', "abcd"), "abcd"),
    "text kept in an attribute": (
        cell('office:value-type="string" office:string-value="Ada"'),
        "Ada",
    ),
    "two paragraphs": (
        '<table:table-cell office:value-type="string"><text:p>a</text:p><text:p>b</text:p>'
        "</table:table-cell>",
        "a\nb",
    ),
    "marks inside a text": (
        cell('office:value-type="string"', 'a<text:s text:c="2"/>b<text:tab/>c<text:line-break/>d'),
        "a  b\tc\nd",
    ),
    "spans are joined": (cell("", "<text:span>Mül</text:span> ler"), "Mül ler"),
    "reading aid stays out": (
        cell("", "<text:ruby>東京<text:ruby-text>と</text:ruby-text></text:ruby>"),
        "東京",
    ),
    "comment stays out": (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>note</text:p>'
        "</office:annotation><text:p>a</text:p></table:table-cell>",
        "a",
    ),
    "whole number": (cell('office:value-type="float" office:value="4.2E3"', "4.200"), "4200"),
    "number that is none": (cell('office:value-type="float" office:value="x"', "4,2"), "4,2"),
    "percentage": (cell('office:value-type="percentage" office:value="0.5"', "50 %"), "0.5"),
    "date": (cell('office:value-type="date" office:date-value="2021-01-02"', "2.1."), "2021-01-02"),
    "date and time": (
        cell('office:value-type="date" office:date-value="2021-01-02T03:04:05.9"'),
        "2021-01-02T03:04:06",
    ),
    "date that is none": (
        cell('office:value-type="date" office:date-value="0000-00-00"', "never"),
        "0000-00-00",
    ),
    "time": (cell('office:value-type="time" office:time-value="PT9H30M00S"', "9:30"), "09:30:00"),
    "duration": (
        cell('office:value-type="time" office:time-value="-P1DT12H00M00.4S"'),
        "-36:00:00",
    ),
    "duration of many hours": (
        cell('office:value-type="time" office:time-value="PT36H00M00S"', "36:00"),
        "36:00:00",
    ),
    "time that is none": (cell('office:value-type="time" office:time-value=""', "soon"), "soon"),
    "boolean": (cell('office:value-type="boolean" office:boolean-value="true"', "WAHR"), "TRUE"),
    "text that looks like an error": (cell('office:value-type="string"', "#N/A"), "#N/A"),
    "formula with an empty result": (
        cell('table:formula="of:=A1" office:value-type="string" office:string-value=""')
        + cell("", "x"),
        "",
    ),
    "zero padding": (cell('table:style-name="zip" office:value-type="float" office:value="42"'),
                     "00042"),
    "zero padding by the parent": (
        cell('table:style-name="child" office:value-type="float" office:value="42"'),
        "00042",
    ),
    "zeros with a unit are no padding": (
        cell('table:style-name="unit" office:value-type="float" office:value="42"'),
        "42",
    ),
}  # fmt: skip

STYLES = (
    '<number:number-style style:name="N1"><number:number number:min-integer-digits="5" '
    'number:decimal-places="0"/></number:number-style>'
    '<number:number-style style:name="N2"><number:number number:min-integer-digits="5"/>'
    "<number:text> kg</number:text></number:number-style>"
    '<number:date-style style:name="N3"><number:day number:style="long"/></number:date-style>'
    '<style:style style:name="zip" style:family="table-cell" style:data-style-name="N1"/>'
    '<style:style style:name="child" style:family="table-cell" style:parent-style-name="zip"/>'
    '<style:style style:name="unit" style:family="table-cell" style:data-style-name="N2"/>'
    '<style:style style:name="gone" style:family="table">'
    '<style:table-properties table:display="false"/></style:style>'
)


@pytest.mark.parametrize(("content", "text"), CELLS.values(), ids=CELLS)
def test_cell_reads_as_a_person_sees_it(content: str, text: str) -> None:
    """One cell of each kind becomes the text on the screen, and nothing is flagged."""
    read = Read(ods(row(content), styles=STYLES), "ods")
    assert read.rows[1][0] == text
    assert read.findings == []


def test_zero_padding_comes_from_the_column_where_the_cell_names_no_style() -> None:
    """Columns and rows give their cells a style, too."""
    columns = (
        '<table:table-column table:number-columns-repeated="2"/>'
        '<table:table-column table:default-cell-style-name="zip"/>'
    )
    number = cell('office:value-type="float" office:value="7"')
    rows = row(number * 3) + row(number, 'table:default-cell-style-name="zip"')
    assert Read(ods(columns + rows, styles=STYLES), "ods").rows == {
        1: ["7", "7", "00007"],
        2: ["00007", "", ""],
    }


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (cell('table:formula="of:=1/0" calcext:value-type="error"', "#DIV/0!"), "error-cell"),
        (cell('table:formula="of:=X" office:value-type="string"', "#NAME?"), "error-cell"),
        (cell('table:formula="of:=X" office:value-type="string"', "Err:502"), "error-cell"),
        (cell('table:formula="of:=[.A1]"'), "formula-without-value"),
    ],
)
def test_error_and_missing_result_are_flagged(content: str, code: str) -> None:
    """Every repeat of such a cell is flagged in its own place."""
    rows = row(cell("", "x") + content, 'table:number-rows-repeated="2"')
    found = Read(ods(rows), "ods").findings
    assert [(f.row, f.column, f.finding.code) for f in found] == [(1, 1, code), (2, 1, code)]


def test_rows_keep_their_numbers_over_blank_and_repeated_ones() -> None:
    """Repeated rows are written out, blank ones are stepped over."""
    rows = (
        row(cell('table:number-columns-repeated="4"'), 'table:number-rows-repeated="3"')
        + row(cell('table:number-columns-repeated="2"', "a"), 'table:number-rows-repeated="2"')
        + "<table:table-row-group>"
        + row('<table:covered-table-cell><text:p>under</text:p></table:covered-table-cell>'
              + cell("", "b"), 'table:visibility="filter"')
        + "</table:table-row-group>"
    )  # fmt: skip
    read = Read(ods(rows), "ods", size=2)
    assert read.rows == {4: ["a", "a"], 5: ["a", "a"], 6: ["", "b"]}
    assert read.hidden == [6]


def test_hidden_sheets_are_left_out_and_merges_told() -> None:
    """A sheet whose style hides it is not read unasked; asked for, it is."""
    rows = (
        row(cell('table:number-columns-spanned="2"', "a"))
        + '</table:table><table:table table:name="B" table:style-name="gone">'
        + row(cell("", "b"))
    )
    data = ods(rows, styles=STYLES, name="A &amp; O")
    read = Read(data, "ods")
    assert read.sheets == {"A & O": {1: ["a"]}}
    assert any("hidden: 'B'" in note for note in read.notes)
    assert any("1 merged area" in note for note in read.notes)
    assert Read(data, "ods", sheet=("B",)).sheets == {"B": {1: ["b"]}}


def test_drawing_tables_inside_a_sheet_are_not_cells() -> None:
    """A table inside a drawing is no row of the sheet."""
    table = f'<table:table table:name="x">{row(cell("", "no"))}</table:table>'
    rows = f"<table:shapes>{table}</table:shapes>{row(cell('', 'yes'))}"
    assert Read(ods(rows), "ods").sheets == {"S": {1: ["yes"]}}


def test_repeats_are_limited_by_what_is_written_down() -> None:
    """A long run of one value is honest; millions from nothing are not taken."""
    rows = row(cell("", "x"), 'table:number-rows-repeated="20000"')
    assert len(Read(ods(rows), "ods", limits=ReadLimits()).rows) == 20_000


MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
)


@pytest.fixture
def every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat all files as those that calamine may read."""
    monkeypatch.setattr(workbook_ods, "LARGE", 0)


@pytest.mark.usefixtures("every_file_is_large")
@pytest.mark.parametrize(("content", "text"), CELLS.values(), ids=CELLS)
def test_large_file_reads_like_a_small_one(content: str, text: str) -> None:
    """Calamine reads large files, but none in which it would drop something."""
    data = ods(row(content), styles=STYLES.replace('"5"', '"1"'), manifest=MANIFEST)
    assert Read(data, "ods").rows.get(1, [""])[0] == text.replace("00042", "42")
    if "zip" not in content and "child" not in content:
        filler = row(cell('table:number-columns-repeated="99"'), 'table:number-rows-repeated="9"')
        read = Read(ods(filler + row(content), manifest=MANIFEST), "ods")
        assert read.rows.get(10, [""])[0] == text


@pytest.mark.usefixtures("every_file_is_large")
def test_large_file_without_marks_is_read_by_calamine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fast way is taken where nothing speaks against it."""
    monkeypatch.setattr(workbook_ods, "OdsParser", None)
    data = ods(row(cell('office:value-type="float" office:value="4.5"')), manifest=MANIFEST)
    assert Read(data, "ods").rows == {1: ["4.5"]}


@pytest.mark.usefixtures("every_file_is_large")
def test_large_file_that_calamine_refuses_is_parsed() -> None:
    """Our own parser steps in where calamine misses a part."""
    data = ods(row(cell('office:value-type="float" office:value="4.5"')))
    assert Read(data, "ods").rows == {1: ["4.5"]}


@pytest.mark.usefixtures("every_file_is_large")
@pytest.mark.parametrize("quote", ['"', "'"])
def test_large_file_of_repeats_is_not_written_out_in_memory(quote: str) -> None:
    """A row that repeats a value is counted before it is written out."""
    value = f'table:number-columns-repeated={quote}16384{quote} office:value-type="string"'
    rows = row(cell(value, "x"), f"table:number-rows-repeated={quote}1000000{quote}")
    with pytest.raises(CannotRead, match="max_ratio"):
        Read(ods(rows, manifest=MANIFEST), "ods")
