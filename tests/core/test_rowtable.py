"""A run's rows are kept in little memory, and come out as they went in."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from importer.core.rowtable import RowTable, pack

NUMBERS = st.lists(st.integers(0, 12), max_size=12)


@given(NUMBERS | st.permutations(range(5)) | st.integers(0, 9).map(lambda n: list(range(3, 3 + n))))
def test_packed_numbers_are_the_same_numbers(numbers: list[int]) -> None:
    """In whatever order they come, with gaps or twice; a row may have two e-mails."""
    assert list(pack(np.asarray(numbers, dtype=np.int64))) == numbers


def test_numbers_without_gaps_take_no_memory() -> None:
    """The usual case is kept as two numbers."""
    assert pack(np.arange(5, 100_000, dtype=np.int64)) == range(5, 100_000)


@given(st.lists(NUMBERS, max_size=4))
def test_every_email_comes_back_with_its_row(chunks: list[list[int]]) -> None:
    """Keys stay beside the rows that they came with."""
    table = RowTable()
    for rows in chunks:
        keys = np.asarray([100 + row for row in rows], dtype=np.uint64)
        table.add_emails(np.asarray(rows, dtype=np.int64), keys)
    positions, keys = table.emails()
    assert positions.tolist() == [row for rows in chunks for row in rows]
    assert keys.tolist() == [100 + row for row in positions.tolist()]
