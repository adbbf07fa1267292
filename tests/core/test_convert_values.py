"""Texts, lists, yes and no, numbers, dates, ids: one cell in, one value out."""

from __future__ import annotations

import json
from decimal import Decimal
from time import process_time

import pytest
from convert_kit import codes, converter, custom
from hypothesis import given
from hypothesis import strategies as st

from importer.core.convert.booleans import _NO, _YES
from importer.core.convert.cell import (
    INVISIBLE_REMOVED,
    NUL_REMOVED,
    PLACEHOLDER,
    REPEATED,
    TRIMMED,
)
from importer.core.convert.identifiers import UUID_WRITTEN
from importer.core.convert.numbers import GROUPING, ZEROS
from importer.core.dates import MIDNIGHT
from importer.core.model import Severity

UUID = "4f0c0e1a-0000-4000-8000-000000000000"
UUID_2 = "4f0c0e1a-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("cell", "expected", "cleaned"),
    [
        pytest.param("Ada", "Ada", (), id="plain"),
        pytest.param(" Ada\u00a0", "Ada", (TRIMMED,), id="blanks"),
        pytest.param("\u200bAda", "Ada", (INVISIBLE_REMOVED,), id="zero-width"),
        pytest.param("\u3000Ada \u200e", "Ada", (TRIMMED, INVISIBLE_REMOVED), id="both"),
        pytest.param("A\0da", "Ada", (NUL_REMOVED,), id="nul"),
        pytest.param("Ada  Maria", "Ada  Maria", (), id="inner-blanks-stay"),
        pytest.param("नमस्\u200dते", "नमस्\u200dते", (), id="joiner-inside-stays"),
        pytest.param("Jose\u0301", "Jose\u0301", (), id="accents-as-given"),
        pytest.param("N/A", "N/A", (), id="a-word-like-any-other"),
        pytest.param("line\nbreak", "line\nbreak", (), id="line-break-inside"),
        pytest.param("", None, (), id="blank"),
        pytest.param(" \t\u200b\u00a0", None, (), id="nothing-visible"),
    ],
)
def test_text_is_kept_as_typed_but_for_its_ends(
    cell: str, expected: str | None, cleaned: tuple[str, ...]
) -> None:
    converted = converter("title")(cell)
    assert (converted.value, converted.cleaned) == (expected, cleaned)


@pytest.mark.parametrize("name", ["Null", "NA", "None", "nan", "N/A", "-", "True", "1"])
def test_a_name_is_a_name(name: str) -> None:
    """People are called Null; only the mapping may say otherwise."""
    assert converter("last_name")(name).value == name


def test_what_the_mapping_calls_blank_is_blank() -> None:
    """Letter for letter in names, in any case elsewhere; it is counted."""
    named = converter("last_name", blanks=("null",))
    assert named("null").value is None
    assert named("null").cleaned == (PLACEHOLDER,)
    assert named("Null").value == "Null"
    assert converter("title", blanks=("Keine Angabe",))(" keine  angabe ").value is None


@pytest.mark.parametrize("key", ["first_name", "email_addresses", "tags", "phone_numbers", "name"])
def test_a_blank_cell_is_an_error_where_the_mapping_says_so(key: str) -> None:
    convert = converter(key, blank="error", blanks=("?",))
    assert codes(convert("")) == ["blank-not-allowed"]
    assert codes(convert(" \u00a0")) == ["blank-not-allowed"]
    assert codes(convert("?")) == ["blank-not-allowed"]


def test_a_placeholder_is_a_blank_where_blanks_are_errors() -> None:
    converted = converter("email_addresses", blank="error")("n/a")
    assert codes(converted) == ["blank-not-allowed"]
    assert converted.cleaned == (PLACEHOLDER,)


