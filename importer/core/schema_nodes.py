"""One node of a meta answer becomes one field.

Lives here: telling a field's declaration from a map of fields, and reading the declaration.
Must never live here: where in an answer fields stand (`core/schema_layout`). What a newcomer
would question: value types decide, not keys alone, because a field may itself be named `type`,
`required` or `description`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from importer.core.model import Field, FieldPath, Section
from importer.core.schema_types import (
    FORMATS,
    TypeReading,
    is_type_name,
    join_types,
    parse_allowed,
    parse_type,
    type_of_values,
)

Node = Mapping[str, object]

MODEL_SECTION_KEYS: Final = ("model_fields", "model_keys", "model")
_CONTAINERS: Final = ("properties", "fields", *MODEL_SECTION_KEYS)
_CHOICES: Final = ("enum", "enumInformation", "allowed_values")
_UNIONS: Final = ("anyOf", "oneOf")
_LABELS: Final = ("title", "label", "display_name", "name")
_HELP: Final = ("description", "help", "help_text")
_TEXTS: Final = ("type", "format", "$schema", "$id", *_LABELS, *_HELP)
_KEYWORDS: Final = frozenset(
    {"required", "isRequired", "nullable", "additionalProperties", *_TEXTS, *_CHOICES, *_UNIONS}
)
_MAX_DEPTH: Final = 12


@dataclass(slots=True)
class Reading:
    """What was gathered so far while one answer is read.

    Attributes:
        root: The answer that `$ref` pointers point into.
        unknown: Keys of the model part that neither body form declares: key -> (node, required).
    """

    root: object
    dialects: set[str] = field(default_factory=set)
    unparsed: list[str] = field(default_factory=list)
    fields: dict[str, Field] = field(default_factory=dict)
    open_sections: set[Section] = field(default_factory=set)
    unknown: dict[str, tuple[object, bool]] = field(default_factory=dict)

    def note(self, sentence: str) -> None:
        """Remember a place that was not understood, once."""
        if sentence not in self.unparsed:
            self.unparsed.append(sentence)


# --- telling nodes apart -----------------------------------------------------------------------


def is_descriptor(node: object) -> bool:
    """Whether a node declares one field, rather than being a map of fields."""
    if isinstance(node, str):
        return is_type_name(node)
    if not isinstance(node, Mapping):
        return False
    kind, listed = node.get("type"), node.get("allowed_values")
    return (
        not node
        or isinstance(kind, str)
        or (isinstance(kind, list) and any(isinstance(k, str) for k in kind))
        or isinstance(node.get("required"), bool)
        or isinstance(node.get("isRequired"), bool)
        or isinstance(node.get("$ref"), str)
        or any(isinstance(node.get(key), list) for key in (*_CHOICES, *_UNIONS))
        or (isinstance(listed, Mapping) and not is_descriptor(listed))
        or (
            any(isinstance(node.get(key), str) for key in _TEXTS)
            and not any(isinstance(value, Mapping) for value in node.values())
        )
    )


def as_map(node: object) -> dict[str, object]:
    """Read a map of fields: a plain map, or a list of declarations that carry their key."""
    if isinstance(node, Mapping):
        return {str(key): value for key, value in node.items()}
    found: dict[str, object] = {}
    for entry in node if isinstance(node, list) else ():
        if isinstance(entry, str):
            found[entry] = {}
        elif isinstance(entry, Mapping):
            keys = (entry.get(k) for k in ("key", "field", "name", "id"))
            key = next((k for k in keys if isinstance(k, str) and k), None)
            if key is not None:
                found[key] = entry
    return found


def children_of(node: Node) -> dict[str, object] | None:
    """The declared children of a node, whichever dialect declares them; None: it has none."""
    for key in _CONTAINERS:
        inner = node.get(key)
        if isinstance(inner, list) or (isinstance(inner, Mapping) and _is_container(inner)):
            return as_map(inner)
    if isinstance(node.get("type"), (str, list)):
        return None
    inline = {k: v for k, v in as_map(node).items() if isinstance(v, Mapping) or k not in _KEYWORDS}
    declared = {k for k, v in inline.items() if isinstance(v, Mapping) and is_descriptor(v)}
    return inline if declared - {"items"} else None


def has_properties(node: Node) -> bool:
    """Whether a node is an object of dialect A: `properties` holds its fields."""
    inner = node.get("properties")
    return isinstance(inner, Mapping) and _is_container(inner)


def _is_container(inner: Node) -> bool:
    """Whether the value of `properties` holds fields, rather than declaring a field so named."""
    return not inner or not is_descriptor(inner) or children_of(inner) is not None


def required_names(node: Node) -> frozenset[str]:
    """Names in a `required` array; empty where `required` is no array."""
    names = node.get("required")
    return frozenset(n for n in names if isinstance(n, str)) if isinstance(names, list) else _NONE


_NONE: Final[frozenset[str]] = frozenset()


def is_marked_required(node: object) -> bool:
    """Whether a node says of itself that it is required, by either boolean marker."""
    return isinstance(node, Mapping) and any(
        str(node.get(key)).lower() == "true" for key in ("required", "isRequired")
    )


# --- reading a declaration ---------------------------------------------------------------------


def parse_field(
    raw: object, path: FieldPath, reading: Reading, *, is_required: bool = False, depth: int = 0
) -> Field:
    """Read one declaration into a field; what is not understood is noted and read as `any`."""
    declared: object = {"type": raw} if isinstance(raw, str) and is_type_name(raw) else raw
    if not isinstance(declared, Mapping) or depth > _MAX_DEPTH:
        why = "is declared too many levels deep" if depth > _MAX_DEPTH else "is no declaration"
        reading.note(f"{path} {why}: its values are passed through unchecked")
        return Field(path, is_required=is_required)
    node, kind = _flatten(declared, reading)
    for name in kind.unknown:
        reading.note(f"{path} has the unknown type {name}: its values are passed through")
    allowed = parse_allowed(*(node.get(key) for key in _CHOICES))
    if kind.type == "any" and not kind.unknown and allowed:
        kind = replace(kind, type=type_of_values(a.value for a in allowed))
    children = children_of(node) if kind.type in {"any", "array", "object"} else None
    items = _parse_items(node, kind, children, path, reading, depth)
    if items is not None and kind.type == "any":
        kind = replace(kind, type="array")
    if kind.type == "array" and allowed:
        items = items or Field(_inner(path), type=type_of_values(a.value for a in allowed))
        items, allowed = replace(items, allowed=allowed), ()
    properties: dict[str, Field] = {}
    if kind.type != "array" and children is not None:
        kind = replace(kind, type="object")
        properties = _parse_children(node, children, path, reading, depth)
    return Field(
        path,
        type=kind.type,
        format=kind.format,
        is_required=is_required or is_marked_required(node),
        is_nullable=kind.is_nullable or node.get("nullable") is not False,
        label=_first_text(node, _LABELS),
        description=_first_text(node, _HELP),
        allowed=allowed,
        items=items,
        properties=properties,
    )


def _inner(path: FieldPath) -> FieldPath:
    return FieldPath(path.section, f"{path.key}[]")


def _parse_items(
    node: Node,
    kind: TypeReading,
    children: Mapping[str, object] | None,
    path: FieldPath,
    reading: Reading,
    depth: int,
) -> Field | None:
    raw = node.get("items")
    if kind.type not in {"any", "array"}:
        return None
    if isinstance(raw, (Mapping, str)) and children is None:
        return parse_field(raw, _inner(path), reading, depth=depth + 1)
    if kind.type == "array" and children is not None:
        required = sorted(required_names(node))
        raw = {"type": "object", "properties": children, "required": required}
        return parse_field(raw, _inner(path), reading, depth=depth + 1)
    if kind.items is not None:
        return Field(_inner(path), type=kind.items.type, format=kind.items.format)
    return None


def _parse_children(
    node: Node, children: Mapping[str, object], path: FieldPath, reading: Reading, depth: int
) -> dict[str, Field]:
    required = required_names(node)
    return {
        key: parse_field(
            child,
            FieldPath(path.section, f"{path.key}.{key}"),
            reading,
            is_required=key in required,
            depth=depth + 1,
        )
        for key, child in children.items()
    }


def _flatten(node: Node, reading: Reading) -> tuple[Node, TypeReading]:
    """Follow a `$ref`, fold a union into one node, and read the type."""
    node = _resolve(node, reading)
    options: list[Node] = []
    for key in _UNIONS:
        raw = node.get(key)
        if isinstance(raw, list):
            options += [_resolve(o, reading) for o in raw if isinstance(o, Mapping)]
    real = [o for o in options if o.get("type") != "null"]
    if len(real) == 1:
        node = {**real[0], **{k: v for k, v in node.items() if k not in _UNIONS}}
    kind = node.get("type")
    reading_of_type = parse_type(kind) if isinstance(kind, (str, list)) else TypeReading()
    if len(real) > 1 and not isinstance(kind, str):
        reading_of_type = join_types(_read_type(option) for option in real)
    format_ = node.get("format")
    if isinstance(format_, str):
        named = FORMATS.get(format_.replace("-", "").lower())
        reading_of_type = replace(reading_of_type, format=named or reading_of_type.format)
    if len(real) < len(options):
        reading_of_type = replace(reading_of_type, is_nullable=True)
    return node, reading_of_type


def _read_type(option: Node) -> TypeReading:
    kind = option.get("type")
    return parse_type(kind) if isinstance(kind, (str, list)) else TypeReading()


def _resolve(node: Node, reading: Reading) -> Node:
    """Follow local pointers (`#/$defs/Name`), a few steps at most."""
    for _ in range(5):
        pointer = node.get("$ref")
        if not isinstance(pointer, str):
            return node
        target: object = reading.root
        for step in pointer.removeprefix("#/").split("/"):
            target = target.get(step) if isinstance(target, Mapping) else None
        if not isinstance(target, Mapping):
            reading.note(f"the pointer {pointer} leads nowhere")
            return {}
        node = {**target, **{k: v for k, v in node.items() if k != "$ref"}}
    return {k: v for k, v in node.items() if k != "$ref"}


def _first_text(node: Node, keys: tuple[str, ...]) -> str:
    for key in keys:
        text = node.get(key)
        if isinstance(text, str) and text.strip():
            return text.strip()
    return ""
