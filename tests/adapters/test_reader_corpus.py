"""Every practice file with a known truth gives it; the others are read or refused in a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from importer.adapters.reader import Unreadable, open_sources
from importer.adapters.reader.table_source import TableSource
from importer.core.model import SourceOptions

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the practice corpus is not here"),
]


def _truths() -> dict[str, dict[str, Any]]:
    if not CORPUS.is_dir():
        return {}
    expected = json.loads((CORPUS / "expected.json").read_text("utf-8"))
    return {entry["file"]: entry for entry in expected["files"]}


TRUTHS = _truths()
OTHERS = sorted(
    path.name
    for path in CORPUS.glob("*_*.*")
    if path.name not in TRUTHS and path.suffix not in {".json", ".md"}
)


def _read(source: TableSource) -> tuple[list[int], list[list[str]]]:
    numbers: list[int] = []
    rows: list[list[str]] = []
    for chunk in source.chunks():
        numbers += chunk.rows.tolist()
        rows += chunk.frame.to_numpy().tolist()
    return numbers, rows


@pytest.mark.parametrize("name", TRUTHS)
def test_truth(name: str) -> None:
    truth = TRUTHS[name]
    sheet = (truth["sheet"],) if truth.get("sheet") else None
    source = open_sources([CORPUS / name], SourceOptions(sheet=sheet))[0]
    if truth["outcome"] == "refuse":
        assert isinstance(source, Unreadable)
        if truth["reason"] == "password-protected":
            assert source.finding.code == "password-protected"
        return
    assert isinstance(source, TableSource), source
    record = truth["header_record"]
    assert source.description.header_row == (None if record is None else record + 1)
    if truth["headers"] is not None:
        assert list(source.description.headers) == truth["headers"]
    numbers, rows = _read(source)
    assert len(rows) == truth["data_rows"]
    for check in truth["checks"]:
        cell = rows[check["data_row"]][check["column"]]
        assert cell in [check["text"], *check.get("also_ok", [])]
        assert numbers[check["data_row"]] == check["record"] + 1


@pytest.mark.parametrize("name", OTHERS)
def test_the_others_end_in_rows_or_a_sentence(name: str) -> None:
    for source in open_sources([CORPUS / name]):
        if isinstance(source, Unreadable):
            assert source.finding.message.endswith(".")
        else:
            _read(source)


HEADERS = {
    "csv_comment_line.csv": (2, ("id", "neighbor_id", "name", "population")),
    "csv_univocity_essential.csv": (4, ("Year", "Make", "Model", "Description", "Price")),
    "csv_backslash_escapes.csv": (1, ("foo", "bar")),
    "csv_mixed_escapes.csv": (1, ("ID", "Test")),
    "enc_utf16be_linebreaks.csv": (1, ("Name", "Copy", "URL")),
    "xls_excel95.xls": (4, ("", "Number", "Square", "", "Formatted")),
}


@pytest.mark.parametrize("name", HEADERS)
def test_headers_found_by_eye(name: str) -> None:
    (source,) = open_sources([CORPUS / name])
    assert isinstance(source, TableSource)
    assert (source.description.header_row, source.description.headers) == HEADERS[name]


def test_greek_is_read_as_greek() -> None:
    (source,) = open_sources([CORPUS / "enc_iso8859_7_greek.csv"])
    assert isinstance(source, TableSource)
    assert source.description.encoding == "iso8859-7"
    text = (CORPUS / "enc_iso8859_7_greek.csv").read_bytes().decode("iso8859-7")
    assert [row[2] for row in _read(source)[1]] == [line.split(",")[2] for line in text.split()[1:]]
