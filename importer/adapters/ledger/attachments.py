"""Files of people: which still have to go to the ATS.

Lives here: the files' own rows, so that a failed file is sent again and never its candidate.
Must never live here: a file's bytes. What a newcomer would question: the name of a file that
has arrived is replaced by a keyed hash. People name files after themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from sqlalchemy import Connection, delete, insert, select, update

from importer.adapters.ledger import tables as t
from importer.adapters.ledger.outcomes import Outcomes
from importer.adapters.ledger.people import dump_problems
from importer.adapters.ledger.store import split_chunks
from importer.core.file_sending import describe_file
from importer.core.identity import email_hash
from importer.core.memory import FileRecord
from importer.core.ports import RowState
from importer.core.states import require_event
from importer.errors import LedgerError

_OPEN: Final = ("pending", "failed")


class Attachments(Outcomes):
    """The part of the ledger that knows files."""

    def add_files(self, connector: int, files: Sequence[FileRecord]) -> int:
        """Note files of people who are known; a file that arrived before is left alone.

        Returns:
            How many are to be sent.
        """
        a = t.attachments.c
        with self._write() as conn:
            self._lock_connector(conn, connector)
            persons = self._persons_of(conn, connector, [f.identity for f in files])
            if any(f.identity not in persons for f in files):
                raise LedgerError("A file belongs to nobody whom the ledger knows.")
            count = 0
            for file in files:
                person = persons[file.identity]
                own = (a.connector == connector) & (a.person == person)
                done = conn.execute(
                    select(a.sha256).where(own, a.name == self._hide_name(file.name))
                ).scalar()
                if done is not None and done == file.sha256:
                    continue
                conn.execute(delete(t.attachments).where(own, a.name == file.name))
                conn.execute(
                    insert(t.attachments).values(
                        connector=connector,
                        person=person,
                        name=file.name,
                        sha256=file.sha256,
                        detail=file.detail,
                        state=file.state,
                        problem=file.problem,
                    )
                )
                count += 1
            return count

    def open_files(self, connector: int) -> Sequence[FileRecord]:
        """List files that have not arrived, with their candidates."""
        a, p, i = t.attachments.c, t.people.c, t.identities.c
        query = (
            select(t.attachments, p.candidate_id)
            .join_from(
                t.attachments, t.people, (p.connector == a.connector) & (p.person == a.person)
            )
            .where(a.connector == connector, a.state.in_(_OPEN))
            .order_by(a.person, a.name)
        )
        with self._read() as conn:
            lines = conn.execute(query).all()
            faces: dict[int, bytes] = {}
            for chunk in split_chunks(sorted({line.person for line in lines})):
                own = select(i.person, i.identity).where(
                    i.connector == connector, i.person.in_(chunk)
                )
                faces.update((person, identity) for person, identity in conn.execute(own))
        return [
            FileRecord(
                faces[line.person],
                line.candidate_id,
                line.name,
                line.sha256,
                line.detail,
                line.state,
                line.problem,
            )
            for line in lines
        ]

    def settle_file(
        self,
        connector: int,
        identity: bytes,
        name: str,
        state: Literal["sent", "failed", "pending"],
        problem: str = "",
        *,
        detail: str | None = None,
    ) -> bool:
        """Note what became of a file; the last one to arrive completes its candidate.

        Args:
            connector: The connector's number.
            identity: Whose file.
            name: As `open_files` gave it.
            state: The new state.
            problem: Why it has not arrived, a sentence; shown with the row from now on.
            detail: JSON text in place of what was kept; None: leave it.

        Returns:
            Whether no file of the person is open any more.
        """
        a = t.attachments.c
        with self._write() as conn:
            self._lock_connector(conn, connector)
            person = self._persons_of(conn, connector, [identity]).get(identity)
            own = (a.connector == connector) & (a.person == person)
            if state == "sent":
                hidden = self._hide_name(name)
                conn.execute(delete(t.attachments).where(own, a.name == hidden))
                values = {"name": hidden, "detail": "", "state": state, "problem": ""}
            else:
                values = {"state": state, "problem": problem}
                if detail is not None:
                    values["detail"] = detail
            done = conn.execute(update(t.attachments).where(own, a.name == name).values(**values))
            if person is None or done.rowcount != 1:
                raise LedgerError("The ledger does not know this file.", hint="Run again.")
            still_open = conn.execute(
                select(t.attachments).where(own, a.state.in_(_OPEN)).order_by(a.name)
            ).all()
            if not still_open:
                self._complete(conn, connector, person)
                return True
            words = [describe_file(f.state, f.detail, f.problem) for f in still_open]
            p = t.people.c
            conn.execute(
                update(t.people)
                .where(p.connector == connector, p.person == person)
                .values(problems=dump_problems(words))
            )
            return False

    def _give_up_files(self, conn: Connection, connector: int, identity: bytes) -> None:
        a = t.attachments.c
        person = self._persons_of(conn, connector, [identity])[identity]
        conn.execute(
            delete(t.attachments).where(
                a.connector == connector, a.person == person, a.state.in_(_OPEN)
            )
        )
        self._complete(conn, connector, person)

    def _complete(self, conn: Connection, connector: int, person: int) -> None:
        p = t.people.c
        own = (p.connector == connector) & (p.person == person)
        state = conn.execute(select(p.state).where(own)).scalar_one()
        if state == RowState.INCOMPLETE:
            require_event(RowState.INCOMPLETE, RowState.CREATED)
            values = {"state": RowState.CREATED.value, "problems": ""}
            conn.execute(update(t.people).where(own).values(**values))

    def _hide_name(self, name: str) -> str:
        return email_hash(self._secret, name).hex()
