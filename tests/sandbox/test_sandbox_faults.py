"""Faults on demand: what the client sees, and what was stored all the same."""

from __future__ import annotations

import socket
import time

import httpx
import pytest
from sandbox_kit import CANDIDATES, PERSON, Sandbox, StartSandbox

from importer.errors import UsageError
from importer.sandbox.faults import Drawn, Faults
from importer.sandbox.settings import READ_FAULTS, WRITE_FAULTS, SandboxSettings, parse_faults


def see(sandbox: Sandbox) -> str:
    """What a client sees of one create: the status and a word, or the failure's class."""
    try:
        answer = sandbox.create()
    except httpx.TransportError as failure:
        return type(failure).__name__
    kind = answer.headers.get("content-type", "").partition(";")[0]
    is_false = kind == "application/json" and answer.json().get("success") is False
    return f"{answer.status_code} {'false' if is_false else kind}"


@pytest.mark.parametrize(
    ("fault", "seen", "stored"),
    [
        ("ok", "200 application/json", 1),
        ("drop_before", "RemoteProtocolError", 0),
        ("drop_after", "RemoteProtocolError", 1),
        ("cut_after", "RemoteProtocolError", 1),
        ("error_before", "500 application/json", 0),
        ("error_after", "500 application/json", 1),
        ("html_502", "502 text/html", 0),
        ("html_502_after", "502 text/html", 1),
        ("slow", "200 application/json", 1),
        ("slow_after", "200 application/json", 1),
        ("too_many", "429 application/json", 0),
        ("refuse", "422 application/json", 0),
        ("refuse_text", "400 application/json", 0),
        ("success_false", "200 false", 0),
        ("success_false_after", "200 false", 1),
        ("status_403", "403 application/json", 0),
        ("status_302", "302 application/json", 0),
    ],
)
def test_what_a_create_meets(start: StartSandbox, fault: str, seen: str, stored: int) -> None:
    """Every fault of a create is seen by the client and told in the log."""
    sandbox = start(script=(fault, "ok"), slow_s=0.01)
    assert see(sandbox) == seen
    store = sandbox.server.store
    assert len(store.created) == stored
    (received,) = store.received
    assert received.body == PERSON
    assert bool(received.stored_id) == bool(stored)
    assert received.fault == fault.removeprefix("ok")
    assert see(sandbox) == "200 application/json"
    assert store.calls[0].status == (None if "Error" in seen else int(seen.split()[0]))
    assert store.crashes == []


def test_every_fault_of_a_create_is_tried_above() -> None:
    """A new fault needs a line in the table."""
    table = test_what_a_create_meets.pytestmark[0].args[1]
    assert set(WRITE_FAULTS) <= {line[0] for line in table}


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("read_drop", None),
        ("read_error", 500),
        ("read_html_502", 502),
        ("read_slow", 200),
        ("read_too_many", 429),
    ],
)
def test_what_a_read_meets(start: StartSandbox, fault: str, seen: int | None) -> None:
    """Faults of reads leave creates alone, and the other way round."""
    sandbox = start(faults={fault: 1.0, "error_before": 0.0}, slow_s=0.01)
    if seen is None:
        with pytest.raises(httpx.RemoteProtocolError):
            sandbox.client.get(CANDIDATES)
    else:
        assert sandbox.client.get(CANDIDATES).status_code == seen
    assert sandbox.create().status_code == 200


def test_a_slow_create_is_stored_after_the_client_has_gone(start: StartSandbox) -> None:
    """A client that gives up cannot know: the candidate comes into being behind its back."""
    sandbox = start(script=("slow",), slow_s=0.25)
    with pytest.raises(httpx.ReadTimeout):
        sandbox.client.post(CANDIDATES, json=PERSON, timeout=0.05)
    assert sandbox.server.store.created == []
    end = time.monotonic() + 3
    while not sandbox.server.store.created and time.monotonic() < end:
        time.sleep(0.01)
    assert len(sandbox.server.store.created) == 1


