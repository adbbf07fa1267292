"""What changed between two candidate schemas of one connector.

Lives here: the comparison, as plain data that can be kept as JSON. Must never live here: how
many rows a change hits (the caller knows the rows; `values` names what to look for). What a
newcomer would question: order and descriptions are no change. An ATS that lists its values in
another order every night must not raise an alarm every night.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from importer.core.choices import cut
from importer.core.model import AllowedValue, CandidateSchema, Field
from importer.core.schema_types import value_key, value_text

DriftKind = Literal[
    "field_gone",
    "now_required",
    "type_changed",
    "value_gone",
    "id_changed",
    "now_closed",
    "label_changed",
    "field_new",
    "no_longer_required",
    "value_new",
    "now_open",
    "section_closed",
    "section_opened",
]
HARMFUL: Final[frozenset[DriftKind]] = frozenset(
    {
        "field_gone",
        "now_required",
        "type_changed",
        "value_gone",
        "id_changed",
        "now_closed",
        "label_changed",
        "section_closed",
    }
)
"""Kinds that can keep rows from being sent that were sound before."""

_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Drift:
    """One change.

    Attributes:
        path: Text of the field's path; the section's name where a whole section changed.
        kind: What kind of change.
        sentence: The same for a person.
        values: The allowed values (JSON) that went or came; empty for other kinds.
        texts: Labels of `values` in the same order, as they were before the change: cells may
            hold either.
    """

    path: str
    kind: DriftKind
    sentence: str
    values: tuple[object, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def is_harmful(self) -> bool:
        """Whether rows that were sound may now be rejected or refused."""
        return self.kind in HARMFUL

    def to_json(self) -> dict[str, object]:
        """The change as a JSON object."""
        return {
            "path": self.path,
            "kind": self.kind,
            "sentence": self.sentence,
            "values": list(self.values),
            "texts": list(self.texts),
        }


def compare_schemas(before: CandidateSchema, now: CandidateSchema) -> list[Drift]:
    """Name every change from one schema to the next, harmful ones first."""
    found: list[Drift] = []
    old, new = _flatten(before), _flatten(now)
    for path, field in old.items():
        if path not in new and _parent(path) not in old.keys() - new.keys():
            found.append(Drift(path, "field_gone", f"{_name(field)} is gone."))
        elif path in new:
            found.extend(_compare_fields(path, field, new[path]))
    for path, field in new.items():
        if path not in old and _parent(path) not in new.keys() - old.keys():
            needed = ", and it is required" if field.is_required else ""
            kind: DriftKind = "now_required" if field.is_required else "field_new"
            found.append(Drift(path, kind, f"{_name(field)} is new{needed}."))
    for section in sorted(before.open_sections | now.open_sections):
        if section not in now.open_sections:
            sentence = f"{section.value} no longer takes keys that are not listed."
            found.append(Drift(section.value, "section_closed", sentence))
        elif section not in before.open_sections:
            sentence = f"{section.value} now takes any key."
            found.append(Drift(section.value, "section_opened", sentence))
    return sorted(found, key=lambda drift: not drift.is_harmful)


def _flatten(schema: CandidateSchema) -> dict[str, Field]:
    """Fields with the parts of their objects and lists, by path text."""
    return {str(part.path): part for field in schema.fields.values() for part in _walk(field)}


def _walk(field: Field) -> Iterator[Field]:
    yield field
    if field.items is not None:
        yield from _walk(field.items)
    for part in field.properties.values():
        yield from _walk(part)


def _parent(path: str) -> str:
    """The path that a part of a field belongs to; a whole field's is its section."""
    return path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]


def _name(field: Field) -> str:
    label = f" ({field.label})" if field.label else ""
    return f"{field.path}{label}"


def _describe_type(field: Field) -> str:
    return f"{field.type} ({field.format})" if field.format else field.type


def _compare_fields(path: str, before: Field, now: Field) -> Iterator[Drift]:
    name = _name(now)
    if now.is_required and not before.is_required:
        yield Drift(path, "now_required", f"{name} is now required.")
    if before.is_required and not now.is_required:
        yield Drift(path, "no_longer_required", f"{name} is no longer required.")
    if (before.type, before.format) != (now.type, now.format):
        change = f"was {_describe_type(before)} and is now {_describe_type(now)}"
        yield Drift(path, "type_changed", f"{name} {change}.")
    yield from _compare_allowed(path, name, before.allowed, now.allowed)


def _compare_allowed(
    path: str, name: str, before: Sequence[AllowedValue], now: Sequence[AllowedValue]
) -> Iterator[Drift]:
    if not before and now:
        sentence = f"{name} now takes only certain values: {_list(now)}."
        yield _drift(path, "now_closed", sentence, now)
        return
    if before and not now:
        yield Drift(path, "now_open", f"{name} now takes any value.")
        return
    old = {value_key(entry.value): entry for entry in before}
    new = {value_key(entry.value): entry for entry in now}
    gone = [entry for key, entry in old.items() if key not in new]
    come = [entry for key, entry in new.items() if key not in old]
    renamed = [entry for key, entry in new.items() if key in old and old[key].label != entry.label]
    labels = {entry.label: entry for entry in come if entry.label != value_text(entry.value)}
    moved = [entry for entry in gone if entry.label in labels]
    gone = [entry for entry in gone if entry not in moved]
    come = [entry for entry in come if entry not in [labels[m.label] for m in moved]]
    if moved:
        changes = ", ".join(
            f"{cut(e.label)} from {cut(value_text(e.value))} to "
            f"{cut(value_text(labels[e.label].value))}"
            for e in moved[:_SHOWN]
        )
        sentence = f"{name} changed the value of {changes}{_more(len(moved))}."
        yield _drift(path, "id_changed", sentence, moved)
    if gone:
        yield _drift(path, "value_gone", f"{name} no longer allows {_list(gone)}.", gone)
    if come:
        yield _drift(path, "value_new", f"{name} now also allows {_list(come)}.", come)
    if renamed:
        were = [old[value_key(entry.value)] for entry in renamed]
        pairs = ", ".join(
            f"{cut(b.label)} to {cut(n.label)}"
            for b, n in zip(were, renamed[:_SHOWN], strict=False)
        )
        sentence = f"{name} renamed {pairs}{_more(len(renamed))}."
        yield _drift(path, "label_changed", sentence, were)


def _drift(path: str, kind: DriftKind, sentence: str, entries: Sequence[AllowedValue]) -> Drift:
    return Drift(
        path,
        kind,
        sentence,
        tuple(entry.value for entry in entries),
        tuple(entry.label for entry in entries),
    )


def _list(entries: Sequence[AllowedValue]) -> str:
    return ", ".join(_show(entry) for entry in entries[:_SHOWN]) + _more(len(entries))


def _show(entry: AllowedValue) -> str:
    text = value_text(entry.value)
    return cut(text) if entry.label == text else f"{cut(entry.label)} ({cut(text)})"


def _more(count: int) -> str:
    return f" and {count - _SHOWN} more" if count > _SHOWN else ""
