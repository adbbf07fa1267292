"""The ledger of `core.ports`, put together from its parts.

Lives here: the class, its id and secret, its end. Must never live here: a table. What a
newcomer would question: the parts are base classes, one a subject, over one `Store`. They
share transactions, and whoever uses a ledger sees the one role that the port describes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from importer.adapters.ledger.calls import Calls
from importer.adapters.ledger.copies import Copies
from importer.adapters.ledger.history import History
from importer.adapters.ledger.index import Index
from importer.adapters.ledger.locks import Locks
from importer.adapters.ledger.opening import open_engine
from importer.adapters.ledger.runs import Runs


class SqlLedger(Runs, Locks, Calls, History, Index, Copies):
    """An open ledger; closes as a context manager. Safe to use from several threads."""

    @property
    def ledger_id(self) -> str:
        return self._ledger_id

    @property
    def secret(self) -> bytes:
        return self._secret

    @property
    def place(self) -> str:
        """Where it is, for messages; never a password."""
        return self._shown

    def close(self) -> None:
        """Let go of the database; the last one out leaves a single tidy file."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_ledger(
    url_or_path: str | Path, *, create: bool = True, synced_folders: Sequence[Path] = ()
) -> SqlLedger:
    """Open a ledger, or make it where there is none.

    Args:
        url_or_path: A path for SQLite, or a `postgresql://` address.
        create: Whether a missing ledger is made; else that is an error.
        synced_folders: Folders known to be synced by a cloud service, besides those whose
            names say so.

    Raises:
        LedgerError: The place will not do, or what is there is torn, foreign or newer. It is
            left as it is.
    """
    engine, shown = open_engine(url_or_path, create=create, synced_folders=synced_folders)
    return SqlLedger(engine, shown)