@pytest.mark.parametrize(
    ("key", "options", "cell", "expected"),
    [
        pytest.param("tags", {}, "a, b;c|d\ne", ["a", "b", "c", "d", "e"], id="every-separator"),
        pytest.param("tags", {}, "数据，分析、算法", ["数据", "分析", "算法"], id="chinese"),
        pytest.param("tags", {}, " a ,, b ", ["a", "b"], id="empty-parts"),
        pytest.param("tags", {}, ", ;", None, id="only-separators"),
        pytest.param("tags", {}, "C/C++", ["C/C++"], id="slash-stays"),
        pytest.param("tags", {"split": ";"}, "a, b; c", ["a, b", "c"], id="stated"),
        pytest.param("tags", {"split": ""}, "a, b; c", ["a, b; c"], id="never-split"),
        pytest.param("tags", {"split": "\\n"}, "a, b\nc", ["a, b", "c"], id="line-break-escaped"),
        pytest.param("locations", {}, "Berlin, Germany", ["Berlin, Germany"], id="one-place"),
        pytest.param(
            "locations", {}, "Berlin, Germany; Paris", ["Berlin, Germany", "Paris"], id="places"
        ),
    ],
)
def test_lists_are_split_by_their_kind(
    key: str, options: dict[str, str], cell: str, expected: list[str] | None
) -> None:
    """A comma separates tags and never places."""
    assert converter(key, **options)(cell).value == expected


def test_a_repeated_tag_is_kept_once() -> None:
    converted = converter("tags")("Python, python , Go")
    assert (converted.value, converted.cleaned) == (["Python", "Go"], (REPEATED,))


@pytest.mark.parametrize(
    "word", ["Yes", "JA", "oui", "Sí", "sim", "vero", "да", "是", "x", "✓", "1"]
)
def test_yes_is_understood_in_every_language(word: str) -> None:
    assert converter("can_email")(word).value is True
    assert converter("can_email", invert=True)(word).value is False


@pytest.mark.parametrize(
    "word", ["No", "Nein", "NON", "não", "falso", "нет", "否", "0", "false", "✗"]
)
def test_no_is_understood_in_every_language(word: str) -> None:
    assert converter("is_private")(word).value is False
    assert converter("is_private", invert=True)(word).value is True


@pytest.mark.parametrize("word", ["maybe", "2", "-", "opted out", "O", "?"])
def test_an_unknown_word_is_neither(word: str) -> None:
    """Opt-outs are legal facts: a wrong reading is worse than a refusal."""
    converted = converter("can_email")(word)
    assert (converted.value, codes(converted)) == (None, ["boolean-unknown"])


def test_no_word_means_both() -> None:
    assert not _YES & _NO


@pytest.mark.parametrize(
    ("cell", "expected", "cleaned"),
    [
        pytest.param("7", 7, (), id="whole"),
        pytest.param("-7", -7, (), id="negative"),
        pytest.param("−7", -7, (), id="typographic-minus"),
        pytest.param("007", 7, (), id="zeros-in-front"),
        pytest.param("12345678901234567890", 12345678901234567890, (), id="big-stays-exact"),
        pytest.param("1.5", 1.5, (), id="point"),
        pytest.param("1,5", 1.5, (), id="comma"),
        pytest.param("0.500", 0.5, (), id="zero-in-front-is-no-grouping"),
        pytest.param("1234.567", 1234.567, (), id="four-digits-are-no-group"),
        pytest.param("5.0", 5, (ZEROS,), id="zeros-behind"),
        pytest.param("1,234.56", 1234.56, (GROUPING,), id="english"),
        pytest.param("1.234,56", 1234.56, (GROUPING,), id="german"),
        pytest.param("1.234.567", 1234567, (GROUPING,), id="german-millions"),
        pytest.param("1,234,567.0", 1234567, (GROUPING, ZEROS), id="english-millions"),
        pytest.param("1 234 567", 1234567, (GROUPING,), id="blanks"),
        pytest.param("1\u202f234,5", 1234.5, (GROUPING,), id="narrow-blanks"),
        pytest.param("1'234'567.5", 1234567.5, (GROUPING,), id="swiss"),
        pytest.param("12,34,567", 1234567, (GROUPING,), id="indian"),
        pytest.param("12,34,567.5", 1234567.5, (GROUPING,), id="indian-with-point"),
    ],
)
def test_numbers_are_read_where_one_reading_is_left(
    cell: str, expected: float, cleaned: tuple[str, ...]
) -> None:
    converted = custom("number")(cell)
    assert (converted.value, converted.cleaned, converted.findings) == (expected, cleaned, ())
    assert type(converted.value) is type(expected)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        pytest.param("1.234", "number-ambiguous", id="german-or-english"),
        pytest.param("-12,345", "number-ambiguous", id="english-or-german"),
        pytest.param("1E+05", "number-invalid", id="exponent"),
        pytest.param("5 €", "number-invalid", id="currency"),
        pytest.param("50%", "number-invalid", id="percent"),
        pytest.param("1.23.456", "number-invalid", id="torn-groups"),
        pytest.param("nan", "number-invalid", id="nan"),
        pytest.param("inf", "number-invalid", id="infinite"),
        pytest.param("9" * 1001, "number-invalid", id="endless"),
        pytest.param("0.12345678901234567890", "number-too-long", id="more-than-a-float-keeps"),
    ],
)
def test_other_numbers_are_errors(cell: str, code: str) -> None:
    converted = custom("number")(cell)
    assert (converted.value, codes(converted)) == (None, [code])


