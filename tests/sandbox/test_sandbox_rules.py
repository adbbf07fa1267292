"""What each ATS wants, and how it says no."""

from __future__ import annotations

import base64

import pytest
from sandbox_kit import PERSON, StartSandbox, first_id

SOUND = {
    "greenhouse": PERSON | {"additional_attributes": {"source": "4000011001"}},
    "lever": {"data": PERSON, "remote_user_id": first_id("lever", "remote-users")},
    "teamtailor": PERSON | {"additional_attributes": {"source": 11}},
    "bamboohr": PERSON | {"job": first_id("bamboohr", "jobs")},
}


def change(body: dict[str, object], **keys: object) -> dict[str, object]:
    """Change keys of the candidate, wherever its form has them."""
    data = body.get("data")
    return {**body, "data": {**data, **keys}} if isinstance(data, dict) else {**body, **keys}


@pytest.mark.parametrize(
    ("ats", "keys", "place"),
    [
        pytest.param("greenhouse", {"last_name": ""}, "last_name", id="blank is missing"),
        pytest.param("greenhouse", {"email_addresses": []}, "email_addresses", id="no e-mail"),
        pytest.param("greenhouse", {"email_addresses": ["a@b"]}, "email_addresses.0", id="e-mail"),
        pytest.param(
            "greenhouse", {"last_interaction_at": "3/4"}, "last_interaction_at", id="date"
        ),
        pytest.param(
            "greenhouse",
            {"additional_attributes": {"source": "Linkdin"}},
            "additional_attributes.source",
            id="not allowed",
        ),
        pytest.param(
            "greenhouse",
            {"additional_attributes": {"source": "LinkedIn"}},
            "additional_attributes.source",
            id="a label is no value",
        ),
        pytest.param(
            "greenhouse",
            {"custom_fields": {"shoe_size": 43}},
            "custom_fields.shoe_size",
            id="a custom field that is not there",
        ),
        pytest.param(
            "greenhouse",
            {"custom_fields": {"salary_expectation": "60k"}},
            "custom_fields.salary_expectation",
            id="no number",
        ),
        pytest.param("greenhouse", {"job": first_id("lever", "jobs")}, "job", id="another's job"),
        pytest.param("greenhouse", {"job": first_id("greenhouse", "jobs", 6)}, "job", id="closed"),
        pytest.param("greenhouse", {"applications": ["x"]}, "applications.0", id="application"),
        pytest.param(
            "greenhouse",
            {"attachments": [{"file_content": "%"}]},
            "attachments.0.file_content",
            id="no base64",
        ),
        pytest.param(
            "teamtailor",
            {"additional_attributes": {"source": "11"}},
            "additional_attributes.source",
            id="a text is no number",
        ),
        pytest.param(
            "teamtailor",
            {"additional_attributes": {"source": True}},
            "additional_attributes.source",
            id="true is no number",
        ),
        pytest.param(
            "teamtailor",
            {"additional_attributes": {}},
            "additional_attributes.source",
            id="required",
        ),
    ],
)
def test_a_list_of_errors_leads_to_the_cell(
    start: StartSandbox, ats: str, keys: dict[str, object], place: str
) -> None:
    """ATSs that answer 422 name the place of what they refuse."""
    sandbox = start(ats=ats)
    answer = sandbox.create(change(SOUND[ats], **keys))
    assert answer.status_code == 422
    (error,) = answer.json()["detail"]
    assert ".".join(str(part) for part in error["loc"]) == f"body.{place}"
    assert set(error) >= {"loc", "msg", "type"}
    assert sandbox.server.store.created == []


@pytest.mark.parametrize(
    ("ats", "body", "sentence"),
    [
        pytest.param("lever", {"data": PERSON}, "remote_user_id is required", id="no acting user"),
        pytest.param(
            "lever",
            {"data": PERSON, "remote_user_id": first_id("lever", "remote-users", 3)},
            "no such remote_user_id",
            id="the acting user has left",
        ),
        pytest.param(
            "lever",
            change(
                SOUND["lever"], job_interview_stage_id=first_id("lever", "job-interview-stages")
            ),
            "no such job_interview_stage_id",
            id="a stage needs its job",
        ),
        pytest.param(
            "lever",
            change(SOUND["lever"], attachments=[first_id("lever", "jobs")]),
            "attachments",
            id="unknown file",
        ),
        pytest.param("lever", PERSON, "body form A only", id="form B"),
        pytest.param("bamboohr", PERSON, "Missing required field: job", id="no job"),
        pytest.param(
            "bamboohr",
            change(SOUND["bamboohr"], additional_attributes={"source": "LinkedIn"}),
            "Invalid value for field source",
            id="not allowed",
        ),
        pytest.param("bamboohr", {"data": PERSON}, "body form B only", id="form A"),
    ],
)
def test_one_sentence_in_the_words_of_the_ats(
    start: StartSandbox, ats: str, body: dict[str, object], sentence: str
) -> None:
    """ATSs that answer 400 say one sentence, and store nothing."""
    sandbox = start(ats=ats)
    answer = sandbox.create(body)
    assert answer.status_code == 400
    assert sentence in answer.json()["detail"]
    assert sandbox.server.store.created == []


