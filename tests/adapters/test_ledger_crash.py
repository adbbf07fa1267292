"""Kill, power cut, full disk, two senders: what the ledger holds afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ledger_kit import AT, row, run, send, start, who
from sqlalchemy import text

from importer.adapters.ledger import SqlLedger, open_ledger
from importer.core.memory import Held, Lock
from importer.core.ports import RowState, Settlement
from importer.errors import ConnectorBusy, LedgerError, LedgerStopped

DRILLS = Path(__file__).parents[2] / "benchmarks" / "drills"

HOLDER = """
import sys, time
from importer.adapters.ledger import open_ledger
ledger = open_ledger(sys.argv[1])
connector = ledger.connector_ref("https://ats.example.com", "c1")
print(ledger.acquire_lock(connector, "nightly import", time.time(), 600.0), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ledger_kill.py", "--kills", "2"], id="kill"),
        pytest.param(["ledger_powercut.py", "--steps", "40", "--cuts", "40"], id="power cut"),
    ],
)
def test_a_ledger_lives_through(command: list[str]) -> None:
    """It holds what it held after the last step that was durable, or the one in the middle."""
    done = subprocess.run(
        [sys.executable, DRILLS / command[0], *command[1:]],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _hold(url: str) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().startswith("Lock")
    return holder


def test_one_sender_a_connector_until_it_dies(ledger_url: str) -> None:
    """A second process meets the holder's name; a killed holder's lock is free at once."""
    with open_ledger(ledger_url) as ledger, _hold(ledger_url) as holder:
        connector = ledger.connector_ref("https://ats.example.com", "c1")
        other = ledger.connector_ref("https://ats.example.com", "c2")
        met = ledger.acquire_lock(connector, "second", time.time())
        assert isinstance(met, Held)
        assert met.by.startswith("nightly import on ")
        assert met.by.endswith(f", process {holder.pid}")
        assert met.since.startswith("20")
        assert isinstance(ledger.acquire_lock(other, "second", time.time()), Lock)
        holder.kill()
        holder.wait()
        assert isinstance(ledger.acquire_lock(connector, "second", time.time()), Lock)
        assert isinstance(ledger.acquire_lock(connector, "third", time.time()), Held)


def test_a_lock_that_was_not_renewed_runs_out(ledger: SqlLedger) -> None:
    """After its time anybody may take it; until then, and once renewed, nobody."""
    connector, lock = start(ledger)
    assert isinstance(ledger.acquire_lock(connector, "b", 1_050.0), Held)
    ledger.renew_lock(lock, 1_080.0)
    assert isinstance(ledger.acquire_lock(connector, "b", 1_150.0), Held)
    taken = ledger.acquire_lock(connector, "b", 1_171.0)
    assert isinstance(taken, Lock)
    assert taken.fence > lock.fence


def test_a_sleeper_wakes_to_a_closed_gate(ledger: SqlLedger) -> None:
    """It can neither renew nor send; its release frees nobody else's lock; its answer counts."""
    connector, slept = start(ledger)
    ledger.stage(connector, "r1", [row("ada"), row("bob")])
    ledger.record_intents(connector, "r1", [1], slept.fence, AT)
    ledger.begin_run(run("r2", connector))
    taken = ledger.acquire_lock(connector, "r2", 2_000.0)
    assert isinstance(taken, Lock)
    assert ledger.recover(connector) == 1
    with pytest.raises(ConnectorBusy, match="r2 on"):
        ledger.renew_lock(slept, 2_001.0)
    with pytest.raises(ConnectorBusy, match="r2 on"):
        ledger.record_intents(connector, "r1", [2], slept.fence, AT)
    ledger.release_lock(slept)
    assert isinstance(ledger.acquire_lock(connector, "r3", 2_002.0), Held)
    ledger.record_outcomes(connector, "r1", [Settlement(1, RowState.CREATED, "x")])
    assert ledger.recall(connector, [who("ada")])[who("ada")].state is RowState.CREATED


def test_a_released_lock_sends_nothing_more(ledger: SqlLedger) -> None:
    connector, lock = start(ledger)
    ledger.stage(connector, "r1", [row("ada")])
    ledger.release_lock(lock)
    with pytest.raises(ConnectorBusy, match="it has ended since"):
        ledger.record_intents(connector, "r1", [1], lock.fence, AT)
    assert isinstance(ledger.acquire_lock(connector, "b", 1_001.0), Lock)


def test_a_full_disk_stops_the_run_and_loses_nothing(tmp_path: Path) -> None:
    """One clear error with exit code 3; what was confirmed stays; with space it goes on."""
    with open_ledger(tmp_path / "l.db") as ledger:
        connector, lock = start(ledger)
        ledger.stage(connector, "r1", [row("ada")])
        ledger.record_intents(connector, "r1", [1], lock.fence, AT)
        with ledger._engine.connect() as conn:
            pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
            conn.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        many = [row(f"p{i}", body="x" * 3_000) for i in range(100)]
        with pytest.raises(LedgerStopped, match="the disk is full") as caught:
            ledger.stage(connector, "r1", many)
        assert caught.value.exit_code == 3
        assert isinstance(caught.value, LedgerError)
        assert ledger.recall(connector, [who("ada")])[who("ada")].state is RowState.INTENDED
        assert ledger.staged(connector, "r1") == []
        with ledger._engine.connect() as conn:
            conn.exec_driver_sql("PRAGMA max_page_count=1000000")
        ledger.stage(connector, "r1", many)
        ledger.record_outcomes(connector, "r1", [Settlement(1, RowState.CREATED, "x")])
        assert len(ledger.staged(connector, "r1")) == 100


@pytest.mark.skipif(os.name == "nt", reason="the system protects read-only files otherwise")
@pytest.mark.skipif(hasattr(os, "getuid") and os.getuid() == 0, reason="root may write anything")
def test_a_file_that_may_not_be_written(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "l.db") as ledger:
        start(ledger)
    (tmp_path / "l.db").chmod(0o400)
    with pytest.raises(LedgerError), open_ledger(tmp_path / "l.db") as ledger:
        ledger.set_run_state("r1", "sending")


def test_a_ledger_that_stays_locked_says_so(tmp_path: Path) -> None:
    """Another program with the file in its hands stops a run, and nothing is lost."""
    with open_ledger(tmp_path / "l.db") as one, open_ledger(tmp_path / "l.db") as other:
        start(one)
        with other._engine.connect() as waiting:
            waiting.exec_driver_sql("PRAGMA busy_timeout=10")
        with one._write(), pytest.raises(LedgerStopped, match="keeps it locked"):
            other.set_run_state("r1", "sending")
        other.set_run_state("r1", "sending")


def test_a_reader_never_waits_for_a_writer(ledger_url: str) -> None:
    """`status` counts while another process is in the middle of a write."""
    with open_ledger(ledger_url) as sender, open_ledger(ledger_url) as looker:
        connector, lock = start(sender)
        sender.stage(connector, "r1", [row("ada"), row("bob")])
        send(sender, connector, lock, {"ada": RowState.CREATED})
        with sender._write() as conn:
            conn.execute(text("UPDATE staged SET attempts = 7"))
            assert looker.figures(connector).rows == 2


def _lose_the_server(ledger: SqlLedger, other: SqlLedger) -> None:
    with ledger._write() as conn:
        pid = conn.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with other._write() as judge:
            judge.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        conn.execute(text("SELECT 1"))


@pytest.mark.postgres
def test_a_database_that_goes_away_stops_the_run(postgres_url: str) -> None:
    """The run stops with exit code 3, and the ledger is there again when the server is."""
    with open_ledger(postgres_url) as ledger, open_ledger(postgres_url) as other:
        with pytest.raises(LedgerStopped, match="was lost"):
            _lose_the_server(ledger, other)
        assert ledger.generation() >= 0
