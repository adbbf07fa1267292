"""What tells rows apart within one run: quick keys that nobody keeps.

Lives here: 64-bit keys of person, content, name and e-mails, equal where the texts count as
equal. Must never live here: anything that a ledger stores (core/identity is for ever). What a
newcomer would question: Python's own hash of a text is used. It is keyed anew in each process
and 64 bits wide, so that two people of a million share a key once in 37 million runs; a keyed
digest of every row would take longer than reading the file.
"""

from __future__ import annotations

import sys
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
        name: Same where the names have the same words, in whatever order; 0 for no name, and in
            a chunk without e-mails, where nobody asks.
        email_rows: Position of each e-mail.
        emails: The key of each.
    """

    content: NDArray[np.uint64]
    name: NDArray[np.uint64]
    email_rows: NDArray[np.int64]
    emails: NDArray[np.uint64]


class NamePart:
    """The keys of given names, or of family names; each is remembered.

    Args:
        strip: Takes off the blanks on the outer side of the whole name.
    """

    def __init__(self, strip: Callable[[str], str]) -> None:
        self._sums = Remembering(_name_key)
        self._words = Remembering(lambda name: _key_words(strip(fold_identity(name))))

    def spread_sums(
        self, parts: Sequence[Part], count: int
    ) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
        """For each row a key that does not know the order of words, and which have no name."""
        return spread_values(parts, count, lambda t: np.asarray(self._sums(t), dtype=np.uint64))

    def spread_words(
        self, parts: Sequence[Part], count: int
    ) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
        """For each row the key of its words in order with their weight, and which have none."""
        result = np.zeros((count, 2), dtype=np.uint64)
        for part in parts:
            words = b"".join(self._words(part.texts))
            keys = np.frombuffer(words, dtype=np.uint64).reshape(-1, 2)[part.distinct.codes]
            result = np.where(result[:, 1:] == 0, keys, result)
        return result, result[:, 1] == 0


class KeyMaker:
    """Makes the keys of chunks; remembers those of names."""

    def __init__(self) -> None:
        self._given = NamePart(str.lstrip)
        self._family = NamePart(str.rstrip)

    def make(self, texts: PersonTexts, columns: Columns, mapped: Sequence[str]) -> RunKeys:
        """Make the keys of one chunk.

        Args:
            texts: What says who the rows are.
            columns: Their cells.
            mapped: Names of the mapped columns.
        """
        email_rows, emails = spread_emails(texts, _key_folded)
        has_emails = len(email_rows) > 0  # without them nobody asks for names
        return RunKeys(
            content=_key_contents(columns, mapped),
            name=self._key_names(texts) if has_emails else np.zeros(texts.count, dtype=np.uint64),
            email_rows=email_rows,
            emails=emails,
        )

    def key_people(self, texts: PersonTexts, content: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Key the rows' people as `Identities` tells them apart.

        By the identity columns or the first e-mail; else by name and phone; else by the whole
        content.
        """
        if texts.named:
            person, blank = _key_columns(texts)
        else:
            person, blank = spread_values(texts.first_emails, texts.count, _key_folded)
        if blank.any():
            person[blank] = self._key_by_name(texts, content)[blank]
        return person

    def _key_names(self, texts: PersonTexts) -> NDArray[np.uint64]:
        total, no_given = self._given.spread_sums(texts.given, texts.count)
        family, no_family = self._family.spread_sums(texts.family, texts.count)
        total += family
        total[~(no_given & no_family) & (total == 0)] = _NAMELESS
        return total

    def _key_by_name(self, texts: PersonTexts, content: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Key name and phone; rows without a name by their content: only the same row is theirs.

        A name is keyed word by word, so that "Mary Ann" "Smith" is "Mary" "Ann Smith", as it is
        when the parts are written one after the other.
        """
        given, no_given = self._given.spread_words(texts.given, texts.count)
        family, no_family = self._family.spread_words(texts.family, texts.count)
        given[no_given, 1] = 1
        keys = given[:, 0] + given[:, 1] * family[:, 0]
        keys *= _MIX
        keys ^= keys >> _SHIFT
        keys += spread_values(texts.find_phones(), texts.count, _key_folded)[0]
        keys *= _MIX
        nameless = no_given & no_family
        keys[nameless] = content[nameless] * _MIX + np.uint64(1)
        return keys


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


def _key_words(name: str) -> bytes:
    """The key of a name's words in their order, and the weight of a word behind them: 0 if none."""
    if not name:
        return bytes(16)
    key, weight = _key_sequence(name.split(" ")) if " " in name else (hash(name) & _MASK, _WEIGHT)
    return key.to_bytes(8, sys.byteorder) + weight.to_bytes(8, sys.byteorder)


def _key_sequence(words: Sequence[str]) -> tuple[int, int]:
    key, weight = 0, 1
    for word in words:
        key = (key + weight * hash(word)) & _MASK
        weight = weight * _WEIGHT & _MASK
    return key, weight
