"""Guards: the breaker, the outage, the share of rejected rows, the number of creates."""

from __future__ import annotations

from typing import Any

import pytest

from importer.core.guards import (
    Breaker,
    GuardSettings,
    OutageGuard,
    Step,
    check_expected_creates,
    check_rejected_share,
    parse_share,
)
from importer.errors import GuardStopped, UsageError


def causes(*texts: str) -> frozenset[str]:
    return frozenset(f"422|{text}" for text in texts)


def test_the_breaker_stops_at_one_cause_running() -> None:
    """The same cause in every one of so many rows running, whatever else they have."""
    breaker = Breaker(3)
    for other in ("x|a", "x|b"):
        breaker.on_refused(causes("body.job|missing", other))
        assert breaker.stop() is None
    breaker.on_refused(causes("body.job|missing"))
    stop = breaker.stop()
    assert stop is not None
    assert "3 rows" in stop.message
    assert "at body.job: missing" in stop.message


def test_the_breaker_forgets_at_a_success_or_another_cause() -> None:
    breaker = Breaker(2)
    breaker.on_refused(causes("|one"))
    breaker.on_refused(causes("|two"))
    assert breaker.stop() is None
    breaker.on_success()
    breaker.on_refused(causes("|two"))
    assert breaker.stop() is None
    breaker.on_refused(causes("|two"))
    stop = breaker.stop()
    assert stop is not None
    assert "one cause: two" in stop.message


def fail(guard: OutageGuard, times: int, now: float = 0.0) -> None:
    for _ in range(times):
        guard.on_doubt(now)


def test_five_in_doubt_running_stop_creating() -> None:
    """Stop, pause, probe; each failing probe doubles the pause."""
    guard = OutageGuard(GuardSettings())
    fail(guard, 4)
    assert guard.next_step(0.0) is Step.GO
    fail(guard, 1)
    assert not guard.is_clear
    assert (guard.next_step(0.0), guard.wait_s(0.0)) == (Step.WAIT, 5.0)
    assert guard.next_step(5.0) is Step.PROBE
    guard.on_probe(5.0, is_answered=False)
    assert guard.wait_s(5.0) == 10.0
    fail(guard, 1, 6.0)
    assert guard.wait_s(5.0) == 10.0


def test_after_a_probe_one_row_at_a_time_three_times() -> None:
    """A service that answers a GET is tried with single rows before the window opens."""
    guard = OutageGuard(GuardSettings())
    fail(guard, 5)
    guard.on_probe(5.0, is_answered=True)
    for _ in range(3):
        assert (guard.next_step(5.0), guard.width(8)) == (Step.GO, 1)
        guard.on_answer()
    assert guard.is_clear
    assert guard.width(8) == 8


def test_a_trial_that_fails_pauses_longer() -> None:
    guard = OutageGuard(GuardSettings())
    fail(guard, 5)
    guard.on_probe(5.0, is_answered=True)
    guard.on_doubt(5.0)
    assert guard.wait_s(5.0) == 10.0
    guard.on_probe(15.0, is_answered=True)
    guard.on_never_sent(15.0)
    assert guard.wait_s(15.0) == 20.0


@pytest.mark.parametrize(
    ("window", "doubts", "width"),
    [(5, 0, 5), (5, 3, 2), (5, 4, 1), (3, 0, 3), (3, 3, 2), (8, 0, 8), (8, 4, 4), (1, 0, 1)],
)
def test_the_window_shrinks_with_each_doubt(window: int, doubts: int, width: int) -> None:
    """With a window of five, rows without an answer and rows in doubt are five at most."""
    guard = OutageGuard(GuardSettings())
    fail(guard, doubts)
    assert guard.width(window) == width


def test_two_connection_failures_running_are_an_outage() -> None:
    """One may be chance; what cannot even leave waits and probes, and no row is in doubt."""
    guard = OutageGuard(GuardSettings())
    guard.on_never_sent(0.0)
    assert guard.next_step(0.0) is Step.GO
    guard.on_never_sent(0.0)
    assert guard.next_step(0.0) is Step.WAIT


