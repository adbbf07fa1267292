"""Files beside the spreadsheet: inside the body or by a call of their own, never twice."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from desk_kit import Desk, person

from importer.sandbox.settings import SandboxSettings

PDF = b"%PDF-1.4 a synthetic file\n"
INLINE = """\
version: 1
model_keys:
  first_name: First name
  last_name: Surname
  email_addresses: E-mail
attachments:
  - {column: Tags, folder: cvs}
"""
BY_CALL = "form: A\n" + INLINE


def _row(number: int, files: str) -> list[str]:
    return person(number, Tags=files)


def _set(desk: Desk, **settings: Any) -> None:
    desk.server.world.settings = SandboxSettings(
        ats="greenhouse", **{"limit": 60_000, "rules": False, **settings}
    )


@pytest.fixture
def cvs(desk: Desk) -> Path:
    """The folder that the mapping names, with one sound file."""
    folder = desk.folder / "cvs"
    folder.mkdir()
    (folder / "ada.pdf").write_bytes(PDF)
    desk.map(INLINE)
    return folder


def _files(desk: Desk, number: int = 1) -> list[dict[str, Any]]:
    """What the ATS keeps of the files of a row's candidate."""
    store = desk.server.store
    (made,) = [p for p in store.created if p.kept["first_name"] == f"Given{number}"]
    return list(store.files(made.id))


def test_a_body_carries_its_files(desk: Desk, cvs: Path) -> None:
    """Body form B: contents and addresses go inside the candidate, with name and type."""
    desk.write([_row(1, "ada.pdf; https://files.example.com/letters/b%20c.pdf"), _row(2, "")])
    assert desk.run().code == 0
    assert desk.counts() == {"rows": 2, "created": 2}
    assert desk.summary()["attachments"] == {"sent": 2, "pending": 0, "failed": 0}
    content, address = _files(desk)
    (body,) = [r.body for r in desk.server.store.received if r.body.get("attachments")]
    assert base64.b64decode(body["attachments"][0]["file_content"]) == PDF
    assert (content["file_name"], content["content_type"]) == ("ada.pdf", "application/pdf")
    assert content["attachment_type"] == "RESUME"
    assert address["file_url"] == "https://files.example.com/letters/b%20c.pdf"
    assert address["file_name"] == "b c.pdf"
    assert desk.run().code == 0
    assert desk.counts() == {"rows": 2, "unchanged": 2}


def test_what_may_not_be_sent_keeps_its_row_back(desk: Desk, cvs: Path) -> None:
    """Size, kind and place are looked at before anything is sent, on row and column."""
    (desk.folder / "secret.pdf").write_bytes(PDF)
    (cvs / "big.pdf").write_bytes(PDF + bytes(5 * 1024 * 1024))
    (cvs / "tool.exe").write_bytes(b"MZ")
    (cvs / "false.pdf").write_bytes(b"MZ")
    (cvs / "empty.pdf").write_bytes(b"")
    (cvs / "folder.pdf").mkdir()
    expected = {
        "absent.pdf": "attachment-missing",
        "../secret.pdf": "attachment-outside",
        str(desk.folder / "secret.pdf"): "attachment-outside",
        "big.pdf": "attachment-too-large",
        "tool.exe": "attachment-type",
        "false.pdf": "attachment-type",
        "empty.pdf": "attachment-empty",
        "folder.pdf": "attachment-unreadable",
        "http://files.example.com/a.pdf": "attachment-address",
        "https://someone:hush@files.example.com/a.pdf": "attachment-address",
        "https://files.example.com/" + "a" * 2083: "attachment-address",
    }
    if sys.platform != "win32":
        (cvs / "link.pdf").symlink_to(desk.folder / "secret.pdf")
        expected["link.pdf"] = "attachment-outside"
    desk.write([_row(n, files) for n, files in enumerate(expected)])
    assert desk.run().code == 1
    assert desk.counts() == {"rows": len(expected), "rejected": len(expected)}
    problems = desk.summary()["problems"]
    assert {p["value"]: p["code"] for p in problems} == expected
    assert {p["column"] for p in problems} == {"Tags"}
    assert desk.server.store.created == []


def test_a_name_that_differs_only_in_case_is_found_and_a_near_one_is_named(
    desk: Desk, cvs: Path
) -> None:
    """People type names; the file systems of their machines forgave them."""
    desk.write([_row(1, "ADA.PDF"), _row(2, "C:\\CVs\\ada.pdf")])
    assert desk.run().code == 1
    assert desk.counts() == {"rows": 2, "created": 1, "rejected": 1}
    (problem,) = desk.summary()["problems"]
    assert problem["hint"].endswith("Nearest are: ada.pdf.")


def test_files_go_after_the_creation_where_the_body_cannot_carry_them(
    desk: Desk, cvs: Path
) -> None:
    """Body form A: one call a file, which the budget counted beforehand."""
    desk.map(BY_CALL)
    (cvs / "letter.docx").write_bytes(b"PK\x03\x04 synthetic")
    desk.write([_row(1, "ada.pdf, letter.docx"), _row(2, "ada.pdf"), _row(3, "")])
    assert desk.run().code == 0
    assert desk.counts() == {"rows": 3, "created": 3}
    assert desk.summary()["attachments"] == {"sent": 3, "pending": 0, "failed": 0}
    assert desk.summary()["budget"]["by_purpose"]["attachments"] == 3
    names = [f["file_name"] for f in _files(desk)]
    assert sorted(names) == ["ada.pdf", "letter.docx"]