def test_half_a_request_is_no_request(start: StartSandbox) -> None:
    """A client that breaks off before its body has arrived leaves a call and no create."""
    sandbox = start()
    headers = "".join(f"{name}: {value}\r\n" for name, value in sandbox.client.headers.items())
    head = f"POST {CANDIDATES} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: 50\r\n\r\n"
    with socket.create_connection(("127.0.0.1", sandbox.server.port)) as line:
        line.sendall(head.encode() + b'{"first_name"')
    end = time.monotonic() + 3
    while not sandbox.server.store.calls and time.monotonic() < end:
        time.sleep(0.01)
    assert sandbox.server.store.calls[0].status is None
    assert sandbox.server.store.received == sandbox.server.store.crashes == []


def test_a_429_of_the_ats_comes_in_a_burst_with_budget_left(start: StartSandbox) -> None:
    """It says how long to wait, or nothing; the connector's own budget is not used up."""
    sandbox = start(faults={"too_many": 1.0}, too_many_burst=3)
    answer = sandbox.create()
    assert answer.headers["Retry-After"] == "2"
    assert int(answer.headers["X-RateLimit-Remaining"]) > 0
    sandbox.server.change(faults={}, too_many_retry_after_s=None)
    assert [sandbox.create().status_code for _ in range(3)] == [429, 429, 200]
    assert sandbox.server.store.figures()["too_many"] == 0


@pytest.mark.parametrize(
    ("kind", "status"), [("error", 503), ("html", 502), ("drop", None)], ids=str
)
def test_an_outage_hits_everything_and_ends(
    start: StartSandbox, kind: str, status: int | None
) -> None:
    """Reads and writes fail alike, until the sandbox's clock has passed its end."""
    sandbox = start()
    sandbox.server.begin_outage(60, kind)
    for method in ("GET", "POST"):
        if status is None:
            with pytest.raises(httpx.RemoteProtocolError):
                sandbox.client.request(method, CANDIDATES)
        else:
            assert sandbox.client.request(method, CANDIDATES).status_code == status
    sandbox.world.clock.advance(61)
    assert sandbox.create().status_code == 200
    assert len(sandbox.server.store.received) == 1


def test_shares_are_met_and_repeatable() -> None:
    """The same seed draws the same faults; shares come out about as asked for."""
    settings = SandboxSettings(faults={"drop_after": 0.1, "slow": 0.2, "error_before": 0.05})

    def draw() -> list[Drawn]:
        faults = Faults(settings)
        return [faults.draw_write(settings) for _ in range(2000)]

    drawn = draw()
    assert drawn == draw()
    assert 150 <= sum(d.name == "drop_after" for d in drawn) <= 250
    assert 330 <= sum(d.is_slow for d in drawn) <= 470
    assert any(d.is_slow and d.name for d in drawn)
    assert all(Faults(settings).draw_read(settings) == Drawn() for _ in range(50))


def test_faults_are_read_from_text() -> None:
    """A name alone means always; hyphens will do."""
    assert parse_faults("drop-after=0.05, html_502,status_409=1") == {
        "drop_after": 0.05,
        "html_502": 1.0,
        "status_409": 1.0,
    }
    assert parse_faults("") == {}


@pytest.mark.parametrize(
    "settings",
    [
        {"faults": {"dropp": 0.1}},
        {"faults": {"status_200": 0.1}},
        {"faults": {"drop_after": 2}},
        {"script": ("nope",)},
        {"ats": "workday"},
        {"limit": 0},
        {"clock_speed": 0},
        {"answer": "maybe"},
        {"meta": "maybe"},
        {"same_email": "maybe"},
    ],
    ids=str,
)
def test_settings_that_mean_nothing_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        SandboxSettings(**settings)


@pytest.mark.parametrize("text", ["dropp", "drop_after=often"])
def test_texts_that_name_no_fault_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_faults(text)


def test_the_faults_have_names_of_their_own() -> None:
    assert not set(WRITE_FAULTS) & set(READ_FAULTS)
