"""Cut the power, or fill the disk, in the middle of a sending run; then continue it.

    python benchmarks/drills/power_drill.py             # 100 cuts and 60 full disks, 1,000 rows
    python benchmarks/drills/power_drill.py --quick

The power fails between a commit's writes and the moment at which it is known to be on the
disk: the process dies there, with no one told of the commit, and the write-ahead log is set
back to any length that leaves every earlier commit whole, torn in the middle of a page or
followed by zeros. In each of those states (every frame, and a sample of bytes) no row may be
sendable whose candidate the ATS has. One of them is continued from.

The disk is full when no file may grow beyond a limit: reading, ledger and reports meet it at
every kind of write. A run may then stop with a sentence, never with a traceback.

Passes when the sandbox's own store holds each row's candidate exactly once after `reconcile`.
(How the database itself comes through is `ledger_powercut.py`'s part.)
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import struct
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from drill_kit import NOT_STORED, STORED, Desk, Sandbox, invent, judge, print_table, share

from importer.adapters.ledger import open_ledger

HEADER = 32
FRAME_HEAD = 24
NOTE = "cut.json"


# --- the process that dies --------------------------------------------------------------------


class DyingConnection(sqlite3.Connection):
    """Counts commits that write, and dies after the writes of one of them."""

    turn = threading.Lock()
    left = 0
    log = Path()

    def execute(self, sql: str, *more: Any) -> sqlite3.Cursor:  # type: ignore[override]
        """Keep everything in the log: what was moved out of it is another drill's part."""
        if sql.startswith("PRAGMA wal_autocheckpoint"):
            sql = "PRAGMA wal_autocheckpoint=0"
        return super().execute(sql, *more)

    def commit(self) -> None:
        """Commit; the last one is never heard of."""
        cls = DyingConnection
        with cls.turn:
            durable = find_end(cls.log)
            super().commit()
            if find_end(cls.log) == durable:
                return
            cls.left -= 1
            if cls.left <= 0:
                cls.log.parent.parent.joinpath(NOTE).write_text(json.dumps(durable))
                os.kill(os.getpid(), signal.SIGKILL)


def find_end(log: Path) -> int:
    """Where the last whole commit of a write-ahead log ends; noise is told by its salt."""
    end = 0
    try:
        with log.open("rb") as file:
            head = file.read(HEADER)
            if len(head) < HEADER:
                return 0
            page = struct.unpack(">I", head[8:12])[0]
            salt = head[16:24]
            end = at = HEADER
            size = log.stat().st_size
            while at + FRAME_HEAD + page <= size:
                file.seek(at)
                frame = file.read(FRAME_HEAD)
                if frame[8:16] != salt:
                    break
                at += FRAME_HEAD + page
                if struct.unpack(">I", frame[4:8])[0]:
                    end = at
    except FileNotFoundError:
        pass
    return end


def live_until_cut(commits: int, log: Path) -> None:
    """Be a `run` that dies in its so-manieth commit."""
    DyingConnection.left, DyingConnection.log = commits, log
    connect = sqlite3.dbapi2.connect

    def connect_dying(*arguments: Any, **options: Any) -> sqlite3.Connection:
        return connect(*arguments, **{"factory": DyingConnection, **options})

    sqlite3.dbapi2.connect = connect_dying  # type: ignore[assignment]
    sys.argv = ["candidate-import", "run", "people.csv", "-m", "map.yaml", "--yes", "-q"]
    from importer.cli import run_command

    run_command()


# --- what it leaves ---------------------------------------------------------------------------


def list_states(desk: Desk, durable: int, dice: random.Random, bytes_tried: int) -> list[int]:
    """Lengths at which the log may end: each frame of the lost commit, and some bytes."""
    size = desk.ledger.with_name(desk.ledger.name + "-wal").stat().st_size
    page = 4096 + FRAME_HEAD
    frames = range(durable, size + 1, page) if durable else [0, *range(HEADER, size + 1, page)]
    some = {dice.randint(durable, size) for _ in range(bytes_tried)}
    return sorted({*frames, *some, size})


def count_sendable(desk: Desk, length: int, zeros: int, folder: Path, there: set[str]) -> int:
    """In one state: rows that might be sent again although the ATS has them."""
    copy = folder / "cut.sqlite3"
    cut_log(desk, length, zeros, copy)
    with open_ledger(copy) as ledger:
        bad = 0
        for connector in {r.connector for r in ledger.runs()}:
            ledger.recover(connector)
            for run in ledger.runs():
                keys = {r.key for r in ledger.staged(connector, run.run_id, limit=1_000_000)}
                bad += len(keys & there)
    for left in folder.glob("cut.sqlite3*"):
        left.unlink()
    return bad


def cut_log(desk: Desk, length: int, zeros: int, to: Path) -> None:
    """Write the ledger with a log that ends there."""
    log = Path(f"{desk.ledger}-wal").read_bytes()[:length] + bytes(zeros)
    if to != desk.ledger:
        shutil.copy(desk.ledger, to)
    Path(f"{to}-shm").unlink(missing_ok=True)
    Path(f"{to}-wal").write_bytes(log)