def test_a_refused_file_is_sent_again_and_never_its_candidate(desk: Desk, cvs: Path) -> None:
    """`incomplete` until the file is there, with the ATS's words; then `unchanged`."""
    desk.map(BY_CALL)
    desk.write([_row(1, "ada.pdf"), _row(2, "")])
    _set(desk, max_file_bytes=10)
    for counts in ({"created": 1}, {"unchanged": 1}):
        assert desk.run().code == 1
        assert desk.counts() == {"rows": 2, "incomplete": 1, **counts}
        assert desk.summary()["attachments"] == {"sent": 0, "pending": 0, "failed": 1}
        (problem,) = desk.summary()["problems"]
        assert (problem["code"], problem["column"]) == ("file-refused", "Tags")
        assert "larger than 5 MB" in problem["message"]
    _set(desk)
    assert desk.run().code == 0
    assert desk.counts() == {"rows": 2, "unchanged": 2}
    assert desk.summary()["attachments"] == {"sent": 1, "pending": 0, "failed": 0}
    assert len(desk.server.store.created) == 2
    assert len(_files(desk)) == 1
    assert desk.run().code == 0
    assert desk.summary()["attachments"] == {"sent": 0, "pending": 0, "failed": 0}


def test_a_check_says_incomplete_and_sends_nothing(desk: Desk, cvs: Path) -> None:
    desk.map(BY_CALL)
    desk.write([_row(1, "ada.pdf")])
    _set(desk, attachments="none")
    assert desk.run().code == 1
    answer = desk.call("check", "people.csv", "-m", "map.yaml")
    assert answer.code == 1
    assert desk.counts() == {"rows": 1, "incomplete": 1}
    assert "cannot be written" in desk.summary()["problems"][0]["message"]


def test_a_candidate_that_the_copy_does_not_show_yet_waits(desk: Desk, cvs: Path) -> None:
    """404 right after the creation is no refusal: the file follows when the copy has caught up."""
    desk.map(BY_CALL)
    desk.write([_row(1, "ada.pdf")])
    _set(desk, read_lag_s=3_600.0)
    assert desk.run().code == 1
    assert desk.summary()["attachments"] == {"sent": 0, "pending": 1, "failed": 0}
    _set(desk)
    assert desk.run().code == 0
    assert desk.summary()["attachments"] == {"sent": 1, "pending": 0, "failed": 0}


@pytest.mark.parametrize(("fault", "kept"), [("error_after", 1), ("error_before", 0)])
def test_a_file_in_doubt_is_looked_for_and_not_repeated_blindly(
    desk: Desk, cvs: Path, fault: str, kept: int
) -> None:
    """Found on the candidate, it has arrived; not found, it waits for proof that it has not."""
    desk.map(BY_CALL)
    desk.write([_row(1, "ada.pdf")])
    _set(desk, read_lag_s=3_600.0)
    desk.run()
    _set(desk, faults={fault: 1.0})
    assert desk.run().code == (0 if kept else 1)
    assert len(_files(desk)) == kept
    assert desk.summary()["attachments"]["sent"] == kept
    _set(desk)
    desk.run()
    assert len(_files(desk)) == kept
    assert desk.summary()["attachments"]["pending"] == 1 - kept


def test_a_file_that_is_gone_meanwhile_is_told(desk: Desk, cvs: Path) -> None:
    """Between two nights somebody tidied up: the row says which file to put back."""
    desk.map(BY_CALL)
    desk.write([_row(1, "ada.pdf")])
    _set(desk, read_lag_s=3_600.0)
    desk.run()
    _set(desk)
    (cvs / "ada.pdf").unlink()
    assert desk.run().code == 1
    assert "no longer where it was" in desk.summary()["problems"][0]["message"]
    (cvs / "ada.pdf").write_bytes(PDF)
    assert desk.run().code == 0
    assert len(_files(desk)) == 1


def test_a_mended_row_finds_its_file_beside_the_original(desk: Desk, cvs: Path) -> None:
    """fix.xlsx lies in the reports; the folder is still seen from the spreadsheet."""
    desk.write([_row(1, "adda.pdf")])
    assert desk.run().code == 1
    workbook = openpyxl.load_workbook(desk.report() / "fix.xlsx")
    sheet = workbook["Fix"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, columns["Tags"]).value = "ada.pdf"
    (desk.folder / "elsewhere").mkdir()
    workbook.save(desk.folder / "elsewhere" / "fix.xlsx")
    workbook.close()
    assert desk.run(file="elsewhere/fix.xlsx").code == 0
    assert len(_files(desk)) == 1


def test_a_person_may_give_up_a_file(desk: Desk, cvs: Path) -> None:
    """Decided `skip` in fix.xlsx, the file is tried no more and the row is settled."""
    desk.map(BY_CALL)
    desk.write([_row(1, "ada.pdf")])
    _set(desk, max_file_bytes=10)
    assert desk.run().code == 1
    workbook = openpyxl.load_workbook(desk.report() / "fix.xlsx")
    sheet = workbook["Fix"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, columns["decision"]).value = "skip"
    workbook.save(desk.folder / "decided.xlsx")
    workbook.close()
    assert desk.run(file="decided.xlsx").code == 0
    assert desk.run().code == 0
    assert desk.counts() == {"rows": 1, "unchanged": 1}
    assert desk.summary()["attachments"] == {"sent": 0, "pending": 0, "failed": 0}


def test_one_rows_way_shows_its_files(desk: Desk, cvs: Path) -> None:
    """`check --row` looks at files as the check does, and reads none."""
    desk.write([_row(1, "ada.pdf")])
    shown = desk.call("check", "people.csv", "-m", "map.yaml", "--row", "2", "--format", "json")
    (row,) = shown.json["rows"]
    assert (shown.code, row["problems"]) == (0, [])
    (file,) = row["body"]["attachments"]
    assert file["file_content"] == {"$file": str((cvs / "ada.pdf").resolve())}
