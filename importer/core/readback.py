"""Whether people that the ATS returned are the one we sent: created, absent, or unclear.

Lives here: comparing names and e-mails, and the decision from what was read. Must never live
here: reading. What a newcomer would question: an e-mail alone proves nothing. Families and
assistants share addresses, so a name must fit too, and a name that differs is a person's
decision, never ours.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from rapidfuzz import fuzz

from importer.core.identity import normalise_identity

CLOCK_SLACK_S: Final = 120.0
"""How far the server's clocks (answer dates, `modified_at`) may be apart."""

_TYPING_ERROR: Final = 88
_LONG_ENOUGH: Final = 5
_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person as one side knows them: what we sent, or what the ATS returned.

    Attributes:
        candidate_id: Empty for what we sent.
        emails: Normalised for comparison.
        modified_at: Unix seconds of the server's last change; None when unknown.
    """

    candidate_id: str
    emails: tuple[str, ...]
    first_name: str = ""
    last_name: str = ""
    modified_at: float | None = None

    @property
    def name(self) -> str:
        """First and last name with a blank between; empty for neither."""
        return f"{self.first_name} {self.last_name}".strip()


def parse_sent(body: str) -> Person:
    """The person in a body, of either form, that was (or will be) sent."""
    sent = json.loads(body)
    assert isinstance(sent, Mapping)  # bodies are ours
    inner = sent.get("data")
    return _build_person("", inner if isinstance(inner, Mapping) else sent)


def parse_people(page: object) -> tuple[Person, ...]:
    """The people on a page of candidates; entries without an id are left out."""
    items = page.get("items") if isinstance(page, Mapping) else None
    if not isinstance(items, list):
        return ()
    return tuple(p for p in map(_parse_person, items) if p is not None)


def parse_cursor(page: object) -> str | None:
    """Where the next page begins; None on the last."""
    cursor = page.get("cursor") if isinstance(page, Mapping) else None
    return cursor if isinstance(cursor, str) and cursor else None


def _parse_person(item: object) -> Person | None:
    if not isinstance(item, Mapping) or not isinstance(item.get("id"), str) or not item["id"]:
        return None
    return _build_person(item["id"], item)


def _build_person(candidate_id: str, item: Mapping[str, object]) -> Person:
    emails = item.get("email_addresses")
    texts = [e for e in emails if isinstance(e, str)] if isinstance(emails, list) else []
    first, last = item.get("first_name"), item.get("last_name")
    return Person(
        candidate_id,
        tuple(dict.fromkeys(filter(None, map(normalise_identity, texts)))),
        first.strip() if isinstance(first, str) else "",
        last.strip() if isinstance(last, str) else "",
        parse_time(item.get("modified_at")),
    )


def parse_time(text: object) -> float | None:
    """Unix seconds of an ISO time, UTC where it names no offset; None where it is none."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()


# --- names ------------------------------------------------------------------------------------


def names_fit(one: str, other: str) -> bool:
    """Whether two names can be one person's.

    Order, case, accents, initials, further names and a slip of the keyboard do not matter;
    an empty name contradicts nothing. Each word of the shorter name needs its partner in the
    longer one, and at least one word must be whole.
    """
    words, more = sorted((_words(one), _words(other)), key=len)
    if not words:
        return True
    left = list(more)
    has_whole = False
    for word in sorted(words, key=len, reverse=True):
        partner = next((p for p in left if p == word), None) or next(
            (p for p in left if _is_alike(word, p)), None
        )
        if partner is None:
            return False
        left.remove(partner)
        has_whole = has_whole or min(len(word), len(partner)) > 1
    return has_whole or words == more


def _words(name: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    plain = "".join(
        c if c.isalnum() else " " for c in folded if not unicodedata.combining(c) and c not in "'’"
    )
    return plain.split()


def _is_alike(word: str, other: str) -> bool:
    if min(len(word), len(other)) == 1:
        return word[0] == other[0]
    if min(len(word), len(other)) < _LONG_ENOUGH:
        return False
    return fuzz.ratio(word, other) >= _TYPING_ERROR


# --- the decision -----------------------------------------------------------------------------


class Found(StrEnum):
    """What reading back came to."""

    CREATED = "created"
    NOTHING = "nothing"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class ReadBack:
    """The decision and whom it rests on.

    Attributes:
        candidate_ids: One for CREATED; all that a person must look at for UNCLEAR.
    """

    found: Found
    candidate_ids: tuple[str, ...] = ()


def decide_readback(
    sent: Person, read: Iterable[Person], *, known: frozenset[str], not_before: float | None
) -> ReadBack:
    """Decide whether a row in doubt was created.

    Args:
        sent: What the row's body says.
        read: People that a search by the row's e-mails (or name) returned.
        known: Ids that existed before the attempt; they are never the row's.
        not_before: Unix seconds of the attempt's start by the server's clock; someone who was
            last changed before it is not the row's. None: not known.
    """
    ours = _new_people(read, known, not_before)
    ours = [p for p in ours if not set(p.emails).isdisjoint(sent.emails)]
    fitting = [p for p in ours if names_fit(sent.name, p.name)]
    if len(ours) == 1 and fitting:
        return ReadBack(Found.CREATED, (ours[0].candidate_id,))
    if ours:
        return ReadBack(Found.UNCLEAR, tuple(p.candidate_id for p in ours))
    return ReadBack(Found.NOTHING)


def find_namesakes(
    sent: Person, read: Iterable[Person], *, known: frozenset[str]
) -> tuple[str, ...]:
    """Ids of people who bear the row's name and have no e-mail at all.

    Before a row counts as never arrived: the ATS may have kept the name and not the e-mail.
    """
    new = _new_people(read, known, None)
    return tuple(
        p.candidate_id for p in new if p.name and not p.emails and names_fit(sent.name, p.name)
    )


def _new_people(
    read: Iterable[Person], known: frozenset[str], not_before: float | None
) -> list[Person]:
    by_id = {p.candidate_id: p for p in read if p.candidate_id not in known}
    return [
        p
        for p in by_id.values()
        if not_before is None
        or p.modified_at is None
        or p.modified_at >= not_before - CLOCK_SLACK_S
    ]


# --- the proof that nothing arrived -----------------------------------------------------------

SYNC_MARGIN_S: Final = 15 * 60.0


@dataclass(frozen=True, slots=True)
class SyncState:
    """How the connector's copy of the ATS stands.

    Attributes:
        status: `Done`, `Syncing`, `Failed`, or empty.
        started_at: Unix seconds of the last synchronisation's start; None when unknown.
    """

    status: str = ""
    started_at: float | None = None

    @property
    def is_done(self) -> bool:
        """Whether the copy is whole."""
        return self.status.casefold() == "done"


def parse_sync_state(connectors: object) -> SyncState:
    """Read the state from the connectors call, which names exactly one connector by its token."""
    items = connectors.get("items") if isinstance(connectors, Mapping) else connectors
    if not isinstance(items, Sequence) or isinstance(items, str) or len(items) != 1:
        return SyncState()
    item = items[0]
    if not isinstance(item, Mapping):
        return SyncState()
    status = item.get("sync_status")
    return SyncState(
        status if isinstance(status, str) else "", parse_time(item.get("last_sync_start_time"))
    )


def proves_absence(sync: SyncState, attempt_ended_at: float | None) -> bool:
    """Whether a synchronisation that is done began long enough after the attempt's end.

    Both times are the server's. Without them nothing is proved.
    """
    if not sync.is_done or sync.started_at is None or attempt_ended_at is None:
        return False
    return sync.started_at > attempt_ended_at + SYNC_MARGIN_S
