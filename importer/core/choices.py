"""From a cell's text to the ATS's own value, where a field has a closed list.

Lives here: the order in which a text is looked for, and the sentences when it is not found.
The order: the rule's `values:` pairs (exact, then folded), the list's values (exact), its
labels (exact), then both folded by case and blanks, then `otherwise`, `unknown: drop`, or a
problem. What a newcomer would question: what is sent is always the entry of the ATS's list with
its JSON type, never the cell; "7" and 7 are two values to an ATS.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from importer.core.matching import NearIndex
from importer.core.model import AllowedValue, Converted, Field, Finding, Severity
from importer.core.rules import UNSET, Rule
from importer.core.schema_types import value_key, value_text
from importer.core.text import fold

How = Literal["exact", "label", "folded", "nearest", "none"]
_SHOWN: Final = 8
_CUT: Final = 80


@dataclass(frozen=True, slots=True)
class ChoiceMatch:
    """What a text came to in a closed list.

    Attributes:
        entries: One: found. None: not in the list. Several: ambiguous.
    """

    entries: tuple[AllowedValue, ...] = ()
    how: How = "none"

    @property
    def entry(self) -> AllowedValue | None:
        """The one entry that was meant."""
        return self.entries[0] if len(self.entries) == 1 else None


class ChoiceIndex:
    """A closed list, indexed once for many look-ups."""

    def __init__(self, allowed: Sequence[AllowedValue]) -> None:
        self.allowed = tuple({value_key(a.value): a for a in reversed(allowed)}.values())[::-1]
        self._exact: dict[str, list[AllowedValue]] = {}
        self._labels: dict[str, list[AllowedValue]] = {}
        self._folded: dict[str, list[AllowedValue]] = {}
        self._texts: list[str] = []
        self._owners: list[int] = []
        for position, entry in enumerate(self.allowed):
            value = value_text(entry.value)
            self._exact.setdefault(value, []).append(entry)
            self._labels.setdefault(entry.label, []).append(entry)
            for text in dict.fromkeys((fold(entry.label), fold(value))):
                self._folded.setdefault(text, []).append(entry)
                self._texts.append(text)
                self._owners.append(position)
        self._near = NearIndex(self._texts)

    def find(self, text: str) -> ChoiceMatch:
        """Look a text up: exact value, exact label, then both folded."""
        bare = text.strip()
        steps: tuple[tuple[dict[str, list[AllowedValue]], str, How], ...] = (
            (self._exact, bare, "exact"),
            (self._labels, bare, "label"),
            (self._folded, fold(bare), "folded"),
        )
        for table, key, how in steps:
            if key in table:
                return ChoiceMatch(tuple(table[key]), how)
        return ChoiceMatch()

    def find_value(self, value: object) -> ChoiceMatch:
        """Look a JSON value up: itself with its type, else by its text."""
        key = value_key(value)
        for entry in self._exact.get(value_text(value), ()):
            if value_key(entry.value) == key:
                return ChoiceMatch((entry,), "exact")
        return self.find(value_text(value))

    def suggest(self, text: str) -> tuple[tuple[AllowedValue, ...], AllowedValue | None]:
        """The entries that a text is like, best first, and the one that was surely meant."""
        near = self._near.find(fold(text))
        listed = dict.fromkeys(self._owners[p] for p in near.positions)
        clear = None if near.clear is None else self._texts[near.clear]
        owners = self._folded[clear] if clear is not None else []
        return tuple(self.allowed[p] for p in listed), owners[0] if len(owners) == 1 else None

    def name(self, entry: AllowedValue) -> str:
        """The shortest text that leads to an entry and to no other."""
        if self.find(entry.label).entry == entry:
            return entry.label
        return value_text(entry.value)


def allowed_of(field: Field | None) -> tuple[AllowedValue, ...]:
    """A field's closed list; for a list field, its elements' one."""
    if field is None:
        return ()
    return field.items.allowed if field.items is not None else field.allowed


def label_of(field: Field | None, rule: Rule) -> str:
    """What people call a field: the ATS's label, else its key."""
    return field.label if field is not None and field.label else rule.path.key


def list_allowed(allowed: Sequence[AllowedValue]) -> str:
    """Phrase a closed list, cut after eight: `A, B, C … (25 in all)`."""
    shown = ", ".join(cut(a.label) for a in allowed[:_SHOWN])
    return shown if len(allowed) <= _SHOWN else f"{shown} … ({len(allowed)} in all)"


def cut(text: str) -> str:
    """A text short enough for a sentence."""
    return text if len(text) <= _CUT else f"{text[: _CUT - 1]}…"


# --- choosing ----------------------------------------------------------------------------------


