"""How much of the call budget a run uses, and whether it ever asks for more.

    python benchmarks/drills/pace_drill.py              # about 9 minutes
    python benchmarks/drills/pace_drill.py --quick      # the fast clock only, a short run

Three parts, each against the sandbox's own log of calls:

- fast: a whole run of over ten minutes in a time that passes five times as quick;
- real: 600 rows at 200 calls a minute by the machine's own clock;
- two: a run and a check that both read 20,000 people, then a second run (turned away, naming
  the holder) and a waiting one: all of them share one pace.

Passes when no 60 seconds ever held more calls than the limit, the limit turned no call away,
and over ten minutes at least 99 % of the budget were used.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drill_kit import Desk, Sandbox, invent, print_table, run_fast, wait_until


@contextmanager
def open_desk(*flags: str) -> Iterator[Desk]:
    """A desk before a fresh sandbox."""
    with (
        tempfile.TemporaryDirectory() as name,
        Sandbox(Path(name), *flags, rules=False) as sandbox,
    ):
        yield Desk(Path(name) / "desk", sandbox)


def measure(desk: Desk, limit: int) -> dict[str, Any]:
    """What the sandbox's log says of the pace."""
    figures = desk.sandbox.figures()
    creates = [c["at"] for c in desk.sandbox.calls() if c["method"] == "POST"]
    minutes = (creates[-1] - creates[0]) / 60
    return {
        "calls": figures["calls"],
        "minutes of sending": round(minutes, 2),
        "most in any 60 s": max(figures["largest_window"].values()),
        "429": figures["too_many"],
        "share of the budget": round((len(creates) - 1) / (limit * minutes), 4),
        "created": figures["created"],
    }


def drill_fast(rows: int, speed: float) -> dict[str, Any]:
    """One long run in quicker time."""
    with open_desk("--limit", "200", "--clock-speed", str(speed)) as desk:
        desk.write([invent(number) for number in range(rows)])
        run_fast(desk, speed)
        return measure(desk, 200)


def drill_real(rows: int) -> dict[str, Any]:
    """The command line as it is, at the documented limit."""
    with open_desk("--limit", "200") as desk:
        desk.write([invent(number) for number in range(rows)])
        began = time.monotonic()
        code, _ = desk.run()
        return {"exit code": code, "seconds": round(time.monotonic() - began)} | measure(desk, 200)


def drill_two(rows: int, limit: int) -> dict[str, Any]:
    """Several processes on one connector."""
    with open_desk("--limit", str(limit), "--people", "20000") as desk:
        desk.write([invent(number) for number in range(rows)])
        first = desk.start_run()
        check = desk.start("check", "people.csv", "-m", "map.yaml", "-q")
        wait_until(lambda: desk.sandbox.count() >= 5, for_s=600.0)
        second = desk.start_run()
        _, said = second.communicate()
        together = (first, desk.start_run("--wait"), check)
        for process in together:
            process.communicate()
        figures = desk.sandbox.figures()
        return {
            "exit code of the second run": second.returncode,
            "it names the holder": f"process {first.pid}" in said,
            "exit codes of first, waiting and check": [p.returncode for p in together],
            "calls": figures["calls"],
            "most in any 60 s": max(figures["largest_window"].values()),
            "429": figures["too_many"],
            "created": figures["created"],
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=2_100, help="of the fast part")
    parser.add_argument("--speed", type=float, default=5.0)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=["fast", "real", "two"])
    options = parser.parse_args()
    parts = [options.only] if options.only else ["fast"] if options.quick else []
    parts = parts or ["fast", "real", "two"]
    is_good = True
    for part in parts:
        print(f"-- {part}")
        if part == "fast":
            told = drill_fast(200 if options.quick else options.rows, options.speed)
            is_good &= told["share of the budget"] >= (0.9 if options.quick else 0.99)
        elif part == "real":
            told = drill_real(600)
            is_good &= told["exit code"] == 0
        else:
            told = drill_two(250, 200)
            is_good &= told["exit code of the second run"] == 3 and told["it names the holder"]
            is_good &= told["created"] == 250 and told["most in any 60 s"] <= 200
        print_table(list(told.items()))
        is_good &= told["429"] == 0
    print("good" if is_good else "BAD")
    return 0 if is_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
