"""Whether people whom the ATS returned are the one we sent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from importer.core.readback import (
    Found,
    Person,
    ReadBack,
    SyncState,
    decide_readback,
    find_namesakes,
    names_fit,
    parse_cursor,
    parse_people,
    parse_sent,
    parse_sync_state,
    parse_time,
    proves_absence,
)

FIT = [
    ("Ada Lovelace", "ada LOVELACE"),
    ("Ada Lovelace", "Lovelace, Ada"),
    ("Ada Lovelace", "Ada King Lovelace"),
    ("Ada Lovelace", "A. Lovelace"),
    ("Ada Lovelace", "Ada"),
    ("Ada Lovelace", ""),
    ("", ""),
    ("José Muñoz", "Jose Munoz"),
    ("Jürgen Müller", "Jürgen Mueller"),
    ("Søren Ødegård", "Soren Odegard"),
    ("Łukasz Świątek", "Lukasz Swiatek"),
    ("Conor O'Brien", "Conor OBrien"),
    ("Anne-Marie Dupont", "Anne Marie Dupont"),
    ("Katherine Johnson", "Kathrine Johnson"),
    ("李 小龍", "李 小龍"),
    ("X", "X"),
]
OTHER = [
    ("Ada Lovelace", "Grace Lovelace"),
    ("Ada Lovelace", "Ada Hopper"),
    ("Ada Lovelace", "Grace Hopper"),
    ("Ada Lovelace", "A. L."),
    ("Anna Lee", "Anne Lee"),
    ("Ada Ada", "Ada Lovelace"),
    ("X", "Xavier"),
]


@pytest.mark.parametrize(("one", "other"), FIT, ids=lambda n: n or "(none)")
def test_one_persons_names_fit(one: str, other: str) -> None:
    """Order, case, accents, initials, further names and a slip do not matter."""
    assert names_fit(one, other)
    assert names_fit(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER, ids=lambda n: n)
def test_two_peoples_names_do_not_fit(one: str, other: str) -> None:
    """A different given or family name is another person's, initials alone prove nothing."""
    assert not names_fit(one, other)
    assert not names_fit(other, one)


SENT = Person("", ("ada@example.com", "a@example.org"), "Ada", "Lovelace")


def person(candidate_id: str, **more: Any) -> Person:
    values: dict[str, Any] = {
        "emails": ("ada@example.com",),
        "first_name": "Ada",
        "last_name": "Lovelace",
        "modified_at": 1_000.0,
    }
    return Person(candidate_id, **{**values, **more})


DECISIONS: dict[str, tuple[list[Person], dict[str, Any], ReadBack]] = {
    "nobody": ([], {}, ReadBack(Found.NOTHING)),
    "one, fitting": ([person("p1")], {}, ReadBack(Found.CREATED, ("p1",))),
    "by the second e-mail": (
        [person("p1", emails=("a@example.org",))],
        {},
        ReadBack(Found.CREATED, ("p1",)),
    ),
    "the same twice": ([person("p1"), person("p1")], {}, ReadBack(Found.CREATED, ("p1",))),
    "known before": ([person("p1")], {"known": frozenset({"p1"})}, ReadBack(Found.NOTHING)),
    "one known, one new": (
        [person("p1"), person("p2")],
        {"known": frozenset({"p1"})},
        ReadBack(Found.CREATED, ("p2",)),
    ),
    "too old": ([person("p1")], {"not_before": 2_000.0}, ReadBack(Found.NOTHING)),
    "clocks a little apart": (
        [person("p1")],
        {"not_before": 1_100.0},
        ReadBack(Found.CREATED, ("p1",)),
    ),
    "time unknown": (
        [person("p1", modified_at=None)],
        {"not_before": 2_000.0},
        ReadBack(Found.CREATED, ("p1",)),
    ),
    "another name": (
        [person("p1", first_name="Grace", last_name="Hopper")],
        {},
        ReadBack(Found.UNCLEAR, ("p1",)),
    ),
    "several": ([person("p1"), person("p2")], {}, ReadBack(Found.UNCLEAR, ("p1", "p2"))),
    "another e-mail": ([person("p1", emails=("x@example.com",))], {}, ReadBack(Found.NOTHING)),
}  # fmt: skip


