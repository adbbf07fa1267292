"""What the ATS was seen to hold: its people, by hashes, and its names of things.

Lives here: two caches and how far they can be trusted. Must never live here: people of ours
(`people`). What a newcomer would question: names of people who work in the ATS are hashed
like candidates' e-mails; names of jobs and stages are kept plain, because a near miss is
answered with the nearest of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, func, insert, select, update

from importer.adapters.ledger import tables as t
from importer.adapters.ledger.store import Store, split_chunks
from importer.core.identity import email_hash
from importer.core.memory import IndexState, KnownPerson

_NAMES_PEOPLE = "remote-users."


class Index(Store):
    """The part of the ledger that knows what the ATS holds."""

    # --- people -------------------------------------------------------------------------------

    def remember_people(
        self,
        connector: int,
        people: Sequence[KnownPerson],
        *,
        complete: bool,
        at: str,
        synced_at: str = "",
    ) -> None:
        """Take in a page of people.

        Args:
            connector: The connector's number.
            people: New ones, or known ones as they are now.
            complete: This page is the last of a scan, or of a refresh since the watermark,
                that can be trusted: the watermark moves up to the latest change known.
            at: ISO time of the page by the server's clock.
            synced_at: ISO time at which the synchronisation began that the scan saw; the
                watermark is no earlier, since nothing from before can still appear.
        """
        latest = {person.candidate_id: person for person in people}
        with self._write() as conn:
            self._lock_connector(conn, connector)
            self._drop_known(conn, connector, list(latest))
            if latest:
                conn.execute(
                    insert(t.known_people),
                    [
                        {
                            "connector": connector,
                            "candidate_id": p.candidate_id,
                            "name": p.name,
                            "modified_at": p.modified_at,
                        }
                        for p in latest.values()
                    ],
                )
            pairs = sorted({(e, p.candidate_id) for p in latest.values() for e in p.emails})
            if pairs:
                conn.execute(
                    insert(t.known_emails),
                    [{"connector": connector, "email": e, "candidate_id": i} for e, i in pairs],
                )
            if complete:
                p = t.known_people.c
                newest = select(func.max(p.modified_at)).where(p.connector == connector)
                conn.execute(
                    update(t.connectors)
                    .where(t.connectors.c.id == connector)
                    .values(
                        watermark=max(conn.execute(newest).scalar() or "", synced_at),
                        is_complete=True,
                        scanned_at=at,
                    )
                )

    def _drop_known(self, conn: Connection, connector: int, ids: Sequence[str]) -> None:
        p, e = t.known_people.c, t.known_emails.c
        for chunk in split_chunks(ids):
            conn.execute(
                delete(t.known_emails).where(e.connector == connector, e.candidate_id.in_(chunk))
            )
            conn.execute(
                delete(t.known_people).where(p.connector == connector, p.candidate_id.in_(chunk))
            )

    def find_people(
        self, connector: int, emails: Sequence[bytes]
    ) -> dict[bytes, list[KnownPerson]]:
        """Find who has any of these e-mails; those that nobody has are absent."""
        p, e = t.known_people.c, t.known_emails.c
        found: dict[bytes, list[KnownPerson]] = {}
        with self._read() as conn:
            for chunk in split_chunks(list(dict.fromkeys(emails))):
                query = (
                    select(e.email, p.candidate_id, p.name, p.modified_at)
                    .join_from(
                        t.known_emails,
                        t.known_people,
                        (p.connector == e.connector) & (p.candidate_id == e.candidate_id),
                    )
                    .where(e.connector == connector, e.email.in_(chunk))
                    .order_by(p.candidate_id)
                )
                for email, candidate_id, name, modified_at in conn.execute(query):
                    person = KnownPerson(candidate_id, (email,), name, modified_at)
                    found.setdefault(email, []).append(person)
        return found

    def people_index(self, connector: int) -> IndexState:
        """How far the index of people goes."""
        c, p = t.connectors.c, t.known_people.c
        with self._read() as conn:
            line = conn.execute(
                select(c.watermark, c.is_complete, c.scanned_at).where(c.id == connector)
            ).one()
            people = conn.execute(select(func.count()).where(p.connector == connector)).scalar_one()
        return IndexState(line.watermark, line.is_complete, line.scanned_at, people)

    def forget_people(self, connector: int, candidate_ids: Sequence[str] | None = None) -> None:
        """Take people out of the index: these, or everybody, whereupon a scan starts anew."""
        with self._write() as conn:
            self._lock_connector(conn, connector)
            if candidate_ids is not None:
                self._drop_known(conn, connector, candidate_ids)
                return
            for table in (t.known_emails, t.known_people):
                conn.execute(delete(table).where(table.c.connector == connector))
            conn.execute(
                update(t.connectors)
                .where(t.connectors.c.id == connector)
                .values(watermark="", is_complete=False, scanned_at="")
            )

    # --- names to ids -------------------------------------------------------------------------

    def remember_lookups(
        self, connector: int, kind: str, entries: Mapping[str, Sequence[str]], at: str
    ) -> None:
        """Replace what is known of one list.

        Args:
            connector: The connector's number.
            kind: `jobs.code`, `remote-users.email` …
            entries: Folded name to ids; several ids make the name ambiguous.
            at: ISO time of the reading.
        """
        c = t.lookups.c
        is_plain = not kind.startswith(_NAMES_PEOPLE)
        with self._write() as conn:
            self._lock_connector(conn, connector)
            conn.execute(delete(t.lookups).where(c.connector == connector, c.kind == kind))
            lines = {
                email_hash(self._secret, name): {
                    "connector": connector,
                    "kind": kind,
                    "name": email_hash(self._secret, name),
                    "plain": name if is_plain else "",
                    "ids": json.dumps(list(ids)),
                    "seen_at": at,
                }
                for name, ids in entries.items()
            }
            if lines:
                conn.execute(insert(t.lookups), list(lines.values()))

    def lookups(self, connector: int, kind: str) -> dict[str, tuple[str, ...]]:
        """Everything known of one list whose names are kept plain; empty for others."""
        c = t.lookups.c
        query = select(c.plain, c.ids).where(
            c.connector == connector, c.kind == kind, c.plain != ""
        )
        with self._read() as conn:
            return {name: tuple(json.loads(ids)) for name, ids in conn.execute(query)}

    def find_lookups(
        self, connector: int, kind: str, names: Iterable[str]
    ) -> dict[str, tuple[str, ...]]:
        """Look these folded names up in any list; unknown ones are absent."""
        c = t.lookups.c
        wanted = {email_hash(self._secret, name): name for name in names}
        found: dict[str, tuple[str, ...]] = {}
        with self._read() as conn:
            for chunk in split_chunks(list(wanted)):
                query = select(c.name, c.ids).where(
                    c.connector == connector, c.kind == kind, c.name.in_(chunk)
                )
                for digest, ids in conn.execute(query):
                    found[wanted[digest]] = tuple(json.loads(ids))
        return found
