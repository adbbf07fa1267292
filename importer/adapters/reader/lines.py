"""Streams that keep count: physical lines for the exact way, bytes for the fast one.

Lives here: bounded reading. Must never live here: parsing. What a newcomer would question:
reading through these is what keeps a file without line ends, or an open quote before
gigabytes, from filling the memory.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Final

from importer.adapters.reader.grid import CannotRead
from importer.core.model import Finding

if TYPE_CHECKING:
    from typing_extensions import Buffer

_FAR: Final = 64 * 1024 * 1024


class WentFar(Exception):
    """The fast way read 64 MiB without filling a block: a signal to take the exact way."""


class Lines(Iterator[str]):
    """Text lines with their ends, counted.

    Attributes:
        count: Lines given so far.
        ends: How often the end was met; a parser that asks again after the end was within a
            record, which is how an open quote shows.

    Args:
        text: Opened with `newline=""`.
        longest: Characters a line may have.
    """

    def __init__(self, text: io.TextIOWrapper, longest: int) -> None:
        self._read = text.readline
        self._longest = longest
        self.count = 0
        self.ends = 0

    def __next__(self) -> str:
        line = self._read(self._longest)
        if not line:
            self.ends += 1
            raise StopIteration
        self.count += 1
        if len(line) >= self._longest:
            raise CannotRead(
                Finding(
                    "limit-met",
                    f"Line {self.count:,} is longer than {self._longest:,} characters.",
                    "Raise the setting max_cell_chars if the file is honest.",
                )
            )
        return line


class Watched(io.RawIOBase):
    """A binary stream that stops a reader which reads on and on without giving anything.

    Attributes:
        since: Bytes read since the reader last gave something; set to 0 by its owner.
    """

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self.since = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer)
        got = int(self._raw.readinto(view))  # type: ignore[attr-defined]
        self.since += got
        if self.since > _FAR:
            raise WentFar
        return got
