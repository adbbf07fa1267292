"""Steering from another process, a store that survives a kill, and a server that restarts."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from sandbox_kit import CANDIDATES, PERSON, Sandbox, StartSandbox

from importer.errors import UsageError
from importer.sandbox.__main__ import main
from importer.sandbox.server import SandboxServer, serve
from importer.sandbox.settings import SandboxSettings


def steer(sandbox: Sandbox, method: str, path: str, body: object = None) -> httpx.Response:
    return sandbox.client.request(method, f"/_sandbox/{path}", json=body)


def test_everything_that_a_drill_compares_can_be_read(start: StartSandbox) -> None:
    """Who was created, what was received, which calls came in, and the figures of all."""
    sandbox = start(people=2, script=("drop_after",))
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.create(key="k")
    (person,) = steer(sandbox, "GET", "candidates").json()
    (received,) = steer(sandbox, "GET", "received").json()
    (call,) = steer(sandbox, "GET", "calls").json()
    assert received["stored_id"] == person["id"]
    assert (received["key"], person["key"]) == ("k", "k")
    assert (call["method"], call["path"], call["status"]) == ("POST", CANDIDATES, None)
    assert len(steer(sandbox, "GET", "candidates?seeded=true").json()) == 3
    state = steer(sandbox, "GET", "state").json()
    assert state["figures"]["created"] == 1
    assert state["figures"]["by_fault"] == {"drop_after": 1}
    assert state["connectors"][0]["token"] == sandbox.server.connector_token
    assert state["settings"]["people"] == 2


def test_settings_faults_clock_and_outages_can_be_changed(start: StartSandbox) -> None:
    """Each takes effect with the next request."""
    sandbox = start()
    assert steer(sandbox, "PATCH", "settings", {"answer": "empty"}).json()["answer"] == "empty"
    assert sandbox.create().content == b""
    body = {"faults": {"error_before": 1.0}, "script": ["ok"], "seed": 3}
    steer(sandbox, "POST", "faults", body)
    assert [sandbox.create().status_code for _ in range(2)] == [200, 500]
    steer(sandbox, "POST", "outage", {"for_s": 10, "kind": "html"})
    assert sandbox.client.get(CANDIDATES).status_code == 502
    before = steer(sandbox, "GET", "state").json()["clock"]["now"]
    assert steer(sandbox, "POST", "clock", {"advance_s": 3600}).json()["now"] >= before + 3600
    assert sandbox.client.get(CANDIDATES).status_code == 200


def test_connectors_can_be_added_rotated_and_revoked(start: StartSandbox) -> None:
    """New connectors hold from a reset on; a reset forgets people and logs."""
    sandbox = start()
    sandbox.create()
    steer(sandbox, "PATCH", "settings", {"connectors": [{"token": "one"}, {"token": "two"}]})
    state = steer(sandbox, "POST", "reset").json()
    assert state["figures"]["calls"] == state["figures"]["people"] == 0
    one, two = state["connectors"]
    answer = steer(sandbox, "POST", f"connectors/{one['id']}", {"token": "new"}).json()
    assert answer == {"id": one["id"], "token": "new", "revoked": False}
    steer(sandbox, "POST", f"connectors/{two['id']}", {"revoked": True})
    for token, status in (("one", 403), ("new", 200), ("two", 401)):
        headers = {"X-Connector-Token": token}
        assert sandbox.client.get(CANDIDATES, headers=headers).status_code == status


def test_somebody_else_can_create_a_candidate(start: StartSandbox) -> None:
    """A person who appears in the ATS by another hand, without a call of ours."""
    sandbox = start()
    connector = sandbox.world.connectors[0].id
    added = steer(sandbox, "POST", f"connectors/{connector}/candidates", PERSON).json()
    assert sandbox.found(email_addresses="ada@example.com") == [added["id"]]
    assert sandbox.server.store.received == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "settings", {"nope": 1}),
        ("PATCH", "settings", [1]),
        ("POST", "faults", {"faults": {"dropp": 1}}),
        ("POST", "clock", {}),
        ("POST", "outage", {"for_s": "long"}),
        ("POST", "connectors/nobody", {"token": "x"}),
    ],
    ids=str,
)
def test_mistakes_in_steering_are_told(
    start: StartSandbox, method: str, path: str, body: object
) -> None:
    answer = steer(start(), method, path, body)
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_a_server_can_stop_and_go_on_with_its_world() -> None:
    """Nobody answers in between; afterwards the people are still there, on the same port."""
    with serve(SandboxSettings(rules=False)) as first:
        port, world = first.port, first.world
        headers = {"Authorization": f"Bearer {first.api_key}"}
        headers["X-Connector-Token"] = first.connector_token
        assert httpx.post(f"{first.base_url}{CANDIDATES}", json={}, headers=headers).is_success
        first.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{first.base_url}{CANDIDATES}", headers=headers)
    with serve(world, port=port) as second:
        assert second.base_url == first.base_url
        assert httpx.get(f"{second.base_url}{CANDIDATES}", headers=headers).json()["page_size"] == 1


def test_a_taken_port_is_told() -> None:
    """Two servers cannot have one port."""
    with serve() as server, pytest.raises(UsageError, match="cannot listen"):
        SandboxServer(SandboxSettings(), port=server.port)


def test_the_file_of_a_store_holds_everybody_once(start: StartSandbox, tmp_path: Path) -> None:
    """It is read at the start; a line cut by a kill is taken off."""
    file = tmp_path / "store.jsonl"
    sandbox = start(store=str(file), people=2)
    for number in range(3):
        sandbox.create(PERSON | {"title": f"né {number}"})
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["kept"]["title"] for line in lines] == ["né 0", "né 1", "né 2"]
    sandbox.world.store.close()
    with file.open("a", encoding="utf-8") as torn:
        torn.write('{"id": "torn')
    sandbox.world.reset()
    assert len(sandbox.server.store.created) == 3
    assert len(sandbox.found()) == 5
    sandbox.create()
    ids = [json.loads(line)["id"] for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(set(ids)) == 4
    sandbox.world.store.close()


def test_a_process_of_its_own_survives_a_kill(tmp_path: Path) -> None:
    """Killed in the middle and started again on its port, it still has who it stored."""
    store = tmp_path / "store.jsonl"

    def launch(port: int) -> tuple[subprocess.Popen[str], dict[str, str]]:
        command = [sys.executable, "-m", "importer.sandbox", "--port", str(port)]
        command += ["--store", str(store), "--token", "mine", "--limit", "0"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        return process, json.loads(process.stdout.readline())

    process, ready = launch(0)
    headers = {"Authorization": f"Bearer {ready['api_key']}", "X-Connector-Token": "mine"}
    with httpx.Client(base_url=ready["base_url"], headers=headers) as client:
        created = client.post(CANDIDATES, json=PERSON).json()["id"]
    process.kill()
    process.communicate()

    process, again = launch(int(ready["base_url"].rsplit(":", 1)[1]))
    assert again == ready
    with httpx.Client(base_url=again["base_url"], headers=headers) as client:
        assert client.get(f"{CANDIDATES}/{created}").json()["first_name"] == "Ada"
    if sys.platform == "win32":
        process.terminate()
    else:
        process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)


@pytest.mark.parametrize("arguments", [["--faults", "dropp"], ["--clock-speed", "0"]], ids=str)
def test_flags_that_mean_nothing_end_with_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.strip()
