"""What tells rows apart within one run: quick keys that nobody keeps.

Lives here: 64-bit keys of person, content, name and e-mails, equal where the texts count as
equal. Must never live here: anything that a ledger stores (core/identity is for ever). What a
newcomer would question: Python's own hash of a text is used. It is keyed anew in each process
and 64 bits wide, so that two people of a million share a key once in 37 million runs; a keyed
digest of every row would take longer than reading the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from importer.core.distinct import Columns, Remembering
from importer.core.identity import fold_identity, normalise_identity, split_name_words
from importer.core.person_texts import (
    Part,
    PersonTexts,
    spread_emails,
    spread_values,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)
_MASK = (1 << 64) - 1
_WEIGHT = 0xD1342543DE82EF95
_NAMELESS = 1
"""Key of a name that holds no word ("-"): it is a name all the same."""


@dataclass(frozen=True, slots=True, eq=False)
class RunKeys:
    """The keys of one chunk's rows.

    Attributes:
        content: Same where all mapped cells are.
        name: Same where the names have the same words, in whatever order; 0 for no name.
        email_rows: Position of each e-mail.
        emails: The key of each.
    """

    content: NDArray[np.uint64]
    name: NDArray[np.uint64]
    email_rows: NDArray[np.int64]
    emails: NDArray[np.uint64]


class KeyMaker:
    """Makes the keys of chunks; remembers the words of names."""

    def __init__(self) -> None:
        self._names = Remembering(_name_key)

    def make(self, texts: PersonTexts, columns: Columns, mapped: Sequence[str]) -> RunKeys:
        """Make the keys of one chunk.

        Args:
            texts: What says who the rows are.
            columns: Their cells.
            mapped: Names of the mapped columns.
        """
        email_rows, emails = spread_emails(texts, _key_folded)
        return RunKeys(
            content=_key_contents(columns, mapped),
            name=self._key_names(texts),
            email_rows=email_rows,
            emails=emails,
        )

    def _key_names(self, texts: PersonTexts) -> NDArray[np.uint64]:
        total = np.zeros(texts.count, dtype=np.uint64)
        has_name = np.zeros(texts.count, dtype=bool)
        for parts in (texts.given, texts.family):
            values, blank = spread_values(parts, texts.count, self._sum_words)
            total += values
            has_name |= ~blank
        total[has_name & (total == 0)] = _NAMELESS
        return total

    def _sum_words(self, names: Sequence[str]) -> NDArray[np.uint64]:
        return np.asarray(self._names(names), dtype=np.uint64)


def _name_key(name: str) -> int:
    """The sum of its words' hashes, which does not know their order."""
    return sum(map(hash, split_name_words(name))) & _MASK


def key_texts(texts: Iterable[str], count: int) -> NDArray[np.uint64]:
    """Keys of texts as they stand."""
    return np.fromiter(map(hash, texts), dtype=np.int64, count=count).view(np.uint64)


def _key_folded(texts: Sequence[str]) -> NDArray[np.uint64]:
    return key_texts(map(normalise_identity, texts), len(texts))


def _key_contents(columns: Columns, mapped: Sequence[str]) -> NDArray[np.uint64]:
    """One key over all mapped cells of each row."""
    mixed = np.zeros(len(columns), dtype=np.uint64)
    for j, column in enumerate(mapped):
        distinct = columns.distinct((column,))
        mixed ^= key_texts(distinct.texts, len(distinct.texts))[distinct.codes]
        mixed *= _MIX
        mixed += np.uint64(j + 1)
        mixed ^= mixed >> _SHIFT
    return mixed


def key_people(texts: PersonTexts, content: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Key the rows' people as `Identities` tells them apart.

    By the identity columns or the first e-mail; else by name and phone; else by the whole
    content.
    """
    if texts.named:
        person, blank = _key_columns(texts)
    else:
        person, blank = spread_values(texts.first_emails, texts.count, _key_folded)
    if blank.any():
        person[blank] = _key_by_name(texts, content)[blank]
    return person


def _key_columns(texts: PersonTexts) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    person = np.zeros(texts.count, dtype=np.uint64)
    blank = np.ones(texts.count, dtype=bool)
    for distinct in texts.named:
        part = Part(distinct, [normalise_identity(t) for t in distinct.texts])
        person ^= key_texts(part.texts, len(part.texts))[distinct.codes]
        person *= _MIX
        person ^= person >> _SHIFT
        blank &= part.blank()
    return person, blank


def _key_by_name(texts: PersonTexts, content: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Key name and phone; rows without a name by their content, as only the same row is theirs.

    A name is keyed word by word, so that "Mary Ann" "Smith" is "Mary" "Ann Smith", as it is
    when the parts are written one after the other.
    """
    given, no_given = spread_values(_folded(texts.given, str.lstrip), texts.count, _key_words, 2)
    family, no_family = spread_values(_folded(texts.family, str.rstrip), texts.count, _key_words, 2)
    given[no_given, 1] = 1
    keys = given[:, 0] + given[:, 1] * family[:, 0]
    keys *= _MIX
    keys ^= keys >> _SHIFT
    keys += spread_values(texts.find_phones(), texts.count, _key_folded)[0]
    keys *= _MIX
    nameless = no_given & no_family
    keys[nameless] = content[nameless] * _MIX + np.uint64(1)
    return keys


def _folded(parts: Sequence[Part], strip: Callable[[str], str]) -> list[Part]:
    return [Part(p.distinct, [strip(fold_identity(t)) for t in p.texts]) for p in parts]


def _key_words(names: Sequence[str]) -> NDArray[np.uint64]:
    """For each name the key of its words in their order, and the weight of a word behind them."""
    keyed = [
        _key_sequence(name.split(" ")) if " " in name else (hash(name) & _MASK, _WEIGHT)
        for name in names
    ]
    return np.asarray(keyed, dtype=np.uint64).reshape(-1, 2)


def _key_sequence(words: Sequence[str]) -> tuple[int, int]:
    key, weight = 0, 1
    for word in words:
        key = (key + weight * hash(word)) & _MASK
        weight = weight * _WEIGHT & _MASK
    return key, weight
