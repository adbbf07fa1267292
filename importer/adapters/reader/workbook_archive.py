"""Open the zip archive that an xlsx or ods file is, without trusting what it claims.

Lives here: `Archive` (part names as written by odd programs, limits on unpacked size, DTDs
refused) and the sentences for damaged and protected files. Must never live here: what the
parts mean. What a newcomer would question: every part that another library will unpack is
unpacked here first, so that a false size or a bomb is found by us, with a bounded buffer.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from importer.adapters.reader.grid import MIB, CannotRead, ReadLimits
from importer.core.model import Finding

STEP: Final = 2 * MIB
SMALL_PART: Final = 64 * MIB
"""Parts that are parsed as a whole (the list of sheets, the formats) are never larger."""

RATIO_COUNTS_FROM: Final = 10 * MIB

BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    NotImplementedError,
)
"""What a damaged archive shows itself as."""

_DOCTYPE: Final = re.compile(rb"(?:\xef\xbb\xbf|\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)


def cannot_read(code: str, message: str, hint: str = "") -> CannotRead:
    """Build the refusal of one file."""
    return CannotRead(Finding(code=code, message=message, hint=hint))


def is_damaged(detail: str) -> CannotRead:
    """Build the refusal of a workbook whose inside does not fit together."""
    return cannot_read(
        "damaged-workbook",
        f"The workbook is damaged: {detail}.",
        "Open it in Excel or LibreOffice, let it be repaired, save it under a new name.",
    )


def is_protected() -> CannotRead:
    """Build the refusal of an encrypted workbook."""
    return cannot_read(
        "password-protected",
        "The workbook is password-protected, so nothing in it can be read.",
        "Open it with its password, take the password off (File, Info, Protect), save a copy.",
    )


def is_too_large(detail: str, setting: str) -> CannotRead:
    """Build the refusal of a file that meets a limit; the setting's name is in the sentence."""
    return cannot_read(
        "limit-met",
        f"{detail} (limit `{setting}`).",
        f"If the file is honest, raise `{setting}`; else save its data in a new workbook.",
    )


class Archive:
    """A zip archive whose parts are found under any spelling and unpacked within limits."""

    def __init__(self, path: Path, data: bytes | None, limits: ReadLimits) -> None:
        self.limits = limits
        try:
            self._zip = zipfile.ZipFile(path if data is None else io.BytesIO(data))
        except BROKEN as error:
            raise _name_damage(path, data) from error
        self._parts = {_spell(info.filename): info for info in reversed(self._zip.infolist())}
        if any(info.flag_bits & 1 for info in self._parts.values()):
            raise is_protected()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def has(self, name: str) -> bool:
        """Whether the archive has a part of this name, in any letter case or slash."""
        return _spell(name) in self._parts

    @property
    def names(self) -> list[str]:
        """The parts' names in lower case with forward slashes."""
        return list(self._parts)

    def has_plain_names(self) -> bool:
        """Whether every part is named as other libraries expect."""
        return all(
            "\\" not in info.orig_filename and not info.filename.startswith("/")
            for info in self._parts.values()
        )

    def unpacked_size(self, name: str) -> int:
        """Bytes of a part after unpacking, as the archive claims; 0 where it is missing."""
        info = self._parts.get(_spell(name))
        return info.file_size if info else 0

    def steps(self, name: str, step: int = STEP) -> Iterator[bytes]:
        """Unpack a part piece by piece. Raises `CannotRead` at a limit, a lie, a broken end."""
        info = self._parts.get(_spell(name))
        if info is None:
            raise is_damaged(f"its part {name} is missing")
        limit = self.limits.max_unpacked_bytes
        if info.file_size > limit:
            raise is_too_large(
                f"The workbook's part {name} unpacks to {info.file_size // MIB:,} MiB",
                "max_unpacked_bytes",
            )
        if (
            info.file_size > RATIO_COUNTS_FROM
            and info.file_size > info.compress_size * self.limits.max_ratio
        ):
            raise is_too_large(
                f"The workbook's part {name} unpacks to {info.file_size // MIB:,} MiB from "
                f"{max(1, info.compress_size // 1024):,} KiB, as only a trap does",
                "max_ratio",
            )
        try:
            with self._zip.open(info) as part:
                piece = part.read(step)
                if _DOCTYPE.match(piece):
                    raise has_own_entities()
                while piece:
                    yield piece
                    piece = part.read(step)
        except BROKEN as error:
            raise is_damaged(f"its part {name} cannot be unpacked") from error

    def read(self, name: str) -> bytes:
        """Unpack a small part as a whole."""
        pieces: list[bytes] = []
        size = 0
        for piece in self.steps(name):
            size += len(piece)
            if size > SMALL_PART:
                raise is_too_large(
                    f"The workbook's part {name} unpacks to more than {SMALL_PART // MIB} MiB",
                    "max_unpacked_bytes",
                )
            pieces.append(piece)
        return b"".join(pieces)

    def parse(self, name: str) -> Element:
        """Parse a small part as XML. DTDs, entities and outside references are refused."""
        try:
            root: Element = fromstring(self.read(name), forbid_dtd=True)
        except DefusedXmlException as error:
            raise has_own_entities() from error
        except (ParseError, ValueError, LookupError) as error:
            raise is_damaged(f"its part {name} is not well-formed XML") from error
        return root

    def try_parse(self, name: str) -> Element | None:
        """Parse a part that readers can do without; None where it is missing or damaged."""
        if not self.has(name):
            return None
        try:
            return self.parse(name)
        except CannotRead as error:
            if error.finding.code == "damaged-workbook":
                return None
            raise


def has_own_entities() -> CannotRead:
    """Build the refusal of XML that declares a document type."""
    return cannot_read(
        "unsafe-workbook",
        "The workbook declares XML entities of its own, as only a manipulated file does.",
        "Get the file anew from its source, or save its data in a new workbook.",
    )


def local_name(element: Element) -> str:
    """An element's name without its namespace: strict and transitional files differ there."""
    return str(element.tag).rpartition("}")[2]


def attribute(element: Element, name: str) -> str | None:
    """An attribute by its name without namespace."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return value
    return None


def _spell(name: str) -> str:
    """One spelling for names with backslashes, capitals or a leading slash."""
    return name.replace("\\", "/").lstrip("/").lower()


def _name_damage(path: Path, data: bytes | None) -> CannotRead:
    """Say whether a broken archive was cut off or is no archive at all."""
    if data is None:
        with path.open("rb") as file:
            head = file.read(4)
    else:
        head = data[:4]
    if head == b"PK\x03\x04":
        return cannot_read(
            "truncated-file",
            "The workbook is cut off: its end is missing, as after a broken download or copy.",
            "Copy or download it again.",
        )
    return is_damaged("it is not the zip archive that a workbook of this kind must be")
