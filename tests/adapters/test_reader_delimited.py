"""Delimited files of every shape are read whole, every value as it stands in the file."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from importer.adapters.reader import CannotRead, ReadLimits, Unreadable, open_sources
from importer.adapters.reader.delimited import DelimitedGrid
from importer.adapters.reader.intake import take_in
from importer.adapters.reader.table_source import TableSource
from importer.core.model import CellFinding, SourceOptions

Read = tuple[TableSource, list[int], list[list[str]], list[CellFinding]]


def read(path: Path, options: SourceOptions | None = None, size: int = 50_000) -> Read:
    """Open one file and read it to its end."""
    (source,) = open_sources([path], options)
    assert not isinstance(source, Unreadable), source
    numbers: list[int] = []
    rows: list[list[str]] = []
    findings: list[CellFinding] = []
    for chunk in source.chunks(size):
        assert list(chunk.frame.columns) == list(source.description.columns)
        numbers += chunk.rows.tolist()
        rows += chunk.frame.to_numpy().tolist()
        findings += chunk.findings
    return source, numbers, rows, findings


def write(folder: Path, content: bytes | str, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


MAIL = "First name,E-mail\n"
SHAPES = {
    "plain": (MAIL + "Ada,a@example.com\n", [["Ada", "a@example.com"]]),
    "no line end at the end": (MAIL + "Ada,a@example.com", [["Ada", "a@example.com"]]),
    "crlf": ("First name,E-mail\r\nAda,a@example.com\r\n", [["Ada", "a@example.com"]]),
    "cr only": ("First name,E-mail\rAda,a@example.com\r", [["Ada", "a@example.com"]]),
    "mixed line ends": (
        "First name,E-mail\rAda,a@example.com\nB,b@example.com\r\nC,c@example.com",
        [["Ada", "a@example.com"], ["B", "b@example.com"], ["C", "c@example.com"]],
    ),
    "tabs under .csv": ("Name\tE-mail\nA, B\ta@example.com\n", [["A, B", "a@example.com"]]),
    "semicolons": ("Name;E-mail\nA, B;a@example.com\n", [["A, B", "a@example.com"]]),
    "bars": ("Name|E-mail\nA|a@example.com\n", [["A", "a@example.com"]]),
    "sep line": ("sep=;\nName;E-mail\nA;a@example.com\n", [["A", "a@example.com"]]),
    "missing values": (
        "Name,Note,E-mail\nNull,NA,a@example.com\nNone,n/a,b@example.com\n",
        [["Null", "NA", "a@example.com"], ["None", "n/a", "b@example.com"]],
    ),
    "no type is guessed": (
        "Name,Id,E-mail\nA,007,a@example.com\nB,1.0,b@example.com\nC,,c@example.com\n",
        [["A", "007", "a@example.com"], ["B", "1.0", "b@example.com"], ["C", "", "c@example.com"]],
    ),
    "nothing is trimmed": ("Name,E-mail\n  A\t,a@example.com \n", [["  A\t", "a@example.com "]]),
    "quotes": ('Name,E-mail\n"A ""B"", C",a@example.com\n', [['A "B", C', "a@example.com"]]),
    "line break in a cell": (
        'Name,E-mail\n"A\r\nB",a@example.com\n',
        [["A\r\nB", "a@example.com"]],
    ),
    "inches": ('Name,E-mail\n5" disk,a@example.com\n', [['5" disk', "a@example.com"]]),
    "shorter row": (
        "Name,Note,E-mail\nA,x,a@example.com\nB\n",
        [["A", "x", "a@example.com"], ["B", "", ""]],
    ),
    "one column": ("phone\n+12025550101\n+12025550102\n", [["+12025550101"], ["+12025550102"]]),
    "backslashes": ('Name,E-mail\n"A \\"B\\" C",a@example.com\n', [['A "B" C', "a@example.com"]]),
    "windows path": (
        "Name,Path,Id\nA,C:\\new\\t,1\nB,D:\\x,2\n",
        [["A", "C:\\new\\t", "1"], ["B", "D:\\x", "2"]],
    ),
    "apostrophes of others stay": (
        "Name,Phone,Id\nA,'+12025550101,1\n",
        [["A", "'+12025550101", "1"]],
    ),
    "composed and not": (
        "Name,E-mail\nJose\u0301é,a@example.com\n",
        [["Jose\u0301é", "a@example.com"]],
    ),
    "no-break and joiner": (
        "Name,E-mail\nA\xa0B\u200d,a@example.com\n",
        [["A\xa0B\u200d", "a@example.com"]],
    ),
}


@pytest.mark.parametrize(("text", "rows"), SHAPES.values(), ids=SHAPES)
def test_shapes_are_read_as_they_stand(tmp_path: Path, text: str, rows: list[list[str]]) -> None:
    assert read(write(tmp_path, text))[2] == rows


@pytest.mark.parametrize(
    "codec",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "cp1252",
     "mac-roman", "iso8859-15"],
)  # fmt: skip
def test_encodings_are_read_alike(tmp_path: Path, codec: str) -> None:
    text = "Prénom;Ville;E-mail\n" + "Hélène;Besançon;h@example.com\nZoë;Nîmes;z@example.com\n" * 3
    source, numbers, rows, findings = read(write(tmp_path, text.encode(codec)))
    assert source.description.headers == ("Prénom", "Ville", "E-mail")
    assert rows[0] == ["Hélène", "Besançon", "h@example.com"]
    assert numbers == list(range(2, 8))
    assert findings == []


def test_a_mark_before_a_quoted_header_is_no_text(tmp_path: Path) -> None:
    for codec in ("utf-8-sig", "utf-16"):
        source = read(write(tmp_path, '"id","name"\n1,x\n2,y\n'.encode(codec)))[0]
        assert source.description.headers == ("id", "name")


def test_what_a_person_says_outweighs_detection(tmp_path: Path) -> None:
    path = write(tmp_path, "Name;City\nJi\xf8\xed;x, y\n".encode("latin-1"))
    told = SourceOptions(encoding="cp1250", delimiter=",", header_row=1)
    source, _, rows, _ = read(path, told)
    assert source.description.encoding == "cp1250"
    assert rows[0] == ["Jiří;x", " y"]
    assert read(path, SourceOptions(delimiter="\\t"))[0].description.delimiter == "\t"


def test_an_unknown_encoding_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, MAIL)
    for name in ("klingon", "hex"):
        (refused,) = open_sources([path], SourceOptions(encoding=name))
        assert isinstance(refused, Unreadable)
        assert refused.finding.code == "unknown-encoding"
        assert name in refused.finding.message


def test_row_numbers_are_those_of_a_spreadsheet(tmp_path: Path) -> None:
    """Blank lines count, a cell with line breaks is one row, a sep line is none."""
    text = 'sep=,\nTitle\n\nName,E-mail\n"A\nB",a@example.com\n\nC,c@example.com\n'
    source, numbers, _, _ = read(write(tmp_path, text))
    assert source.description.header_row == 3
    assert numbers == [4, 6]
    assert dict(source.skipped) == {"blank": [2, 5], "note": [1]}


def test_a_row_with_too_many_values_is_a_problem_of_that_row(tmp_path: Path) -> None:
    """Never shifted, never dropped, and the rows around it are untouched."""
    lines = [f"N{i},n{i}@example.com" for i in range(2, 2000)]
    lines[1500] += ",surplus,again"
    path = write(tmp_path, MAIL + "\n".join(lines) + "\n")
    _, numbers, rows, findings = read(path)
    assert len(rows) == 1998
    assert rows[1500] == ["N1502", "n1502@example.com"]
    assert numbers[1500] == 1502
    assert [(f.row, f.column, f.finding.code) for f in findings] == [
        (1502, None, "too-many-values")
    ]
    assert "surplus" in findings[0].value


@pytest.mark.parametrize("bad", [1, 999, 1000, 1001, 5999, 6000, 6001, 6005])
def test_a_long_row_at_the_seam_of_two_blocks_loses_nothing(tmp_path: Path, bad: int) -> None:
    lines = [f"N{i},n{i}@example.com" for i in range(7000)]
    lines[bad] += ",x"
    _, _, rows, findings = read(write(tmp_path, MAIL + "\n".join(lines)))
    assert [row[0] for row in rows] == [f"N{i}" for i in range(7000)]
    assert [f.row for f in findings] == [bad + 2]


def test_blank_surplus_is_no_problem(tmp_path: Path) -> None:
    _, _, rows, findings = read(write(tmp_path, MAIL + "A,a@example.com,, \nB,b@example.com\n"))
    assert rows[0] == ["A", "a@example.com"]
    assert findings == []


def test_far_surplus_is_told_and_bounded(tmp_path: Path) -> None:
    path = write(
        tmp_path, MAIL + "A,a@example.com\n" * 500 + "B,b@example.com" + ",x" * 5000 + "\n"
    )
    _, _, rows, findings = read(path)
    assert rows[-1] == ["B", "b@example.com"]
    assert {(f.row, f.finding.code) for f in findings} == {(502, "too-many-values")}


def test_an_open_quote_names_its_line(tmp_path: Path) -> None:
    text = 'Name,E-mail\n"A\nB",a@example.com\nC,"c@example.com\nD,d@example.com\n'
    _, _, rows, findings = read(write(tmp_path, text))
    assert rows[1] == ["C", "c@example.com\nD,d@example.com\n"]
    (finding,) = [f for f in findings if f.finding.code == "open-quote"]
    assert finding.row == 3
    assert "line 4 " in finding.finding.message
    assert "All 1 lines after it" in finding.finding.message


def test_an_open_quote_in_the_last_line(tmp_path: Path) -> None:
    _, _, rows, findings = read(write(tmp_path, MAIL + 'A,a@example.com\nB,"b@example.com'))
    assert rows[1] == ["B", "b@example.com"]
    assert [f.finding.code for f in findings] == ["open-quote"]
    assert "line 3 " in findings[0].finding.message


def test_an_open_quote_at_the_end_of_a_full_block(tmp_path: Path) -> None:
    lines = "".join(f"N{i},n{i}@example.com\n" for i in range(998)) + 'Z,"z@example.com\n'
    _, numbers, _, findings = read(write(tmp_path, MAIL + lines))
    assert numbers[-1] == 1000
    assert [(f.row, f.finding.code) for f in findings] == [(1000, "open-quote")]


def test_lines_swallowed_by_a_stray_quote_are_told(tmp_path: Path) -> None:
    """A quote that closes much later turns people into one value; that row is an error."""
    people = [f"P{i},L{i},p{i}@example.com" for i in range(8)]
    people[2] = 'P2,"L2,p2@example.com'
    people[6] = 'P6,L6",p6@example.com'
    _, _, rows, findings = read(write(tmp_path, "Name,Last,E-mail\n" + "\n".join(people) + "\n"))
    assert len(rows) == 4
    assert ("swallowed-lines", 4) in {(f.finding.code, f.row) for f in findings}


def test_nul_characters_are_removed_and_told(tmp_path: Path) -> None:
    path = write(tmp_path, b"Name,E-mail\nA\0da,a@example.com\n\0\0,b@example.com\n")
    _, _, rows, findings = read(path)
    assert rows == [["Ada", "a@example.com"], ["", "b@example.com"]]
    assert [(f.row, f.column, f.finding.code) for f in findings] == [
        (2, "Name", "nul-removed"),
        (3, "Name", "nul-removed"),
    ]


def test_a_byte_foreign_to_the_encoding_is_told_with_its_row(tmp_path: Path) -> None:
    """Mostly UTF-8, one cell pasted from Windows: that cell alone is read as Windows-1252."""
    lines = "".join(f"Müller{i},m{i}@example.com\n" for i in range(1500)).encode()
    path = write(tmp_path, MAIL.encode() + lines + b"Ren\xe9,r@example.com\n")
    source, _, rows, findings = read(path)
    assert source.description.encoding == "utf-8"
    assert rows[-1][0] == "René"
    assert rows[3][0] == "Müller3"
    assert [(f.row, f.finding.code) for f in findings] == [(1502, "mixed-encoding")]


def test_a_broken_utf_16_character_is_told(tmp_path: Path) -> None:
    data = codecs.BOM_UTF16_LE + (MAIL + "A?,a@example.com\n").encode("utf-16-le")
    _, _, _, findings = read(write(tmp_path, data.replace(b"?\0", b"\x00\xd8")))
    assert [f.finding.code for f in findings] == ["lost-character"]


def test_damage_in_the_file_is_told_by_row(tmp_path: Path) -> None:
    text = "Name,Phone,E-mail\nJosÃ©,#####,a@example.com\nB,9.19E+12,b@example.com\n"
    _, _, rows, findings = read(write(tmp_path, text))
    assert rows[0][:2] == ["JosÃ©", "#####"]
    assert {(f.row, f.column, f.finding.code) for f in findings} == {
        (2, "Name", "garbled-text"),
        (2, "Phone", "destroyed-value"),
        (3, "Phone", "destroyed-number"),
    }


def test_comment_lines_are_left_out_and_counted(tmp_path: Path) -> None:
    text = "# made by us\nName,E-mail\nA,a@example.com\n#this is a comment\n#1,b@example.com\n"
    source, _, rows, _ = read(write(tmp_path, text))
    assert source.description.header_row == 2
    assert [row[0] for row in rows] == ["A", "#1"]
    assert dict(source.skipped) == {"note": [1], "comment": [4]}


def test_a_huge_cell_is_read_whole(tmp_path: Path) -> None:
    path = write(tmp_path, f'Name,E-mail\n"{"x," * 100_000}",a@example.com\nB,b@example.com\n')
    assert read(path)[2][0][0] == "x," * 100_000


LIMITS = {
    "max_cell_chars": (ReadLimits(max_cell_chars=5000), 'N,"' + "x\n" * 4000),
    "max_cell_chars, one line": (ReadLimits(max_cell_chars=200), 'N, "' + "x" * 900 + '"\n'),
    "max_columns": (ReadLimits(max_columns=50), "a,b" + ",c" * 60 + "\n"),
    "max_columns, late": (ReadLimits(max_columns=50), "a,b\n" * 600 + "a,b" + ",c" * 60 + "\n"),
    "max_rows": (ReadLimits(max_rows=2000), "a,b\n" * 3000),
    "max_file_bytes": (ReadLimits(max_file_bytes=100), "a,b\n" * 300),
}


@pytest.mark.parametrize(("limits", "text"), LIMITS.values(), ids=LIMITS)
def test_a_limit_is_named_where_it_is_met(
    tmp_path: Path, limits: ReadLimits, text: str, request: pytest.FixtureRequest
) -> None:
    (source,) = open_sources([write(tmp_path, MAIL + text)], limits=limits)
    if isinstance(source, Unreadable):
        finding = source.finding
    else:
        with pytest.raises(CannotRead) as stopped:
            list(source.chunks())
        finding = stopped.value.finding
    assert finding.code == "limit-met"
    assert request.node.callspec.id.split(",")[0] in f"{finding.message} {finding.hint}"


@pytest.mark.parametrize("escape", ["", 'X,"a \\"b\\" c"\n'], ids=["plain", "with escapes"])
def test_an_open_quote_before_a_huge_rest_names_its_line(tmp_path: Path, escape: str) -> None:
    text = MAIL + "A,a@example.com\n" + escape + 'B,"b@example.com\n' + "C,c@example.com\n" * 2000
    (refused,) = open_sources([write(tmp_path, text)], limits=ReadLimits(max_cell_chars=20_000))
    assert isinstance(refused, Unreadable)
    assert f"line {4 if escape else 3} " in refused.finding.message
    assert "max_cell_chars" in refused.finding.hint


def test_chunks_begin_small_and_join_to_the_whole(tmp_path: Path) -> None:
    path = write(tmp_path, MAIL + "".join(f"N{i},n{i}@example.com\n" for i in range(12_345)))
    (source,) = open_sources([path])
    assert isinstance(source, TableSource)
    sizes = [len(chunk.rows) for chunk in source.chunks(4000)]
    assert sizes[0] <= 1000
    assert sum(sizes) == 12_345
    assert max(sizes) <= 4000


FAST = [
    'a,b\n"x ""y""",2\n\n"l1\r\nl2",3\r\n5" z,4\n"p"q,5\n',
    "a,b,c\n1,2\n\n,,\n3,4,5\n",
    " a, b\n  , \nx,y\n",
]


