"""Who each row is: identity, content, name and e-mails of a chunk's rows, as hashes.

Lives here: which texts make a person (design 4.6). Must never live here: how a text is
hashed (core/identity). What a newcomer would question: a row of which nothing identifies
a person still gets an identity, made of its whole content, so that a person's decision on
such a row is remembered too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from importer.core.distinct import Columns, Remembering
from importer.core.identity import email_hash, identity_hash, value_hasher
from importer.core.person_texts import (
    PersonTexts,
    spread_emails,
    spread_texts,
    spread_values,
)
from importer.core.ports import Content

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from importer.core.bound_source import BoundSource


@dataclass(frozen=True, slots=True, eq=False)
class Who:
    """The people of one chunk.

    Attributes:
        identity: (n, 2) halves of the identity hash.
        contents: (n, columns) hashes of the mapped cells.
        columns: What `contents` is of.
        email_rows: Position of each e-mail, in order.
        email_full: (m, 2) halves of each e-mail's hash.
        by_email: The identity is the first e-mail, so any other e-mail may tell it too.
    """

    identity: NDArray[np.uint64]
    contents: NDArray[np.uint64]
    columns: tuple[str, ...]
    email_rows: NDArray[np.int64]
    email_full: NDArray[np.uint64]
    by_email: bool

    def identities(self) -> list[bytes]:
        """Each row's identity as 16 bytes."""
        return _split(self.identity, 16)

    def emails(self) -> list[bytes]:
        """Each e-mail's hash as 16 bytes, beside `email_rows`."""
        return _split(self.email_full, 16)

    def content_bytes(self) -> list[bytes]:
        """Each row's cells' hashes, 8 bytes a column."""
        return _split(self.contents, 8 * self.contents.shape[1])

    def content_of(self, position: int) -> Content:
        """The content of one row."""
        return Content(self.columns, self.contents[position].tobytes())


class Identities:
    """Reads who the rows are, by the mapping's identity columns or the first e-mail."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._cells: dict[str, Remembering[bytes]] = {}

    def of(self, source: BoundSource, columns: Columns, texts: PersonTexts) -> Who:
        """Read the people of one chunk."""
        contents = self.contents(source, columns)
        identity, bare = self._identify(texts)
        for i in np.flatnonzero(bare):
            identity[i] = np.frombuffer(self.row_identity(contents[i].tobytes()), dtype=np.uint64)
        email_rows, email_full = spread_emails(texts, self._hash_emails, width=2)
        return Who(
            identity=identity,
            contents=contents,
            columns=source.names,
            email_rows=email_rows,
            email_full=email_full,
            by_email=not texts.named,
        )

    def row_identity(self, hashes: bytes) -> bytes:
        """The identity of a row by its whole content, where nothing else may say who it is."""
        return identity_hash(self._secret, ["row", hashes.hex()])

    def contents(self, source: BoundSource, columns: Columns) -> NDArray[np.uint64]:
        """Hashes of the mapped cells as read, one column each."""
        table = np.empty((len(columns), len(source.mapped)), dtype=np.uint64)
        for j, (name, column) in enumerate(zip(source.names, source.mapped, strict=True)):
            distinct = columns.distinct((column,))
            if name not in self._cells:
                self._cells[name] = Remembering(value_hasher(self._secret, name))
            hashes = self._cells[name](distinct.texts)
            table[:, j] = np.frombuffer(b"".join(hashes), dtype=np.uint64)[distinct.codes]
        return table

    # --- identity -----------------------------------------------------------------------------

    def _identify(self, texts: PersonTexts) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
        """Each row's identity, and which rows have none of their own."""
        if texts.named:
            identity, blank = self._by_columns(texts)
        else:
            identity, blank = spread_values(texts.first_emails, texts.count, self._by_email, 2)
        if blank.any():
            rows = np.flatnonzero(blank)
            given, family, phones = (
                spread_texts(parts, rows).tolist()
                for parts in (texts.given, texts.family, texts.find_phones())
            )
            for row, first, last, phone in zip(rows.tolist(), given, family, phones, strict=True):
                name = f"{first} {last}"
                if name.strip():
                    hashed = self._hash(["name-phone", name, phone])
                    identity[row] = np.frombuffer(hashed, dtype=np.uint64)
                    blank[row] = False
        return identity, blank

    def _by_columns(self, texts: PersonTexts) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
        identity = np.zeros((texts.count, 2), dtype=np.uint64)
        blank = np.ones(texts.count, dtype=bool)
        known: dict[tuple[str, ...], NDArray[np.uint64]] = {}
        columns = [[d.texts[code] for code in d.codes.tolist()] for d in texts.named]
        for row, cells in enumerate(zip(*columns, strict=True)):
            if any(cell.strip() for cell in cells):
                if cells not in known:
                    hashed = self._hash(["columns", *cells])
                    known[cells] = np.frombuffer(hashed, dtype=np.uint64)
                identity[row] = known[cells]
                blank[row] = False
        return identity, blank

    def _by_email(self, texts: Sequence[str]) -> NDArray[np.uint64]:
        return _halves(self._hash(["email", t]) if t else _NOBODY for t in texts)

    def _hash_emails(self, texts: Sequence[str]) -> NDArray[np.uint64]:
        secret = self._secret
        return _halves(email_hash(secret, t) if t else _NOBODY for t in texts)

    def _hash(self, cells: Sequence[str]) -> bytes:
        # A cell that holds the separator counts as several.
        return identity_hash(self._secret, "\x1f".join(cells).split("\x1f"))


_NOBODY = bytes(16)


def _halves(hashes: Iterable[bytes]) -> NDArray[np.uint64]:
    """16-byte hashes as pairs of numbers."""
    return np.frombuffer(b"".join(hashes), dtype=np.uint64).reshape(-1, 2)


def _split(table: NDArray[np.uint64], width: int) -> list[bytes]:
    data = np.ascontiguousarray(table).tobytes()
    return [data[i * width : (i + 1) * width] for i in range(len(table))]
