"""The read side: filters, pages, the shape of a candidate, and a copy that lags behind."""

from __future__ import annotations

import pytest
from sandbox_kit import CANDIDATES, PERSON, StartSandbox, first_id

from importer.sandbox.clock import parse_iso, to_iso
from importer.sandbox.people import make_person


def test_filters_are_joined_by_and_and_fold_case(start: StartSandbox) -> None:
    """Names and e-mails in any case; several e-mails are alternatives; the rest must all fit."""
    sandbox = start()
    ada = sandbox.create(PERSON | {"tags": ["python"], "company": "Acme"}).json()["id"]
    other = {"first_name": "Ada", "last_name": "Moss", "email_addresses": ["b@example.com"]}
    moss = sandbox.create(other).json()["id"]
    remote_id = sandbox.server.store.created[1].remote_id

    assert sandbox.found(first_name="ada") == [ada, moss]
    assert sandbox.found(first_name="ADA", last_name="moss") == [moss]
    assert sandbox.found(email_addresses=["ADA@example.com", "B@example.com"]) == [ada, moss]
    assert sandbox.found(email_addresses="ada@example.com", last_name="Moss") == []
    assert sandbox.found(ids=f"{moss},{ada}") == [ada, moss]
    assert sandbox.found(ids=moss, email_addresses="ada@example.com") == []
    assert sandbox.found(ids="nobody") == []
    assert sandbox.found(tag="python") == [ada]
    assert sandbox.found(company="acme") == [ada]
    assert sandbox.found(remote_id=remote_id) == [moss]
    assert sandbox.found(first_name="Ad") == []


@pytest.mark.parametrize("size", [1, 3, 7, 200])
def test_pages_show_everybody_once(start: StartSandbox, size: int) -> None:
    """The cursor leads through all pages, and is null on the last."""
    sandbox = start(people=7)
    ids = sandbox.found(page_size=size)
    assert len(ids) == len(set(ids)) == 7


def test_people_created_meanwhile_are_seen_at_the_end(start: StartSandbox) -> None:
    """A cursor goes on behind the last item that it showed, whatever came since."""
    sandbox = start(people=3)
    page = sandbox.client.get(CANDIDATES, params={"page_size": 2}).json()
    new = sandbox.create().json()["id"]
    query = {"page_size": 200, "cursor": page["cursor"]}
    rest = sandbox.client.get(CANDIDATES, params=query).json()
    assert [item["id"] for item in rest["items"]][-1] == new
    assert rest["page_size"] == 2


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "201"}, "page_size"),
        ({"page_size": "all"}, "page_size"),
        ({"cursor": "%%%"}, "cursor"),
        ({"cursor": "e30="}, "cursor"),
        ({"modified_after": "yesterday"}, "modified_after"),
    ],
    ids=str,
)
def test_queries_that_cannot_be_read(start: StartSandbox, query: dict[str, str], name: str) -> None:
    """422 with the parameter's name, on people and on look-ups."""
    sandbox = start(people=3)
    for path in ("candidates", "jobs"):
        answer = sandbox.client.get(f"/api/ats/v1/{path}", params=query)
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"] == ["query", name]


def test_a_cursor_wants_the_filters_it_was_made_with(start: StartSandbox) -> None:
    """Other filters with an old cursor are refused; another page size is not."""
    sandbox = start(people=3)
    cursor = sandbox.client.get(CANDIDATES, params={"page_size": 1}).json()["cursor"]
    query = {"cursor": cursor, "first_name": "Ada"}
    assert sandbox.client.get(CANDIDATES, params=query).status_code == 422


