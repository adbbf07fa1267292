"""The everyday path: every profile answers, takes a sound candidate and shows it again."""

from __future__ import annotations

import pytest
from sandbox_kit import CANDIDATES, PERSON, StartSandbox, first_id

from importer.sandbox.profiles import PROFILES

SOUND: dict[str, dict[str, object]] = {
    "greenhouse": PERSON | {"additional_attributes": {"source": "4000011001"}},
    "lever": {
        "data": PERSON | {"job_id": first_id("lever", "jobs")},
        "remote_user_id": first_id("lever", "remote-users"),
    },
    "teamtailor": PERSON | {"additional_attributes": {"source": 11}},
    "bamboohr": PERSON | {"job": first_id("bamboohr", "jobs")},
}


@pytest.mark.parametrize("ats", sorted(PROFILES))
def test_a_sound_candidate_is_taken_and_can_be_read(start: StartSandbox, ats: str) -> None:
    """What is created is in the store, is found by e-mail in any case, and by its id."""
    sandbox = start(ats=ats, people=3)
    answer = sandbox.create(SOUND[ats])
    assert answer.status_code == 200, answer.text
    person_id = answer.json()["id"]

    assert [p.id for p in sandbox.server.store.created] == [person_id]
    assert sandbox.found(email_addresses="ADA@example.com") == [person_id]
    assert sandbox.client.get(f"{CANDIDATES}/{person_id}").json()["last_name"] == "Quinn"
    assert len(sandbox.found()) == 4


@pytest.mark.parametrize("ats", sorted(PROFILES))
def test_every_read_answers_with_the_page_envelope_and_the_budget(
    start: StartSandbox, ats: str
) -> None:
    """Collections always have cursor, page_size and items, and every answer the rate headers."""
    sandbox = start(ats=ats, people=3)
    paths = ["candidates", "connectors", "jobs", "job-interview-stages"]
    for path in [*paths, "remote-users", "tags", "offices", "departments"]:
        answer = sandbox.client.get(f"/api/ats/v1/{path}")
        assert answer.status_code == 200
        assert set(answer.json()) == {"cursor", "page_size", "items"}
        assert answer.json()["page_size"] == len(answer.json()["items"]) > 0
        assert int(answer.headers["X-RateLimit-Limit"]) == 200
        assert int(answer.headers["X-RateLimit-Remaining"]) < 200
    assert sandbox.server.store.crashes == []
