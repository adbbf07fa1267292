"""People who are in the ATS already: an index that is kept, or one question each.

Lives here: the reads, and choosing whichever takes fewer calls. Must never live here: the
comparison (`core/readback`). What a newcomer would question: the index only nominates. It
holds hashes from an earlier night, so whoever it names is read again by id, in batches,
before a row is left out for their sake.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Final, TypeVar

from importer.core.identity import email_hash, name_hash, normalise_identity
from importer.core.memory import IndexState, KnownPerson
from importer.core.ports import CandidateApi, Ledger, RowState
from importer.core.readback import (
    Person,
    SyncState,
    names_fit,
    parse_cursor,
    parse_people,
    parse_time,
)
from importer.sending.clock import iso
from importer.sending.lookback import search_by_email
from importer.sending.pace import Pace

PAGE: Final = 200
CONFIRM_BATCH: Final = 100
"""Ids in one question; an address of 100 ids stays under 4,000 characters."""
OVERLAP_S: Final = 3_600.0
"""A refresh goes back so far before the newest change, or the synchronisation, last seen."""
ASK_AT_MOST: Final = 20
"""Up to so many rows are asked for one by one where there is no index yet."""

_DOING: Final = "reading the people who are in the ATS already"

T = TypeVar("T")


class Verdict(StrEnum):
    """What a person in the ATS means for a row."""

    SAME = "same"
    """The e-mail is theirs and the name fits: not sent."""
    OTHER_NAME = "other name"
    """The e-mail is theirs and the name is another: a person decides."""
    SEVERAL = "several"
    """Several people have the e-mail and a fitting name: a person decides."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row that is about to be sent.

    Attributes:
        key: The caller's own number for it.
    """

    key: int
    emails: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Existing:
    """Who of the ATS a row meets.

    Attributes:
        candidate_ids: One for SAME, else all of them.
        names: As the ATS has them, in the same order.
    """

    verdict: Verdict
    candidate_ids: tuple[str, ...]
    names: tuple[str, ...] = ()


@dataclass(slots=True)
class ExistingPeople:
    """Finds people who are in the ATS already. `prepare` once, then `find` for each batch.

    Attributes:
        warnings: Sentences for a person on how far the answer can be trusted.
        uses_index: Whether the index is used; else each row is asked for.
    """

    api: CandidateApi
    index: Ledger
    connector: int
    pace: Pace
    sync: SyncState
    warnings: list[str] = field(default_factory=list)
    uses_index: bool = False

    async def prepare(self, rows: int) -> None:
        """Bring the index up to date where that takes fewer calls than asking for each row.

        Args:
            rows: How many rows will be looked for.

        Raises:
            StopAndRetry: The pages could not be read.
        """
        if not self.sync.is_done:
            status = self.sync.status or "unknown"
            self.warnings.append(
                f"The connector's synchronisation is not done (status: {status}), so people who "
                "are in the ATS may be missing from its copy and be created a second time."
            )
        state = await asyncio.to_thread(self.index.people_index, self.connector)
        if rows == 0:
            return
        if state.is_complete:
            # A refresh takes a page for each 200 people who changed, at least one. Those whom
            # we created are among them once; unless they are read, they are in the way for ever.
            ours = await asyncio.to_thread(self._count_ours)
            most_pages = rows + math.ceil(ours / PAGE)
            self.uses_index = rows > 1 and await self._scan(state.watermark, most_pages=most_pages)
        elif rows > ASK_AT_MOST:
            # Nobody says how many people there are. Reading at most as many pages as there
            # are rows never costs more than twice the cheaper way.
            self.uses_index = await self._scan("", most_pages=rows)

    async def find(self, batch: Sequence[Wanted]) -> dict[int, Existing]:
        """Who of the ATS these rows meet; rows that meet nobody are absent.

        Raises:
            StopAndRetry: The ATS could not be asked.
        """
        if self.uses_index:
            return await self._find_in_index(batch)
        found = {}
        for one in batch:
            people: list[Person] = []
            for email in one.emails:
                people += await search_by_email(self.api, self.pace, email, insists=True) or ()
            met = judge_existing(one, people)
            if met is not None:
                found[one.key] = met
        return found

    def _count_ours(self) -> int:
        settled = self.index.figures(self.connector).settled
        return settled.get(RowState.CREATED, 0) + settled.get(RowState.INCOMPLETE, 0)

    async def _scan(self, watermark: str, most_pages: int) -> bool:
        """Read all (or all changed) people into the index; False where it took too long."""
        since = parse_time(watermark)
        after = None if since is None else iso(since - OVERLAP_S)
        cursor: str | None = None
        is_trusted = self.sync.is_done
        synced_at = "" if self.sync.started_at is None else iso(self.sync.started_at)
        for _ in range(max(1, most_pages)):
            ask = partial(
                self.api.list_candidates, cursor=cursor, page_size=PAGE, modified_after=after
            )
            attempt = await self.pace.read(ask, _DOING)
            cursor = parse_cursor(attempt.body)
            await asyncio.to_thread(
                self.index.remember_people,
                self.connector,
                [self._known(p) for p in parse_people(attempt.body)],
                complete=cursor is None and is_trusted,
                at=iso(self.pace.server_time(attempt.ended_at)),
                synced_at=synced_at if is_trusted else "",
            )
            if cursor is None:
                return True
        return False

    def _known(self, person: Person) -> KnownPerson:
        secret = self.index.secret
        return KnownPerson(
            person.candidate_id,
            tuple(email_hash(secret, email) for email in person.emails),
            name_hash(secret, person.name) if person.name else b"",
            "" if person.modified_at is None else iso(person.modified_at),
        )

    async def _find_in_index(self, batch: Sequence[Wanted]) -> dict[int, Existing]:
        secret = self.index.secret
        hashes = {e: email_hash(secret, e) for one in batch for e in one.emails}
        known = await asyncio.to_thread(
            self.index.find_people, self.connector, list(hashes.values())
        )
        ids = {p.candidate_id for people in known.values() for p in people}
        now = {p.candidate_id: p for p in await self._read_by_id(sorted(ids))}
        found = {}
        for one in batch:
            nominated = {
                p.candidate_id for email in one.emails for p in known.get(hashes[email], ())
            }
            met = judge_existing(one, [now[i] for i in sorted(nominated) if i in now])
            if met is not None:
                found[one.key] = met
        return found

    async def _read_by_id(self, ids: Sequence[str]) -> list[Person]:
        people: list[Person] = []
        for some in _batches(ids, CONFIRM_BATCH):
            ask = partial(self.api.list_candidates, ids=",".join(some), page_size=PAGE)
            attempt = await self.pace.read(ask, _DOING)
            people += parse_people(attempt.body)
        return people


def judge_existing(row: Wanted, people: Iterable[Person]) -> Existing | None:
    """Decide what people of the ATS mean for a row; None: none of them has its e-mail."""
    mine = {normalise_identity(email) for email in row.emails}
    there = {p.candidate_id: p for p in people if not mine.isdisjoint(p.emails)}
    if not there:
        return None
    fitting = [p for p in there.values() if names_fit(row.name, p.name)]
    if len(fitting) == 1:
        return Existing(Verdict.SAME, (fitting[0].candidate_id,), (fitting[0].name,))
    told = fitting or list(there.values())
    return Existing(
        Verdict.SEVERAL if fitting else Verdict.OTHER_NAME,
        tuple(p.candidate_id for p in told),
        tuple(p.name for p in told),
    )


def estimate_calls(rows: int, state: IndexState) -> int:
    """Calls that `prepare` and `find` will take at least, for a plan made before them."""
    if rows == 0:
        return 0
    if state.is_complete:
        return 1
    return rows if rows <= ASK_AT_MOST else min(rows, max(1, math.ceil(state.people / PAGE)))


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
