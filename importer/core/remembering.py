"""What a ledger remembers besides rows and runs: the second half of its port.

Lives here: the protocol that `ports.Ledger` extends. Must never live here: an
implementation. What a newcomer would question: why two files. Rows and runs are what no run
can do without; everything here makes a run cheaper, or its report wiser.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from importer.core.memory import (
    FileRecord,
    Held,
    IndexState,
    KnownPerson,
    LedgerFigures,
    Lock,
    ProblemKey,
    SeenSchema,
    TrackedProblems,
)

if TYPE_CHECKING:
    from importer.core.ports import Content, RowState, RunRecord


class Remembering(Protocol):
    """Locks, decisions, schemas, the ATS's people and names, problems, figures."""

    # --- one sender a connector; one pace for everybody ---------------------------------------

    def acquire_lock(
        self, connector: int, holder: str, now: float, ttl_s: float = ...
    ) -> Lock | Held:
        """Take the right to send, if nobody holds it or its holder is gone."""
        ...

    def renew_lock(self, lock: Lock, now: float, ttl_s: float = ...) -> None:
        """Say that the holder lives. Raises ConnectorBusy when it was taken over."""
        ...

    def release_lock(self, lock: Lock) -> None: ...

    def reserve_calls(self, connector: int, count: int, now: float, interval_s: float) -> float:
        """Take slots of the shared pace; returns when the first call may start."""
        ...

    def hold_calls(self, connector: int, until: float) -> None:
        """Let no call of any process start before a time."""
        ...

    # --- people's word ------------------------------------------------------------------------

    def decide(
        self,
        connector: int,
        run_id: str,
        identity: bytes,
        content: Content,
        state: RowState,
        candidate_id: str = "",
        *,
        emails: Sequence[bytes] = (),
        origin: tuple[bytes, Content] | None = None,
    ) -> bool:
        """Store what is said of a row that is not sent; False where it comes too late."""
        ...

    def mark_told(self, connector: int, identity: bytes, content: Content) -> None:
        """Note that `changed` was told for this content."""
        ...

    def mark_all_told(self, connector: int, told: Mapping[bytes, Content]) -> None:
        """The same for many, in one transaction."""
        ...

    def alias(self, connector: int, original: bytes, content: Content, person: int) -> None:
        """Let an original row count as settled with the person its mended row became."""
        ...

    # --- runs ---------------------------------------------------------------------------------

    def describe_run(self, run: RunRecord) -> None:
        """Note a run's sources, mapping and schema, once they are read."""
        ...

    def note_run(self, run_id: str, summary: str) -> None: ...

    def last_creates(self, mapping: str, n: int = ...) -> Sequence[int]:
        """Creates of the last finished runs, newest first."""
        ...

    def figures(self, connector: int, run_id: str | None = None) -> LedgerFigures:
        """Count where everybody stands; never waits for a writer."""
        ...

    # --- candidate schemas, identity, problems ------------------------------------------------

    def remember_schema(self, connector: int, sha256: str, raw: str, at: str) -> SeenSchema | None:
        """Note an answer of the meta endpoint; returns the one before if it differed."""
        ...

    def latest_schema(self, connector: int) -> SeenSchema | None: ...
    def schema_of_run(self, run_id: str) -> SeenSchema | None: ...
    def accept_schema(self, connector: int, sha256: str) -> bool: ...

    def schemas(self, connector: int) -> Sequence[SeenSchema]:
        """All different answers of the meta endpoint, the one that was seen last first."""
        ...

    def mapping_at_schema(self, mapping: str, schema_sha256: str) -> str:
        """The mapping's sha256 when its first run met this schema; empty before such a run."""
        ...

    def guard_identity(self, mapping: str, columns: Sequence[str], *, accept: bool = ...) -> None:
        """Raise LedgerError when a mapping that has run tells people apart otherwise."""
        ...

    def track_problems(
        self,
        mapping: str,
        keys: Sequence[ProblemKey],
        run_id: str,
        at: str,
        *,
        is_final: bool = ...,
    ) -> TrackedProblems:
        """Compare a run's problems with those before it; a check only looks."""
        ...

    # --- what the ATS holds -------------------------------------------------------------------

    def people_index(self, connector: int) -> IndexState: ...

    def remember_people(
        self,
        connector: int,
        people: Sequence[KnownPerson],
        *,
        complete: bool,
        at: str,
        synced_at: str = "",
    ) -> None:
        """Take in a page of people; `complete` closes a scan that can be trusted."""
        ...

    def find_people(
        self, connector: int, emails: Sequence[bytes]
    ) -> Mapping[bytes, Sequence[KnownPerson]]: ...

    def remember_lookups(
        self, connector: int, kind: str, entries: Mapping[str, Sequence[str]], at: str
    ) -> None:
        """Replace one list of names (folded) and their ids."""
        ...

    def lookups(self, connector: int, kind: str) -> Mapping[str, tuple[str, ...]]: ...

    def find_lookups(
        self, connector: int, kind: str, names: Iterable[str]
    ) -> Mapping[str, tuple[str, ...]]: ...

    # --- files of candidates ------------------------------------------------------------------

    def open_files(self, connector: int) -> Sequence[FileRecord]:
        """List files that have not arrived, with their candidates."""
        ...

    def settle_file(
        self,
        connector: int,
        identity: bytes,
        name: str,
        state: Literal["sent", "failed", "pending"],
        problem: str = "",
        *,
        detail: str | None = ...,
    ) -> bool:
        """Note what became of a file; True once no file of the person is open any more."""
        ...
