"""A ledger as a SQLite file: made whole, recognised, never overwritten.

Lives here: what is asked of the file before a statement runs. Must never live here: a query
of the ledger's tables. What a newcomer would question: a new ledger is built under another
name and then linked into place. A file at the ledger's place is therefore always complete,
and one that is not was cut off or is somebody else's: it is reported and left alone.
"""

from __future__ import annotations

import errno
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from importer.adapters.ledger.engines import APPLICATION_ID
from importer.errors import LedgerError, LedgerStopped

_MAGIC: Final = b"SQLite format 3\0"
_HEADER_BYTES: Final = 100
_RESTORE: Final = (
    "It was left as it is. Bring back a copy (`ledger backup` makes them), rebuild one from "
    "the run folders with `ledger restore`, or name another place with --ledger."
)

_NEVER: Final = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EEXIST}
)
"""What waiting does not mend: the place is wrong, or not ours to write to."""


def require_ledger_file(path: Path) -> None:
    """Look at a file's header and length.

    Raises:
        LedgerError: It is a folder, another program's file, or cut off.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except IsADirectoryError as error:
        raise LedgerError(
            f"{path} is a folder, not a ledger.", hint="Name a file with --ledger."
        ) from error
    except OSError as error:
        raise LedgerError(
            f"The ledger {path} cannot be read ({error.strerror}).",
            hint="Allow reading and writing of the file and its folder.",
        ) from error
    if len(header) < _HEADER_BYTES:
        if _MAGIC.startswith(header[: len(_MAGIC)]) or header.startswith(_MAGIC):
            raise LedgerError(f"The ledger {path} is cut off: {size} bytes.", hint=_RESTORE)
        raise _foreign(path)
    if not header.startswith(_MAGIC):
        raise _foreign(path)
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise _foreign(path)
    page = int.from_bytes(header[16:18], "big")
    page_size = 65536 if page == 1 else page
    pages = int.from_bytes(header[28:32], "big")
    # A log beside the file may hold the missing pages: SQLite was stopped while moving them.
    log = Path(f"{path}-wal")
    has_log = log.exists() and log.stat().st_size > 0
    if size < pages * page_size and not has_log:
        raise LedgerError(
            f"The ledger {path} is cut off: {size} of {pages * page_size} bytes.", hint=_RESTORE
        )


def _foreign(path: Path) -> LedgerError:
    return LedgerError(
        f"{path} is no ledger of candidate-import.",
        hint="It was left as it is. Name another place with --ledger.",
    )


def create_ledger_file(path: Path, build: Callable[[Path], None]) -> bool:
    """Build a ledger under a passing name and put it in place, unless one came there first.

    Args:
        path: The ledger's place; its folder is made.
        build: Fills the empty file it is given, and closes it.

    Returns:
        Whether this call's ledger is the one in place.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}.new")
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        try:
            build(draft)
            return publish_draft(draft, path)
        finally:
            for leftover in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm")):
                leftover.unlink(missing_ok=True)
    except OSError as error:
        told = f"The ledger {path} cannot be made ({error.strerror})."
        if error.errno in _NEVER:
            raise LedgerError(
                told, hint="Allow writing there, or name another place with --ledger."
            ) from error
        raise LedgerStopped(
            told, hint="Check the folder, its permissions and the space left on the disk."
        ) from error


def publish_draft(draft: Path, path: Path) -> bool:
    """Give a finished file its name, unless the name is taken; returns whether it has it."""
    try:
        try:
            os.link(draft, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without links; Windows' rename refuses to replace
            if path.exists():
                return False
            draft.rename(path)
    except FileExistsError:
        return False
    if sys.platform != "win32":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return True
