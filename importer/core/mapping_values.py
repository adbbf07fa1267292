"""One value of the mapping's YAML: what was written, and what YAML makes of it.

Lives here: the pair, and the two ways to ask for it. Must never live here: the meaning of a
key. What a newcomer would question: both are needed. A column may be called 2024 or NO,
while `values: {LI: 4}` must send the number 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

JsonScalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """A plain YAML scalar that is not text.

    Attributes:
        value: Number, boolean or None.
        raw: As written.
    """

    value: JsonScalar
    raw: str


def as_text(given: Any) -> Any:
    """What was written, where text is wanted; anything else is handed on as it is."""
    if isinstance(given, Scalar):
        return None if given.value is None else given.raw
    return given


def as_json(given: Any) -> Any:
    """The JSON value, wherever it stands in lists and entries."""
    if isinstance(given, Scalar):
        return given.value
    if isinstance(given, list):
        return [as_json(item) for item in given]
    if isinstance(given, dict):
        return {key: as_json(value) for key, value in given.items()}
    return given
