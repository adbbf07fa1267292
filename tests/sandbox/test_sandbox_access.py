"""Who is let in, and the shapes in which everything else is answered."""

from __future__ import annotations

import pytest
from sandbox_kit import CANDIDATES, PERSON, StartSandbox

from importer.sandbox.settings import HRIS_TOKEN, ConnectorSettings


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Authorization": ""}, 401, id="no key"),
        pytest.param({"Authorization": "Bearer wrong"}, 401, id="wrong key"),
        pytest.param({"Authorization": "Basic sandbox-api-key"}, 401, id="wrong scheme"),
        pytest.param({"X-Connector-Token": "wrong"}, 403, id="wrong token"),
        pytest.param({"X-Connector-Token": HRIS_TOKEN}, 403, id="token of another category"),
    ],
)
def test_wrong_credentials(start: StartSandbox, headers: dict[str, str], status: int) -> None:
    """A wrong key is 401 with a challenge, a wrong token 403; both say one sentence."""
    sandbox = start()
    answer = sandbox.client.post(CANDIDATES, json=PERSON, headers=headers)
    assert answer.status_code == status
    assert isinstance(answer.json()["detail"], str)
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert sandbox.server.store.received == []


def test_a_missing_token_is_a_422(start: StartSandbox) -> None:
    """The header is declared as required, so its lack is a validation error."""
    sandbox = start()
    del sandbox.client.headers["X-Connector-Token"]
    answer = sandbox.client.get(CANDIDATES)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["header", "x-connector-token"]
    assert sandbox.client.get("/api/ats/v1/connectors").status_code == 200


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_may_be_revoked_while_it_runs(start: StartSandbox, status: int) -> None:
    """From a moment on, every call of every connector is refused."""
    sandbox = start(revoke_at_s=100.0, revoke_status=status)
    assert sandbox.create().status_code == 200
    sandbox.world.clock.advance(101)
    assert sandbox.create().status_code == status


def test_a_rotated_token_leads_to_the_same_connector(start: StartSandbox) -> None:
    """The old token is wrong from then on; the connector's id stays."""
    sandbox = start()
    connector = sandbox.world.connectors[0]
    before = sandbox.client.get("/api/ats/v1/connectors").json()["items"][0]["id"]
    connector.token = "rotated"
    assert sandbox.create().status_code == 403
    sandbox.client.headers["X-Connector-Token"] = "rotated"
    assert sandbox.create().status_code == 200
    query = {"connector_token": "rotated"}
    items = sandbox.client.get("/api/ats/v1/connectors", params=query).json()["items"]
    assert [item["id"] for item in items] == [before]


def test_a_connector_whose_writes_are_disabled(start: StartSandbox) -> None:
    """Reading works, writing is 403."""
    sandbox = start(connectors=(ConnectorSettings("t", writes_disabled=True),))
    assert sandbox.client.get(CANDIDATES).status_code == 200
    assert sandbox.create().status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/ats/v1/candidate", 404),
        ("DELETE", CANDIDATES, 405),
        ("POST", "/api/ats/v1/jobs", 405),
        ("GET", f"{CANDIDATES}/018b4bfb-5ece-70b1-ad5e-862a9433aa65", 404),
    ],
)
def test_what_is_not_there(start: StartSandbox, method: str, path: str, status: int) -> None:
    """404 and 405 say one sentence in JSON."""
    answer = start().client.request(method, path)
    assert answer.status_code == status
    assert isinstance(answer.json()["detail"], str)
    assert "Date" in answer.headers


def test_connectors_are_told_apart_and_filtered(start: StartSandbox) -> None:
    """Two customers: each has an ATS, an id and people of its own."""
    sandbox = start(
        people=2,
        connectors=(
            ConnectorSettings("one", end_user="Acme Example", is_active=False),
            ConnectorSettings("two", ats="lever", origin_id="b", status="RELINK_NEEDED"),
        ),
    )

    def listed(**query: str) -> list[tuple[str, str]]:
        items = sandbox.client.get("/api/ats/v1/connectors", params=query).json()["items"]
        return [(item["connector_token"], item["integration_slug"]) for item in items]

    assert listed() == [("one", "greenhouse"), ("two", "lever")]
    assert listed(is_active="true") == [("two", "lever")]
    assert listed(is_active="false", connector_token="two") == []
    assert listed(origin_id="b") == [("two", "lever")]
    assert sandbox.create().status_code == 200
    sandbox.client.headers["X-Connector-Token"] = "two"
    assert len(sandbox.found()) == 2
    person_id = sandbox.server.store.created[0].id
    assert sandbox.client.get(f"{CANDIDATES}/{person_id}").status_code == 404
