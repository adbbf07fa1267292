"""BambooHR: a meta answer whose parts mix dialects, enveloped; form B, a job required.

What is documented: the published keys, `model_fields`, `allowed_values`. That the parts
mix dialects A and C, and all that is required or allowed: invented. Later versions: 2
adds a country list, 3 no longer requires the job.
"""

from __future__ import annotations

from importer.sandbox.profiles.base import Profile, Wording, change, documented, invented

_SOURCES = (
    ("linkedin", "LinkedIn"),  # invented
    ("referral", "Employee referral"),  # invented
    ("indeed", "Indeed"),  # invented
    ("website", "Company website"),  # invented
    ("agency", "Agency"),  # invented
    ("fair", "Career fair"),  # invented
)
_NOTICE = (
    ("0", "Immediately"),  # invented: texts that look like numbers
    ("1", "1 month"),  # invented
    ("2", "2 months"),  # invented
    ("3", "3 months"),  # invented
)
_COUNTRIES = (
    ("GB", "United Kingdom"),  # invented
    ("US", "United States"),  # invented
    ("DE", "Germany"),  # invented
)

_FIELDS = (
    invented("model_keys", "first_name", required=True),
    invented("model_keys", "last_name", required=True),
    invented("model_keys", "email_addresses", "list", format="email"),
    documented("model_keys", "phone_numbers", "list"),
    documented("model_keys", "locations", "list"),
    documented("model_keys", "company"),
    documented("model_keys", "title"),
    documented("model_keys", "can_email", "boolean"),
    documented("model_keys", "tags", "list"),
    documented("model_keys", "urls", "list"),
    documented("model_keys", "last_interaction_at"),
    documented("model_keys", "remote_created_at"),
    invented("model_keys", "job", format="uuid", required=True, description="The opening"),
    invented(
        "additional_attributes",
        "source",
        "str",
        allowed=_SOURCES,
        shape="map",
        description="Applicant source",
    ),
    invented("custom_fields", "notice", allowed=_NOTICE, description="Notice period in months"),
    invented("custom_fields", "desiredSalary", "number"),
)

PROFILE = Profile(
    slug="bamboohr",
    name="BambooHR",
    dialect="mixed",
    is_enveloped=True,
    forms=("B",),
    versions=(
        _FIELDS,
        change(
            _FIELDS,
            plus=(
                invented(
                    "additional_attributes", "country", "str", allowed=_COUNTRIES, shape="map"
                ),
            ),
        ),
        change(_FIELDS, plus=(invented("model_keys", "job", format="uuid"),)),
    ),
    open_sections=frozenset({"additional_attributes"}),
    attachments="none",  # invented
    wording=Wording(
        basis="invented",
        status=400,
        missing="Missing required field: {key}",
        not_allowed="Invalid value for field {key}: {value}",
        unknown_id="Unknown {key}: {value}",
        wrong_type="Field {key} has the wrong format",
        not_open="The job opening {value} is not open",
        same_email="An applicant with this email already exists",
    ),
)
