"""Every way in which a run stops early: its exit code, what is left, and that it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from desk_kit import Desk, person

from importer.adapters.ledger import open_ledger
from importer.sandbox.server import SandboxServer, serve
from importer.sandbox.settings import SandboxSettings

SLOWLY = 0.05


def emails(desk: Desk) -> list[str]:
    """The addresses in the ATS, sorted."""
    return sorted(e for p in desk.server.store.created for e in p.kept["email_addresses"])


def wait_until(is_true: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    """Wait half a minute at most, or until the process has ended."""
    end = time.monotonic() + 30
    while not is_true() and time.monotonic() < end:
        if process is not None and process.poll() is not None:
            break
        time.sleep(0.02)
    assert is_true(), process.communicate()[1] if process is not None else ""


def start_slowly(desk: Desk, rows: int, *more: str) -> subprocess.Popen[str]:
    """Start a run as a process of its own; returns when a few rows have arrived."""
    desk.server.change(latency_s=SLOWLY)
    desk.write([person(n) for n in range(rows)])
    process = desk.start("run", "people.csv", "-m", "map.yaml", "--yes", *more)
    wait_until(lambda: len(desk.server.store.received) >= 5, process)
    return process


@contextmanager
def meanwhile(server: SandboxServer, do: Callable[[], object]) -> Iterator[None]:
    """Do something once a few rows of the run in this block have arrived."""

    def wait_and_do() -> None:
        wait_until(lambda: len(server.store.received) >= 5)
        do()

    thread = threading.Thread(target=wait_and_do)
    thread.start()
    yield
    thread.join()


def goes_on(desk: Desk, rows: int) -> None:
    """The next run creates the rest, and nobody twice."""
    desk.server.change(latency_s=0.0)
    assert desk.run().code == 0
    assert desk.counts() == {"rows": rows, "created": rows}
    assert len(emails(desk)) == len(set(emails(desk))) == rows


# --- a budget of a person's own ---------------------------------------------------------------


def test_until_stops_at_its_time(desk: Desk) -> None:
    """What was not sent by then is `not_sent`, exit 3; the next run goes on under the same id."""
    desk.write([person(n) for n in range(80)])
    desk.call("check", "people.csv", "-m", "map.yaml")  # so that nothing is left to be loaded
    desk.server.change(latency_s=0.2)
    until = datetime.now().astimezone() + timedelta(seconds=1.5)
    answer = desk.run("--until", until.isoformat())
    assert answer.code == 3
    assert "--until" in answer.err
    assert max(p.at for p in desk.server.store.created) < until.timestamp() + 1
    counts, first = desk.counts(), desk.report().name
    assert counts["created"] + counts["not_sent"] == counts["rows"] == 80
    assert counts["created"] == len(emails(desk)) > 0
    goes_on(desk, 80)
    assert desk.report().name == first


def test_until_that_has_passed_or_is_no_time_is_usage(desk: Desk) -> None:
    desk.write([person(1)])
    for text, words in (("2020-01-01", "has passed"), ("dawn", "neither a time nor a date")):
        answer = desk.run("--until", text)
        assert (answer.code, desk.server.store.calls) == (2, [])
        assert words in answer.err


def test_max_calls_counts_every_call(desk: Desk) -> None:
    """Reading the schema and asking for people count too; the plan says what is in reach."""
    desk.write([person(n) for n in range(30)])
    answer = desk.run("--max-calls", "12")
    assert answer.code == 3
    assert "--max-calls" in answer.err
    assert len(desk.server.store.calls) == 12
    told = desk.summary()
    assert told["requests"]["total"] == 12
    assert told["counts"]["created"] + told["counts"]["not_sent"] == 30
    assert 0 < told["counts"]["created"] < 12
    goes_on(desk, 30)


def test_limit_creates_so_many(desk: Desk) -> None:
    """The rest waits for the next run, which has a limit of its own."""
    desk.write([person(n) for n in range(7)])
    for created in (3, 6):
        assert desk.run("--limit", "3").code == 3
        assert desk.counts() == {"rows": 7, "created": created, "not_sent": 7 - created}
    assert desk.run("--limit", "3").code == 0
    assert len(emails(desk)) == 7


# --- guards -----------------------------------------------------------------------------------


def test_too_many_rejected_rows_stop_before_the_first_create(desk: Desk) -> None:
    """More than the share: exit 4 and nothing sent; the same share is allowed."""
    bad = [person(n, **{"E-mail": f"no address {n}"}) for n in range(2)]
    desk.write([*bad, *(person(n) for n in range(10, 18))])
    answer = desk.run("--max-rejected", "19%")
    assert (answer.code, emails(desk)) == (4, [])
    assert "2 of 10 rows (20%)" in answer.err
    assert desk.run("--max-rejected", "20%").code == 1
    assert len(emails(desk)) == 8


def test_more_creates_than_expected_stop(desk: Desk) -> None:
    """`--expect` holds whoever is there to be asked."""
    desk.write([person(n) for n in range(3)])
    answer = desk.run("--expect", "2")
    assert (answer.code, emails(desk)) == (4, [])
    assert "--expect 3" in answer.err
    assert desk.run("--expect", "3").code == 0


def test_an_unattended_run_notices_an_unusual_number(desk: Desk) -> None:
    """After ten small nights over a hundred new rows are a person's decision, `--yes` or not."""
    desk.write([person(0)])
    assert desk.run("-q").code == 0
    with open_ledger(desk.folder / ".candidate-import" / "ledger.sqlite3") as ledger:
        [first] = ledger.runs("map.yaml")
        for night in range(9):
            ledger.begin_run(replace(first, run_id=f"night-{night}", state="preparing"))
            ledger.finish_run(f"night-{night}", first.finished_at, 0, first.summary)
    desk.write([person(n) for n in range(102)])
    answer = desk.run("-q")
    assert answer.code == 4
    assert "would create 101 candidates" in answer.err
    assert len(emails(desk)) == 1
    assert desk.run("-q", "--expect", "101").code == 0
    assert len(emails(desk)) == 102


