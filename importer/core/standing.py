"""Where a row stands by what the ledger remembers of its person: settled, or to be judged.

Lives here: the upper half of design 4.3's precedence (in doubt > unchanged/changed > set
aside). Must never live here: the ledger; what it knows comes in as values. What a newcomer
would question: a refusal holds only while content, mapping and schema are the same, since
each of them may be what the ATS objected to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from importer.core.model import Finding, Outcome, Severity
from importer.core.ports import Content, Remembered, RowState
from importer.core.rowtable import CODE_OF, UNDECIDED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from importer.core.people import Who


class Recall(Protocol):
    """What a run asks of the ledger's memory."""

    def identities(self, wanted: Sequence[bytes]) -> Mapping[bytes, Remembered]:
        """What is known of these identities."""
        ...

    def emails(self, wanted: Sequence[bytes]) -> Mapping[bytes, Remembered]:
        """What is known of the people who ever had these e-mails."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """A row that differs from the candidate it became, in a way that nobody was told yet.

    Attributes:
        content: As it is now.
        before: Who it is, where the ledger knows the person by an e-mail alone.
    """

    identity: bytes
    content: Content
    before: Remembered | None = None


@dataclass(slots=True)
class Known:
    """What the ledger knows of a chunk's rows.

    Attributes:
        rows: By position.
        by_email: Positions whose identity is new and whose e-mail is not.
    """

    rows: dict[int, Remembered] = field(default_factory=dict)
    by_email: set[int] = field(default_factory=set)


def recall_rows(recall: Recall, who: Who, row_identity: Callable[[bytes], bytes]) -> Known:
    """Ask the ledger for a chunk's people: by identity, by e-mail, by their whole content.

    The last finds rows that a person decided to send although somebody else has their
    identity: they are remembered by their content.
    """
    identities = who.identities()
    found = recall.identities(list(dict.fromkeys(identities)))
    known = Known({i: found[h] for i, h in enumerate(identities) if h in found} if found else {})
    _recall_by_content(recall, who, known, row_identity)
    if not who.by_email or len(known.rows) == len(identities):
        return known
    rows = who.email_rows.tolist()
    asked = [(i, h) for i, h in zip(rows, who.emails(), strict=True) if i not in known.rows]
    if asked:
        people = recall.emails(list(dict.fromkeys(h for _, h in asked)))
        for position, hashed in asked if people else ():
            if hashed in people and position not in known.rows:
                known.rows[position] = people[hashed]
                known.by_email.add(position)
    return known


@dataclass(frozen=True, slots=True)
class StandingRules:
    """What counts as settled in this run.

    Attributes:
        run_id: This run's id (a continued run finds its own work).
        retry_refused: Send refused rows again although nothing changed.
    """

    run_id: str
    mapping_sha256: str = ""
    schema_sha256: str = ""
    retry_refused: bool = False


@dataclass(slots=True, eq=False)
class Standings:
    """How a chunk's rows stand.

    Attributes:
        notes: (position, finding, column) to be told of settled rows.
        news: Positions whose change was not told before; only these have a note of it.
        clashes: Positions whose e-mail is known under another name.
    """

    standing: NDArray[np.uint8]
    is_retry: NDArray[np.bool_]
    notes: list[tuple[int, Finding, str | None]] = field(default_factory=list)
    candidate_ids: dict[int, str] = field(default_factory=dict)
    news: list[int] = field(default_factory=list)
    clashes: list[int] = field(default_factory=list)


def know_nobody(count: int) -> Standings:
    """How rows stand of which the ledger knows nothing."""
    return Standings(np.full(count, UNDECIDED, dtype=np.uint8), np.zeros(count, dtype=bool))


def _recall_by_content(
    recall: Recall, who: Who, known: Known, row_identity: Callable[[bytes], bytes]
) -> None:
    contents = who.content_bytes()
    asked: dict[bytes, list[int]] = {}
    for position, hashes in enumerate(contents):
        remembered = known.rows.get(position)
        if remembered is not None and (
            remembered.content.hashes == hashes or remembered.state in _DOUBT
        ):
            continue
        asked.setdefault(row_identity(hashes), []).append(position)
    if asked:
        for identity, remembered in recall.identities(list(asked)).items():
            known.rows.update(dict.fromkeys(asked[identity], remembered))


_DOUBT = frozenset({RowState.IN_DOUBT, RowState.INTENDED})


def stand(who: Who, known: Known, rules: StandingRules, name_columns: frozenset[str]) -> Standings:
    """Decide for each row whether the ledger settles it.

    Args:
        who: The chunk's people.
        known: What the ledger knows of them.
        rules: What counts as settled.
        name_columns: Columns that hold names: an e-mail known under another name is a clash.
    """
    count = len(who.identity)
    result = know_nobody(count)
    width = 8 * len(who.columns)
    flat = np.ascontiguousarray(who.contents).tobytes() if known.rows else b""
    for position, remembered in known.rows.items():
        now = Content(who.columns, flat[position * width : (position + 1) * width])
        if position in known.by_email and name_columns & set(
            remembered.content.changed_columns(now)
        ):
            result.clashes.append(position)
            result.notes.append((position, EMAIL_KNOWN_OTHERWISE, None))
            continue
        outcome = _stand_one(remembered, now, rules, result, position)
        if outcome is None:
            result.is_retry[position] = remembered.state is RowState.REFUSED
            continue
        result.standing[position] = CODE_OF[outcome]
        if remembered.candidate_id:
            result.candidate_ids[position] = remembered.candidate_id
    return result


def _stand_one(
    remembered: Remembered, now: Content, rules: StandingRules, result: Standings, position: int
) -> Outcome | None:
    if remembered.state in _DOUBT:
        result.notes.append((position, IN_DOUBT, None))
        return Outcome.IN_DOUBT
    if remembered.state is RowState.STAGED:
        return None
    changed = remembered.content.changed_columns(now)
    own = remembered.run_id == rules.run_id
    if remembered.state in (RowState.SET_ASIDE, RowState.REFUSED):
        if changed:
            return None
        if remembered.state is RowState.SET_ASIDE:
            return Outcome.SET_ASIDE
        if not own and (rules.retry_refused or not _refusal_holds(remembered, rules)):
            return None
        result.notes.extend((position, *n) for n in _refusal(remembered))
        return Outcome.REFUSED
    if changed:
        if remembered.told is None or remembered.told.changed_columns(now):
            result.news.append(position)
            result.notes.append((position, _changed(changed), None))
        return Outcome.CHANGED
    if remembered.state is RowState.INCOMPLETE:
        # What is missing is told at the end, when its file may have arrived.
        return Outcome.INCOMPLETE
    if not own:
        return Outcome.UNCHANGED
    is_created = remembered.state is RowState.CREATED
    return Outcome.CREATED if is_created else Outcome.ALREADY_IN_ATS


def _refusal_holds(remembered: Remembered, rules: StandingRules) -> bool:
    return (
        remembered.mapping_sha256 == rules.mapping_sha256
        and remembered.schema_sha256 == rules.schema_sha256
    )


def _refusal(remembered: Remembered) -> Sequence[tuple[Finding, str | None]]:
    return [
        (Finding(p.code, p.message, p.hint, p.severity, p.suggestion), p.column)
        for p in remembered.problems
    ]


def _changed(columns: Sequence[str]) -> Finding:
    return Finding(
        "changed",
        f"Changed in the spreadsheet since the candidate was created: {', '.join(columns)}.",
        "The API has no update: change it in the ATS by hand if it matters.",
        Severity.NOTE,
    )


EMAIL_KNOWN_OTHERWISE = Finding(
    "email-known-under-another-name",
    "This e-mail address belongs to a person of another name who was imported before.",
    "Correct the e-mail address or the name. If one address is really shared, decide"
    " `send anyway` in fix.xlsx.",
)

IN_DOUBT = Finding(
    "in-doubt",
    "The candidate was sent and no usable answer came: it may or may not be in the ATS.",
    "Run `candidate-import reconcile`, or look the person up in the ATS and tell it with"
    " `reconcile --found ROW=ID` or `--absent ROW`. It is never sent again by itself.",
    Severity.ERROR,
)
