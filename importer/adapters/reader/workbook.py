"""The workbook half of the reader: one entry for xlsx, xlsm, xls and ods.

Lives here: `open_workbook`, which looks at what the file is, not at its name. Must never live
here: a format's own knowledge, or the search for the table in a sheet. What a newcomer would
question: the libraries are imported per format, as each costs a fraction of a second.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from importer.adapters.reader.grid import Grid, ReadLimits
from importer.adapters.reader.workbook_archive import Archive, cannot_read, is_damaged
from importer.core.model import SourceOptions

ZIP: Final = b"PK"
COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_EXCEL: Final = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
WORKBOOK_KINDS: Final = ("xlsx", "xlsm", "xls", "ods")


def open_workbook(
    path: Path,
    data: bytes | None,
    kind: str,
    options: SourceOptions,
    limits: ReadLimits,
) -> list[Grid]:
    """Open the sheets of a workbook that are to be read, in the workbook's order.

    Args:
        path: The file; only named, not opened, where `data` is given.
        data: The file's bytes, for standard input and files inside archives.
        kind: What the caller takes it for; corrected by what is inside.
        options: Sheets to read; None takes the only sensible one.
        limits: What is taken before the file is refused.

    Raises:
        CannotRead: The file cannot be used; one sentence says why.
    """
    if data is None:
        with path.open("rb") as file:
            head = file.read(8)
    else:
        head = data[:8]
    if head.startswith(ZIP):
        found = detect_package(path, data, limits, kind)
        if found == "ods":
            from importer.adapters.reader.workbook_ods import open_ods

            return list(open_ods(path, data, options, limits))
        from importer.adapters.reader.workbook_xlsx import open_xlsx

        return list(open_xlsx(path, data, found, options, limits))
    if head == COMPOUND or head.startswith(OLD_EXCEL):
        from importer.adapters.reader.workbook_xls import open_xls

        return list(open_xls(path, data, options, limits))
    raise is_damaged("its first bytes are not those of a workbook")


def detect_package(path: Path, data: bytes | None, limits: ReadLimits, kind: str) -> str:
    """Say which kind of workbook a zip archive is, by what it holds."""
    with Archive(path, data, limits) as archive:
        if archive.has("content.xml"):
            return "ods"
        if archive.has("xl/workbook.bin"):
            raise cannot_read(
                "unsupported-workbook",
                "The workbook is a binary xlsb, which is not read.",
                "Open it in Excel and save it as xlsx.",
            )
        if archive.has("word/document.xml") or archive.has("ppt/presentation.xml"):
            raise cannot_read(
                "unsupported-workbook",
                "The file is a text document or a presentation, not a workbook.",
                "Put the table into a worksheet and save that as xlsx.",
            )
        if archive.has("xl/vbaProject.bin"):
            return "xlsm"
        return kind if kind in {"xlsx", "xlsm"} else "xlsx"
