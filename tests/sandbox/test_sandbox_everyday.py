"""The everyday path: every profile answers, takes a sound candidate and shows it again."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from importer.sandbox.profiles import PROFILES
from importer.sandbox.profiles.customer import make_lookups
from importer.sandbox.server import SandboxServer, serve
from importer.sandbox.settings import SandboxSettings

ATS = "/api/ats/v1"
PERSON = {"first_name": "Ada", "last_name": "Quinn", "email_addresses": ["ada@example.com"]}


def sound_body(slug: str) -> dict[str, object]:
    """A body that the profile takes."""
    lookups = make_lookups(slug)
    job = lookups.rows["jobs"][0]["id"]
    user = lookups.rows["remote-users"][0]["id"]
    bodies: dict[str, dict[str, object]] = {
        "greenhouse": PERSON | {"additional_attributes": {"source": "4000011001"}},
        "lever": {"data": PERSON | {"job_id": job}, "remote_user_id": user},
        "teamtailor": PERSON | {"additional_attributes": {"source": 11}},
        "bamboohr": PERSON | {"job": job, "additional_attributes": {"source": "linkedin"}},
    }
    return bodies[slug]


@pytest.fixture(params=sorted(PROFILES))
def server(request: pytest.FixtureRequest) -> Iterator[SandboxServer]:
    with serve(SandboxSettings(ats=request.param, people=3)) as running:
        yield running


@pytest.fixture
def client(server: SandboxServer) -> Iterator[httpx.Client]:
    headers = {
        "Authorization": f"Bearer {server.api_key}",
        "X-Connector-Token": server.connector_token,
    }
    with httpx.Client(base_url=server.base_url, headers=headers) as made:
        yield made


def test_a_sound_candidate_is_taken_and_can_be_read(
    server: SandboxServer, client: httpx.Client
) -> None:
    """What is created is in the store, is found by e-mail in any case, and by its id."""
    slug = server.world.connectors[0].profile.slug
    answer = client.post(f"{ATS}/candidates", json=sound_body(slug))
    assert answer.status_code == 200, answer.text
    person_id = answer.json()["id"]

    assert [p.id for p in server.store.created()] == [person_id]
    found = client.get(f"{ATS}/candidates", params={"email_addresses": "ADA@example.com"}).json()
    assert [item["id"] for item in found["items"]] == [person_id]
    assert client.get(f"{ATS}/candidates/{person_id}").json()["last_name"] == "Quinn"
    assert client.get(f"{ATS}/candidates").json()["page_size"] == 4


def test_every_read_answers_with_the_page_envelope_and_the_budget(
    server: SandboxServer, client: httpx.Client
) -> None:
    """Collections always have cursor, page_size and items, and every answer the rate headers."""
    paths = ["candidates", "connectors", "jobs", "job-interview-stages"]
    for path in [*paths, "remote-users", "tags", "offices", "departments"]:
        answer = client.get(f"{ATS}/{path}")
        assert answer.status_code == 200
        assert set(answer.json()) == {"cursor", "page_size", "items"}
        assert answer.json()["page_size"] == len(answer.json()["items"]) > 0
        assert int(answer.headers["X-RateLimit-Limit"]) == 200
        assert int(answer.headers["X-RateLimit-Remaining"]) < 200
    assert server.store.crashes == []
