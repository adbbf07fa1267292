"""Half an hour without the service in the middle of a run, in a time that passes quicker.

    python benchmarks/drills/outage_drill.py            # 30 minutes at 60 times the speed
    python benchmarks/drills/outage_drill.py --quick    # one kind of outage

Passes when at most five rows are in doubt after each kind of outage (503, an HTML page of a
gateway, connections that are cut), every other row was created in the same run without a
person, and each row is in the ATS exactly once after `reconcile`.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
from pathlib import Path

from drill_kit import Desk, Sandbox, invent, judge, run_fast, wait_until


def drill(kind: str, rows: int, minutes: float, speed: float) -> tuple[bool, str]:
    """One outage; whether it went well, and its line."""
    people = [invent(number) for number in range(rows)]
    with (
        tempfile.TemporaryDirectory() as name,
        Sandbox(Path(name), "--limit", "200", "--clock-speed", str(speed), rules=False) as sandbox,
    ):
        desk = Desk(Path(name) / "desk", sandbox)
        desk.write(people)

        def begin() -> None:
            wait_until(lambda: sandbox.count() >= rows // 3)
            sandbox.ask("POST", "outage", {"for_s": minutes * 60, "kind": kind})

        trouble = threading.Thread(target=begin)
        trouble.start()
        [result] = run_fast(desk, speed)
        trouble.join()
        doubtful = result.summary.counts["in_doubt"]
        made = result.summary.counts["created"]
        calls = sandbox.figures()["by_fault"].get("outage", 0)
        sandbox.advance(90_000.0)
        desk.settle()
        verdict = judge(sandbox, people)
        is_good = (
            doubtful <= 5 and made + doubtful == rows and result.stop is None and verdict.is_good
        )
        line = (
            f"{kind:<6} {result.summary.send_s / 60:>8.1f} {calls:>7} {doubtful:>9} {made:>8} "
            f"{len(verdict.lost):>5} {len(verdict.doubled):>8}"
        )
    return is_good, line


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--speed", type=float, default=60.0)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    bad = 0
    print("kind    minutes  calls in  in doubt  created   lost  doubled")
    for kind in ("drop",) if options.quick else ("error", "html", "drop"):
        is_good, line = drill(kind, options.rows, options.minutes, options.speed)
        bad += not is_good
        print(line, flush=True)
    print("good" if not bad else "BAD")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
