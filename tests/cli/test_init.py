"""`init` at a desk: files in, a mapping out that `check` takes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from desk_kit import Desk

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@pytest.mark.parametrize("name", ["candidates.xlsx", "legacy-export.csv"])
@pytest.mark.parametrize("offline", [True, False], ids=["offline", "with-the-schema"])
def test_check_takes_what_init_wrote(desk: Desk, name: str, offline: bool) -> None:
    """A proposal needs no edit before it can be checked."""
    file = Path(shutil.copy(SAMPLES / name, desk.folder))
    network = ["--offline"] if offline else []
    written = desk.call("init", file.name, "-o", "new.yaml", *network)
    assert written.code == 0, written.err
    checked = desk.call("check", file.name, "-m", "new.yaml", *network)
    assert checked.code in (0, 1), checked.err


def test_nothing_is_ever_overwritten(desk: Desk) -> None:
    """A mapping is a person's work, also half finished."""
    (desk.folder / "people.csv").write_text("First name,E-mail\nAda,ada@example.com\n", "utf-8")
    (desk.folder / "people.yaml").write_text("# mine\n", "utf-8")
    told = desk.call("init", "people.csv", "--offline")
    assert told.code == 2
    assert "--update" in told.err
    assert (desk.folder / "people.yaml").read_text("utf-8") == "# mine\n"


def test_json_tells_every_column_and_writes_nothing(desk: Desk) -> None:
    """A script may ask without leaving files behind."""
    (desk.folder / "p.csv").write_text("Vorname,Notizen,Geburtsdatum,E-Mail\n", "utf-8")
    told = desk.call("init", "p.csv", "--offline", "--format", "json")
    assert told.code == 0
    columns = {c["column"]: c for c in json.loads(told.out)["columns"]}
    assert {name: c["target"] for name, c in columns.items()} == {
        "Vorname": "model_keys.first_name",
        "Notizen": None,
        "Geburtsdatum": "ignore",
        "E-Mail": "model_keys.email_addresses",
    }
    assert all(set(c) == {"column", "target", "confidence", "why"} for c in columns.values())
    assert not (desk.folder / "p.yaml").exists()


def test_an_update_shows_its_difference_and_keeps_the_rest(desk: Desk) -> None:
    """New columns come in; a second time there is nothing to say."""
    people = desk.folder / "people.csv"
    people.write_text("First name,E-mail\nAda,ada@example.com\n", "utf-8")
    desk.call("init", "people.csv", "--offline")
    people.write_text("First name,Mail,Town\nAda,ada@example.com,York\n", "utf-8")
    told = desk.call("init", "people.csv", "--offline", "--update", "people.yaml")
    assert told.code == 0
    assert "+  locations: Town" in told.out
    assert "+#   E-mail: [Mail]" in told.out
    again = desk.call("init", "people.csv", "--offline", "--update", "people.yaml")
    assert again.out == ""
    assert "nothing was changed" in again.err
    asked = desk.call(
        "init", "people.csv", "--offline", "--update", "people.yaml", "--format", "json"
    )
    assert json.loads(asked.out)["renames"][0]["column"] == "Mail"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["p.csv", "--offline", "--update", "a.yaml", "-o", "b.yaml"], "one of them"),
        (["p.csv", "--schema", "last"], "--schema FILE"),
        (["nowhere.csv", "--offline"], "no table"),
    ],
)
def test_calls_that_cannot_work_are_told_in_a_sentence(
    desk: Desk, arguments: list[str], said: str
) -> None:
    """Exit 2, and nothing is written."""
    (desk.folder / "p.csv").write_text("First name\nAda\n", "utf-8")
    told = desk.call("init", *arguments)
    assert told.code == 2
    assert said in told.err


def test_one_unreadable_file_does_not_stop_the_others(desk: Desk) -> None:
    """It is named, and the exit code says that not all was well."""
    (desk.folder / "p.csv").write_text("First name,E-mail\nAda,ada@example.com\n", "utf-8")
    told = desk.call("init", "p.csv", "gone.csv", "--offline", "-o", "new.yaml")
    assert told.code == 2
    assert "gone.csv" in told.err
    assert (desk.folder / "new.yaml").exists()


def test_a_table_of_unknown_columns_is_said_to_need_a_person(desk: Desk) -> None:
    """Nothing is guessed."""
    (desk.folder / "p.csv").write_text("Foo,Bar\n1,2\n", "utf-8")
    assert "yourself" in desk.call("init", "p.csv", "--offline").err


# --- check --row, check --suggest, tests of the mapping ----------------------------------------

MAPPING = """\
model_keys:
  first_name: First name
  email_addresses: E-mail
  can_email: {column: OK}
tests:
  - row: {First name: Ada}
    expect: {first_name: Ada}
"""


@pytest.fixture
def people(desk: Desk) -> Desk:
    """A file whose second person has a word that is neither yes nor no."""
    (desk.folder / "p.csv").write_text(
        "First name,E-mail,OK\nAda,ada@example.com,yes\nBob,bob@example.com,ask\n", "utf-8"
    )
    desk.map(MAPPING)
    return desk


def test_check_shows_one_row(people: Desk) -> None:
    """By its number in the spreadsheet; for scripts as JSON."""
    shown = people.call("check", "p.csv", "-m", "map.yaml", "--offline", "--row", "3")
    assert "p.csv, row 3" in shown.out
    assert "neither yes nor no" in shown.out
    told = people.call(
        "check", "p.csv", "-m", "map.yaml", "--offline", "--row", "2", "--format", "json"
    )
    assert json.loads(told.out)["rows"][0]["body"]["first_name"] == "Ada"
    none = people.call("check", "p.csv", "-m", "map.yaml", "--offline", "--row", "99")
    assert none.code == 2
    twice = people.call("check", "-", "-m", "map.yaml", "--offline", "--row", "2")
    assert twice.code == 2


def test_check_suggests_lines(people: Desk) -> None:
    """The lines go to standard output, so that they can be kept."""
    told = people.call("check", "p.csv", "-m", "map.yaml", "--offline", "--suggest")
    assert "# ask: ?   # 1 row" in told.out
    document = people.call(
        "check", "p.csv", "-m", "map.yaml", "--offline", "--suggest", "--format", "json"
    )
    assert "ask" in json.loads(document.out)["yaml"]
    (people.folder / "p.csv").write_text("First name,E-mail,OK\nAda,ada@example.com,yes\n", "utf-8")
    fine = people.call("check", "p.csv", "-m", "map.yaml", "--offline", "--suggest")
    assert fine.out == ""


def test_a_failing_test_of_the_mapping_stops_before_the_first_row(people: Desk) -> None:
    """Its line is named, and nothing is sent."""
    people.map(MAPPING.replace("expect: {first_name: Ada}", "expect: {first_name: Eve}"))
    told = people.call("run", "p.csv", "-m", "map.yaml", "--yes")
    assert told.code == 2
    assert "line 7" in told.err


def test_a_file_of_headers_only_is_known_by_its_words(desk: Desk) -> None:
    """Shapes tell nothing in one line; the words do, and the mapping says the row."""
    file = desk.folder / "vorlage.csv"
    file.write_text("Vorname;Nachname;Stelle;Absagegrund;Bewerbertags;Wohnort\n", "utf-8")
    told = desk.call("init", file.name, "--offline", "--format", "json")
    columns = [c["column"] for c in json.loads(told.out)["columns"]]
    assert columns[:2] == ["Vorname", "Nachname"]
    assert desk.call("init", file.name, "--offline").code == 0
    assert desk.call("check", file.name, "-m", "vorlage.yaml", "--offline").code == 0
