"""The roles that the pipeline joins: what it asks of a ledger and of an ATS.

Lives here: small protocols and the plain data that crosses them. Must never live here:
an implementation. Adapters fulfil these without importing them being required.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

from importer.core.model import BodyForm, Chunk, SourceDescription
from importer.core.remembering import Remembering
from importer.core.results import RowProblem

# --- reading ----------------------------------------------------------------------------------


class Source(Protocol):
    """One table that can be read once from start to end."""

    @property
    def description(self) -> SourceDescription:
        """What was understood of the table; complete before the first chunk is read."""
        ...

    @property
    def skipped(self) -> Mapping[str, Sequence[int]]:
        """Lines that are no rows, reason -> row numbers; complete after the last chunk."""
        ...

    def chunks(self, size: int = 50_000) -> Iterator[Chunk]:
        """Read the rows in order, at most `size` a chunk (the first may be smaller)."""
        ...


# --- one attempt on the wire ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one request came to; data, never an exception.

    Attributes:
        kind: `answered`; `never_sent` (provably nothing left this machine); `unknown` (the
            request left, no usable answer came).
        headers: Lower-case names.
        body: Parsed JSON, None where there is none.
        is_json: Whether the body was parsed as JSON.
        claims_json: Whether the content type says JSON.
        text: The start of a body that is not JSON, at most 500 characters.
        reason: Class of the failure, for `never_sent` and `unknown`; no personal data.
        started_at, ended_at: Unix seconds by this machine's clock.
        server_time: Unix seconds by the answer's `Date` header, None without one.
    """

    kind: Literal["answered", "never_sent", "unknown"]
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    is_json: bool = False
    claims_json: bool = False
    text: str = ""
    reason: str = ""
    started_at: float = 0.0
    ended_at: float = 0.0
    server_time: float | None = None


# --- the ATS ----------------------------------------------------------------------------------

LookupKind = Literal[
    "jobs", "job-interview-stages", "remote-users", "tags", "departments", "offices"
]


class CandidateApi(Protocol):
    """What is asked of one connector's ATS: one request a method, one `Attempt` an answer.

    No method raises for trouble on the wire, waits for a slot, or repeats anything.
    """

    async def create_candidate(self, body: str, key: str) -> Attempt: ...
    async def fetch_candidate_meta(self) -> Attempt: ...
    async def fetch_connectors(self) -> Attempt: ...
    async def list_candidates(
        self,
        *,
        cursor: str | None = None,
        page_size: int = 200,
        **filters: str | int | bool | Sequence[str] | None,
    ) -> Attempt: ...
    async def get_candidate(self, candidate_id: str, *, custom_fields: bool = False) -> Attempt: ...
    async def fetch_page(self, kind: LookupKind, cursor: str | None = None) -> Attempt: ...
    async def create_attachment(self, candidate_id: str, body: str) -> Attempt: ...
    async def request_resync(self) -> Attempt: ...


# --- the ledger -------------------------------------------------------------------------------


class RowState(StrEnum):
    """Where a person (one identity on one connector) stands in the ledger."""

    STAGED = "staged"
    """Will be sent; nothing has left yet."""
    INTENDED = "intended"
    """The intent is durable; a request may have left. Found after a crash, it is in doubt."""
    IN_DOUBT = "in_doubt"
    CREATED = "created"
    INCOMPLETE = "incomplete"
    REFUSED = "refused"
    SET_ASIDE = "set_aside"
    ALREADY_IN_ATS = "already_in_ats"


