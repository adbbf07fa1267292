"""What stands in a fix workbook beside what our own columns hold."""

from __future__ import annotations

import csv

import pytest
from desk_kit import Desk
from people_kit import correct

from importer.core.handback import SHORTENED_PREFIX

MAPPING = """\
version: 1
model_keys:
  first_name: Given
  last_name: Family
  email_addresses: Mail
  tags: {column: decision, split: ","}
ignore: [Reason]
"""
HEADER = ["Given", "Family", "Mail", "Reason", "decision"]


def lay_out(desk: Desk, *rows: list[str]) -> None:
    """A source whose own columns are called like ours."""
    desk.map(MAPPING)
    with (desk.folder / "people.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows])


def results(desk: Desk) -> list[dict[str, str]]:
    """The rows of the newest results.csv."""
    with (desk.report() / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_original_columns_named_like_ours_survive(desk: Desk) -> None:
    """They stand in every file, are imported, and our own are told from them."""
    lay_out(
        desk,
        ["Ada", "Adams", "ada at example.com", "met at a fair", "hot,new"],
        ["Bea", "Berg", "bea at example.com", "", "cold"],
    )
    assert desk.run().code == 1
    fix = desk.report() / "fix.xlsx"
    correct(fix, {(2, "Mail"): "ada@example.com", (3, "decision (import)"): "skip"})
    assert desk.run(file=str(fix)).code == 0
    assert desk.counts() == {"rows": 2, "created": 1, "set_aside": 1}
    first = results(desk)[0]
    assert (first["Reason"], first["decision"]) == ("met at a fair", "hot,new")
    assert "decision (import)" not in first
    (made,) = desk.server.store.created
    assert made.kept["tags"] == ["hot", "new"]
    assert desk.run().code == 0
    assert desk.counts() == {"rows": 2, "unchanged": 1, "set_aside": 1}


def test_a_workbook_corrected_in_two_steps_still_settles_the_original(desk: Desk) -> None:
    """The fix of a fix carries the first tokens on; an inserted row gets one of its own."""
    lay_out(desk, *([n, "Berg", f"{n} at example.com", "", ""] for n in ("Ada", "Bea")))
    assert desk.run().code == 1
    first = desk.report() / "fix.xlsx"
    cells = {(2, "Mail"): "ada@example.com", (3, "Mail"): "bea at example.org"}
    added = {"Given": "Cyd", "Family": "Cole", "Mail": "cyd at example.com"}
    correct(first, cells | {(4, name): text for name, text in added.items()})
    assert desk.run(file=str(first)).code == 1
    assert desk.counts() == {"rows": 3, "created": 1, "rejected": 2}
    second = desk.report() / "fix.xlsx"
    correct(second, {(2, "Mail"): "bea@example.com", (3, "Mail"): "cyd@example.com"})
    assert desk.run(file=str(second)).code == 0
    for file in ("people.csv", str(first), str(second)):
        assert desk.run(file=file).code == 0
        assert desk.counts() == {"rows": desk.counts()["rows"], "unchanged": desk.counts()["rows"]}
    assert len(desk.server.store.created) == 3


def test_a_shortened_cell_is_never_imported(desk: Desk) -> None:
    """A text too long for Excel comes back as its beginning: that is told, and not sent."""
    lay_out(desk, ["Ada", "Adams", "ada at example.com", "", "x" * 40_000])
    assert desk.run().code == 1
    fix = desk.report() / "fix.xlsx"
    correct(fix, {(2, "Mail"): "ada@example.com"})
    assert desk.run(file=str(fix)).code == 1
    (problem,) = desk.summary()["problems"]
    assert (problem["code"], problem["column"]) == ("shortened-cell", "decision")
    correct(fix, {(2, "decision (import)"): "send anyway"})
    assert desk.run(file=str(fix)).code == 1
    assert desk.server.store.created == []
    correct(fix, {(2, "decision"): "short", (2, "decision (import)"): ""})
    assert desk.run(file=str(fix)).code == 0
    assert not desk.server.store.created[0].kept["tags"][0].startswith(SHORTENED_PREFIX)


@pytest.mark.parametrize(("decision", "outcome"), [("skip", "set_aside"), ("already there", None)])
def test_a_decision_on_the_second_row_of_a_person_holds(
    desk: Desk, decision: str, outcome: str | None
) -> None:
    """Also though the person is the first row's: it is remembered by what the row holds."""
    twice = ["Ada", "Adams", "ada@example.com", "", "new"]
    lay_out(desk, ["Ada", "Adams", "ada@example.com", "", "old"], twice)
    assert desk.run().code == 1
    fix = desk.report() / "fix.xlsx"
    correct(fix, {(2, "decision (import)"): decision})
    assert desk.run(file=str(fix)).code == 0
    for _ in range(2):
        assert desk.run().code == 0
        left = {outcome: 1} if outcome else {}
        assert desk.counts() == {"rows": 2, "unchanged": 2 - len(left)} | left
    lay_out(desk, ["Ada", "Adams", "ada@example.com", "", "old"], [*twice[:4], "newer"])
    assert desk.run().code == 1


def test_a_row_skipped_after_a_check_stays_skipped(desk: Desk) -> None:
    """The decision is on the row: its person may be created from another one later."""
    twice = ["Ada", "Adams", "ada@example.com", "", "new"]
    lay_out(desk, ["Ada", "Adams", "ada@example.com", "", "old"], twice)
    assert desk.call("check", "people.csv", "-m", "map.yaml").code == 1
    fix = desk.report() / "fix.xlsx"
    correct(fix, {(2, "decision (import)"): "skip"})
    assert desk.run(file=str(fix)).code == 0
    for what in ("created", "unchanged"):
        assert desk.run().code == 0
        assert desk.counts() == {"rows": 2, "set_aside": 1, what: 1}
