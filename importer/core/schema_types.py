"""Type names and allowed values as meta answers spell them, in our words.

Lives here: what one `type` and one list of allowed values mean. Must never live here: where in
an answer they stand (`core/schema_nodes`). What a newcomer would question: a union that includes
text is read as text. A cell is text, and a text is always one of the union's options.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from importer.core.model import AllowedValue

# alias -> (type, format); looked up lower-case, without blanks, dashes and underscores
_TYPES: Final[dict[str, tuple[str, str | None]]] = {
    **dict.fromkeys(
        ("string", "str", "text", "textarea", "longtext", "shorttext", "char", "varchar"),
        ("string", None),
    ),
    **dict.fromkeys(
        ("enum", "select", "singleselect", "picklist", "dropdown", "choice", "option"),
        ("string", None),
    ),
    **dict.fromkeys(("phone", "phonenumber", "password", "file"), ("string", None)),
    **dict.fromkeys(("uuid", "guid"), ("string", "uuid")),
    **dict.fromkeys(("email", "emailaddress"), ("string", "email")),
    **dict.fromkeys(("uri", "url", "link"), ("string", "uri")),
    "date": ("string", "date"),
    **dict.fromkeys(("datetime", "timestamp"), ("string", "date-time")),
    **dict.fromkeys(("integer", "int", "long", "int32", "int64"), ("integer", None)),
    **dict.fromkeys(
        ("number", "float", "double", "decimal", "numeric", "currency"), ("number", None)
    ),
    **dict.fromkeys(("boolean", "bool", "yesno", "checkbox"), ("boolean", None)),
    **dict.fromkeys(
        ("array", "list", "set", "tuple", "multiselect", "multipicklist"), ("array", None)
    ),
    **dict.fromkeys(("object", "dict", "map", "record", "json"), ("object", None)),
    **dict.fromkeys(("any", "mixed"), ("any", None)),
}
_NULLS: Final = frozenset({"null", "none", "nonetype"})
_LIST_OF: Final = re.compile(r"(?:list|array|set)(?:\s+of\s+|\s*[\[<(])\s*(.+?)\s*[\]>)]?", re.I)

FORMATS: Final[dict[str, str]] = {
    "email": "email",
    "idnemail": "email",
    "date": "date",
    "datetime": "date-time",
    "timestamp": "date-time",
    "uuid": "uuid",
    "guid": "uuid",
    "uri": "uri",
    "url": "uri",
}
"""Formats that are checked, by their names without dashes; others are passed through."""


@dataclass(frozen=True, slots=True)
class TypeReading:
    """What a `type` says.

    Attributes:
        items: What `list[string]` says of the elements.
        unknown: Names that mean nothing to us, as they stand in the answer.
    """

    type: str = "any"
    format: str | None = None
    is_nullable: bool = False
    items: TypeReading | None = None
    unknown: tuple[str, ...] = ()


def _squeeze(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).lower()


def is_type_name(name: str) -> bool:
    """Whether a text is a type as we know it (`string`, `UUID`, `list of strings`)."""
    return not parse_type(name).unknown


def parse_type(raw: str | list[object]) -> TypeReading:
    """Read a `type`: a name in any case, an alias, `list[...]`, or a list of names.

    Never raises; what is not understood stands in `unknown` and is read as `any`.
    """
    if isinstance(raw, str):
        return _parse_name(raw)
    return join_types(
        _parse_name(o) if isinstance(o, str) else TypeReading(unknown=(_show(o),)) for o in raw
    )


def _parse_name(raw: str) -> TypeReading:
    name = raw.strip()
    if name.endswith("?"):
        inner = _parse_name(name[:-1]) if len(name) < 80 else TypeReading(unknown=(raw,))
        return TypeReading(inner.type, inner.format, True, inner.items, inner.unknown)
    squeezed = _squeeze(name)
    if squeezed in _NULLS:
        return TypeReading(is_nullable=True)
    if squeezed in _TYPES:
        type_, format_ = _TYPES[squeezed]
        return TypeReading(type_, format_)
    of = _LIST_OF.fullmatch(name)
    if of is not None:
        singular = of[1][:-1] if of[1].lower().endswith("s") else of[1]
        squeezed = _squeeze(singular)
        if squeezed in _TYPES:
            return TypeReading("array", items=TypeReading(*_TYPES[squeezed]))
        return TypeReading("array", items=TypeReading(unknown=(of[1],)))
    return TypeReading(unknown=(raw,))


def join_types(options: Iterable[TypeReading]) -> TypeReading:
    """Join the options of a union into one type that a cell's text can be converted to."""
    found = list(options)
    real = [o for o in found if o != TypeReading(is_nullable=True)]
    is_nullable = any(o.is_nullable for o in found)
    unknown = tuple(name for o in found for name in o.unknown)
    types = {o.type for o in real}
    if len(types) == 1:
        formats = {o.format for o in real}
        format_ = formats.pop() if len(formats) == 1 else None
        items = next((o.items for o in real if o.items is not None), None)
        return TypeReading(types.pop(), format_, is_nullable, items, unknown)
    if "string" in types:
        return TypeReading("string", None, is_nullable, None, unknown)
    if types == {"integer", "number"}:
        return TypeReading("number", None, is_nullable, None, unknown)
    return TypeReading("any", None, is_nullable, None, unknown)


