"""A token survives a spreadsheet or is known to be damaged."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from importer.core.tokens import Origin, make_token, parse_token

ORIGINS = st.builds(
    Origin,
    source=st.integers(0, 65_535),
    identity=st.binary(min_size=16, max_size=16),
    hashes=st.binary(max_size=320),
)


@given(ORIGINS)
def test_a_token_gives_back_its_origin(origin: Origin) -> None:
    """What goes in comes out, also with blanks around it."""
    assert parse_token(f"  {make_token(origin)} ") == origin


@given(ORIGINS, st.data())
def test_a_damaged_token_is_noticed(origin: Origin, data: st.DataObject) -> None:
    """A token with one letter changed or its end cut off is no token."""
    token = make_token(origin)
    place = data.draw(st.integers(0, len(token) - 2))
    other = "A" if token[place] != "A" else "B"
    assert parse_token(token[:place] + other + token[place + 1 :]) != origin
    assert parse_token(token[: len(token) // 2]) is None


def test_texts_that_are_no_tokens() -> None:
    """Anything that people may type into the column is simply no token."""
    for text in ("", "x", "not a token", "ÄÖÜ", "====", "A" * 7):
        assert parse_token(text) is None
