"""One open ledger: its transactions, and what goes wrong in them in plain words.

Lives here: the way in and out of the database for every other module of this package.
Must never live here: what a table means. What a newcomer would question: writers take the
write lock at the start of a transaction, not at the first write, so that whatever they
read (a fence, a state) still holds when they commit.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from importer.adapters.ledger import tables as t
from importer.core.ports import Content
from importer.errors import LedgerError, LedgerStopped

T = TypeVar("T")

IN_CHUNK: Final = 5_000
"""Values asked for in one statement; SQLite takes 32,766, PostgreSQL 65,535."""

_CAUSES: Final = {
    sqlite3.SQLITE_FULL: ("the disk is full", "Free some space, then run again."),
    sqlite3.SQLITE_IOERR: ("the disk could not be written", "Check the disk, then run again."),
    sqlite3.SQLITE_BUSY: ("another program keeps it locked", "Run again when that one is done."),
    sqlite3.SQLITE_LOCKED: ("another program keeps it locked", "Run again when that one is done."),
    sqlite3.SQLITE_READONLY: ("it may not be written", "Allow writing to the file and its folder."),
    sqlite3.SQLITE_CANTOPEN: ("its file cannot be opened", "Check the folder and its permissions."),
}
_TORN: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def split_chunks(items: Sequence[T], size: int = IN_CHUNK) -> Iterator[Sequence[T]]:
    """Cut a sequence into pieces of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


class Store:
    """An open database with the ledger's tables in it.

    Args:
        engine: With transactions as `engines` sets them up.
        shown: The place as messages name it, without a password.
    """

    def __init__(self, engine: Engine, shown: str) -> None:
        self._engine = engine
        self._shown = shown
        self._set_ids: dict[tuple[str, ...], int] = {}
        self._set_names: dict[int, tuple[str, ...]] = {}
        with self._read() as conn:
            line = conn.execute(select(t.meta.c.ledger_id, t.meta.c.secret)).one()
        self._ledger_id: str = line.ledger_id
        self._secret: bytes = line.secret

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        """Open a transaction that only reads; it sees one moment of the ledger."""
        with translated_errors(self._shown), self._engine.connect() as conn, conn.begin():
            yield conn

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        """Open a transaction that writes; it is durable when the block has ended."""
        with translated_errors(self._shown), self._engine.connect() as raw:
            conn = raw.execution_options(ledger_writes=True)
            with conn.begin():
                yield conn

    def _empty_log(self) -> None:
        """Move the write-ahead log into the file; readers and a full disk only delay it."""
        if self._engine.dialect.name != "sqlite":
            return
        with self._engine.connect() as conn:
            raw = conn.connection.driver_connection
            try:
                if raw is not None:
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.OperationalError:  # the log holds everything; the next run moves it
                return

    def _lock_connector(self, conn: Connection, connector: int) -> Row[Any]:
        """Read a connector's line and keep other writers off it until the transaction ends."""
        line = conn.execute(_CONNECTOR, {"b_id": connector}).first()
        if line is None:
            raise LedgerError("The ledger does not know this connector.", hint="Run again.")
        return line

    def _take_numbers(self, conn: Connection, connector: int, counter: str, count: int) -> int:
        """Reserve numbers of a connector's counter, whose line is locked; returns the first."""
        read, write = _COUNTERS[counter]
        first: int = conn.execute(read, {"b_id": connector}).scalar_one()
        conn.execute(write, {"b_id": connector, "b_next": first + count})
        return first

    # --- the columns that a content was hashed over --------------------------------------

    def _remember_sets(self, contents: Iterable[Content]) -> None:
        """Make sure that each set of columns has a number, before the transaction that uses it."""
        names = {c.columns for c in contents} - self._set_ids.keys()
        if not names:
            return
        with self._write() as conn:
            conn.execute(select(t.meta.c.ledger_id).with_for_update())
            known = {tuple(json.loads(n)): i for i, n in conn.execute(_ALL_SETS)}
            number = conn.execute(
                select(func.coalesce(func.max(t.column_sets.c.id), 0))
            ).scalar_one()
            for columns in sorted(names - known.keys()):
                number += 1
                known[columns] = number
                text = json.dumps(columns, ensure_ascii=False)
                conn.execute(insert(t.column_sets).values(id=number, names=text))
        self._learn_sets(known)

    def _learn_sets(self, known: dict[tuple[str, ...], int]) -> None:
        self._set_ids.update(known)
        self._set_names.update({number: names for names, number in known.items()})

    def _content(self, conn: Connection, columns: int, hashes: bytes) -> Content:
        """Build a content from what a row of the database holds."""
        names = self._set_names.get(columns)
        if names is None:
            self._learn_sets({tuple(json.loads(n)): i for i, n in conn.execute(_ALL_SETS)})
            names = self._set_names[columns]
        return Content(names, hashes)


_ALL_SETS: Final = select(t.column_sets.c.id, t.column_sets.c.names)

# Statements of every row are built once: building one takes longer than SQLite's work on it.
_IS_OURS: Final = t.connectors.c.id == bindparam("b_id")
_CONNECTOR: Final = select(t.connectors).where(_IS_OURS).with_for_update()
_COUNTERS: Final = {
    name: (
        select(t.connectors.c[name]).where(_IS_OURS),
        update(t.connectors).where(_IS_OURS).values({name: bindparam("b_next")}),
    )
    for name in ("next_seq", "next_person")
}


@contextmanager
def translated_errors(shown: str) -> Iterator[None]:
    """Turn the database's errors into ours; none of them carries a value of a row."""
    try:
        yield
    except SQLAlchemyError as error:
        raise _translate(error, shown) from error


def _translate(error: SQLAlchemyError, shown: str) -> LedgerError:
    cause = error.orig if isinstance(error, DBAPIError) else None
    code = getattr(cause, "sqlite_errorcode", None)
    primary = code & 0xFF if isinstance(code, int) else None
    if primary in _TORN:
        return LedgerError(
            f"The ledger {shown} is damaged.",
            hint="It was left as it is. Bring back a copy (`ledger backup` makes them), or "
            "rebuild one from the run folders with `ledger restore`.",
        )
    if primary in _CAUSES:
        what, remedy = _CAUSES[primary]
        return LedgerStopped(f"The ledger {shown} took nothing more: {what}.", hint=remedy)
    if isinstance(error, DBAPIError) and (error.connection_invalidated or cause is None):
        return LedgerStopped(
            f"The connection to the ledger {shown} was lost.",
            hint="Run again when the database can be reached.",
        )
    kind = type(cause or error).__name__
    return LedgerError(f"The ledger {shown} refused a statement ({kind}).", hint="Run again.")
