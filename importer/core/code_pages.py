"""Judge which old code page a text was written in, by the words that each reading gives.

Lives here: pure scoring of a sample. Must never live here: the questions that come before
(`core/text_encoding.py`). What a newcomer would question: no statistics library decides here,
because candidate lists are short texts full of names, on which general detectors are unsure;
a reading is good where its words could be words of one language of that code page.
"""

from __future__ import annotations

import codecs
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from importer.core import code_page_data as data

_WORDS: Final = re.compile(r"[^\W\d_]+(?:[̀-ͯ]+[^\W\d_]*)*")
_OPENING: Final = frozenset("“‘„«¿¡‹")
_CLOSING: Final = frozenset("”’»›…™®ªº")
_LONE: Final = frozenset("–—•€£§°©№")
_SILENT: Final = frozenset("\xa0\xad")
_RARE_MARKS: Final = frozenset("½¼¾²³·×÷±¢¥")
_SAMPLE_CHARS: Final = 40_000


@dataclass(frozen=True, slots=True)
class Judged:
    """How well one code page reads a sample: 1 is a clean text, below 0 is nonsense."""

    codec: str
    score: float
    text: str
    example: str


def judge_code_pages(lines: Sequence[bytes]) -> list[Judged]:
    """Judge all code pages; best first, those that read the same as a better one left out.

    Args:
        lines: Lines with bytes above 127; the end of each may be cut within a character.
    """
    judged: list[Judged] = []
    for codec, prior, languages in data.LATIN_PAGES:
        judged.extend(_judge(lines, codec, prior, _LatinScorer(languages)))
    for codec, prior, script in data.SCRIPT_PAGES:
        judged.extend(_judge(lines, codec, prior, _ScriptScorer(script)))
    for codec, prior, language in data.WIDE_PAGES:
        judged.extend(_judge(lines, codec, prior, _WideScorer(codec, language)))
    judged.sort(key=lambda j: -j.score)
    distinct: list[Judged] = []
    for one in judged:
        if all(one.text != other.text for other in distinct):
            distinct.append(one)
    return distinct  # never empty: Mac Roman and the DOS pages know every byte


def _judge(lines: Sequence[bytes], codec: str, prior: float, scorer: _Scorer) -> Iterator[Judged]:
    texts: list[str] = []
    failed = 0
    size = 0
    for line in lines:
        try:
            texts.append(codecs.getincrementaldecoder(codec)().decode(line))
        except UnicodeDecodeError:
            failed += 1
            if failed * 20 > len(lines) and failed > 1:
                return
            continue
        size += len(texts[-1])
        if size > _SAMPLE_CHARS:
            break
    if failed * 20 > len(texts):
        return
    text = "\n".join(texts)
    score = scorer.score(text) * prior * (1 - 4 * failed / max(1, len(lines)))
    named = codec
    smaller = data.NAMED_AS.get(codec)
    if smaller is not None and _fits(text, smaller):
        named = smaller
    yield Judged(named, score, text, _example(text))


