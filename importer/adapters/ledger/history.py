"""What changes from run to run: candidate schemas, identity columns, problems.

Lives here: comparing a run with the runs before it. Must never live here: judging what a
difference means. What a newcomer would question: of a problem only a keyed hash is kept,
since its value may be a person's e-mail; a resolved problem is told by code and column.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, insert, select, update

from importer.adapters.ledger import tables as t
from importer.adapters.ledger.store import Store
from importer.core.identity import IDENTITY_VERSION, problem_hash
from importer.core.memory import ProblemKey, ResolvedProblem, SeenSchema, TrackedProblems
from importer.errors import LedgerError


class History(Store):
    """The part of the ledger that knows what earlier runs saw."""

    # --- candidate schemas --------------------------------------------------------------------

    def remember_schema(self, connector: int, sha256: str, raw: str, at: str) -> SeenSchema | None:
        """Note an answer of the meta endpoint.

        Returns:
            The one before it, if that was a different one.
        """
        c = t.schemas.c
        mine = (c.connector == connector) & (c.sha256 == sha256)
        with self._write() as conn:
            self._lock_connector(conn, connector)
            latest = conn.execute(
                select(t.schemas).where(c.connector == connector).order_by(c.sighting.desc())
            ).first()
            sighting = latest.sighting + 1 if latest else 1
            seen = conn.execute(
                update(t.schemas).where(mine).values(last_seen=at, sighting=sighting)
            )
            if not seen.rowcount:
                conn.execute(
                    insert(t.schemas).values(
                        connector=connector,
                        sha256=sha256,
                        raw=raw,
                        first_seen=at,
                        last_seen=at,
                        sighting=sighting,
                        accepted=latest is None,
                    )
                )
        return _schema(latest) if latest and latest.sha256 != sha256 else None

    def latest_schema(self, connector: int) -> SeenSchema | None:
        """The answer that was seen last."""
        c = t.schemas.c
        query = select(t.schemas).where(c.connector == connector).order_by(c.sighting.desc())
        with self._read() as conn:
            line = conn.execute(query.limit(1)).first()
        return _schema(line) if line else None

    def schema_of_run(self, run_id: str) -> SeenSchema | None:
        """The answer that was in force in a run."""
        c, r = t.schemas.c, t.runs.c
        query = (
            select(t.schemas)
            .join_from(
                t.runs,
                t.schemas,
                (c.connector == r.connector) & (c.sha256 == r.schema_sha256),
            )
            .where(r.run_id == run_id)
        )
        with self._read() as conn:
            line = conn.execute(query).first()
        return _schema(line) if line else None

    def schemas(self, connector: int) -> list[SeenSchema]:
        """All different answers, the one that was seen last first."""
        c = t.schemas.c
        query = select(t.schemas).where(c.connector == connector).order_by(c.sighting.desc())
        with self._read() as conn:
            return [_schema(line) for line in conn.execute(query)]

    def mapping_at_schema(self, mapping: str, schema_sha256: str) -> str:
        """The mapping's sha256 when its first run met this schema; empty before such a run."""
        r = t.runs.c
        query = (
            select(r.mapping_sha256)
            .where(r.mapping == mapping, r.schema_sha256 == schema_sha256)
            .order_by(r.number)
            .limit(1)
        )
        with self._read() as conn:
            return conn.execute(query).scalar() or ""

    def accept_schema(self, connector: int, sha256: str) -> bool:
        """Note that a person has seen what changed; returns whether the answer is known."""
        c = t.schemas.c
        mine = (c.connector == connector) & (c.sha256 == sha256)
        with self._write() as conn:
            return conn.execute(update(t.schemas).where(mine).values(accepted=True)).rowcount == 1

    # --- identity columns ---------------------------------------------------------------------

    def guard_identity(self, mapping: str, columns: Sequence[str], *, accept: bool = False) -> None:
        """Make sure that a mapping still tells people apart by the same columns.

        Args:
            mapping: As the runs name it.
            columns: The mapping's `identity:`; empty for the first e-mail.
            accept: A person said so (`--accept-identity`): note the new columns.

        Raises:
            LedgerError: They changed, so that everybody would be new.
        """
        m = t.mappings.c
        text = json.dumps(list(columns), ensure_ascii=False)
        values = {"identity_columns": text, "identity_version": IDENTITY_VERSION}
        with self._write() as conn:
            before = conn.execute(select(t.mappings).where(m.mapping == mapping)).first()
            if before is None:
                conn.execute(insert(t.mappings).values(mapping=mapping, **values))
            elif (before.identity_columns, before.identity_version) != tuple(values.values()):
                if not accept:
                    raise LedgerError(
                        f"The mapping {mapping} told people apart by "
                        f"{_name_columns(before.identity_columns)} until now, and by "
                        f"{_name_columns(text)} from now on: everybody would be sent again.",
                        hint="Put `identity:` back as it was, or accept it with --accept-identity.",
                    )
                conn.execute(update(t.mappings).where(m.mapping == mapping).values(**values))

    # --- problems -----------------------------------------------------------------------------

    def track_problems(
        self,
        mapping: str,
        keys: Sequence[ProblemKey],
        run_id: str,
        at: str,
        *,
        is_final: bool = True,
    ) -> TrackedProblems:
        """Compare a run's problems with those of the runs before.

        Args:
            mapping: As the runs name it.
            keys: The grouped problems of this run.
            run_id: The run; told again under the same id, its new problems are still new.
            at: ISO time noted for new problems.
            is_final: Note the result; a check only looks.
        """
        c = t.problems.c
        hashes = {problem_hash(self._secret, k.code, k.column, k.value): k for k in keys}
        with self._write() if is_final else self._read() as conn:
            before = {
                line.problem: line
                for line in conn.execute(select(t.problems).where(c.mapping == mapping))
            }
            seen: dict[ProblemKey, tuple[str, bool]] = {}
            fresh = []
            for digest, key in hashes.items():
                line = before.get(digest)
                is_open = line is not None and line.is_open
                if line is not None and is_open:
                    seen[key] = (line.since, line.first_run == run_id)
                else:
                    seen[key] = (at, True)
                    fresh.append((digest, key))
            gone = [x for x in before.values() if x.is_open and x.problem not in hashes]
            resolved = [ResolvedProblem(x.code, x.column, x.since) for x in gone]
            if is_final:
                for line in gone:
                    mine = (c.mapping == mapping) & (c.problem == line.problem)
                    conn.execute(update(t.problems).where(mine).values(is_open=False))
                for digest, key in fresh:
                    mine = (c.mapping == mapping) & (c.problem == digest)
                    state = {"first_run": run_id, "since": at, "is_open": True}
                    if digest in before:
                        conn.execute(update(t.problems).where(mine).values(**state))
                    else:
                        conn.execute(
                            insert(t.problems).values(
                                mapping=mapping,
                                problem=digest,
                                code=key.code,
                                column=key.column,
                                **state,
                            )
                        )
        return TrackedProblems(seen, resolved)

    # --- which copy this is -------------------------------------------------------------------

    def generation(self) -> int:
        """How often this ledger was opened for a mapping."""
        with self._read() as conn:
            return int(conn.execute(select(t.meta.c.generation)).scalar_one())

    def advance_generation(self, seen: int) -> int:
        """Raise that count above itself and above `seen`; returns it."""
        with self._write() as conn:
            now = conn.execute(select(t.meta.c.generation).with_for_update()).scalar_one()
            count = max(int(now), seen) + 1
            conn.execute(update(t.meta).values(generation=count))
        return count


def _schema(line: Row[Any]) -> SeenSchema:
    return SeenSchema(line.sha256, line.raw, line.first_seen, line.last_seen, line.accepted)


def _name_columns(text: str) -> str:
    columns = json.loads(text)
    return ", ".join(columns) if columns else "the first e-mail"
