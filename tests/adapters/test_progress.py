"""Progress: a bar on a terminal, plain lines elsewhere, silence on demand."""

from __future__ import annotations

import io

import pytest

from importer.adapters.progress import Progress


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """A stream that people look at."""

    def isatty(self) -> bool:
        return True


def test_plain_lines_come_by_time_with_rate_and_time_left():
    stream, clock = io.StringIO(), Clock()
    progress = Progress(stream, every_s=10, clock=clock)
    progress.start(10_000, "Sending")
    progress.note("Acme Staffing, Greenhouse (production)")
    for _ in range(60):
        clock.now += 1
        progress.advance(20)
    progress.close()
    lines = stream.getvalue().splitlines()
    assert lines[0] == "Acme Staffing, Greenhouse (production)"
    assert lines[1] == "Sending: 200 of 10,000 rows (2%), 20.0 a second, 8 min left"
    assert len(lines) == 8
    assert lines[-1] == "Sending: 1,200 of 10,000 rows (12%), 20.0 a second, took 60 s"
    assert "\x1b" not in stream.getvalue()
    assert "\r" not in stream.getvalue()


def test_an_unknown_total_is_counted_up():
    stream, clock = io.StringIO(), Clock()
    progress = Progress(stream, every_s=10, clock=clock)
    progress.start(None, "Reading")
    clock.now = 12
    progress.advance(120_000)
    progress.start(5, "Checking")
    progress.advance()
    progress.close()
    assert stream.getvalue().splitlines() == [
        "Reading: 120,000 rows, 10,000 a second",
        "Reading: 120,000 rows, 10,000 a second, took 12 s",
        "Checking: 1 of 5 rows (20%), took 0 s",
    ]


def test_a_stage_in_which_nothing_happened_is_not_told():
    stream = io.StringIO()
    progress = Progress(stream)
    progress.start(0, "Sending")
    progress.close()
    progress.close()
    progress.advance()
    assert stream.getvalue() == ""


@pytest.mark.parametrize(("rows", "left"), [(1, "55 h 33 min left"), (40, "83 min left")])
def test_long_times_are_told_in_hours_and_minutes(rows, left):
    stream, clock = io.StringIO(), Clock()
    progress = Progress(stream, every_s=20, clock=clock)
    progress.start(10_000, "Sending")
    clock.now = 20
    progress.advance(rows)
    assert stream.getvalue().rstrip().endswith(left)


def test_a_terminal_gets_a_bar_that_notes_do_not_break():
    stream = Terminal()
    progress = Progress(stream)
    progress.start(200, "Sending")
    progress.advance(200)
    progress.note("a note")
    progress.close()
    assert "Sending: 100%" in stream.getvalue()
    assert "200/200" in stream.getvalue()
    assert "a note\n" in stream.getvalue()


def test_quiet_means_nothing_at_all():
    for stream in (Terminal(), io.StringIO()):
        progress = Progress(stream, is_quiet=True)
        progress.start(2, "Sending")
        progress.advance(2)
        progress.note("x")
        progress.close()
        assert stream.getvalue() == ""
