"""What one header says by itself.

Lives here: the steps from a header's text to its meanings, most literal first. Must never
live here: values, or other columns. What a newcomer would question: a word that is in no
list ends the search. "Recruiter e-mail" is not an e-mail of the candidate, and no list can
name everybody else whom a spreadsheet may speak of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from importer.core.proposing.concepts import CONCEPTS, CONTACTS, PLACES, WHOLE_NAMES
from importer.core.proposing.words import Hit, Words, fold_words, join_words

_BRACKETS = re.compile(r"[(\[{（【「<][^()\[\]{}（）【】「」<>]*[)\]}）】」>]")
_PARTS = re.compile(r"\s*(?:[/|\n;]|\s[-–—:]\s|／|｜)\s*")
_ORDINALS: Final = frozenset({"1st", "2nd", "3rd", "st", "nd", "rd", "first", "second", "third"})
_NUMBERED: Final = CONTACTS | PLACES | {"tags"}
"""What may have a number at its end; `Employer 2` is another employer."""
_WEAK: Final = frozenset({"first", "last", "given", "family", "middle"})
"""Words that are a name only where they stand alone: `First contact` is none."""
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a header may mean.

    Attributes:
        hits: (language, concept), several where languages differ.
        sureness: 0 to 1; 0: the header says nothing.
        key: The words that were found, as one key.
    """

    hits: tuple[Hit, ...] = ()
    sureness: float = 0.0
    key: str = ""

    @property
    def languages(self) -> frozenset[str]:
        """Languages that know the header."""
        return frozenset(language for language, _ in self.hits)


def read_header(header: str, words: Words) -> Reading:
    """Find the meanings of a header."""
    whole = _look(join_words(header), words, 0.95)
    if whole.hits:
        return whole
    if _is_sensitive(header, words):
        return Reading((("", "sensitive"),), 0.9, join_words(header))
    bare, is_harmless = _without_brackets(header, words)
    if bare is not None and is_harmless:
        found = _read_plain(bare, words, 0.9)
        if found.hits:
            return found
    elif bare is None:
        found = _read_plain(header, words, 0.9)
        if found.hits:
            return found
    return _read_parts(header, words)


def _look(key: str, words: Words, sureness: float) -> Reading:
    hits = words.hits.get(key, ())
    return Reading(hits, sureness, key) if hits else Reading()


def _is_sensitive(header: str, words: Words) -> bool:
    listed = words.lists["sensitive_words"]
    folded = fold_words(header)
    if set(folded.split()) & listed:
        return True
    return bool(_CJK.search(folded)) and any(w in folded for w in listed if _CJK.search(w))


def _without_brackets(header: str, words: Words) -> tuple[str | None, bool]:
    """The header without its brackets, and whether what stood in them changes nothing."""
    inner = _BRACKETS.findall(header)
    bare = _BRACKETS.sub(" ", header)
    if not inner or not fold_words(bare):
        return None, False
    meaning = {_meaning(h) for h in _read_plain(bare, words, 0.9).hits}
    return bare, all(_is_harmless(text, meaning, words) for text in inner)


def _is_harmless(text: str, meaning: set[str], words: Words) -> bool:
    key = join_words(text)
    if key.isdecimal() or not key or key in words.lists["format_words"]:
        return True
    found = {_meaning(h) for h in words.hits.get(key, ())}
    if found:
        return bool(found & meaning)
    usual = words.lists["person_words"]
    if meaning & _targets(CONTACTS):
        usual |= words.lists["contact_words"]
    if meaning & _targets(PLACES):
        usual |= words.lists["place_words"]
    return all(w in usual or w.isdecimal() for w in fold_words(text).split())


def _targets(concepts: frozenset[str]) -> set[str]:
    return {CONCEPTS[c].target or c for c in concepts}


def _meaning(hit: Hit) -> str:
    """What two hits must share to be called the same: the field, else the concept."""
    return CONCEPTS[hit[1]].target or hit[1]


def _read_plain(header: str, words: Words, sureness: float) -> Reading:
    """Look a header up, whole and with words taken off that change nothing."""
    for key, allowed, less in _shorten(fold_words(header), words):
        if less and key in _WEAK:
            continue
        found = _look(key, words, sureness - less)
        hits = tuple(h for h in found.hits if allowed is None or h[1] in allowed)
        if hits:
            return Reading(hits, found.sureness, key)
    return Reading()


def _shorten(folded: str, words: Words) -> Iterator[tuple[str, frozenset[str] | None, float]]:
    """Keys to try: (key, concepts it may lead to, how much less sure it is)."""
    given = folded.split()
    yield "".join(given), None, 0.0
    person = words.lists["person_words"]
    own = [w for w in given if w not in person]
    if len(own) == 1 and _CJK.search(own[0]):
        own = [_strip_cjk(own[0], person)]
    yield "".join(own), None, 0.05
    bare = [w for w in own if not w.isdecimal()] or own
    numbered = _NUMBERED if own and own[-1].isdecimal() else None
    for tokens in (bare, [w for w in given if not w.isdecimal()]):
        yield "".join(tokens), numbered, 0.05
    contact = [w for w in bare if w not in words.lists["contact_words"] and w not in _ORDINALS]
    place = [w for w in bare if w not in words.lists["place_words"]]
    for drop in (contact, place):
        allowed = CONTACTS if drop is contact else PLACES
        yield "".join(drop), allowed, 0.1
        for word in bare if not drop else ():
            yield word, allowed, 0.1
    for index in range(len(bare)):
        rest = [*bare[:index], *bare[index + 1 :]]
        if bare[index] in words.lists["contact_words"]:
            yield "".join(rest), CONTACTS, 0.1
        if bare[index] in words.lists["place_words"]:
            yield "".join(rest), PLACES, 0.1


def _strip_cjk(word: str, person: frozenset[str]) -> str:
    for prefix in sorted((p for p in person if _CJK.search(p)), key=len, reverse=True):
        if word.startswith(prefix) and len(word) > len(prefix):
            return word[len(prefix) :]
    return word


def _read_parts(header: str, words: Words) -> Reading:
    """A header in two languages or of two words for one thing: every part must agree."""
    inner = [t[1:-1] for t in _BRACKETS.findall(header)]
    texts = [p for t in (_BRACKETS.sub(" ", header), *inner) for p in _PARTS.split(t)]
    readings = [_read_plain(t, words, 0.85) for t in texts if fold_words(t)]
    if len(readings) < 2:
        return _read_scripts(header, words)
    return _agree(readings)


def _read_scripts(header: str, words: Words) -> Reading:
    """A header such as `姓名 Name`: Chinese beside Latin letters, and both must agree."""
    tokens = fold_words(header).split()
    chinese = "".join(t for t in tokens if _CJK.search(t))
    latin = " ".join(t for t in tokens if not _CJK.search(t))
    if not chinese or not latin:
        return Reading()
    return _agree([_read_plain(t, words, 0.85) for t in (chinese, latin)])


def _agree(readings: list[Reading]) -> Reading:
    first = readings[0]
    if not all(r.hits for r in readings):
        return Reading()
    whole = [r for r in readings if {c for _, c in r.hits} & WHOLE_NAMES]
    if whole and all({c for _, c in r.hits} & (WHOLE_NAMES | {"name_word"}) for r in readings):
        return whole[0]
    shared = {_meaning(h) for h in first.hits}
    for reading in readings[1:]:
        shared &= {_meaning(h) for h in reading.hits}
    hits = tuple(h for h in first.hits if _meaning(h) in shared)
    return Reading(hits, 0.8, first.key) if hits else Reading()
