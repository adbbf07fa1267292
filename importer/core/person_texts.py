"""Which texts of a chunk's rows say who somebody is: names, e-mails, phones, identity columns.

Lives here: finding those texts, by distinct value. Must never live here: hashing them
(core/people for ever, core/run_keys for one run). What a newcomer would question: nothing is
spread over the rows here. A hash is taken of each distinct text and then spread, which costs
a fraction of spreading texts and hashing rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from importer.core.distinct import Columns, Distinct
from importer.core.model import Converted
from importer.core.plan import EMAILS, FIRST_NAME, LAST_NAME, PHONES, BoundRule, Plan
from importer.core.rules import WHOLE_NAME

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from importer.core.bound_source import BoundSource

Judged = Callable[["BoundSource", int, tuple[str, ...], Distinct], list[Converted]]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One input's say: a text for each distinct cell, "" where it says nothing."""

    distinct: Distinct
    texts: Sequence[str]

    def spread(self, rows: NDArray[np.intp]) -> NDArray[np.object_]:
        """The text of each of some rows."""
        table = np.empty(len(self.texts), dtype=object)
        table[:] = self.texts
        return table[self.distinct.codes[rows]]

    def blank(self) -> NDArray[np.bool_]:
        """Which rows it says nothing of."""
        return self.distinct.mask([not t for t in self.texts])


@dataclass(frozen=True, slots=True, eq=False)
class PersonTexts:
    """What one chunk says of its people; where several inputs do, the first one counts.

    Attributes:
        count: How many rows there are.
        given, family: The two parts of a name.
        emails: For each input the addresses of each distinct cell, in order.
        first_emails: The first address of each input.
        named: The mapping's identity columns, where it names any.
        find_phones: The first phone number of each input; asked only where one is needed.
    """

    count: int
    given: Sequence[Part]
    family: Sequence[Part]
    emails: Sequence[tuple[Distinct, Sequence[Sequence[str]]]]
    first_emails: Sequence[Part]
    named: Sequence[Distinct]
    find_phones: Callable[[], Sequence[Part]]


def read_person_texts(
    plan: Plan, source: BoundSource, columns: Columns, judged: Judged
) -> PersonTexts:
    """Find the texts that say who a chunk's rows are."""
    given: list[Part] = []
    family: list[Part] = []
    paths = (FIRST_NAME, LAST_NAME, WHOLE_NAME)
    for number, bound, group, distinct in _inputs(source, columns, paths):
        found = judged(source, number, group, distinct)
        for parts, path in ((given, FIRST_NAME), (family, LAST_NAME)):
            if bound.path in (path, WHOLE_NAME):
                values = [c.value for c in found]
                texts = [v if type(v) is str else _name_part(v, path.key) for v in values]
                parts.append(Part(distinct, texts))
    emails = []
    for number, _, group, distinct in _inputs(source, columns, (EMAILS,)):
        addresses = [_texts_of(c.value) for c in judged(source, number, group, distinct)]
        emails.append((distinct, addresses))

    def find_phones() -> list[Part]:
        return [
            Part(distinct, [_first(c.value) for c in judged(source, number, group, distinct)])
            for number, _, group, distinct in _inputs(source, columns, (PHONES,))
        ]

    return PersonTexts(
        count=len(columns),
        given=given,
        family=family,
        emails=emails,
        first_emails=[Part(d, [e[0] if e else "" for e in each]) for d, each in emails],
        named=[
            columns.distinct((source.resolved[c],))
            for c in plan.mapping.identity
            if c in source.resolved
        ],
        find_phones=find_phones,
    )


def spread_texts(parts: Sequence[Part], rows: NDArray[np.intp]) -> NDArray[np.object_]:
    """The first text of each of some rows that is not blank."""
    if not parts:
        return np.full(len(rows), "", dtype=object)
    result = parts[0].spread(rows)
    for part in parts[1:]:
        blank = np.flatnonzero(result == "")
        result[blank] = part.spread(rows[blank])
    return result


def spread_values(
    parts: Sequence[Part],
    count: int,
    value_of: Callable[[Sequence[str]], NDArray[np.uint64]],
    width: int = 1,
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """The value of each row's first text that is not blank, and which rows have none.

    Args:
        parts: In order.
        count: How many rows there are.
        value_of: Values of texts, one line of `width` numbers each.
        width: 1 gives one dimension.
    """
    if not parts:
        shape = (count,) if width == 1 else (count, width)
        return np.zeros(shape, dtype=np.uint64), np.ones(count, dtype=bool)
    result = value_of(parts[0].texts)[parts[0].distinct.codes]
    blank = parts[0].blank()
    for part in parts[1:]:
        if not blank.any():
            break
        result[blank] = value_of(part.texts)[part.distinct.codes[blank]]
        blank &= part.blank()
    return result, blank


def spread_emails(
    texts: PersonTexts, value_of: Callable[[Sequence[str]], NDArray[np.uint64]], width: int = 1
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """(row, value) of every e-mail of every row."""
    rows: list[NDArray[np.int64]] = []
    values: list[NDArray[np.uint64]] = []
    for distinct, addresses in texts.emails:
        for nth in range(max(map(len, addresses), default=0)):
            part = Part(distinct, [e[nth] if len(e) > nth else "" for e in addresses])
            where = np.flatnonzero(~part.blank())
            rows.append(where)
            values.append(value_of(part.texts)[distinct.codes[where]])
    if not rows:
        shape = (0,) if width == 1 else (0, width)
        return np.zeros(0, dtype=np.int64), np.zeros(shape, dtype=np.uint64)
    return np.concatenate(rows), np.concatenate(values)


def _inputs(
    source: BoundSource, columns: Columns, paths: Sequence[object]
) -> list[tuple[int, BoundRule, tuple[str, ...], Distinct]]:
    return [
        (number, bound, group, columns.distinct(group, bound.joiner))
        for number, bound in enumerate(source.rules)
        if bound.path in paths
        for group in bound.inputs
    ]


def _name_part(value: object, key: str) -> str:
    if isinstance(value, dict):
        return str(value.get(key) or "")
    return "" if value is None else str(value)


def _texts_of(value: object) -> Sequence[str]:
    if type(value) is list and len(value) == 1 and type(value[0]) is str:
        return value
    if isinstance(value, (list, tuple)):
        return [str(item) for item in value]
    return () if value is None else (str(value),)


def _first(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return str(value[0]) if value else ""
    return "" if value is None else str(value)
