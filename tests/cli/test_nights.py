"""Nights of one mapping: what is remembered, what is sent, what is told."""

from __future__ import annotations

import json
import signal
import time

import openpyxl
from desk_kit import MAPPING, Desk, person

from importer.sandbox.settings import SandboxSettings


def test_a_second_night_sends_nothing(desk: Desk) -> None:
    """Unchanged rows cost no create; the file's order does not matter."""
    desk.write([person(n) for n in range(20)])
    assert desk.run().code == 0
    assert desk.counts() == {"rows": 20, "created": 20}
    desk.write([person(n) for n in reversed(range(20))])
    assert desk.run().code == 0
    assert desk.counts() == {"rows": 20, "unchanged": 20}
    assert len(desk.server.store.created) == 20


def test_a_growing_file_sends_only_what_is_new(desk: Desk) -> None:
    """New rows are created, changed ones are told, and nobody is created twice."""
    desk.write([person(n) for n in range(5)])
    desk.run()
    desk.write([person(0, Tags="other"), *(person(n) for n in range(1, 8))])
    assert desk.run().code == 0
    assert desk.counts() == {"rows": 8, "changed": 1, "unchanged": 4, "created": 3}


def test_a_new_column_or_an_edited_mapping_makes_nobody_new(desk: Desk) -> None:
    """Content is compared only over columns mapped then and now."""
    desk.write([person(n) for n in range(3)])
    desk.run()
    desk.map(MAPPING.replace("  phone_numbers: Phone\n", "") + "  # a note\n")
    assert desk.run().code == 0
    assert desk.counts() == {"rows": 3, "unchanged": 3}


def test_the_same_person_twice_is_told_every_night(desk: Desk) -> None:
    """A second row of a person with other contents never turns into a quiet `changed`."""
    desk.write([person(1), person(1, Tags="other"), person(2), person(2)])
    for created in ({"created": 2, "duplicate": 1}, {"unchanged": 3}):
        assert desk.run().code == 1
        assert desk.counts() == {"rows": 4, "rejected": 1} | created
        (problem,) = desk.summary()["problems"]
        assert (problem["code"], problem["rows"]) == ("same-person-twice", [[0, 3]])
    assert len(desk.server.store.created) == 2


def test_one_address_of_two_names_keeps_both_back(desk: Desk) -> None:
    """The same e-mail under another name rejects all of them, across files."""
    shared = {"E-mail": "shared@example.com"}
    desk.write([person(1, **shared), person(2)])
    desk.write([person(3, **shared)], "more.csv")
    answer = desk.call("run", "people.csv", "more.csv", "-m", "map.yaml", "--yes")
    assert answer.code == 1
    assert desk.counts() == {"rows": 3, "created": 1, "rejected": 2}
    assert "row 2 of more.csv" in json.dumps(desk.summary()["problems"])


def test_a_correction_settles_the_original_row(desk: Desk) -> None:
    """Corrected in fix.xlsx, a row is `unchanged` although the source keeps the bad value."""
    bad = person(2, **{"E-mail": "person2 at example.com"})
    desk.write([person(1), bad])
    assert desk.run().code == 1
    fix = desk.report() / "fix.xlsx"
    workbook = openpyxl.load_workbook(fix)
    sheet = workbook["Fix"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, columns["E-mail"]).value = "person2@example.com"
    workbook.save(desk.folder / "corrected.xlsx")
    workbook.close()
    assert desk.run(file="corrected.xlsx").code == 0
    assert desk.counts() == {"rows": 1, "created": 1}
    for _ in range(2):
        assert desk.run().code == 0
        assert desk.counts() == {"rows": 2, "unchanged": 2}
    assert desk.run(file="corrected.xlsx").code == 0
    assert len(desk.server.store.created) == 2


def test_a_refused_row_waits_for_a_change(desk: Desk) -> None:
    """What the ATS refused is not sent again until content, mapping or schema changes."""
    desk.server.change(script=("refuse",))
    desk.write([person(1), person(2)])
    assert desk.run("--limit", "5").code == 1
    received = len(desk.server.store.received)
    assert desk.run().code == 1
    assert len(desk.server.store.received) == received
    assert desk.counts() == {"rows": 2, "unchanged": 1, "refused": 1}
    assert desk.run("--retry-refused").code == 0
    assert len(desk.server.store.created) == 2


