"""Reading error answers of any shape."""

from __future__ import annotations

from typing import Any

import pytest

from importer.core.answers import (
    MAX_WORDS,
    Complaint,
    answer_words,
    header_number,
    parse_complaints,
    parse_retry_after,
    refusal_causes,
)
from importer.core.ports import Attempt
from importer.core.refusals import (
    describe_doubt,
    describe_missing_file,
    describe_refusal,
    describe_still_in_doubt,
    describe_unclear,
)

UUID = "018b4bfb-5ece-70b1-ad5e-862a9433aa65"


def refused(body: object = None, text: str = "") -> Attempt:
    return Attempt("answered", status=422, body=body, is_json=body is not None, text=text)


BODIES: dict[str, tuple[Attempt, list[tuple[Any, str]]]] = {
    "a list of places": (
        refused({"detail": [{"loc": ["body", "urls", 0, True], "msg": " Bad\n url ", "type": 3}]}),
        [(("body", "urls", 0), "Bad url")],
    ),
    "a sentence": (refused({"detail": "E-mail is taken"}), [((), "E-mail is taken")]),
    "an object": (refused({"detail": {"message": "No job"}}), [((), "No job")]),
    "errors beside an empty detail": (
        refused({"detail": [], "errors": ["one", "two"]}),
        [((), "one"), ((), "two")],
    ),
    "an error object": (refused({"error": {"reason": "Closed"}}), [((), "Closed")]),
    "a bare string": (refused("nope"), [((), "nope")]),
    "a list at the root": (refused([{"msg": "a"}, "b", 3]), [((), "a"), ((), "b")]),
    "HTML": (
        refused(text="<html><style>p{}</style><h1>Bad</h1><p>gateway</p>"),
        [((), "Bad gateway")],
    ),
    "nothing": (refused(), [((), "HTTP 422 without an explanation")]),
    "an empty string": (refused(" "), [((), "HTTP 422 without an explanation")]),
    "numbers only": (refused({"detail": 7}), [((), "HTTP 422 without an explanation")]),
    "msg without a place": (refused({"loc": "x", "msg": "Hm"}), [((), "Hm")]),
}


@pytest.mark.parametrize(("attempt", "expected"), BODIES.values(), ids=BODIES)
def test_complaints_are_found_in_any_shape(attempt: Attempt, expected: list[Any]) -> None:
    """The provider's words come out of whatever holds them."""
    assert [(c.loc, c.message) for c in parse_complaints(attempt)] == expected


def test_long_words_are_cut() -> None:
    assert len(answer_words(refused({"detail": "x" * 5_000}))) == MAX_WORDS


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Email ada@example.com is taken", "Email bob@example.org is taken", True),
        ("Value 'Linkdin' not allowed", "Value 'Xing' not allowed", True),
        (f"Job {UUID} closed", f"Job {UUID.replace('a', '3')} closed", True),
        ("Row 7  is bad", "row 12 is bad", True),
        ("Name is missing", "Name is too long", False),
    ],
)
def test_causes_leave_out_what_differs_between_rows(one: str, other: str, alike: bool) -> None:
    """Two refusals share a cause where only values differ."""
    first, second = (refusal_causes(422, (Complaint(("body", 3), m),)) for m in (one, other))
    assert (first == second) is alike


def test_a_retry_after_date_without_a_server_date_counts_from_our_clock() -> None:
    attempt = Attempt(
        "answered",
        status=429,
        headers={"retry-after": "Mon, 23 Nov 2026 15:00:30 GMT"},
        ended_at=1_795_446_020.0,
    )
    assert parse_retry_after(attempt) == 10.0
    assert parse_retry_after(Attempt("answered", status=429)) is None


def test_header_numbers_are_whole_or_nothing() -> None:
    headers = {"a": "12", "b": "3.9", "c": "x", "d": "nan"}
    attempt = Attempt("answered", headers=headers)
    assert [header_number(attempt, n) for n in "abcde"] == [12, 3, None, None, None]


def test_a_refusal_names_the_field_and_keeps_the_words() -> None:
    """`loc` leads to the field; the other form's noise goes where something else remains."""
    complaints = (
        Complaint(("body", "AtsCandidateWrite", "urls", 1, "url_type"), "Field required"),
        Complaint(("body", "CreateCandidate", "data"), "Field required"),
    )
    problems = describe_refusal(complaints, "B")
    assert [(p.code, p.column, p.message) for p in problems] == [
        ("refused-value", "model_keys.urls", "The ATS says: Field required (entry 2)")
    ]


def test_a_refusal_of_nothing_in_particular_is_the_rows() -> None:
    problems = describe_refusal((Complaint((), "Closed"), Complaint(("body",), "Odd")), "A")
    assert [(p.code, p.column, p.message) for p in problems] == [
        ("refused-row", None, "The ATS says: Closed")
    ]


def test_an_unknown_place_is_shown() -> None:
    problems = describe_refusal((Complaint(("body", "somewhere", 3), "Odd"),), "B")
    assert problems[0].message == "The ATS says: Odd (somewhere.3)"


def test_doubt_says_what_to_do() -> None:
    """With an e-mail time and a sync help; without one a person looks for the name."""
    assert "reconcile" in describe_doubt("no answer came").hint
    assert "id-1, id-2" in describe_unclear(["id-1", "id-2"]).message
    assert "--resync" in describe_still_in_doubt(["a@example.com"], "", is_synced=True).hint
    assert "not done" in describe_still_in_doubt(["a@example.com"], "", is_synced=False).hint
    assert "Ada" in describe_still_in_doubt([], "Ada", is_synced=True).hint
    assert "(none)" in describe_still_in_doubt([], "", is_synced=True).hint
    assert describe_missing_file().code == "file-pending"
