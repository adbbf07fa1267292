"""Copies of a ledger, and a ledger made anew from what runs left behind.

Lives here: `ledger backup` and the writing half of `ledger restore`. Must never live here:
reading a run folder. What a newcomer would question: restoring does not go through the
table of states. It brings together what several runs said of one person, and the saying
that most forbids sending wins, whatever order the folders come in.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, exists, func, insert, or_, select, update

from importer.adapters.ledger import tables as t
from importer.adapters.ledger.decisions import Decisions
from importer.adapters.ledger.files import publish_draft
from importer.adapters.ledger.people import Face
from importer.adapters.ledger.staging import delete_rows
from importer.adapters.ledger.store import split_chunks
from importer.core.memory import RestoredRow
from importer.core.ports import Remembered, RowState, StagedRow
from importer.errors import LedgerError, LedgerStopped

_STATES: Final = {
    "refused": RowState.REFUSED,
    "set_aside": RowState.SET_ASIDE,
    "in_doubt": RowState.IN_DOUBT,
    "already_in_ats": RowState.ALREADY_IN_ATS,
    "incomplete": RowState.INCOMPLETE,
    "created": RowState.CREATED,
    "unchanged": RowState.CREATED,
    "changed": RowState.CREATED,
}
"""Outcomes of a report that say something lasting; weakest first, where two disagree."""

_STRENGTH: Final = {
    RowState.STAGED: 0,
    RowState.REFUSED: 1,
    RowState.SET_ASIDE: 1,
    RowState.INTENDED: 2,
    RowState.IN_DOUBT: 2,
    RowState.ALREADY_IN_ATS: 3,
    RowState.INCOMPLETE: 4,
    RowState.CREATED: 5,
}


class Copies(Decisions):
    """The part of the ledger that copies and restores itself."""

    def backup(self, to_path: Path) -> None:
        """Copy the ledger as it is at one moment, while others may go on writing.

        Raises:
            LedgerError: Something is at `to_path` already, or this ledger is no file.
        """
        if self._engine.dialect.name != "sqlite":
            raise LedgerError(
                "A ledger in PostgreSQL is copied by PostgreSQL's own means.",
                hint="Use pg_dump with --schema=candidate_import.",
            )
        if to_path.exists():
            raise LedgerError(f"{to_path} is there already.", hint="Name a file that is not.")
        draft = to_path.with_name(f".{to_path.name}.{secrets.token_hex(6)}.new")
        try:
            draft.touch(mode=0o600)
            with self._engine.connect() as conn:
                source = conn.connection.driver_connection
                assert isinstance(source, sqlite3.Connection)
                target = sqlite3.connect(draft)
                try:
                    source.backup(target)
                    target.execute("PRAGMA journal_mode=DELETE")
                finally:
                    target.close()
            is_published = publish_draft(draft, to_path)
        except (OSError, sqlite3.Error) as error:
            raise LedgerStopped(
                f"The copy {to_path} could not be written ({error}).",
                hint="Check the folder and the space left on the disk.",
            ) from error
        finally:
            draft.unlink(missing_ok=True)
        if not is_published:
            raise LedgerError(f"{to_path} is there already.", hint="Name a file that is not.")

    def verify(self) -> list[str]:
        """Look for what does not fit together; returns a sentence for each kind, none is well."""
        p, s, i = t.people.c, t.staged.c, t.identities.c
        person = exists().where(p.connector == s.connector, p.person == s.person)
        face = exists().where(i.connector == p.connector, i.person == p.person)
        kinds = (
            (
                "settled people without an identity",
                select(p.person).where(p.state.is_not(None), ~face),
            ),
            (
                "rows in doubt without a person or a body",
                select(s.seq).where(s.state == RowState.IN_DOUBT, or_(~person, s.body == "")),
            ),
        )
        found = []
        with self._read() as conn:
            if conn.dialect.name == "sqlite":
                for pragma in ("integrity_check(20)", "foreign_key_check"):
                    lines = conn.exec_driver_sql(f"PRAGMA {pragma}").all()
                    wrong = [line for line in lines if line[0] != "ok"]
                    if wrong and pragma == "foreign_key_check":
                        found.append(f"FOREIGN KEY: {len(wrong)} lines point to nothing")
                    else:
                        found += [str(line[0]) for line in wrong]
            for what, query in kinds:
                count = conn.execute(select(func.count()).select_from(query.subquery())).scalar()
                if count:
                    found.append(f"{count} {what}")
        return found

    def restore_from_results(
        self, connector: int, run_id: str, rows: Iterable[RestoredRow]
    ) -> dict[RowState, int]:
        """Take in what run folders say of people, oldest folder first.

        What the ledger knows already gives way only to something that forbids sending more
        strongly, so that an older copy can be brought up to date the same way.

        Args:
            connector: The connector's number.
            run_id: The run under which all of it is noted.
            rows: Hashed with this ledger's secret. Outcomes that say nothing lasting
                (`rejected`, `not_sent` …) are passed over.

        Returns:
            How many people were taken in, by state.
        """
        best: dict[bytes, RestoredRow] = {}
        for row in rows:
            if row.outcome in _STATES:
                old = best.get(row.identity)
                if old is None or _strength(row) >= _strength(old):
                    best[row.identity] = row
        known = self.recall(connector, list(best))
        taken = [row for row in best.values() if _is_stronger(row, known.get(row.identity))]
        self._remember_sets(row.content for row in taken)
        counts: dict[RowState, int] = {}
        with self._write() as conn:
            self._lock_connector(conn, connector)
            self._put_restored(conn, connector, run_id, taken)
        for row in taken:
            state = _STATES[row.outcome]
            counts[state] = counts.get(state, 0) + 1
        return counts

    def _put_restored(
        self, conn: Connection, connector: int, run_id: str, rows: Sequence[RestoredRow]
    ) -> None:
        p = t.people.c
        identities = [row.identity for row in rows]
        self._drop_waiting(conn, connector, identities)
        persons = self._persons_of(conn, connector, identities)
        nobody = [i for i in identities if i not in persons]
        made = self._add_people(conn, connector, len(nobody))
        persons.update(zip(nobody, made, strict=True))
        settled = [row for row in rows if _STATES[row.outcome] is not RowState.IN_DOUBT]
        doubtful = [row for row in rows if _STATES[row.outcome] is RowState.IN_DOUBT]
        faces: list[tuple[int, Face]] = []
        for row in settled:
            faces.append((persons[row.identity], (row.identity, row.content, None)))
            conn.execute(
                update(t.people)
                .where(p.connector == connector, p.person == persons[row.identity])
                .values(
                    state=_STATES[row.outcome].value,
                    candidate_id=row.candidate_id,
                    run_id=run_id,
                )
            )
        self._put_faces(conn, connector, faces)
        first = self._take_numbers(conn, connector, "next_seq", len(doubtful))
        values = []
        for seq, row in enumerate(doubtful, first):
            staged = StagedRow(
                seq, row.source, row.row, row.identity, row.content, row.body, row.form, row.emails
            )
            value = self._staged_values(connector, run_id, staged, persons[row.identity], iter(()))
            values.append({**value, "state": RowState.IN_DOUBT.value, "attempts": 1})
        if values:
            conn.execute(insert(t.staged), values)
        self._put_emails(
            conn,
            connector,
            [(email, persons[row.identity]) for row in rows for email in row.emails],
        )

    def _drop_waiting(self, conn: Connection, connector: int, identities: Sequence[bytes]) -> None:
        s = t.staged.c
        for chunk in split_chunks(identities):
            query = select(s.seq).where(s.connector == connector, s.identity.in_(chunk))
            delete_rows(conn, connector, list(conn.execute(query).scalars()))


def _strength(row: RestoredRow) -> int:
    return _STRENGTH[_STATES[row.outcome]]


def _is_stronger(row: RestoredRow, known: Remembered | None) -> bool:
    return known is None or _strength(row) > _STRENGTH[known.state]
