"""Every fault of the wire, each alone and all together, with every kind of ATS behind it.

    python benchmarks/drills/faults_drill.py            # each fault at 5 %, 200 rows a cell
    python benchmarks/drills/faults_drill.py --quick    # all faults together only

A cell is one fault (or all) with the idempotency key honoured or not, and a read side that is
up to date or lags behind. In each, `run` is repeated as a cron job would, the ATS being synced
in between, until no row is in doubt. Passes when each cell's ATS holds each row exactly once.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from drill_kit import (
    NOT_STORED,
    READS,
    STORED,
    Desk,
    Sandbox,
    Verdict,
    invent,
    judge,
    share,
)

SLOW_S = 1.5
TIMEOUT_S = 1.0
PATIENCE_S = 15.0
LAG_S = 600.0
MOST_NIGHTS = 60

FAULTS: Mapping[str, tuple[str, ...]] = {
    "drop before": ("drop_before",),
    "drop after": ("drop_after", "cut_after"),
    "500 before": ("error_before",),
    "500 after": ("error_after",),
    "502 HTML": ("html_502", "html_502_after"),
    "no success": ("success_false", "success_false_after"),
    "slow": ("slow", "slow_after"),
    "429 bursts": ("too_many",),
    "reads fail": READS,
    "together": (*NOT_STORED, *STORED, "slow", "slow_after", "too_many", *READS),
}


def run_cell(
    names: tuple[str, ...], each: float, rows: int, *, honours: bool, lag_s: float
) -> tuple[Verdict, dict[str, object]]:
    """Send through one fault until all is settled; the verdict and figures."""
    people = [invent(number) for number in range(rows)]
    with (
        tempfile.TemporaryDirectory() as name,
        Sandbox(
            Path(name),
            *("--limit", "60000", "--sync-interval", "3600", "--read-lag", str(lag_s)),
            *(("--honours-idempotency",) if honours else ()),
            faults=share(names, each),
            slow_s=SLOW_S,
            too_many_retry_after_s=1,
            rules=False,
        ) as sandbox,
    ):
        desk = Desk(Path(name) / "desk", sandbox)
        desk.configure(timeout_s=TIMEOUT_S, patience_s=PATIENCE_S)
        desk.write(people)
        doubtful = nights = 0
        while nights < MOST_NIGHTS:
            nights += 1
            code, said = desk.run()
            if code not in (0, 1, 3) or "Traceback" in said:
                raise SystemExit(f"exit {code}: {said}")
            doubtful = max(doubtful, desk.states()["in_doubt"])
            if code == 0:
                break
            time.sleep(SLOW_S + 0.1)
            sandbox.advance(7_200.0)
        figures = sandbox.figures()
        told = {
            "faults": sum(figures["by_fault"].values()),
            "in doubt": doubtful,
            "nights": nights,
            "creates": figures["received"],
            "reads": figures["calls"] - figures["received"],
        }
        return judge(sandbox, people), told


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--each", type=float, default=0.05)
    parser.add_argument("--only", choices=FAULTS, action="append")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    wanted = ["together"] if options.quick else options.only or list(FAULTS)
    bad = cells = 0
    print(f"{'fault':<12} key      reads  faults doubt nights creates reads  lost doubled")
    for fault in wanted:
        for honours in (False, True):
            for lag_s in (0.0, LAG_S):
                verdict, told = run_cell(
                    FAULTS[fault], options.each, options.rows, honours=honours, lag_s=lag_s
                )
                cells += 1
                bad += not verdict.is_good
                print(
                    f"{fault:<12} {'honoured' if honours else 'ignored':<8} "
                    f"{'late' if lag_s else 'now':<5} "
                    f"{told['faults']:>7} {told['in doubt']:>5} {told['nights']:>6} "
                    f"{told['creates']:>7} {told['reads']:>5} "
                    f"{len(verdict.lost):>5} {len(verdict.doubled):>7}",
                    flush=True,
                )
    print(f"{cells} cells of {options.rows} rows: {bad} with a row lost or doubled")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