def _fits(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _example(text: str) -> str:
    words = (w[0] for w in _WORDS.finditer(text) if not w[0].isascii())
    return next((w for w in words if len(w) > 1), "")[:24]


class _Scorer(ABC):
    """Scores a decoded text; the parts all share: words, marks, controls.

    Attributes:
        single: What a word of one letter counts.
    """

    single = 0.6

    def score(self, text: str) -> float:
        weight = in_words = 0.0
        total = 0.0
        for word in _WORDS.finditer(text):
            if word[0].isascii():
                continue
            size = self._weight(word[0])
            weight += size
            in_words += size
            total += size * self._word(word[0]) * (1.0 if len(word[0]) > 1 else self.single)
        for match in re.finditer(r"[^\x00-\x7f]", text):
            char = match[0]
            if char.isalpha():
                continue
            weight += 1
            part = self._part(char)
            total += _mark_score(char, text, match.start()) if part is None else part
        if not weight:
            return 0.0
        return (total + in_words * self._bonus()) / weight

    def _weight(self, word: str) -> float:
        return sum(1 for c in word if not c.isascii())

    @abstractmethod
    def _word(self, word: str) -> float:
        """How well a word (with letters beyond ASCII) fits."""

    def _part(self, char: str) -> float | None:
        """What a sign counts that belongs to the script's words; None for other signs."""
        return None

    def _bonus(self) -> float:
        return 0.0


def _mark_score(char: str, text: str, at: int) -> float:
    """How well a sign that is no letter stands where it stands."""
    if "\x80" <= char <= "\x9f":
        return -3.0
    before = text[at - 1 : at]
    after = text[at + 1 : at + 2]
    if char in "’‘" or char in _SILENT:
        return 0.95
    if before.isalpha() and after.isalpha():
        return -0.3 if char in "–—·" else -1.0
    if char in _OPENING:
        return -0.3 if before.isalpha() else 0.95
    if char in _CLOSING:
        return -0.3 if after.isalpha() else 0.95
    if before.isalpha() or after.isalpha():
        return -0.5
    if char in _LONE:
        return 0.9
    return 0.3 if char in _RARE_MARKS else -0.5


def _has_natural_case(word: str) -> bool:
    """Whether capitals stand only at the start, after a lower-case prefix (McÉ…), or throughout."""
    if word.isupper() or word.islower() or word[1:].islower():
        return True
    if len(word) > 3 and word[:1].isupper():
        # MacÉire, DeÁngelis: one inner capital that starts a run of lower-case letters.
        capitals = [i for i, c in enumerate(word) if c.isupper()]
        return len(capitals) == 2 and word[capitals[1] + 1 :].islower()
    return False


class _LatinScorer(_Scorer):
    """Words of Latin script: all accents of a word must belong to one language."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._alphabets = {name: data.LATIN_ALPHABETS[name] for name in languages}
        self._hits: Counter[str] = Counter()
        self._seen = 0

    def _word(self, word: str) -> float:
        accents = {c for c in word.lower().replace("i̇", "ı") if not c.isascii()}
        count = sum(1 for c in word if not c.isascii())
        self._seen += 1
        if not _has_natural_case(word):
            return -0.5
        if len(word) >= 3 and count * 5 > len(word) * 3:
            return -0.3
        fitting = [name for name, letters in self._alphabets.items() if accents <= letters]
        self._hits.update(fitting)
        return 0.5 if fitting else -0.2

    def _bonus(self) -> float:
        if not self._hits:
            return 0.0
        return 0.5 * self._hits.most_common(1)[0][1] / self._seen


class _ScriptScorer(_Scorer):
    """Words of one other alphabet, wholly in it, with its usual letters."""

    def __init__(self, script: str) -> None:
        self._script = script
        self._low, self._high = data.SCRIPT_RANGES[script]
        self._frequent = data.FREQUENT_LETTERS[script]
        self._capitals = 0

    def _part(self, char: str) -> float | None:
        if not self._low <= ord(char) <= self._high:
            return None
        return 1.0 if char in self._frequent else 0.0

    def _word(self, word: str) -> float:
        if not all(self._low <= ord(c) <= self._high for c in word):
            return -0.5
        if self._script in ("cyrillic", "greek"):
            if not _has_natural_case(word):
                return -0.3
            self._capitals += word[0].isupper()
        lower = word.lower()
        usual = sum(1 for c in lower if c in self._frequent) / len(lower)
        score = 0.3 + 0.7 * usual
        vowels = data.VOWELS.get(self._script)
        if vowels is not None and len(word) > 3 and not _is_speakable(lower, vowels):
            score -= 0.3
        if self._script == "greek":
            score += _greek_habits(word, lower)
        return score

    def _bonus(self) -> float:
        return -0.08 if self._script in ("cyrillic", "greek") and not self._capitals else 0.0


def _is_speakable(word: str, vowels: frozenset[str]) -> bool:
    """Whether vowels stand often enough: a word of another script under this page lacks them."""
    run = longest = 0
    for char in word:
        run = 0 if char in vowels else run + 1
        longest = max(longest, run)
    count = sum(1 for c in word if c in vowels)
    return longest < 5 and 0.15 * len(word) < count < 0.8 * len(word)


def _greek_habits(word: str, lower: str) -> float:
    """Greek words have one accent (or are typed without any) and a sigma of its own at the end."""
    score = 0.0
    accents = sum(1 for c in lower if c in data.GREEK_ACCENTS)
    if not word.isupper() and accents != 1:
        score -= 0.12 if accents == 0 else 0.4
    if "ς" in word[:-1] or word.endswith("σ"):
        score -= 0.3
    return score


class _WideScorer(_Scorer):
    """Signs of East Asian scripts, by how usual each one is."""

    def __init__(self, codec: str, language: str) -> None:
        self._codec = codec
        self._language = language

    def _weight(self, word: str) -> float:
        return 2 * sum(1 for c in word if not c.isascii())

    def _word(self, word: str) -> float:
        scores = [_sign_score(c, self._codec, self._language) for c in word if not c.isascii()]
        return sum(scores) / len(scores)

    single = 0.9

    def _part(self, char: str) -> float | None:
        is_usual = "\u3000" <= char <= "\u303f" or "\uff00" <= char <= "\uff65"
        return 0.8 if is_usual else None


@lru_cache(maxsize=20_000)
def _sign_score(char: str, codec: str, language: str) -> float:
    if char in data.FREQUENT_SIGNS[language]:
        return 1.0
    if "\u3041" <= char <= "\u30ff":
        return 0.95 if language == "ja" else 0.1
    if "\uff66" <= char <= "\uff9f":
        return 0.25
    if "\uff01" <= char <= "\uff5e":
        return 0.8
    raw = char.encode(codec, "replace")
    lead, trail = raw[0], raw[-1]
    if len(raw) != 2:
        return 0.0
    if language == "ja":
        return (
            _level(lead, (0x88, 0x97), (0x98, 0xEA))
            if codec == "cp932"
            else _level(lead, (0xB0, 0xCF), (0xD0, 0xF4))
        )
    if language == "zh":
        return 0.0 if trail < 0xA1 else _level(lead, (0xB0, 0xD7), (0xD8, 0xF7))
    if language == "tw":
        return _level(lead, (0xA4, 0xC6), (0xC9, 0xF9))
    if trail < 0xA1:
        return 0.0
    return 0.6 if 0xB0 <= lead <= 0xC8 else 0.15


def _level(lead: int, common: tuple[int, int], rare: tuple[int, int]) -> float:
    if common[0] <= lead <= common[1]:
        return 0.6
    return 0.15 if rare[0] <= lead <= rare[1] else -0.2
