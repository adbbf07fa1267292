"""Comparing texts as people do: invisible characters, folding, nearest spelling.

Lives here: what several rooms ask of a text. Must never live here: a conversion of a value.
What a newcomer would question: zero-width joiners count as invisible at the ends of a text
only; inside a Persian or Hindi name, or an emoji, they carry meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from rapidfuzz import fuzz, process

INVISIBLE: Final = (
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f"
    "\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
"""Characters without width: soft hyphen, zero-width and bidirectional marks, BOM."""

INVISIBLE_RE: Final = re.compile(f"[{INVISIBLE}]")
_REMOVE_INVISIBLE: Final = dict.fromkeys(map(ord, INVISIBLE))
_BLANKS = re.compile(r"\s+")
_HEADER_MARKS = re.compile(r"[\s*:]+$")


def words(text: str, separator: str | None = None) -> frozenset[str]:
    """A set of words, written as one text; separated by blanks where nothing else is said."""
    return frozenset(text.split(separator))


def remove_invisible(text: str) -> str:
    """Take every invisible character out."""
    return text if text.isascii() else text.translate(_REMOVE_INVISIBLE)


def fold(text: str) -> str:
    """Fold for comparing: NFC, case, runs of blanks, invisible characters, outer blanks."""
    if text.isascii():
        return _BLANKS.sub(" ", text).strip().lower()
    plain = unicodedata.normalize("NFC", remove_invisible(text))
    plain = unicodedata.normalize("NFC", plain.casefold())
    return _BLANKS.sub(" ", plain).strip()


def fold_header(text: str) -> str:
    """Fold a column's header: as `fold`, and without the `*` or `:` that mark it at its end."""
    return _HEADER_MARKS.sub("", fold(text))


def nearest(word: str, choices: Iterable[str], cutoff: float = 70.0) -> str | None:
    """Find the choice that is spelt most like `word`; None where nothing is near.

    Args:
        word: As someone wrote it.
        choices: What would have been right.
        cutoff: 0 to 100; how like they must be.
    """
    listed = list(choices)
    found = process.extractOne(
        word, listed, scorer=fuzz.ratio, processor=fold_header, score_cutoff=cutoff
    )
    return None if found is None else str(found[0])


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Phrase the nearest spelling as a question, `Did you mean 'column'?`, or the empty text."""
    guess = nearest(word, choices)
    return f"Did you mean '{guess}'?" if guess is not None else ""
