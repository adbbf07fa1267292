"""Lever: a meta answer in dialect B, bare; form A only, with an acting user.

What is documented (the vendor's article on writing candidates to Lever): every field
line below, `remote_user` as one required descriptor of type UUID, and an empty map of
additional attributes. That the meta endpoint returns this layout: invented. Later
versions: 2 takes `locations` away, 3 makes an e-mail required.
"""

from __future__ import annotations

from importer.sandbox.profiles.base import Profile, Wording, change, documented, invented

_FIELDS = (
    documented("model_keys", "first_name"),
    documented("model_keys", "last_name"),
    documented("model_keys", "company"),
    documented("model_keys", "locations", "list"),
    documented("model_keys", "phone_numbers", "list"),
    documented("model_keys", "email_addresses", "list"),
    documented("model_keys", "urls", "list"),
    documented("model_keys", "job_interview_stage_id", "UUID"),
    documented("model_keys", "job_id", "UUID"),
    documented("root", "remote_user", "UUID", required=True, description="Acting user"),
)

PROFILE = Profile(
    slug="lever",
    name="Lever",
    dialect="B",
    is_enveloped=False,
    forms=("A",),
    versions=(
        _FIELDS,
        change(_FIELDS, without=("locations",)),
        change(_FIELDS, plus=(invented("model_keys", "email_addresses", "list", required=True),)),
    ),
    requires_acting_user=True,
    wording=Wording(
        basis="invented",
        status=400,
        missing="Lever: {key} is required",
        not_allowed="Lever: invalid value for {key}: {value}",
        unknown_id="Lever: no such {key}: {value}",
        wrong_type="Lever: {key} has an invalid type",
        not_open="Lever: posting {value} does not accept candidates",
        same_email="Lever: an opportunity for this email address already exists",
    ),
)
