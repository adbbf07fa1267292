"""Turn records into columns of texts, and mend what no column may hold.

Lives here: the step from ragged lists to rectangular `object` arrays. Must never live here:
judgement about values; only NULs and bytes foreign to the encoding are touched, and told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from importer.adapters.reader.grid import GridFinding
from importer.core import text_quality

Column = NDArray[np.object_]


def from_records(records: Sequence[Sequence[str]], width: int) -> list[Column]:
    """Columns of ragged records; shorter ones are filled up with blanks.

    Args:
        records: At least one.
        width: How many columns there are at least.
    """
    columns = [_column(texts) for texts in zip_longest(*records, fillvalue="")]
    blank = None
    while len(columns) < width:
        blank = _column([""] * len(records)) if blank is None else blank
        columns.append(blank)
    return columns


def mend_columns(
    rows: NDArray[np.int64], columns: list[Column], *, has_nul: bool
) -> Iterator[GridFinding]:
    """Take NULs out and read foreign bytes as Windows-1252, in place; each cell is told."""
    for index, column in enumerate(columns):
        joined = "\x1f".join(column)
        if has_nul and "\0" in joined:
            for at in [i for i, text in enumerate(column) if "\0" in text]:
                column[at] = column[at].replace("\0", "")
                yield GridFinding(int(rows[at]), index, column[at], text_quality.NUL_REMOVED)
        if text_quality.has_escaped_bytes(joined):
            for at in [i for i, t in enumerate(column) if text_quality.has_escaped_bytes(t)]:
                column[at] = text_quality.rescue_bytes(column[at])
                yield GridFinding(int(rows[at]), index, column[at], text_quality.UNKNOWN_BYTE)


def _column(texts: Sequence[str]) -> Column:
    column = np.empty(len(texts), dtype=object)
    column[:] = texts
    return column
