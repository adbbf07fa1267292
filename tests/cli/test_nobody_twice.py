"""Ways in which a person could be created twice, lost, or altered without a word."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import openpyxl
from desk_kit import HEADER, MAPPING, Desk, person
from people_kit import correct

from importer.sandbox.settings import SandboxSettings

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


def decide(path: Path, answers: dict[str, str]) -> None:
    """Fill in "use instead" of the sheet *Decisions* for some values."""
    book = openpyxl.load_workbook(path)
    sheet = book["Decisions"]
    places = {
        str(cell.value).casefold(): (line[0].row, cell.column)
        for line in sheet.iter_rows()
        for cell in line
        if cell.value
    }
    for value, instead in answers.items():
        sheet.cell(places[value][0], places["use instead"][1]).value = instead
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
        assert desk.run(file=str(fix)).code == 1
        assert outcomes(desk) == [(outcome, ""), ("rejected", "same-person-twice")]
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


def test_an_interrupted_workbook_goes_on_whatever_file_is_named(desk: Desk) -> None:
    """Its rows keep their tokens, its sheet *Decisions* its word, and no original is open."""
    desk.map(
        MAPPING.replace("tags: {column: Tags", "tags: {column: Tags, values: {old: new}").replace(
            "  phone_numbers: Phone", "  phone_numbers: Phone\n  can_email: {column: Mail}"
        )
    )
    with (desk.folder / "people.csv").open("w", newline="", encoding="utf-8") as file:
        rows = [[*person(n, **{"E-mail": f"person{n} at example.com"}), "perhaps"] for n in (1, 2)]
        csv.writer(file).writerows([[*HEADER, "Mail"], *rows])
    assert desk.run().code == 1
    fix = desk.report() / "fix.xlsx"
    correct(fix, {(2, "E-mail"): "one@example.com", (3, "E-mail"): "two@example.com"})
    decide(fix, {"perhaps": "Yes"})
    assert desk.run("--limit", "1", file=str(fix)).code == 3
    assert desk.run().code == 0
    assert desk.counts() == {"rows": 2, "unchanged": 2}
    assert emails(desk) == ["one@example.com", "two@example.com"]
    assert [c.kept["can_email"] for c in desk.server.store.created] == [True, True]
    assert not list(desk.folder.rglob("corrections.json"))


def test_a_row_in_doubt_is_not_sent_by_going_on(desk: Desk) -> None:
    """Edited in the workbook of a run that was interrupted, it stays in doubt."""
    desk.server.world.reset(
        SandboxSettings(limit=60_000, rules=False, read_lag_s=60.0, script=("drop_after",))
    )
    desk.write([person(1), person(2, Phone="nonsense"), person(3, Phone="nonsense")])
    assert desk.run().code == 1
    fix = desk.report() / "fix.xlsx"
    correct(fix, {(2, "E-mail"): "edited@example.com", (3, "Phone"): "", (4, "Phone"): ""})
    assert desk.run("--limit", "1", file=str(fix)).code == 3
    assert desk.run().code == 1
    assert desk.counts() == {"rows": 3, "unchanged": 2, "in_doubt": 1}
    assert emails(desk) == [f"person{n}@example.com" for n in (1, 2, 3)]


def test_a_run_whose_folder_was_deleted_reads_the_files_anew(desk: Desk) -> None:
    """And says so; nobody is sent twice, and there is one report, of rows that are there."""
    desk.write([person(n) for n in range(4)])
    assert desk.run("--limit", "1").code == 3
    shutil.rmtree(desk.folder / "reports")
    desk.write([person(n) for n in range(1, 6)])
    answer = desk.run()
    assert answer.code == 0
    assert "the files are read anew" in answer.err
    assert len(list((desk.folder / "reports").iterdir())) == 1
    assert desk.counts()["rows"] == 5
    assert len(emails(desk)) == 6


def test_a_mapping_that_no_longer_fits_an_interrupted_run_says_how_to_get_on(desk: Desk) -> None:
    """Either the mapping as it was, or without that run's folder."""
    desk.write([person(n) for n in range(3)])
    assert desk.run("--limit", "1").code == 3
    desk.map(MAPPING.replace("  tags:", "  title: Title\n  tags:"))
    with (desk.folder / "people.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[*HEADER, "Title"], *([*person(n), "Dr"] for n in range(3))])
    answer = desk.run()
    assert answer.code == 2
    assert str(desk.report()) in answer.err.replace("\n  ", " ")
    shutil.rmtree(desk.report())
    assert desk.run().code == 0
    assert len(emails(desk)) == 3


def test_a_workbook_of_two_files_reads_each_row_from_its_own_column(desk: Desk) -> None:
    """Also where the files spell a column differently, so that nothing is sent without it."""
    desk.map(MAPPING + "aliases: {E-mail: [Email], Surname: [Last]}\n")
    desk.write([person(1, Phone="nonsense")])
    with (desk.folder / "more.csv").open("w", newline="", encoding="utf-8") as file:
        heads = ["First name", "Last", "e-mail", "Phone", "Tags"]
        csv.writer(file).writerows([heads, person(2, Phone="nonsense")])
    both = ("people.csv", "more.csv", "-m", "map.yaml", "--yes")
    assert desk.call("run", *both).code == 1
    fix = desk.report() / "fix.xlsx"
    correct(fix, {(2, "Phone"): "", (3, "E-mail"): "", (3, "e-mail"): "person2 at example.com"})
    assert desk.run(file=str(fix)).code == 1
    fix = desk.report() / "fix.xlsx"
    correct(fix, {(2, "Phone"): "", (2, "E-mail"): "person2@example.com"})
    assert desk.run(file=str(fix)).code == 0
    assert desk.call("run", *both).code == 0
    assert desk.counts() == {"rows": 2, "unchanged": 2}
    assert emails(desk) == ["person1@example.com", "person2@example.com"]
    assert {c.kept["last_name"] for c in desk.server.store.created} == {"Family1", "Family2"}


def test_a_workbook_without_its_tokens_is_refused(desk: Desk) -> None:
    """Neither without the hidden column nor as a file of another format are rows taken for new."""
    desk.write([person(1, Phone="nonsense")])
    assert desk.run().code == 1
    fix = desk.report() / "fix.xlsx"
    book = openpyxl.load_workbook(fix)
    with (desk.folder / "saved.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(book["Fix"].values)
    book["Fix"].delete_cols([c.value for c in book["Fix"][1]].index("import_token") + 1)
    book.save(desk.folder / "fewer.xlsx")
    book.close()
    for name, words in (("saved.csv", "keep it .xlsx"), ("fewer.xlsx", "may be hidden")):
        answer = desk.run(file=name)
        assert (answer.code, desk.server.store.created) == (2, [])
        assert words in answer.err


def test_a_header_spelt_otherwise_hides_no_change(desk: Desk) -> None:
    """By an alias the column is the same one: what differs is told, and what does not is not."""
    desk.map(MAPPING + "aliases: {Surname: [Last]}\n")
    desk.write([person(1), person(2)])
    assert desk.run().code == 0
    with (desk.folder / "people.csv").open("w", newline="", encoding="utf-8") as file:
        heads = ["First name", "Last", "e-mail", "Phone", "Tags"]
        rows = [person(1, Surname="Otherwise"), person(2)]
        csv.writer(file).writerows([heads, *rows])
    assert desk.run().code == 0
    assert outcomes(desk) == [("changed", "changed"), ("unchanged", "")]
    (problem,) = desk.summary()["problems"]
    assert "Surname" in problem["message"]


def test_a_change_is_told_once(desk: Desk) -> None:
    """Each night counts the row; only the night that meets a change says what it is."""
    desk.map(TWO_ADDRESSES)
    desk.write([person(1, Phone="ada@example.net")])
    assert desk.run().code == 0
    for cells in ({"Tags": "other"}, {"Tags": "third"}, {"E-mail": "ada@example.net", "Phone": ""}):
        desk.write([person(1, **cells)])
        assert desk.call("check", "people.csv", "-m", "map.yaml").code == 0
        for code in ("changed", "", ""):
            assert desk.run().code == 0
            assert outcomes(desk) == [("changed", code)]
    desk.write([person(1, Phone="ada@example.net")])
    assert desk.run().code == 0
    assert outcomes(desk) == [("unchanged", "")]


def test_a_row_in_doubt_is_not_sent_by_editing_its_source(desk: Desk) -> None:
    """Nobody of its name is sent meanwhile, unless a person says that it is somebody else."""
    desk.server.world.reset(
        SandboxSettings(limit=60_000, rules=False, read_lag_s=60.0, script=("drop_after",))
    )
    desk.write([person(1)])
    assert desk.run().code == 1
    edited = person(1, **{"E-mail": "edited@example.com"})
    desk.write([edited, person(2)])
    assert desk.call("check", "people.csv", "-m", "map.yaml").code == 1
    assert desk.run("--existing", "create").code == 1
    assert outcomes(desk) == [("rejected", "like-a-row-in-doubt"), ("created", "")]
    fix = desk.report() / "fix.xlsx"
    correct(fix, {(2, "decision"): "send anyway"})
    assert desk.run(file=str(fix)).code == 0
    assert emails(desk) == ["edited@example.com", "person1@example.com", "person2@example.com"]
    desk.write([person(1), person(3, **{"First name": "Given1", "Surname": "Family1"})])
    assert desk.run().code == 1
    assert outcomes(desk) == [("in_doubt", "in-doubt"), ("created", "")]


def test_an_edit_after_a_workbook_was_imported_is_told(desk: Desk) -> None:
    """The API has no update: it is `changed`, and never passed over in silence."""
    desk.write([person(1, Phone="nonsense"), person(2, **{"E-mail": "two at example.com"})])
    assert desk.run().code == 1
    fix = desk.report() / "fix.xlsx"
    correct(fix, {(2, "Phone"): "", (3, "E-mail"): "person2@example.com"})
    assert desk.run(file=str(fix)).code == 0
    correct(fix, {(2, "Surname"): "Edited", (3, "Surname"): "Edited"})
    for _ in range(2):
        assert desk.run(file=str(fix)).code == 0
        assert outcomes(desk) == [("changed", "changed")] * 2
    assert desk.run().code == 0
    assert desk.counts() == {"rows": 2, "unchanged": 2}
    assert len(emails(desk)) == 2
