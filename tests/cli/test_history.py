"""What is kept of runs: shown, written again, proved, forgotten, and read back."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import time
import zipfile
from pathlib import Path

import pytest
from desk_kit import MAPPING, Desk, person
from people_kit import correct

BAD = person(2, **{"E-mail": "person2 at example.com"})
OLD = "2020-01-01T00:00:00+00:00"


def nights(desk: Desk) -> list[Path]:
    """Two runs: one row created and one rejected, then another created; oldest first."""
    desk.write([person(1), BAD])
    desk.run()
    desk.write([person(1), BAD, person(3)])
    desk.run()
    return sorted((desk.folder / "reports").iterdir())


def test_runs_are_listed_and_shown(desk: Desk) -> None:
    first, second = nights(desk)
    listed = desk.call("runs", "-m", "map.yaml", "--format", "json").json["runs"]
    assert [run["run_id"] for run in listed] == [second.name, first.name]
    shown = desk.call("runs", "-m", "map.yaml", "show", "latest").out
    assert second.name in shown
    assert "3 = 1 created + 1 unchanged + 1 rejected" in shown
    assert desk.call("runs", "-m", "map.yaml", "show", first.name[:-1]).code == 0
    assert desk.call("runs", "-m", "map.yaml", "show", "nonsense").code == 2


def test_a_lost_report_is_written_again(desk: Desk) -> None:
    """From results.csv and summary.json: the same verdict, counts, problems and rows."""
    _, run = nights(desk)
    page = run / "report.html"
    before = page.read_text(encoding="utf-8")
    page.unlink()
    answer = desk.call("report", "-m", "map.yaml")
    assert (answer.code, answer.out.strip()) == (0, str(page))
    again = page.read_text(encoding="utf-8")
    for told in ("1 of 3 rows needs a person", "person2 at example.com", run.name):
        assert told in before
        assert told in again
    page.write_text("spoilt", encoding="utf-8")
    assert desk.call("report", run.name, "-m", "map.yaml", "--again").code == 0
    assert page.read_text(encoding="utf-8") == again
    (run / "results.csv").unlink()
    answer = desk.call("report", "-m", "map.yaml", "--again")
    assert (answer.code, "has no results.csv any more" in answer.err) == (2, True)
    shutil.rmtree(run)
    answer = desk.call("report", "-m", "map.yaml")
    assert (answer.code, "no longer there" in answer.err) == (2, True)


def test_status_says_how_far_a_file_is(desk: Desk) -> None:
    """Settled, to be sent, or for a person; nothing is called or written for it."""
    nights(desk)
    folders = sorted((desk.folder / "reports").iterdir())
    desk.write([person(1), BAD, person(3), person(4), person(5)])
    received = len(desk.server.store.received)
    told = desk.call("status", "people.csv", "-m", "map.yaml", "--format", "json").json["file"]
    assert told == {
        "path": "people.csv",
        "rows": 5,
        "settled": 2,
        "waiting": 2,
        "need_a_person": 1,
        "seconds": 1,
    }
    assert "2 to be sent by the next run" in desk.call("status", "people.csv", "-m", "map.yaml").out
    assert len(desk.server.store.received) == received
    assert sorted((desk.folder / "reports").iterdir()) == folders
    assert desk.call("status", "people.csv").code == 2


def test_status_answers_while_another_process_sends(desk: Desk) -> None:
    desk.server.change(latency_s=0.1)
    desk.write([person(n) for n in range(60)])
    process = desk.start("run", "people.csv", "-m", "map.yaml", "--yes")
    try:
        while len(desk.server.store.received) < 5 and process.poll() is None:
            time.sleep(0.02)
        told = desk.call("status", "-m", "map.yaml", "--format", "json").json
        assert told["run"]["state"] == "sending"
        assert 0 < told["to_send"] < 60
        assert told["seconds_left"] > 0
    finally:
        process.kill()
        process.communicate(timeout=30)


def test_the_audit_pack_proves_without_naming_anybody(desk: Desk) -> None:
    """Hashes compare, the equation stands, and no value of a cell is in it."""
    first, _ = nights(desk)
    target = desk.folder / "pack.zip"
    answer = desk.call("runs", "-m", "map.yaml", "export", "latest", "-o", str(target))
    assert answer.code == 0
    with zipfile.ZipFile(target) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    told = json.loads(files["run.json"])
    source = hashlib.sha256((desk.folder / "people.csv").read_bytes()).hexdigest()
    assert [s["sha256"] for s in told["sources"]] == [source]
    assert told["sources"][0]["path"] == "people.csv"
    assert told["mapping_sha256"]
    assert told["schema_sha256"]
    assert told["equation"] == "3 rows = 1 created + 1 unchanged + 1 rejected"
    assert "@" in told["who"]
    assert told["version"]
    for line in files["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest
    everything = b"".join(files.values()).decode()
    for secret in ("person1", "person2", "Given1", "Family1", "example.com", str(desk.folder)):
        assert secret not in everything
    assert desk.call("runs", "export", "latest", "-o", str(target)).code == 2
    shutil.rmtree(first)
    assert desk.call("runs", "-m", "map.yaml", "export", first.name).code == 0


def test_old_runs_are_forgotten_and_counted_on(desk: Desk) -> None:
    """Folders and file names go; counts stay, people stay known, a stranger's file stays."""
    first, second = nights(desk)
    (second / "notes.txt").write_text("mine")
    with sqlite3.connect(desk.folder / ".candidate-import" / "ledger.sqlite3") as ledger:
        ledger.execute("UPDATE runs SET started_at = ?", (OLD,))
    ledger.close()
    assert desk.call("runs", "forget", "--older-than", "soon", "--yes").code == 2
    assert desk.call("runs", "forget").code == 2
    answer = desk.call("runs", "forget", "--older-than", "90d", "--yes")
    assert answer.code == 0
    assert "Forgot 2 runs" in answer.out
    assert not first.exists()
    assert [p.name for p in second.iterdir()] == ["notes.txt"]
    listed = desk.call("runs", "--format", "json").json["runs"]
    assert [run["counts"]["rows"] for run in listed] == [3, 2]
    assert [s["path"] for run in listed for s in run["sources"]] == ["", ""]
    assert "Forgot 0 runs" in desk.call("runs", "forget", "--older-than", "90d", "--yes").out
    assert desk.run().code == 1
    assert desk.counts() == {"rows": 3, "unchanged": 2, "rejected": 1}