def test_one_cause_running_trips_the_breaker(desk: Desk) -> None:
    """25 refusals with one cause: exit 4; what was not sent waits."""
    desk.server.change(faults={"refuse": 1.0})
    desk.write([person(n) for n in range(60)])
    answer = desk.run()
    assert answer.code == 4
    assert "rows running for one cause" in answer.err
    assert 25 <= len(desk.server.store.received) <= 30
    counts = desk.counts()
    assert counts["refused"] == len(desk.server.store.received)
    assert counts["refused"] + counts["not_sent"] == 60
    desk.server.change(faults={})
    assert desk.run().code == 1
    assert desk.counts()["created"] == 60 - counts["refused"]
    assert desk.run("--retry-refused").code == 0
    assert len(emails(desk)) == 60


# --- the canary -------------------------------------------------------------------------------


def test_a_canary_that_was_kept_whole_lets_the_rest_go(desk: Desk) -> None:
    """A few first, then all; a second night has no canary left to compare."""
    desk.write([person(n) for n in range(8)])
    assert desk.run("--canary", "3").code == 0
    assert desk.counts() == {"rows": 8, "created": 8}
    calls = [c.method for c in desk.server.store.calls]
    creates = [i for i, method in enumerate(calls) if method == "POST"]
    assert "GET" in calls[creates[2] : creates[3]]
    assert desk.run("--canary", "3").code == 0
    assert desk.counts() == {"rows": 8, "unchanged": 8}


@pytest.mark.parametrize(
    ("alters", "words"),
    [
        ({"tags": "drop"}, "model_keys.tags"),
        ({"first_name": "upper"}, "model_keys.first_name"),
        ({"tags": "first"}, "model_keys.tags"),
    ],
    ids=["dropped", "changed", "cut short"],
)
def test_a_canary_that_was_not_kept_stops(desk: Desk, alters: dict[str, str], words: str) -> None:
    """Exit 4 names the field; the rest is not sent until a person goes on."""
    desk.server.change(alters=alters)
    desk.write([person(n) for n in range(8)])
    answer = desk.run("--canary", "3")
    assert answer.code == 4
    assert words in answer.err
    assert len(emails(desk)) == 3
    assert desk.counts() == {"rows": 8, "created": 3, "not_sent": 5}
    assert desk.run().code == 0
    assert len(emails(desk)) == 8


