"""Phone cells: international form where the country is known, as typed where it is not."""

from __future__ import annotations

import phonenumbers
import pytest
from convert_kit import codes, converter, custom
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import NumberParseException, PhoneNumberFormat

from importer.core.convert.cell import FULL_WIDTH, INVISIBLE_REMOVED, PLACEHOLDER, REPEATED
from importer.core.convert.numbering import (
    plan_of_code,
    plan_of_region,
    shorten_foreign,
    shorten_national,
)
from importer.core.convert.phones import (
    APOSTROPHE,
    AS_TYPED,
    DOUBLE_ZERO,
    INTERNATIONAL,
    LABEL,
    POINT_ZERO,
    ZERO,
)
from importer.core.model import Severity

MOBILE, LONDON, US = "+447700900123", "+442079460958", "+12025550123"
INT = INTERNATIONAL


@pytest.mark.parametrize(
    ("cell", "expected", "cleaned"),
    [
        pytest.param(MOBILE, [MOBILE], (), id="international"),
        pytest.param("+44 7700 900123", [MOBILE], (INT,), id="with-blanks"),
        pytest.param("07700 900123", [MOBILE], (INT,), id="national"),
        pytest.param("+44 (0)20 7946 0958", [LONDON], (ZERO, INT), id="zero-in-parentheses"),
        pytest.param("(+44) 20 7946 0958", [LONDON], (INT,), id="code-in-parentheses"),
        pytest.param("0044 20 7946 0958", [LONDON], (DOUBLE_ZERO, INT), id="double-zero"),
        pytest.param("+0044 20 7946 0958", [LONDON], (DOUBLE_ZERO, INT), id="plus-and-zeros"),
        pytest.param("'+1 202 555 0123", [US], (APOSTROPHE, INT), id="apostrophe"),
        pytest.param("+1 202-555-0123 x45", [f"{US} x45"], (INT,), id="extension-x"),
        pytest.param("020 7946 0958 ext. 12", [f"{LONDON} x12"], (INT,), id="extension-ext"),
        pytest.param("020 7946 0958;ext=4", [f"{LONDON} x4"], (INT,), id="extension-rfc"),
        pytest.param(f"{LONDON} x4", [f"{LONDON} x4"], (), id="extension-as-we-write-it"),
        pytest.param("０２０ ７９４６ ０９５８", [LONDON], (FULL_WIDTH, INT), id="full-width"),
        pytest.param("٠٢٠٧٩٤٦٠٩٥٨", [LONDON], (INT,), id="arabic-digits"),
        pytest.param("020–7946–0958", [LONDON], (INT,), id="dashes"),
        pytest.param("\u202a+447700900123\u202c", [MOBILE], (INVISIBLE_REMOVED,), id="bidi"),
        pytest.param("+44\u200b7700900123", [MOBILE], (INVISIBLE_REMOVED,), id="zero-width"),
        pytest.param("Mobile: 07700 900123", [MOBILE], (LABEL, INT), id="label"),
        pytest.param("07700 900123 (mobile)", [MOBILE], (LABEL, INT), id="label-behind"),
        pytest.param(f"tel:{MOBILE}", [MOBILE], (LABEL, INT), id="tel-uri"),
        pytest.param(
            "T: 020 7946 0958 M: 07700 900123", [LONDON, MOBILE], (LABEL, INT), id="labels"
        ),
        pytest.param("07700 900123 / n/a", [MOBILE], (INT, PLACEHOLDER), id="slash-placeholder"),
        pytest.param("447700900123.0", [MOBILE], (POINT_ZERO, INT), id="point-zero"),
        pytest.param("020 7946 0958 / 07700 900123", [LONDON, MOBILE], (INT,), id="slash"),
        pytest.param("020 7946 0958, 07700 900123", [LONDON, MOBILE], (INT,), id="comma"),
        pytest.param("020 7946 0958 or 07700 900123", [LONDON, MOBILE], (INT,), id="or"),
        pytest.param("020 7946 0958\n07700 900123", [LONDON, MOBILE], (INT,), id="line"),
        pytest.param(f"{LONDON} {MOBILE}", [LONDON, MOBILE], (), id="two-pluses"),
        pytest.param(f"{LONDON}; -", [LONDON], (PLACEHOLDER,), id="placeholder-beside"),
        pytest.param(f"{LONDON}; 020 7946 0958", [LONDON], (INT, REPEATED), id="twice"),
        pytest.param("none", None, (PLACEHOLDER,), id="placeholder"),
        pytest.param("", None, (), id="blank"),
    ],
)
def test_numbers_of_a_known_country_are_written_internationally(
    cell: str, expected: list[str] | None, cleaned: tuple[str, ...]
) -> None:
    """Read with `region: GB`; what was cleaned is named."""
    converted = converter("phone_numbers", region="GB")(cell)
    assert (converted.value, converted.findings) == (expected, ())
    assert converted.cleaned == cleaned


