"""Runs and connectors: who was reached, when, with what, and where a run stands.

Lives here: the history that `runs`, `status` and the guards read. Must never live here:
rows or people, other than counts of them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from importer.adapters.ledger import tables as t
from importer.adapters.ledger.store import Store
from importer.core.memory import LedgerFigures
from importer.core.ports import RowState, RunRecord
from importer.errors import LedgerError

_OPEN = ("preparing", "sending")


class Runs(Store):
    """The part of the ledger that knows runs."""

    def connector_ref(self, base_url: str, connector_id: str, slug: str = "") -> int:
        """Find or make a connector's number; a new slug replaces the old one."""
        base_url = base_url.rstrip("/")
        c = t.connectors.c
        query = select(c.id, c.slug).where(c.base_url == base_url, c.connector_id == connector_id)
        with self._read() as conn:
            line = conn.execute(query).first()
        if line is not None and slug in ("", line.slug):
            return int(line.id)
        with self._write() as conn:
            conn.execute(select(t.meta.c.ledger_id).with_for_update())
            line = conn.execute(query).first()
            if line is not None:
                conn.execute(update(t.connectors).where(c.id == line.id).values(slug=slug))
                return int(line.id)
            number: int = conn.execute(select(func.coalesce(func.max(c.id), 0) + 1)).scalar_one()
            conn.execute(
                insert(t.connectors).values(
                    id=number, base_url=base_url, connector_id=connector_id, slug=slug
                )
            )
            return number

    def begin_run(self, run: RunRecord) -> None:
        """Note a new run.

        Raises:
            LedgerError: A run of this id is known already.
        """
        with self._write() as conn:
            conn.execute(select(t.meta.c.ledger_id).with_for_update())
            if conn.execute(select(t.runs.c.number).where(t.runs.c.run_id == run.run_id)).first():
                raise LedgerError(
                    f"The ledger already holds a run {run.run_id}.", hint="Run again."
                )
            number = conn.execute(select(func.coalesce(func.max(t.runs.c.number), 0))).scalar_one()
            conn.execute(
                insert(t.runs).values(
                    run_id=run.run_id,
                    number=number + 1,
                    command=run.command,
                    connector=run.connector,
                    mapping=run.mapping,
                    mapping_sha256=run.mapping_sha256,
                    schema_sha256=run.schema_sha256,
                    started_at=run.started_at,
                    finished_at=run.finished_at,
                    state=run.state,
                    exit_code=run.exit_code,
                    sources=_dump_sources(run),
                    folder=run.folder,
                    summary=run.summary,
                )
            )

    def set_run_state(self, run_id: str, state: str) -> None:
        self._update_run(run_id, state=state)

    def finish_run(self, run_id: str, finished_at: str, exit_code: int, summary: str) -> None:
        """Note a run's end, and empty the write-ahead log of what rows had in it."""
        self._update_run(
            run_id, state="finished", finished_at=finished_at, exit_code=exit_code, summary=summary
        )
        self._empty_log()

    def describe_run(self, run: RunRecord) -> None:
        """Note what a run turned out to be made of, once its sources are read."""
        self._update_run(
            run.run_id,
            mapping_sha256=run.mapping_sha256,
            schema_sha256=run.schema_sha256,
            sources=_dump_sources(run),
            folder=run.folder,
        )

    def note_run(self, run_id: str, summary: str) -> None:
        """Note how far an interrupted run came; it stays unfinished."""
        self._update_run(run_id, summary=summary)

    def _update_run(self, run_id: str, **values: object) -> None:
        with self._write() as conn:
            done = conn.execute(update(t.runs).where(t.runs.c.run_id == run_id).values(**values))
            if done.rowcount != 1:
                raise LedgerError(f"The ledger holds no run {run_id}.")

    def unfinished_run(self, connector: int, mapping: str) -> RunRecord | None:
        """Find the latest run of a mapping that neither finished nor was given up."""
        c = t.runs.c
        query = (
            select(t.runs)
            .where(c.connector == connector, c.mapping == mapping, c.command == "run")
            .where(c.state.in_(_OPEN))
            .order_by(c.number.desc())
            .limit(1)
        )
        with self._read() as conn:
            line = conn.execute(query).first()
        return None if line is None else _record(line)

    def runs(self, mapping: str | None = None, limit: int = 50) -> Sequence[RunRecord]:
        """List the latest runs, newest first."""
        query = select(t.runs).order_by(t.runs.c.number.desc()).limit(limit)
        if mapping is not None:
            query = query.where(t.runs.c.mapping == mapping)
        with self._read() as conn:
            return [_record(line) for line in conn.execute(query)]

    def run(self, run_id: str) -> RunRecord | None:
        with self._read() as conn:
            line = conn.execute(select(t.runs).where(t.runs.c.run_id == run_id)).first()
        return None if line is None else _record(line)

    def last_creates(self, mapping: str, n: int = 10) -> Sequence[int]:
        """How many candidates each of the last finished runs of a mapping created, newest first."""
        c = t.runs.c
        query = (
            select(c.created)
            .where(c.mapping == mapping, c.command == "run", c.state == "finished")
            .order_by(c.number.desc())
            .limit(n)
        )
        with self._read() as conn:
            return [int(count) for count in conn.execute(query).scalars()]

    def figures(self, connector: int, run_id: str | None = None) -> LedgerFigures:
        """Count where everybody stands, on a connector or in one run; never waits for writers."""
        s, p = t.staged.c, t.people.c
        waiting = select(s.state, func.count()).where(s.connector == connector).group_by(s.state)
        settled = (
            select(p.state, func.count())
            .where(p.connector == connector, p.state.is_not(None))
            .group_by(p.state)
        )
        if run_id is not None:
            waiting = waiting.where(s.run_id == run_id)
            settled = settled.where(p.run_id == run_id)
        else:
            held = select(s.person).where(s.connector == connector, s.person.is_not(None))
            settled = settled.where(p.person.not_in(held))
        with self._read() as conn:
            return LedgerFigures(
                {RowState(state): n for state, n in conn.execute(waiting)},
                {RowState(state): n for state, n in conn.execute(settled)},
            )

    def forget_runs(self, older_than: str) -> Sequence[RunRecord]:
        """Forget what finished runs that started before an ISO time were made of.

        Times, counts and hashes stay, and people stay as they are; names of files, folders
        and single attempts go.

        Returns:
            The runs as they were, so that their folders can go too; those that were forgotten
            before are left out.
        """
        c = t.runs.c
        old = (c.started_at < older_than) & c.state.not_in(_OPEN) & (c.folder != "")
        with self._write() as conn:
            gone = [_record(line) for line in conn.execute(select(t.runs).where(old))]
            ids = [run.run_id for run in gone]
            waiting = set(conn.execute(select(t.staged.c.run_id).distinct()).scalars())
            for run in gone:
                bare = replace(
                    run, sources=[("", "", sha, rows) for _, _, sha, rows in run.sources]
                )
                kept = {"folder": "", "sources": _dump_sources(bare)}
                conn.execute(update(t.runs).where(c.run_id == run.run_id).values(**kept))
            for run_id in ids:
                if run_id not in waiting:
                    conn.execute(delete(t.attempts).where(t.attempts.c.run_id == run_id))
        self._empty_log()
        return gone


def _dump_sources(run: RunRecord) -> str:
    return json.dumps([list(source) for source in run.sources], ensure_ascii=False)


def _record(line: Row[Any]) -> RunRecord:
    return RunRecord(
        run_id=line.run_id,
        command=line.command,
        connector=line.connector,
        mapping=line.mapping,
        mapping_sha256=line.mapping_sha256,
        schema_sha256=line.schema_sha256,
        started_at=line.started_at,
        finished_at=line.finished_at,
        state=line.state,
        exit_code=line.exit_code,
        sources=tuple((s[0], s[1], s[2], s[3]) for s in json.loads(line.sources)),
        folder=line.folder,
        summary=line.summary,
    )
