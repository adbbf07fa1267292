"""The candidate schema: what this customer's ATS asks for, from any meta answer.

Lives here: the way in (envelope, dialects, fallback) and what the rest asks of a schema. Must
never live here: fetching an answer or keeping it. What a newcomer would question: nothing here
raises. An unreadable answer is a value with its reason, because the caller decides whether the
run stops or the published model keys stand in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from importer.core.fields import ENVELOPE_FIELDS, FREE_SECTIONS, MODEL_FIELDS
from importer.core.model import CandidateSchema, Section
from importer.core.schema_layout import read_answer
from importer.core.schema_nodes import Reading

_MAX_DEPTH: Final = 100
"""Deepest nesting of JSON that is read at all; real answers have about ten levels."""


@dataclass(frozen=True, slots=True)
class SchemaAnswer:
    """What a meta answer came to.

    Attributes:
        schema: None where the answer could not be read.
        why: The reason then, as the end of a sentence; empty otherwise.
    """

    schema: CandidateSchema | None
    why: str = ""


def parse_candidate_schema(answer: object) -> SchemaAnswer:
    """Read a meta answer in any dialect, with or without the {success, data, error} envelope.

    Takes parsed JSON. Never raises: what was not understood stands in the schema's `unparsed`,
    and an answer without a single field gives no schema but a reason.
    """
    if _is_too_deep(answer):
        return SchemaAnswer(None, f"the answer is nested more than {_MAX_DEPTH} levels deep")
    node = answer
    while isinstance(node, Mapping) and isinstance(node.get("success"), bool):
        if node["success"] is False:
            return SchemaAnswer(None, f"the answer says that it failed{_describe_error(node)}")
        if "data" not in node:
            break
        node = node["data"]
    if not isinstance(node, (Mapping, list)) or not node:
        return SchemaAnswer(None, "the answer holds no schema")
    reading = Reading(root=node)
    read_answer(node, reading)
    if all(path.startswith(f"{Section.ENVELOPE.value}.") for path in reading.fields):
        return SchemaAnswer(None, "no field of a candidate could be recognised in the answer")
    return SchemaAnswer(
        CandidateSchema(
            fields=reading.fields,
            open_sections=frozenset(reading.open_sections),
            unparsed=tuple(reading.unparsed),
            sha256=schema_sha256(answer),
            dialect="+".join(sorted(reading.dialects)) or "C",
        )
    )


def _is_too_deep(answer: object) -> bool:
    level = [answer]
    for _ in range(_MAX_DEPTH):
        deeper: list[object] = []
        for node in level:
            if isinstance(node, Mapping):
                deeper.extend(node.values())
            elif isinstance(node, list):
                deeper.extend(node)
        if not deeper:
            return False
        level = deeper
    return True


def _describe_error(node: Mapping[str, object]) -> str:
    error = node.get("error")
    if isinstance(error, Mapping):
        texts = (error.get(key) for key in ("message", "detail", "description", "title"))
        error = next((text for text in texts if isinstance(text, str)), None)
    return f": {error.strip()[:200]}" if isinstance(error, str) and error.strip() else ""


def schema_sha256(answer: object) -> str:
    """Hash a raw answer, whatever the order of its keys."""
    text = json.dumps(answer, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def published_schema() -> CandidateSchema:
    """The published model keys as a schema, for connectors that never gave one."""
    fields = {f"{Section.MODEL_KEYS.value}.{key}": f for key, f in MODEL_FIELDS.items()}
    fields |= {f"{Section.ENVELOPE.value}.{key}": f for key, f in ENVELOPE_FIELDS.items()}
    return CandidateSchema(
        fields=fields,
        is_published_fallback=True,
        open_sections=frozenset(FREE_SECTIONS),
        sha256=schema_sha256(sorted(fields)),
    )
