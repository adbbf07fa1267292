"""The ledger adapter: the durable truth of all runs, on SQLite or PostgreSQL."""

from __future__ import annotations

from importer.adapters.ledger.ledger import SqlLedger, open_ledger

__all__ = ["SqlLedger", "open_ledger"]
