"""The practice workbooks, read in place; skipped where they are not beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from importer.adapters.reader.grid import CannotRead, ReadLimits
from importer.adapters.reader.workbook import open_workbook
from importer.core.model import SourceOptions

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
SUFFIXES = {".xlsx", ".xlsm", ".xls", ".ods"}

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the practice corpus is not here"),
]


def _files() -> list[str]:
    return sorted(path.name for path in CORPUS.glob("*") if path.suffix in SUFFIXES)


def _truths() -> list[dict[str, object]]:
    if not CORPUS.is_dir():
        return []
    expected = json.loads((CORPUS / "expected.json").read_text("utf-8"))
    return [file for file in expected["files"] if Path(file["file"]).suffix in SUFFIXES]


def read_rows(name: str) -> dict[str | None, list[list[str]]]:
    """All sheets of a practice file as rows of texts from row 1, blank rows included."""
    path = CORPUS / name
    sheets = {}
    for grid in open_workbook(path, None, path.suffix[1:], SourceOptions(), ReadLimits()):
        rows: dict[int, list[str]] = {}
        for block in grid.blocks(1000):
            for number, *cells in zip(block.rows.tolist(), *block.columns, strict=True):
                rows[number] = cells
        sheets[grid.name] = [rows.get(number, []) for number in range(1, max(rows, default=0) + 1)]
    return sheets


@pytest.mark.parametrize("truth", _truths(), ids=lambda truth: truth["file"])
def test_practice_workbook_reads_as_its_truth_says(truth: dict) -> None:
    """Each checked cell has the expected text; a file to refuse is refused for its reason."""
    if truth["outcome"] == "refuse":
        with pytest.raises(CannotRead) as refusal:
            read_rows(truth["file"])
        found = f"{refusal.value.finding.code} {refusal.value.finding.message}"
        assert truth["reason"].replace("corrupt", "damaged") in found
        return
    rows = read_rows(truth["file"])[truth["sheet"]]
    first = next(at for at, row in enumerate(rows) if any(row))
    for check in truth["checks"]:
        row = rows[first + check["record"]]
        text = row[check["column"]] if check["column"] < len(row) else ""
        assert text in {check["text"], *check.get("also_ok", ())}
    if truth["headers"] is not None:
        assert rows[truth["header_record"]] == truth["headers"]
    filled = sum(any(row) for row in rows)
    assert filled == truth["data_rows"] + (truth["header_record"] is not None)


@pytest.mark.parametrize("name", _files())
def test_every_practice_workbook_is_read_or_refused_in_one_sentence(name: str) -> None:
    """No practice file ends in anything but rows or a refusal."""
    try:
        outcome: object = read_rows(name)
    except CannotRead as refusal:
        outcome = refusal.message.endswith(".") and refusal.hint
    assert outcome
