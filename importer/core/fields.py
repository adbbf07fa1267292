"""The published model keys of both body forms, as data read off the vendor's OpenAPI page.

Lives here: closed key lists, types, formats, which form declares which key, the published
lists of `url_type` and `attachment_type`, and labels in a few words. Must never live here:
anything that one customer's ATS says. What a newcomer would question: `reads_as` beside
`format`. The page calls a date or an e-mail a plain string; its description and sample say
what it is, and converters need to know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from importer.core.model import AllowedValue, BodyForm, Field, FieldPath, Section


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """One key as the OpenAPI page declares it; every key is nullable and none is required.

    Attributes:
        forms: The body forms that declare it: `A`, `B` or `AB`.
        format: As published.
        items: JSON type of an array's elements; `any` where the page leaves it open.
        item_format: As published for the elements.
        reads_as: Format (of the value, or of the elements) that description and sample imply.
    """

    key: str
    forms: Literal["A", "B", "AB"]
    type: str
    label: str
    description: str
    format: str | None = None
    items: str | None = None
    item_format: str | None = None
    reads_as: str | None = None


MODEL_KEYS: Final[tuple[PublishedKey, ...]] = (
    PublishedKey("first_name", "AB", "string", "First name", "Given name"),
    PublishedKey("last_name", "AB", "string", "Last name", "Family name"),
    PublishedKey("company", "AB", "string", "Company", "Company applied to"),
    PublishedKey("title", "AB", "string", "Title", "Position applied for"),
    PublishedKey("is_private", "AB", "boolean", "Private", "Hidden from most ATS users"),
    PublishedKey("can_email", "AB", "boolean", "Can e-mail", "May be written to by e-mail"),
    PublishedKey("locations", "AB", "array", "Locations", "Where they are", items="string"),
    PublishedKey("phone_numbers", "AB", "array", "Phone numbers", "Any kind", items="string"),
    PublishedKey(
        "email_addresses",
        "AB",
        "array",
        "E-mail addresses",
        "The first is the main one",
        items="string",
        reads_as="email",
    ),
    PublishedKey("urls", "AB", "array", "Links", "Web pages with their type", items="AtsUrl"),
    PublishedKey("tags", "AB", "array", "Tags", "Words to filter by", items="string"),
    PublishedKey("avatar", "AB", "string", "Picture", "Web address of a picture"),
    PublishedKey("applications", "AB", "array", "Applications", "Their ids", items="any"),
    PublishedKey(
        "attachments", "AB", "array", "Attachments", "Files sent along", items="AtsAttachmentWrite"
    ),
    PublishedKey("job", "B", "string", "Job", "Id of the job", format="uuid"),
    PublishedKey("job_id", "A", "string", "Job", "Id of the job", format="uuid"),
    PublishedKey(
        "job_interview_stage_id", "A", "string", "Stage", "Id of the job's stage", format="uuid"
    ),
    PublishedKey(
        "last_interaction_at", "B", "string", "Last contact", "Date-time", reads_as="date-time"
    ),
    PublishedKey(
        "remote_created_at", "B", "string", "Created", "In the old system", reads_as="date-time"
    ),
    PublishedKey(
        "remote_updated_at", "B", "string", "Updated", "In the old system", reads_as="date-time"
    ),
)

JOB_KEYS: Final[dict[BodyForm, str]] = {"A": "job_id", "B": "job"}
"""The job reference has another name in each form."""

ENVELOPE_WIRE_KEYS: Final[dict[str, str]] = {
    "acting_user": "remote_user_id",
    "job_requisition_id": "job_requisition_id",
}
"""Our word -> the key beside `data` in body form A."""

FORM_KEYS: Final[dict[BodyForm, frozenset[str]]] = {
    "A": frozenset(k.key for k in MODEL_KEYS if "A" in k.forms),
    "B": frozenset(k.key for k in MODEL_KEYS if "B" in k.forms),
}
"""Model keys that each form declares."""

FREE_SECTIONS: Final = (Section.ADDITIONAL_ATTRIBUTES, Section.CUSTOM_FIELDS)
"""Free objects, declared by body form B only."""

URL_TYPES: Final = (
    AllowedValue("PERSONAL", "Personal"),
    AllowedValue("COMPANY", "Company"),
    AllowedValue("PORTFOLIO", "Portfolio"),
    AllowedValue("BLOG", "Blog"),
    AllowedValue("SOCIAL_MEDIA", "Social media"),
    AllowedValue("OTHER", "Other"),
    AllowedValue("JOB_POSTING", "Job posting"),
    AllowedValue("-", "-"),
)

LINK_TYPE_HINTS: Final = {
    **dict.fromkeys(("LINKEDIN", "XING", "FACEBOOK", "TWITTER", "INSTAGRAM"), "SOCIAL_MEDIA"),
    **dict.fromkeys(("GITHUB", "GITLAB", "BEHANCE", "DRIBBBLE"), "PORTFOLIO"),
    **dict.fromkeys(("WEBSITE", "HOMEPAGE"), "PERSONAL"),
}
"""What people write for a link's type -> the published one; suggested, never taken.

