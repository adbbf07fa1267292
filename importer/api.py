"""The library: `check`, `run` and `arun`, as the commands do it.

Lives here: what a notebook or a scheduler calls. Must never live here: a step of the work;
everything goes the way of the commands (preparing, wiring, pipeline). What a newcomer would
question: problems with the data and early ends come back as values in the result. Only what
keeps a report from being written is raised.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from importer.core.budget import SendLimits
from importer.core.model import CandidateSchema, Problem, SourceOptions
from importer.core.ports import ReportPaths
from importer.core.results import RunSummary
from importer.core.rules import CandidateMapping
from importer.errors import ImporterError, SettingsError
from importer.job import Asked, RunResult, SendOptions
from importer.loading import load_mapping, load_schema_file, offline_schema, remember_corrections
from importer.pipeline import check as check_job
from importer.pipeline import run as run_job
from importer.preparing import Ready, Wish, prepare
from importer.settings import Settings, load_settings
from importer.wiring import (
    OpenedSources,
    open_workplace,
    prune_reports,
    read_frame,
    read_sources,
)

if TYPE_CHECKING:
    from importer.connecting import SchemaFound
    from importer.core.handback import Decision

T = TypeVar("T")

PathLike = str | os.PathLike[str]
Data = pd.DataFrame | PathLike | Sequence[PathLike]
"""A frame, a spreadsheet, or several spreadsheets."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What a check or a run came to.

    Attributes:
        summary: All figures, as `summary.json` has them.
        paths: The files of the report.
        stop: Why it ended early; None where it went to its end.
        earlier: The results of runs that were interrupted before and continued first.
    """

    summary: RunSummary
    paths: ReportPaths
    stop: ImporterError | None = None
    earlier: tuple[ImportResult, ...] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows by outcome, zeros too; `rows` is their sum."""
        return self.summary.counts

    @property
    def exit_code(self) -> int:
        """What the command would have exited with: 0 means that nobody is needed."""
        return self.summary.exit_code

    @property
    def problems(self) -> Sequence[Problem]:
        """Grouped problems: one for each column, value and reason."""
        return self.summary.problems

    def problems_frame(self) -> pd.DataFrame:
        """The problems as a table, one line each, the worst first."""
        lines = [
            {
                "severity": p.severity.value,
                "code": p.code,
                "column": p.column,
                "value": p.value,
                "count": p.count,
                "rows": [row for _, row in p.rows],
                "message": p.message,
                "hint": p.hint,
                "state": p.state,
            }
            for p in self.summary.problems
        ]
        return pd.DataFrame(lines, columns=_PROBLEM_COLUMNS)


_PROBLEM_COLUMNS = [
    *("severity", "code", "column", "value", "count", "rows"),
    *("message", "hint", "state"),
]


def check(
    data: Data,
    mapping: PathLike | CandidateMapping,
    schema: PathLike | CandidateSchema | None = None,
    *,
    offline: bool = False,
    connector: str | None = None,
    base_url: str | None = None,
    ledger: str | None = None,
    report_dir: PathLike | None = None,
    name: str = "dataframe",
    adopt_ledger: bool = False,
    shows_progress: bool = False,
) -> ImportResult:
    """Find every problem that `run` would find, and create nothing.

    Args:
        data: A DataFrame, a path or several paths.
        mapping: The mapping's file, or a mapping that was read before.
        schema: Saved by `meta --save`, or parsed; "last": of the run before; None: asked from
            the API.
        offline: Use no network at all; without a `schema`, only the published fields are known.
        connector: Profile of `candidate-import.toml`.
        base_url: Of the API.
        ledger: Path or database URL; None: beside the mapping.
        report_dir: Where the run's folder is made; None: as set, or `reports`.
        name: How messages call a DataFrame.
        adopt_ledger: Use this ledger although the mapping ran with another one.
        shows_progress: Tell on standard error how far it is.

    Raises:
        ImporterError: Nothing could be checked; the message says why and what to do.
    """
    wish = _wish(
        data,
        mapping,
        schema,
        offline=offline,
        connector=connector,
        flags={"base_url": base_url, "ledger": ledger, "report_dir": report_dir},
        name=name,
        adopt=adopt_ledger,
        quiet=not shows_progress,
    )

    async def work() -> ImportResult:
        with prepare(wish) as ready:
            async with open_workplace(
                ready.settings, ready.ledger, ready.progress, offline=ready.is_offline
            ) as place:
                return _told(await check_job(ready.job, place))

    return _run_to_end(work())


def run(
    data: Data,
    mapping: PathLike | CandidateMapping,
    schema: PathLike | CandidateSchema | None = None,
    **options: Any,
) -> ImportResult:
    """Check, send what is sound, and write the report; takes what `arun` takes."""
    return _run_to_end(arun(data, mapping, schema, **options))


