"""Which sheets of a workbook are read, which are left out, and what is said of it."""

from __future__ import annotations

import pytest
from workbook_kit import Read, inline, xlsx

from importer.adapters.reader.grid import CannotRead

DATA = f'<row r="1">{inline("A1", "x")}</row>'
EMPTY = '<row r="1"><c r="A1" s="0"/></row>'


def book(**sheets: tuple[str, str]) -> bytes:
    return xlsx(
        *(rows for _, rows in sheets.values()),
        names=tuple(sheets),
        states=tuple(state for state, _ in sheets.values()),
    )


def test_only_sensible_visible_sheet_is_taken() -> None:
    """Empty and hidden sheets are passed over, and named."""
    read = Read(
        book(
            Cover=("visible", EMPTY),
            People=("visible", DATA),
            Lists=("hidden", DATA),
            Secret=("veryHidden", DATA),
        ),
        "xlsx",
    )
    assert list(read.sheets) == ["People"]
    assert read.grids[0].choice == ()
    assert read.notes == ["Left out, hidden: 'Lists', 'Secret'.", "Left out, empty: 'Cover'."]


def test_several_sheets_with_data_are_an_open_question() -> None:
    """All are given, each with the names to choose from."""
    read = Read(book(Jan=("visible", DATA), Feb=("visible", DATA)), "xlsx")
    assert list(read.sheets) == ["Jan", "Feb"]
    assert {grid.choice for grid in read.grids} == {("Jan", "Feb")}


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (("all",), ["Jan", "Feb"]),
        (("Feb",), ["Feb"]),
        (("feb ",), ["Feb"]),
        (("Feb", "Jan"), ["Feb", "Jan"]),
        (("Old",), ["Old"]),
    ],
)
def test_named_sheets_are_read_without_question(wanted: tuple[str, ...], names: list[str]) -> None:
    """Names win over visibility; `all` means every visible sheet with data."""
    data = book(Jan=("visible", DATA), Feb=("visible", DATA), Old=("hidden", DATA))
    read = Read(data, "xlsx", sheet=wanted)
    assert list(read.sheets) == names
    assert all(grid.choice == () for grid in read.grids)


def test_sheet_that_is_called_all_is_itself() -> None:
    """The word `all` is a name where a sheet has it."""
    data = book(all=("visible", DATA), Other=("visible", DATA))
    assert list(Read(data, "xlsx", sheet=("all",)).sheets) == ["all"]


def test_unknown_sheet_is_refused_with_the_nearest_name() -> None:
    """The refusal lists the sheets and guesses which was meant."""
    with pytest.raises(CannotRead, match="Did you mean 'People'") as refusal:
        Read(book(People=("visible", DATA)), "xlsx", sheet=("Peple",))
    assert "'People'" in refusal.value.hint


def test_workbook_with_hidden_data_alone_is_refused() -> None:
    """Hidden sheets are never read unasked."""
    with pytest.raises(CannotRead, match="Only hidden sheets") as refusal:
        Read(book(A=("visible", EMPTY), B=("hidden", DATA)), "xlsx")
    assert refusal.value.finding.code == "no-visible-sheet"


def test_empty_workbook_has_no_rows_and_says_so() -> None:
    """Nothing is not taken for success in silence."""
    read = Read(book(A=("visible", EMPTY)), "xlsx")
    assert read.sheets == {"A": {}}
    assert read.notes == ["The workbook's sheets are empty."]


def test_long_lists_of_sheets_are_cut() -> None:
    """Thirty code lists are not all named."""
    sheets = {f"List {n}": ("hidden", DATA) for n in range(30)}
    read = Read(book(People=("visible", DATA), **sheets), "xlsx")
    assert read.notes[0].endswith("and 20 more.")


def test_chart_sheet_is_no_table() -> None:
    """A chart sheet cannot be read, even by name."""
    from workbook_kit import pack, xlsx_parts

    parts = xlsx_parts(DATA, DATA, names=("People", "Chart"))
    name = "xl/_rels/workbook.xml.rels"
    head, _, rest = parts[name].partition('Id="rId2"')
    parts[name] = f'{head}Id="rId2"{rest.replace("/worksheet", "/chartsheet", 1)}'
    read = Read(pack(parts), "xlsx")
    assert list(read.sheets) == ["People"]
    assert read.notes == ["Left out, chart or macro sheet: 'Chart'."]
    with pytest.raises(CannotRead, match="chart or macro sheet"):
        Read(pack(parts), "xlsx", sheet=("Chart",))


def test_fix_workbook_is_known_by_its_marker() -> None:
    """Its Fix sheet is taken, the run is known, and the hidden first column stays."""
    cells = inline("A1", "import_token") + inline("B1", "Name")
    columns = '<cols><col min="1" max="1" hidden="1"/></cols>'
    fix = f'{columns}<sheetData><row r="1">{cells}</row></sheetData>'
    data = xlsx(DATA, fix, names=("Decisions", "Fix"), properties={"candidate-import-run": "run-7"})
    read = Read(data, "xlsx")
    assert read.sheets == {"Fix": {1: ["import_token", "Name"]}}
    assert read.grids[0].marker == "run-7"
    assert read.grids[0].choice == ()


def test_results_workbook_is_told() -> None:
    """A results file of ours is read like any other, but it is said."""
    data = xlsx(DATA, properties={"candidate-import-results": "run-7"})
    read = Read(data, "xlsx")
    assert read.grids[0].marker is None
    assert any("results file" in note for note in read.notes)
