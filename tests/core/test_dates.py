"""Dates: the order is decided for a column and never for a cell."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.core.date_formats import describe_number
from importer.core.date_words import MONTHS, WEEKDAYS
from importer.core.dates import (
    CLOCK_CHANGE,
    DOTTED,
    MIDNIGHT,
    SHORT_YEAR,
    SPECIAL_FORMATS,
    TIME_LEFT_OUT,
    DateClass,
    DateEvidence,
    classify_date,
    read_date,
)
from importer.core.model import Converted, Finding

FIXED, DAY, MONTH = DateClass.FIXED, DateClass.DAY_FIRST_ONLY, DateClass.MONTH_FIRST_ONLY
EITHER, NONE = DateClass.EITHER, DateClass.NOT_A_DATE


def code(converted: Converted) -> str:
    """The code of the one finding."""
    assert converted.value is None
    (finding,) = converted.findings
    return finding.code


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2024-01-31", FIXED),
        ("2024/01/31", FIXED),
        ("2024-01-31T10:00:00Z", FIXED),
        ("31 Jan 2024", FIXED),
        ("03/03/2024", FIXED),
        ("99/12/31", FIXED),
        ("2024年3月5日", FIXED),
        ("25/12/2024", DAY),
        ("25.12.2024", DAY),
        ("25-12-24", DAY),
        ("12/25/2024", MONTH),
        ("12.25.2024", MONTH),
        ("03/04/2024", EITHER),
        ("03.04.2024", EITHER),
        ("3/4/24 14:30", EITHER),
        ("31/04/2024", NONE),
        ("32/01/2024", NONE),
        ("13/13/2024", NONE),
        ("45322", NONE),
        ("Sep-63", NONE),
        ("soon", NONE),
        (" 25/12/2024 ", DAY),
    ],
)
def test_a_text_is_classed_by_what_it_says_of_the_order(text: str, kind: DateClass) -> None:
    assert classify_date(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-31",
        "2024/1/31",
        "2024.01.31",
        "31 Jan 2024",
        "31. Januar 2024",
        "Jan 31, 2024",
        "January 31st, 2024",
        "Jan. 31 2024",
        "31-Jan-2024",
        "31Jan2024",
        "2024 Jan 31",
        "2024-Jan-31",
        "31 de enero de 2024",
        "31 janvier 2024",
        "31 gennaio 2024",
        "31 januari 2024",
        "31 de janeiro de 2024",
        "31 января 2024 г.",
        "31 янв. 2024",
        "31 of January, 2024",
        "Wed, 31 Jan 2024",
        "Mittwoch, 31. Januar 2024",
        "Wed 31/01/2024",
        "31.01.2024 г.",
        "2024年1月31日",
        "2024 年 1 月 31 日",
        "２０２４-01-31",
        " 2024-01-31 ",
    ],
)
def test_unambiguous_dates_need_no_order(text: str) -> None:
    """Whatever the language, the same day comes out."""
    assert read_date(text, wants="date") == Converted("2024-01-31")


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("03/04/2024", "day-first", "2024-04-03"),
        ("03/04/2024", "month-first", "2024-03-04"),
        ("3-4-2024", "day-first", "2024-04-03"),
        ("25/12/2024", None, "2024-12-25"),
        ("12/25/2024", None, "2024-12-25"),
        ("25/12/2024", "day-first", "2024-12-25"),
        ("12/25/2024", "month-first", "2024-12-25"),
        ("03.04.2024", "month-first", "2024-03-04"),
        ("12.25.2024", None, "2024-12-25"),
        ("03/03/2024", None, "2024-03-03"),
        ("2024-03-04", "day-first", "2024-03-04"),
        ("15. 01. 2024", "day-first", "2024-01-15"),
        ("25/12/2024", "year-first", "2024-12-25"),
        ("03/03/2024", "year-first", "2024-03-03"),
    ],
)
def test_the_order_decides_what_the_text_leaves_open(
    text: str, order: str | None, expected: str
) -> None:
    assert read_date(text, order=order) == Converted(expected)


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("1/2/69", "day-first", "1969-02-01"),
        ("1/2/68", "day-first", "2068-02-01"),
        ("15-Jan-00", None, "2000-01-15"),
        ("99/12/31", None, "1999-12-31"),
        ("00/12/31", None, "2000-12-31"),
        ("24/03/05", "year-first", "2024-03-05"),
        ("01/02/03", "year-first", "2001-02-03"),
    ],
)
def test_two_digit_years_turn_at_69_and_say_so(text: str, order: str | None, expected: str) -> None:
    converted = read_date(text, order=order)
    assert (converted.value, converted.cleaned) == (expected, (SHORT_YEAR,))


def test_dots_mean_day_first_until_the_column_says_otherwise() -> None:
    assert read_date("03.04.2024") == Converted("2024-04-03", (), (DOTTED,))
    assert read_date("30.09.2015") == Converted("2015-09-30")


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        pytest.param("03/04/2024", None, "date-ambiguous", id="both-ways"),
        pytest.param("03/04/2024", "year-first", "date-ambiguous", id="order-says-nothing"),
        pytest.param("12/25/2024", "day-first", "date-against-order", id="against-day-first"),
        pytest.param("25/12/2024", "month-first", "date-against-order", id="against-month-first"),
        pytest.param("31/12/99", "year-first", "date-against-order", id="against-year-first"),
        pytest.param("31/04/2024", "day-first", "date-invalid", id="no-such-day"),
        pytest.param("2024-02-30", None, "date-invalid", id="no-30-february"),
        pytest.param("2023-02-29", None, "date-invalid", id="no-leap-year"),
        pytest.param("2024-13-01", None, "date-invalid", id="no-month-13"),
        pytest.param("45/45/2024", None, "date-invalid", id="no-day-45"),
        pytest.param("31 Feb 2024", None, "date-invalid", id="worded"),
        pytest.param("2024年13月1日", None, "date-invalid", id="chinese"),
        pytest.param("2024-01-31 25:00", None, "date-invalid", id="no-hour-25"),
        pytest.param("31 Jan 2024 10:61", None, "date-invalid", id="no-minute-61"),
        pytest.param("1/31/2024 13:00 PM", None, "date-invalid", id="no-13-pm"),
        pytest.param("soon", None, "date-invalid", id="word"),
        pytest.param("14:30", None, "date-invalid", id="only-a-time"),
        pytest.param("1/2/3", None, "date-invalid", id="one-digit-year"),
        pytest.param("2024-01-031", None, "date-invalid", id="three-digit-day"),
        pytest.param("123/01/2024", None, "date-invalid", id="three-digit-start"),
        pytest.param("31 Foo 2024", None, "date-invalid", id="no-month"),
        pytest.param("Foo, 31 Jan 2024", None, "date-invalid", id="no-weekday"),
        pytest.param("2", None, "date-plain-number", id="small-number"),
        pytest.param("45322", None, "date-plain-number", id="serial"),
        pytest.param("45322.5", None, "date-plain-number", id="serial-with-time"),
        pytest.param("1706659200000", None, "date-plain-number", id="milliseconds"),
        pytest.param("20240131", None, "date-plain-number", id="eight-digits"),
        pytest.param("2024", None, "date-incomplete", id="year"),
        pytest.param("Sep-63", None, "date-incomplete", id="month-and-short-year"),
        pytest.param("Sep 2023", None, "date-incomplete", id="month-and-year"),
        pytest.param("março de 2023", None, "date-incomplete", id="month-and-year-worded"),
        pytest.param("09/2015", None, "date-incomplete", id="month-and-year-in-digits"),
        pytest.param("2015-09", None, "date-incomplete", id="year-and-month"),
        pytest.param("3 Jan", None, "date-incomplete", id="day-and-month"),
        pytest.param("3.1.", None, "date-incomplete", id="german-without-year"),
        pytest.param("2023年5月", None, "date-incomplete", id="chinese-month"),
        pytest.param("31/12/2301", None, "date-out-of-range", id="future"),
        pytest.param("0202-01-15", None, "date-out-of-range", id="slip"),
        pytest.param("1899-12-30", None, "date-out-of-range", id="zero-of-a-spreadsheet"),
        pytest.param("2 Feb 3024", None, "date-out-of-range", id="worded-future"),
    ],
)
def test_what_is_no_certain_date_is_an_error(text: str, order: str | None, expected: str) -> None:
    assert code(read_date(text, order=order)) == expected


def test_an_ambiguous_date_shows_the_line_to_add() -> None:
    (finding,) = read_date("03/04/2024").findings
    assert "2024-04-03" in finding.message
    assert "2024-03-04" in finding.message
    assert "`dates: day-first`" in finding.hint


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("45322", "`format: 'excel-serial'` (it would be 2024-01-31)"),
        ("1706659200", "`format: 'epoch-s'` (it would be 2024-01-31)"),
        ("1706659200000", "`format: 'epoch-ms'` (it would be 2024-01-31)"),
        ("20240131", "`format: '%Y%m%d'` (it would be 2024-01-31)"),
        ("7", "Write it like 2024-01-31."),
        ("19003112", "Write it like 2024-01-31."),
    ],
)
def test_a_plain_number_is_offered_as_a_date_and_never_taken_for_one(text: str, offer: str) -> None:
    finding = describe_number(text)
    assert isinstance(finding, Finding)
    assert offer in finding.hint


@pytest.mark.parametrize(
    ("text", "format_", "expected"),
    [
        pytest.param("31/01/2024", "%d/%m/%Y", "2024-01-31", id="strptime"),
        pytest.param("20240131", "%Y%m%d", "2024-01-31", id="compact"),
        pytest.param("2024-31-01", "%Y-%d-%m", "2024-01-31", id="odd"),
        pytest.param("2024-01-31", "%d/%m/%Y", "2024-01-31", id="iso-besides"),
        pytest.param("45322", "excel-serial", "2024-01-31", id="serial"),
        pytest.param("1", "excel-serial", "1900-01-01", id="first-serial"),
        pytest.param("59", "excel-serial", "1900-02-28", id="before-the-day-that-never-was"),
        pytest.param("61", "excel-serial", "1900-03-01", id="after-the-day-that-never-was"),
        pytest.param("43860", "excel-serial-1904", "2024-01-31", id="old-macs"),
        pytest.param("2024-01-31", "excel-serial", "2024-01-31", id="iso-beside-serials"),
        pytest.param("45322.5", "excel-serial", "2024-01-31T12:00:00Z", id="serial-noon"),
        pytest.param("45322,25", "excel-serial", "2024-01-31T06:00:00Z", id="serial-comma"),
        pytest.param("45322.999999999", "excel-serial", "2024-02-01T00:00:00Z", id="a-hair-under"),
        pytest.param("1706659200", "epoch-s", "2024-01-31T00:00:00Z", id="seconds"),
        pytest.param("1706659200123", "epoch-ms", "2024-01-31T00:00:00.123Z", id="milliseconds"),
        pytest.param("31.01.2024 14:30", "%d.%m.%Y %H:%M", "2024-01-31T14:30:00Z", id="time"),
        pytest.param(
            "2024-01-31 14:30 +0200", "%Y-%m-%d %H:%M %z", "2024-01-31T14:30:00+02:00", id="zone"
        ),
    ],
)
def test_a_stated_format_is_followed(text: str, format_: str, expected: str) -> None:
    assert read_date(text, format=format_).value == expected


@pytest.mark.parametrize(
    ("text", "format_", "expected"),
    [
        ("soon", "%d/%m/%Y", "date-format"),
        ("31/01/2024", "%m/%d/%Y", "date-format"),
        ("31 Jan 2024", "%d/%m/%Y", "date-format"),
        ("60", "excel-serial", "date-format"),
        ("0", "excel-serial", "date-format"),
        ("soon", "excel-serial", "date-format"),
        ("Infinity", "excel-serial", "date-format"),
        ("99999999999999", "excel-serial", "date-format"),
        ("9999999999999999999", "epoch-ms", "date-format"),
        ("999999", "excel-serial", "date-out-of-range"),
        ("01/01/0001", "%d/%m/%Y", "date-out-of-range"),
    ],
)
def test_what_does_not_fit_the_format_is_an_error(text: str, format_: str, expected: str) -> None:
    assert code(read_date(text, format=format_)) == expected


def test_a_short_year_by_format_says_so() -> None:
    assert read_date("31.01.24", format="%d.%m.%y").cleaned == (SHORT_YEAR,)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2024-01-31T10:00:00Z", "Europe/London", "2024-01-31T10:00:00Z"),
        ("2024-01-31 10:00 UTC", None, "2024-01-31T10:00:00Z"),
        ("2024-01-31 10:00:00+02:00", None, "2024-01-31T10:00:00+02:00"),
        ("2024-01-31T10:00:00-0330", None, "2024-01-31T10:00:00-03:30"),
        ("2024-01-31T10:00:00+01", None, "2024-01-31T10:00:00+01:00"),
        ("2024-01-31T10:00:00.250Z", None, "2024-01-31T10:00:00.250Z"),
        ("31.01.2024 um 10:00 Uhr UTC", None, "2024-01-31T10:00:00Z"),
        ("31 janvier 2024 à 10h00 UTC", None, "2024-01-31T10:00:00Z"),
    ],
)
def test_a_time_with_its_zone_is_kept(text: str, zone: str | None, expected: str) -> None:
    assert read_date(text, time_zone=zone, wants="date-time") == Converted(expected)


@pytest.mark.parametrize(
    ("text", "zone", "expected", "cleaned"),
    [
        ("2024-01-31 10:00", None, "2024-01-31T10:00:00Z", ("time zone assumed: UTC",)),
        (
            "2024-07-01 10:00",
            "Europe/London",
            "2024-07-01T10:00:00+01:00",
            ("time zone assumed: Europe/London",),
        ),
        (
            "1/31/2024 2:30 PM",
            "America/New_York",
            "2024-01-31T14:30:00-05:00",
            ("time zone assumed: America/New_York",),
        ),
        (
            "1/31/2024 12:05 a.m.",
            None,
            "2024-01-31T00:05:00Z",
            ("time zone assumed: UTC",),
        ),
        (
            "2024-10-27 01:30",
            "Europe/London",
            "2024-10-27T01:30:00+01:00",
            ("time zone assumed: Europe/London", CLOCK_CHANGE),
        ),
    ],
)
def test_a_time_without_a_zone_takes_the_stated_one_or_utc_and_says_so(
    text: str, zone: str | None, expected: str, cleaned: tuple[str, ...]
) -> None:
    assert read_date(text, time_zone=zone) == Converted(expected, (), cleaned)


def test_a_date_never_meets_a_time_zone() -> None:
    """The day stays the day, whatever zone the mapping names."""
    zone = "Pacific/Auckland"
    assert read_date("2024-01-31", time_zone=zone) == Converted("2024-01-31")
    assert read_date("2024-01-31", time_zone=zone, wants="date-time") == Converted(
        "2024-01-31T00:00:00Z", (), (MIDNIGHT,)
    )
    late = read_date("2024-01-31 23:59", time_zone=zone, wants="date")
    assert late == Converted("2024-01-31", (), (TIME_LEFT_OUT,))
    assert read_date("2024-01-31 00:00:00", wants="date") == Converted("2024-01-31")


def test_blank_is_blank() -> None:
    assert read_date(" \t") == Converted(None)


# --- the column --------------------------------------------------------------------------------


def decide(*texts: str) -> tuple[str | None, bool]:
    """What a column of these texts decides."""
    evidence = DateEvidence()
    for text in texts:
        evidence.observe(text)
    decision = evidence.decide()
    assert bool(decision.why) is bool(decision.examples)
    return decision.order, decision.is_contradictory


@pytest.mark.parametrize(
    ("texts", "order", "is_contradictory"),
    [
        pytest.param(["03/04/2024", "25/12/2024"], "day-first", False, id="one-day-above-12"),
        pytest.param(["03/04/2024", "12/25/2024"], "month-first", False, id="other-way"),
        pytest.param(["03/04/2024", "05/06/2024"], None, False, id="nothing-decides"),
        pytest.param(["03.04.2024", "05.06.2024"], "day-first", False, id="dots"),
        pytest.param(["03.04.2024", "05/06/2024"], None, False, id="dots-and-slashes"),
        pytest.param(["03.04.2024", "09.30.2024"], "month-first", False, id="dots-impossible"),
        pytest.param(["25/12/2024", "12/25/2024"], None, True, id="contradiction"),
        pytest.param(["2024-01-31", "soon", "", "03/03/2024"], None, False, id="no-evidence"),
    ],
)
def test_the_order_is_decided_from_the_whole_column(
    texts: list[str], order: str | None, is_contradictory: bool
) -> None:
    assert decide(*texts) == (order, is_contradictory)
    assert decide(*reversed(texts)) == (order, is_contradictory)


def test_a_decision_shows_a_few_examples() -> None:
    evidence = DateEvidence()
    for day in range(13, 28):
        evidence.observe(f"{day}/01/2024")
    evidence.observe("13/01/2024")
    assert evidence.decide().examples == ("13/01/2024", "14/01/2024", "15/01/2024")


def test_in_a_contradictory_column_the_fewer_are_errors() -> None:
    """Either they are wrong or the rest is; an ambiguous one stays an error as it was."""
    evidence = DateEvidence()
    evidence.observe("25/12/2024", 90)
    evidence.observe("12/25/2024", 1)
    for text, expected in {
        "25/12/2024": [],
        "12/25/2024": ["date-contradicts"],
        "03/04/2024": ["date-ambiguous"],
        "2024-01-31": [],
    }.items():
        told = evidence.contradict(text, read_date(text))
        assert [f.code for f in told.findings] == expected
        assert (told.value is None) is bool(expected)


def test_a_tie_makes_both_sides_errors() -> None:
    evidence = DateEvidence()
    evidence.observe("25/12/2024")
    evidence.observe("12/25/2024")
    for text in ("25/12/2024", "12/25/2024"):
        assert not evidence.contradict(text, read_date(text)).is_sound


_DAYS = st.dates(min_value=date(1970, 1, 1), max_value=date(2060, 12, 31))


@given(st.lists(_DAYS, min_size=1, max_size=30), st.sampled_from(["day-first", "month-first"]))
def test_a_column_written_in_one_order_is_never_read_in_the_other(
    days: list[date], order: str
) -> None:
    """Whatever is decided is right, or nothing is decided and nothing is read wrong."""
    pattern = "%d/%m/%Y" if order == "day-first" else "%m/%d/%Y"
    evidence = DateEvidence()
    for day in days:
        evidence.observe(day.strftime(pattern))
    decision = evidence.decide()
    assert decision.order in (order, None)
    assert not decision.is_contradictory
    for day in days:
        value = read_date(day.strftime(pattern), order=decision.order).value
        assert value in (day.isoformat(), None)
        assert decision.order is None or value is not None


@given(_DAYS)
def test_every_way_of_writing_a_day_gives_that_day(day: date) -> None:
    written = [
        day.isoformat(),
        day.strftime("%d %B %Y"),
        day.strftime("%B %d, %Y"),
        f"{day.year}年{day.month}月{day.day}日",
    ]
    assert {read_date(text, wants="date").value for text in written} == {day.isoformat()}
    assert read_date(day.strftime("%d.%m.%Y"), order="day-first").value == day.isoformat()
    serial = (day - date(1899, 12, 30)).days
    assert read_date(str(serial), format="excel-serial").value == day.isoformat()


@given(st.datetimes(datetime(1970, 1, 1), datetime(2060, 1, 1)))  # noqa: DTZ001 - it has none yet
def test_a_serial_with_a_time_is_read_to_the_second(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    days = (moment - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001
    value = read_date(repr(days), format="excel-serial", wants="date-time").value
    assert value == moment.isoformat() + "Z"


@given(
    st.text(max_size=25),
    st.sampled_from([None, "day-first", "month-first", "year-first"]),
    st.sampled_from([None, "%d/%m/%Y", *SPECIAL_FORMATS]),
)
def test_no_text_raises(text: str, order: str | None, format_: str | None) -> None:
    converted = read_date(text, order=order, format=format_)
    assert converted.value is None or converted.is_sound
    classify_date(text)


def test_no_word_means_two_months_and_none_a_weekday_in_a_date() -> None:
    """One table for all languages works only while its words do not clash."""
    from importer.core import date_words

    listed = [
        w for line in date_words._MONTHS for w in {date_words.fold_word(x) for x in line.split()}
    ]
    assert len(listed) == len(set(listed)) == len(MONTHS)
    assert not {word for word in WEEKDAYS if len(word) > 3} & MONTHS.keys()
