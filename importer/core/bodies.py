"""Request bodies: which of the two forms, what goes into it, and the way back from an answer.

Lives here: the shape of what is sent and of what comes back about one candidate. Must never
live here: deciding what an answer means for the row (`core/disposition`). What a newcomer
would question: attachments do not force form B. They prefer it; beside an acting user they go
by the attachment call after creation instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from importer.core.fields import (
    ENVELOPE_WIRE_KEYS,
    FORM_KEYS,
    FREE_SECTIONS,
    JOB_KEYS,
    MODEL_FIELDS,
)
from importer.core.model import BodyForm, CandidateSchema, FieldPath, Section
from importer.core.rules import WHOLE_NAME, CandidateMapping, Rule
from importer.errors import MappingError

_OTHER: Final[dict[BodyForm, BodyForm]] = {"A": "B", "B": "A"}
_UNION_TAGS: Final[dict[str, BodyForm]] = {
    "CreateCandidate": "A",
    "PostCandidate": "A",
    "AtsCandidateWrite": "B",
}
_WIRE_TO_ENVELOPE: Final = {wire: ours for ours, wire in ENVELOPE_WIRE_KEYS.items()}
_SECTIONS: Final = {section.value: section for section in FREE_SECTIONS}
_ID_KEYS: Final = ("id", "candidate_id", "remote_id")


# --- choosing the form -------------------------------------------------------------------------


def forms_of(path: FieldPath) -> frozenset[BodyForm]:
    """The body forms that can carry a field; empty for a model key that nobody published."""
    if path == WHOLE_NAME:
        return frozenset({"A", "B"})
    if path.section is Section.ENVELOPE:
        return frozenset({"A"}) if path.key in ENVELOPE_WIRE_KEYS else frozenset()
    if path.section in FREE_SECTIONS:
        return frozenset({"B"})
    return frozenset(form for form, keys in FORM_KEYS.items() if path.key in keys)


def choose_form(mapping: CandidateMapping, schema: CandidateSchema) -> BodyForm:
    """Choose the body form that carries every field of a mapping; B where either would do.

    Raises:
        MappingError: Some fields fit form A only and others form B only, or the mapping's own
            `form:` cannot carry a field. `details` name each rule with its line and columns.
    """
    only: dict[BodyForm, list[Rule]] = {"A": [], "B": []}
    for rule in mapping.rules:
        forms = forms_of(rule.path)
        if len(forms) == 1:
            only[next(iter(forms))].append(rule)
    if mapping.form is not None:
        misfits = only[_OTHER[mapping.form]]
        if misfits:
            raise MappingError(
                f"The mapping says `form: {mapping.form}`, but body form {mapping.form} cannot "
                f"carry {_count(misfits)} of its fields.",
                hint=_form_hint(misfits) or "Take out these rules, or the `form:` line.",
                details=_describe_rules(misfits, schema, _OTHER[mapping.form]),
            )
        return mapping.form
    if only["A"] and only["B"]:
        raise MappingError(
            "The mapping needs both body forms at once, and the API takes one per candidate.",
            hint=_form_hint(only["B"]) or "Take out the rules of one of the two forms.",
            details=(
                *_describe_rules(only["A"], schema, "A"),
                *_describe_rules(only["B"], schema, "B"),
            ),
        )
    return "A" if only["A"] else "B"


def _count(rules: Sequence[Rule]) -> str:
    return "one" if len(rules) == 1 else str(len(rules))


def _form_hint(misfits: Sequence[Rule]) -> str:
    keys = {rule.path.key for rule in misfits if rule.path.section is Section.MODEL_KEYS}
    if len(misfits) == 1 and keys & set(JOB_KEYS.values()):
        there = next(iter(keys))
        here = next(name for name in JOB_KEYS.values() if name != there)
        return f"Write `{here}` instead of `{there}`: it is the same job in the other form."
    return ""


def _describe_rules(
    rules: Sequence[Rule], schema: CandidateSchema, form: BodyForm
) -> tuple[str, ...]:
    lines = []
    for rule in sorted(rules, key=lambda r: r.line):
        field = schema.field(rule.path)
        label = f" ({field.label})" if field is not None and field.label else ""
        origin = (
            "column " + ", ".join(rule.columns) if rule.columns else "a constant, without a column"
        )
        where = f"line {rule.line}: " if rule.line else ""
        lines.append(f"{where}{rule.path}{label}, from {origin}, needs body form {form}")
    return tuple(lines)


# --- assembling --------------------------------------------------------------------------------


def assemble_body(form: BodyForm, values: Mapping[FieldPath, object]) -> dict[str, object]:
    """Build the JSON body of one candidate from converted values.

    Only keys that the form declares are sent. An absent path is an absent key; a value of None
    is sent as null, so leave out what is blank. A whole name (`{"first_name", "last_name"}`)
    fills its two keys where no rule of their own did.
    """
    candidate: dict[str, object] = {}
    envelope: dict[str, object] = {}
    declared = FORM_KEYS[form]
    for path, value in values.items():
        if path.section is Section.MODEL_KEYS:
            if path == WHOLE_NAME:
                _add_name(candidate, value)
            elif path.key in declared and _is_carried(form, path.key, value):
                candidate[path.key] = value
        elif path.section is Section.ENVELOPE:
            if path.key in ENVELOPE_WIRE_KEYS:
                envelope[ENVELOPE_WIRE_KEYS[path.key]] = value
        elif form == "B":
            section = candidate.setdefault(path.section.value, {})
            assert isinstance(section, dict)  # no model key has a section's name
            section[path.key] = value
    return {"data": candidate, **envelope} if form == "A" else candidate


def _add_name(candidate: dict[str, object], value: object) -> None:
    if isinstance(value, Mapping):
        for key in ("first_name", "last_name"):
            if value.get(key):
                candidate.setdefault(key, value[key])


def _is_carried(form: BodyForm, key: str, value: object) -> bool:
    """Whether a declared key can carry the value: form A's attachments are ids, never files."""
    if form == "A" and key == "attachments" and isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return True


