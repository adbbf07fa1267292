"""The customer's own fields: which of them a column may fill.

Lives here: matching by key, label, meaning and allowed values. Must never live here: the
published model keys. What a newcomer would question: a likely spelling alone decides
nothing. "Start date" and "State date" are near, and only the column's owner knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from importer.core.choices import allowed_of, propose_values
from importer.core.model import CandidateSchema, Field, FieldPath, Section
from importer.core.proposing.concepts import CONCEPTS
from importer.core.proposing.evidence import ColumnSample
from importer.core.proposing.headers import read_header
from importer.core.proposing.words import Words, join_words

_OWN: Final = (Section.ADDITIONAL_ATTRIBUTES, Section.CUSTOM_FIELDS)
_NEAR: Final = 88.0
_KIND_OF_TYPE: Final = {"number": "number", "integer": "number", "boolean": "boolean"}


@dataclass(frozen=True, slots=True)
class OwnField:
    """One field of the customer, with what its names mean."""

    field: Field
    keys: frozenset[str]
    concepts: frozenset[str]


@dataclass(frozen=True, slots=True)
class OwnMatch:
    """A field for a column."""

    path: FieldPath
    sureness: float
    why: str


def index_own_fields(schema: CandidateSchema, words: Words) -> list[OwnField]:
    """Prepare the additional attributes and custom fields for matching."""
    found = []
    for field in schema.fields.values():
        if field.path.section not in _OWN:
            continue
        names = [n for n in (field.path.key, field.label) if n]
        hits = {concept for n in names for _, concept in read_header(n, words).hits}
        if any(c in CONCEPTS and CONCEPTS[c].is_sensitive for c in hits):
            continue
        found.append(OwnField(field, frozenset(map(join_words, names)), frozenset(hits)))
    return found


def find_own_field(
    column: str, concept: str, sample: ColumnSample | None, own: Sequence[OwnField]
) -> OwnMatch | None:
    """Find the one field of the customer that a column fills; None where none is likely."""
    key = join_words(column)
    exact = [o for o in own if key and key in o.keys]
    if len(exact) == 1:
        return _weigh(exact[0], 0.95, "The header is the field's own name", sample)
    meant = [o for o in own if concept and concept in o.concepts]
    if len(meant) == 1:
        what = CONCEPTS[concept].what
        return _weigh(meant[0], 0.8, f"Header and field both mean {what}", sample)
    by_values = [o for o in own if _fitting(o.field, sample) >= 0.9 and _is_list(o.field, sample)]
    if len(by_values) == 1 and not concept:
        label = _label(by_values[0].field)
        return OwnMatch(by_values[0].field.path, 0.65, f"Its values are allowed values of {label}.")
    near = [o for o in own if any(fuzz.ratio(key, k) >= _NEAR for k in o.keys)]
    if len(near) == 1 and key:
        label = _label(near[0].field)
        return OwnMatch(near[0].field.path, 0.4, f"It is spelt like the field {label}.")
    return None


def _label(field: Field) -> str:
    return field.label or field.path.key


def _is_list(field: Field, sample: ColumnSample | None) -> bool:
    return len(allowed_of(field)) >= 3 and sample is not None and len(sample.texts) >= 2


def _fitting(field: Field, sample: ColumnSample | None) -> float:
    """Share of a column's filled cells that name an allowed value, or come near one."""
    allowed = allowed_of(field)
    if sample is None or not allowed:
        return 0.0
    proposed = propose_values(sample.texts.items(), allowed)
    total = sum(p.count for p in proposed)
    return sum(p.count for p in proposed if p.allowed is not None) / total if total else 0.0


def _weigh(own: OwnField, sureness: float, why: str, sample: ColumnSample | None) -> OwnMatch:
    """Hold the values against the field; they may make a match doubtful."""
    field = own.field
    if sample is not None and sample.shares.filled:
        kind = None if allowed_of(field) else _KIND_OF_TYPE.get(field.type)
        against = ""
        if allowed_of(field) and _fitting(field, sample) < 0.3:
            against = "hardly any of its values is allowed there"
        elif kind is not None and getattr(sample.shares, kind) < 0.3:
            against = "its values are of another kind"
        if against:
            return OwnMatch(field.path, 0.3, f"{why}, but {against}.")
    return OwnMatch(field.path, sureness, f"{why}.")