def test_the_shape_of_a_candidate(start: StartSandbox) -> None:
    """All documented keys are there; custom fields, raw data and files come on demand."""
    sandbox = start()
    body = PERSON | {
        "custom_fields": {"notice_period": "1m"},
        "attachments": [{"file_name": "cv.pdf", "file_url": "https://example.com/cv.pdf"}],
    }
    path = f"{CANDIDATES}/{sandbox.create(body).json()['id']}"
    plain = sandbox.client.get(path).json()
    assert set(plain) == {
        *("id", "remote_id", "modified_at", "custom_fields", "first_name", "last_name"),
        *("company", "title", "last_interaction_at", "is_private", "can_email", "locations"),
        *("phone_numbers", "email_addresses", "urls", "tags", "applications", "attachments"),
        *("remote_created_at", "remote_updated_at", "avatar"),
    }
    assert plain["custom_fields"] is None
    (file_id,) = plain["attachments"]
    query = {"include_custom_fields": "true", "include_raw_data": "true", "expand": "attachments"}
    full = sandbox.client.get(path, params=query).json()
    assert full["custom_fields"] == {"notice_period": "1m"}
    assert full["raw_data"]["first_name"] == "Ada"
    assert full["attachments"][0]["id"] == file_id
    assert sandbox.client.get(f"{CANDIDATES}/no-uuid").status_code == 422


def test_changes_since_a_moment(start: StartSandbox) -> None:
    """`modified_after` compares with what the read side tells, UTC without an offset."""
    sandbox = start(people=2)
    everything = to_iso(sandbox.world.started_at - 10 * 86_400)
    recent = to_iso(sandbox.world.started_at)
    created = sandbox.create().json()["id"]
    assert len(sandbox.found(modified_after=everything.removesuffix("Z"))) == 3
    assert sandbox.found(modified_after=recent) == [created]
    item = sandbox.client.get(f"{CANDIDATES}/{created}").json()
    assert sandbox.found(modified_after=item["modified_at"]) == []


def test_look_ups_hold_what_spreadsheets_stumble_over(start: StartSandbox) -> None:
    """A code that exists twice, a closed job, stages of each job, somebody who left."""
    sandbox = start()

    def look_up(path: str, **query: str) -> list[dict[str, object]]:
        answer = sandbox.client.get(f"/api/ats/v1/{path}", params={"page_size": 200, **query})
        return list(answer.json()["items"])

    assert len(look_up("jobs", code="ops-300")) == 2
    assert [job["code"] for job in look_up("jobs", status="CLOSED")] == ["HR-050"]
    office = first_id("greenhouse", "offices")
    assert all(office in job["offices"] for job in look_up("jobs", offices=office))
    assert len(look_up("job-interview-stages", job=first_id("greenhouse", "jobs"))) == 4
    (left,) = look_up("remote-users", email="Dana.Quill@example.com")
    assert left["disabled"] is True
    assert look_up("tags", modified_after="2999-01-01") == []
    assert len(look_up("departments", ids=first_id("greenhouse", "departments"))) == 1


def test_a_read_side_that_lags_shows_people_after_the_next_sync(start: StartSandbox) -> None:
    """Neither list nor id finds them before; files cannot be attached either; then they can."""
    sandbox = start(read_lag_s=60.0, sync_interval_s=3600.0, sync_duration_s=120.0, people=1)
    assert len(sandbox.found()) == 1
    path = f"{CANDIDATES}/{sandbox.create().json()['id']}"
    file = {"file_url": "https://example.com/cv.pdf"}
    assert sandbox.client.get(path).status_code == 404
    assert sandbox.client.post(f"{path}/attachments", json=file).status_code == 404
    sandbox.world.clock.advance(3600)
    assert status_of(sandbox) == "Syncing"
    assert sandbox.client.get(path).status_code == 404
    sandbox.world.clock.advance(120)
    assert status_of(sandbox) == "Done"
    assert sandbox.client.get(path).status_code == 200
    assert sandbox.client.post(f"{path}/attachments", json=file).status_code == 200
    modified_at = parse_iso(sandbox.client.get(path).json()["modified_at"])
    assert modified_at == pytest.approx(sandbox.world.started_at + 3720, abs=1)


def status_of(sandbox: object) -> str:
    answer = sandbox.client.get("/api/ats/v1/connectors")  # type: ignore[attr-defined]
    return str(answer.json()["items"][0]["sync_status"])


