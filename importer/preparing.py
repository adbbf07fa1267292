"""What check and run do alike before the pipeline: mapping, settings, ledger, sources.

Lives here: turning what somebody asked for into a job. Must never live here: a command line
(cli/prepare) or a DataFrame (api). What a newcomer would question: a fix workbook is looked
for among the files first, because its decisions belong to the mapping before the mapping is
read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from importer.errors import UsageError

if TYPE_CHECKING:
    from importer.connecting import SchemaFound
    from importer.core.handback import Decision
    from importer.core.model import SourceOptions
    from importer.core.rules import CandidateMapping
    from importer.job import Job, Progress, SendOptions
    from importer.settings import Settings
    from importer.wiring import MappingLedger, OpenedSources


@dataclass(slots=True)
class Ready:
    """What was asked for, understood.

    Attributes:
        decisions: What a fix workbook's sheet *Decisions* says.
        mapping_path: None for a mapping that stands in no file.
        is_offline: No network is to be used.
    """

    job: Job
    settings: Settings
    ledger: MappingLedger
    progress: Progress
    decisions: Sequence[Decision]
    mapping_path: Path | None
    is_offline: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for, in ways that differ between a command and the library.

    Attributes:
        load_mapping: Reads the mapping, with the corrections of a fix workbook if any.
        find_settings: Settings that suit the mapping.
        read: Opens the sources as far as the mapping says how; None: it has no say.
        schema: A candidate schema given beforehand.
        use_last_schema: Go on with the schema of an earlier run.
        adopt: Use a ledger although it is another one than before.
        options: How to send; None for a check.
    """

    load_mapping: Callable[[Sequence[Decision]], CandidateMapping]
    mapping_path: Path | None
    find_settings: Callable[[CandidateMapping], Settings]
    read: Callable[[SourceOptions | None, Settings], OpenedSources]
    schema: SchemaFound | None = None
    use_last_schema: bool = False
    offline: bool = False
    adopt: bool = False
    quiet: bool = False
    options: SendOptions | None = None


@contextmanager
def prepare(wish: Wish) -> Iterator[Ready]:
    """Read mapping, settings and sources, and open the ledger.

    Raises:
        ImporterError: Something of it cannot be used; nothing was sent.
    """
    from importer.core.guards import GuardSettings
    from importer.core.mapping_corrections import Correction
    from importer.inheriting import inherit_from
    from importer.job import Job, SendOptions
    from importer.wiring import open_mapping_ledger, open_progress

    mapping = wish.load_mapping(())
    settings = wish.find_settings(mapping)
    opened = wish.read(mapping.source, settings)
    require_chosen_sheets(opened)
    marker = _marker(opened)
    decisions: Sequence[Decision] = ()
    if marker is not None:
        # A fix workbook is its own source: what the mapping says of the original does not fit.
        opened = wish.read(None, settings)
        decisions = _read_decisions(opened)
        mapping = wish.load_mapping(decisions)
    ledger = open_mapping_ledger(settings, wish.mapping_path, adopt=wish.adopt)
    try:
        orders, fix = inherit_from(ledger, marker)
        job = Job(
            mapping=mapping,
            mapping_name=Path(mapping.path).name,
            sources=opened.sources,
            unreadable=opened.unreadable,
            schema=wish.schema,
            use_last_schema=wish.use_last_schema,
            orders=orders,
            fix=fix,
            corrections=[Correction(d.column, d.value, d.use_instead) for d in decisions],
            options=replace(
                wish.options or SendOptions(),
                window=settings.window,
                guards=GuardSettings(patience_s=settings.patience_s),
            ),
            warnings=_foreign_marker(marker, ledger, mapping),
        )
        yield Ready(
            job,
            settings,
            ledger,
            open_progress(quiet=wish.quiet),
            decisions,
            wish.mapping_path,
            wish.offline or (wish.schema is not None and not _has_secrets(settings)),
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