def test_full_width_digits_are_numbers() -> None:
    assert custom("integer")("１２").value == 12


def test_a_whole_number_is_never_rounded() -> None:
    convert = custom("integer")
    assert convert("5.00").value == 5
    assert codes(convert("5.5")) == ["number-not-whole"]
    assert codes(convert("5.000")) == ["number-ambiguous"]
    assert codes(convert("five")) == ["number-invalid"]


@given(st.integers())
def test_any_whole_number_comes_out_itself(number: int) -> None:
    assert custom("integer")(str(number)).value == number


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=0, max_value=10**9))
def test_any_price_comes_out_itself_in_both_worlds(number: Decimal) -> None:
    """English and German grouping give the same exact value."""
    english = f"{number:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    for text in (english, german):
        value = custom("number")(text).value
        assert Decimal(json.dumps(value)) == number


@pytest.mark.parametrize(
    ("cell", "expected", "cleaned"),
    [
        pytest.param(UUID, UUID, (), id="plain"),
        pytest.param(UUID.upper(), UUID, (UUID_WRITTEN,), id="capitals"),
        pytest.param(f"{{{UUID}}}", UUID, (UUID_WRITTEN,), id="braces"),
        pytest.param(f"urn:uuid:{UUID}", UUID, (UUID_WRITTEN,), id="urn"),
        pytest.param(UUID.replace("-", ""), UUID, (UUID_WRITTEN,), id="without-hyphens"),
    ],
)
def test_ids_are_written_in_one_form(cell: str, expected: str, cleaned: tuple[str, ...]) -> None:
    converted = converter("job_id")(cell)
    assert (converted.value, converted.cleaned) == (expected, cleaned)


def test_what_is_no_id_points_to_look_ups() -> None:
    converted = converter("job")("R-00007")
    assert codes(converted) == ["uuid-invalid"]
    assert "lookup: jobs.code" in converted.findings[0].hint


def test_several_ids_make_a_list() -> None:
    assert converter("applications")(f"{UUID}, {UUID_2}").value == [UUID, UUID_2]
    assert codes(converter("applications")(f"{UUID}; x")) == ["uuid-invalid"]


def test_objects_are_json() -> None:
    convert = custom("object")
    assert convert('{"level": "B2"}').value == {"level": "B2"}
    assert codes(convert("B2")) == ["object-invalid"]
    assert codes(convert("[1]")) == ["object-invalid"]
    assert codes(convert("[" * 100_000)) == ["object-invalid"]
    assert custom("array", items=("object", None))('{"a": 1}\n{"b": 2}').value == [
        {"a": 1},
        {"b": 2},
    ]


LISTS = {"jobs.code": {"r-1": (UUID,), "r-2": (UUID, UUID_2), "x": ("1", "2", "3", "4", "5", "6")}}


def test_a_name_is_looked_up_folded() -> None:
    convert = converter("job", lookup="jobs.code", lookups=LISTS)
    assert convert(" R-1 ").value == UUID
    assert convert(UUID_2).value == UUID_2


def test_an_ambiguous_name_lists_the_candidates() -> None:
    convert = converter("job", lookup="jobs.code", lookups=LISTS)
    two = convert("R-2")
    assert codes(two) == ["lookup-ambiguous"]
    assert f"{UUID}; {UUID_2}" in two.findings[0].message
    assert "…" in convert("x").findings[0].message


