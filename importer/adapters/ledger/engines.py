"""The two databases that a ledger may live in, set up so that a commit means durable.

Lives here: pragmas, transaction starts, PostgreSQL's own schema. Must never live here:
anything that knows a table's meaning. What a newcomer would question: `synchronous=FULL`.
It costs a disk flush a commit, and the call budget allows under ten commits a second, so
there is nothing to gain by the mode that may lose the last of them.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from importer.errors import LedgerError

APPLICATION_ID: Final = 0x43_49_4C_31
"""Marks our SQLite files ("CIL1"), at byte 68 of the header."""

POSTGRES_SCHEMA: Final = "candidate_import"
BUSY_WAIT_S: Final = 30.0


def build_sqlite_engine(path: Path) -> Engine:
    """Build an engine on a SQLite file; the file is made if it is not there."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": BUSY_WAIT_S, "check_same_thread": False},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(raw: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    raw.isolation_level = None  # transactions are begun by `_begin_sqlite`, never by the driver
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "fullfsync=ON",  # macOS: a flush that the drive's own cache obeys
        "checkpoint_fullfsync=ON",
        "temp_store=MEMORY",
        "cache_size=-32768",
        "wal_autocheckpoint=8000",  # 32 MB: a batch touches pages all over the hashed keys
    ):
        raw.execute(f"PRAGMA {pragma}")


def _begin_sqlite(conn: Connection) -> None:
    writes = conn.get_execution_options().get("ledger_writes", False)
    conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def build_postgres_engine(url: str) -> Engine:
    """Build an engine on a PostgreSQL database, in a schema of our own.

    Raises:
        LedgerError: The URL is no PostgreSQL URL, or the driver is not installed.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise LedgerError(
            "The ledger's address cannot be read.",
            hint="Use a path for SQLite, or postgresql://USER@HOST/DATABASE.",
        ) from error
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise LedgerError(
            f"A ledger cannot live in {parsed.get_backend_name()}.",
            hint="Use a path for SQLite, or postgresql://USER@HOST/DATABASE.",
        )
    try:
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            hide_parameters=True,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED",
        )
    except ModuleNotFoundError as error:
        raise LedgerError(
            "The ledger's address names PostgreSQL, whose driver is not installed.",
            hint='Install it with: pip install "candidate-import[postgres]"',
        ) from error
    event.listen(engine, "connect", _prepare_postgres)
    return engine


def _prepare_postgres(raw: Any, _entry: ConnectionPoolEntry) -> None:
    with raw.cursor() as cursor:
        cursor.execute(f"SET search_path TO {POSTGRES_SCHEMA}")
        cursor.execute("SET synchronous_commit TO on")
    raw.commit()


def prepare_postgres_schema(conn: Connection) -> None:
    """Make our schema if it is missing; two first runs at once take turns."""
    conn.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": APPLICATION_ID})
    conn.execute(text(f"CREATE SCHEMA IF NOT EXISTS {POSTGRES_SCHEMA}"))
