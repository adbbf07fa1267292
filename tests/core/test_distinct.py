"""Each distinct text is judged once and spread back to exactly its rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from importer.core.distinct import Columns, Remembering

TEXTS = st.lists(st.sampled_from(["", "a", "b ", " c", "dd", "é", "x|y"]), max_size=40)


@given(TEXTS)
def test_rows_of_values_are_their_rows(texts: list[str]) -> None:
    """Whatever is wanted, few values or many, the rows are those that hold the value."""
    columns = Columns(pd.DataFrame({"A": np.asarray(texts, dtype=object)}, dtype=object))
    distinct = columns.distinct(("A",))
    wanted = list(range(len(distinct.texts)))
    for some in (wanted, wanted[:2], []):
        for code, rows in distinct.rows_of(some):
            assert [i for i, t in enumerate(texts) if t == distinct.texts[code]] == rows.tolist()
    assert distinct.spread(distinct.texts).tolist() == texts


@given(st.lists(st.tuples(st.sampled_from(["", "a", "long text"]), st.integers(0, 2)), max_size=40))
def test_equal_texts_are_one_value_whatever_objects_hold_them(cells: list[tuple[str, int]]) -> None:
    """A parser may hold one text once, or once a cell: it is one value, numbered as it comes."""
    objects = {(t, n): "".join(list(t)) for t, n in cells}
    column = np.empty(len(cells), dtype=object)
    column[:] = [objects[cell] for cell in cells]
    distinct = Columns(pd.DataFrame({"A": column}, dtype=object)).distinct(("A",))
    texts = [t for t, _ in cells]
    assert list(distinct.texts) == list(dict.fromkeys(texts))
    assert [distinct.texts[code] for code in distinct.codes.tolist()] == texts


@given(TEXTS, TEXTS, TEXTS)
def test_joined_columns_skip_blanks(a: list[str], b: list[str], c: list[str]) -> None:
    """Several columns become one text of their non-blank cells."""
    rows = list(zip(a, b, c, strict=False))
    frame = pd.DataFrame(rows, columns=["A", "B", "C"], dtype=object)
    distinct = Columns(frame).distinct(("A", "B", "C"), ", ")
    told = [distinct.texts[i] for i in distinct.codes.tolist()]
    assert told == [", ".join(t.strip() for t in row if t.strip()) for row in rows]


def test_answers_are_remembered_and_forgotten() -> None:
    """A text is judged once while it is remembered; the memory stays bounded."""
    asked: list[str] = []

    def judge(text: str) -> str:
        asked.append(text)
        return text.upper()

    remembering = Remembering(judge, limit=8)
    assert remembering(["a", "b"]) == ["A", "B"]
    assert remembering(["b", "c"]) == ["B", "C"]
    assert asked == ["a", "b", "c"]
    many = [str(n) for n in range(20)]
    assert remembering([*many, "a"]) == [*many, "A"]
    assert asked[-1] == "19"
    for n in range(20):
        remembering([f"more {n}"])
    assert remembering(["a"]) == ["A"]
    assert asked.count("a") == 2
