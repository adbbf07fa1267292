"""From a path to bytes: unpacked, looked over once, of a known kind.

Lives here: everything that touches the file system before reading. Must never live here:
what the bytes mean beyond their kind. What a newcomer would question: standard input and
packed files go through a temporary file, so that every file can be read from its start again.
"""

from __future__ import annotations

import gzip
import shutil
import stat
import sys
import tempfile
import weakref
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO, Final

from importer.adapters.reader.facts import Facts, gather_facts
from importer.adapters.reader.grid import CannotRead, ReadLimits
from importer.adapters.reader.kinds import FileKind, kind_of_bytes, list_zip, zip_kind
from importer.core.model import Finding

_COPY: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Intake:
    """A file that can be read from its start, any number of times.

    Attributes:
        shown: The path as the user gave it.
        path: Where the (unpacked) bytes are.
        kind: What the bytes are.
        facts: What one look over the bytes told.
        notes: What was noticed on the way.
        sha256, size: Of the file as it lies there, packed or not.
    """

    shown: str
    path: Path
    kind: FileKind
    facts: Facts
    notes: tuple[str, ...]
    sha256: str
    size: int
    stamp: tuple[int, int] = field(default=(0, 0))
    keeper: object = None

    def open(self) -> BinaryIO:
        """The bytes from the start."""
        return self.path.open("rb")

    def has_changed(self) -> bool:
        """Whether somebody wrote to the file since it was looked over."""
        try:
            return _stamp(self.path) != self.stamp
        except OSError:
            return True