async def arun(
    data: Data,
    mapping: PathLike | CandidateMapping,
    schema: PathLike | CandidateSchema | None = None,
    *,
    connector: str | None = None,
    base_url: str | None = None,
    ledger: str | None = None,
    report_dir: PathLike | None = None,
    name: str = "dataframe",
    adopt_ledger: bool = False,
    accept_identity: bool = False,
    existing: str = "skip",
    expect: int | None = None,
    limit: int | None = None,
    max_calls: int | None = None,
    until: datetime | None = None,
    max_rejected: float | None = None,
    canary: int = 0,
    retry_refused: bool = False,
    wait: bool = False,
    confirm: Callable[[Asked], bool] | None = None,
    shows_progress: bool = False,
) -> ImportResult:
    """Check, send what is sound, and write the report; continues an interrupted run first.

    Any number of these may run in one event loop, for different connectors.

    Args:
        data: A DataFrame, a path or several paths.
        mapping: The mapping's file, or a mapping that was read before.
        schema: Saved by `meta --save`, or parsed; "last": of the run before; None: asked from
            the API.
        connector: Profile of `candidate-import.toml`.
        base_url: Of the API.
        ledger: Path or database URL; None: beside the mapping.
        report_dir: Where the run's folder is made; None: as set, or `reports`.
        name: How messages call a DataFrame.
        adopt_ledger: Use this ledger although the mapping ran with another one.
        accept_identity: Accept that the mapping's `identity:` was changed.
        existing: `skip`, `create` or `stop`: people who are in the ATS already.
        expect: So many creates are fine; without it an unexpected number stops the run.
        limit: Create so many and stop.
        max_calls: Make so many calls and stop.
        until: Start nothing new after this moment.
        max_rejected: Stop when a larger share of the rows fails, 0 to 1.
        canary: Create so many first, read them back and compare.
        retry_refused: Send rows again that the ATS refused.
        wait: Wait for another run on this connector instead of stopping.
        confirm: Asked before the first create; False sends nothing.
        shows_progress: Tell on standard error how far it is.

    Raises:
        ImporterError: It stopped before there was anything to report.
    """
    limits = SendLimits(
        max_calls=max_calls,
        until=until.timestamp() if until is not None else None,
        max_creates=limit,
    )
    wish = _wish(
        data,
        mapping,
        schema,
        offline=False,
        connector=connector,
        flags={"base_url": base_url, "ledger": ledger, "report_dir": report_dir},
        name=name,
        adopt=adopt_ledger,
        quiet=not shows_progress,
        options=SendOptions(
            existing=existing,
            expect=expect,
            max_rejected=max_rejected,
            canary=canary,
            wait=wait,
            unattended=confirm is None,
            retry_refused=retry_refused,
            accept_identity=accept_identity,
            limits=limits,
        ),
    )
    with prepare(wish) as ready:
        async with open_workplace(
            ready.settings, ready.ledger, ready.progress, limits=limits, confirm=confirm
        ) as place:
            *earlier, last = await run_job(ready.job, place)
        _tidy_up(ready)
        return _told(last, tuple(_told(result) for result in earlier))


def _tidy_up(ready: Ready) -> None:
    if ready.mapping_path is not None:
        remember_corrections(ready.mapping_path, ready.decisions)
    prune_reports(ready.settings)


def _told(result: RunResult, earlier: tuple[ImportResult, ...] = ()) -> ImportResult:
    return ImportResult(result.summary, result.paths, result.stop, earlier)


def _wish(
    data: Data,
    mapping: PathLike | CandidateMapping,
    schema: PathLike | CandidateSchema | None,
    *,
    offline: bool,
    connector: str | None,
    flags: Mapping[str, object],
    name: str,
    adopt: bool,
    quiet: bool,
    options: SendOptions | None = None,
) -> Wish:
    path = None if isinstance(mapping, CandidateMapping) else Path(mapping)

    def load(decisions: Sequence[Decision]) -> CandidateMapping:
        if isinstance(mapping, CandidateMapping):
            return mapping
        return load_mapping(Path(mapping), decisions)

    def find_settings(known: CandidateMapping) -> Settings:
        if connector and known.connector and connector != known.connector:
            raise SettingsError(
                f"The call says connector={connector!r}, and the mapping says {known.connector}.",
                hint="Candidates of one customer must not reach another: make the two agree.",
            )
        return load_settings(connector=connector or known.connector, flags=flags)

    def read(how: SourceOptions | None, settings: Settings) -> OpenedSources:
        if isinstance(data, pd.DataFrame):
            return read_frame(data, name)
        files = [data] if isinstance(data, (str, os.PathLike)) else data
        return read_sources([os.fspath(f) for f in files], how, settings)

    return Wish(
        load_mapping=load,
        mapping_path=path,
        find_settings=find_settings,
        read=read,
        schema=None if schema == "last" else _given_schema(schema, offline=offline),
        use_last_schema=schema == "last",
        offline=offline,
        adopt=adopt,
        quiet=quiet,
        options=options,
    )


def _given_schema(
    schema: PathLike | CandidateSchema | None, *, offline: bool
) -> SchemaFound | None:
    from importer.connecting import SchemaFound

    if isinstance(schema, CandidateSchema):
        return SchemaFound(schema, "")
    if schema is not None:
        return load_schema_file(Path(schema))
    return offline_schema() if offline else None


def _run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, in a notebook too, where a loop runs already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as one:
        return one.submit(asyncio.run, work).result()
