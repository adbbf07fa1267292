"""Old xls workbooks: built record by record, as Excel 4 wrote them."""

from __future__ import annotations

import struct

import pytest
from workbook_kit import Read, biff4

from importer.adapters.reader.grid import CannotRead, ReadLimits

FORMATS = ["General", "00000", "yyyy\\-mm\\-dd", "[h]:mm"]


def styles() -> list[tuple[int, bytes]]:
    """Records that make cell style n show the n-th of `FORMATS`."""
    fonts = [(0x0231, struct.pack("<HHHB", 200, 0, 0x7FFF, 5) + b"Arial")]
    formats = [
        (0x041E, struct.pack("<HB", n, len(code)) + code.encode()) for n, code in enumerate(FORMATS)
    ]
    cells = [(0x0443, struct.pack("<BBHBBHI", 0, n, 1, 0, 0, 0, 0)) for n in range(len(FORMATS))]
    return fonts + formats + cells


def number(row: int, column: int, value: float, style: int = 0) -> tuple[int, bytes]:
    return 0x0203, struct.pack("<HHHd", row, column, style, value)


def text(row: int, column: int, value: str) -> tuple[int, bytes]:
    raw = value.encode("cp1252")
    return 0x0204, struct.pack("<HHHH", row, column, 0, len(raw)) + raw


def special(row: int, column: int, value: int, *, is_error: bool) -> tuple[int, bytes]:
    return 0x0205, struct.pack("<HHHBB", row, column, 0, value, is_error)


def row_info(row: int, *, is_hidden: bool) -> tuple[int, bytes]:
    flags = 0x0100 | (0x20 if is_hidden else 0)
    return 0x0208, struct.pack("<HHHHHHHH", row, 0, 3, 255, 0, 0, flags, 0)


def test_cells_read_as_a_person_sees_them() -> None:
    """Numbers, dates, zeros, booleans and texts of the old format."""
    data = biff4(
        [
            *styles(),
            text(0, 0, "Müller"),
            number(0, 1, 919812345678),
            number(0, 2, 42, style=1),
            number(0, 3, 42000.5, style=2),
            number(0, 4, 1.5, style=3),
            special(0, 5, 1, is_error=False),
            number(0, 6, -1.2, style=2),
        ]
    )
    read = Read(data, "xls")
    assert read.rows == {
        1: ["Müller", "919812345678", "00042", "2014-12-27T12:00:00", "36:00:00", "TRUE", "-1.2"]
    }
    assert read.findings == []


def test_dates_count_from_1904_where_the_workbook_says_so() -> None:
    """Old Macs count from 1904."""
    data = biff4([(0x0022, struct.pack("<H", 1)), *styles(), number(0, 0, 42735, style=2)])
    assert Read(data, "xls").rows == {1: ["2021-01-01"]}


def test_error_cells_are_flagged_and_hidden_rows_marked() -> None:
    """An error keeps its name and gets a finding; a hidden row is marked, not dropped."""
    data = biff4(
        [
            *styles(),
            row_info(0, is_hidden=False),
            row_info(1, is_hidden=True),
            text(0, 0, "Name"),
            special(1, 0, 0x2A, is_error=True),
            special(2, 1, 0xEE, is_error=True),
        ]
    )
    read = Read(data, "xls")
    assert read.rows == {1: ["Name", ""], 2: ["#N/A", ""], 3: ["", "#ERROR"]}
    assert [(f.row, f.column, f.finding.code) for f in read.findings] == [
        (2, 0, "error-cell"),
        (3, 1, "error-cell"),
    ]
    assert read.hidden == [2]


def test_workbook_too_large_for_its_format_is_refused(tmp_path: object) -> None:
    """An xls above the limit is not taken into memory."""
    path = tmp_path / "large.xls"  # type: ignore[operator]
    path.write_bytes(biff4([*styles(), text(0, 0, "x")]))
    with pytest.raises(CannotRead, match="max_file_bytes"):
        Read(path, "xls", limits=ReadLimits(max_file_bytes=10))
    assert Read(path, "xls").rows == {1: ["x"]}
