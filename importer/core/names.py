"""A whole name in one cell, split into given and family name by a stated order.

Lives here: particles, suffixes, titles and the two orders. Must never live here: a guess
where people would be harmed by a wrong one. What a newcomer would question: no letter is
ever re-cased and nothing is taken off. A title stays in front of the given name ("Dr. Ada"),
a suffix behind the family name ("King Jr."), because the API has no field for either.

"Family, Given" is read in any order. "Suharto," (a comma and nothing behind it) says that
the one word is the family name, ", Ada" that it is the given name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from importer.core.model import Finding, Severity
from importer.core.text import words

NameOrder = Literal["given-family", "family-given"]

_TITLES: Final = words(
    "dr dr. prof prof. mr mr. mrs mrs. ms ms. miss mx mx. sir dame rev rev. hon hon. dipl.-ing."
    " ing. ing mag. herr frau hr. fr. m. mme mme. mlle mlle. sr sr. sra sra. srta srta. don doña"
    " dott. dott.ssa sig. sig.ra dhr. mevr. mw. drs. ir. dra dra. eng. г-н г-жа"
)
"""Words in front of a given name; compared without case."""

_SUFFIXES: Final = words(
    "jr jr. sr sr. jnr jnr. snr snr. junior senior ii iii iv phd ph.d. ph.d md m.d. m.d mba esq"
    " esq. cpa rn dds d.d.s. jd j.d. llm msc bsc"
)
"""Words behind a family name; compared without case."""

_PARTICLES: Final = words(
    "van von de der den del della dello dei degli di da das do dos du la las los le ter ten te"
    " zu zum zur af av bin ibn binti bint al el ul mac ben 't vander vande vanden of san santa"
    " st st. saint"
)
"""Words that open a family name, or stand inside one."""
_LOWER_ONLY: Final = words("of mac te ben")
"""Particles that are also names or middle initials of their own when they have a capital."""
_CONNECTORS: Final = words("y e i")
"""Small words that join two family names: Ortega y Gasset."""

_WORDS = re.compile(r"\S+")
_TWO_PEOPLE = re.compile(r"\s(?:&|\+|and|und|et|/)\s|/", re.IGNORECASE)
_COMMAS = re.compile(r"\s*[,،，、]\s*")


@dataclass(frozen=True, slots=True)
class SplitName:
    """What a whole name came to; `finding` says what is wrong or uncertain with it."""

    given: str = ""
    family: str = ""
    finding: Finding | None = None


def split_name(text: str, order: NameOrder | None) -> SplitName:
    """Split a whole name.

    Args:
        text: The name, stripped and not blank.
        order: Of names without a comma; None: not stated, so only "Family, Given" is split.
    """
    if "@" in text or any(c.isdigit() for c in text):
        return SplitName(finding=_unsplittable(text, "it holds more than a name"))
    if _TWO_PEOPLE.search(text):
        return SplitName(finding=_unsplittable(text, "it names more than one person"))
    pieces = _COMMAS.split(text)
    if len(pieces) > 1:
        suffixes = [p for p in pieces[1:] if _is_suffix(p)]
        plain = [pieces[0], *(p for p in pieces[1:] if not _is_suffix(p))]
        if len(plain) > 2:
            return SplitName(finding=_unsplittable(text, "it has several commas"))
        if len(plain) == 2:
            return _split_at_comma(plain[0], plain[1], suffixes)
        tail = text[len(pieces[0]) :]
        split = _split_words(pieces[0], order)
        if not split.family:
            return split
        family = split.family + tail
        finding = _uncertain(text, split.given, family) if split.finding else None
        return SplitName(split.given, family, finding)
    return _split_words(text, order)


def _split_at_comma(family: str, given: str, suffixes: list[str]) -> SplitName:
    family = " ".join(part for part in (family, *suffixes) if part)
    if family or given:
        return SplitName(given, family)
    return SplitName(finding=_unsplittable(",", "nothing stands beside its comma"))


def _split_words(text: str, order: NameOrder | None) -> SplitName:
    spans = [match.span() for match in _WORDS.finditer(text)]
    words = [text[a:b] for a, b in spans]
    first = 0
    while first < len(words) and words[first].casefold() in _TITLES:
        first += 1
    last = len(words)
    while last > first + 1 and _is_suffix(words[last - 1]):
        last -= 1
    if last - first < 2:
        return SplitName(finding=_one_word(text))
    if order is None:
        return SplitName(finding=_no_order(text))
    if order == "given-family":
        cut = _open_family(words, first + 1, last)
        given, family = text[: spans[cut - 1][1]], text[spans[cut][0] :]
        middle = words[first + 1 : cut]
    else:
        cut = _close_family(words, first, last)
        family, given = text[spans[first][0] : spans[cut - 1][1]], text[spans[cut][0] :]
        given = (text[: spans[first][0]] + given) if first else given
        middle = words[cut + 1 : last]
        if last < len(words):
            given = text[spans[cut][0] : spans[last - 1][1]]
            given = (text[: spans[first][0]] + given) if first else given
            family = f"{family} {text[spans[last][0] :]}"
    uncertain = [word for word in middle if not _is_initial(word)]
    finding = _uncertain(text, given, family) if uncertain else None
    return SplitName(given, family, finding)


def _open_family(words: list[str], lowest: int, last: int) -> int:
    """Where the family name begins: its last word, with the particles in front of it."""
    cut = last - 1
    while cut > lowest:
        if words[cut - 1] in _CONNECTORS and cut - 2 >= lowest:
            cut -= 2
        elif _is_particle(words[cut - 1]):
            cut -= 1
        else:
            break
    return cut


def _close_family(words: list[str], first: int, last: int) -> int:
    """Where the family name ends when it comes first: particles, then one word."""
    cut = first
    while cut < last - 2 and _is_particle(words[cut]):
        cut += 1
    cut += 1
    while cut < last - 2 and words[cut] in _CONNECTORS:
        cut += 2
    return cut


def _is_particle(word: str) -> bool:
    folded = word.casefold()
    if folded in _LOWER_ONLY:
        return word == folded
    return folded in _PARTICLES


def _is_suffix(word: str) -> bool:
    return word.strip().casefold() in _SUFFIXES


def _is_initial(word: str) -> bool:
    return all(len(letters) <= 1 for letters in word.split("."))


# --- what is said ------------------------------------------------------------------------------

_COMMA_HINT: Final = "Write it as 'Family, Given'"


def _one_word(text: str) -> Finding:
    hint = f"{_COMMA_HINT}; if this is the whole name, write '{text},'."
    if _is_written_together(text):
        hint = f"{_COMMA_HINT}, or with a blank between the two names."
    return Finding("name-one-word", f"'{text}' is one name, so it cannot be split in two.", hint)


def _is_written_together(text: str) -> bool:
    return any(unicodedata.category(c) == "Lo" and "CJK" in unicodedata.name(c, "") for c in text)


def _no_order(text: str) -> Finding:
    return Finding(
        "name-order-unknown",
        f"'{text}' cannot be split: the mapping does not say which name comes first.",
        "Add `order: given-family` or `order: family-given` to the `name:` entry.",
    )


def _unsplittable(text: str, why: str) -> Finding:
    return Finding(
        "name-unsplittable", f"'{text}' cannot be split into two names: {why}.", f"{_COMMA_HINT}."
    )


def _uncertain(text: str, given: str, family: str) -> Finding:
    return Finding(
        "name-split-uncertain",
        f"'{text}' has more than two names; it is sent as given name '{given}', family name"
        f" '{family}'.",
        f"If that is wrong, write it as '{family}, {given}' with the comma in the right place.",
        severity=Severity.WARNING,
    )