# --- reading bodies and answers ----------------------------------------------------------------


def _candidate_of(body: Mapping[str, object]) -> Mapping[str, object]:
    inner = body.get("data")
    return inner if isinstance(inner, Mapping) else body


def body_emails(body: Mapping[str, object]) -> tuple[str, ...]:
    """E-mail addresses of a body of either form, in order."""
    emails = _candidate_of(body).get("email_addresses")
    return tuple(e for e in emails if isinstance(e, str)) if isinstance(emails, list) else ()


def body_name(body: Mapping[str, object]) -> str:
    """First and last name of a body of either form with a blank between; empty for neither."""
    candidate = _candidate_of(body)
    parts = (candidate.get("first_name"), candidate.get("last_name"))
    return " ".join(p.strip() for p in parts if isinstance(p, str) and p.strip())


def parse_created_id(body: object) -> str:
    """Find the new candidate's id in whatever a create answered; empty where there is none.

    A bare string counts only if it is a UUID; `id` goes before `candidate_id`, `remote_id`, and
    the root before `data`.
    """
    if isinstance(body, str):
        return body.strip() if _is_uuid(body) else ""
    if not isinstance(body, Mapping):
        return ""
    inner = body.get("data")
    for key in _ID_KEYS:
        for place in (body, inner):
            found = place.get(key) if isinstance(place, Mapping) else None
            if isinstance(found, str) and found.strip():
                return found.strip()
            if isinstance(found, int) and not isinstance(found, bool):
                return str(found)
    return parse_created_id(inner) if isinstance(inner, str) else ""


def _is_uuid(text: str) -> bool:
    try:
        UUID(text.strip())
    except ValueError:
        return False
    return True


def loc_to_path(loc: Sequence[str | int], form: BodyForm) -> tuple[FieldPath | None, int | None]:
    """Lead the `loc` of a 422 detail back to a field and, in lists, the element's index.

    Tags of the union (`AtsCandidateWrite`) are stepped over; where a tag names the form that
    was not sent, the detail is the other form's noise and leads nowhere.
    """
    section: Section | None = None
    for position, step in enumerate(loc):
        if not isinstance(step, str):
            continue
        if section is not None:
            path = FieldPath(section, step)
        elif step in _SECTIONS:
            section = _SECTIONS[step]
            continue
        elif step in MODEL_FIELDS:
            path = FieldPath(Section.MODEL_KEYS, step)
        elif step in _WIRE_TO_ENVELOPE:
            path = FieldPath(Section.ENVELOPE, _WIRE_TO_ENVELOPE[step])
        elif _UNION_TAGS.get(step, form) != form:
            return None, None
        else:
            continue
        after = loc[position + 1] if position + 1 < len(loc) else None
        return path, after if isinstance(after, int) else None
    return None, None
