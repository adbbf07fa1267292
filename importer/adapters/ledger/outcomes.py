"""Attempts and what they came to: intent, outcome, doubt.

Lives here: the transactions that make sending safe. Must never live here: a decision what
an answer means. What a newcomer would question: every step is checked against the table
of `core/states.py` inside the transaction that takes it, and a step that is not in the
table fails the whole transaction: better a row in doubt than a row sent twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Row,
    Table,
    Update,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from importer.adapters.ledger import tables as t
from importer.adapters.ledger.locks import require_fence
from importer.adapters.ledger.people import Face, dump_problems
from importer.adapters.ledger.staging import Staging, delete_rows, split_hashes
from importer.adapters.ledger.store import split_chunks
from importer.core.file_sending import parse_files
from importer.core.ports import RowState, Settlement
from importer.core.redaction import redact_problems
from importer.core.states import SETTLED, require_event
from importer.errors import LedgerError

_HAS_CANDIDATE = (RowState.CREATED, RowState.INCOMPLETE)


class Outcomes(Staging):
    """The part of the ledger that knows attempts."""

    def record_intents(
        self, connector: int, run_id: str, seqs: Sequence[int], fence: int, at: str
    ) -> None:
        if not seqs:
            return
        with self._write() as conn:
            line = self._lock_connector(conn, connector)
            require_fence(line.fence, fence, line.lock_holder)
            rows = _rows_of(conn, connector, seqs)
            for row in rows:
                require_event(RowState(row.state), RowState.INTENDED)
            conn.execute(_INTEND, [{"b_connector": connector, "b_seq": seq} for seq in seqs])
            conn.execute(
                _ADD_ATTEMPT,
                [
                    {
                        "connector": connector,
                        "seq": row.seq,
                        "number": row.attempts + 1,
                        "run_id": run_id,
                        "fence": fence,
                        "intent_at": at,
                    }
                    for row in rows
                ],
            )

    def record_outcomes(self, connector: int, run_id: str, rows: Sequence[Settlement]) -> None:
        if not rows:
            return
        if any(x.state is RowState.INTENDED for x in rows):
            raise LedgerError("An intent is no outcome.", hint="Report it as a bug.")
        with self._write() as conn:
            self._lock_connector(conn, connector)
            self._settle(conn, connector, run_id, rows)

    def recover(self, connector: int, at: str = "") -> int:
        """Turn every intent without an outcome into in doubt.

        Args:
            connector: Whose lock the caller holds.
            at: ISO time by the server's clock, as an upper end of whatever those requests did;
                without one this machine's time is taken. Earlier would let a sync that began
                before a late request prove that request's candidate absent.

        Returns:
            How many there were.
        """
        s = t.staged.c
        at = at or datetime.now(UTC).isoformat(timespec="seconds")
        lost = (s.connector == connector) & (s.state == RowState.INTENDED)
        with self._write() as conn:
            self._lock_connector(conn, connector)
            rows = conn.execute(select(t.staged).where(lost)).all()
            if not rows:
                return 0
            self._settle(
                conn,
                connector,
                "",
                [Settlement(row.seq, RowState.IN_DOUBT, attempted_at=at) for row in rows],
                result="no outcome recorded",
            )
            return len(rows)

    def _settle(
        self,
        conn: Connection,
        connector: int,
        run_id: str,
        settlements: Sequence[Settlement],
        result: str = "",
    ) -> None:
        """Take every step of a batch; the connector's line is locked."""
        rows = {row.seq: row for row in _rows_of(conn, connector, [x.seq for x in settlements])}
        for x in settlements:
            require_event(RowState(rows[x.seq].state), x.state)
        needing = [rows[x.seq] for x in settlements if x.state != RowState.STAGED]
        persons = self._persons_for(conn, connector, needing)
        problems = {x.seq: _stored_problems(x, rows[x.seq].body) for x in settlements}
        waiting = [x for x in settlements if x.state not in SETTLED]
        done = [x for x in settlements if x.state in SETTLED]
        if waiting:
            conn.execute(
                _UPDATE_WAITING,
                [
                    {
                        "b_connector": connector,
                        "b_seq": x.seq,
                        "state": x.state.value,
                        "attempted_at": x.attempted_at or rows[x.seq].attempted_at,
                        "problems": problems[x.seq],
                        "person": persons.get(x.seq, rows[x.seq].person),
                    }
                    for x in waiting
                ],
            )
        self._put_emails(conn, connector, _emails_of(needing, persons))
        self._close_attempts(conn, connector, settlements, rows, result)
        if done:
            self._settle_people(conn, connector, run_id, done, rows, persons, problems)

    def _settle_people(
        self,
        conn: Connection,
        connector: int,
        run_id: str,
        done: Sequence[Settlement],
        rows: dict[int, Row[Any]],
        persons: dict[int, int],
        problems: dict[int, str],
    ) -> None:
        run = conn.execute(_RUN, {"b_run": run_id}).first()
        conn.execute(
            _UPDATE_PERSON,
            [
                {
                    "b_connector": connector,
                    "b_person": persons[x.seq],
                    "state": x.state.value,
                    "candidate_id": x.candidate_id,
                    "run_id": run_id,
                    "mapping_sha256": run.mapping_sha256 if run else "",
                    "schema_sha256": run.schema_sha256 if run else "",
                    "problems": problems[x.seq],
                    "attempted_at": x.attempted_at or rows[x.seq].attempted_at,
                }
                for x in done
            ],
        )
        faces: list[tuple[int, Face]] = []
        for x in done:
            row = rows[x.seq]
            content = self._content(conn, row.columns, row.hashes)
            own: Face = (row.identity, content, None)
            if row.origin is not None:
                original = self._content(conn, row.origin_columns, row.origin_hashes)
                if row.origin == row.identity:
                    own = (row.identity, original, content)
                elif x.state != RowState.REFUSED:
                    faces.append((persons[x.seq], (row.origin, original, None)))
            faces.append((persons[x.seq], own))
        self._put_faces(conn, connector, faces)
        _note_files(conn, connector, done, rows, persons)
        delete_rows(conn, connector, [x.seq for x in done])
        created = sum(x.state in _HAS_CANDIDATE for x in done)
        if created:
            conn.execute(_COUNT_CREATED, {"b_run": run_id, "b_created": created})

    def _persons_for(
        self, conn: Connection, connector: int, rows: Sequence[Row[Any]]
    ) -> dict[int, int]:
        """Give every row its person, made where nobody is known; returns seq to person."""
        unknown = [row for row in rows if row.person is None]
        known = self._persons_of(
            conn,
            connector,
            [i for row in unknown for i in (row.identity, row.origin) if i is not None],
        )
        persons = {row.seq: row.person for row in rows if row.person is not None}
        nobody = []
        for row in unknown:
            person = known.get(row.identity)
            if person is None and row.origin is not None:
                person = known.get(row.origin)
            if person is None:
                nobody.append(row)
            else:
                persons[row.seq] = person
        new = self._add_people(conn, connector, len(nobody))
        persons.update({row.seq: n for row, n in zip(nobody, new, strict=True)})
        return persons

    def _close_attempts(
        self,
        conn: Connection,
        connector: int,
        settlements: Sequence[Settlement],
        rows: dict[int, Row[Any]],
        result: str,
    ) -> None:
        conn.execute(
            _CLOSE_ATTEMPT,
            [
                {
                    "b_connector": connector,
                    "b_seq": x.seq,
                    "b_number": rows[x.seq].attempts,
                    "ended_at": x.attempted_at,
                    "result": result or x.state.value,
                    "status": x.status,
                }
                for x in settlements
            ],
        )