class Chooser:
    """Chooses the ATS's value for the texts of one rule."""

    def __init__(self, rule: Rule, field: Field | None) -> None:
        self._rule = rule
        self._label = label_of(field, rule)
        self._takes_list = field is not None and field.type == "array"
        self.index = ChoiceIndex(allowed_of(field))
        self._pairs = {text.strip(): target for text, target in rule.values.items()}
        self._folded: dict[str, list[object]] = {}
        for text, target in rule.values.items():
            targets = self._folded.setdefault(fold(text), [])
            if target not in targets:
                targets.append(target)

    def choose_pair(self, text: str) -> Converted | None:
        """What the rule's `values:` say of a text; None: nothing."""
        bare = text.strip()
        if bare in self._pairs:
            return self.resolve(self._pairs[bare])
        targets = self._folded.get(fold(bare), [])
        if len(targets) > 1:
            return Converted(
                findings=(
                    Finding(
                        "value-ambiguous",
                        f"'{cut(text)}' fits several lines of `values:` that differ in case only, "
                        "and they disagree.",
                        "Write it as one of those lines does, or make the lines agree.",
                    ),
                )
            )
        return self.resolve(targets[0]) if targets else None

    def choose(self, text: str) -> Converted | None:
        """The entry of the closed list that a text names; None: none does."""
        match = self.index.find(text)
        if match.entry is not None:
            cleaned = ("matched to an allowed value",) if match.how == "folded" else ()
            return Converted(match.entry.value, cleaned=cleaned)
        if not match.entries:
            return None
        named = ", ".join(f"{cut(e.label)} ({cut(value_text(e.value))})" for e in match.entries)
        return Converted(
            findings=(
                Finding(
                    "value-ambiguous",
                    f"'{cut(text)}' names several allowed values of {self._label}: {named}.",
                    "Write the value in brackets instead, or decide under `values:` in the "
                    "mapping.",
                ),
            )
        )

    def choose_otherwise(self, text: str) -> Converted | None:
        """What `otherwise` or `unknown: drop` make of a text that fits nothing; None: neither."""
        if self._rule.otherwise is not UNSET:
            resolved = self.resolve(self._rule.otherwise)
            shown = cut(value_text(self._rule.otherwise))
            note = Finding(
                "value-replaced",
                f"'{cut(text)}' does not fit {self._label}; the mapping's `otherwise` stands in: "
                f"{shown}.",
                severity=Severity.NOTE,
            )
            return Converted(
                resolved.value, (*resolved.findings, note), ("replaced by `otherwise`",)
            )
        if self._rule.unknown == "drop":
            note = Finding(
                "value-dropped",
                f"'{cut(text)}' does not fit {self._label} and was left out, as the mapping says "
                "(`unknown: drop`).",
                severity=Severity.NOTE,
            )
            return Converted(None, (note,), ("left out by `unknown: drop`",))
        return None

    def refuse(self, text: str, *, is_whole_cell: bool = True) -> Converted:
        """The problem of a text that is not allowed, with the nearest right ones."""
        listed, clear = self.index.suggest(text)
        question = f"; did you mean {cut(self.index.name(clear))}?" if clear is not None else "."
        near = ", ".join(cut(self.index.name(entry)) for entry in listed)
        hint = f"Allowed: {list_allowed(self.index.allowed)}."
        if near and clear is None:
            hint = f"Nearest: {near}. {hint}"
        return Converted(
            findings=(
                Finding(
                    "value-not-allowed",
                    f"'{cut(text)}' is not an allowed value of {self._label}{question}",
                    f"{hint} Correct the cells, or say what it means under `values:` in the "
                    "mapping.",
                    suggestion=self.index.name(clear)
                    if clear is not None and is_whole_cell
                    else None,
                ),
            )
        )

    def resolve(self, target: object) -> Converted:
        """A value that the mapping gives, as the ATS's entry; lists item by item."""
        if target is None or not self.index.allowed:
            return Converted(target)
        if isinstance(target, (list, tuple)) and self._takes_list:
            parts = [self.resolve(item) for item in target]
            findings = tuple(finding for part in parts for finding in part.findings)
            items = [part.value for part in parts if part.value is not None]
            return Converted(None if findings else items, findings)
        match = self.index.find_value(target)
        if match.entry is not None:
            return Converted(match.entry.value)
        text = value_text(target)
        trouble = "names several allowed values" if match.entries else "is not allowed"
        finding = Finding(
            "mapped-value-not-allowed",
            f"The mapping gives {self._label} the value '{cut(text)}', which {trouble}.",
            f"Correct the mapping. Allowed: {list_allowed(self.index.allowed)}.",
            suggestion=self.refuse(text).findings[0].suggestion,
        )
        return Converted(findings=(finding,))


# --- proposals ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ValueProposal:
    """What `init` and `check --suggest` propose for one distinct text of a column.

    Attributes:
        count: Rows with this text.
        allowed: The entry it is proposed for; None where a person must say.
        how: `nearest` is a guess for a person to confirm; the others are sure.
    """

    text: str
    count: int
    allowed: AllowedValue | None
    how: How


def propose_values(
    texts: Iterable[tuple[str, int]], allowed: Sequence[AllowedValue]
) -> list[ValueProposal]:
    """Propose an allowed value for each text, the most frequent first; blank texts are left out."""
    index = ChoiceIndex(allowed)
    found = []
    for text, count in texts:
        if not text.strip():
            continue
        match = index.find(text)
        if match.entry is not None:
            found.append(ValueProposal(text, count, match.entry, match.how))
            continue
        clear = None if match.entries else index.suggest(text)[1]
        found.append(ValueProposal(text, count, clear, "none" if clear is None else "nearest"))
    return sorted(found, key=lambda proposal: (-proposal.count, proposal.text))
