"""The ledger's tables, one for each thing it knows, and the steps from older layouts.

Lives here: columns and keys. Must never live here: a query. What a newcomer would question:
numbers (people, rows, calls) are counted in the `connectors` line instead of by the
database, so that one locked line orders all writers of a connector on SQLite and on
PostgreSQL alike, a number is never used twice, and a batch costs no round trip a row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import BigInteger


class Bytes(LargeBinary):
    """Bytes as both drivers take and give them; the default copies every value twice."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        return None

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        return None


metadata: Final = MetaData()


def _connector() -> Column[int]:
    return Column("connector", ForeignKey("connectors.id"), nullable=False)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, default="")


meta = Table(
    "meta",
    metadata,
    Column("ledger_id", String(32), primary_key=True),
    Column("secret", Bytes, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("identity_version", Integer, nullable=False),
    Column("generation", Integer, nullable=False, default=0),
)
"""One line. `generation` grows with every guarded run: a copy set back is recognised by it."""

connectors = Table(
    "connectors",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("base_url", Text, nullable=False),
    Column("connector_id", Text, nullable=False),
    _text("slug"),
    Column("next_seq", BigInteger, nullable=False, default=1),
    Column("next_person", BigInteger, nullable=False, default=1),
    Column("fence", BigInteger, nullable=False, default=0),
    _text("lock_holder"),
    _text("lock_machine"),
    Column("lock_pid", Integer, nullable=False, default=0),
    _text("lock_since"),
    Column("lock_until", Float, nullable=False, default=0.0),
    _text("watermark"),
    Column("is_complete", Boolean, nullable=False, default=False),
    _text("scanned_at"),
    UniqueConstraint("base_url", "connector_id"),
)
"""A customer's link to an ATS: its counters, its lock and how far its people are known."""

mappings = Table(
    "mappings",
    metadata,
    Column("mapping", Text, primary_key=True),
    Column("identity_columns", Text, nullable=False),
    Column("identity_version", Integer, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", String(80), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("command", String(20), nullable=False),
    _connector(),
    Column("mapping", Text, nullable=False),
    _text("mapping_sha256"),
    _text("schema_sha256"),
    _text("started_at"),
    _text("finished_at"),
    Column("state", String(20), nullable=False),
    Column("exit_code", Integer),
    Column("sources", Text, nullable=False, default="[]"),
    _text("folder"),
    _text("summary"),
    Column("created", Integer, nullable=False, default=0),
    Index("runs_by_mapping", "connector", "mapping", "state"),
)

column_sets = Table(
    "column_sets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("names", Text, nullable=False, unique=True),
)
"""The columns that a content was hashed over, as a JSON list; shared by all rows of a run."""

people = Table(
    "people",
    metadata,
    _connector(),
    Column("person", BigInteger, nullable=False),
    Column("state", String(16)),
    _text("candidate_id"),
    _text("run_id"),
    _text("mapping_sha256"),
    _text("schema_sha256"),
    _text("problems"),
    _text("attempted_at"),
    PrimaryKeyConstraint("connector", "person"),
    sqlite_with_rowid=False,
)
"""One a person, in the last settled state; none while the first attempt is in doubt."""

identities = Table(
    "identities",
    metadata,
    _connector(),
    Column("identity", Bytes, nullable=False),
    Column("person", BigInteger, nullable=False),
    Column("columns", ForeignKey("column_sets.id"), nullable=False),
    Column("hashes", Bytes, nullable=False),
    Column("told_columns", ForeignKey("column_sets.id")),
    Column("told_hashes", Bytes),
    PrimaryKeyConstraint("connector", "identity"),
    Index("identities_by_person", "connector", "person"),
    sqlite_with_rowid=False,
)
"""What a person's rows look like; a mended row and its original are two of one person."""

emails = Table(
    "emails",
    metadata,
    _connector(),
    Column("email", Bytes, nullable=False),
    Column("person", BigInteger, nullable=False),
    PrimaryKeyConstraint("connector", "email", "person"),
    Index("emails_by_person", "connector", "person"),
    sqlite_with_rowid=False,
)

staged = Table(
    "staged",
    metadata,
    _connector(),
    Column("seq", BigInteger, nullable=False),
    Column("run_id", String(80), nullable=False),
    Column("state", String(16), nullable=False),
    Column("source", Integer, nullable=False),
    Column("row", Integer, nullable=False),
    Column("identity", Bytes, nullable=False),
    Column("columns", ForeignKey("column_sets.id"), nullable=False),
    Column("hashes", Bytes, nullable=False),
    Column("body", Text, nullable=False),
    Column("form", String(1), nullable=False),
    Column("emails", Bytes, nullable=False),
    Column("key", Text, nullable=False),
    Column("origin", Bytes),
    Column("origin_columns", ForeignKey("column_sets.id")),
    Column("origin_hashes", Bytes),
    Column("attachments", Text, nullable=False),
    Column("person", BigInteger),
    Column("attempts", Integer, nullable=False, default=0),
    _text("attempted_at"),
    _text("problems"),
    PrimaryKeyConstraint("connector", "seq"),
    UniqueConstraint("connector", "identity"),
    Index("staged_by_run", "connector", "run_id", "state", "seq"),
    Index("staged_by_origin", "connector", "origin"),
)
"""Rows on their way, with their bodies: the only personal data here, gone when settled."""

attempts = Table(
    "attempts",
    metadata,
    _connector(),
    Column("seq", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("run_id", String(80), nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("intent_at", Text, nullable=False),
    _text("ended_at"),
    _text("result"),
    Column("status", Integer),
    PrimaryKeyConstraint("connector", "seq", "number"),
    Index("attempts_by_run", "run_id"),
    sqlite_with_rowid=False,
)

schemas = Table(
    "schemas",
    metadata,
    _connector(),
    Column("sha256", String(64), nullable=False),
    Column("raw", Text, nullable=False),
    Column("first_seen", Text, nullable=False),
    Column("last_seen", Text, nullable=False),
    Column("sighting", Integer, nullable=False),
    Column("accepted", Boolean, nullable=False, default=False),
    PrimaryKeyConstraint("connector", "sha256"),
)
"""Every different answer of the meta endpoint; `sighting` orders those of one second."""

known_people = Table(
    "known_people",
    metadata,
    _connector(),
    Column("candidate_id", String(200), nullable=False),
    Column("name", Bytes, nullable=False),
    Column("modified_at", Text, nullable=False),
    PrimaryKeyConstraint("connector", "candidate_id"),
    sqlite_with_rowid=False,
)

known_emails = Table(
    "known_emails",
    metadata,
    _connector(),
    Column("email", Bytes, nullable=False),
    Column("candidate_id", String(200), nullable=False),
    PrimaryKeyConstraint("connector", "email", "candidate_id"),
    Index("known_emails_by_candidate", "connector", "candidate_id"),
    sqlite_with_rowid=False,
)

lookups = Table(
    "lookups",
    metadata,
    _connector(),
    Column("kind", String(80), nullable=False),
    Column("name", Bytes, nullable=False),
    _text("plain"),
    Column("ids", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    PrimaryKeyConstraint("connector", "kind", "name"),
    sqlite_with_rowid=False,
)
"""Names to ids. `plain` is the folded name, empty for kinds that name people."""

attachments = Table(
    "attachments",
    metadata,
    _connector(),
    Column("person", BigInteger, nullable=False),
    Column("name", String(400), nullable=False),
    _text("sha256"),
    _text("detail"),
    Column("state", String(16), nullable=False),
    _text("problem"),
    PrimaryKeyConstraint("connector", "person", "name"),
    Index("attachments_by_state", "connector", "state"),
)

problems = Table(
    "problems",
    metadata,
    Column("mapping", Text, nullable=False),
    Column("problem", Bytes, nullable=False),
    Column("code", String(80), nullable=False),
    Column("column", Text),
    Column("first_run", String(80), nullable=False),
    Column("since", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    PrimaryKeyConstraint("mapping", "problem"),
)

calls = Table(
    "calls",
    metadata,
    Column("connector", ForeignKey("connectors.id"), primary_key=True),
    Column("next_at", Float, nullable=False),
    Column("held_until", Float, nullable=False),
)
"""The pace that all processes of a connector share: when the next call may start."""

Migration = Callable[[Connection], None]

MIGRATIONS: Final[Sequence[Migration]] = ()
"""Step n leads from layout n + 1 to n + 2; each only adds, and runs in one transaction."""

SCHEMA_VERSION: Final = 1 + len(MIGRATIONS)