def _update_of(table: Table, keys: Sequence[str], names: Sequence[str]) -> Update:
    where = [table.c[key] == bindparam(f"b_{key}") for key in keys]
    return update(table).where(*where).values({name: bindparam(name) for name in names})


_UPDATE_WAITING = _update_of(
    t.staged, ("connector", "seq"), ("state", "attempted_at", "problems", "person")
)
_UPDATE_PERSON = _update_of(
    t.people,
    ("connector", "person"),
    (
        "state",
        "candidate_id",
        "run_id",
        "mapping_sha256",
        "schema_sha256",
        "problems",
        "attempted_at",
    ),
)
_CLOSE_ATTEMPT = _update_of(
    t.attempts, ("connector", "seq", "number"), ("ended_at", "result", "status")
)


_ADD_ATTEMPT: Final = insert(t.attempts)
_INTEND: Final = (
    update(t.staged)
    .where(t.staged.c.connector == bindparam("b_connector"), t.staged.c.seq == bindparam("b_seq"))
    .values(state=RowState.INTENDED.value, attempts=t.staged.c.attempts + 1)
)
_ROWS: Final = select(t.staged).where(
    t.staged.c.connector == bindparam("b_connector"),
    t.staged.c.seq.in_(bindparam("b_values", expanding=True)),
)
_RUN: Final = select(t.runs.c.mapping_sha256, t.runs.c.schema_sha256).where(
    t.runs.c.run_id == bindparam("b_run")
)
_COUNT_CREATED: Final = (
    update(t.runs)
    .where(t.runs.c.run_id == bindparam("b_run"))
    .values(created=t.runs.c.created + bindparam("b_created"))
)


def _rows_of(conn: Connection, connector: int, seqs: Sequence[int]) -> list[Row[Any]]:
    rows: list[Row[Any]] = []
    for chunk in split_chunks(list(seqs)):
        rows += conn.execute(_ROWS, {"b_connector": connector, "b_values": chunk}).all()
    if len(rows) != len(seqs) or len(set(seqs)) != len(seqs):
        raise LedgerError(
            "A row was to be settled that is not on its way: it was settled before.",
            hint="Nothing was stored. Run again.",
        )
    return rows


def _note_files(
    conn: Connection,
    connector: int,
    done: Sequence[Settlement],
    rows: dict[int, Row[Any]],
    persons: dict[int, int],
) -> None:
    """Keep which files still have to go, in the transaction that forgets the row."""
    files = [
        {
            "connector": connector,
            "person": persons[x.seq],
            "name": name,
            "sha256": "",
            "detail": detail,
            "state": "pending",
            "problem": "",
        }
        for x in done
        if x.state is RowState.INCOMPLETE
        for name, detail in parse_files(rows[x.seq].attachments)
    ]
    if files:
        a = t.attachments.c
        for file in files:
            own = (a.connector == connector) & (a.person == file["person"])
            conn.execute(delete(t.attachments).where(own, a.name == file["name"]))
        conn.execute(insert(t.attachments), files)


def _emails_of(rows: Sequence[Row[Any]], persons: dict[int, int]) -> Iterable[tuple[bytes, int]]:
    for row in rows:
        for email in split_hashes(row.emails):
            yield email, persons[row.seq]


def _stored_problems(x: Settlement, body: str) -> str:
    return dump_problems(redact_problems(x.problems, body))
