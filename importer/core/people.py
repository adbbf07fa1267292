"""Who each row is: identity, content, name and e-mails of a chunk's rows, as hashes.

Lives here: which texts make a person (design 4.6). Must never live here: how a text is
hashed (core/identity). What a newcomer would question: a row of which nothing identifies
a person still gets an identity, made of its whole content, so that a person's decision on
such a row is remembered too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from importer.core.distinct import Columns, Distinct, Remembering
from importer.core.identity import (
    email_hash,
    identity_hash,
    name_hash,
    value_hash8,
)
from importer.core.model import Converted
from importer.core.plan import EMAILS, FIRST_NAME, LAST_NAME, PHONES, BoundRule, Plan, items_of
from importer.core.ports import Content
from importer.core.rules import WHOLE_NAME

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from importer.core.judge import BoundSource

Judged = Callable[["BoundSource", int, tuple[str, ...], Distinct], list[Converted]]

_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True, eq=False)
class Who:
    """The people of one chunk.

    Attributes:
        identity: (n, 2) halves of the identity hash.
        contents: (n, columns) hashes of the mapped cells.
        columns: What `contents` is of.
        content: One hash over all of them.
        name: Hash of the folded name, 0 where there is none.
        email_rows: Position of each e-mail, in order.
        email_full: (m, 2) halves of each e-mail's hash.
        by_email: The identity is the first e-mail, so any other e-mail may tell it too.
    """

    identity: NDArray[np.uint64]
    contents: NDArray[np.uint64]
    columns: tuple[str, ...]
    content: NDArray[np.uint64]
    name: NDArray[np.uint64]
    email_rows: NDArray[np.int64]
    email_full: NDArray[np.uint64]
    by_email: bool

    @property
    def email_hashes(self) -> NDArray[np.uint64]:
        """The first half of each e-mail's hash."""
        return self.email_full[:, 0]

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

    def __init__(self, plan: Plan, secret: bytes) -> None:
        self._plan = plan
        self._secret = secret
        self._cells: dict[str, Remembering[bytes]] = {}

    def of(self, source: BoundSource, columns: Columns, judged: Judged) -> Who:
        """Read the people of one chunk."""
        count = len(columns)
        names = self._names(source, columns, judged)
        email_rows, email_texts, first_email = self._emails(source, columns, judged)
        contents = self.contents(source, columns)
        texts, by_email = self._identity_texts(source, columns, judged, first_email, names)
        identity = self._hash_identities(texts)
        bare = np.asarray([t == "" for t in texts], dtype=bool)
        for i in np.flatnonzero(bare):
            identity[i] = np.frombuffer(self.row_identity(contents[i].tobytes()), dtype=np.uint64)
        return Who(
            identity=identity,
            contents=contents,
            columns=source.mapped,
            content=_digest(contents, count),
            name=self._hash_names(names),
            email_rows=email_rows,
            email_full=self._hash_emails(email_texts),
            by_email=by_email,
        )

    def row_identity(self, hashes: bytes) -> bytes:
        """The identity of a row by its whole content, where nothing else may say who it is."""
        return identity_hash(self._secret, ["row", hashes.hex()])

    # --- texts --------------------------------------------------------------------------------

    def _names(self, source: BoundSource, columns: Columns, judged: Judged) -> NDArray[np.object_]:
        parts: dict[str, NDArray[np.object_]] = {}
        for number, bound, group, distinct in _inputs(
            source, columns, (FIRST_NAME, LAST_NAME, WHOLE_NAME)
        ):
            found = judged(source, number, group, distinct)
            for key in ("first_name", "last_name"):
                if bound.path not in (WHOLE_NAME,) and bound.path.key != key:
                    continue
                texts = distinct.spread([_name_part(c.value, key) for c in found])
                # The first rule that fills a part wins, as it does in the body.
                have = parts.get(key)
                parts[key] = texts if have is None else _first_of(have, texts)
        empty = np.full(len(columns), "", dtype=object)
        both = zip(parts.get("first_name", empty), parts.get("last_name", empty), strict=True)
        joined = np.empty(len(columns), dtype=object)
        joined[:] = [f"{first} {last}" for first, last in both]
        return joined

    def _emails(
        self, source: BoundSource, columns: Columns, judged: Judged
    ) -> tuple[NDArray[np.int64], list[str], NDArray[np.object_]]:
        rows: list[NDArray[np.int64]] = []
        texts: list[str] = []
        first = np.full(len(columns), "", dtype=object)
        for number, _, group, distinct in _inputs(source, columns, (EMAILS,)):
            found = judged(source, number, group, distinct)
            lists = [[str(e) for e in items_of(c)] for c in found]
            own = distinct.spread([e[0] if e else "" for e in lists])
            first = _first_of(first, own)
            for nth in range(max((len(e) for e in lists), default=0)):
                column = distinct.spread([e[nth] if len(e) > nth else "" for e in lists])
                where = np.flatnonzero(column != "")
                rows.append(where)
                texts.extend(column[where].tolist())
        at = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
        return at, texts, first

    def _identity_texts(
        self,
        source: BoundSource,
        columns: Columns,
        judged: Judged,
        first_email: NDArray[np.object_],
        names: NDArray[np.object_],
    ) -> tuple[list[str], bool]:
        named = [source.resolved[c] for c in self._plan.mapping.identity if c in source.resolved]
        if named:
            parts = [columns.distinct((c,)) for c in named]
            texts = [
                "columns\x1f" + "\x1f".join(cells) if any(c.strip() for c in cells) else ""
                for cells in zip(
                    *([p.texts[i] for i in p.codes.tolist()] for p in parts), strict=True
                )
            ]
        else:
            texts = ["email\x1f" + e if e else "" for e in first_email.tolist()]
        if "" in texts:
            phones = self._first_phones(source, columns, judged)
            texts = [
                t or ("name-phone\x1f" + n + "\x1f" + p if (n.strip() and p) or n.strip() else "")
                for t, n, p in zip(texts, names.tolist(), phones.tolist(), strict=True)
            ]
        return texts, not named

    def _first_phones(
        self, source: BoundSource, columns: Columns, judged: Judged
    ) -> NDArray[np.object_]:
        first = np.full(len(columns), "", dtype=object)
        for number, _, group, distinct in _inputs(source, columns, (PHONES,)):
            found = judged(source, number, group, distinct)
            own = distinct.spread([str(i[0]) if (i := items_of(c)) else "" for c in found])
            first = _first_of(first, own)
        return first

    # --- hashes -------------------------------------------------------------------------------

    def _hash_identities(self, texts: Sequence[str]) -> NDArray[np.uint64]:
        codes, known = pd.factorize(np.asarray(texts, dtype=object))
        hashed = b"".join(identity_hash(self._secret, t.split("\x1f")) for t in known)
        return np.frombuffer(hashed, dtype=np.uint64).reshape(-1, 2)[codes].copy()

    def _hash_names(self, names: NDArray[np.object_]) -> NDArray[np.uint64]:
        codes, known = pd.factorize(names)
        hashed = [
            int.from_bytes(name_hash(self._secret, n)[:8], "little") if n.strip() else 0
            for n in known
        ]
        return np.asarray(hashed, dtype=np.uint64)[codes]

    def _hash_emails(self, texts: Sequence[str]) -> NDArray[np.uint64]:
        hashed = b"".join(email_hash(self._secret, t) for t in texts)
        return np.frombuffer(hashed, dtype=np.uint64).reshape(-1, 2)

    def contents(self, source: BoundSource, columns: Columns) -> NDArray[np.uint64]:
        """Hashes of the mapped cells as read, one column each."""
        table = np.empty((len(columns), len(source.mapped)), dtype=np.uint64)
        for j, column in enumerate(source.mapped):
            distinct = columns.distinct((column,))
            hashes = self._cells.setdefault(column, self._cell_hasher(column))
            known = np.frombuffer(b"".join(hashes(distinct.texts)), dtype=np.uint64)
            table[:, j] = known[distinct.codes]
        return table

    def _cell_hasher(self, column: str) -> Remembering[bytes]:
        return Remembering(lambda text: value_hash8(self._secret, column, text))


