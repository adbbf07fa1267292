"""The desk as a fixture."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_kit import Answer, Desk
from people_kit import Phone

from importer.cli import run_command
from importer.sandbox.server import SandboxServer, serve
from importer.sandbox.settings import SandboxSettings


@pytest.fixture(scope="session")
def server() -> Iterator[SandboxServer]:
    """One sandbox for all tests of this folder."""
    with serve() as running:
        yield running


@pytest.fixture
def desk(
    server: SandboxServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Desk:
    """A fresh desk: an empty folder and an ATS without people that asks for nothing special."""
    server.world.reset(SandboxSettings(ats="greenhouse", limit=60_000, rules=False))
    environment = {
        "BINDBEE_BASE_URL": server.base_url,
        "BINDBEE_API_KEY": server.api_key,
        "BINDBEE_CONNECTOR_TOKEN": server.connector_token,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["candidate-import", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            run_command()
        told = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Answer(code, told.out, told.err)

    made = Desk(tmp_path, server, call, environment)
    made.map()
    return made


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Phone]:
    """The address is only in the environment."""
    made = Phone()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    address = f"json://someone:hush@127.0.0.1:{made.server.server_port}/hook"
    monkeypatch.setenv("CANDIDATE_IMPORT_NOTIFY", address)
    yield made
    if thread.is_alive():
        # A thread that broke off is reported as such; waiting for it would wait for ever.
        made.server.shutdown()
    made.server.server_close()
    thread.join()
