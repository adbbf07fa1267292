"""Finding one person in what a run left, and what stays of their row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from importer.core.forgetting import FORGOTTEN, Needle, forget_line, forget_summary, parse_age

ADA = Needle("Ada@Example.com")


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("ada@example.com", True),
        (" ADA@EXAMPLE.COM ", True),
        ("Ada <ada@example.com>; bea@example.com", True),
        ("ada@example.com.", True),
        ("ada@example.com.au", False),
        ("canada@example.com", False),
        ("bea.ada@example.com", False),
        ("ada@example.community", False),
        ("", False),
    ],
)
def test_an_address_is_found_as_a_whole_only(cell: str, found: bool) -> None:
    assert ADA.is_in(["x", cell]) is found


def test_a_line_keeps_its_place_and_outcome() -> None:
    line = ["Ada", "ada@example.com", "a.csv", "", "7", "rejected", "id", "code", "said", "do"]
    expected = ["", "", "a.csv", "", "7", "rejected", "", "code", FORGOTTEN, ""]
    assert forget_line(line) == expected


def problem(rows: list[list[int]], **more: object) -> dict[str, object]:
    """A problem of a summary document."""
    told = {"code": "email-invalid", "message": "m", "hint": "h", "suggestion": "s", "value": "v"}
    return told | {"rows": rows} | more


def test_sentences_that_may_quote_the_person_go() -> None:
    """A problem of their rows alone, one that names them, and no other."""
    shared, named = problem([[0, 7], [0, 8]]), problem([[0, 9]], message="not ada@example.com")
    document = {
        "counts": {"rows": 3},
        "problems": [problem([[0, 7]]), shared, named, problem([], code="unheard-of")],
        "warnings": ["about ada@example.com", "plain"],
    }
    kept = forget_summary(document, {(0, 7)}, ADA)
    own, other, quoted, bare = kept["problems"]
    assert (own["value"], own["suggestion"], own["hint"]) == (None, None, "")
    assert own["message"] != "m"
    assert other == shared
    assert "ada" not in quoted["message"]
    assert bare["value"] == "v"
    assert kept["warnings"] == [FORGOTTEN, "plain"]
    assert kept["counts"] == {"rows": 3}


@pytest.mark.parametrize(
    ("text", "days"), [("90d", 90), ("12 weeks", 84), ("6m", 180), ("2Y", 730), ("1 day", 1)]
)
def test_an_age_is_read(text: str, days: int) -> None:
    assert parse_age(text) == timedelta(days=days)


@pytest.mark.parametrize("text", ["", "soon", "90", "d", "-3d", "1.5y"])
def test_what_is_no_age_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="no age such as 90d"):
        parse_age(text)
