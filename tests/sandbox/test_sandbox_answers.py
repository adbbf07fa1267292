"""The shapes of "created", the meta endpoint's ways to fail, and the idempotency key."""

from __future__ import annotations

import threading

import pytest
from sandbox_kit import CANDIDATES, PERSON, StartSandbox

META = f"{CANDIDATES}/create/meta"


@pytest.mark.parametrize(
    ("answer", "holds_id"),
    [
        ("id", True),
        ("no-id", False),
        ("empty", False),
        ("bare-string", True),
        ("enveloped", True),
        ("success-false", False),
        ("broken-json", False),
        ("html", False),
    ],
)
@pytest.mark.parametrize("status", [200, 201])
def test_every_answer_has_stored_the_candidate(
    start: StartSandbox, answer: str, holds_id: bool, status: int
) -> None:
    """Whatever is said, somebody was created; most shapes carry the id, some do not."""
    sandbox = start(answer=answer, created_status=status)
    got = sandbox.create()
    assert got.status_code == status
    (person,) = sandbox.server.store.created
    assert (person.id in got.text) == holds_id
    if answer == "empty":
        assert got.content == b""
    if answer == "broken-json":
        with pytest.raises(ValueError, match="Unterminated"):
            got.json()


@pytest.mark.parametrize(
    ("meta", "status", "text"),
    [
        ("501", 501, "greenhouse"),
        ("empty", 200, '"data":{}'),
        ("success-false", 200, '"success":false'),
        ("error", 500, "detail"),
        ("html", 200, "<html>"),
    ],
)
def test_the_meta_endpoint_may_have_no_schema(
    start: StartSandbox, meta: str, status: int, text: str
) -> None:
    """Creating works all the same."""
    sandbox = start(meta=meta)
    answer = sandbox.client.get(META)
    assert answer.status_code == status
    assert text in answer.text
    assert sandbox.create().status_code == 200


def test_the_schema_changes_while_it_runs_and_so_do_the_rules(start: StartSandbox) -> None:
    """A later version of the profile has another answer, and refuses by it."""
    sandbox = start()
    before = sandbox.client.get(META).json()
    sandbox.server.change(meta_version=3)
    after = sandbox.client.get(META).json()
    assert before != after
    assert after["properties"]["custom_fields"]["required"] == ["notice_period"]
    assert sandbox.create().status_code == 422
    assert sandbox.create(PERSON | {"custom_fields": {"notice_period": "1m"}}).status_code == 200
    form_a = sandbox.create({"data": PERSON})
    assert form_a.status_code == 422


@pytest.mark.parametrize("envelope", [True, False])
def test_the_envelope_can_be_put_on_and_taken_off(start: StartSandbox, envelope: bool) -> None:
    sandbox = start(ats="lever", envelope=envelope)
    answer = sandbox.client.get(META).json()
    assert ("success" in answer) == envelope
    bare = answer["data"] if envelope else answer
    assert bare["remote_user"]["required"] is True


def test_the_key_is_ignored_unless_it_is_honoured(start: StartSandbox) -> None:
    """Nothing documented says that creates of candidates know the key."""
    sandbox = start()
    assert sandbox.create(key="k").json() != sandbox.create(key="k").json()
    assert [k for k, _ in sandbox.server.store.double()] == ["k"]


def test_an_honoured_key_replays_and_refuses_another_body(start: StartSandbox) -> None:
    """Same key and body: the same candidate; another body: 409; after 5 minutes: anew."""
    sandbox = start(honours_idempotency=True)
    first = sandbox.create(key="k")
    assert sandbox.create(key="k").json() == first.json()
    other = sandbox.create(PERSON | {"title": "x"}, key="k")
    assert other.status_code == 409
    assert "different payload" in other.json()["detail"]
    assert sandbox.create(key="l").json() != first.json()
    sandbox.world.clock.advance(301)
    assert sandbox.create(key="k").json() != first.json()
    assert len(sandbox.server.store.created) == 3


@pytest.mark.parametrize(
    ("fault", "people"),
    [("drop_after", 1), ("html_502_after", 1), ("error_after", 2), ("error_before", 1)],
)
def test_what_a_key_saves_after_a_lost_answer(start: StartSandbox, fault: str, people: int) -> None:
    """A lost answer is replayed; an attempt that the service takes for failed runs again."""
    import httpx

    sandbox = start(honours_idempotency=True, script=(fault,))
    try:
        sandbox.create(key="k")
    except httpx.RemoteProtocolError:
        assert fault == "drop_after"
    assert sandbox.create(key="k").status_code == 200
    assert len(sandbox.server.store.created) == people


def test_the_same_key_at_the_same_time_is_a_conflict(start: StartSandbox) -> None:
    """While the first is under way, the second is told so."""
    sandbox = start(honours_idempotency=True, script=("slow_after",), slow_s=0.3)
    thread = threading.Thread(target=sandbox.create, kwargs={"key": "k"})
    thread.start()
    while not sandbox.server.store.created:
        pass
    answer = sandbox.create(key="k")
    thread.join()
    assert answer.status_code == 409
    assert "already in progress" in answer.json()["detail"]
    assert sandbox.create(key="k").status_code == 200
    assert len(sandbox.server.store.created) == 1
