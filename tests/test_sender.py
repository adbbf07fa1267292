"""The everyday path of sending: a real sandbox over HTTP, a real ledger."""

from __future__ import annotations

from pathlib import Path

from sender_kit import FastClock, Heard, open_desk, run_async, sandbox, send

from importer.core.pacing import Pacer
from importer.core.ports import RowState
from importer.sandbox.limits import largest_window
from importer.sending.events import Timeline


def test_every_staged_row_is_created_once(tmp_path: Path) -> None:
    """Each row becomes one candidate, known by its id in the ledger."""
    heard = Heard()
    with open_desk(tmp_path) as desk, sandbox() as server:
        desk.stage(30)
        report = run_async(send(desk, server, events=heard))
        assert report.stop is None
        assert report.counts == {RowState.CREATED: 30}
        assert report.requests.create == report.requests.total == 30
        assert report.requests.by_status == {"200": 30}
        stored = server.store.people()
        assert len(stored) == 30
        assert {x.candidate_id for x in heard.settlements} == {p.id for p in stored}
        assert set(desk.states(range(2, 32)).values()) == {RowState.CREATED}
        assert report.timeline[-1][1:] == (30, 30)


def test_the_pace_keeps_the_limit_and_uses_it(tmp_path: Path) -> None:
    """At 60 a minute: no 429, never above 60 in any 60 s, and a busy machine wastes little."""
    with open_desk(tmp_path) as desk, sandbox(limit=60, clock_speed=20) as server:
        desk.stage(100)
        report = run_async(send(desk, server, clock=FastClock(20), pacer=Pacer(60)))
        calls = [call.at for call in server.store.calls]
    assert report.counts == {RowState.CREATED: 100}
    assert report.requests.by_status == {"200": 100}
    assert largest_window(calls) <= 60
    after_first = [at for at in calls if at >= calls[0] + 60]
    minutes = (after_first[-1] - after_first[0]) / 60
    assert (len(after_first) - 1) / minutes >= 0.9 * 60


def test_a_timeline_stays_short_however_long_the_run() -> None:
    """Samples grow sparser; the first and the last stay."""
    timeline = Timeline(100.0)
    for second in range(20_000):
        timeline.add(100.0 + second, second, second)
    timeline.add(20_100.5, 20_000, 20_000, is_last=True)
    samples = timeline.samples
    assert 300 <= len(samples) <= 1_001
    assert samples[0] == (0.0, 0, 0)
    assert samples[-1] == (20_000.5, 20_000, 20_000)
