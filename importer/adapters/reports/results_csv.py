"""results.csv: every row with its original columns and what became of it.

Lives here: the CSV dialect. Must never live here: judgements. What a newcomer would
question: a byte order mark and commas, since Excel reads UTF-8 only with the former; a cell
that would run as a formula gets an apostrophe, which our own reader takes off again.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

from importer.core.handback import ColumnUnion, protect_formula, result_headers
from importer.core.model import SourceDescription
from importer.core.results import ReportRow

_SEPARATOR: Final = " | "
_SUSPECT: Final = frozenset("'=+-@＝＋－＠ \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0　")
"""First characters after which a cell is looked at closely; all others are harmless."""


def result_cells(row: ReportRow, source: SourceDescription) -> tuple[str, ...]:
    """Our eight cells for a row, in the order of `RESULT_COLUMNS`."""
    problems = row.problems
    return (
        source.path,
        source.sheet or "",
        str(row.row),
        row.outcome.value,
        row.candidate_id,
        "; ".join(dict.fromkeys(p.code for p in problems)),
        _SEPARATOR.join(f"{p.column}: {p.message}" if p.column else p.message for p in problems),
        _SEPARATOR.join(dict.fromkeys(p.hint for p in problems if p.hint)),
    )


class CsvResults:
    """Writes results.csv row by row, in constant memory."""

    def __init__(
        self, path: Path, columns: ColumnUnion, sources: tuple[SourceDescription, ...]
    ) -> None:
        self._columns = columns
        self._sources = sources
        self._file = path.open("w", encoding="utf-8-sig", errors="replace", newline="")
        self._writer = csv.writer(self._file)
        self._write(result_headers(columns.names))

    def add(self, row: ReportRow) -> None:
        """Write one row."""
        cells = self._columns.spread(row.source, row.cells)
        cells += result_cells(row, self._sources[row.source])
        self._write(cells)

    def close(self) -> None:
        """Write what is left and let go of the file."""
        self._file.close()

    def _write(self, cells: list[str]) -> None:
        self._writer.writerow([protect_formula(c) if c and c[0] in _SUSPECT else c for c in cells])
