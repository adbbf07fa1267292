"""People: what the ledger knows of an identity, and how a person comes to be known.

Lives here: recall by identity or e-mail, and the shared steps that give a row its person.
Must never live here: the way of a row to the ATS (`rows`). What a newcomer would question:
a person exists as soon as a row of theirs is in doubt, with no settled state, because the
e-mails of a doubtful row must be recognised before anybody else sends them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from importer.adapters.ledger import tables as t
from importer.adapters.ledger.store import Store, split_chunks
from importer.core.model import Severity
from importer.core.ports import Content, Remembered, RowState
from importer.core.results import RowProblem

_RANK: Final = (
    RowState.IN_DOUBT,
    RowState.INTENDED,
    RowState.CREATED,
    RowState.INCOMPLETE,
    RowState.ALREADY_IN_ATS,
    RowState.SET_ASIDE,
    RowState.STAGED,
    RowState.REFUSED,
)
"""Which of several people with one e-mail is told: the one that most forbids sending."""

_STATES: Final = {state.value: state for state in RowState}
"""Looking a state up is three times as fast as calling the enumeration, a million times over."""

_PERSON = (
    t.people.c.person,
    t.people.c.state,
    t.people.c.candidate_id,
    t.people.c.run_id,
    t.people.c.mapping_sha256,
    t.people.c.schema_sha256,
    t.people.c.problems,
    t.people.c.attempted_at,
)
_FACE = (
    t.identities.c.columns,
    t.identities.c.hashes,
    t.identities.c.told_columns,
    t.identities.c.told_hashes,
)
_WAITING = (
    t.staged.c.state,
    t.staged.c.run_id,
    t.staged.c.person,
    t.staged.c.problems,
    t.staged.c.attempted_at,
)
_OWN = (t.staged.c.identity, t.staged.c.columns, t.staged.c.hashes, *_WAITING)
_ORIGINAL = (t.staged.c.origin, t.staged.c.origin_columns, t.staged.c.origin_hashes, *_WAITING)

_PERSONS_OF: Final = select(t.identities.c.identity, t.identities.c.person).where(
    t.identities.c.connector == bindparam("b_connector"),
    t.identities.c.identity.in_(bindparam("b_values", expanding=True)),
)
_EMAILS_OF: Final = select(t.emails.c.email, t.emails.c.person).where(
    t.emails.c.connector == bindparam("b_connector"),
    t.emails.c.email.in_(bindparam("b_values", expanding=True)),
)
_DROP_FACE: Final = delete(t.identities).where(
    t.identities.c.connector == bindparam("b_connector"),
    t.identities.c.identity == bindparam("b_identity"),
)
_ADD_FACE: Final = insert(t.identities)
_ADD_EMAIL: Final = insert(t.emails)
_ADD_PERSON: Final = insert(t.people)

Face = tuple[bytes, Content, Content | None]
"""An identity, the content it counts as settled with, and the content told of besides."""


class People(Store):
    """The part of the ledger that knows people."""

    def recall(self, connector: int, identities: Sequence[bytes]) -> dict[bytes, Remembered]:
        known: dict[bytes, Remembered] = {}
        with self._read() as conn:
            for chunk in split_chunks(list(dict.fromkeys(identities))):
                self._recall_settled(conn, connector, chunk, known)
                self._recall_waiting(conn, connector, chunk, known)
        return known

    def _recall_settled(
        self,
        conn: Connection,
        connector: int,
        chunk: Sequence[bytes],
        known: dict[bytes, Remembered],
    ) -> None:
        i, p = t.identities.c, t.people.c
        query = (
            select(i.identity, *_FACE, *_PERSON)
            .join_from(
                t.identities, t.people, (p.connector == i.connector) & (p.person == i.person)
            )
            .where(i.connector == connector, i.identity.in_(chunk), p.state.is_not(None))
        )
        for identity, *rest in conn.execute(query).all():
            known[identity] = self._build_remembered(conn, rest)

    def _recall_waiting(
        self,
        conn: Connection,
        connector: int,
        chunk: Sequence[bytes],
        known: dict[bytes, Remembered],
    ) -> None:
        s = t.staged.c
        here = select(s.seq).where(s.connector == connector)
        if conn.execute(here.limit(1)).first() is None:
            return
        if conn.execute(here.where(s.origin.is_not(None)).limit(1)).first() is not None:
            mended = here.where(s.origin.in_(chunk)).with_only_columns(*_ORIGINAL)
            self._tell_waiting(conn, conn.execute(mended).all(), known)
        own = here.where(s.identity.in_(chunk)).with_only_columns(*_OWN)
        self._tell_waiting(conn, conn.execute(own).all(), known)

    def _tell_waiting(
        self, conn: Connection, rows: Sequence[Sequence[Any]], known: dict[bytes, Remembered]
    ) -> None:
        for identity, columns, hashes, state, run_id, person, problems, attempted_at in rows:
            before = known.get(identity)
            known[identity] = Remembered(
                person=person or 0,
                state=_STATES[state],
                candidate_id=before.candidate_id if before else "",
                content=self._content(conn, columns, hashes),
                run_id=run_id,
                problems=load_problems(problems),
                attempted_at=attempted_at,
            )

    def recall_emails(self, connector: int, emails: Sequence[bytes]) -> dict[bytes, Remembered]:
        known: dict[bytes, Remembered] = {}
        e = t.emails.c
        with self._read() as conn:
            for chunk in split_chunks(list(dict.fromkeys(emails))):
                found = conn.execute(
                    select(e.email, e.person).where(e.connector == connector, e.email.in_(chunk))
                ).all()
                people = self._recall_people(conn, connector, {row.person for row in found})
                for email, person in found:
                    one = people.get(person)
                    before = known.get(email)
                    if one and (before is None or _weight(one) < _weight(before)):
                        known[email] = one
        return known

    def _recall_people(
        self, conn: Connection, connector: int, persons: Iterable[int]
    ) -> dict[int, Remembered]:
        """Recall by number; of several identities of a person the first is told."""
        i, p, s = t.identities.c, t.people.c, t.staged.c
        known: dict[int, Remembered] = {}
        for chunk in split_chunks(sorted(persons)):
            settled = (
                select(*_FACE, *_PERSON)
                .join_from(
                    t.people, t.identities, (p.connector == i.connector) & (p.person == i.person)
                )
                .where(p.connector == connector, p.person.in_(chunk), p.state.is_not(None))
            )
            for line in conn.execute(settled).all():
                known[line.person] = self._build_remembered(conn, tuple(line))
            doubtful = select(*_OWN).where(
                s.connector == connector,
                s.person.in_(chunk),
                s.state.in_((RowState.INTENDED, RowState.IN_DOUBT)),
            )
            told: dict[bytes, Remembered] = {}
            self._tell_waiting(conn, conn.execute(doubtful).all(), told)
            known.update((one.person, one) for one in told.values())
        return known

    def _build_remembered(self, conn: Connection, line: Sequence[Any]) -> Remembered:
        columns, hashes, told, told_hashes, person, state, cand, run, msha, ssha, probs, at = line
        return Remembered(
            person=person,
            state=_STATES[state],
            candidate_id=cand,
            content=self._content(conn, columns, hashes),
            run_id=run,
            told=None if told is None else self._content(conn, told, told_hashes),
            mapping_sha256=msha,
            schema_sha256=ssha,
            problems=load_problems(probs),
            attempted_at=at,
        )

    # --- steps that writers share -------------------------------------------------------------

    def _persons_of(
        self, conn: Connection, connector: int, identities: Iterable[bytes]
    ) -> dict[bytes, int]:
        known: dict[bytes, int] = {}
        for chunk in split_chunks(sorted(set(identities))):
            found = conn.execute(_PERSONS_OF, {"b_connector": connector, "b_values": chunk})
            known.update((identity, person) for identity, person in found)
        return known

    def _add_people(self, conn: Connection, connector: int, count: int) -> list[int]:
        """Make people without a settled state; the connector's line is locked."""
        if not count:
            return []
        first = self._take_numbers(conn, connector, "next_person", count)
        persons = list(range(first, first + count))
        conn.execute(
            _ADD_PERSON,
            [{"connector": connector, "person": n, "state": None} for n in persons],
        )
        return persons

    def _put_faces(
        self, conn: Connection, connector: int, faces: Sequence[tuple[int, Face]]
    ) -> None:
        """Write what identities look like; a later entry of the same identity wins."""
        last = {face[0]: (person, face) for person, face in faces}
        if last:
            conn.execute(
                _DROP_FACE, [{"b_connector": connector, "b_identity": one} for one in last]
            )
            conn.execute(
                _ADD_FACE,
                [
                    {
                        "connector": connector,
                        "identity": identity,
                        "person": person,
                        "columns": self._set_ids[content.columns],
                        "hashes": content.hashes,
                        "told_columns": None if told is None else self._set_ids[told.columns],
                        "told_hashes": None if told is None else told.hashes,
                    }
                    for identity, (person, (_, content, told)) in last.items()
                ],
            )

    def _put_emails(
        self, conn: Connection, connector: int, pairs: Iterable[tuple[bytes, int]]
    ) -> None:
        """Remember e-mails of people; what is there stays."""
        wanted = set(pairs)
        if not wanted:
            return
        known: set[tuple[bytes, int]] = set()
        for chunk in split_chunks(sorted({email for email, _ in wanted})):
            found = conn.execute(_EMAILS_OF, {"b_connector": connector, "b_values": chunk})
            known.update((email, person) for email, person in found)
        new = sorted(wanted - known)
        if new:
            conn.execute(
                _ADD_EMAIL,
                [{"connector": connector, "email": e, "person": p} for e, p in new],
            )

    # --- what a person or an earlier run decided -----------------------------------------------

    def mark_told(self, connector: int, identity: bytes, content: Content) -> None:
        """Note that `changed` was told for this content, so that it is told once."""
        self.mark_all_told(connector, {identity: content})

    def mark_all_told(self, connector: int, told: Mapping[bytes, Content]) -> None:
        """Do the same for many, in one transaction; unknown identities are left out."""
        if not told:
            return
        self._remember_sets(told.values())
        i = t.identities.c
        with self._write() as conn:
            for identity, content in told.items():
                conn.execute(
                    update(t.identities)
                    .where(i.connector == connector, i.identity == identity)
                    .values(told_columns=self._set_ids[content.columns], told_hashes=content.hashes)
                )

    def alias(self, connector: int, original: bytes, content: Content, person: int) -> None:
        """Let an original row count as settled with a person that a mended row became."""
        self._remember_sets([content])
        with self._write() as conn:
            self._lock_connector(conn, connector)
            self._put_faces(conn, connector, [(person, (original, content, None))])


def _weight(one: Remembered) -> int:
    return _RANK.index(one.state)


def dump_problems(problems: Sequence[RowProblem]) -> str:
    """Write problems as JSON text; empty for none. Suggestions are values and are left out."""
    if not problems:
        return ""
    lines = [[p.code, p.column, p.message, p.hint, p.severity.value] for p in problems]
    return json.dumps(lines, ensure_ascii=False)


def load_problems(text: str) -> tuple[RowProblem, ...]:
    """Read what `dump_problems` wrote."""
    if not text:
        return ()
    return tuple(RowProblem(c, col, m, h, Severity(s)) for c, col, m, h, s in json.loads(text))
