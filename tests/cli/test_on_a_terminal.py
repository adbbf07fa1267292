"""What a person sees: at a real terminal of any width, and where there is none."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from desk_kit import Desk, person

pty = pytest.importorskip("pty", reason="pseudo terminals are a matter of Unix")
termios = pytest.importorskip("termios")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def check_at_terminal(desk: Desk, width: int = 80, **environment: str) -> str:
    """What `check` writes to standard error when that is a terminal."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, width))
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "importer", "check", "people.csv", "-m", "map.yaml"],
        cwd=desk.folder,
        env={**kept, **desk.environment, "TERM": "xterm", **environment},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    told = b""
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:  # Linux says so that the other end is closed
            break
        if not part:
            break
        told += part
    os.close(ours)
    process.communicate(timeout=30)
    assert process.returncode == 1
    return told.decode("utf-8").replace("\r\n", "\n")


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_summary_fits_the_terminal(desk: Desk, width: int) -> None:
    """No line but a path is longer than the terminal is wide, and colours are used."""
    desk.write([person(1), person(2, **{"E-mail": "no address at all " * 4})])
    told = check_at_terminal(desk, width)
    assert ESCAPE.search(told)
    for line in ESCAPE.sub("", told).split("\n"):
        shown = line.rpartition("\r")[2]
        assert len(shown) <= width or str(desk.folder) in shown, shown


def test_no_color_is_respected(desk: Desk) -> None:
    """https://no-color.org: any value but an empty one turns colours off."""
    desk.write([person(1), person(2, **{"E-mail": "no address"})])
    told = check_at_terminal(desk, NO_COLOR="1")
    assert "\x1b[3" not in told
    assert "\x1b[1" not in told
    assert "\x1b[2m" not in told


def test_without_a_terminal_there_is_no_escape_code(desk: Desk) -> None:
    """Neither colours nor a moving bar in a log file."""
    desk.write([person(1), person(2, **{"E-mail": "no address"})])
    process = desk.start("check", "people.csv", "-m", "map.yaml")
    out, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "\x1b" not in out + err
    assert "\r" not in err
    assert "1 of 2 rows needs a person" in err
