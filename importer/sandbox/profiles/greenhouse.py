"""Greenhouse: a meta answer in dialect A, bare; either body form.

What is documented: that a meta answer may be JSON-Schema-like, the published keys with
their types, and a sample body of form A with `job_id`. What is required and which values
are allowed: invented. Later versions: 2 renames a source and adds one, 3 makes a custom
field required, 4 takes `tags` away.
"""

from __future__ import annotations

from importer.sandbox.profiles.base import Profile, Wording, change, documented, invented

# The ids are opaque and look numeric, as the documented samples of other models do; the
# last has no label, as `enumInformation` may cover only part of `enum`.
_SOURCES = (
    ("4000011001", "LinkedIn"),  # invented
    ("4000011002", "Referral"),  # invented
    ("4000011003", "Indeed"),  # invented
    ("4000011004", "Company website"),  # invented
    ("4000011005", "Agency"),  # invented
    ("4000011006", "Career fair"),  # invented
    ("4000011099", ""),  # invented
)
_NOTICE = (
    ("none", "Immediately"),  # invented
    ("1m", "1 month"),  # invented
    ("2m", "2 months"),  # invented
    ("3m", "3 months"),  # invented
)

_FIELDS = (
    invented("model_keys", "first_name", required=True, description="Given name"),
    invented("model_keys", "last_name", required=True, description="Family name"),
    invented("model_keys", "email_addresses", "list", format="email", required=True),
    documented("model_keys", "company"),
    documented("model_keys", "title"),
    documented("model_keys", "avatar"),
    documented("model_keys", "is_private", "boolean"),
    documented("model_keys", "can_email", "boolean"),
    documented("model_keys", "locations", "list"),
    documented("model_keys", "phone_numbers", "list"),
    documented("model_keys", "tags", "list"),
    documented("model_keys", "urls", "list"),
    documented("model_keys", "applications", "list"),
    documented("model_keys", "attachments", "list"),
    invented("model_keys", "last_interaction_at", format="date-time"),
    invented("model_keys", "remote_created_at", format="date-time"),
    invented("model_keys", "remote_updated_at", format="date-time"),
    documented("model_keys", "job", format="uuid", description="Job (body form B)"),
    documented("model_keys", "job_id", format="uuid", description="Job (body form A)"),
    documented("model_keys", "job_interview_stage_id", format="uuid"),
    invented("additional_attributes", "source", allowed=_SOURCES, description="Came from"),
    invented("custom_fields", "notice_period", allowed=_NOTICE, description="Notice period"),
    invented("custom_fields", "salary_expectation", "number", description="Per year"),
)

PROFILE = Profile(
    slug="greenhouse",
    name="Greenhouse",
    dialect="A",
    is_enveloped=False,
    forms=("A", "B"),
    versions=(
        _FIELDS,
        change(
            _FIELDS,
            plus=(
                invented(
                    "additional_attributes",
                    "source",
                    allowed=(
                        *_SOURCES[:5],
                        ("4000011006", "Events"),  # invented
                        ("4000011007", "Alumni"),  # invented
                        _SOURCES[6],
                    ),
                    description="Came from",
                ),
            ),
        ),
        change(
            _FIELDS,
            plus=(invented("custom_fields", "notice_period", required=True, allowed=_NOTICE),),
        ),
        change(_FIELDS, without=("tags",)),
    ),
    wording=Wording(
        basis="invented",
        status=422,
        missing="Must have a value: {key}",
        not_allowed="{label} is not a valid option: {value}",
        unknown_id="Resource not found: {key} {value}",
        wrong_type="Invalid attribute: {key}",
        not_open="Job is not open: {value}",
        same_email="A candidate with this email address already exists",
    ),
)
