"""What the tests of sending share: a fast clock, rows in a real ledger, a client of a sandbox."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from importer.adapters.api import BindbeeApi
from importer.adapters.ledger import SqlLedger, open_ledger
from importer.core.identity import build_contents, email_hash, identity_hash, name_hash
from importer.core.memory import Lock
from importer.core.pacing import Pacer
from importer.core.ports import RowState, RunRecord, Settlement, StagedRow
from importer.sandbox.server import SandboxServer, serve
from importer.sandbox.settings import SandboxSettings
from importer.sender import SendReport, send_staged
from importer.sending.clock import StopSignal
from importer.sending.pace import Pace

RUN = "run-1"


class FastClock:
    """Seconds that pass quicker than real ones, in step with a sandbox of that speed."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._real = time.monotonic()
        self._base = time.time()

    def now(self) -> float:
        return (time.monotonic() - self._real) * self.speed

    def time(self) -> float:
        return self._base + self.now()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)


@dataclass
class Heard:
    """Listens to a run."""

    settled: list[tuple[int, RowState]] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    schema_doubts: int = 0
    on_each: Callable[[], None] = lambda: None
    schema_error: Exception | None = None

    def on_settled(self, row: StagedRow, settlement: Settlement) -> None:
        self.settled.append((row.row, settlement.state))
        self.settlements.append(settlement)
        self.on_each()

    def on_notice(self, text: str) -> None:
        self.notices.append(text)

    async def on_schema_doubt(self) -> None:
        self.schema_doubts += 1
        if self.schema_error is not None:
            raise self.schema_error


class Desk:
    """A ledger with a run that may send."""

    def __init__(self, ledger: SqlLedger) -> None:
        self.ledger = ledger
        self.connector = ledger.connector_ref("http://sandbox.example", "c-1", "greenhouse")
        lock = ledger.acquire_lock(self.connector, RUN, time.time())
        assert isinstance(lock, Lock)
        self.lock = lock
        self.begin(RUN)

    def begin(self, run_id: str) -> None:
        self.ledger.begin_run(
            RunRecord(
                run_id=run_id,
                command="run",
                connector=self.connector,
                mapping="m.yaml",
                mapping_sha256="m",
                schema_sha256="s",
                started_at="2026-01-01T00:00:00+00:00",
                finished_at="",
                state="sending",
                exit_code=None,
                sources=[("people.csv", "", "sha", 1)],
            )
        )

    def row(self, number: int, *, email: str | None = "", name: str = "", **more: Any) -> StagedRow:
        """One row; `email` "" makes one up, None leaves it out."""
        address = f"person{number}@example.com" if email == "" else email
        first, _, last = (name or f"Ada Number{number}").partition(" ")
        body: dict[str, object] = {"first_name": first, "last_name": last}
        if address is not None:
            body["email_addresses"] = [address]
        secret = self.ledger.secret
        values: dict[str, Any] = {
            "seq": 0,
            "source": 0,
            "row": number,
            "identity": identity_hash(secret, [f"row {number}"]),
            "content": build_contents(secret, {"name": [f"{first} {last}"]})[0],
            "body": json.dumps(body),
            "form": "B",
            "emails": () if address is None else (email_hash(secret, address),),
            "key": f"key-{number}",
        }
        return StagedRow(**{**values, **more})

    def stage(self, rows: int | Sequence[StagedRow], run_id: str = RUN) -> None:
        if isinstance(rows, int):
            rows = [self.row(number) for number in range(2, rows + 2)]
        self.ledger.stage(self.connector, run_id, rows)

    def states(self, numbers: Sequence[int]) -> dict[int, RowState]:
        """Row number to state, as the ledger holds it."""
        secret = self.ledger.secret
        identities = {identity_hash(secret, [f"row {n}"]): n for n in numbers}
        known = self.ledger.recall(self.connector, list(identities))
        return {identities[i]: one.state for i, one in known.items()}

    def name_hash(self, name: str) -> bytes:
        return name_hash(self.ledger.secret, name)


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    with open_ledger(folder / "ledger.db") as ledger:
        yield Desk(ledger)


def run_async(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(main)


async def send(
    desk: Desk,
    server: SandboxServer | None = None,
    *,
    clock: FastClock | None = None,
    pacer: Pacer | None = None,
    stop: StopSignal | None = None,
    base_url: str = "",
    secrets: tuple[str, str] = ("key", "token"),
    **more: Any,
) -> SendReport:
    """Send what is staged to a sandbox (or another server)."""
    clock = FastClock() if clock is None else clock
    stop = StopSignal() if stop is None else stop
    pace = Pace(
        Pacer(100_000) if pacer is None else pacer,
        clock=clock,
        stop=stop,
        limits=more.get("limits"),
    )
    api = BindbeeApi(
        server.base_url if server else base_url,
        server.api_key if server else secrets[0],
        server.connector_token if server else secrets[1],
        timeout_s=more.pop("timeout_s", 5.0),
        now=clock.time,
    )
    async with api:
        return await send_staged(
            api=api,
            ledger=desk.ledger,
            connector=desk.connector,
            run_id=RUN,
            fence=desk.lock.fence,
            pace=pace,
            stop=stop,
            **more,
        )


def sandbox(**settings: Any) -> Any:
    """A sandbox without a rate limit or rules of its own, unless told."""
    return serve(SandboxSettings(**{"limit": None, "rules": False, **settings}))
