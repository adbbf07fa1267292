"""The run folder as a whole: files, names, counts (design 4.4)."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from report_runs import ALLOWED, COLUMNS, cells, given, made_rows, source, summary_of

from importer.adapters.reports import write_reports
from importer.adapters.reports.files import draft_of, publish
from importer.adapters.reports.results_xlsx import XlsxResults
from importer.adapters.reports.safety import encodable, encodable_row
from importer.core.handback import RESULT_COLUMNS, unite_columns
from importer.core.model import Outcome, Problem
from importer.core.results import ReportRow


def _csv(path: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(Path(path).read_text(encoding="utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, list[ReportRow]]:
    rows = made_rows(40)
    folder = tmp_path_factory.mktemp("reports") / "deep" / "20261103-020000-k7"
    return write_reports(folder, summary_of(rows), given(rows), ALLOWED), rows


def test_results_csv_holds_every_row_with_our_columns_behind(written):
    paths, rows = written
    lines = _csv(paths.results_csv)
    assert lines[0] == [*COLUMNS, *RESULT_COLUMNS]
    assert len(lines) == len(rows) + 1
    assert Path(paths.results_csv).read_bytes().startswith(b"\xef\xbb\xbf")
    third = dict(zip(lines[0], lines[4], strict=True))
    assert third["import_row"] == "5"
    assert third["import_outcome"] == "rejected"
    assert third["import_code"] == "not-allowed; phone-unsure"
    assert "Source: 'Linkdin'" in third["import_problem"]
    assert third["import_hint"] == "Did you mean LinkedIn?"


def test_texts_that_would_run_get_an_apostrophe_in_csv_only(written):
    paths, _ = written
    first = dict(zip(*_csv(paths.results_csv)[:2], strict=True))
    assert first["Notes"] == "'=1+1"
    assert first["Mobile"] == "'+44 20 7946 0000"
    book = openpyxl.load_workbook(paths.results_xlsx)
    cells = book["Results"][2]
    assert [(c.value, c.data_type) for c in (cells[3], cells[5])] == [
        ("+44 20 7946 0000", "s"),
        ("=1+1", "s"),
    ]


def test_results_xlsx_has_its_three_sheets_and_mark(written):
    paths, rows = written
    book = openpyxl.load_workbook(paths.results_xlsx)
    assert book.sheetnames == ["Summary", "Problems", "Results"]
    assert book.custom_doc_props["candidate-import-results"].value == "20261103-020000-k7"
    assert book["Results"].max_row == len(rows) + 1
    assert book["Summary"]["A1"].value == "6 of 40 rows need a person; 30 created, 4 unchanged."
    assert [c.value for c in book["Problems"][2]][:4] == ["error", "Source", "Linkdin", 4]


def test_summary_json_has_the_contracts_keys_in_order(written):
    paths, rows = written
    document = json.loads(Path(paths.summary).read_text(encoding="utf-8"))
    assert list(document)[:13] == [
        "run_id",
        "started_at",
        "finished_at",
        "connector",
        "sources",
        "mapping",
        "schema_sha256",
        "counts",
        "skipped",
        "problems",
        "requests",
        "attachments",
        "seconds",
    ]
    assert list(document)[13] == "exit_code"
    assert list(document["counts"]) == ["rows", *(o.value for o in Outcome)]
    assert sum(document["counts"].values()) == 2 * len(rows)
    problem = document["problems"][0]
    assert list(problem)[:8] == [
        "code", "column", "value", "count", "rows", "message", "hint", "since",
    ]  # fmt: skip
    assert problem["rows"] == [[0, 5], [0, 15], [0, 25], [0, 35]]
    assert document["skipped"] == {"blank": {"count": 2, "rows": [[0, 9], [0, 10]]}}


def test_a_folder_holds_nothing_but_finished_files(written):
    paths, _ = written
    names = sorted(p.name for p in Path(paths.folder).iterdir())
    assert names == ["fix.xlsx", "report.html", "results.csv", "results.xlsx", "summary.json"]
    assert paths.listed()[0] == ("Correct", paths.fix)


def test_a_run_that_needs_nobody_has_no_fix_workbook(tmp_path):
    rows = [r for r in made_rows(10) if not r.problems]
    paths = write_reports(tmp_path, summary_of(rows), given(rows), {})
    assert paths.fix == ""
    assert not (tmp_path / "fix.xlsx").exists()
    assert all(what != "Correct" for what, _ in paths.listed())


def test_only_the_asked_for_formats_are_written(tmp_path):
    rows = made_rows(10)
    paths = write_reports(tmp_path, summary_of(rows), given(rows), {}, formats={"json", "csv"})
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["results.csv", "summary.json"]
    assert paths.html == paths.results_xlsx == ""


def test_a_file_that_cannot_be_replaced_gets_another_name(tmp_path):
    """A folder of that name stands for a workbook that is open in Excel."""
    (tmp_path / "results.xlsx").mkdir()
    (tmp_path / "fix.xlsx").mkdir()
    rows = made_rows(10)
    paths = write_reports(tmp_path, summary_of(rows), given(rows), {})
    assert Path(paths.results_xlsx).name == "results (2).xlsx"
    assert Path(paths.fix).name == "fix (2).xlsx"
    assert Path(paths.results_csv).name == "results.csv"


@pytest.mark.parametrize("lie", ["rows", "created"])
def test_counts_that_do_not_add_up_leave_no_file(tmp_path, lie):
    rows = made_rows(10)
    summary = summary_of(rows)
    summary = replace(summary, counts={**summary.counts, lie: 3})
    with pytest.raises(AssertionError, match="do not add up"):
        write_reports(tmp_path / "run", summary, given(rows), {})
    assert not (tmp_path / "run").exists()


def test_rows_other_than_those_counted_leave_no_file(tmp_path):
    rows = made_rows(10)
    with pytest.raises(AssertionError, match="not the rows counted"):
        write_reports(tmp_path, summary_of(rows), given(rows[:-1]), {})
    assert list(tmp_path.iterdir()) == []


def test_columns_of_several_sources_are_lined_up_by_name(tmp_path):
    sources = (
        source("a.csv", columns=("Name", "E-mail")),
        source("b.xlsx", kind="xlsx", sheet="Jan", columns=("E-mail", "import_row", "City")),
    )
    rows = [
        ReportRow(0, 2, ("Ada", "ada@example.com"), Outcome.CREATED, "1"),
        ReportRow(1, 7, ("bob@example.com", "x", "Oslo"), Outcome.CREATED, "2"),
        ReportRow(1, 8, ("short@example.com",), Outcome.CREATED, "3"),
    ]
    summary = summary_of(rows, sources=sources, source_rows=(1, 2))
    paths = write_reports(tmp_path, summary, given(rows), {}, formats=["csv", "html", "xlsx"])
    lines = _csv(paths.results_csv)
    assert lines[0][:4] == ["Name", "E-mail", "import_row (original)", "City"]
    assert lines[1][:7] == ["Ada", "ada@example.com", "", "", "a.csv", "", "2"]
    assert lines[2][:7] == ["", "bob@example.com", "x", "Oslo", "b.xlsx", "Jan", "7"]
    assert lines[3][:4] == ["", "short@example.com", "", ""]


def test_texts_that_no_file_format_holds_do_not_stop_a_report(tmp_path):
    """Lone surrogates, control characters and texts beyond a cell's limit."""
    odd = ("\ud800x", "\x00\x1b[31m", "_x0041_", "a\r\nb", "L" * 40_000, "𝒳" * 20_000)
    rows = [ReportRow(0, 2, odd, Outcome.REJECTED, problems=made_rows(4)[3].problems)]
    paths = write_reports(tmp_path, summary_of(rows), given(rows), ALLOWED)
    cells = [c.value for c in openpyxl.load_workbook(paths.results_xlsx)["Results"][2]]
    assert cells[4].startswith("⟦shortened by candidate-import⟧ LLL")
    assert cells[5].startswith("⟦shortened by candidate-import⟧ 𝒳")
    assert _csv(paths.results_csv)[1][4] == "L" * 40_000
    assert _csv(paths.results_csv)[1][0] == "�x"
    assert json.loads(Path(paths.summary).read_text(encoding="utf-8"))["counts"]["rows"] == 1