def test_a_sync_on_demand_counts_only_when_it_starts_late_enough(start: StartSandbox) -> None:
    """A sync that starts too soon after the creation misses the person, as real ones may."""
    sandbox = start(read_lag_s=60.0, sync_interval_s=None)
    person_id = sandbox.create().json()["id"]
    before = sandbox.client.get("/api/ats/v1/connectors").json()["items"][0]
    assert before["next_sync_start_time"] is None
    resync = "/api/embedded/v1/connectors/resync"
    assert sandbox.client.post(resync).json() == "Sync started"
    assert sandbox.found() == []
    sandbox.world.clock.advance(3 * 86_400)
    assert sandbox.found() == []
    sandbox.client.post(resync)
    assert sandbox.found() == [person_id]
    after = sandbox.client.get("/api/ats/v1/connectors").json()["items"][0]
    assert after["last_sync_start_time"] > before["last_sync_start_time"]


def test_a_sync_can_be_said_to_have_failed(start: StartSandbox) -> None:
    sandbox = start(sync_status="Failed")
    assert status_of(sandbox) == "Failed"


@pytest.mark.parametrize(
    ("ats", "file", "status"),
    [
        ("greenhouse", {"file_url": "https://example.com/cv.pdf"}, 200),
        ("greenhouse", {"file_content": "SGVsbG8="}, 200),
        ("greenhouse", {"file_name": "cv.pdf"}, 422),
        ("greenhouse", {"file_content": "%"}, 422),
        ("greenhouse", {"file_content": "SGVsbG8gYWdhaW4="}, 400),
        ("greenhouse", {"file": "cv.pdf"}, 422),
        ("teamtailor", {"file_url": "https://example.com/cv.pdf"}, 422),
        (
            "teamtailor",
            {
                "file_name": "cv.pdf",
                "file_url": "https://example.com/cv.pdf",
                "remote_user_id": first_id("teamtailor", "remote-users"),
            },
            200,
        ),
        (
            "teamtailor",
            {
                "file_name": "cv.pdf",
                "file_url": "https://example.com/cv.pdf",
                "remote_user_id": first_id("teamtailor", "remote-users"),
                "content_type": "application/pdf",
            },
            422,
        ),
        ("bamboohr", {"file_url": "https://example.com/cv.pdf"}, 501),
    ],
    ids=str,
)
def test_what_each_ats_takes_as_a_file(
    start: StartSandbox, ats: str, file: dict[str, object], status: int
) -> None:
    sandbox = start(ats=ats, people=1, max_file_bytes=8)
    path = f"{CANDIDATES}/{sandbox.found()[0]}"
    answer = sandbox.client.post(f"{path}/attachments", json=file)
    assert answer.status_code == status, answer.text
    assert len(sandbox.client.get(path).json()["attachments"]) == (status == 200)


@pytest.mark.parametrize(
    ("fault", "stored"),
    [
        ("drop_before", 0),
        ("drop_after", 1),
        ("error_before", 0),
        ("error_after", 1),
        ("html_502_after", 1),
        ("refuse", 0),
    ],
)
def test_attaching_meets_the_faults_of_writes(start: StartSandbox, fault: str, stored: int) -> None:
    import httpx

    sandbox = start(people=1, script=(fault,))
    (person_id,) = sandbox.found()
    path = f"{CANDIDATES}/{person_id}/attachments"
    try:
        answer = sandbox.client.post(path, json={"file_content": "SGVsbG8="})
    except httpx.RemoteProtocolError:
        assert fault.startswith("drop")
    else:
        assert answer.status_code >= 400
    files = sandbox.server.store.files(person_id)
    assert len(files) == stored
    assert all(file["file_content"] is None for file in files)


def test_the_same_number_is_the_same_person_everywhere() -> None:
    """The samples and the sandbox rely on it; no two have one e-mail."""
    people = [make_person(number) for number in range(300)]
    assert people == [make_person(number) for number in range(300)]
    assert len({person.email for person in people}) == 300
    assert all(person.email.isascii() for person in people)
