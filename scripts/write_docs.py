"""Write the documents that are made from code; a test fails while one of them is stale.

    python scripts/write_docs.py           write them
    python scripts/write_docs.py --check   only say which are stale (exit 1)

To add a document, add its path and the function that makes its text to `documents`.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from importer.core.codes import CODES  # noqa: E402  # the checkout's package goes first
from importer.core.codes_page import describe_codes  # noqa: E402
from importer.core.mapping_schema import write_mapping_schema  # noqa: E402


def documents() -> dict[Path, str]:
    """Every generated document: its path and its text."""
    return {
        ROOT / "docs" / "problem-codes.md": describe_codes(CODES),
        ROOT / "docs" / "mapping.schema.json": write_mapping_schema(),
    }


def find_stale() -> list[Path]:
    """Documents whose file is missing or says something else."""
    return [
        path
        for path, text in documents().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main() -> int:
    """Write or check the documents; returns the exit code."""
    stale = find_stale()
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"stale: {path.relative_to(ROOT).as_posix()}")
        return 1 if stale else 0
    texts = documents()
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(texts[path], encoding="utf-8", newline="\n")
        print(f"wrote {path.relative_to(ROOT).as_posix()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
