"""What the drills of a whole run share: a sandbox of its own process, a desk, and the verdict.

Lives here: starting, steering and comparing. Must never live here: a drill's own story. What a
newcomer would question: the verdict reads the sandbox's store file, never its answers, so that
what the ATS holds is compared and not what anybody said about it.
"""

from __future__ import annotations

import asyncio
import contextlib
import csv
import json
import os
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from importer.adapters.api import BindbeeApi
from importer.cli.prepare import prepare_job
from importer.job import RunResult
from importer.pipeline import run
from importer.sending.pace import Pace
from importer.wiring import open_workplace

ROOT = Path(__file__).resolve().parents[2]
OURS = {"PYTHONPATH": str(ROOT)}
"""The checkout that a drill stands in is the one that it tries."""

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
HEADER = ["First name", "Surname", "E-mail", "Phone", "Tags"]

NOT_STORED = ("drop_before", "error_before", "html_502", "success_false")
"""Faults after which the ATS does not have the candidate."""
STORED = ("drop_after", "cut_after", "error_after", "html_502_after", "success_false_after")
"""Faults after which it does."""
OTHERS = ("slow", "slow_after", "too_many")
READS = ("read_drop", "read_error", "read_html_502", "read_slow", "read_too_many")

Row = list[str]


def invent(number: int, **cells: str) -> Row:
    """A row of an invented person; all of them differ."""
    row = {
        "First name": f"Given{number}",
        "Surname": f"Family{number}",
        "E-mail": f"person{number}@example.com",
        "Phone": "",
        "Tags": "one,two",
    } | cells
    return [row[name] for name in HEADER]


def share(names: Iterable[str], each: float) -> dict[str, float]:
    """The same share of every fault."""
    return dict.fromkeys(names, each)


class Sandbox:
    """The local ATS as a process of its own; its people are kept in a file.

    Args:
        folder: Where the store goes.
        flags: As `python -m importer.sandbox` takes them.
        settings: Swapped in once it runs, by the names of `SandboxSettings`.
    """

    def __init__(self, folder: Path, *flags: str, **settings: Any) -> None:
        self.store = folder / "store.jsonl"
        command = [sys.executable, "-m", "importer.sandbox", "--store", str(self.store), *flags]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, **OURS}
        )
        assert self._process.stdout is not None
        ready = json.loads(self._process.stdout.readline())
        self.base_url: str = ready["base_url"]
        self.environment = {
            "BINDBEE_BASE_URL": self.base_url,
            "BINDBEE_API_KEY": ready["api_key"],
            "BINDBEE_CONNECTOR_TOKEN": ready["connector_token"],
        }
        if settings:
            self.change(**settings)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait()

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call a control endpoint."""
        request = urllib.request.Request(
            f"{self.base_url}/_sandbox/{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def change(self, **settings: Any) -> None:
        """Swap settings while it runs."""
        self.ask("PATCH", "settings", settings)

    def advance(self, seconds: float) -> None:
        """Move its clock on."""
        self.ask("POST", "clock", {"advance_s": seconds})

    def figures(self) -> dict[str, Any]:
        """Calls and people at a glance."""
        told: dict[str, Any] = self.ask("GET", "state")["figures"]
        return told

    def calls(self) -> list[dict[str, Any]]:
        """Every call."""
        told: list[dict[str, Any]] = self.ask("GET", "calls")
        return told

    def received(self) -> list[dict[str, Any]]:
        """Every create as it arrived."""
        told: list[dict[str, Any]] = self.ask("GET", "received")
        return told

    def connector(self) -> str:
        """The first connector's id."""
        told: str = self.ask("GET", "state")["connectors"][0]["id"]
        return told

    def people(self) -> list[dict[str, Any]]:
        """Who was created, from the store's file."""
        if not self.store.exists():
            return []
        return [json.loads(line) for line in self.store.read_text("utf-8").splitlines()]

    def count(self) -> int:
        """How many were created."""
        return self.store.read_bytes().count(b"\n") if self.store.exists() else 0


