"""Ids and whole objects: what a person copies out of another system.

Lives here: UUIDs and JSON objects. Must never live here: turning names into ids
(`convert/lookup`). What a newcomer would question: an id that is no UUID is an error here
although the ATS would tell too; it would tell row by row, at the price of a call each.
"""

from __future__ import annotations

import json
import re
from typing import Final

from importer.core.convert.cell import each, with_blanks
from importer.core.convert.kinds import Target
from importer.core.model import Converted, Converter, Finding

UUID_WRITTEN: Final = "id written in its standard form"
UUID_RE: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_COMPACT = re.compile(r"[0-9a-f]{32}")
_SEPARATORS = re.compile(r"[\s,;|]+")
_LINES = re.compile(r"[\r\n]+")


def build_uuid(target: Target) -> Converter:
    """Build the converter of UUIDs; braces, `urn:uuid:` and capitals are made plain."""

    def convert(text: str) -> Converted:
        plain = text.lower().removeprefix("urn:uuid:").strip("{}")
        if _COMPACT.fullmatch(plain):
            plain = "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))
        if UUID_RE.fullmatch(plain):
            return Converted(plain, (), () if plain == text else (UUID_WRITTEN,))
        return Converted(None, (_not_an_id(text),))

    return with_blanks(target, each(target, convert, _SEPARATORS))


def _not_an_id(text: str) -> Finding:
    return Finding(
        "uuid-invalid",
        f"'{text}' is not an id of the API (like 4f0c0e1a-0000-4000-8000-000000000000).",
        "If the column holds names or codes, add `lookup:` to its entry in the mapping, such as"
        " `lookup: jobs.code`.",
    )


def build_object(target: Target) -> Converter:
    """Build the converter of JSON objects (`{"level": "B2"}`); one a line in a list."""

    def convert(text: str) -> Converted:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            return Converted(value)
        finding = Finding(
            "object-invalid",
            f"{target.rule.path.key} takes a group of values, and '{text}' is not one in JSON.",
            'Write it like {"name": "value"}, or leave the column out.',
        )
        return Converted(None, (finding,))

    return with_blanks(target, each(target, convert, _LINES))
