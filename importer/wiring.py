"""From settings to adapters: the one place that knows which technology plays which role.

Lives here: opening things. Must never live here: a decision about rows, or printing. What a
newcomer would question: everything heavy is imported inside functions, so that a command
pays only for what it uses.
"""

from __future__ import annotations

import csv
import io
import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from importer.errors import MappingError, SchemaError, SettingsError
from importer.settings import Settings

if TYPE_CHECKING:
    from importer.adapters.ledger import SqlLedger
    from importer.adapters.spool import SpooledSource, SpoolWriter
    from importer.connecting import SchemaFound
    from importer.core.budget import SendLimits
    from importer.core.fixrows import FixOrigin
    from importer.core.handback import Decision
    from importer.core.model import Finding, ReportRow, RunSummary, SourceOptions
    from importer.core.ports import ReportPaths, Source
    from importer.core.rules import CandidateMapping
    from importer.job import Confirm, Progress, Workplace
    from importer.sending.clock import StopSignal

    MappingLedger = SqlLedger

LEDGER_FOLDER = ".candidate-import"
LEDGER_NAME = "ledger.sqlite3"


# --- the mapping ------------------------------------------------------------------------------


def corrections_path(mapping: Path) -> Path:
    """Where remembered corrections of a mapping stand (`acme.yaml` -> `acme.values.csv`)."""
    return mapping.with_suffix(".values.csv")


def load_mapping(path: Path, decisions: Sequence[Decision] = ()) -> CandidateMapping:
    """Read a mapping and its remembered corrections.

    Args:
        path: The YAML file.
        decisions: Corrections of a fix workbook, in force for this command only.

    Raises:
        MappingError: It cannot be read or used; every place is named.
    """
    from importer.core.mapping import parse_mapping

    text = _read_text(path, "mapping")
    corrections_file = corrections_path(path)
    corrections = _read_text(corrections_file, "file") if corrections_file.exists() else ""
    mapping = parse_mapping(text, str(path), corrections)
    if decisions:
        now = parse_mapping(text, str(path), add_corrections(corrections, decisions))
        # Corrections for one run change no hash: what was refused before stays refused.
        mapping = replace(now, sha256=mapping.sha256)
    return mapping


def add_corrections(text: str, decisions: Sequence[Decision]) -> str:
    """The text of a corrections file with these decisions, the latest of each value winning."""
    known = {(d.column, d.value): d.use_instead for d in decisions}
    lines = []
    for line in csv.DictReader(io.StringIO(text)):
        key = (line.get("column") or "", line.get("value") or "")
        if key not in known:
            lines.append((*key, line.get("use_instead") or ""))
    lines += [(column, value, instead) for (column, value), instead in known.items()]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("column", "value", "use_instead"))
    writer.writerows(lines)
    return out.getvalue()


def remember_corrections(mapping: Path, decisions: Sequence[Decision]) -> int:
    """Keep the decisions marked "remember" beside the mapping; returns how many are new."""
    wanted = [d for d in decisions if d.remember and d.use_instead]
    if not wanted:
        return 0
    path = corrections_path(mapping)
    before = _read_text(path, "file") if path.exists() else ""
    after = add_corrections(before, wanted)
    if after != before:
        draft = path.with_name(path.name + ".part")
        draft.write_text(after, encoding="utf-8", newline="")
        draft.replace(path)
    return len(wanted)


def _read_text(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise MappingError(
            f"There is no {what} {path}.", hint="Check the name after -m, and where you are."
        ) from None
    except IsADirectoryError:
        raise MappingError(f"{path} is a folder, not a {what}.") from None
    except UnicodeDecodeError:
        raise MappingError(
            f"The {what} {path} is not UTF-8 text.", hint="Save it as UTF-8 in your editor."
        ) from None
    except OSError as error:
        raise MappingError(f"The {what} {path} cannot be read: {error.strerror}.") from error


def read_fix_decisions(path: Path) -> Sequence[Decision]:
    """The filled-in lines of a fix workbook's *Decisions* sheet."""
    from importer.adapters.reports.decisions import read_decisions

    return read_decisions(path)


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

        return SpoolWriter(self._path)

    def open_spool(self) -> list[SpooledSource] | None:
        """The rows as they were read; None where they are not (completely) there."""
        from importer.adapters.spool import open_spool

        return open_spool(self._path)

    def remove_spool(self) -> None:
        """Forget the rows; the report has them."""
        from importer.adapters.spool import remove_spool

        remove_spool(self._path)

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
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


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


def load_schema_file(path: Path) -> SchemaFound:
    """Read a candidate schema that was saved with `meta --save`.

    Raises:
        SchemaError: It is missing, no JSON, or holds no schema.
    """
    from importer.connecting import SchemaFound
    from importer.core.schema import parse_candidate_schema

    try:
        answer = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SchemaError(f"There is no schema file {path}.") from None
    except OSError as error:
        raise SchemaError(f"The schema file {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise SchemaError(
            f"The schema file {path} is no JSON: {error}.",
            hint="Save one with `candidate-import meta --save FILE`.",
        ) from None
    parsed = parse_candidate_schema(answer)
    if parsed.schema is None:
        raise SchemaError(f"The schema file {path} cannot be used: {parsed.why}.")
    return SchemaFound(parsed.schema, json.dumps(answer))


def offline_schema() -> SchemaFound:
    """The published model keys, for a check without any network."""
    from importer.connecting import SchemaFound
    from importer.core.schema import published_schema

    return SchemaFound(
        published_schema(),
        warnings=(
            "Checked offline against the published model keys only: what this ATS requires and"
            " allows beyond them was not looked at.",
        ),
    )


def inherited(ledger: SqlLedger, marker: str | None) -> tuple[Mapping[str, str], FixOrigin | None]:
    """What a fix workbook inherits from its run: date orders, and what its tokens are of."""
    from importer.core.fixrows import FixOrigin

    if marker is None:
        return {}, None
    record = ledger.run(marker)
    told: dict[str, Any] = json.loads(record.summary) if record and record.summary else {}
    columns = [tuple(c) for c in told.get("content_columns", [])]
    return told.get("orders", {}), FixOrigin(columns)


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
        stop=signal,
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


def prune_reports(settings: Settings) -> int:
    """Delete the oldest run folders beyond `keep_reports`; returns how many."""
    import shutil

    if settings.keep_reports is None or not settings.report_dir.is_dir():
        return 0
    runs = sorted(p for p in settings.report_dir.iterdir() if (p / "summary.json").is_file())
    old = runs[: max(0, len(runs) - settings.keep_reports)]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)
