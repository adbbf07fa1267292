"""Distinct values of columns: each is judged once, then spread back over its rows.

Lives here: factorising and remembering. What a newcomer would question: what is remembered
is bounded; a column of e-mails would otherwise keep every person in memory for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import numpy as np
import pandas as pd

from importer.core.model import Converted, Converter

if TYPE_CHECKING:
    from numpy.typing import NDArray

T = TypeVar("T")

PAIR: Final = "\x1f"
"""Joins texts that are judged together and taken apart again: blank ones keep their place."""


@dataclass(frozen=True, slots=True, eq=False)
class Distinct:
    """One column (or several joined): `texts[codes[i]]` is the text of row i."""

    codes: NDArray[np.intp]
    texts: Sequence[str]

    def rows_of(self, wanted: Sequence[int]) -> Iterator[tuple[int, NDArray[np.intp]]]:
        """For each wanted distinct value, its rows, in order."""
        if not wanted:
            return
        if len(wanted) <= 4:
            for code in wanted:
                yield code, np.flatnonzero(self.codes == code)
            return
        order = np.argsort(self.codes, kind="stable")
        ends = np.cumsum(np.bincount(self.codes, minlength=len(self.texts)))
        for code in wanted:
            yield code, order[ends[code - 1] if code else 0 : ends[code]]

    def spread(self, values: Sequence[T]) -> NDArray[np.object_]:
        """Python values of the distinct texts, one for each row."""
        table = np.empty(len(values), dtype=object)
        table[:] = values
        return table[self.codes]

    def mask(self, flags: Sequence[bool]) -> NDArray[np.bool_]:
        """Flags of the distinct texts, one for each row."""
        return np.asarray(flags, dtype=bool)[self.codes]


class Columns:
    """The columns of one chunk, factorised on first use."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._known: dict[tuple[str, ...], Distinct] = {}

    def __len__(self) -> int:
        return len(self._frame)

    def distinct(self, columns: tuple[str, ...], joiner: str = " ") -> Distinct:
        """One column, or the non-blank texts of several joined by `joiner` (all for `PAIR`)."""
        key = columns if len(columns) == 1 else (*columns, joiner)
        if key not in self._known:
            self._known[key] = (
                _factorise(self._frame[columns[0]].to_numpy(dtype=object))
                if len(columns) == 1
                else self._joined(columns, joiner)
            )
        return self._known[key]

    def _joined(self, columns: tuple[str, ...], joiner: str) -> Distinct:
        parts = [self.distinct((c,)) for c in columns]
        combined = np.zeros(len(self), dtype=np.int64)
        for part in parts:
            combined = combined * (len(part.texts) + 1) + part.codes
            # Renumbered after each column, so that the product never grows past the rows.
            _, combined = np.unique(combined, return_inverse=True)
        _, first, codes = np.unique(combined, return_index=True, return_inverse=True)
        cells = ([p.texts[p.codes[i]].strip() for p in parts] for i in first)
        if joiner == PAIR:
            texts = [PAIR.join(t.replace(PAIR, " ") for t in row) for row in cells]
        else:
            texts = [joiner.join(t for t in row if t) for row in cells]
        return Distinct(codes, texts)


def _factorise(values: NDArray[np.object_]) -> Distinct:
    """Number the distinct texts in the order of their first rows.

    A parser keeps one object for each distinct text of a column. So cells that hold the same
    object are brought together first: numbers compare three times as fast as texts.
    """
    values = np.ascontiguousarray(values)
    addresses = np.ndarray(len(values), dtype=np.intp, buffer=values)
    objects, found = pd.factorize(addresses)
    first = np.empty(len(found), dtype=np.intp)
    first[objects[::-1]] = np.arange(len(values) - 1, -1, -1)
    codes, texts = pd.factorize(values[first])
    return Distinct(codes[objects], texts.tolist())


class Remembering(Generic[T]):
    """A function of a text with a bounded memory of its answers.

    Args:
        function: Pure.
        limit: Answers to keep. Where a chunk alone has more distinct texts, the column is
            taken to be one of e-mails or ids, of which no text is likely to come again.
    """

    def __init__(self, function: Callable[[str], T], limit: int = 25_000) -> None:
        self._function = function
        self._limit = limit
        self._known: dict[str, T] = {}

    def __call__(self, texts: Sequence[str]) -> list[T]:
        known, function = self._known, self._function
        try:
            return [known[t] for t in texts]
        except KeyError:
            found = [known[t] if t in known else function(t) for t in texts]
        if len(texts) <= self._limit:
            known.update(zip(texts, found, strict=True))
            if len(known) > self._limit:
                self._known = dict(zip(texts, found, strict=True))
        return found


JudgeAll = Remembering[Converted]


def remembering(judge: Converter) -> JudgeAll:
    """Judge many distinct texts, each at most once while it is remembered."""
    return Remembering(judge)
