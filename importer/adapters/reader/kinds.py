"""Tell what a file is from its bytes; its name is only compared with that afterwards.

Lives here: signatures, and the sentence for each kind of file that is no spreadsheet. Must
never live here: reading. What a newcomer would question: the ending of a name never decides
(`.xls` is often a web page or a CSV), it only earns a note where it is wrong.
"""

from __future__ import annotations

import json
import re
import zipfile
from enum import StrEnum
from pathlib import Path
from typing import Final

from importer.core.model import Finding


class FileKind(StrEnum):
    """What the bytes of a file are."""

    TEXT = "text"
    OOXML = "xlsx"
    OLE = "xls"
    BIFF = "biff"
    ODS = "ods"
    GZIP = "gzip"
    ZIP = "zip"
    EMPTY = "empty"
    HTML = "html"
    XML = "xml"
    JSON = "json"
    PDF = "pdf"
    IMAGE = "image"
    RTF = "rtf"
    VCARD = "vcard"
    NUMBERS = "numbers"
    OFFICE = "office"
    ARCHIVE = "archive"
    DATABASE = "database"
    BINARY = "binary"


WORKBOOKS: Final = frozenset({FileKind.OOXML, FileKind.OLE, FileKind.BIFF, FileKind.ODS})

_SIGNATURES: Final[tuple[tuple[bytes, FileKind], ...]] = (
    (b"PK\x03\x04", FileKind.ZIP),
    (b"PK\x05\x06", FileKind.ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind.OLE),
    (b"\x09\x00\x04\x00", FileKind.BIFF),
    (b"\x09\x02\x06\x00", FileKind.BIFF),
    (b"\x09\x04\x06\x00", FileKind.BIFF),
    (b"\x09\x08\x08\x00", FileKind.BIFF),
    (b"\x09\x08\x10\x00", FileKind.BIFF),
    (b"\x1f\x8b", FileKind.GZIP),
    (b"%PDF", FileKind.PDF),
    (b"\x89PNG", FileKind.IMAGE),
    (b"\xff\xd8\xff", FileKind.IMAGE),
    (b"GIF8", FileKind.IMAGE),
    (b"II*\x00", FileKind.IMAGE),
    (b"MM\x00*", FileKind.IMAGE),
    (b"{\\rtf", FileKind.RTF),
    (b"BEGIN:VCARD", FileKind.VCARD),
    (b"7z\xbc\xaf\x27\x1c", FileKind.ARCHIVE),
    (b"Rar!", FileKind.ARCHIVE),
    (b"BZh", FileKind.ARCHIVE),
    (b"\xfd7zXZ", FileKind.ARCHIVE),
    (b"\x28\xb5\x2f\xfd", FileKind.ARCHIVE),
    (b"SQLite format 3", FileKind.DATABASE),
    (b"PAR1", FileKind.DATABASE),
    (b"ARROW1", FileKind.DATABASE),
    (b"\x00\x01\x00\x00Standard", FileKind.DATABASE),
    (b"\x7fELF", FileKind.BINARY),
    (b"MZ\x90", FileKind.BINARY),
)
_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body|table|meta|div)\b", re.I | re.S
)
_XML = re.compile(rb"\s*<\?xml\b|\s*<[A-Za-z][\w:.-]*(?:\s+xmlns|>)", re.I)
_BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_ENDINGS: Final = {
    FileKind.TEXT: {"csv", "tsv", "txt", "tab", "psv", "dat", "text", "log", "asc", "prn", ""},
    FileKind.OOXML: {"xlsx", "xlsm", "xltx", "xltm"},
    FileKind.OLE: {"xls", "xlt"},
    FileKind.BIFF: {"xls", "xlt", "xlw"},
    FileKind.ODS: {"ods", "ots"},
}
_NAMES: Final = {
    FileKind.TEXT: "delimited text (CSV)",
    FileKind.OOXML: "an xlsx workbook",
    FileKind.OLE: "an xls workbook",
    FileKind.BIFF: "a very old xls workbook",
    FileKind.ODS: "an OpenDocument spreadsheet",
}
_REFUSALS: Final = {
    FileKind.EMPTY: ("empty-file", "The file is empty (zero bytes).", "Export or copy it again."),
    FileKind.HTML: (
        "web-page",
        "The file is a web page (HTML), whatever its name says.",
        "Open it in Excel or LibreOffice and save it as xlsx.",
    ),
    FileKind.XML: (
        "xml-file",
        "The file is an XML document, which is no spreadsheet that can be read here.",
        "Open it in Excel or LibreOffice and save it as xlsx.",
    ),
    FileKind.JSON: (
        "json-file",
        "The file is JSON, not a spreadsheet.",
        "Export the data as CSV or xlsx.",
    ),
    FileKind.PDF: ("pdf-file", "The file is a PDF.", "Export the data as CSV or xlsx."),
    FileKind.IMAGE: ("image-file", "The file is a picture.", "Export the data as CSV or xlsx."),
    FileKind.RTF: (
        "document-file",
        "The file is a text document (RTF).",
        "Copy the table into a spreadsheet and save it as xlsx.",
    ),
    FileKind.VCARD: (
        "vcard-file",
        "The file holds contact cards (vCard), not a table.",
        "Export the contacts as CSV.",
    ),
    FileKind.NUMBERS: (
        "numbers-file",
        "The file is an Apple Numbers document.",
        "Export it from Numbers as Excel (xlsx) or CSV.",
    ),
    FileKind.OFFICE: (
        "document-file",
        "The file is a text document or a presentation, not a spreadsheet.",
        "Copy the table into a spreadsheet and save it as xlsx.",
    ),
    FileKind.ARCHIVE: (
        "packed-file",
        "The file is packed in a way that is not read here.",
        "Unpack it and name the file inside; gz and zip of one file are read as they are.",
    ),
    FileKind.DATABASE: (
        "database-file",
        "The file is a database, not a spreadsheet.",
        "Export the table as CSV or xlsx.",
    ),
    FileKind.BINARY: (
        "no-spreadsheet",
        "The file is neither text nor a workbook of a known kind; it may be damaged.",
        "Open it in the program it came from and save it as xlsx or CSV.",
    ),
}