def test_a_missing_name_lists_the_nearest() -> None:
    convert = converter("job", lookup="jobs.code", lookups=LISTS)
    near = convert("R 2").findings[0]
    assert (near.code, "r-2" in near.hint) == ("lookup-missing", True)
    far = convert("Zimmermann").findings[0]
    assert "3 entries" in far.hint
    one = converter("job", lookup="a.b", lookups={"a.b": {"engineer": ("1",)}})("enginer")
    assert one.findings[0].suggestion == "engineer"


def test_without_the_list_nothing_is_sent() -> None:
    """Offline it is a warning, in a run an error."""
    run = converter("job", lookup="jobs.code")("R-1")
    assert (run.value, codes(run)) == (None, ["lookup-not-loaded"])
    offline = converter("job", lookup="jobs.code", is_offline=True)("R-1")
    assert (offline.value, codes(offline)) == (None, ["lookup-offline"])
    assert offline.findings[0].severity is Severity.WARNING


def test_looked_up_lists_are_split_at_semicolons() -> None:
    convert = custom("array", lookup="jobs.code", lookups=LISTS)
    assert convert("r-1; r-1").value == [UUID, UUID]
    assert codes(convert("r-1; r-9")) == ["lookup-missing"]


def test_dates_take_the_order_of_the_rule_before_the_columns() -> None:
    assert converter("last_interaction_at", dates="day-first", date_order="month-first")(
        "03/04/2024"
    ).value == ("2024-04-03T00:00:00Z")
    assert custom("string", format_="date", date_order="month-first")("03/04/2024").value == (
        "2024-03-04"
    )
    assert codes(custom("string", format_="date")("03/04/2024")) == ["date-ambiguous"]


@pytest.mark.parametrize(
    ("convert", "cell", "expected"),
    [
        pytest.param(
            converter("remote_created_at"), "2024-01-31", "2024-01-31T00:00:00Z", id="key"
        ),
        pytest.param(custom("string", format_="date"), "31 Jan 2024", "2024-01-31", id="date"),
        pytest.param(
            custom("string", format_="date-time"), "2024-01-31", "2024-01-31T00:00:00Z", id="time"
        ),
        pytest.param(custom(format="%d.%m.%y"), "31.01.24", "2024-01-31", id="format-in-rule"),
        pytest.param(custom(dates="day-first"), "31/01/2024", "2024-01-31", id="dates-in-rule"),
        pytest.param(custom(format="excel-serial"), "45322", "2024-01-31", id="serial"),
        pytest.param(
            custom("array", items=("string", "date")),
            "2024-01-31; 2024-02-01",
            ["2024-01-31", "2024-02-01"],
            id="list",
        ),
    ],
)
def test_a_field_gets_the_date_that_it_declares(
    convert: object, cell: str, expected: object
) -> None:
    assert callable(convert)
    assert convert(cell).value == expected


def test_what_was_assumed_of_a_date_is_named() -> None:
    assert converter("last_interaction_at")(" 2024-01-31").cleaned == (TRIMMED, MIDNIGHT)


def test_lists_of_other_types_are_converted_item_by_item() -> None:
    numbers = custom("array", items=("integer", None))
    assert numbers("1; 2|3").value == [1, 2, 3]
    assert codes(numbers("1; x; y")) == ["number-invalid", "number-invalid"]
    assert custom("array", items=("boolean", None))("yes; no").value == [True, False]
    assert custom("array")("a, b").value == ["a", "b"]
    assert custom("array", items=("string", "email"))("a@example.com b@example.com").value == [
        "a@example.com",
        "b@example.com",
    ]


@pytest.mark.parametrize(
    ("convert", "expected"),
    [
        pytest.param(converter("is_private", value=False), False, id="boolean"),
        pytest.param(converter("is_private", value="no"), False, id="word"),
        pytest.param(converter("tags", value="a, b"), ["a", "b"], id="list-as-text"),
        pytest.param(converter("tags", value=["a", "b, c"]), ["a", "b", "c"], id="list"),
        pytest.param(converter("title", value=None), None, id="null"),
        pytest.param(converter("title", value=" "), " ", id="blank-text"),
        pytest.param(custom("integer", value=4), 4, id="number"),
        pytest.param(custom("array", items=("integer", None), value=[4]), [4], id="numbers"),
        pytest.param(
            converter("urls", value="https://example.com"),
            [{"value": "https://example.com", "url_type": "OTHER"}],
            id="web-address",
        ),
    ],
)
def test_a_constant_is_what_its_cell_would_be(convert: object, expected: object) -> None:
    assert callable(convert)
    assert convert("whatever").value == expected


