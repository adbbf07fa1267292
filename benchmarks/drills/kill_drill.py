"""Kill a sending run with SIGKILL at random instants, continue it, and count people in the ATS.

    python benchmarks/drills/kill_drill.py              # 300 kills over 5,000 rows, with faults
    python benchmarks/drills/kill_drill.py --quick

Some kills strike at a random moment after the start (reading, checking, reconciling, staging),
the others after a random number of further candidates, so that they spread over the whole run.
Passes when, after the last run and `reconcile`, the sandbox's own store holds each row's
candidate exactly once and the report says so.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from drill_kit import (
    NOT_STORED,
    OTHERS,
    READS,
    STORED,
    Desk,
    Sandbox,
    invent,
    judge,
    print_table,
    share,
    wait_until,
)

SLOW_S = 1.5
TIMEOUT_S = 1.0
START_S = 2.5


def kill_once(desk: Desk, dice: random.Random, mean_rows: float) -> str:
    """Start a run and kill it somewhere; returns where (`ended`: it was quicker)."""
    process = desk.start_run()
    before = desk.sandbox.count()
    if dice.random() < 0.35:
        where, wanted = "by time", sys.maxsize
        end = time.monotonic() + dice.uniform(0.0, START_S)
    else:
        where, wanted = "while sending", before + int(dice.uniform(0.0, 2 * mean_rows))
        end = time.monotonic() + 60.0
    wait_until(
        lambda: (
            process.poll() is not None or time.monotonic() > end or desk.sandbox.count() > wanted
        ),
        for_s=90.0,
        every_s=0.003,
    )
    if where == "while sending":
        time.sleep(dice.uniform(0.0, 0.03))
    if process.poll() is not None:
        said = process.communicate()[1]
        if process.returncode not in (0, 1, 3) or "Traceback" in said:
            raise SystemExit(f"a run ended by itself with {process.returncode}: {said}")
        return "ended"
    process.kill()
    process.communicate()
    return where


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--each", type=float, default=0.01, help="share of each fault")
    parser.add_argument("--honours-idempotency", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="20 kills over 300 rows")
    options = parser.parse_args()
    if options.quick:
        options.kills, options.rows = 20, 300
    dice = random.Random(options.seed)
    faults = share([*NOT_STORED, *STORED, *OTHERS, *READS], options.each)
    rows = [invent(number) for number in range(options.rows)]
    struck: Counter[str] = Counter()
    in_flight = starts = 0
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as name,
        Sandbox(
            Path(name),
            *("--limit", "60000", "--latency", "0.02", "--sync-interval", "3600"),
            *("--seed", str(options.seed)),
            faults=faults,
            slow_s=SLOW_S,
            too_many_retry_after_s=1,
            rules=False,
            honours_idempotency=options.honours_idempotency,
        ) as sandbox,
    ):
        desk = Desk(Path(name) / "desk", sandbox)
        desk.configure(timeout_s=TIMEOUT_S)
        desk.write(rows)
        kills = 0
        while kills < options.kills:
            left = options.rows - sandbox.count()
            where = kill_once(desk, dice, left / (options.kills - kills) / 0.65)
            starts += 1
            struck[where] += 1
            kills += where != "ended"
            in_flight += desk.states()["intended"]
            if where == "ended" or kills % 3 == 0:
                # What was on its way arrives first; only then may a sync have seen it all.
                time.sleep(SLOW_S + 0.2)
                sandbox.advance(7_200.0)
        sandbox.change(faults={})
        time.sleep(SLOW_S + 0.2)
        sandbox.advance(7_200.0)
        ended = desk.settle()
        reconciled, _ = desk.reconcile()
        verdict = judge(sandbox, rows)
        figures = sandbox.figures()
        last_run = desk.run()[0]
        counts = desk.counts()
    is_good = verdict.is_good and reconciled == 0 and last_run == 0
    is_good = is_good and counts == {"rows": options.rows, "unchanged": options.rows}
    print_table(
        [
            ("rows", options.rows),
            ("kills", kills),
            ("  by time after the start", struck["by time"]),
            ("  while sending", struck["while sending"]),
            ("runs that ended before their kill", struck["ended"]),
            ("rows without an answer when killed", in_flight),
            ("faults met", sum(figures["by_fault"].values())),
            ("creates received", figures["received"]),
            ("candidates in the ATS", figures["created"]),
            ("lost", len(verdict.lost)),
            ("doubled", len(verdict.doubled)),
            ("strangers", len(verdict.strangers)),
            ("exit codes of the last runs", ended),
            ("the night after", counts),
            ("seconds", round(time.monotonic() - began)),
            ("verdict", "good" if is_good else "BAD"),
        ]
    )
    return 0 if is_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
