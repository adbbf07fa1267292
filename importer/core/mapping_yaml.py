"""YAML text into plain Python with the line of every key: the first step of a mapping.

Lives here: syntax, duplicate keys, where things stand. Must never live here: what a key
means. What a newcomer would question: the tree is walked by us instead of being loaded,
because one walk then finds all duplicate keys at once, knows the line of every key, and
keeps what was written (`007`, `2024-01-31` and `NO` stay text) beside what YAML makes of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from importer.core.mapping_values import JsonScalar, Scalar
from importer.errors import MappingError

MAX_NODES: Final = 500_000
"""A mapping with more entries is no mapping, or one that multiplies itself by aliases."""
MAX_DEPTH: Final = 40

_PREFIX = "tag:yaml.org,2002:"


@dataclass(slots=True)
class YamlTree:
    """One mapping file, read.

    Attributes:
        value: Dictionaries, lists, text, and `Scalar` for what YAML reads as something else.
        lines: Path of keys and list positions -> line, 1-based.
        errors: Every finding, each with its line.
    """

    value: dict[str, Any]
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    errors: list[tuple[int, str]] = field(default_factory=list)

    def line_of(self, path: tuple[str | int, ...]) -> int:
        """The line of the entry at `path`, or of the nearest entry around it.

        Parts of the path that the file does not spell out (a scalar that stands for a list
        of one) are passed over.
        """
        here: tuple[str | int, ...] = ()
        for part in path:
            if (*here, part) in self.lines:
                here = (*here, part)
        return self.lines.get(here, 1)

    def dotted_lines(self) -> Iterator[tuple[str, int]]:
        """Every path as dotted text with its line."""
        for path, line in self.lines.items():
            yield ".".join(str(part) for part in path), line


def parse_yaml(text: str, path: str) -> YamlTree:
    """Read the YAML of a mapping.

    Raises:
        MappingError: The text is no YAML, or no mapping of keys; the message has the line.
    """
    try:
        root = YAML(typ="rt").compose(text.removeprefix("\ufeff"))
    except MarkedYAMLError as error:
        raise _syntax_error(error, path) from error
    except YAMLError as error:
        raise MappingError(
            f"The mapping {path} cannot be read: it holds characters that YAML does not allow.",
            hint="Save it as plain text in UTF-8.",
            details=[f"line 1: {str(error).splitlines()[0]}"],
        ) from error
    if root is None:
        raise MappingError(
            f"The mapping {path} is empty.", hint="Write one with `candidate-import init`."
        )
    if not isinstance(root, MappingNode):
        raise MappingError(
            f"The mapping {path} is not a list of `key: value` entries.",
            hint="It begins with `version: 1`, then sections such as `model_keys:`.",
            details=[f"line {_line(root)}: a {_kind(root)} stands here"],
        )
    return _Walk(path).walk(root)


def _syntax_error(error: MarkedYAMLError, path: str) -> MappingError:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark is not None else 1
    problem = (error.problem or "not valid YAML").removeprefix("but ")
    context = f" {error.context}" if error.context else ""
    opened = ""
    if error.context_mark is not None and mark is not None and error.context_mark.line < mark.line:
        opened = f" (begun in line {error.context_mark.line + 1})"
    return MappingError(
        f"The mapping {path} is not valid YAML.",
        hint="Look at this line and the one above it: a missing quote, bracket or blank after"
        " a colon, or a tab instead of blanks.",
        details=[f"line {line}: {problem}{context}{opened}"],
    )


class _Walk:
    def __init__(self, path: str) -> None:
        self._path = path
        self._count = 0
        self._tree = YamlTree({})

    def walk(self, root: MappingNode) -> YamlTree:
        self._tree.value = self._mapping(root, ())
        return self._tree

    def _value(self, node: Node, path: tuple[str | int, ...]) -> Any:
        self._count += 1
        if self._count > MAX_NODES or len(path) > MAX_DEPTH:
            raise MappingError(
                f"The mapping {self._path} has too many entries, or entries that contain"
                " themselves.",
                hint="Write it without YAML anchors (`&`) and aliases (`*`).",
                details=[f"line {_line(node)}: given up here"],
            )
        tag = str(node.tag)
        if not tag.startswith(_PREFIX):
            self._tree.errors.append((_line(node), f"`{tag}` means nothing here; take it out"))
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            items = []
            for number, item in enumerate(node.value):
                self._tree.lines[(*path, number)] = _line(item)
                items.append(self._value(item, (*path, number)))
            return items
        assert isinstance(node, ScalarNode)
        return _scalar(node, self._text(node))

    def _text(self, node: ScalarNode) -> str:
        """A scalar's text; JSON's escapes of one character in two halves are joined."""
        raw = str(node.value)
        if not any("\ud800" <= c <= "\udfff" for c in raw):
            return raw
        joined = raw.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if "\ufffd" in joined:
            self._tree.errors.append((_line(node), "half a character stands here; mend the escape"))
        return joined

    def _mapping(self, node: MappingNode, path: tuple[str | int, ...]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        merged: list[tuple[Node, int]] = []
        for key_node, value_node in node.value:
            line = _line(key_node)
            if not isinstance(key_node, ScalarNode):
                self._tree.errors.append((line, f"a {_kind(key_node)} cannot be a key"))
            elif str(key_node.tag) == _PREFIX + "merge":
                merged.append((value_node, line))
            elif key_node.value in result:
                first = self._tree.lines[(*path, key_node.value)]
                self._tree.errors.append(
                    (line, f"'{key_node.value}' stands here twice (first in line {first})")
                )
            else:
                key = self._text(key_node)
                self._tree.lines[(*path, key)] = line
                result[key] = self._value(value_node, (*path, key))
        for source, line in merged:
            self._merge(result, source, line, path)
        return result

    def _merge(
        self, result: dict[str, Any], source: Node, line: int, path: tuple[str | int, ...]
    ) -> None:
        """Add the keys of `<<: *anchor`; keys that stand in the mapping itself win."""
        nodes = source.value if isinstance(source, SequenceNode) else [source]
        for node in nodes:
            if not isinstance(node, MappingNode):
                self._tree.errors.append((line, "`<<` takes entries (`<<: *name`) only"))
                continue
            inner = _Walk(self._path)
            inner._count = self._count
            for key, value in inner._mapping(node, path).items():
                if key not in result:
                    result[key] = value
                    self._tree.lines[(*path, key)] = line
            self._count = inner._count
            self._tree.errors.extend(inner._tree.errors)


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _kind(node: Node) -> str:
    if isinstance(node, SequenceNode):
        return "list"
    return "group of entries" if isinstance(node, MappingNode) else "single text"


def _scalar(node: ScalarNode, raw: str) -> str | Scalar:
    """Text stays text; what YAML reads as something else keeps both."""
    if node.style is not None:
        return raw
    tag = str(node.tag).removeprefix(_PREFIX)
    value: JsonScalar
    if tag == "null":
        value = None
    elif tag == "bool":
        value = raw.lower() == "true"
    elif tag == "int" and (raw.lstrip("+-").isdigit() and not _is_padded(raw)):
        value = int(raw)
    elif tag == "float" and raw.lstrip("+-")[:1].isdigit() and isfinite(float(raw)):
        value = float(raw)
    else:
        return raw
    return Scalar(value, raw)


def _is_padded(raw: str) -> bool:
    digits = raw.lstrip("+-")
    return raw.startswith("+") or (len(digits) > 1 and digits.startswith("0"))