def test_a_canary_behind_a_late_copy_is_compared_by_the_next_run(desk: Desk) -> None:
    """Exit 3 while it cannot be read; then compared before anything else is sent."""
    settings = SandboxSettings(
        limit=60_000, rules=False, read_lag_s=60.0, sync_interval_s=3_600, alters={"tags": "drop"}
    )
    desk.server.world.reset(settings)
    desk.write([person(n) for n in range(8)])
    for more in (("--canary", "3"), ()):
        answer = desk.run(*more)
        assert answer.code == 3
        assert "cannot be compared" in answer.err
        assert len(emails(desk)) == 3
    desk.server.world.clock.advance(7_200)
    answer = desk.run()
    assert answer.code == 4
    assert "model_keys.tags" in answer.err
    assert len(emails(desk)) == 3
    desk.server.change(alters={})
    assert desk.run().code == 0
    assert len(emails(desk)) == 8


# --- signals ----------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to hear")
def test_sigterm_finishes_what_is_in_flight(desk: Desk) -> None:
    process = start_slowly(desk, 100)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 3, err
    assert desk.counts()["created"] == len(emails(desk))
    assert "in_doubt" not in desk.counts()
    goes_on(desk, 100)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to the whole group")
def test_a_second_ctrl_c_stops_at_once(desk: Desk) -> None:
    """Exit 130 without a traceback, although answers are still on their way."""
    process = start_slowly(desk, 100)
    desk.server.change(latency_s=2.5)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert time.monotonic() - began < 2.0
    assert "Traceback" not in err
    time.sleep(2.5)
    goes_on(desk, 100)


# --- a full disk ------------------------------------------------------------------------------

CONFINED = """\
import resource, sys
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), hard))
from importer.__main__ import main
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on files' size")
@pytest.mark.parametrize("room", [60_000, 300_000])
def test_a_full_disk_is_a_sentence_and_is_gone_on_from(desk: Desk, room: int) -> None:
    """Whatever could not be written: exit 3, its place and what to do; nobody is lost or twice."""
    desk.write([person(0)])
    assert desk.run().code == 0
    desk.write([person(n, Tags="a longer text of tags " * 10) for n in range(1, 101)])
    confined = subprocess.run(
        [sys.executable, "-c", CONFINED, str(room), "run", "people.csv", "-m", "map.yaml", "--yes"],
        cwd=desk.folder,
        env={**os.environ, **desk.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert confined.returncode == 3, confined.stderr
    assert "Free some space" in confined.stderr or "Check the disk" in confined.stderr
    assert desk.run().code == 0
    assert len(emails(desk)) == len(set(emails(desk))) == 101


# --- the caller, the network, the others ------------------------------------------------------


def test_a_token_revoked_in_the_middle_blames_no_row(desk: Desk) -> None:
    """Exit 3; not one row is refused or in doubt; with a valid token it goes on."""
    [connector] = desk.server.world.connectors
    desk.server.change(latency_s=SLOWLY)
    desk.write([person(n) for n in range(100)])
    with meanwhile(desk.server, lambda: setattr(connector, "is_revoked", True)):
        answer = desk.run()
    assert answer.code == 3
    assert "401" in answer.err
    made = len(emails(desk))
    assert desk.counts() == {"rows": 100, "created": made, "not_sent": 100 - made}
    connector.is_revoked = False
    goes_on(desk, 100)


def test_a_lost_network_stops_and_is_gone_on_from(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond patience exit 3; at most the rows in flight are in doubt, nobody is doubled."""
    (desk.folder / "candidate-import.toml").write_text("patience_s = 1\n", "utf-8")
    desk.write([person(n) for n in range(100)])
    with serve(SandboxSettings(limit=60_000, rules=False, latency_s=SLOWLY)) as first:
        monkeypatch.setenv("BINDBEE_BASE_URL", first.base_url)
        with meanwhile(first, first.stop):
            answer = desk.run()
    assert answer.code == 3
    counts = desk.counts()
    assert counts.get("in_doubt", 0) <= 5
    assert counts["not_sent"] > 0
    with serve(first.world, port=first.port) as again:
        again.change(latency_s=0.0)
        assert desk.run().code in (0, 1)
        made = [e for p in again.store.created for e in p.kept["email_addresses"]]
    counts = desk.counts()
    assert counts["created"] + counts.get("in_doubt", 0) == 100
    assert len(made) == len(set(made)) == counts["created"]