def test_results_go_on_on_further_sheets_where_one_is_full(tmp_path):
    rows = made_rows(7)
    summary = summary_of(rows)
    columns = unite_columns(summary.sources)
    results = XlsxResults(tmp_path / "r.xlsx", tmp_path, summary, columns, sheet_rows=4)
    for row in rows:
        results.add(row)
    results.close()
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames[2:] == ["Results", "Results 2", "Results 3"]
    assert [book[name].max_row for name in book.sheetnames[2:]] == [4, 4, 2]
    assert book["Results 3"]["A1"].value == "First name"


def test_problems_beyond_what_a_person_reads_are_cut_and_counted(tmp_path):
    problems = [Problem("c", "m", column="A", value=str(n), count=1) for n in range(20_010)]
    paths = write_reports(
        tmp_path, summary_of([], problems=problems), given([]), {}, formats=["xlsx"]
    )
    sheet = openpyxl.load_workbook(paths.results_xlsx, read_only=True)["Problems"]
    last = list(sheet.iter_rows(values_only=True))[-1]
    assert last[5] == "… and 10 more"


def test_half_characters_are_replaced_wherever_they_stand(tmp_path):
    """A file name that is no valid Unicode, as some systems have them."""
    odd = source("in/\udce9t\udce9.csv", sheet="\ud800")
    bad = replace(made_rows(4)[3].problems[0], message="\ud800?")
    rows = [ReportRow(0, 2, cells(1), Outcome.REJECTED, "\udfff", (bad,))]
    summary = summary_of(rows, sources=(odd,), cleaned={"\ud800": 1}, left_out=("\ud800",))
    paths = write_reports(tmp_path, summary, given(rows), {})
    assert json.loads(Path(paths.summary).read_text("utf-8"))["sources"][0]["path"] == "in/�t�.csv"
    assert _csv(paths.results_csv)[1][6:8] == ["in/�t�.csv", "�"]
    assert encodable(rows[0]).row == 2
    assert encodable_row(made_rows(1)[0]) == made_rows(1)[0]


def test_when_every_other_name_is_taken_too_the_system_says_why(tmp_path):
    target = tmp_path / "fix.xlsx"
    for number in range(1, 99):
        (target if number == 1 else target.with_stem(f"fix ({number})")).mkdir()
    draft = draft_of(target)
    draft.write_text("x", encoding="utf-8")
    with pytest.raises(OSError, match="fix"):
        publish(draft, target)
