"""The rows of a run as they were read, kept in the run folder until the report is written.

Lives here: one JSON-lines file. Must never live here: outcomes (the ledger's). What a
newcomer would question: the rows are copied although the spreadsheet is there, because a
nightly export overwrites it while the run still sends, and a run that was interrupted goes
on from what it read. The file is deleted with the report done.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from importer.core.model import CellFinding, Chunk, Finding, Severity, SourceDescription
from importer.errors import StopAndRetry

SPOOL_NAME = "rows.jsonl"


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say which file could not be written, and what to do."""
    try:
        yield
    except OSError as error:
        raise StopAndRetry(
            f"{path} could not be written ({error.strerror or type(error).__name__}).",
            hint="Free some space there or mend the disk, then run again.",
        ) from error


class SpoolWriter:
    """Writes the chunks of a run's sources, in order; `close` makes the spool complete."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._final = folder / SPOOL_NAME
        self._part = folder / (SPOOL_NAME + ".part")
        descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file: IO[str] = os.fdopen(descriptor, "w", encoding="utf-8")

    def begin_source(self, description: SourceDescription) -> None:
        """Start the next source."""
        self._write({"source": asdict(description)})

    def add(self, chunk: Chunk) -> None:
        """Keep a chunk of the source begun last."""
        self._write(
            {
                "rows": chunk.rows.tolist(),
                "columns": [chunk.frame[c].tolist() for c in chunk.frame.columns],
                "findings": [
                    [f.row, f.column, f.value, _finding(f.finding)] for f in chunk.findings
                ],
            }
        )

    def end_source(self, skipped: Mapping[str, Sequence[int]], notes: Sequence[str]) -> None:
        """Close the source with the lines that were no rows and what was noticed by its end."""
        self._write(
            {"end": {k: [int(r) for r in v] for k, v in skipped.items()}, "notes": list(notes)}
        )

    def close(self) -> None:
        """Make the spool complete: only now can a run be continued from it."""
        with _explained(self._final):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.replace(self._final)

    def discard(self) -> None:
        """Throw an incomplete spool away."""
        try:
            self._file.close()
        except OSError:  # it may be incomplete because the disk is full
            pass
        self._part.unlink(missing_ok=True)

    def _write(self, document: Mapping[str, Any]) -> None:
        with _explained(self._final):
            json.dump(document, self._file, ensure_ascii=True, separators=(",", ":"))
            self._file.write("\n")


class SpooledSource:
    """One source read back from a spool; fulfils the reader's port."""

    def __init__(self, path: Path, number: int, description: SourceDescription) -> None:
        self._path = path
        self._number = number
        self.description = description
        self._skipped: Mapping[str, Sequence[int]] = {}

    @property
    def skipped(self) -> Mapping[str, Sequence[int]]:
        """Lines that were no rows; complete after the last chunk."""
        return self._skipped

    def chunks(self, size: int = 50_000) -> Iterator[Chunk]:
        """The chunks as they were kept; `size` was decided when they were read."""
        del size
        number = -1
        with self._path.open(encoding="utf-8") as file:
            for line in file:
                document = json.loads(line)
                if "source" in document:
                    number += 1
                elif number == self._number:
                    if "end" in document:
                        self._skipped = document["end"]
                        return
                    yield _chunk(document, self.description.columns)


def open_spool(folder: Path) -> list[SpooledSource] | None:
    """The sources of a complete spool; None where there is none."""
    path = folder / SPOOL_NAME
    if not path.is_file():
        return None
    sources: list[SpooledSource] = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.startswith('{"source":'):
                told = json.loads(line)["source"]
                for name in ("headers", "columns", "notes"):
                    told[name] = tuple(told[name])
                sources.append(SpooledSource(path, len(sources), SourceDescription(**told)))
    return sources


def remove_spool(folder: Path) -> None:
    """Delete the spool and what an interrupted one left."""
    for name in (SPOOL_NAME, SPOOL_NAME + ".part"):
        (folder / name).unlink(missing_ok=True)


def write_note(folder: Path, name: str, text: str) -> None:
    """Keep a small text in the run folder, readable by its owner only; "" forgets it."""
    path = folder / name
    if not text:
        path.unlink(missing_ok=True)
        return
    draft = folder / (name + ".part")
    with _explained(path):
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


def read_note(folder: Path, name: str) -> str:
    """A text that was kept in the run folder; empty where there is none."""
    try:
        return (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _finding(finding: Finding) -> list[str | None]:
    return [
        finding.code,
        finding.message,
        finding.hint,
        finding.severity.value,
        finding.suggestion,
    ]


def _chunk(document: Mapping[str, Any], names: Sequence[str]) -> Chunk:
    frame = pd.DataFrame(
        {n: np.asarray(c, dtype=object) for n, c in zip(names, document["columns"], strict=True)},
        columns=list(names),
        dtype=object,
    )
    findings = tuple(
        CellFinding(row, column, value, Finding(f[0], f[1], f[2], Severity(f[3]), f[4]))
        for row, column, value, f in document["findings"]
    )
    return Chunk(np.asarray(document["rows"], dtype=np.int64), frame, findings)
