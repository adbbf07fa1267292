"""A DataFrame is read like a spreadsheet: texts that nobody altered, blanks for what is missing."""

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pytest

from importer.adapters.reader import open_frame
from importer.adapters.reader.frames import text_of

VALUES = [
    ("text ", "text "),
    (None, ""),
    (float("nan"), ""),
    (np.float64("nan"), ""),
    (pd.NA, ""),
    (pd.NaT, ""),
    (12, "12"),
    (np.int64(919812345678), "919812345678"),
    (12.0, "12"),
    (9.19812345678e12, "9198123456780"),
    (0.1, "0.1"),
    (1e-7, "0.0000001"),
    (1e22, "10000000000000000000000"),
    (float("inf"), "inf"),
    (True, "TRUE"),
    (np.bool_(False), "FALSE"),
    (decimal.Decimal("1.50"), "1.50"),
    (decimal.Decimal("NaN"), ""),
    (dt.date(2024, 1, 31), "2024-01-31"),
    (dt.datetime(2024, 1, 31), "2024-01-31"),  # noqa: DTZ001 - a value without a zone is the case
    (pd.Timestamp("2024-01-31 10:30"), "2024-01-31T10:30:00"),
    (pd.Timestamp("2024-01-31", tz="UTC"), "2024-01-31T00:00:00+00:00"),
    (np.datetime64("2024-01-31"), "2024-01-31"),
    (dt.time(10, 30), "10:30:00"),
    (b"bytes", "bytes"),
    (["a", 1], "a, 1"),
    (complex(1, 2), "(1+2j)"),
]


@pytest.mark.parametrize(("value", "text"), VALUES, ids=[repr(v) for v, _ in VALUES])
def test_values_become_texts(value: object, text: str) -> None:
    assert text_of(value) == text


def test_a_frame_is_read_in_chunks_with_row_numbers() -> None:
    """The header counts as row 1, so the first record is row 2."""
    df = pd.DataFrame({"id": pd.array([1, None], dtype="Int64"), "name": ["Ada", None]})
    source = open_frame(df, "people")
    (chunk,) = source.chunks()
    assert chunk.rows.tolist() == [2, 3]
    assert chunk.frame.to_numpy().tolist() == [["1", "Ada"], ["", ""]]
    assert chunk.frame.dtypes.tolist() == [np.dtype(object)] * 2
    assert (source.description.path, source.description.kind) == ("people", "dataframe")
    assert source.skipped == {}


def test_column_labels_become_unique_names() -> None:
    df = pd.DataFrame([[1, 2, 3, 4]], columns=["a", "a", 7, ""])
    assert open_frame(df).description.columns == ("a", "a (2)", "7", "Column D")
    nested = pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("Person", "Name")]))
    assert open_frame(nested).description.columns == ("Person Name",)


def test_the_first_chunk_is_small() -> None:
    df = pd.DataFrame({"n": range(5000)})
    assert [len(c.rows) for c in open_frame(df).chunks(3000)] == [1000, 3000, 1000]


def test_the_hash_follows_the_content() -> None:
    one, same, other = (
        open_frame(pd.DataFrame({"a": [v]})).description.sha256 for v in ("x", "x", "y")
    )
    assert one == same != other
