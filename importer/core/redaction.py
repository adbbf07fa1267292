"""Words of a service or of ours without the person they were said about.

Lives here: the one function that takes a row's own values out of a message before it is
kept. Must never live here: what a report shows (reports may name people, the ledger may
not). What a newcomer would question: values are taken out by comparing with the body that
was sent, not by guessing what looks like a name; guessing is left for addresses and
numbers only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from importer.core.results import RowProblem

HIDDEN: Final = "…"

_MIN_LENGTH: Final = 3
_GUESSED: Final = re.compile(r"[^\s@'\"<>]+@[^\s@'\"<>]+|\+?\d[\d ()./-]{5,}\d")


def redact_problems(problems: Sequence[RowProblem], body: str) -> tuple[RowProblem, ...]:
    """Take the values of a sent body out of what problems say.

    Args:
        problems: What a report would show.
        body: JSON text as it was sent; anything else counts as empty.
    """
    if not problems:
        return ()
    pattern = _build_pattern(body)
    return tuple(
        replace(
            p,
            message=_redact(p.message, pattern),
            hint=_redact(p.hint, pattern),
            suggestion=None,
        )
        for p in problems
    )


def _redact(text: str, pattern: re.Pattern[str] | None) -> str:
    if pattern is not None:
        text = pattern.sub(HIDDEN, text)
    return _GUESSED.sub(HIDDEN, text)


def _build_pattern(body: str) -> re.Pattern[str] | None:
    try:
        tree = json.loads(body)
    except ValueError:
        return None
    values = {v for v in _texts_in(tree) if len(v) >= _MIN_LENGTH}
    if not values:
        return None
    longest_first = sorted(values, key=len, reverse=True)
    joined = "|".join(re.escape(v) for v in longest_first)
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)", re.IGNORECASE)


def _texts_in(tree: object, key: str = "") -> Iterator[str]:
    """Every text of a body; of names each word too, since a service may quote one of them."""
    if isinstance(tree, str):
        yield tree.strip()
        if key.endswith("name"):
            yield from tree.split()
    elif isinstance(tree, dict):
        for name, value in tree.items():
            yield from _texts_in(value, name)
    elif isinstance(tree, list):
        for value in tree:
            yield from _texts_in(value, key)
