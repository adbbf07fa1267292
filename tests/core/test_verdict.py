"""What a run came to, in words, and whom to tell."""

from __future__ import annotations

import pytest

from importer.core.model import Outcome, Problem, Severity
from importer.core.results import RequestCounts, RunSummary
from importer.core.verdict import (
    OUTCOME_WORDS,
    assert_counts,
    counts_equation,
    describe_rows,
    is_news,
    judge,
    list_rows,
    problems_by_column,
    should_notify,
    sort_problems,
)


def run(exit_code: int = 0, command: str = "run", **changes: object) -> RunSummary:
    counts = {o.value: 0 for o in Outcome}
    given = {k: v for k, v in changes.items() if k in counts}
    rest = {k: v for k, v in changes.items() if k not in counts}
    counts |= given  # type: ignore[arg-type]
    counts["rows"] = sum(counts.values())
    base: dict[str, object] = {
        "run_id": "r",
        "command": command,
        "started_at": "",
        "finished_at": "",
        "connector": "acme",
        "customer": "",
        "ats": "",
        "environment": "",
        "sources": (),
        "source_rows": (),
        "mapping_path": "m.yaml",
        "mapping_sha256": "",
        "schema_sha256": "",
        "counts": counts,
        "skipped": {},
        "problems": (),
        "resolved": (),
        "requests": RequestCounts(),
        "attachments": {},
        "check_s": 0.0,
        "send_s": 0.0,
        "exit_code": exit_code,
    }
    return RunSummary(**{**base, **rest})  # type: ignore[arg-type]


