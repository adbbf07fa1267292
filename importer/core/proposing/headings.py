"""A first row of headers that the reader took for a person.

Lives here: recognising it by the words. Must never live here: reading files. What a newcomer
would question: the reader knows no languages and judges by shapes, which tell little in a
file of one line. Here every word of a header in nine languages is at hand.
"""

from __future__ import annotations

from typing import Final

from importer.core.model import Chunk
from importer.core.proposing.headers import read_header
from importer.core.proposing.words import Words

_LEAST_KNOWN: Final = 2


def find_heading(first: Chunk, words: Words) -> int | None:
    """The number of the first row where half of it are headers that are known; else None."""
    if not len(first.rows):
        return None
    cells = [str(text) for text in first.frame.iloc[0] if str(text).strip()]
    known = sum(bool(read_header(text, words).hits) for text in cells)
    is_heading = known >= _LEAST_KNOWN and known * 2 >= len(cells)
    return int(first.rows[0]) if is_heading else None
