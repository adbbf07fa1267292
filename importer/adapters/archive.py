"""Zip archives, written.

Lives here: one function. Must never live here: what goes into an archive.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The same for every entry, so that the same documents make the same archive."""


def write_archive(path: Path, files: Mapping[str, str]) -> None:
    """Write texts into a new archive.

    Raises:
        FileExistsError: Something is at `path` already.
    """
    with (
        path.open("xb") as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode("utf-8"))
