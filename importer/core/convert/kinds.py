"""Which kind of value a rule's cells hold, and whether the field takes a list of them.

Lives here: the choice. Must never live here: a conversion. What a newcomer would question:
published keys are known by their name, everything else by the type that the ATS declares; a
custom field of unknown type stays text, because a wrong guess would change values.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from importer.core.model import Field, Section
from importer.core.rules import WHOLE_NAME, ConvertContext, Rule


class Kind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    PERSON_TEXT = "person-text"
    """A name: "NA" and "Null" are people."""
    TAGS = "tags"
    LOCATION = "location"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    DATE = "date"
    BOOLEAN = "boolean"
    NUMBER = "number"
    INTEGER = "integer"
    UUID = "uuid"
    OBJECT = "object"
    NAME = "name"
    LOOKUP = "lookup"


@dataclass(frozen=True, slots=True)
class Target:
    """Everything that a builder needs.

    Attributes:
        kind: What one item is.
        takes_list: The field takes a list of them.
        format: The declared format of one item.
        is_object: A web address goes as `{value, url_type}`.
    """

    kind: Kind
    takes_list: bool
    rule: Rule
    context: ConvertContext
    format: str | None = None
    is_object: bool = False


_PUBLISHED: Final[dict[str, tuple[Kind, bool]]] = {
    "first_name": (Kind.PERSON_TEXT, False),
    "last_name": (Kind.PERSON_TEXT, False),
    "email_addresses": (Kind.EMAIL, True),
    "phone_numbers": (Kind.PHONE, True),
    "urls": (Kind.URL, True),
    "tags": (Kind.TAGS, True),
    "locations": (Kind.LOCATION, True),
    "can_email": (Kind.BOOLEAN, False),
    "is_private": (Kind.BOOLEAN, False),
    "last_interaction_at": (Kind.DATE, False),
    "remote_created_at": (Kind.DATE, False),
    "remote_updated_at": (Kind.DATE, False),
    "job": (Kind.UUID, False),
    "job_id": (Kind.UUID, False),
    "job_interview_stage_id": (Kind.UUID, False),
    "applications": (Kind.UUID, True),
}
_FORMATS: Final[dict[str, Kind]] = {
    "email": Kind.EMAIL,
    "idn-email": Kind.EMAIL,
    "date": Kind.DATE,
    "date-time": Kind.DATE,
    "uuid": Kind.UUID,
    "uri": Kind.URL,
    "url": Kind.URL,
}
_TYPES: Final[dict[str, Kind]] = {
    "boolean": Kind.BOOLEAN,
    "integer": Kind.INTEGER,
    "number": Kind.NUMBER,
    "object": Kind.OBJECT,
}


def choose_target(rule: Rule, field: Field | None, context: ConvertContext) -> Target:
    """Choose the kind of value that a rule's column holds."""
    published = _PUBLISHED.get(rule.path.key) if rule.path.section is Section.MODEL_KEYS else None
    takes_list = published is not None and published[1]
    if field is not None and field.type != "any":
        takes_list = field.type == "array"
    item = field.items if field is not None and field.type == "array" else field
    kind = _choose_kind(rule, item, published, takes_list)
    if published is not None and kind is Kind.DATE and (item is None or item.format != "date"):
        declared: str | None = "date-time"
    else:
        declared = item.format if item is not None else None
    is_object = kind is Kind.URL and (
        item is None or item.type in ("object", "any") or rule.url_type is not None
    )
    return Target(kind, takes_list, rule, context, declared, is_object and takes_list)


def _choose_kind(
    rule: Rule, item: Field | None, published: tuple[Kind, bool] | None, takes_list: bool
) -> Kind:
    if rule.path == WHOLE_NAME:
        return Kind.NAME
    if rule.lookup is not None:
        return Kind.LOOKUP
    if published is not None:
        return published[0]
    if item is not None and item.format in _FORMATS:
        return _FORMATS[item.format]
    if item is not None and item.type in _TYPES:
        return _TYPES[item.type]
    if rule.format is not None or rule.dates is not None:
        return Kind.DATE
    if rule.url_type is not None:
        return Kind.URL
    if rule.region is not None:
        return Kind.PHONE
    if rule.invert:
        return Kind.BOOLEAN
    return Kind.TAGS if takes_list else Kind.TEXT
