"""Opening a ledger: found, made, checked, brought to today's layout.

Lives here: everything between a place and a `SqlLedger` that can be trusted. Must never
live here: a query that a run makes. What a newcomer would question: the whole file is
checked at every opening. A torn ledger that is noticed half-way through a night has already
decided who is new.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, insert, inspect, select, update
from sqlalchemy.engine import make_url

from importer.adapters.ledger import tables as t
from importer.adapters.ledger.engines import (
    APPLICATION_ID,
    POSTGRES_SCHEMA,
    build_postgres_engine,
    build_sqlite_engine,
    prepare_postgres_schema,
)
from importer.adapters.ledger.files import create_ledger_file, require_ledger_file
from importer.adapters.ledger.places import require_local_place
from importer.adapters.ledger.store import translated_errors
from importer.core.identity import IDENTITY_VERSION
from importer.errors import LedgerError

_NOTHING_YET: Final = "Nothing has run here yet; the first `run` makes it."


def open_engine(
    url_or_path: str | Path, *, create: bool, synced_folders: Sequence[Path]
) -> tuple[Engine, str]:
    """Open the database of a ledger; returns it with its name for messages."""
    text = str(url_or_path)
    if text.startswith("sqlite:///"):
        text = text.removeprefix("sqlite:///")
    elif "://" in text:
        return _open_postgres(text, create=create)
    return _open_sqlite(Path(text).expanduser(), create=create, synced_folders=synced_folders)


def _open_sqlite(path: Path, *, create: bool, synced_folders: Sequence[Path]) -> tuple[Engine, str]:
    require_local_place(path, synced_folders)
    if not path.exists():
        if not create:
            raise LedgerError(f"There is no ledger at {path}.", hint=_NOTHING_YET)
        create_ledger_file(path, _build_file)
    require_ledger_file(path)
    engine = build_sqlite_engine(path)
    try:
        with translated_errors(str(path)):
            _check_file(engine, path)
            if _read_version(engine, str(path)) < t.SCHEMA_VERSION:
                migrate_file(engine, path)
    except BaseException:
        engine.dispose()
        raise
    return engine, str(path)


def _build_file(path: Path) -> None:
    engine = build_sqlite_engine(path)
    try:
        with translated_errors(str(path)):
            with engine.connect() as conn:
                raw = conn.connection.driver_connection
                assert raw is not None
                raw.execute(f"PRAGMA application_id={APPLICATION_ID}")
            with engine.execution_options(ledger_writes=True).begin() as conn:
                _build_tables(conn)
    finally:
        engine.dispose()


def _build_tables(conn: Connection) -> None:
    t.metadata.create_all(conn)
    conn.execute(
        insert(t.meta).values(
            ledger_id=secrets.token_hex(16),
            secret=secrets.token_bytes(32),
            schema_version=t.SCHEMA_VERSION,
            identity_version=IDENTITY_VERSION,
        )
    )


def _check_file(engine: Engine, path: Path) -> None:
    with engine.connect() as conn:
        found = conn.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise LedgerError(
            f"The ledger {path} is damaged.",
            hint="It was left as it is. Bring back a copy (`ledger backup` makes them), or "
            "rebuild one from the run folders with `ledger restore`.",
        )


def _read_version(engine: Engine, shown: str) -> int:
    with engine.connect() as conn:
        lines = conn.execute(select(t.meta.c.schema_version, t.meta.c.identity_version)).all()
    if len(lines) != 1:
        raise LedgerError(f"The ledger {shown} is damaged: it does not say what it is.")
    version, identity_version = lines[0]
    if version > t.SCHEMA_VERSION or identity_version > IDENTITY_VERSION:
        raise LedgerError(
            f"The ledger {shown} was written by a newer candidate-import (layout {version}, "
            f"this one knows {t.SCHEMA_VERSION}).",
            hint="Install the newer version here too. The ledger was left as it is.",
        )
    return int(version)


def migrate_file(engine: Engine, path: Path, steps: Sequence[t.Migration] = t.MIGRATIONS) -> Path:
    """Bring a SQLite ledger forward; returns the copy of it as it was, which stays beside it."""
    with engine.connect() as conn:
        version = conn.execute(select(t.meta.c.schema_version)).scalar_one()
        conn.rollback()
        raw = conn.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = path.with_name(f"{path.name}.layout-{version}")
    if not copy.exists():
        shutil.copy2(path, copy)
    with engine.execution_options(ledger_writes=True).begin() as conn:
        migrate(conn, steps)
    return copy


def migrate(conn: Connection, steps: Sequence[t.Migration] = t.MIGRATIONS) -> int:
    """Take every step from the ledger's layout to the last one; returns the layout reached."""
    version: int = conn.execute(select(t.meta.c.schema_version).with_for_update()).scalar_one()
    for step in steps[version - 1 :]:
        step(conn)
        version += 1
        conn.execute(update(t.meta).values(schema_version=version))
    return version


def _open_postgres(url: str, *, create: bool) -> tuple[Engine, str]:
    engine = build_postgres_engine(url)
    shown = make_url(url).set(password=None).render_as_string(hide_password=True)
    try:
        with translated_errors(shown):
            with engine.begin() as conn:
                _find_or_build(conn, shown, create=create)
            if _read_version(engine, shown) < t.SCHEMA_VERSION:
                with engine.begin() as conn:
                    migrate(conn)
    except BaseException:
        engine.dispose()
        raise
    return engine, shown


def _find_or_build(conn: Connection, shown: str, *, create: bool) -> None:
    if inspect(conn).has_table("meta", schema=POSTGRES_SCHEMA):
        return
    if not create:
        raise LedgerError(f"There is no ledger in {shown}.", hint=_NOTHING_YET)
    prepare_postgres_schema(conn)
    if not inspect(conn).has_table("meta", schema=POSTGRES_SCHEMA):
        _build_tables(conn)
