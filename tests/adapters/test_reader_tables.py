"""The table is cut out of a sheet whole: what is no row is counted by reason, and told."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import openpyxl
import pytest

from importer.adapters.reader import Unreadable, open_sources
from importer.adapters.reader.table_source import TableSource
from importer.core.model import SourceOptions
from importer.core.preview import preview_document, preview_lines

HEADER = "First name,Last name,E-mail,Amount\n"
PEOPLE = "Ada,Lovelace,a@example.com,1\nGrace,Hopper,g@example.com,2\n"


def _open(path: Path, **told: object) -> TableSource:
    (source,) = open_sources([path], SourceOptions(**told))  # type: ignore[arg-type]
    assert not isinstance(source, Unreadable), source
    return source


def _csv(folder: Path, text: str) -> Path:
    path = folder / "people.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def _rows(source: TableSource) -> list[tuple[int, str]]:
    return [
        (int(number), str(first))
        for chunk in source.chunks()
        for number, first in zip(chunk.rows, chunk.frame.iloc[:, 0], strict=True)
    ]


def test_lines_that_are_no_rows_are_counted_by_reason(tmp_path: Path) -> None:
    text = (
        f"Candidates 2026\n\n{HEADER}{PEOPLE}\n{HEADER}Jean,Bartik,j@example.com,3\n"
        "Total,,,6\nExported on 2026-01-01\n"
    )
    source = _open(_csv(tmp_path, text))
    assert _rows(source) == [(4, "Ada"), (5, "Grace"), (8, "Jean")]
    assert dict(source.skipped) == {
        "note": [1],
        "blank": [2, 6],
        "repeated_header": [7],
        "footer": [9, 10],
    }
    assert any('"Candidates 2026"' in note for note in source.description.notes)


def test_a_footer_far_below_is_found_in_a_stream(tmp_path: Path) -> None:
    many = "".join(f"N{i},L,n{i}@example.com,1\n" for i in range(8000))
    source = _open(_csv(tmp_path, f"{HEADER}{many}Total,,,8000\n"))
    assert len(_rows(source)) == 8000
    assert dict(source.skipped) == {"footer": [8002]}


def test_without_a_header_nothing_is_left_out(tmp_path: Path) -> None:
    source = _open(_csv(tmp_path, "Ada,a@example.com\nGrace,g@example.com\n\nTotal,\n"))
    assert _rows(source) == [(1, "Ada"), (2, "Grace"), (4, "Total")]
    assert source.description.header_row is None
    assert source.description.columns == ("Column A", "Column B")
    assert any("No header row" in note for note in source.description.notes)


def test_the_header_row_can_be_told(tmp_path: Path) -> None:
    path = _csv(tmp_path, "Ada,a@example.com\nGrace,g@example.com\nName,Mail\nJ,j@example.com\n")
    told = _open(path, header_row=3)
    assert told.description.columns == ("Name", "Mail")
    assert _rows(told) == [(4, "J")]
    assert dict(told.skipped) == {"note": [1, 2]}
    assert len(_rows(_open(path, header_row=0))) == 4


def test_headers_stay_raw_and_columns_get_names(tmp_path: Path) -> None:
    text = '"First\nname",,Tag,Tag,E-mail\nAda,x,t,u,a@example.com\n'
    described = _open(_csv(tmp_path, text)).description
    assert described.headers == ("First\nname", "", "Tag", "Tag", "E-mail")
    assert described.columns == ("First name", "Column B", "Tag", "Tag (2)", "E-mail")
    assert any("Column B" in note for note in described.notes)
    assert any("Tag (2)" in note for note in described.notes)


def test_rows_wider_than_the_headers_are_told(tmp_path: Path) -> None:
    """Files with a column of row names lack its header: each header stands one too far left."""
    notes = _open(_csv(tmp_path, "Name,Age\nr1,Ada,36\nr2,Grace,85\n")).description.notes
    assert any("check that each header stands over its own values" in note for note in notes)


def test_many_made_names_are_told_in_short(tmp_path: Path) -> None:
    text = "Name,E-mail" + "," * 8 + "\nAda,a@example.com" + ",x" * 8 + "\n"
    notes = _open(_csv(tmp_path, text)).description.notes
    assert any("and 3 more" in note for note in notes)


def test_a_long_title_is_told_in_short(tmp_path: Path) -> None:
    notes = _open(_csv(tmp_path, f"{'title ' * 40}\n\n{HEADER}{PEOPLE}")).description.notes
    assert any("…" in note for note in notes)


@pytest.mark.parametrize("text", ["\n\n\n", "  \n", ",,\n"])
def test_a_file_of_blanks_is_an_empty_table(tmp_path: Path, text: str) -> None:
    source = _open(_csv(tmp_path, text))
    assert source.description.columns == ()
    assert _rows(source) == []
    assert any("nothing in it" in note for note in source.description.notes)


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    source = _open(_csv(tmp_path, HEADER))
    assert source.description.header_row == 1
    assert _rows(source) == []


def test_our_own_files_lose_their_protecting_apostrophes(tmp_path: Path) -> None:
    """Only files that we wrote: elsewhere an apostrophe is the value's own."""
    rows = "'=1+1,'+49 30,created\n'plain,-,created\nx,'@home,created\n"
    ours = _open(_csv(tmp_path, f"Name,Phone,import_outcome\n{rows}"))
    cells = [row for chunk in ours.chunks() for row in chunk.frame.to_numpy().tolist()]
    assert [row[:2] for row in cells] == [["=1+1", "+49 30"], ["'plain", "-"], ["x", "@home"]]
    other = _open(_csv(tmp_path, f"Name,Phone,outcome\n{rows}"))
    first = next(iter(other.chunks())).frame.iloc[0].tolist()
    assert first[:2] == ["'=1+1", "'+49 30"]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A sheet with a title, a gap, a hidden row, a stray value and a total."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["People of 2026"],
        [],
        ["First name", "E-mail", "Amount"],
        ["Ada", "a@example.com", 1],
        ["Hidden", "h@example.com", 2],
        [],
        ["Grace", "g@example.com", 3],
        *[[f"N{i}", f"n{i}@example.com", 1] for i in range(300)],
        ["Jean", "j@example.com", 4, None, "stray"],
        ["Total", None, 310],
    ):
        sheet.append(row)
    sheet.row_dimensions[5].hidden = True
    path = tmp_path / "people.xlsx"
    book.save(path)
    return path


