"""Rows before they are sent: staged, listed, given up.

Lives here: the queue. Must never live here: what an attempt came to (`outcomes`). What a
newcomer would question: a row may be staged under an identity of its own and under that of
the original row it mends; both are looked at, so that a mended row and its original never
wait side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from importer.adapters.ledger import tables as t
from importer.adapters.ledger.people import People
from importer.adapters.ledger.store import split_chunks
from importer.core.identity import IDENTITY_BYTES
from importer.core.ports import Content, RowState, StagedRow
from importer.core.states import require_event
from importer.errors import LedgerError


class Staging(People):
    """The part of the ledger that knows rows waiting to be sent."""

    def stage(self, connector: int, run_id: str, rows: Sequence[StagedRow]) -> None:
        if len({row.identity for row in rows}) != len(rows):
            raise LedgerError("Two rows of one person were to be sent.", hint="Report it as a bug.")
        self._remember_sets(_contents(rows))
        with self._write() as conn:
            line = self._lock_connector(conn, connector)
            persons = self._check_stageable(conn, connector, rows)
            given = [row.seq for row in rows if row.seq]
            if given and min(given) < line.next_seq:
                raise LedgerError("A number of a row was used before.", hint="Report it as a bug.")
            first = max([line.next_seq, *(seq + 1 for seq in given)])
            seqs = iter(range(first, first + len(rows)))
            last = first + sum(not row.seq for row in rows)
            self._take_numbers(conn, connector, "next_seq", last - line.next_seq)
            values = [
                self._staged_values(connector, run_id, row, persons.get(row.identity), seqs)
                for row in rows
            ]
            if values:
                conn.execute(insert(t.staged), values)

    def _check_stageable(
        self, conn: Connection, connector: int, rows: Sequence[StagedRow]
    ) -> dict[bytes, int]:
        """Refuse whoever must not be sent and drop what is replaced; returns known people."""
        s, i, p = t.staged.c, t.identities.c, t.people.c
        identities = [row.identity for row in rows]
        wanted = {*identities, *(row.origin[0] for row in rows if row.origin)}
        persons: dict[bytes, int] = {}
        is_waiting = conn.execute(select(s.seq).where(s.connector == connector).limit(1)).first()
        is_known = conn.execute(select(p.person).where(p.connector == connector).limit(1)).first()
        for chunk in split_chunks(list(wanted)):
            if is_known:
                settled = (
                    select(i.identity, p.person, p.state)
                    .join_from(
                        t.identities,
                        t.people,
                        (p.connector == i.connector) & (p.person == i.person),
                    )
                    .where(i.connector == connector, i.identity.in_(chunk))
                )
                for identity, person, state in conn.execute(settled):
                    if state is not None:
                        require_event(RowState(state), RowState.STAGED)
                    persons[identity] = person
            for column in (s.identity, s.origin) if is_waiting else ():
                old = conn.execute(
                    select(s.seq, s.identity, s.state, s.person).where(
                        s.connector == connector, column.in_(chunk)
                    )
                ).all()
                for waiting in old:
                    if waiting.state != RowState.STAGED:
                        raise LedgerError(
                            "A row in doubt was to be sent again.",
                            hint="Settle it with `reconcile` first.",
                        )
                    if waiting.person is not None:
                        persons[waiting.identity] = waiting.person
                delete_rows(conn, connector, [waiting.seq for waiting in old])
        for row in rows:
            if row.origin and row.identity not in persons and row.origin[0] in persons:
                persons[row.identity] = persons[row.origin[0]]
        return persons

    def _staged_values(
        self, connector: int, run_id: str, row: StagedRow, person: int | None, seqs: Iterator[int]
    ) -> dict[str, object]:
        origin, origin_content = row.origin or (None, None)
        return {
            "connector": connector,
            "seq": row.seq or next(seqs),
            "run_id": run_id,
            "state": RowState.STAGED.value,
            "source": row.source,
            "row": row.row,
            "identity": row.identity,
            "columns": self._set_ids[row.content.columns],
            "hashes": row.content.hashes,
            "body": row.body,
            "form": row.form,
            "emails": b"".join(row.emails),
            "key": row.key,
            "origin": origin,
            "origin_columns": origin_content and self._set_ids[origin_content.columns],
            "origin_hashes": origin_content and origin_content.hashes,
            "attachments": row.attachments,
            "person": person,
            "attempts": 0,
            "attempted_at": "",
            "problems": "",
        }

    def unstage(self, connector: int, run_id: str) -> int:
        s = t.staged.c
        mine = (s.connector == connector) & (s.run_id == run_id) & (s.state == RowState.STAGED)
        with self._write() as conn:
            self._lock_connector(conn, connector)
            persons = conn.execute(select(s.person).where(mine, s.person.is_not(None))).scalars()
            held = list(persons)
            count = conn.execute(delete(t.staged).where(mine)).rowcount
            self._drop_strangers(conn, connector, held)
            return count

    def _drop_strangers(self, conn: Connection, connector: int, persons: Sequence[int]) -> None:
        """Forget those of these people who never reached a settled state."""
        e, p = t.emails.c, t.people.c
        for chunk in split_chunks(persons):
            query = select(p.person).where(
                p.connector == connector, p.person.in_(chunk), p.state.is_(None)
            )
            gone = list(conn.execute(query).scalars())
            conn.execute(delete(t.emails).where(e.connector == connector, e.person.in_(gone)))
            conn.execute(delete(t.people).where(p.connector == connector, p.person.in_(gone)))

    def staged(
        self, connector: int, run_id: str, *, after: int = 0, limit: int = 500
    ) -> Sequence[StagedRow]:
        s = t.staged.c
        query = (
            select(t.staged)
            .where(
                s.connector == connector,
                s.run_id == run_id,
                s.state == RowState.STAGED,
                s.seq > after,
            )
            .order_by(s.seq)
            .limit(limit)
        )
        with self._read() as conn:
            return [self._build_row(conn, line) for line in conn.execute(query)]

    def stranded(self, connector: int) -> Sequence[StagedRow]:
        """List rows still staged under a run that is over: proved absent after its end.

        The next run stages them anew when their source still has them.
        """
        s = t.staged.c
        over = select(t.runs.c.run_id).where(t.runs.c.state.in_(("preparing", "sending")))
        query = (
            select(t.staged)
            .where(s.connector == connector, s.state == RowState.STAGED, s.run_id.not_in(over))
            .order_by(s.seq)
        )
        with self._read() as conn:
            return [self._build_row(conn, line) for line in conn.execute(query)]

    def doubtful(self, connector: int) -> Sequence[StagedRow]:
        s = t.staged.c
        query = (
            select(t.staged)
            .where(s.connector == connector, s.state == RowState.IN_DOUBT)
            .order_by(s.attempted_at, s.seq)
        )
        with self._read() as conn:
            return [self._build_row(conn, line) for line in conn.execute(query)]

    def _build_row(self, conn: Connection, line: Row[Any]) -> StagedRow:
        origin = None
        if line.origin is not None:
            content = self._content(conn, line.origin_columns, line.origin_hashes)
            origin = (line.origin, content)
        return StagedRow(
            seq=line.seq,
            source=line.source,
            row=line.row,
            identity=line.identity,
            content=self._content(conn, line.columns, line.hashes),
            body=line.body,
            form=line.form,
            emails=tuple(split_hashes(line.emails)),
            key=line.key,
            origin=origin,
            attachments=line.attachments,
            state=RowState(line.state),
            attempts=line.attempts,
            run_id=line.run_id,
            attempted_at=line.attempted_at,
        )


def delete_rows(conn: Connection, connector: int, seqs: Sequence[int]) -> None:
    """Forget rows and their bodies."""
    if seqs:
        conn.execute(_DROP_ROW, [{"b_connector": connector, "b_seq": seq} for seq in seqs])


_DROP_ROW: Final = delete(t.staged).where(
    t.staged.c.connector == bindparam("b_connector"), t.staged.c.seq == bindparam("b_seq")
)


def split_hashes(joined: bytes) -> Iterator[bytes]:
    """Cut the e-mail hashes of a row apart."""
    for i in range(0, len(joined), IDENTITY_BYTES):
        yield joined[i : i + IDENTITY_BYTES]


def _contents(rows: Sequence[StagedRow]) -> Iterable[Content]:
    for row in rows:
        yield row.content
        if row.origin:
            yield row.origin[1]
