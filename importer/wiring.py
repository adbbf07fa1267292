"""From settings to adapters: the one place that knows which technology plays which role.

Lives here: opening things. Must never live here: a decision about rows, or printing. What a
newcomer would question: everything heavy is imported inside functions, so that a command
pays only for what it uses.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from importer.errors import SettingsError
from importer.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from importer.adapters.ledger import SqlLedger
    from importer.adapters.spool import SpooledSource, SpoolWriter
    from importer.core.attachments import Files
    from importer.core.budget import SendLimits
    from importer.core.model import Finding, SourceOptions
    from importer.core.ports import ReportPaths, Source
    from importer.core.results import ReportRow, RunSummary
    from importer.job import Confirm, Progress, Workplace
    from importer.sending.clock import StopSignal

    MappingLedger = SqlLedger

LEDGER_FOLDER = ".candidate-import"
LEDGER_NAME = "ledger.sqlite3"


def open_progress(*, quiet: bool = False) -> Progress:
    """Something that shows how far things are."""
    from importer.adapters.progress import Progress

    return Progress(is_quiet=quiet)


# --- sources ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenedSources:
    """What became of the files that were named."""

    sources: Sequence[Source]
    unreadable: Sequence[tuple[str, Finding]]


def read_sources(
    paths: Sequence[str], options: SourceOptions | None, settings: Settings
) -> OpenedSources:
    """Open spreadsheets; one that cannot be used never stops the others."""
    from importer.adapters.reader import ReadLimits, Unreadable, open_sources
    from importer.core.model import SourceOptions

    known = {f.name for f in fields(ReadLimits)}
    unknown = sorted(set(settings.limits) - known)
    if unknown:
        raise SettingsError(
            f"There is no limit named {', '.join(unknown)} (known: {', '.join(sorted(known))})."
        )
    limits = ReadLimits(**{k: int(v) for k, v in settings.limits.items()})
    opened = open_sources(paths, options or SourceOptions(), limits)
    return OpenedSources(
        [s for s in opened if not isinstance(s, Unreadable)],
        [(s.path, s.finding) for s in opened if isinstance(s, Unreadable)],
    )


def local_files() -> Files:
    """The files of this machine, to be attached to candidates."""
    from importer.adapters.attachments import LocalFiles

    return LocalFiles()


def read_frame(df: pd.DataFrame, name: str) -> OpenedSources:
    """Take a DataFrame for a spreadsheet; messages call it `name`."""
    from importer.adapters.reader import open_frame

    return OpenedSources([open_frame(df, name)], [])


# --- run folders ------------------------------------------------------------------------------


class FolderOnDisk:
    """A run's folder below the report folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def path(self) -> str:
        """Where it is."""
        return str(self._path)

    def begin_spool(self) -> SpoolWriter:
        """Start keeping the rows."""
        from importer.adapters.spool import SpoolWriter

        try:
            return SpoolWriter(self._path)
        except OSError as error:
            raise SettingsError(
                f"The report folder {self._path.parent} cannot be written to"
                f" ({error.strerror or type(error).__name__}), so nothing was sent.",
                hint="Allow writing there, or name another folder with --report-dir.",
            ) from error

    def open_spool(self) -> list[SpooledSource] | None:
        """The rows as they were read; None where they are not (completely) there."""
        from importer.adapters.spool import open_spool

        return open_spool(self._path)

    def remove_spool(self) -> None:
        """Forget the rows; the report has them."""
        from importer.adapters.spool import remove_spool

        remove_spool(self._path)

    def write_note(self, name: str, text: str) -> None:
        """Keep a text beside the spool; an empty one forgets it."""
        from importer.adapters.spool import write_note

        write_note(self._path, name, text)

    def read_note(self, name: str) -> str:
        """A text that was kept; empty where there is none."""
        from importer.adapters.spool import read_note

        return read_note(self._path, name)

    def write(
        self,
        summary: RunSummary,
        rows: Callable[[], Iterator[ReportRow]],
        allowed: Mapping[str, Sequence[str]],
        *,
        for_check: bool,
    ) -> ReportPaths:
        """Write the reports."""
        from importer.adapters.reports import write_reports

        return write_reports(self._path, summary, rows, allowed, for_check=for_check)