@pytest.mark.parametrize("text", FAST)
def test_both_ways_through_a_file_agree(tmp_path: Path, text: str) -> None:
    """The parser of pandas and the exact one cut the same records out of a regular file."""
    intake = take_in(str(write(tmp_path, text)), ReadLimits())
    grid = DelimitedGrid(intake, SourceOptions(), ReadLimits())
    fast = list(grid._fast_blocks(100))
    exact = list(grid._exact_blocks(100, 0))
    assert [c.tolist() for b in fast for c in b.columns] == [
        c.tolist() for b in exact for c in b.columns
    ]
    assert [b.rows.tolist() for b in fast] == [b.rows.tolist() for b in exact]


def test_reading_goes_on_exactly_where_the_fast_way_stopped(tmp_path: Path) -> None:
    """A file in an old page whose 20,000th line holds a byte that the page does not know."""
    lines = [f"Jos\xe9{i};n{i}@example.com".encode("latin-1") for i in range(20_000)]
    lines[19_000] = b"Jos\x81;n19000@example.com"
    _, numbers, rows, findings = read(write(tmp_path, b"Name;E-mail\n" + b"\n".join(lines)))
    assert numbers == list(range(2, 20_002))
    assert [row[1] for row in rows] == [f"n{i}@example.com" for i in range(20_000)]
    assert {f.row for f in findings} == {19_002}


def test_cells_with_spaces_only_make_a_blank_row(tmp_path: Path) -> None:
    source, numbers, _, _ = read(
        write(tmp_path, MAIL + "A,a@example.com\n  ,\t\n,\nB,b@example.com\n")
    )
    assert numbers == [2, 5]
    assert dict(source.skipped) == {"blank": [3, 4]}
