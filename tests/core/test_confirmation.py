"""What a person reads before the first create."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from importer.core.budget import CallPlan
from importer.core.confirmation import describe_confirmation


def lines(calls: int = 100, limited_by: str = "", **more: Any) -> str:
    plan = CallPlan({"create": calls}, 200, datetime(2026, 1, 2, tzinfo=UTC), limited_by=limited_by)
    told = {
        "whose": "Example Ltd",
        "creates": 90,
        "counts": {"rows": 1_100, "rejected": 0},
        "has_history": True,
        "warnings": (),
        "side_effects": (),
    } | more
    return "\n".join(describe_confirmation(plan=plan, **told))


def test_who_how_many_and_that_it_stays() -> None:
    """In every case; nothing else where there is nothing else."""
    text = lines()
    for words in ("Example Ltd", "90 of 1,100 rows", "100 at 200 a minute", "There is no delete"):
        assert words in text
    for words in ("No history", "Not sent", "Note:", "It does", "limited"):
        assert words not in text


@pytest.mark.parametrize(
    ("calls", "words"), [(100, "about 30 s"), (10_000, "about 50 min"), (48_000, "about 4.0 h")]
)
def test_how_long_it_takes(calls: int, words: str) -> None:
    """In the unit that people would use."""
    assert words in lines(calls)


MORE: dict[str, tuple[dict[str, Any], str]] = {
    "a limit": ({"limited_by": "--limit"}, "(limited by --limit)"),
    "rows with problems": ({"counts": {"rows": 9, "rejected": 4}}, "4 rows with problems"),
    "no history": ({"has_history": False}, "90 rows are new"),
    "a warning": ({"warnings": ("Mind the gap.",)}, "Note:    Mind the gap."),
    "a side effect": ({"side_effects": (("It mails.", "docs"),)}, "It does: It mails. [docs]"),
}


@pytest.mark.parametrize(("told", "words"), MORE.values(), ids=MORE.keys())
def test_what_else_should_be_known(told: dict[str, Any], words: str) -> None:
    """Each has a line."""
    assert words in lines(**told)