@dataclass(frozen=True, slots=True)
class Content:
    """The mapped cells of a row as read, hashed: 8 bytes a column, in the columns' order."""

    columns: tuple[str, ...]
    hashes: bytes

    def changed_columns(self, now: Content) -> tuple[str, ...]:
        """Columns mapped then and now whose cells differ."""
        if self.columns == now.columns and self.hashes == now.hashes:
            return ()
        then = {c: self.hashes[i * 8 : i * 8 + 8] for i, c in enumerate(self.columns)}
        return tuple(
            c
            for i, c in enumerate(now.columns)
            if c in then and then[c] != now.hashes[i * 8 : i * 8 + 8]
        )


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the ledger knows of one identity.

    Attributes:
        run_id: The run that brought it into this state.
        told: Content for which `changed` was told already, None if never.
        mapping_sha256, schema_sha256: In force at that time (a refusal holds until they change).
        attempted_at: ISO time of the last attempt's end by the server's clock where known.
    """

    person: int
    state: RowState
    candidate_id: str
    content: Content
    run_id: str
    told: Content | None = None
    mapping_sha256: str = ""
    schema_sha256: str = ""
    problems: tuple[RowProblem, ...] = ()
    attempted_at: str = ""


@dataclass(frozen=True, slots=True)
class StagedRow:
    """A row that will be sent, kept in the ledger until it is settled.

    Attributes:
        seq: Order of sending within the connector; unique.
        body: JSON text exactly as it will be sent.
        emails: Keyed hashes of all e-mails of the row, for remembering.
        key: Idempotency key.
        origin: Identity and content of the original row that a row of fix.xlsx settles.
        attachments: JSON text: files to attach after creation; empty for none.
    """

    seq: int
    source: int
    row: int
    identity: bytes
    content: Content
    body: str
    form: BodyForm
    emails: tuple[bytes, ...] = ()
    key: str = ""
    origin: tuple[bytes, Content] | None = None
    attachments: str = ""
    state: RowState = RowState.STAGED
    attempts: int = 0
    run_id: str = ""
    attempted_at: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of one staged row, to be made durable in one transaction.

    Attributes:
        state: The new state; STAGED puts the row back (nothing had left).
        attempted_at: ISO time of the attempt's end by the server's clock where known.
    """

    seq: int
    state: RowState
    candidate_id: str = ""
    problems: tuple[RowProblem, ...] = ()
    attempted_at: str = ""
    status: int | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as the ledger keeps it.

    Attributes:
        state: `preparing` (nothing sent), `sending`, `finished`, `abandoned`.
        sources: (path, sheet, sha256, rows) of each.
        summary: JSON of the counts and figures without personal data; empty until finished.
    """

    run_id: str
    command: str
    connector: int
    mapping: str
    mapping_sha256: str
    schema_sha256: str
    started_at: str
    finished_at: str
    state: str
    exit_code: int | None
    sources: Sequence[tuple[str, str, str, int]]
    folder: str = ""
    summary: str = ""


class Ledger(Remembering, Protocol):
    """The durable truth of all runs. Every method that writes is one transaction.

    `connector` arguments are the number that `connector_ref` gave.
    """

    @property
    def ledger_id(self) -> str:
        """Random id of this ledger."""
        ...

    @property
    def secret(self) -> bytes:
        """32 random bytes that key every hash; never leaves the ledger."""
        ...

    def connector_ref(self, base_url: str, connector_id: str, slug: str = "") -> int:
        """The number of a connector, made on first sight."""
        ...

    def begin_run(self, run: RunRecord) -> None: ...
    def set_run_state(self, run_id: str, state: str) -> None: ...
    def finish_run(self, run_id: str, finished_at: str, exit_code: int, summary: str) -> None: ...
    def unfinished_run(self, connector: int, mapping: str) -> RunRecord | None: ...
    def runs(self, mapping: str | None = None, limit: int = 50) -> Sequence[RunRecord]: ...
    def run(self, run_id: str) -> RunRecord | None: ...

    def recall(self, connector: int, identities: Sequence[bytes]) -> dict[bytes, Remembered]:
        """What is known of these identities; unknown ones are absent. Any number at once."""
        ...

    def recall_emails(self, connector: int, emails: Sequence[bytes]) -> dict[bytes, Remembered]:
        """The same, by any e-mail that a settled or doubtful row of theirs ever had."""
        ...

    def recover(self, connector: int, at: str = "") -> int:
        """Turn every intent without an outcome into in doubt; returns how many.

        `at` is the time by the server's clock; without it this machine's is taken.
        """
        ...

    def stage(self, connector: int, run_id: str, rows: Sequence[StagedRow]) -> None:
        """Add rows to be sent; a `seq` of 0 is numbered by the ledger.

        Replaces a staged row of the same identity, never one that is intended or in doubt.
        """
        ...

    def unstage(self, connector: int, run_id: str) -> int:
        """Forget every row of the run that is still only staged; returns how many."""
        ...

    def staged(
        self, connector: int, run_id: str, *, after: int = 0, limit: int = 500
    ) -> Sequence[StagedRow]:
        """Rows in state STAGED with `seq` above `after`, in order."""
        ...

    def record_intents(
        self, connector: int, run_id: str, seqs: Sequence[int], fence: int, at: str
    ) -> None:
        """Make the intent to send durable. Raises ConnectorBusy when `fence` was taken over."""
        ...

    def record_outcomes(self, connector: int, run_id: str, rows: Sequence[Settlement]) -> None:
        """Make outcomes durable; personal data of settled rows goes."""
        ...

    def doubtful(self, connector: int) -> Sequence[StagedRow]:
        """All rows in doubt on the connector, oldest attempt first."""
        ...


# --- what a run hands back --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReportPaths:
    """Where a run's files stand; "" for a file that was not written.

    A file that was open elsewhere is written under another name, so take the paths from here.
    """

    folder: str
    results_csv: str = ""
    results_xlsx: str = ""
    fix: str = ""
    html: str = ""
    summary: str = ""

    def listed(self) -> tuple[tuple[str, str], ...]:
        """(what, where) of the files that were written, what people open first at the top."""
        every = (
            ("Correct", self.fix),
            ("Read", self.html),
            ("All rows", self.results_xlsx),
            ("All rows, CSV", self.results_csv),
            ("For scripts", self.summary),
        )
        return tuple((what, where) for what, where in every if where)


class ProgressView(Protocol):
    """Shows how far a run is; one stage at a time."""

    def start(self, total: int | None, what: str) -> None: ...
    def advance(self, rows: int = 1) -> None: ...
    def note(self, text: str) -> None: ...
    def close(self) -> None: ...