@pytest.mark.parametrize(
    ("cell", "region", "expected"),
    [
        pytest.param("030/1234567", "DE", ["+49301234567"], id="slash-is-formatting"),
        pytest.param("0171/1234567", "DE", ["+491711234567"], id="slash-after-mobile-code"),
        pytest.param("+49 (0)30 1234567", "DE", ["+49301234567"], id="german-zero"),
        pytest.param("+39 (0)6 1234 5678", None, ["+390612345678"], id="italy-keeps-its-zero"),
        pytest.param("(202) 555-0123", "US", [US], id="american"),
        pytest.param("1-202-555-0123", "US", [US], id="american-with-one"),
        pytest.param("202.555.0123 #12", "US", [f"{US} x12"], id="american-extension"),
        pytest.param("011 44 20 7946 0958", "US", [LONDON], id="american-way-abroad"),
        pytest.param("00 1 202 555 0123", None, [US], id="zeros-need-no-region"),
        pytest.param("+800 1234 5678", None, ["+80012345678"], id="no-country"),
    ],
)
def test_each_country_has_its_own_habits(
    cell: str, region: str | None, expected: list[str]
) -> None:
    assert converter("phone_numbers", default_region=region)(cell).value == expected


@pytest.mark.parametrize(
    "cell",
    ["07700 900123", "030/1234567", "(202) 555-0123", "020 7946 0958/9", "020 7946 0958 x5"],
)
def test_a_number_of_an_unknown_country_stays_as_typed(cell: str) -> None:
    """Half-normalised numbers can be dialled by nobody."""
    converted = converter("phone_numbers")(cell)
    assert (converted.value, converted.cleaned) == ([cell], (AS_TYPED,))


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        pytest.param("call me", "phone-has-words", id="words"),
        pytest.param("1-800-FLOWERS", "phone-has-words", id="vanity"),
        pytest.param("Fax 020 7946 0958", "phone-has-words", id="fax"),
        pytest.param("9.19E+12", "phone-destroyed", id="exponent"),
        pytest.param("9,19E+12", "phone-destroyed", id="exponent-with-comma"),
        pytest.param("########", "phone-destroyed", id="number-signs"),
        pytest.param("123", "phone-invalid", id="too-few-digits"),
        pytest.param("+44 123456789012345678", "phone-invalid", id="too-many-digits"),
        pytest.param("020 7946 0958 09", "phone-invalid", id="too-long-for-country"),
        pytest.param("+1 202 555", "phone-invalid", id="too-short-for-country"),
        pytest.param("+999 12345678", "phone-invalid", id="no-such-country"),
        pytest.param("020_7946_0958", "phone-invalid", id="strange-signs"),
    ],
)
def test_what_is_no_number_is_an_error(cell: str, code: str) -> None:
    converted = converter("phone_numbers", region="GB")(cell)
    assert (converted.value, codes(converted)) == (None, [code])
    assert cell in converted.findings[0].message


