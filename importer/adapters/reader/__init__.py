"""The reader: paths in, tables of texts out, and a sentence for whatever cannot be read.

Lives here: the two verbs that the rest of the program uses. Must never live here: a file
format. What a newcomer would question: a file that cannot be used is a value (`Unreadable`)
beside the readable ones, so that one bad file never stops the others.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from importer.adapters.reader.grid import CannotRead, ReadLimits, Unreadable
from importer.core.model import Finding, SourceOptions

if TYPE_CHECKING:
    import pandas as pd

    from importer.adapters.reader.frames import FrameSource
    from importer.adapters.reader.table_source import TableSource

__all__ = ["CannotRead", "ReadLimits", "Unreadable", "open_frame", "open_sources"]


def open_sources(
    paths: Sequence[str | os.PathLike[str]],
    options: SourceOptions | None = None,
    limits: ReadLimits | None = None,
) -> list[TableSource | Unreadable]:
    """Open spreadsheets of any kind; what each one is, is told by its bytes.

    Args:
        paths: Files in order; `-` is standard input.
        options: What the mapping or flags say; what they leave open is detected.
        limits: What to take before refusing.

    Returns:
        In the order of the paths: the tables (several for a workbook of several chosen
        sheets), and for each file that cannot be used, why. Never raises for a file.
    """
    opened: list[TableSource | Unreadable] = []
    for path in paths:
        shown = os.fspath(path)
        try:
            opened.extend(_open(shown, options or SourceOptions(), limits or ReadLimits()))
        except CannotRead as refusal:
            opened.append(Unreadable(shown, refusal.finding))
        except MemoryError:
            opened.append(Unreadable(shown, _TOO_BIG_FOR_MEMORY))
        except Exception as error:
            # Any library's trouble with a damaged file is a value as well.
            opened.append(Unreadable(shown, _unforeseen(error)))
    return opened


def open_frame(df: pd.DataFrame, name: str = "dataframe") -> FrameSource:
    """Read a DataFrame as if it were a spreadsheet; its values become texts unaltered.

    Args:
        df: Whole numbers get no `.0`, dates become ISO, missing values blank.
        name: How messages name it.
    """
    from importer.adapters.reader.frames import FrameSource

    return FrameSource(df, name)


def _open(shown: str, options: SourceOptions, limits: ReadLimits) -> Sequence[TableSource]:
    from importer.adapters.reader.delimited import DelimitedGrid
    from importer.adapters.reader.intake import take_in
    from importer.adapters.reader.kinds import WORKBOOKS, ending_note, refusal
    from importer.adapters.reader.table_source import TableSource

    intake = take_in(shown, limits)
    refused = refusal(intake.kind)
    if refused is not None:
        raise CannotRead(refused)
    notes = list(intake.notes)
    lie = ending_note(Path(shown).name, intake.kind)
    if lie is not None and not intake.notes:
        notes.append(lie)
    if intake.kind in WORKBOOKS:
        from importer.adapters.reader.workbook import open_workbook

        kind = "xls" if intake.kind.value == "biff" else intake.kind.value
        grids = open_workbook(intake.path, None, kind, options, limits)
    else:
        grids = [DelimitedGrid(intake, options, limits)]
    return [
        TableSource(
            grid,
            shown,
            options,
            sha256=intake.sha256,
            size=intake.size,
            has_changed=intake.has_changed,
            notes=notes,
            keeper=intake.keeper,
        )
        for grid in grids
    ]


_TOO_BIG_FOR_MEMORY = Finding(
    "out-of-memory",
    "The file needs more memory than this machine has to give.",
    "Save it as CSV, which is read piece by piece, or split it.",
)


def _unforeseen(error: Exception) -> Finding:
    return Finding(
        "damaged-file",
        f"The file cannot be read; it is probably damaged ({type(error).__name__}).",
        "Open it in the program it came from, save it under another name, and use that.",
    )
