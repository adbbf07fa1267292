"""The ledger adapter: the durable truth of all runs, on SQLite or PostgreSQL."""

from __future__ import annotations

from importer.adapters.ledger.guard import MappingHistory, guard_mapping, note_path
from importer.adapters.ledger.ledger import SqlLedger, open_ledger

__all__ = ["MappingHistory", "SqlLedger", "guard_mapping", "note_path", "open_ledger"]
