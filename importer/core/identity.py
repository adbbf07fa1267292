"""Keyed hashes: what makes two rows the same person, and what makes a row changed.

Lives here: normalisation and hashing, one function a purpose. Must never live here: the
key (it lives in the ledger) or the choice of columns (the mapping's). What a newcomer would
question: the exact bytes are a contract for ever. A ledger holds hashes of people whom
nobody can hash again, so a change here would send everybody a second time; the test vectors
in `tests/core/test_identity.py` hold it still. A new way of normalising needs a new
`IDENTITY_VERSION` beside the old one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from importer.core.ports import Content

if TYPE_CHECKING:
    from numpy.typing import NDArray

IDENTITY_VERSION: Final = 1
"""Version of `normalise_identity` and of every hash below; kept in each ledger."""

IDENTITY_BYTES: Final = 16
VALUE_BYTES: Final = 8

_IDENTITY = b"ci identity 1"
_VALUE = b"ci value 1"
_EMAIL = b"ci email 1"
_NAME = b"ci name 1"
_PROBLEM = b"ci problem 1"

_NO_WORD: Final = {i: " " for i in range(128) if not chr(i).isalnum()}
_LENGTHS: Final = tuple(n.to_bytes(8, "big") for n in range(1024))


def normalise_identity(text: str) -> str:
    """Fold one identity cell: outer white space off, NFC, case-folded (and NFC again)."""
    return fold_identity(text.strip())


def fold_identity(text: str) -> str:
    """`normalise_identity` of a part of a cell, whose white space stays."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def fold_name(name: str) -> str:
    """Fold a person's name for comparison: no accents, case, punctuation or word order."""
    return " ".join(sorted(split_name_words(name)))


def split_name_words(name: str) -> list[str]:
    """The words of a person's name, each folded, in the order written."""
    if name.isascii():
        lowered = name.lower()
        return [lowered] if lowered.isalnum() else lowered.translate(_NO_WORD).split()
    plain = "".join(
        c if c.isalnum() else " "
        for c in unicodedata.normalize("NFKD", name.casefold())
        if not unicodedata.combining(c)
    )
    return plain.split()


def identity_hash(secret: bytes, texts: Sequence[str]) -> bytes:
    """Hash the identity cells of a row, in the order of the identity columns.

    Returns:
        16 bytes. Cells are normalised here; how many there are is part of the hash.
    """
    return _keyed(secret, _IDENTITY, [normalise_identity(t) for t in texts], IDENTITY_BYTES)


def value_hash8(secret: bytes, column: str, text: str) -> bytes:
    """Hash one content cell exactly as it was read; the same text differs between columns."""
    return _keyed(secret, _VALUE, (column, text), VALUE_BYTES)


def email_hash(secret: bytes, email: str) -> bytes:
    """Hash one e-mail address, normalised as identities are; 16 bytes."""
    return _keyed(secret, _EMAIL, (normalise_identity(email),), IDENTITY_BYTES)


def name_hash(secret: bytes, name: str) -> bytes:
    """Hash a person's name, folded by `fold_name`; 16 bytes."""
    return _keyed(secret, _NAME, (fold_name(name),), IDENTITY_BYTES)


def problem_hash(secret: bytes, code: str, column: str | None, value: str | None) -> bytes:
    """Hash what a grouped problem is about, to know it again in the next run; 16 bytes."""
    parts = (code, "\0" if column is None else column, "\0" if value is None else value)
    return _keyed(secret, _PROBLEM, parts, IDENTITY_BYTES)


def hash_identities(secret: bytes, columns: Sequence[Sequence[str]]) -> list[bytes]:
    """Hash the identity of every row; each distinct combination is hashed once.

    Args:
        secret: The ledger's.
        columns: The identity columns, all of one length.
    """
    known: dict[tuple[str, ...], bytes] = {}
    hashes = []
    for texts in zip(*columns, strict=True):
        found = known.get(texts)
        if found is None:
            found = known[texts] = identity_hash(secret, texts)
        hashes.append(found)
    return hashes


def hash_emails(secret: bytes, emails: Iterable[str]) -> dict[str, bytes]:
    """Hash every distinct address once."""
    return {email: email_hash(secret, email) for email in set(emails)}


def hash_content(secret: bytes, columns: Mapping[str, Sequence[str]]) -> NDArray[np.uint8]:
    """Hash the content cells of many rows; each distinct text of a column is hashed once.

    Args:
        secret: The ledger's.
        columns: Column name to its cells as read, in the content's column order.

    Returns:
        One line a row, 8 bytes a column: `line.tobytes()` is `Content.hashes`.
    """
    count = len(next(iter(columns.values()))) if columns else 0
    table = np.empty((count, VALUE_BYTES * len(columns)), dtype=np.uint8)
    for i, (name, cells) in enumerate(columns.items()):
        codes, texts = pd.factorize(np.asarray(cells, dtype=object))
        joined = b"".join(value_hash8(secret, name, str(text)) for text in texts)
        distinct = np.frombuffer(joined, dtype=np.uint8).reshape(len(texts), VALUE_BYTES)
        table[:, i * VALUE_BYTES : (i + 1) * VALUE_BYTES] = distinct[codes]
    return table


def build_contents(secret: bytes, columns: Mapping[str, Sequence[str]]) -> list[Content]:
    """Build the `Content` of every row from its cells as read."""
    names = tuple(columns)
    width = VALUE_BYTES * len(names)
    data = hash_content(secret, columns).tobytes()
    count = len(next(iter(columns.values()))) if columns else 0
    return [Content(names, data[i * width : (i + 1) * width]) for i in range(count)]


def value_hasher(secret: bytes, column: str) -> Callable[[str], bytes]:
    """`value_hash8` of one column, made ready for many texts."""
    begun = _prepared(secret, _VALUE, VALUE_BYTES).copy()
    begun.update(_framed(column))
    begin = begun.copy

    def hash_text(text: str) -> bytes:
        digest = begin()
        digest.update(_framed(text))
        return digest.digest()

    return hash_text


def _keyed(secret: bytes, purpose: bytes, parts: Sequence[str], size: int) -> bytes:
    digest = _prepared(secret, purpose, size).copy()
    digest.update(b"".join(map(_framed, parts)))
    return digest.digest()


@lru_cache(maxsize=32)
def _prepared(secret: bytes, purpose: bytes, size: int) -> blake2b:
    """A hash that has taken its key in; copying it costs less than keying another."""
    return blake2b(digest_size=size, key=secret, person=purpose)


def _framed(part: str) -> bytes:
    """A part's bytes behind their number, so that no two sequences of parts look alike."""
    data = part.encode("utf-8", "surrogatepass")
    size = len(data)
    return (_LENGTHS[size] if size < 1024 else size.to_bytes(8, "big")) + data