def _inputs(
    source: BoundSource, columns: Columns, paths: Sequence[object]
) -> list[tuple[int, BoundRule, tuple[str, ...], Distinct]]:
    return [
        (number, bound, group, columns.distinct(group, bound.rule.join or " "))
        for number, bound in enumerate(source.rules)
        if bound.path in paths
        for group in bound.inputs
    ]


def _first_of(have: NDArray[np.object_], other: NDArray[np.object_]) -> NDArray[np.object_]:
    """Each row's first text that is not blank."""
    blank = have == ""
    result = have.copy()
    result[blank] = other[blank]
    return result


def _name_part(value: object, key: str) -> str:
    if isinstance(value, dict):
        return str(value.get(key) or "")
    return "" if value is None else str(value)


def _digest(contents: NDArray[np.uint64], count: int) -> NDArray[np.uint64]:
    mixed = np.zeros(count, dtype=np.uint64)
    for j in range(contents.shape[1]):
        mixed = (mixed ^ contents[:, j]) * _MIX + np.uint64(j + 1)
        mixed ^= mixed >> np.uint64(29)
    return mixed


def _split(table: NDArray[np.uint64], width: int) -> list[bytes]:
    data = np.ascontiguousarray(table).tobytes()
    return [data[i * width : (i + 1) * width] for i in range(len(table))]
