"""A run as the ledger keeps it."""

from __future__ import annotations

import json

from importer.core.ports import RunRecord

SUMMARY = json.dumps(
    {
        "counts": {"rows": 5, "created": 3, "rejected": 2},
        "stop": "The run was told to stop.",
        "who": "ada@desk",
    }
)


def record(**more: object) -> RunRecord:
    """One run."""
    values: dict[str, object] = {
        "run_id": "20260101-020000-aaaa",
        "command": "run",
        "connector": 1,
        "mapping": "acme.yaml",
        "mapping_sha256": "m",
        "schema_sha256": "s",
        "started_at": "2026-01-01T02:00:00+00:00",
        "finished_at": "",
        "state": "sending",
        "exit_code": None,
        "sources": [("people.csv", "", "abc", 3), ("more.xlsx", "Jan", "def", 2)],
        "folder": "reports/x",
        "summary": SUMMARY,
    }
    return RunRecord(**(values | more))  # type: ignore[arg-type]
