"""What one look over all bytes of a file tells: its hash, its encoding's limits, what to watch.

Lives here: the single pass over a file before it is read. Must never live here: decisions.
What a newcomer would question: the whole file is looked at before its first row is read,
because its hash must be known then; the same pass proves or disproves UTF-8 and says which
searches cell by cell can be left out. It costs a tenth of the reading.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import re
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

_BLOCK: Final = 1 << 20
_HEAD: Final = 1 << 18
_SAMPLE_PER_BLOCK: Final = 16_384
_SAMPLE_TOTAL: Final = 131_072
_HIGH = re.compile(rb"[\x80-\xff]")
_LINE_END = re.compile(rb"[\r\n]")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the bytes of a file tell.

    Attributes:
        sha256, size: Of all bytes.
        head: The first bytes.
        is_ascii, is_utf8: Proven over the whole file.
        odd_lines: A sample of the lines that hold bytes above 127.
        has_nul, has_lone_cr: Bytes that stand anywhere in the file.
        has_comments: Whether a line begins with `#`.
        may_be_destroyed: Whether `##` or `E+` stand anywhere.
        has_controls: Whether control bytes other than tab and line ends stand anywhere.
        has_breaks: Whether a line ends after an odd number of quotation marks.
    """

    sha256: str
    size: int
    head: bytes
    is_ascii: bool
    is_utf8: bool
    odd_lines: tuple[bytes, ...]
    has_nul: bool
    has_lone_cr: bool
    has_comments: bool
    may_be_destroyed: bool
    has_controls: bool
    has_breaks: bool


_NO_CONTROLS: Final = b"\n\r\t\0"
_ENDS: Final = np.frombuffer(b"\r\n", dtype=np.uint8)
_EXPONENTS: Final = np.frombuffer(b"eE", dtype=np.uint8)


def gather_facts(stream: IO[bytes] | io.FileIO) -> Facts:
    """Look once over all bytes from the stream's position to its end."""
    digest = _Digest()
    decoder = codecs.getincrementaldecoder("utf-8")()
    head = b""
    last = b""
    size = 0
    is_ascii = is_utf8 = True
    has_nul = lone_cr = comments = destroyed = controls = breaks = False
    open_quotes = 0
    odd: list[bytes] = []
    odd_size = 0
    while block := stream.read(_BLOCK):
        digest.update(block)
        size += len(block)
        if len(head) < _HEAD:
            head += block[: _HEAD - len(head)]
        seam = last + block
        if not block.isascii():
            is_ascii = False
            if odd_size < _SAMPLE_TOTAL:
                taken = _odd_lines(block)
                odd.extend(taken)
                odd_size += sum(map(len, taken))
        if is_utf8 and not is_ascii:
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                is_utf8 = False
        has_nul = has_nul or b"\0" in block
        codes = np.frombuffer(seam, dtype=np.uint8)
        lone_cr = lone_cr or (b"\r" in seam and _has_lone_cr(codes))
        if b"#" in seam:
            before = _before(codes, "#")
            comments = comments or seam.startswith(b"#") or bool(np.isin(before, _ENDS).any())
            destroyed = destroyed or bool((before == ord("#")).any())
        if not destroyed and b"+" in seam:
            destroyed = bool(np.isin(_before(codes, "+"), _EXPONENTS).any())
        if not breaks:
            breaks, open_quotes = _find_breaks(block, open_quotes)
        controls = controls or _has_controls(block)
        last = block[-1:]
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    return Facts(
        sha256=digest.finish(),
        size=size,
        head=head,
        is_ascii=is_ascii,
        is_utf8=is_utf8,
        odd_lines=tuple(odd),
        has_nul=has_nul,
        has_lone_cr=lone_cr or last.endswith(b"\r"),
        has_comments=comments,
        may_be_destroyed=destroyed,
        has_controls=controls,
        has_breaks=breaks,
    )


class _Digest:
    """SHA-256 beside the other looks: hashing lets other threads run."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._worker: ThreadPoolExecutor | None = None
        self._pending: Future[None] | None = None

    def update(self, block: bytes) -> None:
        if len(block) < _BLOCK and self._worker is None:
            self._hash.update(block)  # a small file is not worth a thread
            return
        if self._worker is None:
            self._worker = ThreadPoolExecutor(1)
        if self._pending is not None:
            self._pending.result()
        self._pending = self._worker.submit(self._hash.update, block)

    def finish(self) -> str:
        if self._worker is not None:
            self._worker.shutdown()
        return self._hash.hexdigest()


def _odd_lines(block: bytes) -> list[bytes]:
    taken: list[bytes] = []
    size = 0
    at = 0
    while size < _SAMPLE_PER_BLOCK and (found := _HIGH.search(block, at)):
        start = max(block.rfind(b"\n", 0, found.start()), block.rfind(b"\r", 0, found.start())) + 1
        ended = _LINE_END.search(block, found.end())
        at = len(block) if ended is None else ended.start()
        # A line at the block's edge may be cut within a character.
        if len(block) == _BLOCK and (start == 0 or ended is None):
            continue
        taken.append(block[start : min(at, found.start() + 4096)])
        size += len(taken[-1])
    return taken


def _has_controls(block: bytes) -> bool:
    """Whether there are control bytes other than NUL, tab and line ends."""
    codes = np.frombuffer(block, dtype=np.uint8)
    others = int(np.count_nonzero(codes < ord(" ")))
    for known in _NO_CONTROLS:
        if others:
            others -= int(np.count_nonzero(codes == known))
    return others > 0 or b"\x7f" in block


def _has_lone_cr(codes: NDArray[np.uint8]) -> bool:
    """Whether a CR stands before something else than LF (one at the very end is not judged)."""
    return bool((codes[1:][codes[:-1] == 13] != 10).any())


def _find_breaks(block: bytes, before: int) -> tuple[bool, int]:
    """Whether a line ends within quotes, and how many quotation marks were met so far."""
    if b'"' not in block:
        return before % 2 == 1 and b"\n" in block, before
    codes = np.frombuffer(block, dtype=np.uint8)
    quotes = np.flatnonzero(codes == ord('"'))
    ends = np.flatnonzero(codes == ord("\n"))
    met = before + np.searchsorted(quotes, ends)
    return bool((met % 2 == 1).any()), before + len(quotes)


def _before(codes: NDArray[np.uint8], char: str) -> NDArray[np.uint8]:
    """What stands before each occurrence of a character."""
    before: NDArray[np.uint8] = codes[:-1][codes[1:] == ord(char)]
    return before