def drill_cuts(options: argparse.Namespace, dice: random.Random) -> tuple[bool, list[Any]]:
    """Cut the power again and again until every row is settled."""
    rows = [invent(number) for number in range(options.rows)]
    states = sendable = in_flight = ended = 0
    with (
        tempfile.TemporaryDirectory() as name,
        Sandbox(
            Path(name),
            *("--limit", "60000", "--sync-interval", "3600"),
            faults=share([*NOT_STORED, *STORED], 0.01),
            rules=False,
        ) as sandbox,
    ):
        desk = Desk(Path(name) / "desk", sandbox)
        desk.write(rows)
        log = Path(f"{desk.ledger}-wal")
        cuts = 0
        while cuts < options.cuts:
            left = (options.rows - sandbox.count()) / (options.cuts - cuts)
            commits = dice.randint(1, 10) if dice.random() < 0.3 else dice.randint(4, 8 + int(left))
            told = desk.folder / NOTE
            told.unlink(missing_ok=True)
            process = desk.start_child(__file__, "--child", str(commits), str(log))
            _, said = process.communicate()
            if "Traceback" in said:
                raise SystemExit(said)
            if not told.exists():
                ended += 1
                sandbox.advance(7_200.0)
                if ended > options.cuts:
                    break
                continue
            cuts += 1
            time.sleep(0.05)
            in_flight += desk.states()["intended"]
            there = {p["key"] for p in sandbox.people()}
            durable = json.loads(told.read_text())
            lengths = list_states(desk, durable, dice, options.bytes)
            for length in lengths:
                zeros = dice.choice((0, 0, 4096))
                sendable += count_sendable(desk, length, zeros, Path(name), there)
                states += 1
            cut_log(desk, dice.choice(lengths), dice.choice((0, 0, 4096)), desk.ledger)
            if cuts % 5 == 0:
                sandbox.advance(7_200.0)
        sandbox.change(faults={})
        sandbox.advance(7_200.0)
        ends = desk.settle()
        verdict = judge(sandbox, rows)
        counts = desk.counts()
    is_good = verdict.is_good and not sendable and ends[-1] == 0
    return is_good, [
        ("power cuts", cuts),
        ("states of the log tried", states),
        ("rows in them that could be doubled", sendable),
        ("rows without an answer when cut", in_flight),
        ("lost", len(verdict.lost)),
        ("doubled", len(verdict.doubled)),
        ("the last run", counts),
    ]


# --- a full disk ------------------------------------------------------------------------------


def drill_full(options: argparse.Namespace, dice: random.Random) -> tuple[bool, list[Any]]:
    """Let no file grow beyond a limit, anywhere up to what a whole run needs."""
    import resource

    rows = [invent(number) for number in range(options.rows)]
    codes: Counter[int] = Counter()
    unclear: list[str] = []
    with (
        tempfile.TemporaryDirectory() as name,
        Sandbox(Path(name), "--limit", "60000", "--sync-interval", "3600", rules=False) as sandbox,
    ):
        desk = Desk(Path(name) / "desk", sandbox)
        desk.write(rows)
        for number in range(options.full):
            most = options.rows * 48 * 1024  # a run's log takes about twelve pages a row
            room = int(2 ** dice.uniform(12, 21)) if number % 2 else dice.randrange(most)

            def limit(room: int = room) -> None:
                _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
                resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))

            code, said = desk.run(preexec_fn=limit)
            codes[code] += 1
            if code not in (0, 1, 2, 3) or "Traceback" in said or "not made for" in said:
                unclear.append(f"{room} bytes, exit {code}: {said}")
        sandbox.advance(7_200.0)
        ends = desk.settle()
        verdict = judge(sandbox, rows)
        counts = desk.counts()
    for text in unclear[:5]:
        print(text)
    is_good = verdict.is_good and not unclear and ends[-1] == 0
    return is_good, [
        ("runs on a disk that fills", options.full),
        ("exit codes", dict(sorted(codes.items()))),
        ("ends that were not clear", len(unclear)),
        ("lost", len(verdict.lost)),
        ("doubled", len(verdict.doubled)),
        ("the last run", counts),
    ]


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        live_until_cut(int(sys.argv[2]), Path(sys.argv[3]))
        return 0
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cuts", type=int, default=100)
    parser.add_argument("--full", type=int, default=60)
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--bytes", type=int, default=6, help="lengths beside whole frames")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["cuts", "full"])
    parser.add_argument("--quick", action="store_true", help="8 cuts, 10 full disks, 100 rows")
    options = parser.parse_args()
    if options.quick:
        options.cuts, options.full, options.rows = 8, 10, 100
    dice = random.Random(options.seed)
    is_good = True
    for part, drill in (("cuts", drill_cuts), ("full", drill_full)):
        if options.only in (None, part) and not (part == "full" and sys.platform == "win32"):
            went_well, lines = drill(options, dice)
            print_table(lines)
            is_good &= went_well
    print("good" if is_good else "BAD")
    return 0 if is_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
