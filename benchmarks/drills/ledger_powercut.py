"""Set a ledger back to every state that a power cut or a full disk can leave.

    python benchmarks/drills/ledger_powercut.py --steps 150 --cuts 2000

Four ways to fail, all on a ledger that lived a story (`ledger_story.py`):

- tails: the write-ahead log ends at any frame, or at any byte;
- noise: what was not flushed yet comes back as garbage;
- moving: the log was being moved into the file, and any of its pages had arrived;
- full: the disk takes no byte more, at any point of any write (not on Windows).

Passes when the ledger opens each time, holds exactly what it held after the last step whose
flush lies before the cut, and (full) goes on once there is space again.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ledger_story import Life, Step, read_states, tell_story

from importer.adapters.ledger import open_ledger
from importer.core.ports import RowState
from importer.errors import LedgerStopped

PAGE = 4096
FRAME = PAGE + 24
HEADER = 32


@dataclass
class Lived:
    """A story that was lived, with the log's length after each step."""

    place: Path
    story: list[Step]
    lengths: list[int]

    @property
    def people(self) -> int:
        return 1 + max(n for step in self.story for n in step.after)

    def expect_at(self, length: int) -> dict[int, RowState]:
        """What a ledger must hold whose log was flushed up to a length."""
        done = sum(one <= length for one in self.lengths)
        return self.story[done - 1].after if done else {}


def live(folder: Path, seed: int, steps: int) -> Lived:
    """Live a story that stays in the log; keep file and log as they are before it is moved."""
    place, log = folder / "lived.db", folder / "lived.db-wal"
    story = list(tell_story(seed, steps))
    life = Life(place, pages_before_moving=0)
    lengths = []
    for step in story:
        life.live(step)
        lengths.append(log.stat().st_size)
    shutil.copy(place, folder / "before.db")
    shutil.copy(log, folder / "before.db-wal")
    life.tune("wal_checkpoint(PASSIVE)")
    shutil.copy(place, folder / "after.db")
    life.ledger.close()
    return Lived(folder / "before.db", story, lengths)


def look(lived: Lived, file: bytes, log: bytes, folder: Path) -> dict[int, RowState]:
    """Open a ledger made of these bytes and read everybody's state."""
    place = folder / "cut.db"
    place.write_bytes(file)
    Path(f"{place}-wal").write_bytes(log)
    Path(f"{place}-shm").unlink(missing_ok=True)
    with open_ledger(place, create=False) as ledger:
        return read_states(ledger, lived.people)


def cut_tails(lived: Lived, folder: Path, dice: random.Random, cuts: int) -> int:
    """End the log at frames and at bytes, with and without garbage behind; count what is wrong."""
    file, log = lived.place.read_bytes(), Path(f"{lived.place}-wal").read_bytes()
    frames = list(range(HEADER, len(log) + 1, FRAME))
    ends = [0, *dice.sample(frames, min(len(frames), cuts // 2))]
    ends += [dice.randrange(len(log)) for _ in range(cuts - len(ends))]
    wrong = 0
    for end in ends:
        noise = dice.randbytes(dice.randrange(3 * FRAME)) if dice.random() < 0.5 else b""
        wrong += look(lived, file, log[:end] + noise, folder) != lived.expect_at(end)
    return wrong


def stop_moving(lived: Lived, folder: Path, dice: random.Random, cuts: int) -> int:
    """Let any pages of the log have arrived in the file; count what is wrong."""
    before, log = lived.place.read_bytes(), Path(f"{lived.place}-wal").read_bytes()
    after = lived.place.with_name("after.db").read_bytes()
    wrong = 0
    for _ in range(cuts):
        share = dice.random()
        file = bytearray(before)
        for start in range(0, len(after), PAGE):
            if dice.random() < share:
                file[start : start + PAGE] = after[start : start + PAGE].ljust(PAGE, b"\0")
        wrong += look(lived, bytes(file), log, folder) != lived.story[-1].after
    return wrong


def fill_disk(folder: Path, seed: int, steps: int, dice: random.Random) -> tuple[int, int]:
    """Let no file grow beyond a limit somewhere in each step; returns (refusals, wrong)."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    place, log = folder / "full.db", folder / "full.db-wal"
    life = Life(place, pages_before_moving=400)
    story = list(tell_story(seed, steps))
    people = 1 + max(n for step in story for n in step.after)
    before: dict[int, RowState] = {}
    refusals = wrong = 0
    for step in story:
        while True:
            room = log.stat().st_size + dice.randrange(8 * FRAME)
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
            try:
                life.live(step)
            except LedgerStopped:
                refusals += 1
                wrong += read_states(life.ledger, people) != before
            else:
                break
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        before = step.after
    wrong += read_states(life.ledger, people) != before
    life.ledger.close()
    with open_ledger(place) as again:
        wrong += read_states(again, people) != before
    return refusals, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--cuts", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lived = live(folder, options.seed, options.steps)
        tails = cut_tails(lived, folder, dice, options.cuts)
        print(f"log cut {options.cuts} times: {tails} wrong")
        moved = stop_moving(lived, folder, dice, options.cuts // 4)
        print(f"moving stopped {options.cuts // 4} times: {moved} wrong")
        refusals = full = 0
        if sys.platform != "win32":
            refusals, full = fill_disk(folder, options.seed, options.steps, dice)
            print(f"disk full at {refusals} writes of {options.steps} steps: {full} wrong")
    return 1 if tails or moved or full else 0


if __name__ == "__main__":
    raise SystemExit(main())
