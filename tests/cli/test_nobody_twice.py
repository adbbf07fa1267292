"""Ways in which a person could be created twice, lost, or altered without a word."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
from desk_kit import MAPPING, Desk, person
from people_kit import correct


TWO_ADDRESSES = MAPPING.replace(
    "  email_addresses: E-mail\n  phone_numbers: Phone\n", "  email_addresses: [E-mail, Phone]\n"
)


def outcomes(desk: Desk) -> list[tuple[str, str]]:
    """(outcome, code) of each row of the newest results.csv."""
    with (desk.report() / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(r["import_outcome"], r["import_code"]) for r in csv.DictReader(file)]


def emails(desk: Desk) -> list[str]:
    """First addresses of everybody who was created, in order."""
    return sorted(str(c.kept["email_addresses"][0]) for c in desk.server.store.created)


def copy_row(path: Path, row: int, **cells: str) -> None:
    """Append a copy of a row of the sheet *Fix*, hidden token included, with other cells."""
    book = openpyxl.load_workbook(path)
    sheet = book["Fix"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    last = sheet.max_row + 1
    for cell in sheet[row]:
        sheet.cell(last, cell.column).value = cell.value
    for name, text in cells.items():
        sheet.cell(last, columns[name]).value = text
    book.save(path)
    book.close()


def test_two_rows_that_share_any_address_are_one_person(desk: Desk) -> None:
    """Although each has another first address; the second is told, the same on every night."""
    desk.map(TWO_ADDRESSES)
    one = person(1, Phone="ada@example.net")
    two = person(1, Phone="person1@example.com", **{"E-mail": "ada@example.net"})
    desk.write([one, two])
    for outcome in ("created", "unchanged"):
        assert desk.run().code == 1
        assert outcomes(desk) == [(outcome, ""), ("rejected", "same-person-twice")]
    assert emails(desk) == ["person1@example.com"]


def test_a_row_copied_within_the_workbook_goes_once(desk: Desk) -> None:
    """The copy has the same hidden token, so it is the same row whatever its cells say."""
    desk.write([person(1, Phone="nonsense")])
    assert desk.run().code == 1
    fix = desk.report() / "fix.xlsx"
    correct(fix, {(2, "Phone"): ""})
    copy_row(fix, 2, **{"E-mail": "other@example.com"})
    for outcome in ("created", "unchanged"):
        assert desk.run(file=str(fix)).code == (1 if outcome == "created" else 0)
        assert outcomes(desk)[0][0] == outcome
    assert emails(desk) == ["person1@example.com"]


def test_a_copy_may_be_somebody_else(desk: Desk) -> None:
    """Where a person says so."""
    desk.write([person(1, Phone="nonsense")])
    assert desk.run().code == 1
    fix = desk.report() / "fix.xlsx"
    correct(fix, {(2, "Phone"): ""})
    copy_row(fix, 2, **{"E-mail": "other@example.com", "decision": "send anyway"})
    assert desk.run(file=str(fix)).code == 0
    for file in ("people.csv", str(fix)):
        assert desk.run(file=file).code == 0
    assert emails(desk) == ["other@example.com", "person1@example.com"]
