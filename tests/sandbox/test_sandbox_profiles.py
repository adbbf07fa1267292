"""The profiles: what is documented and what is invented, and the dialects they are told in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from importer.sandbox import profiles
from importer.sandbox.dialects import write_meta
from importer.sandbox.profiles import PROFILES
from importer.sandbox.profiles.base import Profile
from importer.sandbox.wire import AtsCandidateWrite, PostCandidate

FOLDER = Path(profiles.__file__).parent
EACH = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
PUBLISHED = set(PostCandidate.model_fields) | set(AtsCandidateWrite.model_fields)
# The vendor's article on Lever prints this one; the page calls it `remote_user_id`.
ARTICLE = {("root", "remote_user")}


@EACH
def test_every_line_says_whether_it_is_documented(profile: Profile) -> None:
    """A documented line is published: no invented requirement, list of values or format."""
    for version in profile.versions:
        for field in version:
            assert field.basis in {"documented", "invented"}
            if field.basis == "documented" and (field.section, field.key) not in ARTICLE:
                assert field.section == "model_keys"
                assert field.key in PUBLISHED
                assert not field.required
                assert not field.allowed
                assert field.format in (None, "uuid")
    assert profile.wording.basis == "invented"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_every_value_in_a_profile_is_marked(file: Path) -> None:
    """A line that holds a value (an allowed value, a job, a user) ends with its mark."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        is_value = re.match(r'\s+\(("|\d).*\),', line) and "title=" not in line
        if is_value:
            assert re.search(r"# (invented|documented)", line), f"{file.name}:{number}: {line}"


@EACH
def test_a_key_stands_once_in_a_version(profile: Profile) -> None:
    """Later versions replace lines, they do not repeat them."""
    for version in profile.versions:
        keys = [(field.section, field.key) for field in version]
        assert len(keys) == len(set(keys))
    assert len(profile.versions) >= 3
    assert profile.fields(99) == profile.versions[-1]


def test_the_four_answers_are_in_four_layouts() -> None:
    """Each dialect is told by the structure at its root, and two are enveloped."""
    roots = {slug: write_meta(profile, 1, enveloped=False) for slug, profile in PROFILES.items()}
    assert set(roots["greenhouse"]) == {"type", "properties", "required"}
    assert set(roots["lever"]) == {"data", "remote_user", "additional_attributes", "custom_fields"}
    sections = {"model_fields", "additional_attributes", "custom_fields"}
    assert set(roots["teamtailor"]) == set(roots["bamboohr"]) == sections
    assert "properties" in roots["bamboohr"]["model_fields"]
    assert "properties" not in roots["teamtailor"]["model_fields"]
    enveloped = {slug for slug, p in PROFILES.items() if "success" in write_meta(p, 1)}
    assert enveloped == {"teamtailor", "bamboohr"}


def test_the_answers_contradict_themselves_as_the_public_samples_do() -> None:
    """A marker that the list of required keys leaves out, and labels for only some values."""
    greenhouse = write_meta(PROFILES["greenhouse"], 1)
    assert greenhouse["properties"]["email_addresses"]["isRequired"] is True
    assert "email_addresses" not in greenhouse["required"]
    source = greenhouse["properties"]["additional_attributes"]["properties"]["source"]
    assert len(source["enumInformation"]) == len(source["enum"]) - 1


def test_allowed_values_come_in_every_shape() -> None:
    """A list of values, of objects, and a map."""
    teamtailor = write_meta(PROFILES["teamtailor"], 1, enveloped=False)
    bamboohr = write_meta(PROFILES["bamboohr"], 1, enveloped=False)
    source = teamtailor["additional_attributes"]["source"]["allowed_values"]
    notice = teamtailor["custom_fields"]["notice-period"]["allowed_values"]
    assert source[0] == {"id": 11, "name": "LinkedIn"}
    assert notice[0] == "Immediately"
    assert bamboohr["additional_attributes"]["source"]["allowed_values"]["fair"] == "Career fair"
