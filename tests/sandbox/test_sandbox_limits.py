"""The rate limit: exact in every sliding window, and told in every answer."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandbox_kit import StartSandbox

from importer.sandbox.limits import SlidingWindow, largest_window
from importer.sandbox.settings import ConnectorSettings

# Sixteenths of a second: sums stay exact, so that the test needs no tolerance.
GAPS = st.integers(0, 480).map(lambda n: n / 16)


@given(st.lists(GAPS, max_size=60), st.integers(1, 5))
def test_no_window_ever_lets_more_through_than_the_limit(gaps: list[float], limit: int) -> None:
    window = SlidingWindow()
    now = 0.0
    passed = []
    for gap in gaps:
        now += gap
        budget = window.take(now, limit)
        assert budget.limit == limit
        assert budget.is_allowed == (sum(at > now - 60 for at in passed) < limit)
        if budget.is_allowed:
            passed.append(now)
    assert largest_window(passed) <= limit


@given(st.lists(GAPS, min_size=1, max_size=40), st.integers(1, 4))
def test_waiting_as_told_is_enough(gaps: list[float], limit: int) -> None:
    """After `Retry-After` seconds the same request passes, also when the limit was lowered."""
    window = SlidingWindow()
    now = 0.0
    for gap in gaps:
        now += gap
        window.take(now, limit + 2)
    budget = window.take(now, limit)
    assert window.take(now + budget.retry_after_s, limit).is_allowed or budget.is_allowed


@pytest.mark.parametrize(
    ("times", "most"),
    [([], 0), ([1.0], 1), ([0, 59.9, 60.0, 119.8], 3), ([0, 60, 120], 1), ([5, 5, 5], 3)],
)
def test_the_fullest_window(times: list[float], most: int) -> None:
    assert largest_window(times) == most


def test_the_headers_count_down_and_a_429_says_how_long(start: StartSandbox) -> None:
    """One request past the limit is turned away; after the time it names, it passes."""
    sandbox = start(limit=3)
    left = [sandbox.client.get("/api/ats/v1/tags").headers["X-RateLimit-Remaining"] for _ in "123"]
    assert left == ["2", "1", "0"]
    refused = sandbox.create()
    assert refused.status_code == 429
    assert refused.json() == {"detail": "Rate limit exceeded"}
    assert 59 <= int(refused.headers["Retry-After"]) <= 60
    assert int(refused.headers["X-RateLimit-Reset"]) > sandbox.world.clock.now()
    sandbox.world.clock.advance(int(refused.headers["Retry-After"]))
    assert sandbox.create().status_code == 200
    figures = sandbox.server.store.figures()
    assert figures["too_many"] == 1
    assert list(figures["largest_window"].values()) == [3]


def test_connectors_have_budgets_of_their_own(start: StartSandbox) -> None:
    """One connector's requests cost another nothing, nor does a call with the key alone."""
    sandbox = start(limit=1, connectors=(ConnectorSettings("one"), ConnectorSettings("two")))
    for token in ("one", "two"):
        headers = {"X-Connector-Token": token}
        assert sandbox.client.get("/api/ats/v1/tags", headers=headers).status_code == 200
        assert sandbox.client.get("/api/ats/v1/tags", headers=headers).status_code == 429
    assert sandbox.client.get("/api/ats/v1/connectors").status_code == 200


def test_without_a_limit_there_are_no_headers(start: StartSandbox) -> None:
    """A client must manage without being told."""
    answer = start(limit=None).client.get("/api/ats/v1/tags")
    assert "X-RateLimit-Limit" not in answer.headers


def test_a_fast_clock_shortens_every_wait(start: StartSandbox) -> None:
    """At speed 600 the whole window passes in a tenth of a second, and `Date` follows."""
    sandbox = start(limit=1, clock_speed=600.0, start_at=1_800_000_000.0)
    before = sandbox.client.get("/api/ats/v1/tags")
    assert parsedate_to_datetime(before.headers["Date"]).year == 2027
    time.sleep(0.11)
    assert sandbox.client.get("/api/ats/v1/tags").status_code == 200
