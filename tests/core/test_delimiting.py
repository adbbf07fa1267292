"""Delimiters, quotes and escapes are judged by whole parses, not by counting characters."""

from itertools import islice

import pytest

from importer.core.delimiting import Dialect, find_dialect, parse, split_lines

DIALECTS = {
    "comma": ("a,b\n1,2\n", Dialect(",")),
    "semicolon": ("a;b\n1;2\n", Dialect(";")),
    "semicolon, decimal commas": ("n;x\nA;1,5\nB;2,5\nC;3,5\n", Dialect(";")),
    "semicolon, commas in all": ("n;o;x\nA B;Berlin, DE;1\nC D;Rome, IT;2\n", Dialect(";")),
    "comma, lists in quotes": ('n,t\nA,"x;y;z"\nB,"x;y"\n', Dialect(",")),
    "entities": ("n,t\nO&#039;B,x\nD&#039;A,y\n", Dialect(",")),
    "tab": ("a\tb\n1,5\t2\n", Dialect("\t")),
    "bar": ("a|b|c\n1,0|2|3\n", Dialect("|")),
    "caret": ("a^b\n1^2\n3^4\n", Dialect("^")),
    "one column": ("phone\n+12025550101\n+12025550102\n", Dialect(None)),
    "one column of family, given": ("Lovelace\nHopper\nBartik\n", Dialect(None)),
    "empty": ("", Dialect(None)),
    "sep line": ("sep=;\na;b\n1;2\n", Dialect(";", sep_line=True)),
    "sep line in quotes": ('"sep=|"\r\na|b\r\n1|2\r\n', Dialect("|", sep_line=True)),
    "comma and blank": ("a, b, c\n1, 2, 3\n", Dialect(",", skips_blanks=True)),
    "quote after a blank": ('a,b\n1, "x, y"\n2,z\n', Dialect(",", has_quotes_after_blanks=True)),
    "apostrophes": ("'a','b'\n'x, y','1'\n'z','2'\n", Dialect(",", quote="'")),
    "backslash before quotes": (
        'a,b\n1,"x (\\"y\\")"\n2,"z"\n',
        Dialect(",", has_backslashes=True),
    ),
    "backslash before delimiters": (
        "a,b,c\n1,x\\, y,2\n3,z,4\n5,u\\, v,6\n",
        Dialect(",", has_backslashes=True),
    ),
    "windows paths are data": ('a,b\n"C:\\dir\\",1\n"D:\\x\\",2\n', Dialect(",")),
    "comment above": ("# made by, x, y, z\nid;name\n1;A\n2;B\n", Dialect(";")),
    "notes above": ("Some title\nmore, here\nid;name;x\n1;A;2\n2;B;3\n3;C;4\n", Dialect(";")),
    "CR only": ("a;b\r1;2\r3;4\r", Dialect(";")),
}


@pytest.mark.parametrize(("text", "dialect"), DIALECTS.values(), ids=DIALECTS)
def test_dialect_is_found(text: str, dialect: Dialect) -> None:
    assert find_dialect(text) == dialect


def test_told_delimiter_outweighs_the_text() -> None:
    assert find_dialect("a,b\n1,2\n", ";").delimiter == ";"
    assert find_dialect("sep=;\na;b\n", ",") == Dialect(",", sep_line=True)


RECORDS = {
    "doubled quotes": (Dialect(","), '"a ""b""",c\n', [['a "b"', "c"]]),
    "blank line": (Dialect(","), "a,b\n\nc,d\n", [["a", "b"], [], ["c", "d"]]),
    "one column keeps commas": (Dialect(None), "a, b\nc\n", [["a, b"], ["c"]]),
    "escaped quote": (Dialect(",", has_backslashes=True), '"a \\"b\\"",c\n', [['a "b"', "c"]]),
    "escaped delimiter": (Dialect(",", has_backslashes=True), "a\\,b,c\n", [["a,b", "c"]]),
    "escaped backslash": (Dialect(",", has_backslashes=True), "a\\\\b,c\n", [["a\\b", "c"]]),
    "other backslashes stay": (
        Dialect(",", has_backslashes=True),
        "C:\\dir,\\N\n",
        [["C:\\dir", "\\N"]],
    ),
    "backslash at the line's end": (
        Dialect(",", has_backslashes=True),
        "a,b\\\nc,d",
        [["a", "b\\"], ["c", "d"]],
    ),
    "path before a closing quote": (
        Dialect(",", has_backslashes=True),
        '"C:\\dir\\",x\n"\\"y\\"",z\n',
        [["C:\\dir\\", "x"], ['"y"', "z"]],
    ),
    "path at the end of a line": (
        Dialect(",", has_backslashes=True),
        'x,"C:\\dir\\"\ny,z\n',
        [["x", "C:\\dir\\"], ["y", "z"]],
    ),
    "blank before a quote": (
        Dialect(",", has_quotes_after_blanks=True),
        'a,  "b, c", d\n',
        [["a", "b, c", " d"]],
    ),
    "blanks after delimiters": (
        Dialect(",", has_backslashes=True, skips_blanks=True),
        'a, b,  "c"\n',
        [["a", "b", "c"]],
    ),
    "line break in quotes": (
        Dialect(",", has_backslashes=True),
        'a,"b\r\nc"\r\nd,e',
        [["a", "b\r\nc"], ["d", "e"]],
    ),
    "doubled quote beside escapes": (
        Dialect(",", has_backslashes=True),
        '"a ""b"" \\"c\\"",d\n\n',
        [['a "b" "c"', "d"], []],
    ),
    "text after a closing quote": (Dialect(",", has_backslashes=True), '"a"b,c\n', [["ab", "c"]]),
    "open quote": (Dialect(",", has_backslashes=True), 'a,"b\nc,d\n', [["a", "b\nc,d\n"]]),
    "trailing delimiter": (Dialect(",", has_backslashes=True), "a,\n,b\n", [["a", ""], ["", "b"]]),
}


@pytest.mark.parametrize(("dialect", "text", "records"), RECORDS.values(), ids=RECORDS)
def test_records_under_a_dialect(dialect: Dialect, text: str, records: list[list[str]]) -> None:
    assert list(parse(split_lines(text), dialect)) == records


@pytest.mark.parametrize(
    "text",
    ['a,b\n"x ""y""",2\n\n"l1\nl2",3\n', "a,b,c\n1,2\n", '"open\n1,2\n', '5" x,y\n'],
)
def test_the_exact_parser_agrees_with_the_csv_module(text: str) -> None:
    """Where there is nothing to escape, both ways give the same records."""
    plain = list(parse(split_lines(text), Dialect(",")))
    assert list(parse(split_lines(text), Dialect(",", has_backslashes=True))) == plain


def test_only_cr_and_lf_end_a_line() -> None:
    text = "a\u2028b\x0bc\x85d\re\r\nf\n\ng"
    assert split_lines(text) == ["a\u2028b\x0bc\x85d\r", "e\r\n", "f\n", "\n", "g"]


def test_a_huge_cell_is_judged_fast() -> None:
    text = "a,b\n" + '"' + "x" * 100_000 + '",1\n' + "c,2\n" * 50
    assert find_dialect(text).delimiter == ","
    assert len(next(islice(parse(split_lines(text), Dialect(",")), 1, None))[0]) == 100_000
