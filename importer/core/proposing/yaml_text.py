"""Single texts in YAML: quoted where YAML would read something else, and comments.

Lives here: quoting. Must never live here: what is written. What a newcomer would question:
quoting is done by hand, because the file is written for people, line by line, and an
emitter would lay out comments by its own taste.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

_PLAIN = re.compile(r"[^\W\d_](?:[\w .()/+\-]*[\w)+])?\Z")
_READ_OTHERWISE: Final = frozenset(
    {"yes", "no", "on", "off", "true", "false", "null", "y", "n", "nan", "inf"}
)
WIDTH: Final = 88


def quote(text: str) -> str:
    """A text as YAML reads it back, also inside `[…]` and `{…}`."""
    if (
        _PLAIN.match(text)
        and "  " not in text
        and text.isprintable()
        and text.lower() not in _READ_OTHERWISE
    ):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else _escape(c) for c in quoted)


def _escape(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def quote_value(value: object) -> str:
    """A JSON value in YAML."""
    return quote(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def flow_list(texts: Sequence[str]) -> str:
    """`[a, b]`."""
    return "[" + ", ".join(quote(t) for t in texts) + "]"


def comment(text: str, indent: str = "") -> Iterator[str]:
    """A comment, wrapped; line breaks of the text never leave it."""
    flat = " ".join(text.split())
    prefix = f"{indent}# "
    yield from textwrap.wrap(
        flat, WIDTH, initial_indent=prefix, subsequent_indent=prefix, break_long_words=False
    ) or [prefix.rstrip()]