@pytest.mark.parametrize(
    ("cell", "region", "expected", "code"),
    [
        pytest.param("555-0123", "US", ["555-0123"], "phone-area-missing", id="no-area-code"),
        pytest.param("555 0123", "GB", ["555 0123"], "phone-unlikely", id="other-country"),
        pytest.param("+1 123 456 7890", None, ["+11234567890"], "phone-unlikely", id="no-range"),
    ],
)
def test_a_doubtful_number_is_sent_with_a_warning(
    cell: str, region: str | None, expected: list[str], code: str
) -> None:
    """Under an assumed country a number that it does not give out is left alone."""
    converted = converter("phone_numbers", region=region)(cell)
    assert (converted.value, codes(converted)) == (expected, [code])
    assert converted.findings[0].severity is Severity.WARNING


def test_the_mapping_may_state_the_separator_and_what_is_blank() -> None:
    convert = converter("phone_numbers", split="+++", blanks=("07700 900999",))
    assert convert(f"{LONDON}+++{MOBILE}").value == [LONDON, MOBILE]
    assert convert("07700 900999").value is None


def test_a_field_that_takes_one_number_gets_one_or_says_so() -> None:
    convert = custom("string", region="GB")
    assert convert("07700 900123").value == MOBILE
    several = convert(f"{LONDON}; {MOBILE}")
    assert (several.value, codes(several)) == (None, ["several-values"])


_REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


def _long_way(text: str, region: str | None) -> str | None:
    try:
        return phonenumbers.format_number(phonenumbers.parse(text, region), PhoneNumberFormat.E164)
    except NumberParseException:
        return None


@pytest.mark.parametrize("kind", [phonenumbers.PhoneNumberType.MOBILE, None], ids=["mobile", "any"])
def test_the_short_way_agrees_with_the_library_in_every_country(kind: int | None) -> None:
    """Each country's own example, with and without its code."""
    for region in _REGIONS:
        number = (
            phonenumbers.example_number(region)
            if kind is None
            else phonenumbers.example_number_for_type(region, kind)
        )
        plan = plan_of_region(region)
        if number is None or plan is None:
            continue
        written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        assert shorten_foreign(written[1:]) in (written, None)
        national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        digits = "".join(c for c in national if c.isdigit())
        assert shorten_national(digits, plan) in (_long_way(digits, region), None)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(_REGIONS), st.text("0123456789", min_size=4, max_size=14))
def test_the_short_way_never_differs_from_the_library(region: str, digits: str) -> None:
    """Any digits, as of any country: the same answer, or none."""
    plan = plan_of_region(region)
    assert plan is not None
    short = shorten_national(digits, plan)
    assert short is None or short == _long_way(digits, region)
    abroad = shorten_foreign(plan.code + digits)
    assert abroad is None or abroad == _long_way(f"+{plan.code}{digits}", None)


def test_codes_that_are_no_country_have_no_plan() -> None:
    assert plan_of_code("800") is None
    assert plan_of_code("4") is None
    assert plan_of_region("ZZ") is None
    assert shorten_foreign("") is None


@given(st.text(max_size=40), st.sampled_from([None, "GB", "US", "DE"]))
def test_no_text_raises(text: str, region: str | None) -> None:
    converted = converter("phone_numbers", region=region)(text)
    assert converted.value is None or converted.is_sound


@given(st.text("0123456789+ ()-./x;,", max_size=30), st.sampled_from([None, "GB", "US", "IT"]))
def test_what_was_written_once_is_read_again_unchanged(text: str, region: str | None) -> None:
    """A number in our own form stays what it is."""
    convert = converter("phone_numbers", region=region)
    value = convert(text).value
    if isinstance(value, list) and all(str(v).startswith("+") for v in value):
        assert convert("; ".join(value)).value == value
