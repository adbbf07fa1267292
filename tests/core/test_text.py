"""Comparing texts as people do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.core.text import did_you_mean, fold, fold_header, nearest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("E-Mail", "e-mail", id="case"),
        pytest.param(" First   name ", "first name", id="blanks"),
        pytest.param("First\u00a0name", "first name", id="no-break-blank"),
        pytest.param("\ufeffName", "name", id="bom"),
        pytest.param("Na\u200bme", "NAME", id="zero-width"),
        pytest.param("Pre\u0301nom", "PRÉNOM", id="composed-or-not"),
        pytest.param("Last Name*", "last name", id="mandatory-mark"),
        pytest.param("Last Name * :", "last name", id="marks"),
        pytest.param("Straße", "STRASSE", id="sharp-s"),
    ],
)
def test_headers_that_look_alike_are_alike(one: str, other: str) -> None:
    assert fold_header(one) == fold_header(other)


def test_an_accent_makes_another_word() -> None:
    assert fold("resume") != fold("résumé")


def test_the_nearest_spelling_is_found_or_none() -> None:
    assert nearest("colum", ["column", "value"]) == "column"
    assert nearest("zzz", ["column", "value"]) is None
    assert nearest("x", []) is None
    assert did_you_mean("Emial", ["Email"]) == "Did you mean 'Email'?"
    assert did_you_mean("zzz", ["Email"]) == ""


@given(st.text(max_size=20))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold_header(fold_header(text)) == fold_header(text)
