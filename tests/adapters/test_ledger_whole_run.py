"""A whole `run` whose ledger is PostgreSQL: killed and continued."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from importer.sandbox.server import SandboxServer, serve
from importer.sandbox.settings import SandboxSettings

MAPPING = """\
version: 1
model_keys: {first_name: First name, last_name: Surname, email_addresses: E-mail}
"""


def start(folder: Path, server: SandboxServer, ledger: str) -> subprocess.Popen[str]:
    """Start `run --ledger` as a process of its own."""
    secrets = {
        "BINDBEE_BASE_URL": server.base_url,
        "BINDBEE_API_KEY": server.api_key,
        "BINDBEE_CONNECTOR_TOKEN": server.connector_token,
    }
    command = ["run", "people.csv", "-m", "map.yaml", "--yes", "-q", "--ledger", ledger]
    return subprocess.Popen(
        [sys.executable, "-m", "importer", *command],
        cwd=folder,
        env={**os.environ, **secrets},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> None:
    """Wait for it and insist on exit 0."""
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said


@pytest.mark.postgres
def test_a_whole_run_lives_in_postgres(postgres_url: str, tmp_path: Path) -> None:
    """The lock of a killed run is free at once, nobody is sent twice, and the rest follows."""
    (tmp_path / "map.yaml").write_text(MAPPING, "utf-8")
    rows = [[f"Given{n}", f"Family{n}", f"person{n}@example.com"] for n in range(40)]
    with (tmp_path / "people.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["First name", "Surname", "E-mail"], *rows])
    with serve(SandboxSettings(limit=60_000, rules=False, latency_s=0.05)) as server:
        process = start(tmp_path, server, postgres_url)
        while len(server.store.received) < 5 and process.poll() is None:
            time.sleep(0.02)
        process.kill()
        process.communicate()
        time.sleep(0.2)
        server.change(latency_s=0.0)
        finish(start(tmp_path, server, postgres_url))
        made = sorted(e for p in server.store.created for e in p.kept["email_addresses"])
    assert made == sorted(row[2] for row in rows)
    newest = max(tmp_path.glob("reports/*/summary.json"), key=lambda p: p.stat().st_mtime_ns)
    counts = json.loads(newest.read_text("utf-8"))["counts"]
    assert {k: v for k, v in counts.items() if v} == {"rows": 40, "created": 40}
    assert not list(tmp_path.rglob("*.sqlite3"))
