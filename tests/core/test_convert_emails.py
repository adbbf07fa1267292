"""E-mail cells: what people put around an address is taken off, the address stays as typed."""

from __future__ import annotations

import pytest
from convert_kit import codes, converter, custom
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from importer.core.convert.cell import FULL_WIDTH, INVISIBLE_REMOVED, PLACEHOLDER, REPEATED, TRIMMED
from importer.core.convert.emails import (
    _PLAIN,
    BRACKETS,
    DISPLAY_NAME,
    LABEL,
    MAILTO,
    PUNCTUATION,
    REMARK,
)
from importer.core.model import Severity

A, B, C = "ada@example.com", "bob@example.org", "cy@example.net"


@pytest.mark.parametrize(
    ("cell", "expected", "cleaned"),
    [
        pytest.param(A, [A], (), id="plain"),
        pytest.param("Ada.Lovelace+x@Example.COM", ["Ada.Lovelace+x@Example.COM"], (), id="case"),
        pytest.param(f" {A}\t", [A], (TRIMMED,), id="blanks"),
        pytest.param(f"{A}\u200b", [A], (INVISIBLE_REMOVED,), id="zero-width-at-end"),
        pytest.param("a\u200bda@example.com", [A], (INVISIBLE_REMOVED,), id="zero-width-inside"),
        pytest.param(f"\u00a0{A}\u200e", [A], (TRIMMED, INVISIBLE_REMOVED), id="both-ends"),
        pytest.param("ada＠example.com", [A], (FULL_WIDTH,), id="full-width-at"),
        pytest.param(f"{A};{B}", [A, B], (), id="semicolon"),
        pytest.param(f"{A}, {B}", [A, B], (), id="comma"),
        pytest.param(f"{A}\n{B}", [A, B], (), id="line-break"),
        pytest.param(f"{A} {B}", [A, B], (), id="blank"),
        pytest.param(f"{A}/{B}", [A, B], (), id="slash"),
        pytest.param(f"{A} / {B}", [A, B], (), id="slash-between-blanks"),
        pytest.param(f"{A} or {B}", [A, B], (), id="or"),
        pytest.param(f"{A} und {B}", [A, B], (), id="und"),
        pytest.param(f"{A};", [A], (), id="separator-at-end"),
        pytest.param(f"{A}; -", [A], (PLACEHOLDER,), id="placeholder-beside"),
        pytest.param(f"{A}, ADA@example.com", [A], (REPEATED,), id="twice"),
        pytest.param(f"mailto:{A}", [A], (MAILTO,), id="mailto"),
        pytest.param(f"MAILTO:{A}?subject=Hi", [A], (MAILTO,), id="mailto-with-subject"),
        pytest.param(f"<{A}>", [A], (BRACKETS,), id="angle-brackets"),
        pytest.param(f"<mailto:{A}>", [A], (BRACKETS, MAILTO), id="angle-brackets-mailto"),
        pytest.param(f"Ada Lovelace <{A}>", [A], (DISPLAY_NAME,), id="display-name"),
        pytest.param(f'"Lovelace, Ada" <{A}>', [A], (DISPLAY_NAME,), id="quoted-name"),
        pytest.param(f'"ada@home" <{A}>', [A], (DISPLAY_NAME,), id="quoted-name-with-at"),
        pytest.param(f"Lovelace, Ada <{A}>, <{B}>", [A, B], (DISPLAY_NAME,), id="two-brackets"),
        pytest.param(f"Ada <{A}> {B}", [A, B], (DISPLAY_NAME,), id="bracket-and-plain"),
        pytest.param(f"{A} (work)", [A], (REMARK,), id="remark"),
        pytest.param(f"E-Mail: {A}", [A], (LABEL,), id="label"),
        pytest.param(f"{A}.", [A], (PUNCTUATION,), id="full-stop"),
        pytest.param(f"'{A}'", [A], (PUNCTUATION,), id="quotes"),
        pytest.param(f"({A})", [A], (PUNCTUATION,), id="parentheses"),
        pytest.param("o'neill@example.com", ["o'neill@example.com"], (), id="apostrophe-inside"),
        pytest.param("a/b@example.com", ["a/b@example.com"], (), id="slash-inside"),
        pytest.param("почта@пример.рф", ["почта@пример.рф"], (), id="internationalised"),
        pytest.param("ada@corp.test", ["ada@corp.test"], (), id="reserved-for-tests"),
        pytest.param("n/a", None, (PLACEHOLDER,), id="placeholder"),
        pytest.param("Unknown", None, (PLACEHOLDER,), id="unknown"),
        pytest.param("-; n/a", None, (PLACEHOLDER,), id="placeholders"),
        pytest.param("", None, (), id="blank-cell"),
        pytest.param(" \u00a0", None, (), id="only-blanks"),
    ],
)
def test_addresses_come_out_as_typed(
    cell: str, expected: list[str] | None, cleaned: tuple[str, ...]
) -> None:
    """What was taken off is named, and nothing is found wrong."""
    converted = converter("email_addresses")(cell)
    assert (converted.value, converted.cleaned, converted.findings) == (expected, cleaned, ())


