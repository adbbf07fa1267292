"""A DataFrame as a source, for those who use the program as a library.

Lives here: values to texts. Must never live here: detection; a frame has its header.
"""

from __future__ import annotations

import datetime as dt
import decimal
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from importer.core.model import Chunk, SourceDescription
from importer.core.table import unique_columns

_FIRST_CHUNK: Final = 1_000


class FrameSource:
    """A DataFrame read as a table; row 1 is the header, so the first record is row 2.

    Args:
        df: Left as it is.
        name: How messages name it.
    """

    def __init__(self, df: pd.DataFrame, name: str) -> None:
        self._df = df
        labels: list[object] = list(df.columns)
        headers = tuple(
            " ".join(text_of(part) for part in label)
            if isinstance(label, tuple)
            else text_of(label)
            for label in labels
        )
        self._columns = unique_columns(headers)
        self._description = SourceDescription(
            path=name,
            kind="dataframe",
            header_row=1,
            headers=headers,
            columns=self._columns,
            sha256=_hash_of(df, headers),
            size=int(df.memory_usage(index=False, deep=False).sum()),
        )

    @property
    def description(self) -> SourceDescription:
        """What is known of the frame."""
        return self._description

    @property
    def skipped(self) -> Mapping[str, Sequence[int]]:
        """Nothing: blank rows of a frame are counted as rows that hold nothing."""
        return {}

    def chunks(self, size: int = 50_000) -> Iterator[Chunk]:
        """Read the rows in order; the first chunk is small."""
        start = 0
        wanted = min(size, _FIRST_CHUNK)
        while start < len(self._df):
            part = self._df.iloc[start : start + wanted]
            columns = {
                name: _texts(part.iloc[:, index]) for index, name in enumerate(self._columns)
            }
            yield Chunk(
                rows=np.arange(start + 2, start + 2 + len(part), dtype=np.int64),
                frame=pd.DataFrame(columns, index=pd.RangeIndex(len(part)), dtype=object),
            )
            start += len(part)
            wanted = size


def text_of(value: object) -> str:
    """One value as the text a spreadsheet would show.

    >>> text_of(12.0), text_of(True), text_of(None)
    ('12', 'TRUE', '')
    """
    if isinstance(value, str):
        return value
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool | np.bool_):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return _number(float(value))
    if isinstance(value, decimal.Decimal):
        return "" if value.is_nan() else format(value, "f")
    if isinstance(value, np.datetime64):
        return text_of(pd.Timestamp(value))
    if isinstance(value, dt.datetime):
        return _moment(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, list | tuple | set):
        return ", ".join(text_of(item) for item in value)
    return str(value)


def _number(value: float) -> str:
    if value != value:  # NaN
        return ""
    if value in (float("inf"), float("-inf")):
        return str(value)
    return format(decimal.Decimal(repr(value)), "f").removesuffix(".0")


def _moment(value: dt.datetime) -> str:
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime(warn=False)
    if value.tzinfo is None and value.time() == dt.time():
        return value.date().isoformat()
    return value.isoformat()


def _texts(series: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    texts = np.empty(len(series), dtype=object)
    texts[:] = [text_of(value) for value in series.array]
    return texts


def _hash_of(df: pd.DataFrame, headers: Sequence[str]) -> str:
    digest = hashlib.sha256("\x1f".join(headers).encode("utf-8", "surrogateescape"))
    for index in range(df.shape[1]):
        for text in _texts(df.iloc[:, index]):
            digest.update(text.encode("utf-8", "surrogatepass"))
            digest.update(b"\x1f")
    return digest.hexdigest()
