"""Run folders after the run: read back, rendered again, cleared of a person, taken away.

Lives here: the files that a run folder holds. Must never live here: what is told of a run
(core). What a newcomer would question: only files that we write by name are ever deleted; a
folder in which somebody put something of their own stays, with that in it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from importer.adapters.reports import write_reports
from importer.core.forgetting import Needle, forget_line, forget_summary
from importer.core.handback import protect_formula, unprotect_formula
from importer.core.results import ReportRow
from importer.core.summary_read import original_headers, parse_result, parse_summary
from importer.errors import SourceError

_OURS: Final = (
    "results*.csv",
    "results*.xlsx",
    "fix*.xlsx",
    "report*.html",
    "summary*.json",
    "rows.jsonl",
    "rows.jsonl.part",
)
_DERIVED: Final = (
    "results*.xlsx",
    "fix*.xlsx",
    "report*.html",
    "results (*.csv",
    "summary (*.json",
)
"""What is deleted where a person is forgotten: it can be written again, or is a second copy."""

csv.field_size_limit(2**31 - 1)


class RunFiles:
    """summary.json and results.csv of a run folder.

    Raises:
        SourceError: One of them is not there, or is not what we wrote.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            text = (folder / "summary.json").read_text(encoding="utf-8")
            self.document: dict[str, Any] = json.loads(text)
            self.headers = next(self._lines())
            self.columns = original_headers(self.headers)
            self.summary = parse_summary(self.document, self.columns)
        except FileNotFoundError as error:
            name = Path(error.filename).name
            raise SourceError(f"The folder {folder} has no {name} any more.") from None
        except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
            raise SourceError(
                f"What is in {folder} is not what a run left there ({type(error).__name__})."
            ) from error
        self._places = {
            (s.path, s.sheet or ""): number for number, s in enumerate(self.summary.sources)
        }

    def rows(self) -> Iterator[ReportRow]:
        """The rows of results.csv, in order.

        Raises:
            SourceError: A line is none that we wrote.
        """
        lines = self._lines()
        next(lines)
        for number, cells in enumerate(lines, start=2):
            try:
                yield parse_result(cells, self._places)
            except (KeyError, ValueError) as error:
                raise SourceError(
                    f"Line {number} of {self.folder / 'results.csv'} was changed since."
                ) from error

    def _lines(self) -> Iterator[list[str]]:
        with (self.folder / "results.csv").open(encoding="utf-8-sig", newline="") as file:
            for cells in csv.reader(file):
                yield [unprotect_formula(cell) for cell in cells]

    def render(self) -> Path:
        """Write report.html again."""
        paths = write_reports(self.folder, self.summary, self.rows, formats=("html",))
        return Path(paths.html)

    def forget(self, needle: Needle) -> int:
        """Clear every row of one person, and delete the files that repeat them.

        Returns:
            How many rows were cleared; where there was none, nothing was touched.
        """
        found: set[tuple[int, int]] = set()
        draft = self.folder / "results.csv.part"
        try:
            with draft.open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file)
                for number, cells in enumerate(self._lines()):
                    kept = cells
                    if number and needle.is_in(cells):
                        row = parse_result(cells, self._places)
                        found.add((row.source, row.row))
                        kept = forget_line(cells)
                    writer.writerow([protect_formula(cell) for cell in kept])
            if not found and not needle.is_in([json.dumps(self.document, ensure_ascii=False)]):
                return 0
            forgotten = forget_summary(self.document, found, needle)
            text = json.dumps(forgotten, ensure_ascii=False, indent=2) + "\n"
            (self.folder / "summary.json").write_text(text, encoding="utf-8")
            draft.replace(self.folder / "results.csv")
        finally:
            draft.unlink(missing_ok=True)
        for pattern in _DERIVED:
            for path in self.folder.glob(pattern):
                path.unlink()
        return len(found)


def remove_run_folder(folder: Path) -> bool:
    """Delete what a run left; returns whether the folder is gone."""
    if not folder.is_dir():
        return True
    for pattern in _OURS:
        for path in folder.glob(pattern):
            path.unlink()
    try:
        folder.rmdir()
    except OSError:  # somebody keeps something of their own in it
        return False
    return True


def read_document(folder: Path) -> Mapping[str, Any] | None:
    """summary.json of a run folder; None where it is gone or torn."""
    try:
        document = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None
