"""Choose the encoding of a text from its bytes, and say how sure the choice is.

Lives here: the order of the questions (mark, wide characters, UTF-8, then old code pages).
Must never live here: how an old code page is judged (`core/code_pages.py`). What a newcomer
would question: the order is fixed because each step is safer than the next; UTF-8 proves
itself, old code pages only ever look likely.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from importer.core.code_pages import judge_code_pages

Certainty = Literal["certain", "likely", "guess", "told"]

_BOMS: Final = (
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_SURE: Final = 0.15
_EVIDENCE: Final = 4
_MOSTLY_UTF8: Final = 0.9


@dataclass(frozen=True, slots=True)
class EncodingChoice:
    """What a text will be decoded with.

    Attributes:
        codec: Python codec name.
        certainty: How sure the choice is; `told` when a person said it.
        bom: How many bytes at the start are the mark and not text.
        example: A word of the file as the choice reads it, for a person to judge.
    """

    codec: str
    certainty: Certainty
    bom: int = 0
    example: str = ""


def choose_encoding(
    head: bytes, odd_lines: Sequence[bytes], *, size: int, is_utf8: bool
) -> EncodingChoice:
    """Choose from the file's first bytes and a sample of its lines with bytes above 127.

    Args:
        head: The first bytes, up to a few hundred thousand.
        odd_lines: Lines from anywhere in the file that hold bytes above 127.
        size: Of the whole file.
        is_utf8: Whether the whole file is valid UTF-8.
    """
    for mark, codec in _BOMS:
        if head.startswith(mark) and not (codec == "utf-32-le" and size % 4):
            return EncodingChoice(codec, "certain", bom=len(mark))
    wide = _wide_codec(head)
    if wide is not None:
        return EncodingChoice(wide, "likely")
    if is_utf8:
        return EncodingChoice(_escaped_japanese(head) or "utf-8", "certain")
    if _share_of_utf8(odd_lines) >= _MOSTLY_UTF8:
        return EncodingChoice("utf-8", "likely")
    judged = judge_code_pages(odd_lines)
    best = judged[0]
    lead = best.score - (judged[1].score if len(judged) > 1 else 0.0)
    evidence = sum(1 for line in odd_lines for byte in line if byte > 127)
    sure = best.score > 0.6 and lead >= _SURE and evidence >= _EVIDENCE
    return EncodingChoice(best.codec, "likely" if sure else "guess", example=best.example)


def choose_told(codec: str, head: bytes) -> EncodingChoice:
    """The encoding that a person named; a mark at the start is still no text."""
    family = codec.replace("-sig", "")
    for mark, marked in _BOMS:
        if head.startswith(mark) and (marked.startswith(family) or family == marked):
            return EncodingChoice(marked, "told", bom=len(mark))
    if family in ("utf-16", "utf-32"):
        return EncodingChoice(_wide_codec(head) or f"{family}-le", "told")
    return EncodingChoice(family, "told")


def _wide_codec(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, told by where the zero bytes stand."""
    sample = head[: len(head[:4096]) // 4 * 4] or head[:2]
    if not sample:
        return None
    lanes = [sample[i::4] for i in range(4)]
    zeros = [lane.count(0) / max(1, len(lane)) for lane in lanes]
    if len(sample) >= 4 and min(zeros[1:4]) > 0.6 > zeros[0] and zeros[3] > 0.95:
        return "utf-32-le"
    if len(sample) >= 4 and min(zeros[0:3]) > 0.6 > zeros[3] and zeros[0] > 0.95:
        return "utf-32-be"
    even = sample[0::2].count(0) / len(sample[0::2])
    odd = sample[1::2].count(0) / max(1, len(sample[1::2]))
    if odd > 0.3 and even < 0.05:
        return "utf-16-le"
    if even > 0.3 and odd < 0.05:
        return "utf-16-be"
    if sample.isascii() and max(even, odd) < 0.02:
        return None
    return _wide_by_line_ends(sample)


def _wide_by_line_ends(sample: bytes) -> str | None:
    """UTF-16 of a script far from Latin: only delimiters and line ends hold zero bytes."""
    for codec, marks in (
        ("utf-16-le", (b"\n\0", b",\0", b";\0", b"\t\0")),
        ("utf-16-be", (b"\0\n", b"\0,", b"\0;", b"\0\t")),
    ):
        pairs = [sample[i : i + 2] for i in range(0, len(sample), 2)]
        if sum(pairs.count(mark) for mark in marks) * 60 < len(pairs):
            continue
        try:
            text = codecs.getincrementaldecoder(codec)().decode(sample)
        except UnicodeDecodeError:
            continue
        if sum(1 for c in text if c.isprintable() or c in "\r\n\t") > 0.97 * len(text):
            return codec
    return None


def _escaped_japanese(head: bytes) -> str | None:
    """ISO-2022-JP, which is plain ASCII with escapes."""
    if b"\x1b$" not in head or b"\x1b(" not in head:
        return None
    try:
        head.decode("iso2022_jp")
    except UnicodeDecodeError:
        return None
    return "iso2022_jp"


def _share_of_utf8(odd_lines: Sequence[bytes]) -> float:
    """Which share of the lines is valid UTF-8 (a cut at the sample's end forgiven)."""
    if not odd_lines:
        return 0.0
    good = 0
    for line in odd_lines:
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            is_cut = error.reason == "unexpected end of data" and error.start >= len(line) - 3
            good += is_cut and not line[: error.start].isascii()
        else:
            good += 1
    return good / len(odd_lines)