@dataclass
class Desk:
    """A folder with a mapping and a spreadsheet, and the command line as a person calls it."""

    folder: Path
    sandbox: Sandbox
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "map.yaml").write_text(MAPPING, "utf-8")

    def configure(self, **settings: float) -> None:
        """Write `candidate-import.toml`."""
        text = "".join(f"{name} = {value}\n" for name, value in settings.items())
        (self.folder / "candidate-import.toml").write_text(text, "utf-8")

    def write(self, rows: Sequence[Row], header: Sequence[str] = HEADER) -> None:
        """Write the spreadsheet."""
        with (self.folder / "people.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])

    def start(self, *arguments: str, **more: Any) -> subprocess.Popen[str]:
        """Start a command."""
        return self.start_child("-m", "importer", *arguments, **more)

    def start_child(self, *arguments: str, **more: Any) -> subprocess.Popen[str]:
        """Start Python in the desk's folder and environment."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**os.environ, **OURS, **self.sandbox.environment, **self.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            **more,
        )

    def start_run(self, *more: str, **options: Any) -> subprocess.Popen[str]:
        """Start `run people.csv -m map.yaml --yes -q`."""
        return self.start("run", "people.csv", "-m", "map.yaml", "--yes", "-q", *more, **options)

    def run(self, *more: str, **options: Any) -> tuple[int, str]:
        """Run to the end; exit code and what was said."""
        process = self.start_run(*more, **options)
        _, said = process.communicate()
        return process.returncode, said

    def reconcile(self, *more: str) -> tuple[int, str]:
        """Reconcile to the end; exit code and what was said."""
        process = self.start("reconcile", "-m", "map.yaml", *more)
        _, said = process.communicate()
        return process.returncode, said

    @property
    def ledger(self) -> Path:
        """Where the ledger is."""
        return self.folder / ".candidate-import" / "ledger.sqlite3"

    def states(self) -> Counter[str]:
        """Rows on their way by state, as the ledger's file has them."""
        if not self.ledger.exists():
            return Counter()
        with sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True, timeout=30) as raw:
            try:
                told = raw.execute("SELECT state, count(*) FROM staged GROUP BY state").fetchall()
            except sqlite3.OperationalError:  # killed before the tables were made
                told = []
        raw.close()
        return Counter(dict(told))

    def summary(self) -> dict[str, Any]:
        """The newest summary."""
        found = max(self.folder.glob("reports/*/summary.json"), key=lambda p: p.stat().st_mtime_ns)
        told: dict[str, Any] = json.loads(found.read_text("utf-8"))
        return told

    def counts(self) -> dict[str, int]:
        """The newest summary's outcomes, without zeros."""
        return {k: v for k, v in self.summary()["counts"].items() if v}

    def settle(self, most: int = 12) -> list[int]:
        """Run, let the ATS be synced, and run again until nothing is in doubt; exit codes."""
        codes = []
        for _ in range(most):
            code, said = self.run()
            codes.append(code)
            if code not in (0, 1, 3):
                raise SystemExit(f"exit {code}: {said}")
            if code != 3 and not sum(self.states().values()):
                return codes
            self.sandbox.advance(7_200.0)
        return codes


class FastClock:
    """Seconds that pass quicker than real ones, in step with a sandbox of that speed."""

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._real = time.monotonic()
        self._base = time.time()

    def now(self) -> float:
        """Monotonic seconds."""
        return (time.monotonic() - self._real) * self.speed

    def time(self) -> float:
        """Unix seconds."""
        return self._base + self.now()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds / self.speed)


def run_fast(desk: Desk, speed: float, *files: str) -> list[RunResult]:
    """A whole `run` in this process, in which time passes quicker; its results."""
    with contextlib.chdir(desk.folder), patched_environment(desk):
        flags = dict.fromkeys(("connector", "base_url", "ledger", "report_dir", "notify_on"))
        with prepare_job(
            files or ("people.csv",),
            desk.folder / "map.yaml",
            flags,
            schema=None,
            offline=False,
            adopt=False,
            quiet=True,
        ) as ready:
            return asyncio.run(_work_fast(ready, FastClock(speed)))


async def _work_fast(ready: Any, clock: FastClock) -> list[RunResult]:
    settings = ready.settings
    async with (
        open_workplace(settings, ready.ledger, ready.progress) as place,
        BindbeeApi(
            settings.base_url,
            *settings.secrets(),
            timeout_s=settings.timeout_s / clock.speed,
            now=clock.time,
        ) as api,
    ):
        place.api = api
        place.pace = Pace(clock=clock, stop=place.stop)
        return await run(ready.job, place)


@contextlib.contextmanager
def patched_environment(desk: Desk) -> Iterator[None]:
    """The desk's environment in this process."""
    before = dict(os.environ)
    os.environ.update(desk.sandbox.environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@dataclass
class Verdict:
    """The spreadsheet's people against the ATS's."""

    expected: int
    lost: list[str]
    doubled: list[str]
    strangers: list[str]

    @property
    def is_good(self) -> bool:
        """Whether each is there exactly once."""
        return not (self.lost or self.doubled or self.strangers)


def judge(sandbox: Sandbox, rows: Sequence[Row]) -> Verdict:
    """Compare the sandbox's store with the rows, by e-mail."""
    column = HEADER.index("E-mail")
    wanted = [row[column] for row in rows]
    held = Counter(e for p in sandbox.people() for e in p["kept"].get("email_addresses", ()))
    return Verdict(
        expected=len(wanted),
        lost=[e for e in wanted if not held[e]],
        doubled=[e for e, count in held.items() if count > 1],
        strangers=sorted(set(held) - set(wanted)),
    )


def print_table(lines: Sequence[tuple[str, object]]) -> None:
    """Print figures in two columns."""
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        print(f"{name:<{width}}  {value}", flush=True)


def wait_until(is_true: Any, for_s: float = 60.0, every_s: float = 0.02) -> bool:
    """Look again and again; whether it became true in time."""
    end = time.monotonic() + for_s
    while time.monotonic() < end:
        if is_true():
            return True
        time.sleep(every_s)
    return False
