"""The drill of five nights, short and without starting a process a night."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

DRILLS = Path(__file__).resolve().parents[1] / "benchmarks" / "drills"


def test_five_nights_are_as_contracted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A growing file, a rotated token, an edited mapping, another column, another schema."""
    monkeypatch.syspath_prepend(DRILLS)
    from drill_kit import Desk, run_fast
    from nights_drill import spend_nights

    def run_here(desk: Desk) -> tuple[int, str]:
        return run_fast(desk, 1.0)[-1].exit_code, ""

    bad = spend_nights(90, 10, run_here)
    assert not bad, capsys.readouterr().out
    for name in ("drill_kit", "nights_drill"):
        sys.modules.pop(name)
