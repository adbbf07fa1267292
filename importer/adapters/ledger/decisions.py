"""What people decide about people: skip them, say where they are, forget them.

Lives here: a person's word, stored. Must never live here: reading it from a workbook. What
a newcomer would question: a decision that comes too late (the row was created meanwhile) is
no error. It is answered with False, and the row stays what it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update

from importer.adapters.ledger import tables as t
from importer.adapters.ledger.attachments import Attachments
from importer.adapters.ledger.people import Face
from importer.adapters.ledger.store import split_chunks
from importer.core.ports import Content, RowState, Settlement
from importer.core.states import find_event


class Decisions(Attachments):
    """The part of the ledger that takes people's word."""

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
        """Store what a person (or a look into the ATS) says of a row that is not sent.

        Args:
            connector: The connector's number.
            run_id: The run that brings it.
            identity: Whom it is about.
            content: The row as it was when that was said; it holds until this changes.
            state: SET_ASIDE (of an incomplete candidate: without its files), ALREADY_IN_ATS;
                for a row in doubt also CREATED (found) or STAGED (proved absent). STAGED for
                anybody else changes nothing here: the row is sent by being staged.
            candidate_id: Where that is known.
            emails: Hashes to remember with the person.
            origin: The original row that a row of fix.xlsx settles with it.

        Returns:
            Whether it holds; False where it comes too late.
        """
        if state is RowState.INTENDED:
            return False
        self._remember_sets([content, *([origin[1]] if origin else [])])
        s = t.staged.c
        with self._write() as conn:
            self._lock_connector(conn, connector)
            waiting = conn.execute(
                select(s.seq, s.state).where(s.connector == connector, s.identity == identity)
            ).first()
            if waiting is not None:
                if waiting.state == state:
                    return True
                if find_event(RowState(waiting.state), state) is None:
                    return False
                settled = Settlement(waiting.seq, state, candidate_id=candidate_id)
                self._settle(conn, connector, run_id, [settled])
                return True
            before = self._settled_state(conn, connector, identity)
            if before is RowState.INCOMPLETE and state is RowState.SET_ASIDE:
                self._give_up_files(conn, connector, identity)
                return True
            if find_event(before, state) is None:
                return before == state
            if state is not RowState.STAGED:
                faces: list[Face] = [(identity, content, None)]
                if origin is not None:
                    faces.insert(0, (*origin, None))
                self._put_decision(conn, connector, run_id, faces, emails, state, candidate_id)
            return True

    def _settled_state(self, conn: Connection, connector: int, identity: bytes) -> RowState | None:
        i, p = t.identities.c, t.people.c
        found = conn.execute(
            select(p.state)
            .join_from(
                t.identities, t.people, (p.connector == i.connector) & (p.person == i.person)
            )
            .where(i.connector == connector, i.identity == identity)
        ).scalar()
        return None if found is None else RowState(found)

    def _put_decision(
        self,
        conn: Connection,
        connector: int,
        run_id: str,
        faces: Sequence[Face],
        emails: Sequence[bytes],
        state: RowState,
        candidate_id: str,
    ) -> None:
        p = t.people.c
        known = self._persons_of(conn, connector, [face[0] for face in faces])
        person = known.get(faces[-1][0]) or next(iter(known.values()), None)
        if person is None:
            (person,) = self._add_people(conn, connector, 1)
        conn.execute(
            update(t.people)
            .where(p.connector == connector, p.person == person)
            .values(state=state.value, candidate_id=candidate_id, run_id=run_id, problems="")
        )
        self._put_faces(conn, connector, [(person, face) for face in faces])
        self._put_emails(conn, connector, [(email, person) for email in emails])

    def forget_person(
        self, connector: int, identity: bytes, emails: Sequence[bytes] = ()
    ) -> Sequence[str]:
        """Erase a person: every identity, e-mail, waiting row, attempt and file.

        Whoever is forgotten is new when a source still has the row.

        Args:
            connector: The connector's number.
            identity: Whom it is about.
            emails: Hashes of addresses whose people are meant too.

        Returns:
            Ids of the candidates they became, which the ATS still holds.
        """
        s, p = t.staged.c, t.people.c
        with self._write() as conn:
            self._lock_connector(conn, connector)
            persons = set(self._persons_of(conn, connector, [identity]).values())
            e = t.emails.c
            for chunk in split_chunks(list(emails)):
                query = select(e.person).where(e.connector == connector, e.email.in_(chunk))
                persons.update(conn.execute(query).scalars())
            own = (s.connector == connector) & ((s.identity == identity) | (s.origin == identity))
            waiting = conn.execute(select(s.seq, s.person).where(own)).all()
            persons.update(row.person for row in waiting if row.person is not None)
            of_person = (s.connector == connector) & s.person.in_(persons)
            seqs = {row.seq for row in waiting} | set(
                conn.execute(select(s.seq).where(of_person)).scalars()
            )
            created = select(p.candidate_id).where(
                p.connector == connector, p.person.in_(persons), p.candidate_id != ""
            )
            gone = list(conn.execute(created).scalars())
            for chunk in split_chunks(sorted(seqs)):
                for table in (t.attempts, t.staged):
                    conn.execute(
                        delete(table).where(table.c.connector == connector, table.c.seq.in_(chunk))
                    )
            for table in (t.attachments, t.identities, t.emails, t.people):
                conn.execute(
                    delete(table).where(table.c.connector == connector, table.c.person.in_(persons))
                )
            for table in (t.known_emails, t.known_people):
                conn.execute(
                    delete(table).where(
                        table.c.connector == connector, table.c.candidate_id.in_(gone)
                    )
                )
        self._empty_log()
        return gone
