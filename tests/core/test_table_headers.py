"""The header row is found on evidence, shown, and can be told; lines of people are kept."""

import csv
import io

import pytest

from importer.core.table import Layout, column_letter, find_table, unique_columns


def _layout(text: str, delimiter: str = ",", **told: object) -> Layout:
    records = csv.reader(io.StringIO(text), delimiter=delimiter)
    rows = [(i, r) for i, r in enumerate(records, start=1) if any(c.strip() for c in r)]
    return find_table(rows, header_sets_width=True, **told)  # type: ignore[arg-type]


PEOPLE = (
    "Ada,Lovelace,ada@example.com\nGrace,Hopper,grace@example.com\nJean,Bartik,jb@example.com\n"
)

FOUND = {
    "plain": ("First name,Last name,E-mail\n" + PEOPLE, 1),
    "notes above": ("Candidates 2026\nexported by HR\n\nFirst name,Last name,E-mail\n" + PEOPLE, 4),
    "note with a comma": ("some notes\nmore,...\nnumber,text,date\n345.0,TEST4,2000-12-13\n", 3),
    "filters above": ("Status:,active\nFrom:,2026-01-01\n\nName,Mail,City\n" + PEOPLE, 4),
    "blank cells over data": (",email,status,\nAhmed,a@example.com,active,admin\n", 1),
    "letters over numbers": ("v,i,s\n118,105,115\n", 1),
    "alphabet": ("a,b,c,,\na,,,,\n,,c,\n", 1),
    "identifiers": ("var_1,var_2\nfoo,bar\nbaz,qux\n", 1),
    "camel case": ("firstName,lastName\nAda,Lovelace\n", 1),
    "one column of phones": ("phone\n+12025550101\n+12025550102\n", 1),
    "german": ("Vorname,Nachname,Ort\nJürgen,Müller,Köln\n", 1),
    "japanese": ("氏名,電話\n山田太郎,一\n", 1),
    "russian": ("Имя,Фамилия\nИван,Петров\n", 1),
    "group line above": (
        "Person,,Contact,\nFirst,Last,E-mail,Phone\n" + "Ada,L,a@example.com,1\n" * 4,
        2,
    ),
    "header only": ("First name,Last name,E-mail\n", 1),
    "words of tests": ("foo,bar\nbaz,qux\nquux,corge\n", 1),
    "years as headers": ("Name,2019,2020\nAda,text,text\nGrace,text,text\n", 1),
    "different shape": ("kind,place\nA1,Berlin West\nB2,New York\nC3,San Juan\nD4,La Paz\n", 1),
}

ABSENT = {
    "people at once": PEOPLE,
    "numbers": '"-123","1.234"\n"123,4","5"\nWAHR,FALSCH\n',
    "one shape": "A,B\nC,D\nC,D\n",
    "names only": "Ada,Lovelace,London\nGrace,Hopper,Arlington\nJean,Bartik,Philadelphia\n",
    "mixed": "English,Hello,World\nHebrew,שלום,עולם\n1337,13.37,1337\n",
    "title in a loose sheet": "Test spreadsheet\n2nd row,2nd row 2nd column\nThis one is red\n",
    "mail in the first line": "x@example.com,Name\ny@example.com,Name\n",
    "single word": "sushi\n",
    "a single line": "foo,bar\n",
    "a job title that is a column's name elsewhere": (
        "Ada,Lovelace,Director,London\nGrace,Hopper,Admiral,Arlington\nJean,Bartik,Editor,York\n"
    ),
    "user names": "john_smith,team_a\nmary_jones,team_b\nann_lee,team_c\n",
    "states": "active,public\nprivate,web\nopen,private\n",
    "a value comes back": "blue,red\nblue,green\nred,blue\nblue,grey\n",
}


@pytest.mark.parametrize(("text", "row"), FOUND.values(), ids=FOUND)
def test_header_is_found(text: str, row: int) -> None:
    assert _layout(text).header_row == row


@pytest.mark.parametrize("text", ABSENT.values(), ids=ABSENT)
def test_absence_of_a_header_is_told_apart(text: str) -> None:
    layout = _layout(text)
    assert layout.header_row is None
    assert layout.columns[0] == "Column A"
    assert layout.above == ()


def test_lines_above_the_header_are_named() -> None:
    assert _layout("Title\n\nName,Mail\n" + PEOPLE).above == (1,)


def test_told_header_row_is_taken_without_evidence() -> None:
    """What a person says outweighs what the lines look like."""
    text = "Ada,Lovelace\nGrace,Hopper\nJean,Bartik\n"
    assert _layout(text, header_row=2).headers == ("Grace", "Hopper")
    assert _layout(text, header_row=2).above == (1,)
    assert _layout("Name,Mail\nAda,a@example.com\n", header_row=0).header_row is None


def test_told_header_row_on_a_blank_line_is_the_next_filled_one() -> None:
    assert _layout("Title\n\nAda,Lovelace\n", header_row=2).header_row == 3


def test_told_header_row_below_the_end_is_none() -> None:
    assert _layout("Ada,Lovelace\n", header_row=9).header_row is None


def test_header_that_the_file_declares_is_believed() -> None:
    text = "Ada,Lovelace\nblue,red\nGrace,Hopper\ngreen,grey\n"
    assert _layout(text).header_row is None
    assert _layout(text, hint=2).header_row == 2


def test_thin_evidence_is_said() -> None:
    assert _layout("a,b,c,,\na,,,,\n,,c,\n").is_guess
    assert not _layout("First name,E-mail\nAda,ada@example.com\n").is_guess


def test_no_rows_no_columns() -> None:
    assert find_table([]) == Layout(header_row=None, headers=(), columns=())


def test_width_follows_the_header_in_delimited_files() -> None:
    """A stray extra value is no column; a value in most rows is one without a header."""
    stray = "Name,Mail\nA,a@example.com\nB,b@example.com,STRAY\nC,c@example.com\n"
    assert len(_layout(stray).columns) == 2
    most = "Name,Mail\nA,a@example.com,1\nB,b@example.com,2\nC,c@example.com\n"
    assert _layout(most).columns == ("Name", "Mail", "Column C")
    assert _layout(most).is_wider
    assert not _layout(stray).is_wider


def test_width_follows_the_data_in_sheets() -> None:
    rows = [(1, ["Name", "Mail", ""]), (2, ["A", "a@example.com", ""]), (3, ["B", "", "x"])]
    assert find_table(rows).columns == ("Name", "Mail", "Column C")


NAMES = {
    "plain": (["a", "b"], ("a", "b")),
    "repeat": (["a", "a", "a"], ("a", "a (2)", "a (3)")),
    "no collision with a real name": (["a", "a", "a (2)"], ("a", "a (3)", "a (2)")),
    "blank": (["", "x", " "], ("Column A", "x", "Column C")),
    "blank beside a real Column A": (["", "Column A"], ("Column A (2)", "Column A")),
    "line breaks and outer blanks": ([" First\nname ", "b"], ("First name", "b")),
    "invisible marks": (["\ufeffId", "\u200bName"], ("Id", "Name")),
}


@pytest.mark.parametrize(("headers", "names"), NAMES.values(), ids=NAMES)
def test_every_column_has_one_name(headers: list[str], names: tuple[str, ...]) -> None:
    assert unique_columns(headers) == names


@pytest.mark.parametrize(("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (16383, "XFD")])
def test_column_letters_are_those_of_a_spreadsheet(index: int, letter: str) -> None:
    assert column_letter(index) == letter
