"""Which allowed value a wrong text was probably meant to be.

Lives here: likeness of values. Must never live here: matching of column headers. What a
newcomer would question: a near value is only ever suggested, never taken, and some near ones
are not even a clear guess: "Grade 1" is one letter from "Grade 2", "active" two from
"inactive", and both are wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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


class NearIndex:
    """Texts that would have been right, indexed once for many wrong ones.

    Args:
        choices: Folded (`core.text.fold`); one may stand there several times.
    """

    def __init__(self, choices: Sequence[str]) -> None:
        self._choices = tuple(choices)
        self._by_word: dict[str, list[int]] = {}
        for position, choice in enumerate(self._choices):
            for word in set(choice.split()):
                self._by_word.setdefault(word, []).append(position)

    def find(self, text: str) -> Nearest:
        """Rank the choices that are like a folded text."""
        found = process.extract(
            text, self._choices, scorer=fuzz.ratio, score_cutoff=_LISTED, limit=6
        )
        scores = {position: score for _, score, position in found}
        if not scores or max(scores.values()) < _CLEAR:
            self._add_same_words(text, scores)
        ranked = sorted(scores, key=lambda position: (-scores[position], position))
        return Nearest(tuple(ranked[:3]), self._clear_one(text, ranked, scores))

    def _add_same_words(self, text: str, scores: dict[int, float]) -> None:
        """Add choices with words left out or turned round: worth showing, and never sure."""
        sharing = {p for word in set(text.split()) for p in self._by_word.get(word, ())}
        for position in sorted(sharing):
            score = fuzz.token_set_ratio(text, self._choices[position]) * _SAME_WORDS
            if score >= _LISTED:
                scores[position] = max(scores.get(position, 0.0), score)

    def _clear_one(
        self, text: str, ranked: Sequence[int], scores: Mapping[int, float]
    ) -> int | None:
        if not ranked:
            return None
        top, score = self._choices[ranked[0]], scores[ranked[0]]
        others = (s for position, s in scores.items() if self._choices[position] != top)
        has_lead = score - max(others, default=0.0) >= _LEAD
        is_clear = score >= _CLEAR and has_lead and not _may_be_opposite(text, top)
        return ranked[0] if is_clear else None


def _may_be_opposite(text: str, choice: str) -> bool:
    """Whether two like texts may say different things: other numbers, or a prefix as in `in-`."""
    if _DIGITS.findall(text) != _DIGITS.findall(choice):
        return True
    return text.endswith(choice) or choice.endswith(text)
