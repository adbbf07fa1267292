"""A preview reads well at any width, and no cell can steer the terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from importer.core.model import CellFinding, Chunk, Finding, Severity, SourceDescription
from importer.core.preview import preview_document, preview_lines
from importer.core.terminal import display_width


def _document(columns: list[str], rows: list[list[str]], **more: Any) -> dict[str, Any]:
    return {
        "path": "people.csv",
        "kind": "csv",
        "sheet": None,
        "header_row": 1,
        "columns": columns,
        "rows": rows,
        "row_numbers": list(range(2, 2 + len(rows))),
        "row_count": len(rows),
        "notes": [],
        **more,
    }


WIDE = _document(
    [f"Column {i}" for i in range(30)], [["a value that is long enough" for _ in range(30)]] * 3
)


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = preview_lines({**WIDE, "notes": ["A sentence of some length. " * 5]}, width)
    table = [line for line in lines[2:] if "│" in line or "·" in line]
    assert table
    assert all(display_width(line) <= width for line in table)


def test_columns_that_do_not_fit_are_named() -> None:
    assert "more columns: Column" in " ".join(preview_lines(WIDE, 80))


def test_a_column_squeezed_before_one_is_left_out() -> None:
    document = _document(["Name", "Remark"], [["Ada", "a remark of some length, and more"]])
    line = next(line for line in preview_lines(document, 34) if "Ada" in line)
    assert "…" in line
    assert display_width(line) <= 34


def test_wide_characters_keep_the_columns_straight() -> None:
    document = _document(["氏名", "City"], [["山田太郎", "東京"], ["Ada", "London"]])
    bars = [
        display_width(line[: line.rindex("│")]) for line in preview_lines(document) if "│" in line
    ]
    assert len(set(bars)) == 1


def test_line_breaks_and_escapes_of_cells_do_not_reach_the_terminal() -> None:
    document = _document(["Name\x1b[2J"], [["Ada\n\x1b[31mred\x07"]], path="a\x1b]0;x\x07.csv")
    assert "\x1b" not in "".join(preview_lines(document))
    assert any("Ada" in line for line in preview_lines(document))


def test_headline_says_what_it_is() -> None:
    lines = preview_lines(_document(["A"], [["x"]], header_row=None, kind="ods", sheet="Jan"))
    assert lines[0] == "people.csv, sheet Jan"
    assert lines[1] == "  OpenDocument spreadsheet: 1 row, 1 column, no headers"


class _Source:
    """A table in memory with problems in many rows, which may break off."""

    description = SourceDescription("p.csv", "csv", header_row=1, headers=("A",), columns=("A",))
    skipped: Mapping[str, Sequence[int]] = {
        "blank": [3, 4, 5, 9, 12, 15, 20, 22, 30],
        "moved": [7],
    }

    def chunks(self, size: int = 50_000) -> Iterator[Chunk]:
        rows = np.arange(2, 12)
        finding = Finding("lost-character", "A character was lost.", severity=Severity.NOTE)
        yield Chunk(
            rows,
            pd.DataFrame({"A": ["x"] * 10}, dtype=object),
            tuple(CellFinding(int(row), "A", "x", finding) for row in rows),
        )


def test_many_places_are_named_in_short() -> None:
    document = preview_document(_Source(), 0)
    assert document["rows"] == []
    assert document["problems"][0]["count"] == 10
    left_out, cleaned = document["notes"]
    assert (
        left_out == "Left out: 9 blank rows (rows 3-5, 9, 12, 15, 20 and 2 more), 1 moved (row 7)."
    )
    assert cleaned.startswith("Cleaned (row 2, A; row 3, A; row 4, A; row 5, A; row 6, A; 5 more)")


def test_an_empty_table_has_no_frame() -> None:
    assert not any("│" in line for line in preview_lines(_document([], [])))
