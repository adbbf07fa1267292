"""Kill a real process with SIGKILL at random instants of its writing; look what is left.

    python benchmarks/drills/ledger_kill.py --kills 200

Passes when after every kill the ledger holds exactly what it held after the last step that
the process had been told is durable, or after the one it was in the middle of.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ledger_story import Life, read_states, tell_story

from importer.adapters.ledger import open_ledger
from importer.core.ports import RowState

STEPS = 3_000


def live_until_killed(place: Path, seed: int) -> None:
    """Live a story, saying each step that is durable."""
    life = Life(place)
    print("ready", flush=True)
    for number, step in enumerate(tell_story(seed, STEPS), 1):
        life.live(step)
        print(number, flush=True)


def kill_once(folder: Path, seed: int) -> tuple[int, str]:
    """Let a child live, kill it; returns (steps lived, what is wrong)."""
    place = folder / f"{seed}.db"
    command = [sys.executable, __file__, "--child", str(place), "--seed", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(random.Random(seed).uniform(0.0, 0.4))
        child.kill()
        said = child.stdout.read().split("\n")[:-1]  # a line that was cut off says nothing
    lived = int(said[-1]) if said else 0
    return lived, judge(place, seed, lived)


def judge(place: Path, seed: int, lived: int) -> str:
    """Compare what is left with the story; empty when it is right."""
    story = list(tell_story(seed, lived + 1))
    people = 1 + max((n for step in story for n in step.after), default=0)
    allowed = [story[lived - 1].after if lived else {}, story[lived].after]
    with open_ledger(place, create=False) as ledger:
        found = read_states(ledger, people)
        if found not in allowed:
            return f"seed {seed}: after {lived} steps the ledger holds something else"
        in_flight = sum(state is RowState.INTENDED for state in found.values())
        if ledger.recover(1) != in_flight:
            return f"seed {seed}: recovery missed an intent"
        sendable = {row.identity for row in ledger.staged(1, "story", limit=100_000)}
        if sendable & {row.identity for row in ledger.doubtful(1)}:
            return f"seed {seed}: a row in doubt may be sent"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", type=Path)
    options = parser.parse_args()
    if options.child:
        live_until_killed(options.child, options.seed)
        return 0
    wrong, steps = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.seed, options.seed + options.kills):
            lived, what = kill_once(Path(folder), seed)
            steps += lived
            if what:
                wrong.append(what)
                print(what)
    print(f"{options.kills} kills, {steps} steps lived, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
