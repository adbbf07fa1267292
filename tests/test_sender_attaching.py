"""One file's way to the ATS: every answer that may come, and what the ledger keeps of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sender_kit import RUN, Desk, FastClock, open_desk, run_async, sandbox, send

from importer.adapters.api import BindbeeApi
from importer.adapters.attachments import LocalFiles
from importer.core.file_sending import dump_files
from importer.core.pacing import Pacer
from importer.core.ports import RowState, Settlement
from importer.core.readback import SyncState
from importer.errors import AccessStopped, Interrupted
from importer.sandbox.server import SandboxServer
from importer.sandbox.settings import SandboxSettings
from importer.sending.attaching import AttachReport, attach_files, build_filler
from importer.sending.clock import StopSignal
from importer.sending.pace import Pace

PDF = b"%PDF-1.4 synthetic"


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with sandbox() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, server: SandboxServer) -> Iterator[Desk]:
    server.world.reset(SandboxSettings(limit=None, rules=False))
    with open_desk(tmp_path) as made:
        yield made


def _create(server: SandboxServer, number: int) -> str:
    headers = {
        "Authorization": f"Bearer {server.api_key}",
        "X-Connector-Token": server.connector_token,
    }
    url = f"{server.base_url}/api/ats/v1/candidates"
    made = httpx.post(url, json={"first_name": f"Given{number}"}, headers=headers).json()
    return str(made["id"])


def _leave(desk: Desk, server: SandboxServer, tmp_path: Path, count: int = 1) -> None:
    """Candidates that were created and lack their file."""
    file = tmp_path / "cv.pdf"
    file.write_bytes(PDF)
    detail = {"file_name": "cv.pdf", "file_content": {"$file": str(file.resolve())}}
    rows = [desk.row(n, attachments=dump_files([detail], "")) for n in range(2, count + 2)]
    desk.stage(rows)
    staged = desk.ledger.staged(desk.connector, RUN)
    seqs = [row.seq for row in staged]
    desk.ledger.record_intents(desk.connector, RUN, seqs, desk.lock.fence, "")
    desk.ledger.record_outcomes(
        desk.connector,
        RUN,
        [Settlement(s, RowState.INCOMPLETE, candidate_id=_create(server, s)) for s in seqs],
    )


def _attach(
    desk: Desk, server: SandboxServer, *, sync: SyncState | None = None, **settings: Any
) -> AttachReport:
    server.world.settings = SandboxSettings(**{"limit": None, "rules": False, **settings})
    clock = FastClock(50.0)
    stop = settings.pop("stop", None) or StopSignal()

    async def work() -> AttachReport:
        api = BindbeeApi(server.base_url, server.api_key, server.connector_token, timeout_s=2)
        async with api:
            return await attach_files(
                api=api,
                ledger=desk.ledger,
                connector=desk.connector,
                pace=Pace(Pacer(100_000), clock=clock, stop=stop),
                files=LocalFiles(),
                ats="greenhouse",
                sync=sync or SyncState(),
                stop=stop,
            )

    report = run_async(work())
    assert isinstance(report, AttachReport)
    return report


def _figures(report: AttachReport) -> tuple[int, int, int]:
    return report.sent, report.pending, report.failed


def _problem(desk: Desk) -> str:
    return desk.ledger.open_files(desk.connector)[0].problem


def test_a_file_arrives_and_completes_its_candidate(
    desk: Desk, server: SandboxServer, tmp_path: Path
) -> None:
    _leave(desk, server, tmp_path, 2)
    assert _figures(_attach(desk, server)) == (2, 0, 0)
    assert desk.states([2, 3]) == {2: RowState.CREATED, 3: RowState.CREATED}
    assert desk.ledger.open_files(desk.connector) == []
    assert _figures(_attach(desk, server)) == (0, 0, 0)


ANSWERS = {
    "refused by the ATS": ({"faults": {"refuse": 1.0}}, (0, 0, 5), "Value was refused", 5),
    "too many at once, then taken": ({"faults": {"too_many": 0.4}}, (5, 0, 0), "", None),
    "an ATS without files": ({"attachments": "none"}, (0, 0, 5), "cannot be written", 1),
    "forbidden three times": ({"faults": {"status_403": 1.0}}, (0, 2, 3), "", 3),
    "not in the copy yet": ({"read_lag_s": 3_600.0}, (0, 5, 0), "does not show", 3),
    "failing": ({"faults": {"error_before": 1.0}}, (0, 5, 0), "looked for before", 3),
    "lost answers": ({"faults": {"drop_after": 1.0}}, (5, 0, 0), "", 5),
}


@pytest.mark.parametrize(
    ("settings", "figures", "words", "calls"), ANSWERS.values(), ids=list(ANSWERS)
)
def test_every_answer_has_its_consequence(
    desk: Desk,
    server: SandboxServer,
    tmp_path: Path,
    settings: dict[str, Any],
    figures: tuple[int, int, int],
    words: str,
    calls: int | None,
) -> None:
    """Refusals are kept in words; what comes to nothing three times waits for the next run."""
    _leave(desk, server, tmp_path, 5)
    server.world.store.calls.clear()
    report = _attach(desk, server, **settings)
    assert _figures(report) == figures
    assert report.stop is None
    posts = [c for c in server.world.store.calls if c.method == "POST"]
    assert calls is None or len(posts) == calls
    if words:
        assert words in _problem(desk)
    if not figures[0]:
        assert set(desk.states([2, 3, 4]).values()) == {RowState.INCOMPLETE}


def test_a_refused_caller_ends_it(desk: Desk, server: SandboxServer, tmp_path: Path) -> None:
    """401 is nobody's file: everything waits, and the run ends with the reason."""
    _leave(desk, server, tmp_path, 3)
    report = _attach(desk, server, faults={"status_401": 1.0})
    assert _figures(report) == (0, 3, 0)
    assert isinstance(report.stop, AccessStopped)
    assert _figures(_attach(desk, server)) == (3, 0, 0)