@pytest.mark.parametrize(
    ("cell", "suggestion"),
    [
        pytest.param("ada", None, id="no-at"),
        pytest.param("call me", None, id="words"),
        pytest.param("john doe@example.com", None, id="blank-before-at"),
        pytest.param("ada@x..com", "ada@x.com", id="two-dots"),
        pytest.param("ada@@example.com", A, id="two-ats"),
        pytest.param("ada@ example.com", A, id="blank-after-at"),
        pytest.param("ada@example,com", A, id="comma-for-dot"),
        pytest.param("ada(at)example.com", A, id="at-in-words"),
        pytest.param("ada at example dot com", A, id="at-and-dot-in-words"),
        pytest.param("ada.@example.com", A, id="dot-before-at"),
        pytest.param("ada@localhost", None, id="no-domain"),
        pytest.param("ada@-x.com", None, id="hyphen"),
        pytest.param(f"{A} call first", None, id="words-beside"),
    ],
)
def test_an_invalid_address_is_one_error_with_what_was_meant(
    cell: str, suggestion: str | None
) -> None:
    """Nothing is dropped in silence: a torn address is told as one."""
    converted = converter("email_addresses")(cell)
    assert converted.value is None
    assert codes(converted) == ["email-invalid"]
    assert converted.findings[0].suggestion == suggestion
    assert cell in converted.findings[0].message


def test_each_bad_address_of_several_is_named() -> None:
    """A good address beside a bad one does not hide it."""
    converted = converter("email_addresses")(f"{A}; bob@; cy@x..com")
    assert codes(converted) == ["email-invalid", "email-invalid"]
    assert [f.suggestion for f in converted.findings] == [None, "cy@x.com"]


def test_words_behind_a_separator_are_named_alone() -> None:
    """The address in front of them is not blamed."""
    (finding,) = converter("email_addresses")(f"{A}; call me").findings
    assert finding.message.startswith("'call me'")


def test_a_domain_that_no_mail_reaches_is_a_warning() -> None:
    """The address is sent; a person should know."""
    converted = converter("email_addresses")("ada@corp.local")
    assert converted.value == ["ada@corp.local"]
    assert [f.severity for f in converted.findings] == [Severity.WARNING]


def test_the_mapping_may_state_the_separator_and_what_is_blank() -> None:
    convert = converter("email_addresses", split="#", blanks=("none@example.com",))
    assert convert(f"{A}#{B}").value == [A, B]
    assert convert("None@Example.com").value is None


def test_a_field_that_takes_one_address_gets_one_or_says_so() -> None:
    convert = custom("string", format_="email")
    assert convert(A).value == A
    assert convert(f" {A}").value == A
    several = convert(f"{A}; {B}")
    assert (several.value, codes(several)) == (None, ["several-values"])


_LOCAL = st.text("abcXYZ019._+-", min_size=1, max_size=12)
_DOMAIN = st.text("abcXYZ019.-", min_size=1, max_size=14)


@given(_LOCAL, _DOMAIN, st.sampled_from(["com", "org", "museum", "x1", "c", ""]))
def test_the_short_way_accepts_only_what_the_library_accepts(
    local: str, domain: str, top: str
) -> None:
    """The pattern in front of the library is stricter than it, never laxer."""
    address = f"{local}@{domain}.{top}"
    if _PLAIN.fullmatch(address):
        validate_email(address, check_deliverability=False)


@given(st.text(max_size=40))
def test_no_text_raises(text: str) -> None:
    """Whatever stands in a cell becomes a value or a finding."""
    converted = converter("email_addresses")(text)
    assert converted.value is None or converted.is_sound


@given(
    st.lists(st.sampled_from([A, B, C]), min_size=1, max_size=3, unique=True),
    st.sampled_from([";", ", ", "\n", " ", " ; "]),
)
def test_several_addresses_keep_their_order(addresses: list[str], separator: str) -> None:
    assert converter("email_addresses")(separator.join(addresses)).value == addresses