def test_a_bad_constant_says_so_in_every_row() -> None:
    assert codes(converter("urls", value=["https://example.com", "foo"])("")) == ["url-invalid"]
    assert codes(converter("is_private", value="maybe")("")) == ["boolean-unknown"]


@pytest.mark.parametrize(
    ("convert", "cell", "expected"),
    [
        pytest.param(custom(), "1.234", "1.234", id="unknown-type-is-text"),
        pytest.param(custom("string"), "yes", "yes", id="text-is-text"),
        pytest.param(custom(invert=True), "yes", False, id="inverted-is-boolean"),
        pytest.param(custom(region="GB"), "07700 900123", "+447700900123", id="region-is-phone"),
        pytest.param(custom(url_type="BLOG"), "example.com", "https://example.com", id="url-type"),
        pytest.param(custom("string", format_="uuid"), UUID.upper(), UUID, id="uuid"),
        pytest.param(custom("string", format_="ipv4"), "x", "x", id="unknown-format-is-text"),
    ],
)
def test_a_field_of_its_own_is_read_by_what_is_declared(
    convert: object, cell: str, expected: object
) -> None:
    assert callable(convert)
    assert convert(cell).value == expected


def test_a_published_key_follows_the_schema_where_it_takes_one_value() -> None:
    from importer.core.convert import build_converter
    from importer.core.model import Field, FieldPath, Section
    from importer.core.rules import ConvertContext, Rule

    path = FieldPath(Section.MODEL_KEYS, "tags")
    one = build_converter(Rule(path, ("c",)), Field(path, "string"), ConvertContext())
    assert one("a, b").value == "a, b"
    undeclared = build_converter(Rule(path, ("c",)), None, ConvertContext())
    assert undeclared("a, b").value == ["a", "b"]
    day = FieldPath(Section.MODEL_KEYS, "last_interaction_at")
    plain = Field(day, "string", format="date")
    assert build_converter(Rule(day, ("c",)), plain, ConvertContext())("2024-01-31").value == (
        "2024-01-31"
    )


@given(st.text(max_size=30))
def test_no_text_raises(text: str) -> None:
    """Whatever stands in a cell becomes a value or a finding, and never both an error and one."""
    for convert in _EVERY:
        converted = convert(text)
        assert converted.value is None or converted.is_sound
        json.dumps(converted.value)


_EVERY = (
    *(converter(k) for k in ("title", "last_name", "tags", "locations", "can_email", "job")),
    converter("last_interaction_at"),
    converter("name", order="given-family"),
    converter("name", order="family-given"),
    custom("number"),
    custom("integer"),
    custom("object"),
    custom("array", items=("number", None)),
    converter("job", lookup="jobs.code", lookups=LISTS),
)


_LONG = {
    "blanks": "a" + " " * 490 + "b",
    "at-signs": "@" * 490,
    "brackets": "<@" * 245,
    "digits": "1 " * 245,
    "dots": "a." * 245 + "@x.com",
    "labels": "a: " * 160,
    "quotes": '"a" ' * 120,
    "addresses": "https://" * 60,
}


@pytest.mark.parametrize("text", list(_LONG.values()), ids=list(_LONG))
def test_no_cell_keeps_a_run_busy(text: str) -> None:
    """Hostile cells cost milliseconds; ten times as long, they are refused unread."""
    hard = (
        *_EVERY,
        converter("email_addresses"),
        converter("phone_numbers", region="GB"),
        converter("urls"),
    )
    begun = process_time()
    for convert in hard:
        convert(text)
        convert(text * 10)
    assert process_time() - begun < 10


@pytest.mark.parametrize(
    "key", ["email_addresses", "phone_numbers", "urls", "name", "last_interaction_at"]
)
def test_a_cell_longer_than_any_value_is_refused_unread(key: str) -> None:
    converted = converter(key)("a b" * 4_000)
    assert (converted.value, codes(converted)) == (None, ["cell-too-long"])
