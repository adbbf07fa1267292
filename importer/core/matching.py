"""Which allowed value a wrong text was probably meant to be.

Lives here: likeness of values. Must never live here: matching of column headers. What a
newcomer would question: a near value is only ever suggested, never taken, and some near ones
are not even a clear guess: "Grade 1" is one letter from "Grade 2", "active" two from
"inactive", and both are wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process

_LISTED: Final = 70.0
_CLEAR: Final = 85.0
_LEAD: Final = 5.0
_SAME_WORDS: Final = 0.8
_DIGITS: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Nearest:
    """The choices that a text is like, best first.

    Attributes:
        positions: Into the choices that were given; three at most.
        clear: The one that was surely meant, None where there is doubt.
    """

    positions: tuple[int, ...] = ()
    clear: int | None = None


def find_nearest(text: str, choices: Sequence[str]) -> Nearest:
    """Rank the choices that are like `text`.

    Args:
        text: Folded (`core.text.fold`), as the choices are.
        choices: Texts that would have been right; one may stand there several times.
    """
    found = process.extract(text, choices, scorer=fuzz.ratio, score_cutoff=_LISTED, limit=6)
    scores = {position: score for _, score, position in found}
    if not scores or max(scores.values()) < _CLEAR:
        # Words left out or turned round are worth showing, and never sure.
        words = process.extract(
            text, choices, scorer=fuzz.token_set_ratio, score_cutoff=_LISTED / _SAME_WORDS, limit=6
        )
        for _, score, position in words:
            scores[position] = max(scores.get(position, 0.0), score * _SAME_WORDS)
    ranked = sorted(scores, key=lambda position: (-scores[position], position))
    best = {choices[position]: scores[position] for position in reversed(ranked)}
    clear = None
    if ranked:
        top, score = choices[ranked[0]], scores[ranked[0]]
        others = [s for choice, s in best.items() if choice != top]
        has_lead = not others or score - max(others) >= _LEAD
        if score >= _CLEAR and has_lead and not _may_be_opposite(text, top):
            clear = ranked[0]
    return Nearest(tuple(ranked[:3]), clear)


def _may_be_opposite(text: str, choice: str) -> bool:
    """Whether two like texts may say different things: other numbers, or a prefix as in `in-`."""
    if _DIGITS.findall(text) != _DIGITS.findall(choice):
        return True
    return text.endswith(choice) or choice.endswith(text)