def test_a_person_is_forgotten_everywhere(desk: Desk) -> None:
    """Ledger and run folders; rows still add up, and a later import counts them as new."""
    first, second = nights(desk)
    answer = desk.call("runs", "forget", "--person", "Person1@Example.com", "--yes")
    assert answer.code == 0
    assert "Cleared 2 of their rows in 2 run folders." in answer.out
    assert "The ATS still holds them" in answer.out
    for run in (first, second):
        for path in run.iterdir():
            data = path.read_bytes()
            assert b"person1@" not in data.lower()
            assert b"Given1" not in data
        assert sorted(p.name for p in run.iterdir()) == ["results.csv", "summary.json"]
    assert "person3@example.com" in (second / "results.csv").read_text("utf-8-sig")
    assert desk.call("report", second.name, "-m", "map.yaml").code == 0
    answer = desk.call("runs", "forget", "--person", "person1@example.com", "--yes")
    assert "did not know them" in answer.out
    assert desk.run("--existing", "create").code == 1
    assert desk.counts() == {"rows": 3, "created": 1, "unchanged": 1, "rejected": 1}


def test_a_rejected_person_is_forgotten_in_every_sentence(desk: Desk) -> None:
    """Messages quote cells: theirs go with the row."""
    _, second = nights(desk)
    answer = desk.call("runs", "forget", "--person", "person2 at example.com", "--yes")
    assert "The ledger did not know them." in answer.out
    for path in second.iterdir():
        assert b"person2" not in path.read_bytes()


def test_a_lost_ledger_is_rebuilt_from_the_run_folders(desk: Desk) -> None:
    """Nobody is sent again: created, corrected, skipped and doubtful rows are known anew."""
    desk.write([person(1), BAD, person(3, **{"E-mail": "nobody"})])
    assert desk.run().code == 1
    fix = desk.report() / "fix.xlsx"
    correct(fix, {(2, "E-mail"): "person2@example.com", (3, "decision"): "skip"})
    assert desk.run(file=str(fix)).code == 0
    assert desk.run().code == 0
    shutil.rmtree(desk.folder / ".candidate-import")
    assert desk.run().code == 2
    answer = desk.call("ledger", "restore", "--from", "reports", "-m", "map.yaml")
    assert answer.code == 0
    assert "Read 3 run folders." in answer.out
    made = len(desk.server.store.created)
    assert desk.run().code == 0
    assert desk.counts() == {"rows": 3, "unchanged": 2, "set_aside": 1}
    assert len(desk.server.store.created) == made
    assert desk.call("ledger", "restore", "--from", "reports", "-m", "map.yaml").code == 0
    verified = desk.call("ledger", "verify", "-m", "map.yaml")
    assert (verified.code, "is sound: 4 runs" in verified.out) == (0, True)


def test_a_damaged_ledger_is_told(desk: Desk) -> None:
    nights(desk)
    assert desk.call("ledger", "verify", "-m", "map.yaml", "--format", "json").json["is_sound"]
    place = desk.folder / ".candidate-import" / "ledger.sqlite3"
    data = bytearray(place.read_bytes())
    data[4096:12_288] = b"\xff" * 8_192
    place.write_bytes(bytes(data))
    answer = desk.call("ledger", "verify", "-m", "map.yaml")
    assert answer.code == 2
    assert "damaged" in answer.err


@pytest.mark.parametrize(("kept", "left"), [(1, 1), (3, 2)])
def test_only_so_many_reports_are_kept(desk: Desk, kept: int, left: int) -> None:
    """`keep_reports` deletes the oldest folders; the newest stays."""
    (desk.folder / "candidate-import.toml").write_text(f"keep_reports = {kept}\n")
    newest = nights(desk)[-1]
    folders = list((desk.folder / "reports").iterdir())
    assert len(folders) == left
    assert newest in folders


def test_a_report_of_a_mapping_that_was_edited(desk: Desk) -> None:
    """History needs no mapping that still fits."""
    nights(desk)
    desk.map(MAPPING.replace("Surname", "Surnam"))
    assert desk.call("report", "-m", "map.yaml", "--again").code == 0
