"""What a command is asked to do, what it works with, and what it hands back.

Lives here: plain data and the roles that only the pipeline needs. Must never live here:
steps. What a newcomer would question: questions to a person (`Confirm`) are a role like the
network, so that the same run works at a terminal, in a cron job and in a notebook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from importer.checking import Checked, Spool
from importer.connecting import SchemaFound, Site
from importer.core.attachments import Files
from importer.core.budget import CallPlan, SendLimits
from importer.core.fixrows import FixOrigin
from importer.core.guards import GuardSettings
from importer.core.mapping_corrections import Correction
from importer.core.model import Finding
from importer.core.ports import CandidateApi, Ledger, ReportPaths, Source
from importer.core.results import ReportRow, RunSummary
from importer.core.rules import CandidateMapping
from importer.errors import ImporterError
from importer.sending.clock import StopSignal
from importer.sending.pace import Pace


class SpoolFile(Spool, Protocol):
    """A spool in the making."""

    def close(self) -> None: ...
    def discard(self) -> None: ...


class RunFolder(Protocol):
    """A run's folder: its spool and its reports."""

    @property
    def path(self) -> str:
        """Where it is."""
        ...

    def begin_spool(self) -> SpoolFile: ...
    def open_spool(self) -> Sequence[Source] | None:
        """The rows as they were read; None where they are not (completely) there."""
        ...

    def remove_spool(self) -> None: ...
    def write_note(self, name: str, text: str) -> None:
        """Keep a text beside the spool; an empty one forgets it."""
        ...

    def read_note(self, name: str) -> str:
        """A text that was kept; empty where there is none."""
        ...

    def write(
        self,
        summary: RunSummary,
        rows: Callable[[], Iterator[ReportRow]],
        allowed: Mapping[str, Sequence[str]],
        *,
        for_check: bool,
    ) -> ReportPaths: ...


class Progress(Protocol):
    """Shows how far things are."""

    def start(self, total: int | None, what: str) -> None: ...
    def advance(self, n: int = 1) -> None: ...
    def note(self, text: str) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person is shown before the first create.

    Attributes:
        has_history: Whether this ledger holds any earlier run of the mapping.
        side_effects: (sentence, source) of what this ATS does on a create.
    """

    site: Site
    plan: CallPlan
    creates: int
    counts: Mapping[str, int]
    has_history: bool
    warnings: Sequence[str]
    side_effects: Sequence[tuple[str, str]] = ()


Confirm = Callable[[Asked], bool]
"""Asks a person; True: go on."""


@dataclass(frozen=True, slots=True)
class SendOptions:
    """What a person may say about a run.

    Attributes:
        existing: `skip`, `create` or `stop`: people who are in the ATS already.
        expect: `--expect N`; None where it was not given.
        max_rejected: Share of the judged rows, 0 to 1.
        canary: Rows to create and compare first; 0: none.
        wait: Whether to wait for a connector that another run holds.
        unattended: Whether nobody can be asked.
    """

    existing: str = "skip"
    expect: int | None = None
    max_rejected: float | None = None
    canary: int = 0
    wait: bool = False
    unattended: bool = True
    retry_refused: bool = False
    accept_identity: bool = False
    window: int = 5
    limits: SendLimits = field(default_factory=SendLimits)
    guards: GuardSettings = field(default_factory=GuardSettings)


@dataclass(frozen=True, slots=True)
class Job:
    """One command's work.

    Attributes:
        mapping_name: How the ledger knows the mapping.
        unreadable: Files that cannot be used: (path, why).
        schema: Given beforehand (a file, or offline); None: asked from the API.
        orders, fix: Inherited where a source is a fix workbook.
        corrections: Of that workbook; the mapping has them already.
        use_last_schema: Go on with the schema of an earlier run.
    """

    mapping: CandidateMapping
    mapping_name: str
    sources: Sequence[Source]
    unreadable: Sequence[tuple[str, Finding]] = ()
    schema: SchemaFound | None = None
    use_last_schema: bool = False
    orders: Mapping[str, str] = field(default_factory=dict)
    fix: FixOrigin | None = None
    corrections: Sequence[Correction] = ()
    options: SendOptions = field(default_factory=SendOptions)
    warnings: Sequence[str] = ()


@dataclass(slots=True)
class Workplace:
    """What a command works with.

    Attributes:
        api: None: no network at all.
        token: The connector token, only to be hashed where no id is told.
        base_url: Names the connector together with its id.
        folder: Opens a run's folder by run id (and path, where the ledger knows it).
        confirm: Asked before the first create.
        who: User and machine, for the history.
        files: Looks at and reads files to attach; None: there are none to be had.
        inline_files: Files that went inside candidates' bodies so far.
    """

    ledger: Ledger
    pace: Pace
    folder: Callable[[str], RunFolder]
    progress: Progress
    new_run_id: Callable[[], str]
    api: CandidateApi | None = None
    token: str = ""
    base_url: str = ""
    confirm: Confirm | None = None
    who: str = ""
    stop: StopSignal = field(default_factory=StopSignal)
    files: Files | None = None
    inline_files: int = 0


@dataclass(slots=True)
class RunResult:
    """What a command came to.

    Attributes:
        stop: Why the run ended early; to be shown after the report.
    """

    summary: RunSummary
    paths: ReportPaths
    checked: Checked
    stop: ImporterError | None = None

    @property
    def exit_code(self) -> int:
        """As design 4.2 has it."""
        return self.summary.exit_code