def new_run_id() -> str:
    """A run id that sorts by time and never repeats."""
    now = datetime.now(UTC)
    # Milliseconds as three digits of the last group: two runs may begin within one second.
    return f"{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03x}{secrets.token_hex(2)[1:]}"


def name_caller() -> str:
    """User and machine, as far as the system tells."""
    import getpass
    import platform

    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container may give its user no name
        user = "unknown"
    return f"{user}@{platform.node() or 'unknown'}"


# --- ledger and API ---------------------------------------------------------------------------


def ledger_place(settings: Settings, mapping: Path | None) -> str:
    """Where the ledger is: as set, or beside the mapping."""
    if settings.ledger:
        return settings.ledger
    folder = mapping.resolve().parent if mapping is not None else Path.cwd()
    return str(folder / LEDGER_FOLDER / LEDGER_NAME)


def open_mapping_ledger(
    settings: Settings, mapping: Path | None, *, adopt: bool = False, create: bool = True
) -> SqlLedger:
    """Open the ledger and hold it against the mapping that is to use it.

    Raises:
        LedgerError: It cannot be used, or it is not the one that this mapping ran with.
    """
    from importer.adapters.ledger import guard_mapping, open_ledger

    ledger = open_ledger(ledger_place(settings, mapping), create=create)
    if mapping is not None:
        try:
            guard_mapping(mapping, ledger, adopt=adopt)
        except BaseException:
            ledger.close()
            raise
    return ledger


@asynccontextmanager
async def open_workplace(
    settings: Settings,
    ledger: SqlLedger,
    progress: Progress,
    *,
    offline: bool = False,
    limits: SendLimits | None = None,
    stop: StopSignal | None = None,
    confirm: Confirm | None = None,
) -> AsyncIterator[Workplace]:
    """Everything that a command works with, opened; closed at the end of the block.

    Raises:
        SettingsError: A secret is missing where the API is needed.
    """
    from importer.adapters.api import BindbeeApi
    from importer.job import Workplace
    from importer.sending.clock import StopSignal
    from importer.sending.pace import Pace

    signal = stop or StopSignal()
    pace = Pace(limits=limits, stop=signal)

    def folder(run_id: str) -> FolderOnDisk:
        known = ledger.run(run_id)
        place = Path(known.folder) if known is not None and known.folder else None
        return FolderOnDisk(place or (settings.report_dir / run_id).resolve())

    place = Workplace(
        ledger=ledger,
        pace=pace,
        folder=folder,
        progress=progress,
        new_run_id=new_run_id,
        base_url=settings.base_url,
        confirm=confirm,
        who=name_caller(),
        stop=signal,
        files=local_files(),
    )
    if offline:
        yield place
        return
    key, token = settings.secrets()
    api = BindbeeApi(
        settings.base_url,
        key,
        token,
        timeout_s=settings.timeout_s,
        connections=max(8, settings.window),
    )
    async with api:
        place.api = api
        place.token = token
        yield place


def notify(address: str, summary: RunSummary) -> bool:
    """Tell people of a run; returns whether everyone was told.

    Raises:
        SettingsError: The address is not understood, or the extra is not installed.
    """
    from importer.adapters import notify as bell

    return bell.notify(address, summary, policy="always")


def prune_reports(settings: Settings) -> int:
    """Delete the oldest run folders beyond `keep_reports`; returns how many."""
    import shutil

    if settings.keep_reports is None or not settings.report_dir.is_dir():
        return 0
    runs = sorted(
        p
        for p in settings.report_dir.iterdir()
        # A run that is still to be continued needs the rows that it keeps there.
        if (p / "summary.json").is_file() and not (p / "rows.jsonl").exists()
    )
    old = runs[: max(0, len(runs) - settings.keep_reports)]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)