VERDICTS = {
    "all created": (run(created=3), "good", "All is well: all 3 rows are settled, 3 created."),
    "one row": (run(created=1), "good", "All is well: the one row is settled, 1 created."),
    "a quiet night": (
        run(unchanged=1200),
        "good",
        "Nothing new: all 1,200 rows are settled by earlier runs.",
    ),
    "some of all": (
        run(created=2, changed=1, duplicate=1, already_in_ats=4, set_aside=1, unchanged=5),
        "good",
        "All is well: all 14 rows are settled, 2 created, 5 unchanged, 1 changed since, "
        "4 already in the ATS, 1 duplicate, 1 set aside.",
    ),
    "people needed": (
        run(1, created=7, rejected=2, in_doubt=1),
        "attention",
        "3 of 10 rows need a person; 7 created.",
    ),
    "one person needed": (
        run(1, unchanged=9, refused=1),
        "attention",
        "1 of 10 rows needs a person; none created, 9 unchanged.",
    ),
    "no rows": (run(), "attention", "The source holds no rows; nothing was done."),
    "interrupted": (
        run(3, created=4, not_sent=6, rejected=1, stop_reason="Ctrl-C."),
        "stopped",
        "Stopped before the end: Ctrl-C. 4 created, 6 not sent, 1 needs a person.",
    ),
    "interrupted with several bad rows": (
        run(3, rejected=2),
        "stopped",
        "Stopped before the end. None created, 2 need a person.",
    ),
    "guard": (run(4, created=1), "stopped", "Stopped before the end. 1 created."),
    "not possible": (
        run(2, not_sent=2, stop_reason="The mapping names a column that is absent."),
        "stopped",
        "Could not start: The mapping names a column that is absent. Nothing was sent.",
    ),
    "check, sound": (
        run(command="check", ready=5),
        "good",
        "All 5 rows passed: 5 would be sent. Nothing was sent.",
    ),
    "check, some settled": (
        run(command="check", ready=5, unchanged=1),
        "good",
        "All 6 rows passed: 5 would be sent, 1 needs no call. Nothing was sent.",
    ),
    "check, nothing to do": (
        run(command="check", unchanged=2),
        "good",
        "Nothing to send: all 2 rows are settled already.",
    ),
    "check, problems": (
        run(1, command="check", ready=5, rejected=2, unchanged=3),
        "attention",
        "2 of 10 rows need a person; 5 would be sent, 3 need no call. Nothing was sent.",
    ),
    "check, one problem": (
        run(1, command="check", rejected=1),
        "attention",
        "1 of 1 row needs a person; 0 would be sent. Nothing was sent.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VERDICTS)
def test_the_verdict_in_a_sentence(name):
    summary, tone, sentence = VERDICTS[name]
    verdict = judge(summary)
    assert (verdict.tone, verdict.sentence) == (tone, sentence)


def test_whoever_must_act_is_told_how():
    assert "fix.xlsx" in judge(run(1, rejected=1)).next_step
    assert "sends no row twice" in judge(run(3, not_sent=1)).next_step
    assert "decide" in judge(run(4)).next_step
    assert judge(run(created=1)).next_step == ""


def test_every_outcome_has_words():
    assert set(OUTCOME_WORDS) == set(Outcome)


def test_rows_that_do_not_add_up_are_a_defect():
    assert_counts(run(created=2, rejected=1).counts)
    with pytest.raises(AssertionError, match="5 read, 2 accounted for"):
        assert_counts({"rows": 5, "created": 2})


def test_the_equation_names_what_occurred():
    assert counts_equation(run(created=1200, in_doubt=1).counts) == (
        "1,201 rows = 1,200 created + 1 in doubt"
    )
    assert counts_equation({}) == "0 rows = 0"


def problem(column: str | None, severity: Severity, count: int, **more: object) -> Problem:
    return Problem(code="c", message="m", column=column, severity=severity, count=count, **more)  # type: ignore[arg-type]


def test_problems_come_worst_first_then_by_rows():
    note = problem("A", Severity.NOTE, 900)
    warning = problem("B", Severity.WARNING, 50)
    small, large = problem("C", Severity.ERROR, 1), problem(None, Severity.ERROR, 7)
    assert sort_problems([note, warning, small, large]) == [large, small, warning, note]


def test_columns_are_counted_without_notes():
    found = problems_by_column(
        [
            problem("A", Severity.ERROR, 2),
            problem("A", Severity.WARNING, 3),
            problem("B", Severity.ERROR, 4),
            problem(None, Severity.NOTE, 9),
            problem(None, Severity.WARNING, 1),
        ]
    )
    assert [(c.column, c.values, c.errors, c.warnings) for c in found] == [
        ("B", 1, 4, 0),
        ("A", 2, 2, 3),
        ("(whole row)", 1, 0, 1),
    ]


@pytest.mark.parametrize(
    ("rows", "count", "text"),
    [
        ([], 0, ""),
        ([], 3, "3 rows"),
        ([(0, 7)], 1, "row 7"),
        ([(0, 7), (0, 9)], 2, "2 rows (7, 9)"),
        ([(0, r) for r in range(2, 30)], 1214, "1,214 rows (2, 3, 4, 5, 6 …)"),
    ],
)
def test_rows_are_told_by_number_and_count(rows, count, text):
    assert describe_rows(problem("A", Severity.ERROR, count, rows=rows)) == text


def test_sources_are_named_before_their_rows():
    both = problem("A", Severity.ERROR, 4, rows=[(0, 7), (0, 8), (1, 2), (9, 3)])
    assert list_rows(both, ["a.csv", "b.csv"]) == "a.csv 7, 8, b.csv 2, 3"


NEW = problem("A", Severity.ERROR, 1, state="new")
OPEN = problem("A", Severity.ERROR, 1, state="open")
UNTRACKED = problem("A", Severity.WARNING, 1)
NOTED = problem("A", Severity.NOTE, 1, state="new")

NEWS = {
    "a quiet night": (run(unchanged=3), 0, False),
    "the first quiet run": (run(created=3), None, False),
    "a new problem": (run(1, rejected=1, problems=(NEW,)), 1, True),
    "a problem that nobody tracks": (run(1, rejected=1, problems=(UNTRACKED,)), 1, True),
    "only a note": (run(created=1, problems=(NOTED,)), 0, False),
    "still open": (run(1, rejected=1, problems=(OPEN,)), 1, False),
    "recovered from problems": (run(unchanged=1), 1, True),
    "recovered from an outage": (run(1, rejected=1, problems=(OPEN,)), 3, True),
    "a new column": (run(unchanged=1, new_columns=("X",)), 0, True),
    "drift": (run(unchanged=1, drift=("gone",)), 0, True),
    "outage": (run(3), 3, True),
    "guard": (run(4), 0, True),
    "not possible": (run(2), 0, True),
}


@pytest.mark.parametrize("name", NEWS)
def test_what_is_news(name):
    summary, previous, told = NEWS[name]
    assert is_news(summary, previous) is told
    assert should_notify("new", summary, previous) is told
    assert should_notify("always", summary, previous) is True
    assert should_notify("never", summary, previous) is False
