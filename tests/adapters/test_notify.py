"""Telling people of a run, over a real HTTP server on this machine."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from report_runs import made_rows, summary_of

from importer.adapters.notify import compose_message, notify
from importer.core.results import RunSummary
from importer.errors import SettingsError

pytest.importorskip("apprise")
# A service's library that apprise looks for imports a module that Python 3.13 drops.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


class Webhook:
    """Keeps what is posted to it; answers with `status`."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.status = 200
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                hook.bodies.append(self.rfile.read(length).decode())
                self.send_response(hook.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
                """Stay silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    hook = Webhook()
    thread = threading.Thread(target=hook.server.serve_forever, daemon=True)
    thread.start()
    yield hook
    hook.server.shutdown()
    hook.server.server_close()
    thread.join()


@pytest.fixture
def bad_night() -> RunSummary:
    rows = made_rows(40)
    return replace(summary_of(rows), new_columns=("Salary of Zoë",), drift=("'Agency' is gone",))


@pytest.mark.parametrize("scheme", ["json", "http"])
def test_a_webhook_is_told_the_verdict_and_counts(webhook, bad_night, scheme):
    assert notify(f"{scheme}://{webhook.url}", bad_night)
    told = json.loads(webhook.bodies[0])
    assert told["title"] == "candidate-import: a person is needed (Acme Staffing)"
    assert "6 of 40 rows need a person; 30 created, 4 unchanged." in told["message"]
    assert "4 rejected: Failed our checks" in told["message"]
    assert "20261103-020000-k7" in told["message"]


def test_no_value_of_a_cell_is_told(bad_night):
    title, body = compose_message(bad_night)
    for secret in ("Zoë", "Linkdin", "ada@example", "Agency", "7946", "people.csv"):
        assert secret not in title + body
    assert "New columns that the mapping does not name: 1." in body
    assert "Changes in what the ATS asks for: 1." in body


def test_a_quiet_night_tells_nobody(webhook):
    quiet = summary_of([r for r in made_rows(10) if not r.problems])
    assert not notify(f"json://{webhook.url}", quiet, policy="new", previous=0)
    assert webhook.bodies == []
    assert notify(f"json://{webhook.url}", quiet, policy="always", previous=0)
    assert "all is well" in webhook.bodies[0]
    assert not notify(f"json://{webhook.url}", quiet, policy="never", previous=4)


def test_a_service_that_fails_does_not_fail_the_run(webhook, bad_night, caplog):
    webhook.status = 500
    with caplog.at_level(logging.DEBUG):
        assert not notify(f"json://someone:hush@{webhook.url}", bad_night)
    assert "hush" not in caplog.text


@pytest.mark.parametrize("url", ["", "nonsense", "what://token-hush@x"])
def test_an_address_that_nobody_understands_is_a_setting_to_mend(bad_night, url):
    with pytest.raises(SettingsError, match="not understood") as stopped:
        notify(url, bad_night)
    assert "hush" not in str(stopped.value) + stopped.value.hint
