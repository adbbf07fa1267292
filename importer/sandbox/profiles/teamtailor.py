"""Teamtailor: a meta answer in dialect C, enveloped; form B.

What is documented: the three parts of a body, that attributes may carry `allowed_values`,
the name `model_fields`, and what the attachment call takes. The layout of the meta answer
and every allowed value: invented. Later versions: 2 gives a department another id, 3 takes
the notice period away.
"""

from __future__ import annotations

from importer.sandbox.profiles.base import Profile, Wording, change, documented, invented

_SOURCES = (
    (11, "LinkedIn"),  # invented: numbers, whose JSON type must be kept
    (12, "Referral"),  # invented
    (13, "Indeed"),  # invented
    (14, "Career site"),  # invented
    (15, "Agency"),  # invented
    (16, "Career fair"),  # invented
)
_DEPARTMENTS = (
    (201, "Engineering"),  # invented
    (202, "Sales"),  # invented
    (203, "Operations"),  # invented
)
_NOTICE = (
    ("Immediately", "Immediately"),  # invented
    ("1 month", "1 month"),  # invented
    ("2 months", "2 months"),  # invented
    ("3 months", "3 months"),  # invented
)

_FIELDS = (
    invented("model_keys", "first_name", "String", required=True),
    invented("model_keys", "last_name", "String", required=True),
    documented("model_keys", "email_addresses", "List"),
    documented("model_keys", "phone_numbers", "List"),
    documented("model_keys", "company", "String"),
    documented("model_keys", "title", "String"),
    documented("model_keys", "avatar", "String"),
    documented("model_keys", "can_email", "Boolean"),
    documented("model_keys", "is_private", "Boolean"),
    documented("model_keys", "locations", "List"),
    documented("model_keys", "tags", "List"),
    documented("model_keys", "urls", "List"),
    documented("model_keys", "attachments", "List"),
    documented("model_keys", "last_interaction_at", "String"),
    documented("model_keys", "remote_created_at", "String"),
    invented("model_keys", "job", "UUID"),
    invented(
        "additional_attributes",
        "source",
        "integer",
        required=True,
        allowed=_SOURCES,
        shape="objects",
        description="Where the candidate came from",
    ),
    invented(
        "additional_attributes", "department", "integer", allowed=_DEPARTMENTS, shape="objects"
    ),
    invented("custom_fields", "notice-period", "String", allowed=_NOTICE, shape="scalars"),
    invented("custom_fields", "salary-expectation", "number"),
)

PROFILE = Profile(
    slug="teamtailor",
    name="Teamtailor",
    dialect="C",
    is_enveloped=True,
    forms=("B",),
    versions=(
        _FIELDS,
        change(
            _FIELDS,
            plus=(
                invented(
                    "additional_attributes",
                    "department",
                    "integer",
                    allowed=(*_DEPARTMENTS[:2], (303, "Operations")),  # invented
                    shape="objects",
                ),
            ),
        ),
        change(_FIELDS, without=("notice-period",)),
    ),
    attachments="url",  # documented: file_name, file_url and remote_user_id, nothing else
    wording=Wording(
        basis="invented",
        status=422,
        missing="{key} can't be blank",
        not_allowed="{key} is not included in the list",
        unknown_id="{key} must exist",
        wrong_type="{key} is invalid",
        not_open="{key} is not published",
        same_email="email has already been taken",
    ),
)
