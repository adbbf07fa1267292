"""What the ledger remembers besides rows: plain data that crosses its port.

Lives here: frozen data only. Must never live here: how any of it is stored. What a newcomer
would question: people of the ATS are known by keyed hashes of their e-mails and names, so
that an index of twenty thousand strangers is no second address book.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from importer.core.model import BodyForm
    from importer.core.ports import Content, RowState


@dataclass(frozen=True, slots=True)
class Lock:
    """The right to send on a connector. Every intent is made durable under its fence."""

    connector: int
    fence: int


@dataclass(frozen=True, slots=True)
class Held:
    """Another sender holds the connector: who, and since when (ISO time)."""

    by: str
    since: str


@dataclass(frozen=True, slots=True)
class SeenSchema:
    """One answer of the meta endpoint as it was received.

    Attributes:
        raw: The answer's text.
        accepted: Whether a person accepted it after it differed from the one before.
    """

    sha256: str
    raw: str
    first_seen: str
    last_seen: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person whom the ATS was seen to hold.

    Attributes:
        emails: Keyed hashes (`email_hash`).
        name: Keyed hash (`name_hash`); empty when unknown.
        modified_at: The server's time of the last change, as it gave it.
    """

    candidate_id: str
    emails: tuple[bytes, ...] = ()
    name: bytes = b""
    modified_at: str = ""


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far the index of existing people can be trusted.

    Attributes:
        watermark: The server's `modified_at` up to which it was read; empty before the first.
        is_complete: Whether one scan went through to the end.
        scanned_at: ISO time of the last completed scan or refresh.
        people: How many it holds.
    """

    watermark: str = ""
    is_complete: bool = False
    scanned_at: str = ""
    people: int = 0


@dataclass(frozen=True, slots=True)
class ProblemKey:
    """What makes a grouped problem the same one in the next run."""

    code: str
    column: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class ResolvedProblem:
    """A problem that an earlier run had and this one has not; its value is not kept."""

    code: str
    column: str | None
    since: str


@dataclass(frozen=True, slots=True)
class TrackedProblems:
    """A run's problems against the runs before.

    Attributes:
        seen: Problem to (ISO time of the run that saw it first, whether that is this run).
        resolved: Those that were open until now.
    """

    seen: Mapping[ProblemKey, tuple[str, bool]]
    resolved: Sequence[ResolvedProblem]


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file of one person, on its way to the ATS.

    Attributes:
        name: File name; a keyed hash in hexadecimal once the file has arrived.
        sha256: Of the file's bytes.
        detail: JSON text with whatever the sender needs; empty once the file has arrived.
        problem: Why it failed, in the words of the ATS.
    """

    identity: bytes
    candidate_id: str
    name: str
    sha256: str = ""
    detail: str = ""
    state: Literal["pending", "sent", "failed"] = "pending"
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RestoredRow:
    """One row of a run folder, from which a lost ledger is rebuilt.

    Attributes:
        outcome: The word in `import_outcome`.
        body: JSON text rebuilt from the row; only rows in doubt need it.
    """

    identity: bytes
    content: Content
    outcome: str
    candidate_id: str = ""
    emails: tuple[bytes, ...] = ()
    source: int = 0
    row: int = 0
    body: str = ""
    form: BodyForm = "B"


@dataclass(frozen=True, slots=True)
class LedgerFigures:
    """Where a connector (or one run on it) stands, readable while another process sends.

    Attributes:
        waiting: Staged, intended and in-doubt rows.
        settled: People by settled state.
    """

    waiting: Mapping[RowState, int]
    settled: Mapping[RowState, int]

    @property
    def rows(self) -> int:
        """All of them together."""
        return sum(self.waiting.values()) + sum(self.settled.values())
