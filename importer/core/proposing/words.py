"""The words of headers in many languages, indexed for looking up.

Lives here: reading the word lists from their text, and folding a header. Must never live
here: the words, which are data (`synonyms/*.toml`), or opening them: core opens no file, so
their text is passed in. What a newcomer would question: words are compared without blanks,
so that "ZIPCode", "zip_code" and "Zip Code" are one.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from importer.core.proposing.concepts import CONCEPTS
from importer.core.text import fold, remove_invisible

_CAMEL = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-Ö])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d_])(?=\d)")
_NOT_A_WORD = re.compile(r"[\W_]+")
_LISTS: Final = (
    "sensitive_words",
    "person_words",
    "contact_words",
    "place_words",
    "format_words",
    "application_words",
)

Hit = tuple[str, str]
"""(language, concept)."""


def fold_words(text: str) -> str:
    """Fold a header to plain words: width, case, accents, camel case and marks."""
    plain = remove_invisible(unicodedata.normalize("NFKC", text))
    plain = _CAMEL.sub(" ", plain).casefold()
    plain = "".join(
        c for c in unicodedata.normalize("NFD", plain) if unicodedata.category(c) != "Mn"
    )
    return _NOT_A_WORD.sub(" ", plain).strip()


def join_words(text: str) -> str:
    """A folded header as one key."""
    return fold_words(text).replace(" ", "")


@dataclass(frozen=True, slots=True)
class Words:
    """All languages together.

    Attributes:
        hits: Key of a header -> what it means in which language.
        lists: Words by the name of their list; those of `format_words` and
            `application_words` are keys.
        salutations: Folded values such as mr and frau.
    """

    hits: Mapping[str, tuple[Hit, ...]]
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    salutations: frozenset[str] = frozenset()


def parse_words(texts: Mapping[str, str]) -> Words:
    """Read the word lists.

    Args:
        texts: Language code -> TOML text.

    Raises:
        ValueError: A list has a name that means nothing; only for who edits the lists.
    """
    hits: dict[str, list[Hit]] = {}
    lists: dict[str, set[str]] = {name: set() for name in _LISTS}
    salutations: set[str] = set()
    for language, text in texts.items():
        for name, listed in tomllib.loads(text).items():
            phrases = list(_split(listed))
            if name == "salutation_values":
                salutations.update(fold(p) for p in phrases)
            elif name in ("format_words", "application_words"):
                lists[name].update(join_words(p) for p in phrases)
            elif name in lists:
                lists[name].update(w for p in phrases for w in fold_words(p).split())
            elif name in CONCEPTS:
                for phrase in phrases:
                    known = hits.setdefault(join_words(phrase), [])
                    if (language, name) not in known:
                        known.append((language, name))
            else:
                raise ValueError(f"{language}: no meaning is called '{name}'")
    return Words(
        {key: tuple(found) for key, found in hits.items() if key},
        {name: frozenset(listed) for name, listed in lists.items()},
        frozenset(salutations),
    )


def _split(listed: str) -> Iterable[str]:
    for line in listed.splitlines():
        yield from (p.strip() for p in line.split("|") if p.strip())
