"""What cannot be used is refused with one sentence, and never stops the files beside it."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import sys
import zipfile
from pathlib import Path

import pytest

from importer.adapters.reader import CannotRead, ReadLimits, Unreadable, open_sources
from importer.adapters.reader.table_source import TableSource
from importer.core.codes import CODES

PEOPLE = b"First name,E-mail\nAda,a@example.com\nGrace,g@example.com\n"


def _zip(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _rows(source: TableSource | Unreadable) -> int:
    assert isinstance(source, TableSource), source
    return sum(len(chunk.rows) for chunk in source.chunks())


REFUSED = {
    "empty.csv": (b"", "empty-file"),
    "~$people.xlsx": (b"\x05Ada", "lock-file"),
    "report.xls": (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "web-page"),
    "report2.xls": (b"\xef\xbb\xbf\r\n<!DOCTYPE html>\n<html></html>", "web-page"),
    "old.xml": (b'<?xml version="1.0"?><Workbook xmlns="x"></Workbook>', "xml-file"),
    "wide.xml": ('<?xml version="1.0"?><a/>'.encode("utf-16"), "xml-file"),
    "data.json": (b'[{"name": "Ada"}]', "json-file"),
    "list.json": (b'["a", 1]', "json-file"),
    "cv.pdf": (b"%PDF-1.7\n...", "pdf-file"),
    "photo.csv": (b"\x89PNG\r\n\x1a\n....", "image-file"),
    "photo.webp": (b"RIFF\0\0\0\0WEBPVP8 ", "image-file"),
    "film.csv": (b"\0\0\0\x18ftypmp42", "no-spreadsheet"),
    "letter.csv": (b"{\\rtf1 hello}", "document-file"),
    "letter.xlsx": (_zip({"word/document.xml": b"<a/>"}), "document-file"),
    "ada.vcf": (b"BEGIN:VCARD\nFN:Ada\n", "vcard-file"),
    "people.numbers": (_zip({"Index/Document.iwa": b"x"}), "numbers-file"),
    "people.7z": (b"7z\xbc\xaf\x27\x1c....", "packed-file"),
    "people.db": (b"SQLite format 3\0...", "database-file"),
    "noise.csv": (bytes(range(256)) * 8, "no-spreadsheet"),
    "zeros.csv": (b"\0" * 500, "no-spreadsheet"),
    "two.zip": (_zip({"a.csv": PEOPLE, "b.csv": PEOPLE}), "archive-of-many"),
    "nameless.zip": (_zip({"d/": b"", "\x01": b""}).replace(b"\x01", b"\0"), "damaged-archive"),
    "none.zip": (_zip({}), "archive-of-many"),
    "cut.zip": (_zip({"a.csv": PEOPLE * 9})[:60], "damaged-archive"),
    "cut.csv.gz": (gzip.compress(PEOPLE * 900)[:-20], "damaged-archive"),
    "no.gz": (b"\x1f\x8b nothing", "damaged-archive"),
    "deep.gz": (gzip.compress(gzip.compress(gzip.compress(PEOPLE))), "packed-too-deep"),
    "bomb.csv.gz": (gzip.compress(b"a,b\n" * 6_000_000, 9), "limit-met"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_unusable_files_are_refused_with_a_sentence(tmp_path: Path, name: str) -> None:
    content, code = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(content)
    good = tmp_path / "good.csv"
    good.write_bytes(PEOPLE)
    refused, beside = open_sources([path, good])
    assert isinstance(refused, Unreadable)
    assert refused.path == str(path)
    assert refused.finding.code == code
    assert refused.finding.code in CODES
    assert refused.finding.message.endswith(".")
    assert "\n" not in refused.finding.message
    assert _rows(beside) == 2


def test_the_limit_that_was_met_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"a,b\n" * 6_000_000, 9))
    (by_ratio,) = open_sources([path])
    (by_size,) = open_sources([path], limits=ReadLimits(max_unpacked_bytes=1_000_000))
    assert isinstance(by_ratio, Unreadable)
    assert "max_ratio" in by_ratio.finding.hint
    assert isinstance(by_size, Unreadable)
    assert "max_unpacked_bytes" in by_size.finding.hint
    member = tmp_path / "bomb.zip"
    member.write_bytes(_zip({"a.csv": b"a,b\n" * 600_000}))
    (in_zip,) = open_sources([member], limits=ReadLimits(max_unpacked_bytes=1_000_000))
    assert isinstance(in_zip, Unreadable)
    assert "max_unpacked_bytes" in in_zip.finding.hint


def test_an_encrypted_zip_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    content = bytearray(_zip({"a.csv": PEOPLE}))
    content[6] |= 1
    content[content.find(b"PK\x01\x02") + 8] |= 1
    path = tmp_path / "secret.zip"
    path.write_bytes(content)
    (refused,) = open_sources([path])
    assert isinstance(refused, Unreadable)
    assert refused.finding.code == "password-protected"


def test_missing_files_and_folders(tmp_path: Path) -> None:
    missing, folder, odd = open_sources([tmp_path / "no.csv", tmp_path, "nul\0byte.csv"])
    codes = [r.finding.code for r in (missing, folder, odd) if isinstance(r, Unreadable)]
    assert codes == ["file-missing", "is-a-folder", "file-unreadable"]


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no devices here")
def test_a_device_is_refused_at_once() -> None:
    (refused,) = open_sources(["/dev/zero"])
    assert isinstance(refused, Unreadable)
    assert refused.finding.code == "no-regular-file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (refused,) = open_sources([tmp_path / "pipe"])
    assert isinstance(refused, Unreadable)
    assert refused.finding.code == "no-regular-file"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything"
)
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "secret.csv"
    path.write_bytes(PEOPLE)
    path.chmod(0)
    (refused,) = open_sources([path])
    assert isinstance(refused, Unreadable)
    assert refused.finding.code == "no-permission"


PACKED = {
    "people.csv.gz": gzip.compress(PEOPLE),
    "people.zip": _zip({"people.csv": PEOPLE}),
    "mac.zip": _zip({"people.csv": PEOPLE, "__MACOSX/._p": b"junk", ".DS_Store": b"junk"}),
    "twice.gz": gzip.compress(_zip({"people.csv": PEOPLE})),
    "packed.csv": gzip.compress(PEOPLE),
}


@pytest.mark.parametrize("name", PACKED)
def test_one_packed_file_is_read_in_place(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(PACKED[name])
    (source,) = open_sources([path])
    assert _rows(source) == 2
    assert isinstance(source, TableSource)
    assert "inside the" in source.description.notes[0]
    assert source.description.size == path.stat().st_size
    assert source.description.path == str(path)


def test_the_temporary_folder_goes_with_the_source(tmp_path: Path) -> None:
    path = tmp_path / "people.csv.gz"
    path.write_bytes(gzip.compress(PEOPLE))
    (source,) = open_sources([path])
    assert isinstance(source, TableSource)
    folder = source._keeper.path  # type: ignore[attr-defined]
    assert folder.is_dir()
    del source
    assert not folder.exists()


def test_standard_input_is_read_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PEOPLE)))
    (source,) = open_sources(["-"])
    assert _rows(source) == 2
    assert isinstance(source, TableSource)
    assert source.description.path == "-"
    assert len(source.description.sha256) == 64


def test_empty_standard_input_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    (refused,) = open_sources(["-"])
    assert isinstance(refused, Unreadable)
    assert refused.finding.code == "empty-file"


ENDINGS = {
    "people.xls": True,
    "people.xlsx": True,
    "people.csv": False,
    "people.txt": False,
    "people": False,
    "people.export": False,
}


@pytest.mark.parametrize(("name", "is_told"), ENDINGS.items())
def test_an_ending_that_lies_is_told(tmp_path: Path, name: str, is_told: bool) -> None:
    path = tmp_path / name
    path.write_bytes(PEOPLE)
    (source,) = open_sources([path])
    assert isinstance(source, TableSource)
    assert any("read as what it is" in note for note in source.description.notes) is is_told
    assert _rows(source) == 2


def test_a_file_that_changes_while_it_is_read_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(PEOPLE)
    (source,) = open_sources([path])
    assert isinstance(source, TableSource)
    with path.open("ab") as out:
        out.write(b"Late,late@example.com\n")
    with pytest.raises(CannotRead) as stopped:
        list(source.chunks())
    assert stopped.value.finding.code == "file-changed"
    assert stopped.value.exit_code == 2


def test_a_file_that_vanishes_while_it_is_read_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(PEOPLE)
    (source,) = open_sources([path])
    assert isinstance(source, TableSource)
    chunks = source.chunks()
    path.unlink()
    with pytest.raises(CannotRead):
        list(chunks)


def test_one_file_with_the_hash_of_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(PEOPLE * 40_000)  # more than one block, hashed beside the other looks
    (source,) = open_sources([path])
    assert isinstance(source, TableSource)
    assert source.description.sha256 == hashlib.sha256(PEOPLE * 40_000).hexdigest()
