"""summary.json: the run for scripts.

Lives here: writing it. Must never live here: what stands in it (`core/summary.py`).
"""

from __future__ import annotations

import json
from pathlib import Path

from importer.core.results import RunSummary
from importer.core.summary import summary_document


def write_summary(path: Path, summary: RunSummary) -> None:
    """Write summary.json; its bytes are UTF-8 whatever the cells held."""
    text = json.dumps(summary_document(summary), ensure_ascii=False, indent=2)
    path.write_bytes(text.encode("utf-8", "replace") + b"\n")