def test_a_row_in_doubt_is_found_or_stays(desk: Desk) -> None:
    """A dropped answer is looked up at once; where the read side lags, it stays in doubt."""
    desk.server.change(script=("drop_after",))
    desk.write([person(1)])
    assert desk.run().code == 0
    assert desk.counts() == {"rows": 1, "created": 1}
    desk.server.world.reset(
        SandboxSettings(limit=60_000, rules=False, read_lag_s=60.0, script=("drop_after",))
    )
    desk.write([person(2)])
    assert desk.run().code == 1
    assert desk.counts() == {"rows": 1, "in_doubt": 1}
    for _ in range(2):
        assert desk.run().code == 1
    assert len(desk.server.store.created) == 1
    found = desk.call("reconcile", "-m", "map.yaml", "--found", "2=01890000-0000-7000-8000-0000")
    assert found.code == 0
    assert desk.run().code == 0
    assert desk.counts() == {"rows": 1, "unchanged": 1}


def test_an_interrupted_run_goes_on_under_its_id(desk: Desk) -> None:
    """Ctrl-C lets rows in flight finish; the next run has one total and nobody twice."""
    desk.server.change(latency_s=0.05)
    desk.write([person(n) for n in range(60)])
    process = desk.start("run", "people.csv", "-m", "map.yaml", "--yes")
    while len(desk.server.store.received) < 5 and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 3, err
    first = desk.report().name
    assert desk.summary()["counts"]["not_sent"] > 0
    desk.server.change(latency_s=0.0)
    (desk.folder / "people.csv").write_text("overwritten meanwhile\n", encoding="utf-8")
    desk.write([person(n) for n in range(60)])
    assert desk.run().code == 0
    assert desk.report().name == first
    assert desk.counts() == {"rows": 60, "created": 60}
    assert len(desk.server.store.created) == 60


def test_a_kill_is_continued_and_doubles_nobody(desk: Desk) -> None:
    """Killed in the middle, what was on its way is in doubt and looked up before anything.

    Where the kill fell between an intent and its request, nobody can know that it never left:
    such a row stays in doubt.
    """
    desk.server.change(latency_s=0.05)
    desk.write([person(n) for n in range(40)])
    process = desk.start("run", "people.csv", "-m", "map.yaml", "--yes")
    while len(desk.server.store.received) < 5 and process.poll() is None:
        time.sleep(0.02)
    process.kill()
    process.communicate(timeout=30)
    known = -1
    while known != len(desk.server.store.received):
        # What had left this machine still arrives; a read-back before that finds nothing.
        known = len(desk.server.store.received)
        time.sleep(0.5)
    desk.server.change(latency_s=0.0)
    code, counts = desk.run().code, desk.counts()
    doubtful = counts.get("in_doubt", 0)
    assert (code, doubtful <= 5) == (1 if doubtful else 0, True)
    assert counts["created"] + doubtful == counts["rows"] == 40
    emails = [e for p in desk.server.store.created for e in p.kept["email_addresses"]]
    assert len(emails) == len(set(emails)) == counts["created"]


def test_people_who_are_there_already_are_left_out(desk: Desk) -> None:
    """By default nobody who is in the ATS is sent; another name is a person's decision."""
    desk.write([person(1), person(2)])
    desk.run()
    (desk.folder / "map.yaml").rename(desk.folder / "other.yaml")
    (desk.folder / ".candidate-import").rename(desk.folder / "aside")
    desk.write([person(1), person(2, Surname="Somebody"), person(3)])
    answer = desk.call("run", "people.csv", "-m", "other.yaml", "--yes", "--adopt-ledger")
    assert answer.code == 1
    assert desk.counts() == {"rows": 3, "already_in_ats": 1, "rejected": 1, "created": 1}
    assert len(desk.server.store.created) == 3