def kind_of_bytes(head: bytes, size: int) -> FileKind:
    """Tell what a file is from its first bytes."""
    if size == 0:
        return FileKind.EMPTY
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return FileKind.IMAGE
    if head[4:8] == b"ftyp":
        return FileKind.BINARY
    text = _narrow(head)
    if text is None:
        return FileKind.BINARY
    if _HTML.match(text):
        return FileKind.HTML
    if _XML.match(text):
        return FileKind.XML
    if _is_json(text):
        return FileKind.JSON
    return FileKind.TEXT


def zip_kind(path: Path) -> FileKind:
    """Tell what a zip archive holds; a broken one is what its name says."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.namelist()
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError):
        return _kind_by_ending(path.name)
    names = [name.replace("\\", "/").lower().lstrip("/") for name in members]
    if any(n.startswith(("word/", "ppt/")) for n in names):
        return FileKind.OFFICE
    if any(n.startswith("xl/") or n == "[content_types].xml" for n in names):
        return FileKind.OOXML
    if "content.xml" in names:
        return FileKind.ODS
    if any(n.endswith(".iwa") or n == "index.zip" for n in names):
        return FileKind.NUMBERS
    return FileKind.ZIP


def list_zip(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files of an archive that a person put there."""
    return [
        member
        for member in archive.infolist()
        if not member.filename.endswith("/")
        and not member.filename.startswith("__MACOSX/")
        and not member.filename.rsplit("/", 1)[-1].startswith(".")
    ]


def refusal(kind: FileKind) -> Finding | None:
    """Why a file of this kind is not read; None where it is."""
    said = _REFUSALS.get(kind)
    return None if said is None else Finding(*said)


def ending_note(name: str, kind: FileKind) -> str | None:
    """A sentence where the ending of a file's name says something else than its bytes."""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    known = set().union(*_ENDINGS.values())
    if kind not in _ENDINGS or ending in _ENDINGS[kind] or ending not in known or name == "-":
        return None
    return f"The file is named .{ending} but is {_NAMES[kind]}; it was read as what it is."


def _kind_by_ending(name: str) -> FileKind:
    ending = name.rsplit(".", 1)[-1].lower()
    for kind in (FileKind.OOXML, FileKind.ODS):
        if ending in _ENDINGS[kind]:
            return kind
    return FileKind.ZIP


def _narrow(head: bytes) -> bytes | None:
    """The head as single bytes (UTF-16 and UTF-32 squeezed); None where it is no text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return head[2:].replace(b"\0", b"")
    sample = head[:8192]
    text = head[3:] if head.startswith(b"\xef\xbb\xbf") else head
    nuls = sample.count(b"\0")
    if nuls > 8 and nuls * 5 > len(sample):
        # UTF-16 or UTF-32 without a mark: the zeros stand in step.
        lanes = [sample[i::4].count(b"\0") * 4 / len(sample) for i in range(4)]
        if max(lanes) > 0.8 and min(lanes) < 0.2:
            return text.replace(b"\0", b"")
        return None
    odd = len(_BINARY.findall(sample)) - nuls
    if odd > max(8, len(sample) // 20) or nuls > max(8, len(sample) // 10):
        return _wide_text(sample)
    return text


def _wide_text(sample: bytes) -> bytes | None:
    """UTF-16 text of another script than Latin, which holds few zeros."""
    for codec in ("utf-16-le", "utf-16-be"):
        try:
            text = sample[: len(sample) // 2 * 2].decode(codec)
        except UnicodeDecodeError:
            continue
        letters = sum(1 for c in text if c.isalnum() or c in " ,;\t\r\n\"'.|-@")
        if letters > 0.95 * len(text) and any(c in ",;\t\r\n" for c in text):
            return text.encode("ascii", "ignore")
    return None


def _is_json(text: bytes) -> bool:
    start = text.lstrip()[:1]
    if start not in (b"{", b"["):
        return False
    if re.match(rb"\s*\[?\s*\{\s*\"[^\"]*\"\s*:", text):
        return True
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