def test_patience_runs_out() -> None:
    """Counted from the first failure after the last answer, throttling included."""
    guard = OutageGuard(GuardSettings(patience_s=600))
    guard.on_throttled(0.0)
    guard.on_throttled(599.0)
    assert guard.next_step(599.0) is Step.GO
    guard.on_answer()
    assert guard.next_step(700.0) is Step.GO
    guard.on_throttled(700.0)
    assert guard.next_step(1_300.0) is Step.GIVE_UP
    assert "10 minutes" in guard.give_up().message


def test_no_pause_outlasts_patience() -> None:
    """Whoever says two seconds waits two seconds, however long a pause would be."""
    guard = OutageGuard(GuardSettings(patience_s=2))
    fail(guard, 5)
    assert guard.wait_s(0.0) == 2.0
    assert guard.next_step(2.0) is Step.GIVE_UP


def test_pauses_grow_to_a_quarter_of_an_hour() -> None:
    guard = OutageGuard(GuardSettings(patience_s=1e9))
    fail(guard, 5)
    now = 0.0
    for _ in range(20):
        now += guard.wait_s(now)
        guard.on_probe(now, is_answered=False)
    assert guard.wait_s(now) == 900.0


@pytest.mark.parametrize(
    ("text", "share"), [("20%", 0.2), (" 20 % ", 0.2), ("0", 0.0), ("100%", 1.0), ("12.5%", 0.125)]
)
def test_shares_are_percentages(text: str, share: float) -> None:
    assert parse_share(text) == share


@pytest.mark.parametrize("text", ["", "many", "-1%", "101%", "nan"])
def test_other_shares_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_share(text)


@pytest.mark.parametrize(
    ("rejected", "judged", "share", "stops"),
    [
        (20, 100, 0.2, False),
        (21, 100, 0.2, True),
        (99, 100, None, False),
        (0, 0, 0.0, False),
        (1, 1_000_000, 0.0, True),
    ],
)
def test_too_many_rejected_rows_stop_the_run(
    rejected: int, judged: int, share: float | None, stops: bool
) -> None:
    """`--max-rejected` is a share of the rows that were judged; equal is still fine."""
    if stops:
        with pytest.raises(GuardStopped, match="Nothing was sent"):
            check_rejected_share(rejected, judged, share)
    else:
        check_rejected_share(rejected, judged, share)


TEN = [10, 30] * 5
CREATES: dict[str, tuple[dict[str, Any], bool]] = {
    "few runs so far": ({"creates": 5_000, "earlier": TEN[:9], "expected": None}, False),
    "five times the largest": ({"creates": 150, "earlier": TEN, "expected": None}, False),
    "more than that": ({"creates": 151, "earlier": TEN, "expected": None}, True),
    "not over a hundred": ({"creates": 100, "earlier": [1] * 10, "expected": None}, False),
    "expected": ({"creates": 151, "earlier": TEN, "expected": 151}, False),
    "fewer expected": ({"creates": 151, "earlier": TEN, "expected": 150}, True),
    "expected, few runs": ({"creates": 151, "earlier": [], "expected": 150}, True),
}


@pytest.mark.parametrize(("arguments", "stops"), CREATES.values(), ids=CREATES)
def test_an_unexpected_number_of_creates_stops_the_run(
    arguments: dict[str, Any], stops: bool
) -> None:
    """After ten runs, over a hundred and five times the largest; `--expect` decides."""
    creates = arguments.pop("creates")
    if stops:
        with pytest.raises(GuardStopped, match=f"would create {creates}"):
            check_expected_creates(creates, **arguments)
    else:
        check_expected_creates(creates, **arguments)


def test_a_late_answer_in_a_storm_does_not_make_it_probe_without_pause() -> None:
    """A row sent before the storm may be answered in it; a probe that fails still waits."""
    guard = OutageGuard(GuardSettings(patience_s=100.0))
    for _ in range(5):
        guard.on_doubt(0.0)
    guard.on_answer()
    assert guard.next_step(1.0) is Step.PROBE
    guard.on_probe(1.0, is_answered=False)
    assert guard.next_step(1.1) is Step.WAIT
    assert guard.wait_s(1.1) > 1.0
    now = 1.1
    for _ in range(50):
        if guard.next_step(now) is Step.GIVE_UP:
            break
        now += max(guard.wait_s(now), 0.001)
        if guard.next_step(now) is Step.PROBE:
            guard.on_probe(now, is_answered=False)
    assert guard.next_step(now) is Step.GIVE_UP
    assert now <= 102.0
