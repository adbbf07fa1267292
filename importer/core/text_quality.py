"""Find what is already damaged in texts: broken characters, destroyed numbers.

Lives here: pure looks at columns of texts. Must never live here: repairing; a value is kept
as it is and a person is told. What a newcomer would question: a whole column is joined and
searched at once, and cells are looked at singly only where that search found something.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from importer.core.model import Finding, Severity

_SPLIT: Final = "\x1f"
_DESTROYED = re.compile(r"#{3,}")
_EXPONENT = re.compile(r"[-+]?\d(?:[.,]\d+)?[eE]\+\d{1,3}")
_REPLACED: Final = "\ufffd"
_CONTROL = re.compile("[\x80-\x9f]|[\x01-\x08\x0b\x0c\x0e-\x1e\x7f]")
_TRAILS: Final = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_MOJIBAKE: Final = tuple(
    # UTF-8 read as cp1252 or Latin-1: a lead byte's letter, then continuation bytes' signs. Each
    # pattern begins with a letter of its own, which makes the search over a column fast.
    re.compile(pattern)
    for pattern in (
        f"Ã[{_TRAILS}]",
        f"Â[{_TRAILS}]",
        "â€[\x80-\x9f“”™˜œ¦¢šžŸ‚„†‡‹›•–—€]",
        f"Ð[{_TRAILS}](?:[ÐÑ][{_TRAILS}])+",
        f"Ñ[{_TRAILS}](?:[ÐÑ][{_TRAILS}])+",
        "Ä[\x80-\x9f€‚ƒ„…†‡ˆ‰‹Œ‘’“”•–—˜™›œŸ](?=[a-z])",
        "Å[\x80-\x9f€‚ƒ„…†‡ˆ‰‹Œ‘’“”•–—˜™›œŸ](?=[a-z])",
        "ï»¿",
        "ï¿½",
    )
)
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]+")


def find_destroyed(texts: Collection[str]) -> Iterator[tuple[int, Finding]]:
    """Cells whose number a spreadsheet program destroyed when it saved the file.

    Args:
        texts: One column.
    """
    joined = _SPLIT.join(set(texts))
    has_hashes = "###" in joined
    has_exponents = "E+" in joined or "e+" in joined
    if not has_hashes and not has_exponents:
        return
    for index, text in enumerate(texts):
        stripped = text.strip()
        if has_hashes and _DESTROYED.fullmatch(stripped):
            yield index, HASHES
        elif has_exponents and _EXPONENT.fullmatch(stripped):
            yield index, EXPONENT


def find_broken_characters(texts: Collection[str]) -> Iterator[tuple[int, Finding]]:
    """Cells that hold characters which were damaged before we saw them.

    Args:
        texts: One column.
    """
    joined = "|".join(set(texts))
    is_clean = joined.isprintable() or _CONTROL.search(joined) is None
    if is_clean and (joined.isascii() or not _has_garbled(joined)):
        return
    for index, text in enumerate(texts):
        if _REPLACED in text:
            yield index, REPLACED
        elif any(pattern.search(text) for pattern in _MOJIBAKE):
            yield index, mojibake(text)
        elif _CONTROL.search(text):
            yield index, CONTROL


def _has_garbled(joined: str) -> bool:
    return _REPLACED in joined or any(pattern.search(joined) for pattern in _MOJIBAKE)


def repair_mojibake(text: str) -> str | None:
    """What the text was before UTF-8 was read as a Western code page; None if not reversible."""
    for codec in ("cp1252", "latin-1"):
        try:
            repaired = text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
        if repaired != text:
            return repaired
    return None


def mojibake(text: str) -> Finding:
    """The finding for a text whose characters were read under the wrong encoding before."""
    repaired = repair_mojibake(text)
    return Finding(
        code="garbled-text",
        message="The text looks garbled: it was saved under one character encoding and read "
        "under another before it came into this file.",
        hint=f"Probably {repaired!r} was meant; correct the cell if so."
        if repaired
        else "Look the value up and correct the cell.",
        severity=Severity.WARNING,
        suggestion=repaired,
    )


def rescue_bytes(text: str, codec: str = "cp1252") -> str:
    """Read bytes that the file's encoding does not know as those of a Western code page.

    Args:
        text: A text in which unknown bytes stand as lone surrogates.
        codec: For the single bytes.
    """

    def _read(found: re.Match[str]) -> str:
        raw = bytes(ord(c) - 0xDC00 for c in found[0])
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            return raw.decode("latin-1")

    return _ESCAPED_BYTE.sub(_read, text)


def has_escaped_bytes(text: str) -> bool:
    """Whether a text holds bytes that its encoding does not know, as lone surrogates."""
    return not text.isascii() and _ESCAPED_BYTE.search(text) is not None


HASHES: Final = Finding(
    code="destroyed-value",
    message="The cell holds only # signs: the column was too narrow when the file was saved, "
    "and the number is no longer in it.",
    hint="Widen the column in the original workbook and save again, or type the value in.",
    severity=Severity.WARNING,
)
EXPONENT: Final = Finding(
    code="destroyed-number",
    message="The cell holds a number in short form (like 9.19E+12): its last digits were lost "
    "when the file was saved.",
    hint="Format the column as a number without decimals in the original, save again, or type "
    "the full number in.",
    severity=Severity.WARNING,
)
REPLACED: Final = Finding(
    code="lost-character",
    message="The text holds the mark � where a character was lost before it came into this file.",
    hint="Look the value up and correct the cell.",
    severity=Severity.WARNING,
)
CONTROL: Final = Finding(
    code="control-character",
    message="The text holds an invisible control character that no keyboard types: it was "
    "probably damaged before it came into this file.",
    hint="Type the value anew.",
    severity=Severity.WARNING,
)
UNKNOWN_BYTE: Final = Finding(
    code="mixed-encoding",
    message="The text holds a byte that does not fit the encoding of the rest of the file; it "
    "was read as Windows-1252.",
    hint="Check the accented letters of this cell.",
    severity=Severity.WARNING,
)
NUL_REMOVED: Final = Finding(
    code="nul-removed",
    message="NUL characters were taken out of the text.",
    severity=Severity.NOTE,
)