@pytest.mark.parametrize(("read", "more", "expected"), DECISIONS.values(), ids=DECISIONS)
def test_a_row_in_doubt_is_found_only_for_certain(
    read: list[Person], more: dict[str, Any], expected: ReadBack
) -> None:
    """Created: one new person with its e-mail and a fitting name; otherwise a person decides."""
    rules = {"known": frozenset(), "not_before": None, **more}
    assert decide_readback(SENT, read, **rules) == expected


def test_namesakes_without_an_email_forbid_the_proof_of_absence() -> None:
    """The ATS may have kept the name and dropped the address."""
    read = [
        person("p1", emails=()),
        person("p2"),
        person("p3", emails=(), first_name="Grace"),
        person("p4", emails=(), first_name="", last_name=""),
        person("p5", emails=()),
    ]
    assert find_namesakes(SENT, read, known=frozenset({"p5"})) == ("p1",)


@pytest.mark.parametrize("form", ["A", "B"])
def test_what_was_sent_is_read_from_either_form(form: str) -> None:
    body: dict[str, object] = {
        "first_name": " Ada ",
        "last_name": "Lovelace",
        "email_addresses": ["ADA@example.com", "ada@example.com", "a@example.org", ""],
    }
    sent = parse_sent(json.dumps({"data": body} if form == "A" else body))
    assert sent == SENT
    assert sent.name == "Ada Lovelace"


def test_pages_of_any_shape_are_read() -> None:
    """Entries without an id are left out; null fields are nothing."""
    page = {
        "cursor": "next",
        "items": [
            {"id": "p1", "email_addresses": None, "first_name": 3, "modified_at": "2026-01-01"},
            {"id": "", "first_name": "x"},
            {"first_name": "x"},
            "p2",
            {"id": "p3", "email_addresses": ["A@example.com", 7]},
        ],
    }
    people = parse_people(page)
    assert [(p.candidate_id, p.emails, p.name) for p in people] == [
        ("p1", (), ""),
        ("p3", ("a@example.com",), ""),
    ]
    assert people[0].modified_at == 1_767_225_600.0
    assert parse_people([]) == parse_people({"items": None}) == ()
    assert parse_cursor(page) == "next"
    assert parse_cursor({"cursor": ""}) is parse_cursor({"cursor": 3}) is parse_cursor(None) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:01:00", 60.0),
        ("1970-01-01T01:01:00+01:00", 60.0),
        ("1970-01-01T00:01:00Z", 60.0),
        ("soon", None),
        (None, None),
    ],
)
def test_times_without_an_offset_are_utc(text: object, seconds: float | None) -> None:
    assert parse_time(text) == seconds


STATES: dict[str, tuple[object, SyncState]] = {
    "a page": (
        {"items": [{"sync_status": "Done", "last_sync_start_time": "1970-01-01T00:01:00Z"}]},
        SyncState("Done", 60.0),
    ),
    "a bare list": ([{"sync_status": "Syncing"}], SyncState("Syncing")),
    "null": ({"items": [{"sync_status": None}]}, SyncState()),
    "several connectors": ({"items": [{"sync_status": "Done"}] * 2}, SyncState()),
    "none": ({"items": []}, SyncState()),
    "text": ("Done", SyncState()),
    "odd entry": (["Done"], SyncState()),
    "nothing": (None, SyncState()),
}


@pytest.mark.parametrize(("answer", "state"), STATES.values(), ids=STATES)
def test_the_state_of_the_copy_is_read(answer: object, state: SyncState) -> None:
    """Only exactly one connector says anything."""
    assert parse_sync_state(answer) == state


@pytest.mark.parametrize(
    ("sync", "ended_at", "proves"),
    [
        (SyncState("Done", 2_000.0), 1_000.0, True),
        (SyncState("done", 1_901.0), 1_000.0, True),
        (SyncState("Done", 1_900.0), 1_000.0, False),
        (SyncState("Syncing", 9_000.0), 1_000.0, False),
        (SyncState("Failed", 9_000.0), 1_000.0, False),
        (SyncState("Done", None), 1_000.0, False),
        (SyncState("Done", 9_000.0), None, False),
    ],
)
def test_absence_needs_a_sync_that_began_after_the_attempt(
    sync: SyncState, ended_at: float | None, proves: bool
) -> None:
    """Done, and begun more than 15 minutes after the attempt's end; else nothing is proved."""
    assert proves_absence(sync, ended_at) is proves