_JSON_TYPES: Final[dict[type, str]] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
}


def type_of_values(values: Iterable[object]) -> str:
    """The type that all of some JSON values share, else `any`."""
    names = {_type_of(value) for value in values}
    if names == {"integer", "number"}:
        return "number"
    return names.pop() if len(names) == 1 else "any"


def _type_of(value: object) -> str:
    return _JSON_TYPES.get(type(value), "any")


# --- allowed values ----------------------------------------------------------------------------

_VALUE_KEYS: Final = ("value", "id", "key", "code", "const", "name", "label")
_LABEL_KEYS: Final = ("label", "name", "display_name", "description", "title", "text")


def parse_allowed(enum: object, information: object, listed: object) -> tuple[AllowedValue, ...]:
    """Read a closed list out of `enum`, `enumInformation` and `allowed_values`.

    Values keep their JSON type and order; labels that are missing (they may cover a part only)
    are the value's own text. Null is no value: it says that the field may be empty.
    """
    known = list(_pairs(information))
    labels = {value_text(value): label for value, label in known if label}
    found: dict[tuple[str, str], AllowedValue] = {}
    for value, label in [*_pairs(enum), *_pairs(listed)] or known:
        key = value_key(value)
        if value is not None and (key not in found or (label and not _has_label(found[key]))):
            text = value_text(value)
            found[key] = AllowedValue(value, label or labels.get(text) or text)
    return tuple(found.values())


def _has_label(entry: AllowedValue) -> bool:
    return entry.label != value_text(entry.value)


def _pairs(raw: object) -> Iterator[tuple[object, str]]:
    """Yield (value, label or empty) of a list of scalars or objects, or of a map."""
    if isinstance(raw, Mapping):
        for key, entry in raw.items():
            label = _label_of(entry) if isinstance(entry, Mapping) else ""
            yield str(key), label or (value_text(entry) if _is_scalar(entry) else "")
    elif isinstance(raw, list):
        for entry in raw:
            if isinstance(entry, Mapping):
                for key in _VALUE_KEYS:
                    if key in entry and _is_scalar(entry[key]):
                        yield entry[key], _label_of(entry)
                        break
            else:
                yield entry, ""


def _is_scalar(value: object) -> bool:
    return value is not None and not isinstance(value, (list, Mapping))


def _label_of(entry: Mapping[str, object]) -> str:
    for key in _LABEL_KEYS:
        label = entry.get(key)
        if isinstance(label, str) and label.strip():
            return label.strip()
    return ""


def value_text(value: object) -> str:
    """A JSON value as a spreadsheet would show it: text bare, `true`, `5`, else JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return _show(value)


def value_key(value: object) -> tuple[str, str]:
    """A key under which equal JSON values of the same type meet (1 and true do not)."""
    return type(value).__name__, value_text(value)


def _show(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
