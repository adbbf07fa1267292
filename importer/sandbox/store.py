"""What the ATS holds, and everything that was ever received.

Lives here: people, the log of creates and the log of calls, with a copy of the people in a
file on demand. Must never live here: judging, or what a reader may see yet. What a
newcomer would question: a create that was received is logged even when nothing was
stored, because a drill compares what was sent, what was stored and what was said.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import IO

from importer.sandbox.limits import largest_window
from importer.sandbox.wire import JsonObject


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """One candidate in the ATS.

    Attributes:
        seq: Order of creation, over all connectors.
        at: When it was stored, unix seconds by the sandbox.
        body: As received; for people who were there from the start, in form B.
        key: The idempotency key of its create, empty without one.
        kept: The candidate's own keys as the ATS kept them.
    """

    id: str
    remote_id: str
    connector: str
    seq: int
    at: float
    kept: JsonObject
    body: JsonObject = field(default_factory=dict)
    key: str = ""
    is_seeded: bool = False

    @property
    def emails(self) -> tuple[str, ...]:
        """Its e-mails, folded for comparing."""
        return tuple(fold(email) for email in self.kept.get("email_addresses") or ())


@dataclass(frozen=True, slots=True)
class Received:
    """One create as it arrived.

    Attributes:
        stored_id: Which candidate it made (or, by the key or a merge, had made); empty: none.
        status: What was answered; None: nothing was.
        fault: Which fault met it, empty for none.
    """

    at: float
    connector: str
    body: object
    key: str
    stored_id: str
    status: int | None
    fault: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request that came in. The query is left out: it holds e-mails and tokens."""

    at: float
    method: str
    path: str
    status: int | None
    connector: str = ""
    fault: str = ""

    @property
    def is_over_limit(self) -> bool:
        """Whether the limit turned it away (a 429 of the ATS behind is a fault)."""
        return self.status == 429 and not self.fault


def fold(text: str) -> str:
    """Make e-mails and names comparable."""
    return text.strip().casefold()


class Store:
    """The people of every connector, by id and by e-mail.

    Args:
        file: Where to keep a copy as JSON lines; people found there are loaded.
    """

    def __init__(self, file: str | None = None) -> None:
        self.received: list[Received] = []
        self.calls: list[Call] = []
        self.crashes: list[str] = []
        self._people: dict[str, list[StoredPerson]] = {}
        self._by_id: dict[str, StoredPerson] = {}
        self._by_email: dict[tuple[str, str], list[StoredPerson]] = {}
        self._files: dict[str, list[JsonObject]] = {}
        self._lock = Lock()
        self._path = Path(file) if file else None
        self._copy: IO[str] | None = None
        if self._path and self._path.exists():
            self._load(self._path)

    def _load(self, path: Path) -> None:
        whole = path.read_bytes()
        end = whole.rfind(b"\n") + 1
        if end < len(whole):
            # A line cut by a kill: its create was never answered, nor will it be.
            with path.open("r+b") as file:
                file.truncate(end)
        for line in whole[:end].splitlines():
            self._keep(StoredPerson(**json.loads(line)))

    def _keep(self, person: StoredPerson) -> None:
        self._people.setdefault(person.connector, []).append(person)
        self._by_id[person.id] = person
        for email in person.emails:
            self._by_email.setdefault((person.connector, email), []).append(person)

    def add(self, person: StoredPerson) -> None:
        """Store a candidate; with a file, it is written before this returns."""
        with self._lock:
            self._keep(person)
            if self._path and not person.is_seeded:
                if self._copy is None:
                    self._copy = self._path.open("a", encoding="utf-8", newline="\n")
                self._copy.write(json.dumps(asdict(person)) + "\n")
                self._copy.flush()

    def people(self, connector: str | None = None, after: int = -1) -> Sequence[StoredPerson]:
        """The people of one connector, or of all, in order of creation.

        Args:
            connector: Its id; None: of all.
            after: Of one connector, only those of a higher `seq`.
        """
        with self._lock:
            if connector is not None:
                held = self._people.get(connector, [])
                return held[bisect_right(held, after, key=lambda p: p.seq) :]
            return sorted((p for ps in self._people.values() for p in ps), key=lambda p: p.seq)

    @property
    def created(self) -> Sequence[StoredPerson]:
        """Everybody who was not there from the start, in order of creation."""
        return [p for p in self.people() if not p.is_seeded]

    def find(self, person_id: str) -> StoredPerson | None:
        """The candidate of an id."""
        return self._by_id.get(person_id)

    def with_email(self, connector: str, email: str) -> Sequence[StoredPerson]:
        """Everybody who has an e-mail, in any case."""
        with self._lock:
            return list(self._by_email.get((connector, fold(email)), ()))

    def count(self) -> int:
        """How many people there are, over all connectors."""
        return len(self._by_id)

    def attach(self, person_id: str, file: JsonObject) -> None:
        """Keep a file of a candidate; of its content only the length."""
        content = file.get("file_content")
        kept = {**file, "file_content": None, "size": len(content) if content else None}
        self._files.setdefault(person_id, []).append(kept)

    def files(self, person_id: str) -> Sequence[JsonObject]:
        """The files of a candidate."""
        return list(self._files.get(person_id, ()))

    def figures(self) -> JsonObject:
        """What a drill wants to know at a glance."""
        calls = list(self.calls)
        by_connector: dict[str, list[float]] = {}
        for call in calls:
            if call.connector and not call.is_over_limit:
                by_connector.setdefault(call.connector, []).append(call.at)
        return {
            "people": self.count(),
            "created": len(self.created),
            "received": len(self.received),
            "calls": len(calls),
            "by_status": dict(Counter(str(c.status or "no answer") for c in calls)),
            "by_path": dict(Counter(f"{c.method} {c.path}" for c in calls)),
            "by_fault": dict(Counter(c.fault for c in calls if c.fault)),
            "too_many": sum(c.is_over_limit for c in calls),
            "largest_window": {key: largest_window(at) for key, at in by_connector.items()},
            "crashes": len(self.crashes),
        }

    def double(self) -> Iterator[tuple[str, int]]:
        """Idempotency keys under which more than one candidate was stored."""
        for key, count in Counter(p.key for p in self.created if p.key).items():
            if count > 1:
                yield key, count

    def close(self) -> None:
        """Close the copy, if there is one; the next candidate opens it again."""
        if self._copy:
            self._copy.close()
            self._copy = None