def test_form_a_of_greenhouse_with_a_job_and_its_stage(start: StartSandbox) -> None:
    """The vendor's sample form is taken too, with a stage that belongs to the job."""
    sandbox = start()
    body = {
        "data": PERSON
        | {
            "job_id": first_id("greenhouse", "jobs"),
            "job_interview_stage_id": first_id("greenhouse", "job-interview-stages"),
        }
    }
    assert sandbox.create(body).status_code == 200


def test_a_file_is_judged_by_its_size_after_decoding(start: StartSandbox) -> None:
    """5 MB by default; smaller here."""
    sandbox = start(max_file_bytes=8)
    small, large = (base64.b64encode(b"x" * size).decode() for size in (8, 9))
    assert sandbox.create(PERSON | {"attachments": [{"file_content": small}]}).status_code == 200
    assert sandbox.create(PERSON | {"attachments": [{"file_content": large}]}).status_code == 422


def test_what_an_ats_does_not_declare_is_dropped_without_a_word(start: StartSandbox) -> None:
    """Lever's layout has no tags: they vanish; BambooHR's open section keeps what is sent."""
    lever = start(ats="lever")
    person_id = lever.create(change(SOUND["lever"], tags=["python"])).json()["id"]
    assert lever.client.get(f"/api/ats/v1/candidates/{person_id}").json()["tags"] == []

    bamboo = start(ats="bamboohr")
    bamboo.create(change(SOUND["bamboohr"], additional_attributes={"shoe": 43}))
    assert bamboo.server.store.created[0].kept["additional_attributes"] == {"shoe": 43}


def test_what_is_wrong_in_several_places_is_all_named(start: StartSandbox) -> None:
    """A 422 lists every error at once."""
    answer = start().create({"first_name": "", "email_addresses": ["x"]})
    places = [error["loc"][-1] for error in answer.json()["detail"]]
    assert sorted(map(str, places)) == ["0", "first_name", "last_name"]


@pytest.mark.parametrize(
    ("same_email", "status", "people"),
    [("keep-both", 200, 2), ("merge", 200, 1), ("refuse", 422, 1)],
)
def test_a_second_person_of_one_email(
    start: StartSandbox, same_email: str, status: int, people: int
) -> None:
    """ATSs keep both, give back the one they had, or refuse."""
    sandbox = start(same_email=same_email)
    first = sandbox.create().json()["id"]
    answer = sandbox.create(PERSON | {"first_name": "Bo", "email_addresses": ["ADA@example.com"]})
    assert answer.status_code == status
    assert len(sandbox.server.store.created) == people
    assert (answer.json().get("id") == first) == (same_email == "merge")


@pytest.mark.parametrize(
    ("how", "kept"),
    [("drop", []), ("upper", ["ADA@EXAMPLE.COM", "B@EXAMPLE.COM"]), ("first", ["ada@example.com"])],
)
def test_an_ats_may_change_what_it_was_given(
    start: StartSandbox, how: str, kept: list[str]
) -> None:
    """What it keeps differs from what was sent, and nobody says so."""
    sandbox = start(alters={"email_addresses": how, "last_name": "truncate", "title": "first"})
    body = PERSON | {"email_addresses": ["ada@example.com", "b@example.com"]}
    person_id = sandbox.create(body | {"last_name": "Featherstonehaugh"}).json()["id"]
    item = sandbox.client.get(f"/api/ats/v1/candidates/{person_id}").json()
    assert item["email_addresses"] == kept
    assert item["last_name"] == "Feathersto"


def test_without_rules_everything_on_the_page_is_taken(start: StartSandbox) -> None:
    """Then a near-empty candidate passes, as the published page lets it."""
    sandbox = start(rules=False)
    assert sandbox.create({}).status_code == 200
    assert sandbox.create({"custom_fields": {"any": 1}}).status_code == 200
