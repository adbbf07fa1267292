"""A mapping's YAML read into typed rules, or every mistake in it named with its line.

Lives here: the order of the steps: syntax (`mapping_yaml`), shape (`mapping_models`),
meaning (`mapping_rules`), remembered corrections (`mapping_corrections`). Must never live
here: a look at a file's columns or at a candidate schema (`core/lint`). What a newcomer
would question: shape and meaning are complained about together, because people mend a
mapping in one go or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from importer.core.fields import MODEL_FIELDS
from importer.core.mapping_corrections import merge_corrections, parse_corrections
from importer.core.mapping_models import (
    AttachmentEntry,
    DefaultsSection,
    MappingFile,
    RuleEntry,
    SourceSection,
    TestEntry,
)
from importer.core.mapping_rules import build_mapping
from importer.core.mapping_values import Scalar
from importer.core.mapping_yaml import YamlTree, parse_yaml
from importer.core.rules import CandidateMapping
from importer.core.text import did_you_mean
from importer.errors import MappingError

VERSION: Final = 1

_SECTIONS: Final[dict[str, type[BaseModel]]] = {
    "source": SourceSection,
    "defaults": DefaultsSection,
    "attachments": AttachmentEntry,
    "tests": TestEntry,
}


def parse_mapping(text: str, path: str, corrections: str = "") -> CandidateMapping:
    """Read a mapping.

    Args:
        text: The YAML.
        path: The file's name, for messages.
        corrections: Text of `MAPPING.values.csv` (column, value, use_instead), merged into
            the `values` of every rule that uses the column.

    Raises:
        MappingError: The mapping cannot be used; `details` name every place by its line.
    """
    tree = parse_yaml(text, path)
    _require_version(tree, path)
    errors = list(tree.errors)
    try:
        shaped = MappingFile.model_validate(tree.value)
    except ValidationError as error:
        issues = error.errors()
        errors.extend(_describe(tree, issue) for issue in issues)
        shaped = MappingFile.model_validate(_without(tree.value, issues))
    mapping = build_mapping(shaped, tree, path, errors)
    try:
        remembered = parse_corrections(corrections)
    except ValueError as error:
        raise MappingError(
            f"The remembered corrections beside {path} cannot be read.",
            hint="The file has the columns column, value, use_instead; mend it or delete it.",
            details=[str(error)],
        ) from error
    if errors:
        found = sorted(set(errors))
        many = "a mistake" if len(found) == 1 else f"{len(found)} mistakes"
        raise MappingError(
            f"The mapping {path} has {many}.",
            hint="Nothing was read or sent. Mend the lines below.",
            details=[f"line {line}: {message}" for line, message in found],
        )
    return merge_corrections(mapping, remembered, _hash(text, corrections), text)


def _without(value: dict[str, Any], issues: Sequence[Any]) -> dict[str, Any]:
    """The mapping without the entries that have no sound shape, so that the rest is judged."""
    sound = {k: dict(v) if isinstance(v, dict) else v for k, v in value.items()}
    for issue in issues:
        section, *inner = issue["loc"]
        held = sound.get(section, {})
        if inner and isinstance(held, dict) and isinstance(inner[0], str):
            held.pop(inner[0], None)
        else:
            sound.pop(section, None)
    return sound


def _hash(text: str, corrections: str) -> str:
    """Hash the mapping; without corrections it is the file's own SHA-256."""
    digest = sha256(text.encode())
    if corrections:
        digest.update(b"\0" + corrections.encode())
    return digest.hexdigest()


def _require_version(tree: YamlTree, path: str) -> None:
    given = tree.value.get("version", Scalar(VERSION, str(VERSION)))
    value = given.value if isinstance(given, Scalar) else given
    if isinstance(value, bool) or str(value) != str(VERSION):
        shown = given.raw if isinstance(given, Scalar) else given
        raise MappingError(
            f"The mapping {path} says version {shown}; this program reads version {VERSION}.",
            hint="Update candidate-import, or write `version: 1` if that is what it is.",
            details=[f"line {tree.line_of(('version',))}: version: {shown}"],
        )


def _describe(tree: YamlTree, issue: Any) -> tuple[int, str]:
    """Say one pydantic finding in the words of the mapping."""
    loc: tuple[str | int, ...] = tuple(p for p in issue["loc"] if p != "[key]")
    line = tree.line_of(loc)
    kind, context = issue["type"], issue.get("ctx", {})
    name = str(loc[-1]) if loc else "mapping"
    where = _name_place(tree, loc)
    if kind == "extra_forbidden":
        return line, _describe_unknown(loc, name)
    if kind == "missing":
        return line, f"{where} lacks `{name}:`"
    if kind == "literal_error":
        guess = did_you_mean(_shown(issue["input"]), _literals(context["expected"]))
        return line, _join(
            f"{where}: '{_shown(issue['input'])}' is not one of {context['expected']}", guess
        )
    if kind == "value_error":
        return line, f"{where} {context['error']}"
    wanted = _WANTED.get(kind, "written another way")
    given = _shown(issue["input"])
    if name == "column" and isinstance(issue["input"], list):
        return line, f"{where} must be {wanted}; write `columns:` for several"
    return line, f"{where} must be {wanted}, not {given if given else 'empty'}"


_WANTED: Final = {
    "string_type": "one text",
    "list_type": "a text or a list of texts",
    "dict_type": "a group of `key: value` entries",
    "model_type": "a group of `key: value` entries",
    "model_attributes_type": "a group of `key: value` entries",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "greater_than_equal": "0 or more",
}


def _describe_unknown(loc: tuple[str | int, ...], name: str) -> str:
    if len(loc) == 1:
        if name in MODEL_FIELDS:
            return f"'{name}' belongs under `model_keys:`"
        known = list(MappingFile.model_fields)
        return _join(f"unknown key '{name}'", did_you_mean(name, known))
    model = _SECTIONS.get(str(loc[0]), RuleEntry)
    options = list(model.model_fields)
    kind = "option" if model is RuleEntry else "key"
    place = f" in `{loc[0]}:`" if model is not RuleEntry else f" of {_key_of(loc)}"
    guess = did_you_mean(name, options) or "Known are " + ", ".join(options) + "."
    return _join(f"unknown {kind} '{name}'{place}", guess)


def _key_of(loc: tuple[str | int, ...]) -> str:
    keys = [str(p) for p in loc[:-1] if isinstance(p, str)]
    return ".".join(keys)


def _name_place(tree: YamlTree, loc: tuple[str | int, ...]) -> str:
    """Name the entry by its keys, without what the short forms were unfolded into."""
    here: tuple[str | int, ...] = ()
    for part in loc:
        if (*here, part) in tree.lines:
            here = (*here, part)
    name = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in here)
    return name.lstrip(".") or "the mapping"


def _shown(given: Any) -> str:
    if isinstance(given, Scalar):
        return given.raw
    if isinstance(given, dict):
        return "a group of entries"
    if isinstance(given, list):
        return "a list"
    return "" if given is None else str(given)


def _literals(expected: str) -> list[str]:
    return [part.strip(" '") for part in expected.replace(" or ", ",").split(",")]


def _join(message: str, guess: str) -> str:
    return f"{message}. {guess}" if guess else message
