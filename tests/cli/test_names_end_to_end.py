"""Names into ids: jobs, their stages and the acting user, with and without a network."""

from __future__ import annotations

import pytest
from desk_kit import Desk, person

from importer.sandbox.profiles.customer import make_lookups
from importer.sandbox.settings import SandboxSettings

MAPPING = """\
version: 1
form: A
model_keys:
  first_name: First name
  last_name: Surname
  email_addresses: E-mail
  job_id: {column: Phone, lookup: jobs.code}
  job_interview_stage_id: {column: Tags, lookup: job-interview-stages.name}
acting_user: {column: Recruiter, lookup: remote-users.email}
"""
LISTS = make_lookups("greenhouse").rows


@pytest.fixture
def named(desk: Desk) -> Desk:
    """An ATS with rules: a stage must belong to its job, a user must be there."""
    desk.server.world.reset(SandboxSettings(ats="greenhouse", limit=60_000))
    desk.map(MAPPING)
    return desk


def _write(desk: Desk, *rows: tuple[str, str, str]) -> None:
    lines = [person(n, Phone=job, Tags=stage) for n, (job, stage, _) in enumerate(rows)]
    path = desk.write(lines)
    text = path.read_text("utf-8").splitlines()
    users = ["Recruiter", *(user for *_, user in rows)]
    path.write_text("\n".join(f"{t},{u}" for t, u in zip(text, users, strict=True)), "utf-8")


def test_a_stage_is_found_within_its_rows_job(named: Desk) -> None:
    """The same name exists in every job; each row gets its own job's stage."""
    _write(
        named,
        ("ENG-101", "Phone screen", "robin.marsh@example.com"),
        ("eng-102", "phone  SCREEN", "Priya.Nair@example.com"),
        ("ENG-102", "", ""),
    )
    assert named.run().code == 0
    bodies = [r.body for r in named.server.store.received]
    staged = [body for body in bodies if "job_interview_stage_id" in body["data"]]
    assert len(staged) == 2
    for body in staged:  # rows that go together arrive in any order
        stage = next(
            s
            for s in LISTS["job-interview-stages"]
            if s["id"] == body["data"]["job_interview_stage_id"]
        )
        assert (stage["name"], stage["job"]) == ("Phone screen", body["data"]["job_id"])
    assert len({b["data"].get("job_interview_stage_id") for b in bodies}) == 3
    assert {b.get("remote_user_id") for b in bodies} == {
        None,
        *(u["id"] for u in LISTS["remote-users"][:2]),
    }


def test_missing_and_ambiguous_names_list_the_candidates(named: Desk) -> None:
    """Told once for each pair of stage and job, on the stage's column, with what there is."""
    _write(
        named,
        ("ENG-101", "Onsite", ""),
        ("ENG-102", "Onsite", ""),
        ("ENG-101", "Onsite", ""),
        ("", "Offer", ""),
        ("OPS-300", "Offer", ""),
        ("ENG-101", "Offer", "nobody@example.com"),
    )
    assert named.run().code == 1
    assert named.counts() == {"rows": 6, "rejected": 6}
    problems = [
        (p["code"], p["column"], p["value"], [r for _, r in p["rows"]], p["message"] + p["hint"])
        for p in named.summary()["problems"]
    ]
    told = {(code, column, value, *rows): words for code, column, value, rows, words in problems}
    assert set(told) == {
        ("lookup-missing", "Tags", "Onsite", 2, 4),
        ("lookup-missing", "Tags", "Onsite", 3),
        ("lookup-ambiguous", "Tags", "Offer", 5),
        ("lookup-ambiguous", "Phone", "OPS-300", 6),
        ("lookup-missing", "Recruiter", "nobody@example.com", 7),
    }
    here = told["lookup-missing", "Tags", "Onsite", 2, 4]
    assert "There are: Application review; Phone screen; Interview; Offer." in here
    assert "Software Engineer (ENG-101)" in here
    assert "Offer (of " in told["lookup-ambiguous", "Tags", "Offer", 5]
    assert "Operations Coordinator (OPS-300) = " in told["lookup-ambiguous", "Phone", "OPS-300", 6]


def test_a_check_without_network_knows_the_names_of_the_last_run(named: Desk) -> None:
    """Ids are remembered; a name that is not among them is a warning, for the list may be old."""
    row = ("ENG-101", "Offer", "robin.marsh@example.com")
    _write(named, row)
    offline = ("check", "people.csv", "-m", "map.yaml", "--offline")
    named.call(*offline)
    assert {p["code"] for p in named.summary()["problems"]} == {"lookup-offline"}
    assert named.run().code == 0
    _write(
        named, row, ("ENG-102", "Offer", "priya.nair@example.com"), ("ENG-999", "", "x@y.example")
    )
    answer = named.call(*offline)
    assert answer.code == 0
    assert named.counts() == {"rows": 3, "unchanged": 1, "ready": 2}
    found = {(p["code"], p["column"], p["value"]) for p in named.summary()["problems"]}
    assert found == {
        ("lookup-offline", "Phone", "ENG-999"),
        ("lookup-offline", "Recruiter", "x@y.example"),
    }


def test_pages_of_lists_are_counted_and_a_users_name_will_do(named: Desk) -> None:
    """Each list is one or more calls of the budget; people are found by their names too."""
    named.map(MAPPING.replace("remote-users.email", "remote-users.name"))
    _write(named, ("ENG-101", "Offer", "Robin Marsh"))
    assert named.run().code == 0
    assert named.summary()["budget"]["by_purpose"]["lookups"] == 3
    assert named.server.store.received[0].body["remote_user_id"] == LISTS["remote-users"][0]["id"]


def test_a_job_that_is_a_constant_is_the_stages_job_too(named: Desk) -> None:
    job = LISTS["jobs"][1]["id"]
    named.map(MAPPING.replace("{column: Phone, lookup: jobs.code}", f"{{value: {job}}}"))
    _write(named, ("", "Interview", ""))
    assert named.run().code == 0
    sent = named.server.store.received[0].body["data"]
    stage = next(
        s for s in LISTS["job-interview-stages"] if s["id"] == sent["job_interview_stage_id"]
    )
    assert (stage["name"], stage["job"]) == ("Interview", job)