def test_hidden_rows_are_left_out_unless_asked_for(workbook: Path) -> None:
    source = _open(workbook)
    rows = _rows(source)
    assert rows[:2] == [(4, "Ada"), (7, "Grace")]
    assert source.skipped["hidden"] == [5]
    assert source.skipped["blank"] == [2, 6]
    assert source.skipped["footer"] == [309]
    included = _open(workbook, hidden_rows="include")
    assert (5, "Hidden") in _rows(included)
    assert "hidden" not in included.skipped


def test_a_stray_value_beside_a_sheets_table_is_told(workbook: Path) -> None:
    findings = [f for chunk in _open(workbook).chunks() for f in chunk.findings]
    assert [(f.row, f.column, f.finding.code) for f in findings] == [
        (308, None, "value-beyond-header")
    ]


def test_chunks_of_a_workbook_are_cut_to_size(workbook: Path) -> None:
    whole = [int(row) for chunk in _open(workbook).chunks(1_000) for row in chunk.rows]
    parts = [chunk.rows.tolist() for chunk in _open(workbook).chunks(100)]
    assert max(map(len, parts)) == 100
    assert list(chain.from_iterable(parts)) == whole
    assert len(whole) == 303


def test_preview_shows_what_was_left_out_and_found(tmp_path: Path) -> None:
    text = (
        f"Title\n\n{HEADER}Ada,Lovelace,a@example.com,#####\nG,H,g@example.com,1,extra\n"
        f"{HEADER}\n\n" + "N,L,n@example.com,9\n" * 9
    )
    document = preview_document(_open(_csv(tmp_path, text)), 2)
    assert document["rows"][0] == ["Ada", "Lovelace", "a@example.com", "#####"]
    assert document["row_numbers"] == [4, 5]
    assert (document["row_count"], document["header_row"]) == (11, 3)
    notes = "\n".join(document["notes"])
    assert "2 blank rows" in notes or "3 blank rows" in notes
    assert "Look at (row 4, Amount)" in notes
    assert "Problem (row 5)" in notes
    lines = preview_lines(document, 80)
    assert "11 rows, 4 columns, headers in row 3" in lines[1]
    assert any("and 9 more rows" in line for line in lines)
    assert all(len(line) <= 80 for line in lines[1:])  # the first is the path, whole


def test_preview_tells_a_file_that_broke_on_the_way(tmp_path: Path) -> None:
    path = _csv(tmp_path, HEADER + PEOPLE)
    source = _open(path)
    with path.open("a", encoding="utf-8") as out:
        out.write("late\n")
    assert "was changed while it was being read" in preview_document(source, None)["notes"][-1]


@pytest.mark.parametrize("rows", [3, 1_500, 120_000])
@pytest.mark.parametrize("blanks", [0, 1, 250, 3_000])
def test_a_total_is_a_footer_whatever_blank_lines_stand_below(
    tmp_path: Path, rows: int, blanks: int
) -> None:
    """A spreadsheet program saves empty lines as commas, often hundreds of them."""
    people = "".join(f"N{n},L{n},n{n}@example.com,1\n" for n in range(rows))
    source = _open(_csv(tmp_path, f"{HEADER}{people}Total,,,5\n" + ",,,\n" * blanks))
    assert sum(len(chunk.rows) for chunk in source.chunks(100_000)) == rows
    assert list(source.skipped["footer"]) == [rows + 2]
