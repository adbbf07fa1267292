"""Runs and where they stand, in words."""

from __future__ import annotations

import pytest
from history_kit import record

from importer.core.history import (
    describe_status,
    list_runs,
    run_lines,
    show_seconds,
    status_lines,
)
from importer.core.memory import LedgerFigures
from importer.core.ports import RowState


def test_runs_stand_in_a_table() -> None:
    header, line, bare = list_runs([record(exit_code=3), record(summary="", state="preparing")])
    assert header.split() == [
        "run",
        "what",
        "state",
        "exit",
        "rows",
        "what",
        "became",
        "of",
        "them",
    ]
    assert line.split()[:5] == ["20260101-020000-aaaa", "run", "sending", "3", "5"]
    assert line.endswith("3 created, 2 rejected")
    assert bare.endswith(" 0")
    assert list_runs([]) == ["No run yet."]


def test_a_run_is_told_with_its_sources_and_who_ran_it() -> None:
    told = "\n".join(run_lines(record()))
    for words in (
        "finished  not yet",
        "exit code -",
        "by        ada@desk",
        "more.xlsx, sheet Jan: 2 rows",
        "5 = 3 created + 2 rejected",
        "stopped   The run was told to stop.",
        "folder    reports/x",
    ):
        assert words in told
    bare = "\n".join(run_lines(record(summary="", folder="", exit_code=0, finished_at="now")))
    assert "by        unknown" in bare
    assert "folder    forgotten" in bare
    assert "rows      " not in bare


def test_a_run_that_sends_says_how_long_it_still_takes() -> None:
    own = LedgerFigures(
        {RowState.STAGED: 400, RowState.INTENDED: 1}, {RowState.CREATED: 99, RowState.REFUSED: 1}
    )
    all_of_it = LedgerFigures({RowState.IN_DOUBT: 2}, {RowState.CREATED: 1_000})
    told = status_lines(describe_status(record(summary=""), all_of_it, own))
    assert told == [
        "Run 20260101-020000-aaaa of acme.yaml: sending",
        "  100 of 501 rows settled (20%), 400 to send",
        "  about 2 min at the API's limit",
        "  2 rows in doubt: `candidate-import reconcile`",
        "  1,000 people known on this connector",
    ]
    prepared = status_lines(describe_status(record(state="preparing"), None, None))
    assert "  0 of 0 rows settled, 0 to send" in prepared


def test_a_file_is_told_beside_the_latest_run() -> None:
    document = describe_status(record(state="finished"), None, None)
    file = {"path": "people.csv", "rows": 9, "settled": 9, "waiting": 0, "need_a_person": 0}
    lines = status_lines(document | {"file": file | {"seconds": 0}})
    assert "  5 rows, 2 need a person" in lines
    assert "  0 to be sent by the next run" in lines
    lines = status_lines(document | {"file": file | {"waiting": 4, "seconds": 200}})
    assert "  4 to be sent by the next run: about 3 min of calls" in lines
    assert status_lines(describe_status(None, None, None)) == ["No run yet."]


@pytest.mark.parametrize(
    ("seconds", "told"), [(40, "40 s"), (119, "119 s"), (1_500, "25 min"), (12_600, "3.5 h")]
)
def test_durations_are_told_as_people_say_them(seconds: float, told: str) -> None:
    assert show_seconds(seconds) == told
