"""The call budget: calls by purpose, the end, and what limits leave room for."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from importer.core.budget import SendLimits, calls_to_seconds, parse_until, plan_calls
from importer.errors import UsageError

NOW = datetime(2026, 11, 23, 22, 0, tzinfo=timezone(timedelta(hours=1)))


def plan(**more: Any) -> Any:
    return plan_calls(**{"creates": 1_000, "limit_per_minute": 200, "starts_at": NOW, **more})


def test_a_plan_counts_every_call() -> None:
    """Calls for each purpose, seconds at the limit, the end; and it goes into JSON."""
    plain = plan(attachments=500, existing_people=100, lookups=3, reconcile=5, preflight=2)
    assert plain.by_purpose == {
        "preflight": 2,
        "lookups": 3,
        "existing_people": 100,
        "reconcile": 5,
        "create": 1_000,
        "attachments": 500,
    }
    assert plain.calls == 1_610
    assert plain.seconds == 483.0
    assert plain.ends_at == NOW + timedelta(seconds=483)
    shown = json.loads(json.dumps(plain.as_json()))
    assert shown["ends_at"] == "2026-11-23T22:08:03+01:00"
    assert (shown["calls"], shown["creates_in_reach"], shown["limited_by"]) == (1_610, 1_000, "")


LIMITS: dict[str, tuple[SendLimits, dict[str, Any], int, str]] = {
    "none": (SendLimits(), {}, 1_000, ""),
    "--limit": (SendLimits(max_creates=10), {}, 10, "--limit"),
    "--limit above": (SendLimits(max_creates=2_000), {}, 1_000, ""),
    "--max-calls": (SendLimits(max_calls=300), {"existing_people": 100}, 200, "--max-calls"),
    "calls made": (SendLimits(max_calls=300), {"calls_made": 50}, 250, "--max-calls"),
    "too few calls": (SendLimits(max_calls=50), {"existing_people": 100}, 0, "--max-calls"),
    "files cost too": (SendLimits(max_calls=300), {"attachments": 2_000}, 100, "--max-calls"),
    "--until": (SendLimits(until=NOW.timestamp() + 60), {"lookups": 20}, 180, "--until"),
    "past": (SendLimits(until=NOW.timestamp() - 60), {}, 0, "--until"),
    "the smallest wins": (
        SendLimits(until=NOW.timestamp() + 60, max_calls=90, max_creates=95),
        {},
        90,
        "--max-calls",
    ),
}


@pytest.mark.parametrize(("limits", "more", "reach", "by"), LIMITS.values(), ids=LIMITS)
def test_limits_say_how_many_creates_are_in_reach(
    limits: SendLimits, more: dict[str, Any], reach: int, by: str
) -> None:
    """Whatever comes before the creates counts, and so do their files."""
    planned = plan(limits=limits, **more)
    assert (planned.creates_in_reach, planned.limited_by) == (reach, by)
    assert planned.by_purpose["create"] == reach


def test_nothing_to_create_still_attaches_what_is_pending() -> None:
    assert plan(creates=0, attachments=3).by_purpose["attachments"] == 3


def test_a_limit_is_used_up_at_its_number() -> None:
    """The call after the last one, and the moment itself, are refused with a reason."""
    limits = SendLimits(max_calls=2, until=100.0)
    assert limits.used_up(1, 99.9) is None
    assert "--max-calls" in str(limits.used_up(2, 0.0))
    assert "--until" in str(limits.used_up(0, 100.0))
    assert SendLimits().used_up(10**9, 1e12) is None


def test_seconds_at_no_limit_are_not_endless() -> None:
    assert calls_to_seconds(10, 0) == 600.0


ZONE = NOW.tzinfo


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("23:30", datetime(2026, 11, 23, 23, 30, tzinfo=ZONE)),
        (" 06:00 ", datetime(2026, 11, 24, 6, 0, tzinfo=ZONE)),
        ("22:00", datetime(2026, 11, 24, 22, 0, tzinfo=ZONE)),
        ("2026-11-24", datetime(2026, 11, 24, 0, 0, tzinfo=ZONE)),
        ("2026-11-24T06:00", datetime(2026, 11, 24, 6, 0, tzinfo=ZONE)),
        ("2026-11-24 06:00", datetime(2026, 11, 24, 6, 0, tzinfo=ZONE)),
        ("2026-11-24T06:00+00:00", datetime(2026, 11, 24, 6, 0, tzinfo=UTC)),
    ],
)
def test_until_is_a_time_or_a_date(text: str, moment: datetime) -> None:
    """A time is the next one; a date is its first minute; both are the person's zone."""
    assert parse_until(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "tonight", "25:00", "2026-11-23", "2020-01-01T00:00"])
def test_what_is_no_time_or_has_passed_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--until"):
        parse_until(text, NOW)
