"""Coarse kinds of cells, from which tables are judged."""

import pytest

from importer.core.cell_kinds import Kind, holds_email, is_identifier, kind_of, shape_of
from importer.core.header_words import name_likeness

KINDS = {
    "": Kind.BLANK,
    "  ": Kind.BLANK,
    "12": Kind.NUMBER,
    "-1.234,56": Kind.NUMBER,
    "$1,200.50": Kind.NUMBER,
    "12 %": Kind.NUMBER,
    "9.19E+12": Kind.NUMBER,
    "2024-01-31": Kind.DATE,
    "31.12.2024 10:30": Kind.DATE,
    "15 Jan 2023": Kind.DATE,
    "Jan 5, 2023": Kind.DATE,
    "10:30": Kind.DATE,
    "ada@example.com": Kind.EMAIL,
    "mailto:ada@example.com": Kind.EMAIL,
    "https://example.com/x": Kind.URL,
    "+1 202 555 0101": Kind.PHONE,
    "(202) 555-0101 x12": Kind.PHONE,
    "TRUE": Kind.BOOLEAN,
    "#N/A": Kind.ERROR,
    "#####": Kind.ERROR,
    "ACCT_0": Kind.CODE,
    "Ada": Kind.TEXT,
    "mail me @ home 5": Kind.TEXT,
    "x" * 400: Kind.TEXT,
}


@pytest.mark.parametrize(("text", "kind"), KINDS.items())
def test_kind(text: str, kind: Kind) -> None:
    assert kind_of(text) is kind


def test_an_email_is_found_inside_a_sentence() -> None:
    assert holds_email("write to ada@example.com!")
    assert not holds_email("ada at example.com")
    assert not holds_email("@ada")


@pytest.mark.parametrize(
    "text", ["hire_date", "lastName", "var1", "Column 3", "Last Name*", "Id__c"]
)
def test_names_made_for_columns(text: str) -> None:
    assert is_identifier(text)


@pytest.mark.parametrize("text", ["Ada", "Ada Lovelace", "A1", "", "12"])
def test_names_made_for_people(text: str) -> None:
    assert not is_identifier(text)


def test_shapes() -> None:
    assert shape_of("Ada-Marie 12 山") == "Aa-Aa 9 x"


@pytest.mark.parametrize(
    ("text", "likeness"),
    [("E-mail", 1.0), ("First Name", 1.0), ("hireDate", 1.0), ("Number of cats we keep", 0.4),
     ("Ada Lovelace", 0.0), ("", 0.0), ("a b c d e f g h name", 0.0)],
)  # fmt: skip
def test_likeness_to_a_columns_name(text: str, likeness: float) -> None:
    assert name_likeness(text) == likeness
