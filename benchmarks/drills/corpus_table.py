"""Read every practice file and compare with the truth, where there is one.

Run: `python benchmarks/drills/corpus_table.py [FOLDER]` (default: ../shared/corpus beside the
checkout). Prints a line a file: read as expected, refused clearly, or what differs. Files
without a known truth must at least be read or refused with a sentence.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from importer.adapters.reader import Unreadable, open_sources
from importer.adapters.reader.table_source import TableSource
from importer.core.model import SourceOptions

ROOT = Path(__file__).resolve().parents[2]
SPREADSHEETS = {".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods"}


def read_rows(source: TableSource) -> tuple[list[int], list[list[str]]]:
    """All rows of a source with their numbers."""
    numbers: list[int] = []
    rows: list[list[str]] = []
    for chunk in source.chunks():
        numbers.extend(chunk.rows.tolist())
        rows.extend(chunk.frame.to_numpy().tolist())
    return numbers, rows


def compare(source: TableSource, truth: dict[str, object]) -> list[str]:
    """What differs from the truth; empty where nothing does."""
    found = source.description
    numbers, rows = read_rows(source)
    wrong: list[str] = []
    header = truth["header_record"]
    if found.header_row != (None if header is None else header + 1):
        wrong.append(f"header row {found.header_row}, not record {header}")
    if truth["headers"] is not None and list(found.headers) != truth["headers"]:
        wrong.append(f"headers {list(found.headers)[:4]}")
    if len(rows) != truth["data_rows"]:
        wrong.append(f"{len(rows)} rows, not {truth['data_rows']}")
    for check in truth["checks"]:
        row, column = check["data_row"], check["column"]
        if row >= len(rows) or column >= len(rows[row]):
            wrong.append(f"no cell {row}/{column}")
            continue
        allowed = [check["text"], *check.get("also_ok", [])]
        if rows[row][column] not in allowed:
            wrong.append(f"cell {row}/{column} {rows[row][column]!r}, not {check['text']!r}")
        if numbers[row] != check["record"] + 1:
            wrong.append(f"row number {numbers[row]}, not {check['record'] + 1}")
    return wrong


def judge(path: Path, truth: dict[str, object] | None) -> tuple[str, str]:
    """The verdict on one file and a word on it."""
    options = SourceOptions()
    if truth is not None and truth.get("sheet"):
        options = SourceOptions(sheet=(str(truth["sheet"]),))
    sources = open_sources([path], options)
    if isinstance(sources[0], Unreadable):
        sentence = sources[0].finding.message
        if truth is not None and truth["outcome"] == "read":
            return "DIFFERS", f"refused: {sentence}"
        return "refused clearly", sentence
    first = sources[0]
    if truth is None:
        rows = sum(len(read_rows(s)[0]) for s in sources if isinstance(s, TableSource))
        said = f"{rows} rows, header row {first.description.header_row}"
        return "read", said + (f", {len(sources)} sheets to choose from" if sources[1:] else "")
    if truth["outcome"] == "refuse":
        return "DIFFERS", "read, though it must be refused"
    wrong = compare(first, truth)
    return ("DIFFERS", "; ".join(wrong[:3])) if wrong else ("read as expected", "")


def main() -> int:
    folder = Path(sys.argv[1]) if sys.argv[1:] else ROOT.parent / "shared" / "corpus"
    if not folder.is_dir():
        print(f"no practice corpus at {folder}")
        return 0
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    truths = {entry["file"]: entry for entry in expected["files"]}
    tally: dict[str, int] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix not in SPREADSHEETS or path.name == "MANIFEST.csv":
            continue
        begun = time.perf_counter()
        try:
            verdict, said = judge(path, truths.get(path.name))
        except Exception as error:
            verdict, said = "FAILED", f"{type(error).__name__}: {error}"
        took = time.perf_counter() - begun
        tally[verdict] = tally.get(verdict, 0) + 1
        mark = "*" if path.name in truths else " "
        print(f"{path.name:40} {mark} {verdict:17} {took:5.2f} s  {said[:110]}")
    print("\n" + ", ".join(f"{count} {verdict}" for verdict, count in sorted(tally.items())))
    print("(* truth known)")
    return 1 if tally.keys() & {"DIFFERS", "FAILED"} else 0


if __name__ == "__main__":
    sys.exit(main())