class _TemporaryFolder:
    """A folder that goes when nobody holds this object any more."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="candidate-import-"))
        self._finalizer = weakref.finalize(self, shutil.rmtree, self.path, True)


def take_in(shown: str, limits: ReadLimits) -> Intake:
    """Take in one file.

    Args:
        shown: A path, `-` for standard input.
        limits: What to take before refusing.

    Raises:
        CannotRead: The file cannot be used; says why in one sentence.
    """
    notes: list[str] = []
    keeper: _TemporaryFolder | None = None
    if shown == "-":
        keeper = _TemporaryFolder()
        path = keeper.path / "standard-input"
        _copy(sys.stdin.buffer, path, limits.max_file_bytes, "max_file_bytes")
    else:
        path = Path(shown)
        _check_path(path, limits)
    stamp = _stamp(path)
    facts = _look_over(path)
    original = facts
    kind = kind_of_bytes(facts.head, facts.size)
    packed = 0
    while kind in (FileKind.GZIP, FileKind.ZIP):
        packed += 1
        if packed > 2:
            raise CannotRead(
                Finding("packed-too-deep", "The file is an archive within archives.", "Unpack it.")
            )
        if kind is FileKind.ZIP:
            kind = zip_kind(path)
            if kind is not FileKind.ZIP:
                break
        folder = keeper or _TemporaryFolder()
        keeper = folder
        target = folder.path / f"unpacked-{packed}"
        name = _unpack(path, kind, target, limits)
        notes.append(f"Read from inside the {kind.value} archive{name}.")
        path = target
        stamp = _stamp(path)
        facts = _look_over(path)
        kind = kind_of_bytes(facts.head, facts.size)
    if shown != "-" and _is_growing(Path(shown), original.size):
        notes.append(
            "The file is still being written (it grew while it was looked over): wait until it is "
            "complete."
        )
    return Intake(
        shown=shown,
        path=path,
        kind=kind,
        facts=facts,
        notes=tuple(notes),
        sha256=original.sha256,
        size=original.size,
        stamp=stamp,
        keeper=keeper,
    )


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _is_growing(path: Path, seen: int) -> bool:
    try:
        found = path.stat()
    except OSError:
        return False
    return found.st_size != seen


def _check_path(path: Path, limits: ReadLimits) -> None:
    """Refuse whatever is no readable file, each with its own sentence."""
    try:
        if path.name.startswith("~$"):
            raise CannotRead(
                Finding(
                    "lock-file",
                    "This is Excel's lock file, not the workbook; Excel makes it while the "
                    "workbook is open.",
                    f"Give {path.name[2:]} instead.",
                )
            )
        found = path.stat()
    except FileNotFoundError as error:
        raise CannotRead(
            Finding("file-missing", "There is no such file.", "Check the name and the folder.")
        ) from error
    except (OSError, ValueError) as error:
        raise _no_access(error) from error
    if stat.S_ISDIR(found.st_mode):
        raise CannotRead(
            Finding("is-a-folder", "This is a folder, not a file.", "Name the files in it.")
        )
    if not stat.S_ISREG(found.st_mode):
        raise CannotRead(
            Finding(
                "no-regular-file",
                "This is a device or a pipe, not a file.",
                "Save the data to a file, or pass it through standard input as -.",
            )
        )
    if found.st_size > limits.max_file_bytes:
        raise CannotRead(_too_large(limits.max_file_bytes, "max_file_bytes"))


def _no_access(error: Exception) -> CannotRead:
    if isinstance(error, PermissionError):
        return CannotRead(
            Finding(
                "no-permission",
                "The file may not be read: permission denied.",
                "Ask for the right to read it, or close the program that holds it.",
            )
        )
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "invalid name"
    return CannotRead(Finding("file-unreadable", f"The file cannot be opened: {reason}.", ""))


def _look_over(path: Path) -> Facts:
    try:
        with path.open("rb", buffering=0) as stream:
            return gather_facts(stream)
    except OSError as error:
        raise _no_access(error) from error


def _too_large(limit: int, setting: str) -> Finding:
    return Finding(
        "limit-met",
        f"The file holds more than {limit:,} bytes.",
        f"Raise the setting {setting} if the file is honest.",
    )


def _copy(source: IO[bytes] | gzip.GzipFile, target: Path, limit: int, setting: str) -> None:
    """Copy a stream to a file, up to `limit` bytes."""
    size = 0
    with target.open("wb") as out:
        while block := source.read(_COPY):
            size += len(block)
            if size > limit:
                raise CannotRead(_too_large(limit, setting))
            out.write(block)


def _unpack(path: Path, kind: FileKind, target: Path, limits: ReadLimits) -> str:
    """Unpack the one file of an archive; returns its name for a note."""
    most = limits.max_unpacked_bytes
    try:
        if kind is FileKind.GZIP:
            with gzip.open(path, "rb") as stream:
                _copy_bounded(stream, path, target, limits)
            return ""
        with zipfile.ZipFile(path) as archive:
            members = list_zip(archive)
            if len(members) != 1:
                raise CannotRead(
                    Finding(
                        "archive-of-many",
                        f"The zip archive holds {len(members)} files; it must hold one "
                        "spreadsheet.",
                        "Unpack it and name the files that are meant.",
                    )
                )
            if members[0].flag_bits & 0x1:
                raise CannotRead(
                    Finding(
                        "password-protected",
                        "The zip archive is protected by a password.",
                        "Unpack it and name the file inside.",
                    )
                )
            if members[0].file_size > most:
                raise CannotRead(_too_large(most, "max_unpacked_bytes"))
            with archive.open(members[0]) as stream:
                _copy_bounded(stream, path, target, limits)
            return f" ({members[0].filename})"
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise CannotRead(
            Finding(
                "damaged-archive",
                f"The {kind.value} archive is damaged or cut off; it cannot be unpacked.",
                "Copy or download the file again.",
            )
        ) from error


def _copy_bounded(
    stream: IO[bytes] | gzip.GzipFile, path: Path, target: Path, limits: ReadLimits
) -> None:
    """Unpack with both limits: bytes, and the ratio to the packed size."""
    most = limits.max_unpacked_bytes
    setting = "max_unpacked_bytes"
    by_ratio = max(10 * _COPY, path.stat().st_size * limits.max_ratio)
    if by_ratio < most:
        most, setting = by_ratio, "max_ratio"
    _copy(stream, target, most, setting)
