"""Web addresses: completed where they are bare, refused where they are none."""

from __future__ import annotations

import pytest
from convert_kit import codes, converter, custom
from hypothesis import given
from hypothesis import strategies as st

from importer.core.convert.cell import FULL_WIDTH, INVISIBLE_REMOVED, PLACEHOLDER, REPEATED
from importer.core.convert.urls import HTTPS_ADDED, LABEL, PUNCTUATION, guess_url_type

PAGE = "https://www.example.com/ada"


@pytest.mark.parametrize(
    ("cell", "expected", "cleaned"),
    [
        pytest.param(PAGE, [PAGE], (), id="plain"),
        pytest.param("http://example.com", ["http://example.com"], (), id="http-stays"),
        pytest.param("HTTPS://Example.com/A", ["HTTPS://Example.com/A"], (), id="case-stays"),
        pytest.param("example.com", ["https://example.com"], (HTTPS_ADDED,), id="bare"),
        pytest.param("www.example.com/ada", [PAGE], (HTTPS_ADDED,), id="www"),
        pytest.param(
            "example.com:8080/x", ["https://example.com:8080/x"], (HTTPS_ADDED,), id="port"
        ),
        pytest.param(
            "пример.рф/a", ["https://пример.рф/a"], (HTTPS_ADDED,), id="internationalised"
        ),
        pytest.param("http://192.0.2.1/a", ["http://192.0.2.1/a"], (), id="address-in-numbers"),
        pytest.param(f"{PAGE}\nhttps://b.example", [PAGE, "https://b.example"], (), id="lines"),
        pytest.param(f"{PAGE} https://b.example", [PAGE, "https://b.example"], (), id="blank"),
        pytest.param(f"{PAGE}, https://b.example", [PAGE, "https://b.example"], (), id="comma"),
        pytest.param(f"{PAGE},https://b.example", [PAGE, "https://b.example"], (), id="bare-comma"),
        pytest.param(f"{PAGE}; -", [PAGE], (PLACEHOLDER,), id="placeholder-beside"),
        pytest.param(f"{PAGE}; {PAGE}", [PAGE], (REPEATED,), id="twice"),
        pytest.param("https://example.com/a,b", ["https://example.com/a,b"], (), id="comma-inside"),
        pytest.param(f"{PAGE}.", [PAGE], (PUNCTUATION,), id="full-stop"),
        pytest.param(f"<{PAGE}>", [PAGE], (PUNCTUATION,), id="angle-brackets"),
        pytest.param(f"({PAGE})", [PAGE], (PUNCTUATION,), id="parentheses"),
        pytest.param("https://example.org/A_(b)", ["https://example.org/A_(b)"], (), id="inside"),
        pytest.param(f"LinkedIn: {PAGE}", [PAGE], (LABEL,), id="label"),
        pytest.param("Web: www.example.com/ada", [PAGE], (LABEL, HTTPS_ADDED), id="label-bare"),
        pytest.param(f"{PAGE} (my page)", [PAGE], (LABEL,), id="remark"),
        pytest.param(
            "https://example.com/x;y=1|2", ["https://example.com/x;y=1|2"], (), id="signs-inside"
        ),
        pytest.param(
            "a.example;b.example",
            ["https://a.example", "https://b.example"],
            (HTTPS_ADDED,),
            id="semicolon-bare",
        ),
        pytest.param(f"{PAGE}\u200b", [PAGE], (INVISIBLE_REMOVED,), id="zero-width"),
        pytest.param("https：//www.example.com/ada", [PAGE], (FULL_WIDTH,), id="full-width"),
        pytest.param("n/a", None, (PLACEHOLDER,), id="placeholder"),
        pytest.param("-; none", None, (PLACEHOLDER,), id="placeholders"),
        pytest.param("", None, (), id="blank-cell"),
    ],
)
def test_addresses_come_out_whole(
    cell: str, expected: list[str] | None, cleaned: tuple[str, ...]
) -> None:
    converted = converter("urls", url_type="PERSONAL")(cell)
    wanted = expected and [{"value": a, "url_type": "PERSONAL"} for a in expected]
    assert (converted.value, converted.cleaned, converted.findings) == (wanted, cleaned, ())


@pytest.mark.parametrize(
    ("cell", "suggestion"),
    [
        pytest.param("foo", None, id="word"),
        pytest.param("ada@example.com", None, id="email"),
        pytest.param("https://ada:secret@example.com", None, id="sign-in"),
        pytest.param("cv.pdf", None, id="file"),
        pytest.param("javascript:alert(1)", None, id="script"),
        pytest.param("ftp://example.com", None, id="ftp"),
        pytest.param("http://localhost", None, id="no-domain"),
        pytest.param("https://example.com/a b", None, id="blank-inside"),
        pytest.param("https://example.com:port", None, id="port"),
        pytest.param("http://[::1", None, id="broken-brackets"),
        pytest.param("@ada", None, id="handle"),
        pytest.param("in/ada-l", "https://www.linkedin.com/in/ada-l", id="linkedin-path"),
        pytest.param("//example.com/x", None, id="no-scheme"),
        pytest.param("http:/example.com", "https://example.com", id="one-slash"),
        pytest.param("https//example.com", "https://example.com", id="no-colon"),
        pytest.param("htp://a b", None, id="torn-beyond-repair"),
    ],
)
def test_what_is_no_web_address_is_an_error(cell: str, suggestion: str | None) -> None:
    converted = converter("urls")(cell)
    assert (converted.value, codes(converted)) == (None, ["url-invalid"])
    assert converted.findings[0].suggestion == suggestion


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://www.linkedin.com/in/ada", "SOCIAL_MEDIA"),
        ("https://de.linkedin.com/in/ada", "SOCIAL_MEDIA"),
        ("https://x.com/ada", "SOCIAL_MEDIA"),
        ("https://netflix.com/ada", "OTHER"),
        ("https://github.com/ada", "OTHER"),
        ("https://notlinkedin.com/in/ada", "OTHER"),
    ],
)
def test_only_a_certain_kind_is_guessed(address: str, kind: str) -> None:
    """GitHub may be a portfolio or an employer: only the mapping knows."""
    assert guess_url_type(address) == kind
    assert converter("urls")(address).value == [{"value": address, "url_type": kind}]


def test_the_mapping_may_state_the_separator() -> None:
    convert = converter("urls", split=" + ", url_type="BLOG")
    assert [u["value"] for u in convert("a.example + b.example").value] == [
        "https://a.example",
        "https://b.example",
    ]


def test_a_text_field_takes_the_address_alone() -> None:
    convert = custom("string", format_="uri")
    assert convert("www.example.com/ada").value == PAGE
    assert codes(convert(f"{PAGE} https://b.example")) == ["several-values"]
    assert custom("array", items=("string", "uri"))(PAGE).value == [PAGE]


@given(st.text(max_size=40))
def test_no_text_raises(text: str) -> None:
    converted = converter("urls")(text)
    assert converted.value is None or converted.is_sound
