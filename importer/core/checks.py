"""Whether a JSON value is what a field declares: type, format, shape, closed list.

Lives here: checks of values that are already converted. Must never live here: reading texts
(core/convert). What a newcomer would question: formats are judged leniently. The converter
has made the value; this is the guard against constants and against converters' mistakes, and
an ATS that is stricter says so itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from importer.core.choices import ChoiceIndex, cut, list_allowed
from importer.core.fields import LINK_TYPE_HINTS
from importer.core.model import Field, Finding
from importer.core.schema_types import value_text

Checked = tuple[object, tuple[Finding, ...]]

_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
_WORDS: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object with parts",
}
_FORMAT_WORDS: Final = {
    "email": "an e-mail address",
    "date": "a date (2024-05-31)",
    "date-time": "a date and time (2024-05-31T09:00:00Z)",
    "uuid": "an id in the form of a UUID",
    "uri": "a web address",
}


class Checker:
    """Checks values against one declaration, down to the last element.

    Called with a value, it gives the value back with entries of closed lists in the ATS's own
    spelling, and what is wrong with it. Built once a rule, because it indexes closed lists.

    Attributes:
        takes: Quickly accepts what is plainly right and would be given back as it is; what it
            does not accept may still be right.
    """

    def __init__(self, field: Field) -> None:
        self.takes = _build_quick_look(field)
        self._field = field
        self._indexes: dict[str, ChoiceIndex] = {}
        self._index(field)

    def _index(self, field: Field) -> None:
        if field.allowed:
            self._indexes[str(field.path)] = ChoiceIndex(field.allowed)
        for part in (*field.properties.values(), *filter(None, (field.items,))):
            self._index(part)

    def __call__(self, value: object) -> Checked:
        return self._check(value, self._field, self._field.label or self._field.path.key)

    def _check(self, value: object, field: Field, name: str) -> Checked:
        if value is None:
            return None, () if field.is_nullable else (_null(name),)
        if field.allowed:
            return self._check_choice(value, field, name)
        if field.type == "array":
            return self._check_array(value, field, name)
        if field.type == "object":
            return self._check_object(value, field, name)
        if field.type == "any":
            return value, ()
        return _check_scalar(value, field, name)

    def _check_choice(self, value: object, field: Field, name: str) -> Checked:
        index = self._indexes[str(field.path)]
        match = index.find_value(value)
        if match.entry is not None:
            return match.entry.value, ()
        text = value_text(value)
        clear = index.suggest(text)[1]
        is_link = field.path.key.endswith(".url_type")
        guess = LINK_TYPE_HINTS.get(text.strip().upper()) if is_link else None
        guess = guess or (index.name(clear) if clear is not None else None)
        question = f"; did you mean {guess}?" if guess else "."
        finding = Finding(
            "value-not-allowed",
            f"'{cut(text)}' is not an allowed value of {name}{question}",
            f"Allowed: {list_allowed(field.allowed)}.",
            suggestion=guess,
        )
        return value, (finding,)

    def _check_array(self, value: object, field: Field, name: str) -> Checked:
        if not isinstance(value, list):
            return value, (_wrong_type(value, field.type, name),)
        if field.items is None:
            return value, ()
        checked = [self._check(item, field.items, name) for item in value]
        return [item for item, _ in checked], tuple(f for _, found in checked for f in found)

    def _check_object(self, value: object, field: Field, name: str) -> Checked:
        if not isinstance(value, Mapping):
            return value, (_wrong_type(value, field.type, name),)
        if not field.properties:
            return value, ()
        parts: dict[str, object] = {}
        findings: list[Finding] = []
        for key, part in value.items():
            declared = field.properties.get(key)
            if declared is None:
                findings.append(
                    Finding(
                        "unknown-part",
                        f"{name} has no part named '{cut(str(key))}'.",
                        f"Its parts are {', '.join(field.properties)}.",
                    )
                )
                continue
            parts[key], found = self._check(part, declared, f"{name}, {key}")
            findings.extend(found)
        for key, declared in field.properties.items():
            if declared.is_required and key not in value:
                findings.append(
                    Finding(
                        "required-part",
                        f"{name} needs {declared.label or key}, which is missing.",
                        "Give it, or leave the whole field out.",
                    )
                )
        return parts, tuple(findings)


def _check_scalar(value: object, field: Field, name: str) -> Checked:
    if field.type == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)
    if not _TYPE_CHECKS[field.type](value):
        return value, (_wrong_type(value, field.type, name),)
    check = _FORMAT_CHECKS.get(field.format or "")
    if check is not None and isinstance(value, str) and not _passes(check, value):
        finding = Finding(
            "wrong-format",
            f"'{cut(value)}' is not {_FORMAT_WORDS[field.format or '']}, which {name} takes.",
            "Correct the value.",
        )
        return value, (finding,)
    return value, ()


def _build_quick_look(field: Field) -> Callable[[object], bool]:
    """Build the test for values of which the whole check could say nothing."""
    if field.type == "array" and not field.allowed and field.items is not None:
        takes_item = _build_quick_look(field.items)
        return lambda value: type(value) is list and all(map(takes_item, value))
    plain = {"string": str, "boolean": bool, "integer": int}.get(field.type)
    if plain is None or field.allowed:
        return lambda _value: False
    check = _FORMAT_CHECKS.get(field.format or "")
    if check is None or plain is not str:
        return lambda value: type(value) is plain
    return lambda value: type(value) is str and _passes(check, value)


def _wrong_type(value: object, type_: str, name: str) -> Finding:
    text = cut(value_text(value))
    hint = "Correct the value."
    if type_ == "string" and isinstance(value, (int, float)):
        hint = f'Write it in quotes in the mapping: "{text}".'
    elif type_ == "object":
        hint = "A cell cannot hold it; give it as a constant in the mapping, or leave it out."
    return Finding("wrong-type", f"{name} takes {_WORDS[type_]}, and '{text}' is none.", hint)


def _null(name: str) -> Finding:
    return Finding("null-not-allowed", f"{name} does not take null.", "Leave it out instead.")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


_TYPE_CHECKS: Final[dict[str, Callable[[object], bool]]] = {
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": _is_number,
    "boolean": lambda v: isinstance(v, bool),
}


def _check_uri(text: str) -> bool:
    parts = urlsplit(text)
    return bool(parts.scheme) and bool(parts.netloc or parts.path) and not re.search(r"\s", text)


_FORMAT_CHECKS: Final[dict[str, Callable[[str], object]]] = {
    "email": _EMAIL.fullmatch,
    "date": lambda text: len(text) == 10 and date.fromisoformat(text),
    "date-time": lambda text: len(text) > 10 and datetime.fromisoformat(text),
    "uuid": UUID,
    "uri": _check_uri,
}


def _passes(check: Callable[[str], object], text: str) -> bool:
    try:
        return bool(check(text))
    except ValueError:
        return False
