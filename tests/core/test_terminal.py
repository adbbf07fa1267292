"""The calm summary at the end of a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from importer.core.model import Outcome, Problem, Severity
from importer.core.results import RequestCounts, RunSummary
from importer.core.terminal import clean_text, display_width, render_summary

PROBLEMS = tuple(
    Problem(
        "not-allowed",
        f"'{value}' is not a source that this ATS knows.",
        "Did you mean LinkedIn?" if value == "Linkdin" else "",
        Severity.ERROR,
        "Source",
        value=value,
        count=count,
        rows=[(0, row) for row in range(5, 5 + count)],
    )
    for value, count in (("Linkdin", 30), ("Xing?", 2), ("fair", 1), ("zzz", 1))
)
PATHS = (("Correct", "reports/20261103/fix.xlsx"), ("Read", "reports/20261103/report.html"))


def made(**changes: object) -> RunSummary:
    counts = {o.value: 0 for o in Outcome} | {"created": 1166, "rejected": 34, "rows": 1200}
    base = RunSummary(
        run_id="r",
        command="run",
        started_at="",
        finished_at="",
        connector="acme",
        customer="Acme Staffing",
        ats="Greenhouse",
        environment="production",
        sources=(),
        source_rows=(),
        mapping_path="m.yaml",
        mapping_sha256="",
        schema_sha256="",
        counts=counts,
        skipped={"blank": [(0, 3)], "repeated_header": [(0, 1203)]},
        problems=PROBLEMS,
        resolved=(),
        requests=RequestCounts(),
        attachments={},
        check_s=0.0,
        send_s=0.0,
        exit_code=1,
        drift=("Option 'Agency' is gone.",),
        new_columns=("Office",),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def test_the_whole_summary_on_a_usual_terminal():
    assert (
        render_summary(made(), 80, paths=PATHS)
        == """\
34 of 1,200 rows need a person; 1,166 created.
Acme Staffing · Greenhouse (production)

  1,166  created   The ATS took it in this run.
     34  rejected  Failed our checks and was not sent.
  ─────
  1,200  rows
         and 2 lines that are no rows (blank, repeated header)

Largest problems
  1. Source: 'Linkdin' is not a source that this ATS knows. – 30 rows (5, 6, 7,
     8, 9 …)
     → Did you mean LinkedIn?
  2. Source: 'Xing?' is not a source that this ATS knows. – 2 rows (5, 6)
  3. Source: 'fair' is not a source that this ATS knows. – row 5
     … and 1 more in the report

! New column, not mapped: Office
! Option 'Agency' is gone.

→ Correct fix.xlsx and run it with the same mapping.

  Correct  reports/20261103/fix.xlsx
  Read     reports/20261103/report.html
"""
    )


@pytest.mark.parametrize("width", [1, 30, 40, 60])
def test_narrow_terminals_get_folded_lines_but_whole_paths(width):
    text = render_summary(made(), width, paths=PATHS)
    long = [line for line in text.splitlines() if display_width(line) > max(width, 24)]
    assert all("reports/" in line or line.startswith("  ") for line in long)
    assert "reports/20261103/fix.xlsx" in text


def test_colour_is_only_used_when_asked_for():
    assert "\x1b" not in render_summary(made(), 80)
    coloured = render_summary(made(), 80, colour=True)
    assert "\x1b[1;33m34 of 1,200" in coloured
    assert coloured.count("\x1b[0m") * 2 == coloured.count("\x1b[")


def test_a_quiet_night_takes_few_lines():
    counts = {o.value: 0 for o in Outcome} | {"unchanged": 5, "rows": 5}
    quiet = made(
        counts=counts,
        problems=(),
        skipped={},
        drift=(),
        new_columns=(),
        exit_code=0,
        customer="",
        ats="",
        environment="",
    )
    lines = render_summary(quiet, 60).splitlines()
    assert lines[0] == "Nothing new: all 5 rows are settled by earlier runs."
    assert len(lines) == 5
    empty = render_summary(replace(quiet, counts={"rows": 0}), 60)
    assert empty.startswith("The source holds no rows")


def test_problems_of_one_to_three_are_all_shown():
    text = render_summary(made(problems=PROBLEMS[:1]), 80)
    assert "\nProblems\n" in text
    assert "more in the report" not in text


def test_a_cell_cannot_steer_the_terminal():
    evil = replace(
        PROBLEMS[0],
        column=None,
        message="\x1b[2J\u202eevil\u202c \x07bell\r\nnext\ud800",
        rows=(),
        count=0,
    )
    text = render_summary(made(problems=(evil,)), 80)
    assert "1. [2Jevil bell next\n" in text


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("山田", 4), ("e\u0301", 1), ("ｗ", 2)]
)  # fmt: skip
def test_wide_characters_count_two(text, width):
    assert display_width(text) == width


def test_texts_of_wide_characters_are_folded_by_what_they_take():
    wide = replace(PROBLEMS[0], column=None, message="山田 太郎 " * 12, rows=(), count=0)
    text = render_summary(made(problems=(wide,)), 40)
    assert all(display_width(line) <= 40 for line in text.splitlines() if "山" in line)
    assert clean_text("a\u200bb\tc") == "ab c"
