"""Cells read as a person sees them: numbers, dates, formats."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from importer.core.cells import (
    NumberKind,
    format_cell,
    format_column,
    format_number,
    format_serial,
    has_lost_digits,
    pad_zeros,
    read_number_format,
)

DATE, DURATION, NUMBER, ZEROS = (
    NumberKind.DATE,
    NumberKind.DURATION,
    NumberKind.NUMBER,
    NumberKind.ZEROS,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (42.0, "42"),
        (42, "42"),
        (-0.0, "0"),
        (919812345678.0, "919812345678"),
        (0.1 + 0.2, "0.3"),
        (0.143292665, "0.143292665"),
        (-12345.67891, "-12345.67891"),
        (1e15, "1000000000000000"),
        (12345678901234567.0, "12345678901234600"),
        (12345678901234567, "12345678901234600"),
        (1e20, "100000000000000000000"),
        (1.5e-7, "0.00000015"),
        (10**400, "1" + "0" * 400),
    ],
)
def test_number_is_plain_decimal(value: float, text: str) -> None:
    """No exponent, no .0, at most 15 significant digits."""
    assert format_number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is ", "as it is "),
        (None, ""),
        (True, "TRUE"),
        (False, "FALSE"),
        (date(2021, 1, 2), "2021-01-02"),
        (datetime(2021, 1, 2), "2021-01-02"),  # noqa: DTZ001
        (datetime(2016, 4, 28, 11, 30), "2016-04-28T11:30:00"),  # noqa: DTZ001
        (datetime(2016, 4, 28, 11, 29, 59, 999_990), "2016-04-28T11:30:00"),  # noqa: DTZ001
        (datetime(2016, 4, 28, 11, 29, 59, 400_000), "2016-04-28T11:29:59"),  # noqa: DTZ001
        (datetime(9999, 12, 31, 23, 59, 59, 999_999), "9999-12-31T23:59:59"),  # noqa: DTZ001
        (time(9, 30), "09:30:00"),
        (time(9, 29, 59, 700_000), "09:30:00"),
        (time(23, 59, 59, 700_000), "23:59:59"),
        (timedelta(hours=255, minutes=10, seconds=10), "255:10:10"),
        (timedelta(hours=-1), "-01:00:00"),
        (b"x", "b'x'"),
    ],
)
def test_cell_reads_as_seen(value: object, text: str) -> None:
    """Dates are ISO, midnight says no time, a hair below the minute is the minute."""
    assert format_cell(value) == text


@pytest.mark.parametrize(
    ("serial", "kind", "is_1904", "text"),
    [
        (42000.5, DATE, False, "2014-12-27T12:00:00"),
        (42000, DATE, False, "2014-12-27"),
        (1, DATE, False, "1900-01-01"),
        (59, DATE, False, "1900-02-28"),
        (60, DATE, False, "1900-02-29"),
        (60.5, DATE, False, "1900-02-29T12:00:00"),
        (61, DATE, False, "1900-03-01"),
        (0.5, DATE, False, "12:00:00"),
        (0.9999999, DATE, False, "23:59:59"),
        (42488.479166666664, DATE, False, "2016-04-28T11:30:00"),
        (41999.9999999, DATE, False, "2014-12-27"),
        (42735, DATE, True, "2021-01-01"),
        (2957003, DATE, True, "9999-12-31"),
        (2957004, DATE, True, "2957004"),
        (0.25, DATE, True, "06:00:00"),
        (-1.2, DATE, False, "-1.2"),
        (2958466, DATE, False, "2958466"),
        (2958465, DATE, False, "9999-12-31"),
        (float("nan"), DATE, False, "nan"),
        (2958465.9999999, DATE, False, "9999-12-31T23:59:59"),
        (10.632060185185185, DURATION, True, "255:10:10"),
        (1.5, DURATION, False, "36:00:00"),
    ],
)
def test_day_number_reads_as_date(
    serial: float, kind: NumberKind, is_1904: bool, text: str
) -> None:
    """Both epochs, the leap day that never was, and numbers that are no date."""
    assert format_serial(serial, kind, is_1904=is_1904) == text


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("General", (NUMBER, 0)),
        ("0.00", (NUMBER, 0)),
        ("0.00E+00", (NUMBER, 0)),
        ("[Red]0", (NUMBER, 0)),
        ('"day "0', (NUMBER, 0)),
        ("0\\d", (NUMBER, 0)),
        ("_-* #,##0.00\\ [$kr-41D]_-;;@", (NUMBER, 0)),
        ("0;0;yyyy", (NUMBER, 0)),
        ('"a;d"0', (NUMBER, 0)),
        ('00;"d"', (ZEROS, 2)),
        ("\\;0", (NUMBER, 0)),
        ("0", (NUMBER, 0)),
        ("000-00-0000", (NUMBER, 0)),
        ("00000", (ZEROS, 5)),
        ("[Blue]0000;-0000", (ZEROS, 4)),
        ("_(00000_);@", (ZEROS, 5)),
        ("yyyy\\-mm\\-dd;@", (DATE, 0)),
        ("[$-409]d\\-mmm\\-yy;@", (DATE, 0)),
        ('yyyy"年"m"月"d"日"', (DATE, 0)),
        ("mm:ss.0", (DATE, 0)),
        ("ggge", (DATE, 0)),
        ("h:mm AM/PM", (DATE, 0)),
        ("[h]:mm", (DURATION, 0)),
        ("[ss].00", (DURATION, 0)),
    ],
)
def test_number_format_is_understood(code: str, meaning: tuple[NumberKind, int]) -> None:
    """Letters in quotes, brackets and escapes are no date; only pure zeros pad."""
    assert read_number_format(code) == meaning


@pytest.mark.parametrize(
    ("value", "text"), [(42, "00042"), (-42, "-00042"), (1.5, "1.5"), (1234567, "1234567")]
)
def test_zeros_are_part_of_the_value(value: float, text: str) -> None:
    """A format of five zeros shows whole numbers with five digits."""
    assert pad_zeros(value, 5) == text


def test_column_keeps_numbers_and_booleans_apart() -> None:
    """1, 1.0 and True are one key to Python and three cells to a person."""
    texts, has_long = format_column([1, 1.0, True, "1", "", date(2021, 1, 1)])
    assert texts.tolist() == ["1", "1", "TRUE", "1", "", "2021-01-01"]
    assert not has_long


@pytest.mark.parametrize(
    ("values", "texts", "has_long"),
    [
        (["a", "", "b"], ["a", "", "b"], False),
        ([1.0, 2.5, "", 1.0], ["1", "2.5", "", "1"], False),
        ([1.0, 1e16], ["1", "10000000000000000"], True),
        ([], [], False),
    ],
)
def test_column_is_written_by_distinct_value(
    values: list[object], texts: list[str], has_long: bool
) -> None:
    """A column reads like its cells, and says when a number lost digits."""
    written, found = format_column(values)
    assert written.tolist() == texts
    assert found is has_long
    assert any(map(has_lost_digits, values)) is has_long
