"""fix.xlsx: what a person gets to correct, and what is read back of it."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from report_runs import (
    ALLOWED,
    BAD_EMAIL,
    BAD_SOURCE,
    COLUMNS,
    given,
    made_rows,
    source,
    summary_of,
)

from importer.adapters.reports import write_reports
from importer.adapters.reports.fix_workbook import FixWorkbook, read_decisions
from importer.core.handback import Decision, is_shortened, unite_columns
from importer.core.model import Outcome, Problem, Severity
from importer.core.results import ReportRow
from importer.errors import SourceError

OURS = ["reason", "decision", "import_source", "import_row", "import_token"]


def write(folder: Path, rows: list[ReportRow], **changes: object) -> Path:
    paths = write_reports(
        folder, summary_of(rows, **changes), given(rows), ALLOWED, formats=["fix"]
    )
    return Path(paths.fix)


@pytest.fixture(scope="module")
def fix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("fix"), made_rows(40))


@pytest.fixture(scope="module")
def book(fix: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(fix)


def test_it_is_known_by_its_mark_and_its_sheets(book):
    assert book.custom_doc_props["candidate-import-run"].value == "20261103-020000-k7"
    assert book.sheetnames == ["Read me", "Fix", "Decisions", "Allowed values"]
    assert book["Allowed values"].sheet_state == "hidden"
    assert book.active.title == "Fix"


def test_only_rows_that_need_a_person_in_their_original_columns(book):
    lines = list(book["Fix"].iter_rows(values_only=True))
    assert list(lines[0]) == [*COLUMNS, *OURS]
    assert [line[9] for line in lines[1:]] == ["5", "15", "19", "25", "30", "35"]
    assert [line[10] for line in lines[1:3]] == ["t-3", "t-13"]
    assert lines[1][3] == "+44 20 7946 0003"
    assert lines[1][8] == "people.csv"


def test_the_token_is_hidden_the_header_frozen_and_all_cells_are_text(book):
    sheet = book["Fix"]
    assert sheet.column_dimensions["K"].hidden
    assert sheet.freeze_panes == "A2"
    assert {cell.number_format for row in sheet.iter_rows() for cell in row} == {"@"}
    assert sheet.column_dimensions["A"].width > 8


def test_bad_cells_are_coloured_by_severity_and_say_why_and_what_to_do(book):
    sheet = book["Fix"]
    assert sheet["E2"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["D2"].fill.fgColor.rgb == "FFFFEB9C"
    assert sheet["A2"].fill.fill_type is None
    assert sheet["E2"].comment.text == (
        "'Linkdin' is not a source that this ATS knows.\nWhat to do: Did you mean LinkedIn?"
    )
    assert sheet["G2"].value == (
        "Source: 'Linkdin' is not a source that this ATS knows. → Did you mean LinkedIn?\n"
        "Mobile: 'call me' is no phone number."
    )


def test_a_row_in_doubt_asks_for_a_decision_and_not_for_editing(book):
    sheet = book["Fix"]
    assert sheet["G4"].value.startswith("In doubt: ")
    assert "Do not edit the row, decide." in sheet["G4"].value
    assert "The connection broke" in sheet["G4"].comment.text
    assert sheet["A4"].fill.fgColor.rgb == "FFE4E0EC"


def test_drop_downs_offer_what_is_allowed_and_decisions(book):
    rules = {str(r.sqref).split(":")[0]: r for r in book["Fix"].data_validations.dataValidation}
    assert rules["E2"].formula1 == '"LinkedIn,Referral,Job board"'
    assert rules["F2"].formula1 == "'Allowed values'!$A$1:$A$60"
    assert rules["H2"].formula1 == '"skip,already there,send anyway"'
    assert book["Allowed values"]["A60"].value == "A rather long label, number 59"
    answers = book["Decisions"].data_validations.dataValidation
    assert [(str(r.sqref), r.formula1) for r in answers] == [
        ("F2", '"LinkedIn,Referral,Job board"'),
        ("G2:G7", '"yes,no"'),
    ]


def test_decisions_have_a_line_for_each_column_and_value_the_worst_first(book):
    lines = list(book["Decisions"].iter_rows(values_only=True))
    assert lines[0] == (
        "column", "value", "rows", "problem", "did you mean", "use instead", "remember",
    )  # fmt: skip
    assert lines[1][:3] == ("Source", "Linkdin", 4)
    assert lines[1][4:] == ("LinkedIn", None, "no")
    assert [line[0] for line in lines[1:]] == ["Source", "E-mail"] + ["Mobile"] * 4


def test_the_first_sheet_explains_in_five_lines(book):
    texts = [row[0].value for row in book["Read me"].iter_rows(min_row=1, max_row=12)]
    assert [t for t in texts if t and t.endswith(".") and len(t) == 2] == [
        "1.",
        "2.",
        "3.",
        "4.",
        "5.",
    ]
    assert "candidate-import run fix.xlsx -m mappings/acme.yaml" in book["Read me"]["B9"].value


def test_decisions_are_read_back_as_texts(fix, tmp_path):
    edited = openpyxl.load_workbook(fix)
    sheet = edited["Decisions"]
    sheet["F2"], sheet["G2"] = "LinkedIn", "YES"
    sheet["F3"] = 42.0
    sheet["F4"], sheet["G4"] = True, "no"
    edited.save(tmp_path / "fix.xlsx")
    found = read_decisions(tmp_path / "fix.xlsx")
    assert found[:2] == [
        Decision("Source", "Linkdin", "LinkedIn", remember=True),
        Decision("E-mail", "ada@example", "42", remember=False),
    ]
    assert found[2].use_instead == "TRUE"
    assert len(found) == 3
    assert read_decisions(fix) == []


def test_decisions_may_be_sorted_and_columns_moved(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Decisions"
    sheet.append(["Use instead ", "rows", "VALUE", "column"])
    sheet.append(["b", 1, "a", "C"])
    sheet.append(["later wins", 1, "a", "C"])
    sheet.append([None, 1, "z", "C"])
    sheet.append(["no column"])
    book.save(tmp_path / "moved.xlsx")
    assert read_decisions(tmp_path / "moved.xlsx") == [Decision("C", "a", "later wins", False)]


def test_a_workbook_without_decisions_has_none_and_a_torn_file_says_so(tmp_path):
    book = openpyxl.Workbook()
    book.save(tmp_path / "other.xlsx")
    assert read_decisions(tmp_path / "other.xlsx") == []
    book.active.title = "Decisions"
    book.save(tmp_path / "empty.xlsx")
    assert read_decisions(tmp_path / "empty.xlsx") == []
    (tmp_path / "torn.xlsx").write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(SourceError, match=r"torn\.xlsx cannot be read"):
        read_decisions(tmp_path / "torn.xlsx")


ODD_VALUES = ["a\rb", "_x0041_", "  padded ", "=1+1", "+44", "0042", "l1\nl2", "\x01", "☃𝒳"]


def test_values_come_back_exactly_as_they_were(tmp_path):
    problems = [
        Problem("c", "m", column="Source", value=value, count=1, rows=[(0, 2)])
        for value in [*ODD_VALUES, " ", "x" * 40_000]
    ]
    rows = [ReportRow(0, 2, ("",) * 6, Outcome.REJECTED, problems=(BAD_SOURCE,))]
    path = write(tmp_path, rows, problems=problems)
    book = openpyxl.load_workbook(path)
    for row in range(2, book["Decisions"].max_row + 1):
        book["Decisions"].cell(row, 6).value = "LinkedIn"
    book.save(path)
    assert sorted(d.value for d in read_decisions(path)) == sorted(ODD_VALUES)


def test_texts_beyond_excels_limit_are_shortened_visibly(tmp_path):
    cells = ("Ada", "L" * 40_000, "a@example.com", "", "Linkdin", "")
    row = ReportRow(0, 2, cells, Outcome.REJECTED, problems=(BAD_SOURCE,), token="t")
    sheet = openpyxl.load_workbook(write(tmp_path, [row]))["Fix"]
    assert is_shortened(sheet["B2"].value)
    assert sheet["B2"].fill.fgColor.rgb == "FFE4E0EC"
    assert sheet["K2"].value == "t"


def test_original_columns_keep_their_names_and_ours_give_way(tmp_path):
    columns = ("Name", "Decision", "reason")
    row = ReportRow(0, 2, ("Ada", "hired", "x"), Outcome.REJECTED, problems=(BAD_EMAIL,))
    path = write(tmp_path, [row], sources=(source(columns=columns),))
    book = openpyxl.load_workbook(path)
    assert [c.value for c in book["Fix"][1]] == [
        *columns,
        "reason (import)",
        "decision (import)",
        *OURS[2:],
    ]
    assert "'decision (import)'" in book["Read me"]["B7"].value


def test_a_fix_workbook_that_is_run_again_does_not_pile_up_our_columns(tmp_path):
    again = source("fix.xlsx", kind="xlsx", columns=(*COLUMNS, *OURS), marker="earlier-run")
    cells = (*made_rows(4)[3].cells, "old reason", "skip", "in/people.csv", "5", "t-old")
    row = ReportRow(0, 2, cells, Outcome.REJECTED, problems=(BAD_SOURCE,), token="t-new")
    sheet = openpyxl.load_workbook(write(tmp_path, [row], sources=(again,)))["Fix"]
    assert [c.value for c in sheet[1]] == [*COLUMNS, *OURS]
    assert [c.value for c in sheet[2]][7:] == [None, "fix.xlsx", "2", "t-new"]


def test_comments_stand_on_the_first_2000_rows_and_reasons_on_all(tmp_path):
    base = ReportRow(0, 2, made_rows(4)[3].cells, Outcome.REJECTED, problems=(BAD_SOURCE,))
    rows = [replace(base, row=n + 2) for n in range(2_010)]
    sheet = openpyxl.load_workbook(write(tmp_path, rows, problems=()))["Fix"]
    assert sheet["E2001"].comment is not None
    assert sheet["E2002"].comment is None
    assert sheet["G2011"].value.startswith("Source: ")


def test_rows_beyond_a_sheet_are_counted_on_the_first_one(tmp_path):
    rows = [r for r in made_rows(60) if r.outcome is Outcome.REJECTED]
    summary = summary_of(rows)
    path = tmp_path / "fix.xlsx"
    fix = FixWorkbook(path, tmp_path, summary, unite_columns(summary.sources), {}, sheet_rows=4)
    for row in rows:
        fix.add(row)
    fix.close()
    book = openpyxl.load_workbook(path)
    assert book["Fix"].max_row == 4
    said = [c.value for row in book["Read me"].iter_rows() for c in row if c.value]
    assert said[-1].startswith("3 more rows need a person than a sheet can hold")


def test_a_source_wider_than_a_sheet_gets_no_fix_workbook(tmp_path):
    columns = tuple(f"c{n}" for n in range(16_380))
    row = ReportRow(0, 2, ("x",) * len(columns), Outcome.REJECTED, problems=(BAD_EMAIL,))
    summary = summary_of([row], sources=(source(columns=columns),), problems=())
    paths = write_reports(tmp_path, summary, given([row]), {}, formats=["fix", "xlsx", "json"])
    assert paths.fix == ""
    sheet = openpyxl.load_workbook(paths.results_xlsx, read_only=True)["Summary"]
    assert any("More columns than a sheet" in str(c) for row in sheet.values for c in row)


@pytest.mark.parametrize(
    "labels",
    [["a,b", "c"], ["=x"], [" padded"], ['say "x"'], ["x" * 254, "yy"], ["two\nlines"]],
)
def test_lists_that_excel_would_misread_go_to_the_hidden_sheet(tmp_path, labels):
    rows = made_rows(4)
    allowed = {"Source": labels, "Mobile": labels}
    paths = write_reports(tmp_path, summary_of(rows), given(rows), allowed, formats=["fix"])
    book = openpyxl.load_workbook(paths.fix)
    assert [c.value for c in book["Allowed values"]["A"]] == labels
    assert book["Allowed values"].max_column == 1


def test_blank_and_endless_labels_are_no_choices(tmp_path):
    rows = made_rows(4)
    labels = {"Source": ["", " ", "x" * 40_000], "Absent": ["a"]}
    paths = write_reports(tmp_path, summary_of(rows), given(rows), labels, formats=["fix"])
    rules = openpyxl.load_workbook(paths.fix)["Fix"].data_validations.dataValidation
    assert [str(r.sqref).split(":")[0] for r in rules] == ["H2"]


def test_no_value_to_decide_is_said(tmp_path):
    rows = [r for r in made_rows(40) if r.outcome is Outcome.IN_DOUBT]
    sheet = openpyxl.load_workbook(write(tmp_path, rows))["Decisions"]
    assert sheet["A2"].value == "No value needs one answer for many rows."
    assert read_decisions(tmp_path / "fix.xlsx") == []


def test_a_row_without_a_problem_still_has_a_reason(tmp_path):
    rows = [ReportRow(0, 2, made_rows(1)[0].cells, Outcome.INCOMPLETE, "id-1")]
    sheet = openpyxl.load_workbook(write(tmp_path, rows))["Fix"]
    assert sheet["G2"].value.startswith("Created, file missing: ")


def test_a_note_colours_its_cell_least(tmp_path):
    note = replace(BAD_SOURCE, severity=Severity.NOTE)
    rows = [
        ReportRow(0, 2, made_rows(4)[3].cells, Outcome.REJECTED, problems=(note,)),
        ReportRow(0, 3, made_rows(4)[3].cells, Outcome.REJECTED, problems=(note, BAD_SOURCE)),
    ]
    sheet = openpyxl.load_workbook(write(tmp_path, rows))["Fix"]
    assert sheet["E2"].fill.fgColor.rgb == "FFDDEBF7"
    assert sheet["E3"].fill.fgColor.rgb == "FFFFC7CE"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_libreoffice_keeps_what_we_read_back(fix, tmp_path):
    """Opened and saved by another program: the mark, tokens, texts and answers survive."""
    edited = openpyxl.load_workbook(fix)
    edited["Decisions"]["F2"], edited["Decisions"]["G2"] = "LinkedIn", "yes"
    (tmp_path / "in").mkdir()
    edited.save(tmp_path / "in" / "fix.xlsx")
    subprocess.run(
        [
            "soffice",
            "--headless",
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(tmp_path / "out"),
            str(tmp_path / "in" / "fix.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    saved = tmp_path / "out" / "fix.xlsx"
    book = openpyxl.load_workbook(saved)
    assert book.custom_doc_props["candidate-import-run"].value == "20261103-020000-k7"
    lines = list(book["Fix"].iter_rows(values_only=True))
    assert lines[1][10] == "t-3"
    assert lines[1][3] == "+44 20 7946 0003"
    assert lines[5][5] == "=1+1"
    assert book["Fix"]["F6"].data_type == "s"
    assert read_decisions(saved) == [Decision("Source", "Linkdin", "LinkedIn", remember=True)]


def test_answers_that_excel_made_into_something_else_are_read_as_people_see_them(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Decisions"
    sheet.append(["column", "value", "use instead", "remember"])
    sheet.append(["C", "1", dt.datetime(2026, 4, 3), 1])  # noqa: DTZ001 - workbooks know no zones
    sheet.append(["C", "2", dt.datetime(2026, 4, 3, 9, 30), True])  # noqa: DTZ001 - the same
    sheet.append(["C", "3", dt.time(9, 30), "No"])
    sheet.append(["C", 4.5, False, None])
    book.save(tmp_path / "typed.xlsx")
    assert read_decisions(tmp_path / "typed.xlsx") == [
        Decision("C", "1", "2026-04-03", remember=True),
        Decision("C", "2", "2026-04-03T09:30:00", remember=True),
        Decision("C", "3", "09:30:00", remember=False),
        Decision("C", "4.5", "FALSE", remember=False),
    ]
