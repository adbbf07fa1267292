"""Files beside spreadsheets: looking at them and reading them, never outside their folder.

Lives here: the file system. Must never live here: which files may be sent
(`core/attachments`). What a newcomer would question: a name is followed to the real file
first and the real file must lie in the folder, so that neither `..` nor a symbolic link nor
a full path in a cell of an export sends a file that nobody meant.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from importer.core.attachments import MAX_FILE_BYTES, SNIFFED_BYTES, FileFacts

_NEAR = 3


class LocalFiles:
    """The files of this machine, as seen from spreadsheets."""

    def look(self, sheets: Sequence[str], folder: str | None, name: str) -> FileFacts:
        """See what a cell names.

        Args:
            sheets: Spreadsheets whose folders are searched, in this order.
            folder: Where the files are, seen from a spreadsheet; None: beside it.
            name: As the cell has it; the file systems of other machines may have written it.
        """
        facts = FileFacts(trouble="missing", folder=folder or "the spreadsheet's folder")
        for root in dict.fromkeys(Path(sheet).parent / (folder or "") for sheet in sheets):
            facts = _look(root, name, facts.folder)
            if facts.trouble != "missing":
                return facts
        return facts

    def read(self, path: str) -> bytes | None:
        """Read a file that `look` has seen.

        Returns:
            Its bytes; None where it is gone, is no file any more, leads elsewhere by now, or
            has grown past what may be sent.
        """
        try:
            if os.path.realpath(path) != path or not Path(path).is_file():
                return None
            with Path(path).open("rb") as file:
                content = file.read(MAX_FILE_BYTES + 1)
        except (OSError, ValueError):
            return None
        return content if 0 < len(content) <= MAX_FILE_BYTES else None


def _look(root: Path, name: str, shown: str) -> FileFacts:
    try:
        inside = Path(os.path.realpath(root))
        path = _find(inside, name)
        if path is None:
            return FileFacts(trouble="missing", near=_near(inside, name), folder=shown)
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(inside):
            return FileFacts(trouble="outside", folder=shown)
        seen = real.stat()
        if not stat.S_ISREG(seen.st_mode):
            return FileFacts(trouble="no_file", folder=shown)
        with real.open("rb") as file:
            start = file.read(SNIFFED_BYTES)
    except (OSError, ValueError):
        return FileFacts(trouble="unreadable", folder=shown)
    return FileFacts(path=str(real), size=seen.st_size, start=start, folder=shown)


def _find(inside: Path, name: str) -> Path | None:
    """The path that a name means: as written, else the one that differs only in case or form."""
    if "\0" in name:
        return None
    written = inside / name.replace("\\", "/")
    if os.path.lexists(written):
        return written
    if not Path(os.path.realpath(written.parent)).is_relative_to(inside):
        return None
    wanted = _fold(written.name)
    alike = [entry for entry in _entries(str(written.parent)) if _fold(entry) == wanted]
    return written.parent / alike[0] if len(alike) == 1 else None


def _near(inside: Path, name: str) -> tuple[str, ...]:
    short = name.replace("\\", "/").rpartition("/")[2]
    return tuple(get_close_matches(short, _entries(str(inside)), n=_NEAR, cutoff=0.75))


@lru_cache(maxsize=64)
def _listed(folder: str, changed_ns: int) -> tuple[str, ...]:
    del changed_ns  # part of the key: a folder that changed is read anew
    return tuple(sorted(entry.name for entry in Path(folder).iterdir()))


def _entries(folder: str) -> tuple[str, ...]:
    try:
        return _listed(folder, Path(folder).stat().st_mtime_ns)
    except OSError:
        return ()


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
