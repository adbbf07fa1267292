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
from dataclasses import dataclass
from typing import IO, Final

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
        tail: The last few bytes.
        is_ascii, is_utf8: Proven over the whole file.
        bad_utf8: How many lines with bytes above 127 are no UTF-8, of those in `odd_lines`.
        odd_lines: A sample of the lines that hold bytes above 127.
        has_nul, has_lone_cr, has_quotes: Bytes that stand anywhere in the file.
        has_comments: Whether a line begins with `#`.
        may_be_destroyed: Whether `##` or `E+` stand anywhere.
        has_controls: Whether control bytes other than tab and line ends stand anywhere.
    """

    sha256: str
    size: int
    head: bytes
    tail: bytes
    is_ascii: bool
    is_utf8: bool
    bad_utf8: int
    odd_lines: tuple[bytes, ...]
    has_nul: bool
    has_lone_cr: bool
    has_comments: bool
    may_be_destroyed: bool
    has_controls: bool
    has_quotes: bool


_CONTROLS = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")


def gather_facts(stream: IO[bytes] | io.FileIO) -> Facts:
    """Look once over all bytes from the stream's position to its end."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    head = b""
    last = b""
    size = 0
    is_ascii = is_utf8 = True
    has_nul = lone_cr = comments = destroyed = controls = quotes = False
    odd: list[bytes] = []
    odd_size = 0
    while block := stream.read(_BLOCK):
        digest.update(block)
        size += len(block)
        if len(head) < _HEAD:
            head += block[: _HEAD - len(head)]
        seam = last[-1:] + block
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
        lone_cr = lone_cr or _has_lone_cr(seam)
        comments = comments or seam.startswith(b"#") or b"\n#" in seam or b"\r#" in seam
        destroyed = destroyed or b"##" in seam or b"E+" in seam or b"e+" in seam
        quotes = quotes or b'"' in block
        controls = controls or _CONTROLS.search(block) is not None
        last = block[-64:]
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    return Facts(
        sha256=digest.hexdigest(),
        size=size,
        head=head,
        tail=last,
        is_ascii=is_ascii,
        is_utf8=is_utf8,
        bad_utf8=0 if is_utf8 else sum(1 for line in odd if not _is_utf8(line)),
        odd_lines=tuple(odd),
        has_nul=has_nul,
        has_lone_cr=lone_cr or last.endswith(b"\r"),
        has_comments=comments,
        may_be_destroyed=destroyed,
        has_controls=controls,
        has_quotes=quotes,
    )


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


def _has_lone_cr(seam: bytes) -> bool:
    body = seam[:-1] if seam.endswith(b"\r") else seam
    return body.count(b"\r") != body.count(b"\r\n") if b"\r" in body else False


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
