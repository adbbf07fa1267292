"""Keyed hashes: fixed for ever, the same in bulk as one by one."""

from __future__ import annotations

import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.core.identity import (
    build_contents,
    email_hash,
    fold_name,
    hash_content,
    hash_emails,
    hash_identities,
    identity_hash,
    name_hash,
    normalise_identity,
    problem_hash,
    value_hash8,
)

KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("digest", "expected"),
    [
        pytest.param(
            identity_hash(KEY, [" Ada@Example.COM "]),
            "f1b365b942cc07aecc2920f487865ea4",
            id="identity of an e-mail",
        ),
        pytest.param(
            identity_hash(KEY, ["Müller", "7"]),
            "f7b45c5edeab1204561a676145c6e10c",
            id="identity of two columns",
        ),
        pytest.param(
            identity_hash(KEY, []), "757cdf87a4376a79d983bb5bcb97d235", id="identity of nothing"
        ),
        pytest.param(value_hash8(KEY, "Name", " Ada "), "e2b08056484d6eba", id="a cell"),
        pytest.param(
            email_hash(KEY, "ada@example.com"), "f84521c4ee873ec41b1c3dbcd07b0777", id="an e-mail"
        ),
        pytest.param(
            name_hash(KEY, "Lovelace, ADA"), "4068da7b2552be90d799e12f6070ead5", id="a name"
        ),
        pytest.param(
            problem_hash(KEY, "bad", "Name", "x"),
            "1ecd20a38627cebffa942b985b427c1b",
            id="a problem",
        ),
        pytest.param(
            problem_hash(KEY, "bad", None, None),
            "cb20b048ce9d7c211ced6bd615dc188c",
            id="a problem of a row",
        ),
    ],
)
def test_hashes_never_change(digest: bytes, expected: str) -> None:
    """Ledgers hold these hashes of people whom nobody can hash again."""
    assert digest.hex() == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("ADA@example.com", " ada@EXAMPLE.com\t", id="case and white space"),
        pytest.param("M\u00fcller", "Mu\u0308ller", id="composed and decomposed"),
        pytest.param("STRASSE", "straße", id="case folding"),
        pytest.param("\u1e9e", "SS", id="capital sharp s"),
        pytest.param("\u0345", "\u03b9", id="iota below"),
    ],
)
def test_spellings_of_one_identity_are_one(one: str, other: str) -> None:
    assert identity_hash(KEY, [one]) == identity_hash(KEY, [other])


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise_identity(text)
    assert unicodedata.is_normalized("NFC", once)
    assert identity_hash(KEY, [text]) == identity_hash(KEY, [text.strip()])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(["a", "b"], ["ab"], id="joined"),
        pytest.param(["a", ""], ["a"], id="a blank more"),
        pytest.param(["a", "b"], ["b", "a"], id="order"),
        pytest.param(["josé"], ["jose"], id="accents matter"),
    ],
)
def test_different_identities_differ(one: list[str], other: list[str]) -> None:
    assert identity_hash(KEY, one) != identity_hash(KEY, other)


def test_another_key_gives_other_hashes() -> None:
    assert identity_hash(KEY, ["a"]) != identity_hash(bytes(32), ["a"])


def test_content_is_the_cell_as_read() -> None:
    """White space and case are content, and the same text differs between columns."""
    assert len({value_hash8(KEY, c, v) for c in ("A", "B") for v in ("x", "X", "x ", "")}) == 8


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Ada Lovelace", "LOVELACE, ada", id="order, case, comma"),
        pytest.param("José  Núñez", "Jose Nunez", id="accents and spaces"),
        pytest.param("O'Neil-Smith", "o neil smith", id="punctuation"),
    ],
)
def test_names_fold_to_one(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)
    assert name_hash(KEY, one) == name_hash(KEY, other)


def test_other_names_stay_apart() -> None:
    assert len({fold_name(n) for n in ("Ada Lovelace", "Ada Love", "小林 太郎", "")}) == 4


def test_bulk_hashes_equal_single_ones() -> None:
    """Hashing distinct values once gives what hashing each row gives."""
    emails = ["a@example.com", "b@example.com", "A@example.com ", "a@example.com"]
    names = ["Ada", "Bo", "Ada", ""]
    assert hash_identities(KEY, [emails, names]) == [
        identity_hash(KEY, pair) for pair in zip(emails, names, strict=True)
    ]
    assert hash_emails(KEY, emails) == {e: email_hash(KEY, e) for e in emails}
    frame = pd.DataFrame({"Mail": emails, "Name": names}, dtype=object)
    for cells in ({"Mail": emails, "Name": names}, {"Mail": frame["Mail"], "Name": frame["Name"]}):
        contents = build_contents(KEY, cells)
        assert [c.hashes for c in contents] == [
            value_hash8(KEY, "Mail", e) + value_hash8(KEY, "Name", n)
            for e, n in zip(emails, names, strict=True)
        ]
        assert contents[0].columns == ("Mail", "Name")
        assert hash_content(KEY, cells).shape == (4, 16)


def test_no_columns_are_no_content() -> None:
    assert build_contents(KEY, {}) == []
    assert hash_identities(KEY, []) == []


def test_half_of_a_character_is_hashed_too() -> None:
    """Text with a lone surrogate, as broken files give it, stops nothing."""
    assert len(identity_hash(KEY, ["\ud800"])) == 16
