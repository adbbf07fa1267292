"""What the writer and the reader of our own files agree on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.core.handback import (
    CELL_LIMIT,
    FIX_COLUMNS,
    RESULT_COLUMNS,
    RowDecision,
    find_own,
    fits_in_cell,
    is_shortened,
    original_columns,
    own_name,
    parse_decision,
    protect_formula,
    result_headers,
    short_name,
    shorten,
    unite_columns,
    unprotect_formula,
)
from importer.core.model import Finding, SourceDescription


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+44 20", "-5", "@x", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", " =1", "'=1"],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert protect_formula(text) == "'" + text


@pytest.mark.parametrize("text", ["", "Ada", "O'Brien", "'tis", "a=b", "1-2", "a@example.com"])
def test_harmless_texts_stay_as_they_are(text):
    assert protect_formula(text) == text
    assert unprotect_formula(text) == text


@given(st.text(alphabet="'=+-@ \t\r\n＝aé1"))
def test_protection_is_undone_exactly(text):
    assert unprotect_formula(protect_formula(text)) == text


@pytest.mark.parametrize("char", ["x", "é", "𝒳", "\ud800"])
def test_a_cell_never_exceeds_excels_limit_and_says_when_it_was_cut(char):
    """Excel counts UTF-16 units; half characters count as one."""
    units = len(char.encode("utf-16-le", "surrogatepass")) // 2
    longest = char * (CELL_LIMIT // units)
    assert fits_in_cell(longest)
    assert shorten(longest) == longest
    assert not is_shortened(longest)
    cut = shorten(longest + char)
    assert fits_in_cell(cut)
    assert is_shortened(cut)
    assert is_shortened("  " + cut.strip())


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("", None),
        ("  ", None),
        ("Skip", RowDecision.SKIP),
        (" already  THERE ", RowDecision.ALREADY_THERE),
        ("send anyway", RowDecision.SEND_ANYWAY),
    ],
)
def test_decisions_are_read_leniently(text, decision):
    assert parse_decision(text) is decision


def test_another_word_in_the_decision_column_is_a_problem_that_names_the_choices():
    finding = parse_decision("yes")
    assert isinstance(finding, Finding)
    assert finding.code == "unknown-decision"
    assert "'send anyway'" in finding.hint


@pytest.mark.parametrize(
    ("originals", "name"),
    [
        (["Name"], "decision"),
        (["Decision "], "decision (import)"),
        (["decision", "decision (import)"], "decision (import) (import)"),
        (["decision (import)"], "decision (import) (import)"),
    ],
)
def test_our_columns_give_way_to_original_ones_and_are_found_again(originals, name):
    assert own_name("decision", originals) == name
    assert find_own("decision", [*originals, name]) == name


def test_a_column_of_ours_that_is_absent_is_not_found():
    assert find_own("import_token", ["Name"]) is None


def test_a_fix_workbook_read_again_has_only_its_original_columns():
    columns = ("Name", "decision", *(own_name(n, ["Name", "decision"]) for n in FIX_COLUMNS))
    again = SourceDescription("fix.xlsx", "xlsx", columns=columns, marker="run-1")
    assert original_columns(again) == ((0, "Name"), (1, "decision"))
    plain = SourceDescription("in.xlsx", "xlsx", columns=columns)
    assert len(original_columns(plain)) == len(columns)


def test_sources_are_lined_up_by_column_name():
    union = unite_columns(
        [
            SourceDescription("a.csv", "csv", columns=("Name", "City")),
            SourceDescription("b.csv", "csv", columns=("City", "Phone")),
        ]
    )
    assert union.names == ("Name", "City", "Phone")
    assert union.spread(0, ("Ada", "Oslo")) == ["Ada", "Oslo", ""]
    assert union.spread(1, ("Rome",)) == ["", "Rome", ""]


def test_our_result_columns_keep_their_names_and_every_header_is_unique():
    headers = result_headers(["Name", "Import_Row", "import_row (original)", "import_code"])
    assert headers == [
        "Name",
        "Import_Row (original) (original)",
        "import_row (original)",
        "import_code (original)",
        *RESULT_COLUMNS,
    ]


@pytest.mark.parametrize(
    ("path", "sheet", "name"),
    [
        ("a.csv", None, "a.csv"),
        ("in/x/a.csv", None, "a.csv"),
        ("C:\\in\\b.xlsx", "Jan", "b.xlsx [Jan]"),
    ],
)
def test_a_source_is_called_by_its_file_name_and_sheet(path, sheet, name):
    assert short_name(SourceDescription(path, "x", sheet)) == name
