"""What check and run do alike before the pipeline: mapping, settings, ledger, sources.

Lives here: turning a command line into a job. What a newcomer would question: a fix
workbook is looked for among the files first, because its decisions belong to the mapping
before the mapping is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from importer.cli.options import build_settings, build_source_options
from importer.errors import UsageError

if TYPE_CHECKING:
    from importer.connecting import SchemaFound
    from importer.core.handback import Decision
    from importer.core.rules import CandidateMapping
    from importer.job import Job, Progress, SendOptions
    from importer.settings import Settings
    from importer.wiring import MappingLedger, OpenedSources


@dataclass(slots=True)
class Ready:
    """A command line, understood."""

    job: Job
    settings: Settings
    ledger: MappingLedger
    progress: Progress
    decisions: Sequence[Decision]
    mapping_path: Path

    @property
    def is_offline(self) -> bool:
        """Whether no network is to be used."""
        return self._offline

    _offline: bool = False


@contextmanager
def prepare_job(
    files: Sequence[str],
    mapping_path: Path,
    flags: dict[str, Any],
    *,
    schema: str | None,
    offline: bool,
    adopt: bool,
    quiet: bool,
    options: SendOptions | None = None,
) -> Iterator[Ready]:
    """Read mapping, settings and sources, and open the ledger.

    Raises:
        ImporterError: Something of it cannot be used; nothing was sent.
    """
    from importer.core.guards import GuardSettings
    from importer.core.mapping_corrections import Correction
    from importer.inheriting import inherit_from
    from importer.job import Job, SendOptions
    from importer.loading import load_mapping
    from importer.wiring import open_mapping_ledger, open_progress, read_sources

    if offline and schema == "last":
        raise UsageError("--offline asks nobody, so there is no last schema to take.")
    mapping = load_mapping(mapping_path)
    settings = build_settings(flags, mapping.connector)
    opened = read_sources(files, build_source_options(flags, mapping.source), settings)
    require_chosen_sheets(opened)
    marker = _marker(opened)
    decisions: Sequence[Decision] = ()
    if marker is not None:
        # A fix workbook is its own source: what the mapping says of the original does not fit.
        opened = read_sources(files, build_source_options(flags, None), settings)
        decisions = _read_decisions(opened)
        mapping = load_mapping(mapping_path, decisions)
    ledger = open_mapping_ledger(settings, mapping_path, adopt=adopt)
    try:
        orders, fix = inherit_from(ledger, marker)
        job = Job(
            mapping=mapping,
            mapping_name=mapping_path.name,
            sources=opened.sources,
            unreadable=opened.unreadable,
            schema=_given_schema(schema, offline),
            use_last_schema=schema == "last",
            orders=orders,
            fix=fix,
            corrections=[Correction(d.column, d.value, d.use_instead) for d in decisions],
            options=replace(
                options or SendOptions(),
                window=settings.window,
                guards=GuardSettings(patience_s=settings.patience_s),
            ),
            warnings=_foreign_marker(marker, ledger, mapping),
        )
        yield Ready(
            job,
            settings,
            ledger,
            open_progress(quiet=quiet),
            decisions,
            mapping_path,
            offline or (schema not in (None, "last") and not _has_secrets(settings)),
        )
    finally:
        ledger.close()


def require_chosen_sheets(opened: OpenedSources) -> None:
    """Ask which sheets are meant, where a workbook leaves it open.

    Raises:
        UsageError: Names every such workbook and its sheets.
    """
    open_questions = {
        s.description.path: s.description.choice for s in opened.sources if s.description.choice
    }
    if open_questions:
        raise UsageError(
            "It is not clear which sheet holds the candidates.",
            hint="Say --sheet NAME (repeatable) or --sheet all, or `source: {sheet: …}` in the"
            " mapping.",
            details=[
                f"{p} has the sheets {', '.join(names)}" for p, names in open_questions.items()
            ],
        )


def _has_secrets(settings: Settings) -> bool:
    return settings.api_key is not None and settings.connector_token is not None


def _marker(opened: OpenedSources) -> str | None:
    _require_tokens(opened)
    markers = {s.description.marker for s in opened.sources} - {None}
    if not markers:
        return None
    if len(markers) > 1 or any(s.description.marker is None for s in opened.sources):
        raise UsageError(
            "A fix workbook goes alone: it belongs to one run.",
            hint="Call the command once for each fix.xlsx, without other files.",
        )
    return markers.pop()


def _require_tokens(opened: OpenedSources) -> None:
    """Refuse rows of a fix workbook that nothing ties to the original ones any more.

    Raises:
        UsageError: The hidden column or the workbook's mark is gone.
    """
    from importer.core.handback import ROW_COLUMN, TOKEN_COLUMN, find_own

    for source in opened.sources:
        described = source.description
        has_tokens = find_own(TOKEN_COLUMN, described.columns) is not None
        if described.marker is not None and not has_tokens:
            raise UsageError(
                f"The hidden column {TOKEN_COLUMN} is gone from {described.path}, so nobody can"
                " tell which original row each row corrects.",
                hint="Take fix.xlsx from the run's folder once more and correct that; columns"
                " may be hidden, but not deleted.",
            )
        if described.marker is None and has_tokens and ROW_COLUMN in described.columns:
            raise UsageError(
                f"{described.path} holds rows of a fix workbook (column {TOKEN_COLUMN}), but the"
                " workbook's own mark is gone: it was saved in another format, or its rows were"
                " copied.",
                hint="Correct the original fix.xlsx in Excel or LibreOffice, keep it .xlsx, and"
                " run that.",
            )


def _read_decisions(opened: OpenedSources) -> Sequence[Decision]:
    from importer.loading import read_fix_decisions

    found: list[Decision] = []
    for source in opened.sources:
        found += read_fix_decisions(Path(source.description.path))
    return found


def _foreign_marker(
    marker: str | None, ledger: MappingLedger, mapping: CandidateMapping
) -> tuple[str, ...]:
    if marker is None or ledger.run(marker) is not None:
        return ()
    return (
        f"This fix workbook belongs to run {marker}, which the ledger of {mapping.path} does not"
        " know: its rows are judged as new ones and settle no earlier row.",
    )


def _given_schema(schema: str | None, offline: bool) -> SchemaFound | None:
    from importer.loading import load_schema_file, offline_schema

    if schema is not None and schema != "last":
        return load_schema_file(Path(schema))
    return offline_schema() if offline else None
