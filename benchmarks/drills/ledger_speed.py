"""Rows a second of everything that a run asks of its ledger.

    python benchmarks/drills/ledger_speed.py --rows 100000

Add `--ledger postgresql://…` to measure another database than a SQLite file.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ledger_story import AT, RUN

from importer.adapters.ledger import open_ledger
from importer.core.identity import build_contents, hash_identities
from importer.core.memory import Lock
from importer.core.ports import RowState, RunRecord, Settlement, StagedRow

BATCH = 50


def measure(what: str, rows: int, act: Callable[[], object]) -> None:
    """Print how long one thing took."""
    start = time.perf_counter()
    act()
    seconds = time.perf_counter() - start
    print(f"{what:32} {seconds:8.2f} s {rows / seconds:12,.0f} rows/s")


def run_all(place: str, count: int) -> None:
    """Take `count` rows through a whole life."""
    ledger = open_ledger(place)
    connector = ledger.connector_ref("https://ats.example.com", f"c{time.time()}")
    run_id = f"{RUN}{time.time()}"
    ledger.begin_run(
        RunRecord(run_id, "run", connector, "m.yaml", "m", "s", AT, "", "sending", None, ())
    )
    lock = ledger.acquire_lock(connector, "speed", time.time())
    assert isinstance(lock, Lock)
    emails = [f"person{i}@example.com" for i in range(count)]
    identities: list[bytes] = []
    measure(
        "hash identities",
        count,
        lambda: identities.extend(hash_identities(ledger.secret, [emails])),
    )
    contents = build_contents(ledger.secret, {f"Column {i}": emails for i in range(10)})
    rows = [
        StagedRow(
            0, 0, i, identities[i], contents[i], f'{{"m": "{emails[i]}"}}', "B", (identities[i],)
        )
        for i in range(count)
    ]
    measure("recall, nobody known", count, lambda: ledger.recall(connector, identities))
    measure("stage", count, lambda: ledger.stage(connector, run_id, rows))
    measure("recall, all staged", count, lambda: ledger.recall(connector, identities))
    seqs: list[int] = []

    def read_pages() -> None:
        while page := ledger.staged(connector, run_id, after=seqs[-1] if seqs else 0):
            seqs.extend(row.seq for row in page)

    measure("read in pages of 500", count, read_pages)

    def batches() -> list[list[int]]:
        return [seqs[i : i + BATCH] for i in range(0, count, BATCH)]

    def intend() -> None:
        for some in batches():
            ledger.record_intents(connector, run_id, some, lock.fence, AT)

    def settle() -> None:
        for some in batches():
            done = [Settlement(q, RowState.CREATED, f"id-{q}", status=200) for q in some]
            ledger.record_outcomes(connector, run_id, done)

    measure(f"intents, {BATCH} a commit", count, intend)
    measure(f"outcomes, {BATCH} a commit", count, settle)
    measure("recall, all settled", count, lambda: ledger.recall(connector, identities))
    measure("recall by e-mail", count, lambda: ledger.recall_emails(connector, identities))
    ledger.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--ledger")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run_all(options.ledger or str(Path(folder) / "ledger.db"), options.rows)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