The vendor's own samples say `LINKEDIN`, which the published list does not have.
"""

ATTACHMENT_TYPES: Final = (
    AllowedValue("RESUME", "Resume"),
    AllowedValue("COVER_LETTER", "Cover letter"),
    AllowedValue("OFFER_LETTER", "Offer letter"),
    AllowedValue("OTHER", "Other"),
    AllowedValue("-", "-"),
)

# key, format, allowed, is required
_Part = tuple[str, str | None, tuple[AllowedValue, ...], bool]

OBJECT_PARTS: Final[dict[str, tuple[_Part, ...]]] = {
    "AtsUrl": (("value", None, (), True), ("url_type", None, URL_TYPES, True)),
    "AtsAttachmentWrite": (
        ("file_name", None, (), False),
        ("file_url", "uri", (), False),
        ("attachment_type", None, ATTACHMENT_TYPES, False),
        ("file_content", None, (), False),
        ("content_type", None, (), False),
        ("candidate", "uuid", (), False),
        ("remote_user_id", "uuid", (), False),
    ),
}
"""The parts of the two published objects; all are nullable strings."""

FILE_URL_LENGTH: Final = 2083
"""Longest `file_url` that the page accepts."""


def _build_items(key: PublishedKey, path: FieldPath) -> Field | None:
    if key.items is None:
        return None
    inner = FieldPath(path.section, f"{path.key}[]")
    parts = OBJECT_PARTS.get(key.items)
    if parts is None:
        return Field(inner, type=key.items, format=key.item_format or key.reads_as)
    return Field(
        inner,
        type="object",
        is_nullable=False,
        properties={
            name: Field(
                FieldPath(path.section, f"{inner.key}.{name}"),
                type="string",
                format=format_,
                is_required=is_required,
                allowed=allowed,
            )
            for name, format_, allowed, is_required in parts
        },
    )


def _build_field(key: PublishedKey) -> Field:
    path = FieldPath(Section.MODEL_KEYS, key.key)
    is_array = key.type == "array"
    return Field(
        path,
        type=key.type,
        format=None if is_array else key.format or key.reads_as,
        label=key.label,
        description=key.description,
        items=_build_items(key, path),
    )


MODEL_FIELDS: Final[dict[str, Field]] = {k.key: _build_field(k) for k in MODEL_KEYS}
"""The same keys as the fields that everything else works with."""

ENVELOPE_FIELDS: Final[dict[str, Field]] = {
    "acting_user": Field(
        FieldPath(Section.ENVELOPE, "acting_user"),
        type="string",
        label="Acting user",
        description="Id of the ATS user in whose name the candidate is created",
    ),
    "job_requisition_id": Field(
        FieldPath(Section.ENVELOPE, "job_requisition_id"),
        type="string",
        label="Requisition",
        description="Requisition id in the ATS itself",
    ),
}
"""Beside the candidate in body form A; part of the form whatever the meta endpoint says."""