def test_a_second_run_on_the_connector_waits_or_names_the_holder(desk: Desk) -> None:
    """One sender a connector: without `--wait` exit 3, with it the rows follow."""
    process = start_slowly(desk, 80)
    answer = desk.run()
    assert answer.code == 3
    assert f"process {process.pid}" in answer.err
    assert desk.run("--wait").code == 0
    assert process.wait(timeout=30) == 0
    process.communicate()
    assert desk.counts() == {"rows": 80, "unchanged": 80}
    assert len(emails(desk)) == len(set(emails(desk))) == 80


def test_a_resync_is_asked_for_and_settles_what_is_left(desk: Desk) -> None:
    """`reconcile --resync`: what never arrived is sendable once a new sync has looked."""
    desk.server.world.reset(
        SandboxSettings(
            limit=60_000,
            rules=False,
            read_lag_s=60.0,
            sync_interval_s=None,
            script=("drop_after", "drop_before"),
        )
    )
    desk.write([person(1), person(2), person(3)])
    assert desk.run().code == 1
    assert desk.counts() == {"rows": 3, "created": 1, "in_doubt": 2}
    assert desk.call("reconcile", "-m", "map.yaml").code == 1
    desk.server.world.clock.advance(3_600)
    answer = desk.call("reconcile", "-m", "map.yaml", "--resync", "--format", "json")
    assert (answer.code, answer.json["resync_asked"]) == (1, True)
    answer = desk.call("reconcile", "-m", "map.yaml", "--format", "json")
    assert (answer.code, len(answer.json["found"]), len(answer.json["absent"])) == (0, 1, 1)
    assert desk.run().code == 0
    assert len(emails(desk)) == len(set(emails(desk))) == 3


def test_rows_of_one_number_are_told_apart_by_hand(desk: Desk) -> None:
    """Two files, or two nights of one, may have the same row in doubt: nothing is guessed."""
    desk.server.world.reset(
        SandboxSettings(
            limit=60_000, rules=False, read_lag_s=60.0, script=("drop_after", "drop_before")
        )
    )
    desk.write([person(1)])
    desk.write([person(2)], "more.csv")
    assert desk.call("run", "people.csv", "more.csv", "-m", "map.yaml", "--yes").code == 1
    [made] = desk.server.store.created
    reconcile = ("reconcile", "-m", "map.yaml")
    answer = desk.call(*reconcile, "--found", f"2={made.id}")
    assert answer.code == 2
    assert "write people.csv:2 or more.csv:2" in answer.err
    assert "not in doubt" in desk.call(*reconcile, "--absent", "3").err
    assert desk.call(*reconcile, "--absent", "more.csv").code == 2
    one = ("--found", f"people.csv:2={made.id}")
    answer = desk.call(*reconcile, *one, "--absent", f"{desk.report().name}:people.csv:2")
    assert "one and the same row" in answer.err
    both = ("--found", f"people.csv:2={made.id}", "--absent", "more.csv:2")
    assert desk.call(*reconcile, *both).code == 0
    assert desk.call("run", "people.csv", "more.csv", "-m", "map.yaml", "--yes").code == 0
    assert emails(desk) == ["person1@example.com", "person2@example.com"]
