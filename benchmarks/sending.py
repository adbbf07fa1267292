"""Sending to a local server: the bare loop, the sender with a durable ledger, and a fleet."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

BATCH: Final = 5_000


def send_bare(folder: Path, url: str, count: int, window: int) -> dict[str, float]:
    """The same HTTP library, the same client, the same bodies; nothing is kept or judged."""
    from importer.adapters.api import wire

    async def post_all() -> None:
        client_kind: Any = wire.httpx.AsyncClient
        limits = wire.httpx.Limits(max_connections=window, max_keepalive_connections=window)
        headers = {"Authorization": "Bearer key", "Content-Type": "application/json"}
        bodies = iter([make_body(number) for number in range(count)])
        async with client_kind(headers=headers, limits=limits, trust_env=False) as client:

            async def post() -> None:
                for body in bodies:
                    answer = await client.post(f"{url}/api/ats/v1/candidates", content=body)
                    json.loads(answer.content)

            await asyncio.gather(*(post() for _ in range(window)))

    started, cpu = time.perf_counter(), time.process_time()
    asyncio.run(post_all())
    return {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu}


def send_staged_rows(folder: Path, url: str, count: int, window: int) -> dict[str, float]:
    """The sender: intent and outcome of every row durable in SQLite."""
    from importer.core.pacing import Pacer

    with Desk(folder / f"send-{count}.sqlite3", "solo") as desk:
        desk.stage(count)

        async def send() -> int:
            return await desk.send(url, Pacer(10**9), window)

        started, cpu = time.perf_counter(), time.process_time()
        created = asyncio.run(send())
        seconds, used = time.perf_counter() - started, time.process_time() - cpu
    if created != count:
        raise RuntimeError(f"{created} of {count} rows were created")
    return {"seconds": seconds, "cpu": used}


def send_fleet(folder: Path, url: str, connectors: int, minutes: float) -> dict[str, float]:
    """Many connectors in one process, each with a client, a pace and a ledger of its own."""
    from importer.core.pacing import Pacer
    from importer.sending.clock import StopSignal

    seconds = minutes * 60
    desks = [Desk(folder / f"fleet-{n}.sqlite3", f"c{n}") for n in range(connectors)]
    for desk in desks:
        desk.stage(int(200 * minutes) + 50)
    signals = [StopSignal() for _ in desks]

    async def send_all() -> tuple[int, float, float]:
        from importer.errors import Interrupted

        started, cpu = time.perf_counter(), time.process_time()
        tasks = [
            asyncio.create_task(desk.send(url, Pacer(200), 5, signal))
            for desk, signal in zip(desks, signals, strict=True)
        ]
        await asyncio.sleep(seconds)
        for signal in signals:
            signal.set(Interrupted("The time is over."))
        created = sum(await asyncio.gather(*tasks))
        return created, time.perf_counter() - started, time.process_time() - cpu

    created, took, cpu = asyncio.run(send_all())
    for desk in desks:
        desk.close()
    return {
        "seconds": took,
        "cpu": cpu,
        "rate": created / took,
        "share": created / took * 60 / (200 * connectors),
    }


def make_body(number: int) -> str:
    """The body of an invented person, about 1 KB."""
    return json.dumps(
        {
            "first_name": f"Given{number}",
            "last_name": f"Family{number}",
            "email_addresses": [f"person{number}@example.com"],
            "custom_fields": {f"field_{n}": f"some value {n} of {number}" for n in range(20)},
        }
    )


class Desk:
    """A ledger with one connector and one run that may send."""

    def __init__(self, path: Path, connector: str) -> None:
        from importer.adapters.ledger import open_ledger
        from importer.core.memory import Lock
        from importer.core.ports import RunRecord

        path.unlink(missing_ok=True)
        self.ledger = open_ledger(str(path))
        self.connector = self.ledger.connector_ref("http://127.0.0.1", connector, "greenhouse")
        lock = self.ledger.acquire_lock(self.connector, "run", time.time(), 3_600.0)
        if not isinstance(lock, Lock):
            raise TypeError("the connector is busy")
        self.lock = lock
        self.ledger.begin_run(
            RunRecord(
                run_id="run",
                command="run",
                connector=self.connector,
                mapping="map.yaml",
                mapping_sha256="",
                schema_sha256="",
                started_at="2026-01-01T00:00:00+00:00",
                finished_at="",
                state="sending",
                exit_code=None,
                sources=[],
            )
        )

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the ledger."""
        self.ledger.close()

    def stage(self, count: int) -> None:
        """Put so many rows into the ledger."""
        for start in range(0, count, BATCH):
            rows = list(self._rows(range(start, min(count, start + BATCH))))
            self.ledger.stage(self.connector, "run", rows)

    def _rows(self, numbers: Sequence[int]) -> Iterator[Any]:
        from importer.core.ports import Content, StagedRow

        for number in numbers:
            mark = number.to_bytes(8, "big")
            yield StagedRow(
                seq=0,
                source=0,
                row=number + 2,
                identity=b"identity" + mark,
                content=Content(("Name",), mark),
                body=make_body(number),
                form="B",
                emails=(b"an email" + mark,),
                key=mark.hex(),
            )

    async def send(self, url: str, pacer: Any, window: int, stop: Any = None) -> int:
        """Send what is staged; returns how many candidates were created."""
        from importer.adapters.api import BindbeeApi
        from importer.core.ports import RowState
        from importer.sender import send_staged
        from importer.sending.pace import Pace

        async with BindbeeApi(url, "key", "token", connections=window) as api:
            report = await send_staged(
                api=api,
                ledger=self.ledger,
                connector=self.connector,
                run_id="run",
                fence=self.lock.fence,
                pace=Pace(pacer, stop=stop),
                window=window,
                stop=stop,
            )
        return report.counts.get(RowState.CREATED, 0)
