"""The ledger on both of its databases; PostgreSQL only where a server is found."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from importer.adapters.ledger import SqlLedger, open_ledger
from importer.adapters.ledger.tables import metadata


def _find_tools() -> Path | None:
    for found in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (found / "initdb").exists():
            return found
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def _as_nobody_special(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    if hasattr(os, "getuid") and os.getuid() == 0:
        return ["runuser", "-u", "postgres", "--", *command]
    return command


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server named by TEST_POSTGRES_URL, or a cluster of our own that goes afterwards."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    tools = _find_tools()
    if tools is None:
        pytest.skip("no PostgreSQL: set TEST_POSTGRES_URL or install its server")
    is_root = hasattr(os, "getuid") and os.getuid() == 0
    if is_root and shutil.which("runuser") is None:
        pytest.skip("PostgreSQL does not run as root and there is no runuser")
    # Not pytest's own folder: that one is closed to other accounts, and its path is too long
    # for a socket on some machines.
    with tempfile.TemporaryDirectory(prefix="ledger-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if is_root:
            shutil.chown(folder, "postgres")
        data, log = str(folder / "data"), str(folder / "log")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        try:
            _run([f"{tools}/initdb", "-D", data, "-A", "trust", "-U", "tester", "--no-sync"])
            _run([f"{tools}/pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start"])
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"PostgreSQL would not start: {error}")
        try:
            yield f"postgresql://tester@/postgres?host={folder}"
        finally:
            _run([f"{tools}/pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])


def _run(command: list[str]) -> None:
    subprocess.run(
        _as_nobody_special(command),
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        timeout=60,
    )


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty ledger may be made."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.db")
    url: str = request.getfixturevalue("postgres_url")
    with open_ledger(url) as there, there._write() as conn:
        tables = ", ".join(t.name for t in metadata.sorted_tables if t.name != "meta")
        conn.execute(text(f"TRUNCATE {tables}"))
    return url


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[SqlLedger]:
    """An empty ledger."""
    with open_ledger(ledger_url) as opened:
        yield opened