def test_nothing_starts_once_the_run_was_told_to_stop(
    desk: Desk, server: SandboxServer, tmp_path: Path
) -> None:
    _leave(desk, server, tmp_path, 2)
    _attach(desk, server, faults={"refuse": 1.0})
    stop = StopSignal()
    stop.set(Interrupted("Told to stop."))
    server.world.settings = SandboxSettings(limit=None, rules=False)

    async def work() -> AttachReport:
        api = BindbeeApi("http://127.0.0.1:9", "key", "token")
        async with api:
            return await attach_files(
                api=api,
                ledger=desk.ledger,
                connector=desk.connector,
                pace=Pace(stop=stop),
                files=None,
                ats="",
                sync=SyncState(),
                stop=stop,
            )

    assert _figures(run_async(work())) == (0, 0, 2)


def test_a_file_in_doubt_goes_again_only_after_proof(
    desk: Desk, server: SandboxServer, tmp_path: Path
) -> None:
    """A synchronisation that began well after the attempt, and is done, has certainly looked."""
    _leave(desk, server, tmp_path)
    assert _figures(_attach(desk, server, faults={"drop_before": 1.0})) == (0, 1, 0)
    server.world.store.calls.clear()
    assert _figures(_attach(desk, server)) == (0, 1, 0)
    assert [c.method for c in server.world.store.calls] == ["GET"]
    later = SyncState("Done", started_at=time.time() + 3_600)
    assert _figures(_attach(desk, server, sync=later)) == (1, 0, 0)
    assert desk.states([2]) == {2: RowState.CREATED}


def test_a_service_that_cannot_be_reached_costs_nothing(
    desk: Desk, server: SandboxServer, tmp_path: Path
) -> None:
    """Provably not sent: no doubt is left behind."""
    _leave(desk, server, tmp_path)
    clock = FastClock(200.0)

    async def work() -> AttachReport:
        api = BindbeeApi("http://127.0.0.1:9", "key", "token")
        async with api:
            return await attach_files(
                api=api,
                ledger=desk.ledger,
                connector=desk.connector,
                pace=Pace(Pacer(100_000), clock=clock),
                files=LocalFiles(),
                ats="",
                sync=SyncState(),
                stop=StopSignal(),
            )

    assert _figures(run_async(work())) == (0, 1, 0)
    assert _problem(desk) == "The service could not be reached."
    assert "attempted_at" not in desk.ledger.open_files(desk.connector)[0].detail
    assert _figures(_attach(desk, server)) == (1, 0, 0)


def test_a_candidate_without_an_id_cannot_be_given_a_file(
    desk: Desk, server: SandboxServer
) -> None:
    """Some ATSs do not say whom they created; the row says so instead of trying for ever."""
    files = dump_files([{"file_name": "cv.pdf", "file_url": "https://files.example.com/cv"}], "u-1")
    desk.stage([desk.row(2, attachments=files)])
    run_async(send(desk, server=_without_ids(server)))
    assert desk.states([2]) == {2: RowState.INCOMPLETE}
    assert _figures(_attach(desk, server)) == (0, 0, 1)
    assert "did not say which candidate" in _problem(desk)


def _without_ids(server: SandboxServer) -> SandboxServer:
    server.world.settings = SandboxSettings(limit=None, rules=False, answer="empty")
    return server


def test_a_file_that_is_gone_when_its_row_goes_keeps_the_row_here(
    desk: Desk, server: SandboxServer, tmp_path: Path
) -> None:
    """A body is never sent without a file that it was checked with."""
    file = (tmp_path / "cv.pdf").resolve()
    body = {"first_name": "Ada", "attachments": [{"file_content": {"$file": str(file)}}]}
    desk.stage([desk.row(2, body=json.dumps(body)), desk.row(3)])
    fill = build_filler(LocalFiles())
    report = run_async(send(desk, server, fill=fill))
    assert report.counts == {RowState.CREATED: 1}
    assert desk.states([2, 3]) == {2: RowState.STAGED, 3: RowState.CREATED}
    assert build_filler(None)(desk.row(2, body=json.dumps(body))) is None
    file.write_bytes(PDF)
    assert run_async(send(desk, server, fill=fill)).counts == {RowState.CREATED: 1}
    (received,) = [r for r in server.world.store.received if "attachments" in (r.body or {})]
    assert received.body["attachments"][0]["file_content"].startswith("JVBER")
