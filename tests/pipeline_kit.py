"""A whole import in this process that can be killed at any step, in a time of its own."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from importer.adapters.api import BindbeeApi
from importer.adapters.ledger import SqlLedger, open_ledger
from importer.adapters.reports import write_reports
from importer.cli.prepare import prepare_job
from importer.core.ports import StagedRow
from importer.errors import ImporterError
from importer.job import RunResult, SendOptions, Workplace
from importer.pipeline import reconcile, run
from importer.sandbox.server import SandboxServer
from importer.sandbox.settings import SandboxSettings
from importer.sending.pace import Pace
from importer.wiring import FolderOnDisk, ledger_place, open_workplace

HEADER = ["First name", "Surname", "E-mail", "Phone", "Tags"]
MAPPING = """\
version: 1
model_keys:
  first_name: First name
  last_name: Surname
  email_addresses: E-mail
  phone_numbers: Phone
  tags: {column: Tags, split: ","}
defaults: {region: GB}
"""
SPEED = 200.0


class Killed(BaseException):
    """The process is gone; nothing of it does anything any more."""


class Fate:
    """Dies at the so-manieth step, before or after it is taken; None: never."""

    def __init__(self, steps: int | None, *, is_after: bool = False) -> None:
        self._left = steps
        self._is_after = is_after
        self.is_dead = False
        self.on_death: Callable[[], None] = lambda: None

    def take(self, step: Callable[[], Any]) -> Any:
        """Take one step, unless death comes first."""
        if not self._comes(is_after=False):
            done = step()
            if not self._comes(is_after=True):
                return done
        raise Killed

    async def take_async(self, step: Callable[[], Any]) -> Any:
        """The same for a step that waits."""
        if not self._comes(is_after=False):
            done = await step()
            if not self._comes(is_after=True):
                return done
        raise Killed

    def _comes(self, *, is_after: bool) -> bool:
        if self._left is not None and not self.is_dead and is_after == self._is_after:
            self._left -= 1
            self.is_dead = self._left <= 0
            if self.is_dead:
                self.on_death()
        return self.is_dead


class Mortal:
    """Anything whose every call is a step towards death."""

    def __init__(self, inner: Any, fate: Fate, *, is_async: bool = False) -> None:
        self._inner = inner
        self._fate = fate
        self._is_async = is_async

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return found
        take = self._fate.take_async if self._is_async else self._fate.take
        return lambda *a, **k: take(lambda: found(*a, **k))


class JumpingClock:
    """Quick seconds that can be jumped over."""

    def __init__(self) -> None:
        self._real = time.monotonic()
        self._base = time.time()
        self._jumped = 0.0

    def now(self) -> float:
        return (time.monotonic() - self._real) * SPEED + self._jumped

    def time(self) -> float:
        return self._base + self.now()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / SPEED)

    def jump(self, seconds: float) -> None:
        self._jumped += seconds


class LeanFolder(FolderOnDisk):
    """A run folder without the reports that only people read."""

    def write(self, summary: Any, rows: Any, allowed: Any, *, for_check: bool) -> Any:
        return write_reports(
            Path(self.path), summary, rows, allowed, formats=("fix", "json"), for_check=for_check
        )


class Office:
    """A folder, an ATS, and the library's verbs between them."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        settings = SandboxSettings(
            meta="501", limit=None, rules=False, clock_speed=SPEED, sync_interval_s=3_600.0
        )
        self.server = SandboxServer(settings)
        self.server.start()
        self.clock = JumpingClock()
        self.map(MAPPING)

    def close(self) -> None:
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def map(self, text: str) -> None:
        (self.folder / "map.yaml").write_text(text, "utf-8")

    def write(self, rows: Sequence[Sequence[str]]) -> None:
        with (self.folder / "people.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([HEADER, *rows])

    def pass_time(self, seconds: float) -> None:
        """For both sides."""
        self.clock.jump(seconds)
        self.server.world.clock.advance(seconds)

    def run(
        self, *, file: str = "people.csv", fate: Fate | None = None, retry_refused: bool = False
    ) -> list[RunResult] | None:
        """A whole run; None where it was killed or stopped before it had a report."""
        options = SendOptions(retry_refused=retry_refused)
        with (
            self._at_home(),
            self._prepared(file, options) as ready,
            contextlib.suppress(ImporterError, Killed),
        ):
            work = self._work(ready, fate or Fate(None), lambda place: run(ready.job, place))
            results: list[RunResult] = asyncio.run(work)
            return results
        return None

    def reconcile(self, by_hand: Mapping[str, str] | None = None) -> None:
        with self._at_home(), self._prepared("people.csv", SendOptions()) as ready:
            work = self._work(ready, Fate(None), lambda place: reconcile(place, by_hand=by_hand))
            asyncio.run(work)

    def doubtful(self) -> list[StagedRow]:
        with self.open_ledger() as ledger:
            return [r for one in self._connectors(ledger) for r in ledger.doubtful(one)]

    def last_sync(self) -> float:
        """When the newest synchronisation of the ATS began."""
        world = self.server.world
        return world.connectors[0].last_sync(world.clock.now(), world.settings)

    def held(self) -> Counter[str]:
        """First names in the ATS."""
        return Counter(p.kept["first_name"] for p in self.server.store.created)

    def open_ledger(self) -> SqlLedger:
        with self._at_home():
            from importer.settings import load_settings

            return open_ledger(ledger_place(load_settings(), self.folder / "map.yaml"))

    def _connectors(self, ledger: SqlLedger) -> set[int]:
        return {r.connector for r in ledger.runs()}

    async def _work(self, ready: Any, fate: Fate, verb: Callable[[Workplace], Any]) -> Any:
        async with (
            open_workplace(ready.settings, ready.ledger, ready.progress) as place,
            BindbeeApi(
                self.server.base_url,
                self.server.api_key,
                self.server.connector_token,
                timeout_s=5.0,
                now=self.clock.time,
            ) as api,
        ):
            place.api = Mortal(api, fate, is_async=True)  # type: ignore[assignment]
            place.ledger = Mortal(ready.ledger, fate)  # type: ignore[assignment]
            place.pace = Pace(clock=self.clock, stop=place.stop)
            place.folder = lambda run_id: LeanFolder(self.folder / "reports" / run_id)
            death = asyncio.Event()
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda *_: None)  # the dead do not complain
            fate.on_death = lambda: loop.call_soon_threadsafe(death.set)
            living = asyncio.ensure_future(verb(place))
            dying = asyncio.ensure_future(death.wait())
            await asyncio.wait({living, dying}, return_when=asyncio.FIRST_COMPLETED)
            dying.cancel()
            if fate.is_dead:
                living.cancel()
                await asyncio.gather(living, return_exceptions=True)
                raise Killed
            return await living

    @contextlib.contextmanager
    def _prepared(self, file: str, options: SendOptions) -> Iterator[Any]:
        names = ("connector", "base_url", "ledger", "report_dir", "notify_on")
        with prepare_job(
            (file,),
            self.folder / "map.yaml",
            dict.fromkeys(names),
            schema=None,
            offline=False,
            adopt=False,
            quiet=True,
            options=options,
        ) as ready:
            yield ready

    @contextlib.contextmanager
    def _at_home(self) -> Iterator[None]:
        names = {
            "BINDBEE_BASE_URL": self.server.base_url,
            "BINDBEE_API_KEY": self.server.api_key,
            "BINDBEE_CONNECTOR_TOKEN": self.server.connector_token,
        }
        before = {name: os.environ.get(name) for name in names}
        os.environ.update(names)
        try:
            with contextlib.chdir(self.folder):
                yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
