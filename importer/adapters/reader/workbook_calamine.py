"""Read values with calamine: fast, in memory as large as the rectangle around the data.

Lives here: opening, and rows as calamine gives them. Must never live here: the decision
whether calamine can be trusted with a file; whoever calls has looked at it first. What a
newcomer would question: calamine is never asked before that look, because memory that it
cannot get ends the whole process and no exception tells.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import python_calamine

from importer.adapters.reader.workbook_rows import Lines


class Book:
    """One workbook file, opened by calamine when first needed.

    Args:
        path: The file; only its name counts where `data` is given.
        data: The file's bytes.
        endings: Endings of names by which calamine knows the file for what it is.
    """

    def __init__(self, path: Path, data: bytes | None, *endings: str) -> None:
        self._path = path
        self._data = data
        self._endings = endings
        self._calamine: Any = None

    def source(self) -> str | io.BytesIO:
        """What a library opens: given a path it goes by its ending, given bytes by them."""
        if self._data is None and self._path.suffix.lower() in self._endings:
            return str(self._path)
        return io.BytesIO(self._path.read_bytes() if self._data is None else self._data)

    def calamine_sheet(self, name: str) -> Any:
        """Load one sheet with calamine."""
        if self._calamine is None:
            self._calamine = python_calamine.load_workbook(self.source())
        return self._calamine.get_sheet_by_name(name)


def read_with_calamine(sheet: Any, size: int) -> Iterator[Lines]:
    """Give a sheet's rows as calamine holds them; the first row it gives is row 1."""
    first_column = sheet.start[1] if sheet.start else 0
    rows = sheet.iter_rows()
    at = 1
    while values := list(islice(rows, size)):
        yield Lines(at, values, first_column)
        at += len(values)
