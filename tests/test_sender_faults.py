"""Sending while everything breaks: what the report says, what the ledger and the ATS hold."""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from sender_kit import FastClock, Heard, open_desk, run_async, sandbox, send
from sqlalchemy.exc import OperationalError

from importer.core.budget import SendLimits
from importer.core.guards import GuardSettings
from importer.core.memory import Lock
from importer.core.ports import RowState
from importer.errors import (
    AccessStopped,
    ConnectorBusy,
    GuardStopped,
    Interrupted,
    OutageStopped,
    SchemaError,
    StopAndRetry,
)
from importer.sandbox.server import serve
from importer.sandbox.settings import API_KEY, CONNECTOR_TOKEN, SandboxSettings
from importer.sending.clock import StopSignal

S = RowState

STORED = ["drop_after", "cut_after", "error_after", "html_502_after", "success_false_after"]
NOT_STORED = ["drop_before", "error_before", "html_502", "success_false"]


@pytest.mark.parametrize("fault", STORED)
def test_a_lost_answer_is_found_by_reading_back(tmp_path: Path, fault: str) -> None:
    """Stored and answered badly: found at once by e-mail, created, never sent again."""
    heard = Heard()
    with open_desk(tmp_path) as desk, sandbox(script=("ok", fault)) as server:
        desk.stage(4)
        report = run_async(send(desk, server, events=heard, window=1))
        assert report.stop is None
        assert report.counts == {S.CREATED: 4}
        assert (3, S.IN_DOUBT) in heard.settled
        assert heard.settled[heard.settled.index((3, S.IN_DOUBT)) + 1 :].count((3, S.CREATED)) == 1
        assert len(server.store.people()) == 4
        assert all(x.candidate_id for x in heard.settlements if x.state is S.CREATED)
        assert report.requests.read == 1


@pytest.mark.parametrize("fault", NOT_STORED)
def test_a_lost_request_stays_in_doubt(tmp_path: Path, fault: str) -> None:
    """Not stored and answered badly: nothing is found, and nothing is sent again."""
    with open_desk(tmp_path) as desk, sandbox(script=("ok", fault)) as server:
        desk.stage(4)
        report = run_async(send(desk, server, window=1))
        assert report.counts == {S.CREATED: 3, S.IN_DOUBT: 1}
        assert desk.states([3]) == {3: S.IN_DOUBT}
        [doubtful] = desk.ledger.doubtful(desk.connector)
        assert (doubtful.row, doubtful.state) == (3, S.IN_DOUBT)
        assert doubtful.attempted_at
        again = run_async(send(desk, server))
        assert (again.counts, again.requests.total) == ({}, 0)


def test_without_reading_back_a_lost_answer_stays_in_doubt(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk, sandbox(script=("drop_after",)) as server:
        desk.stage(1)
        report = run_async(send(desk, server, read_back=False))
        assert report.counts == {S.IN_DOUBT: 1}
        assert report.requests.read == 0


def test_someone_known_before_is_not_taken_for_the_row(tmp_path: Path) -> None:
    """A person of that e-mail whom the ATS held before does not settle a row in doubt."""
    with open_desk(tmp_path) as desk, sandbox(people=1, script=("drop_before",)) as server:
        [before] = server.store.people()
        email = before.kept["email_addresses"][0]
        name = f"{before.kept['first_name']} {before.kept['last_name']}"
        desk.stage([desk.row(2, email=email, name=name)])
        report = run_async(send(desk, server))
        assert report.counts == {S.IN_DOUBT: 1}


def test_another_name_with_the_e_mail_is_a_persons_decision(tmp_path: Path) -> None:
    """Someone new has the e-mail and not the name: in doubt, with the id to look at."""
    heard = Heard()
    faults = {"script": ("drop_after",), "alters": {"last_name": "truncate"}}
    with open_desk(tmp_path) as desk, sandbox(**faults) as server:
        desk.stage([desk.row(2, name="Ada Featherstonehaughlonger")])
        report = run_async(send(desk, server, events=heard))
        assert report.counts == {S.IN_DOUBT: 1}
        [problem] = heard.settlements[-1].problems
        assert problem.code == "in-doubt-unclear"
        assert server.store.people()[0].id in problem.message


@pytest.mark.parametrize("retry_after", [2, None])
def test_a_429_never_costs_the_row(tmp_path: Path, retry_after: int | None) -> None:
    """A burst of downstream 429s: every row is created once, none is in doubt."""
    with (
        open_desk(tmp_path) as desk,
        sandbox(
            script=("ok", "too_many", "ok"),
            too_many_burst=3,
            too_many_retry_after_s=retry_after,
            clock_speed=40,
        ) as server,
    ):
        desk.stage(12)
        heard = Heard()
        report = run_async(send(desk, server, clock=FastClock(40), events=heard))
        assert report.stop is None
        assert report.counts == {S.CREATED: 12}
        assert len(server.store.people()) == 12
        assert report.requests.by_status["429"] >= 1
        assert report.requests.retried == report.requests.by_status["429"]


def test_a_refusal_keeps_the_atss_words_and_doubts_the_schema_once(tmp_path: Path) -> None:
    """422 and 400: refused, the field named where the ATS names it, others go on."""
    heard = Heard()
    with open_desk(tmp_path) as desk, sandbox(script=("refuse", "ok", "refuse_text")) as server:
        desk.stage(5)
        report = run_async(send(desk, server, events=heard, window=1))
        assert report.counts == {S.CREATED: 3, S.REFUSED: 2}
        by_row = {row: x for (row, _), x in zip(heard.settled, heard.settlements, strict=True)}
        assert by_row[2].problems[0].column == "model_keys.first_name"
        assert by_row[2].problems[0].code == "refused-value"
        assert by_row[4].problems[0].code == "refused-row"
        assert by_row[4].status == 400
        assert heard.schema_doubts == 1
        assert desk.states([2, 4]) == {2: S.REFUSED, 4: S.REFUSED}


def test_a_schema_that_really_changed_may_stop_the_run(tmp_path: Path) -> None:
    """What the listener finds out stops the run; what is settled stays settled."""
    heard = Heard(schema_error=SchemaError("The candidate schema has changed."))
    with open_desk(tmp_path) as desk, sandbox(script=("refuse",)) as server:
        desk.stage(50)
        report = run_async(send(desk, server, events=heard, window=1))
        assert isinstance(report.stop, SchemaError)
        assert report.counts[S.REFUSED] == 1
        assert report.counts.get(S.CREATED, 0) < 49


def test_one_cause_running_trips_the_breaker(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk, sandbox(script=("refuse",) * 30) as server:
        desk.stage(30)
        report = run_async(send(desk, server, window=1, guards=GuardSettings(refusals_running=10)))
        assert isinstance(report.stop, GuardStopped)
        assert report.counts == {S.REFUSED: 10}
        assert len(desk.ledger.staged(desk.connector, "run-1")) == 20


@pytest.mark.parametrize("status", [401, 404, 405, 302, 403])
def test_a_refused_caller_stops_and_blames_no_row(tmp_path: Path, status: int) -> None:
    """Before any success every such answer leaves all rows staged."""
    with open_desk(tmp_path) as desk, sandbox(script=(f"status_{status}",) * 9) as server:
        desk.stage(9)
        report = run_async(send(desk, server))
        assert isinstance(report.stop, AccessStopped)
        assert report.counts == {}
        assert len(desk.ledger.staged(desk.connector, "run-1")) == 9
        assert server.store.people() == []


def test_a_single_403_after_a_success_is_the_rows(tmp_path: Path) -> None:
    """The ATS refuses one person: refused, and the run goes on."""
    heard = Heard()
    script = ("ok", "status_403", "status_403", "ok")
    with open_desk(tmp_path) as desk, sandbox(script=script) as server:
        desk.stage(5)
        report = run_async(send(desk, server, events=heard, window=1))
        assert report.stop is None
        assert report.counts == {S.CREATED: 3, S.REFUSED: 2}
        assert desk.states([3, 4]) == {3: S.REFUSED, 4: S.REFUSED}


def test_a_last_403_is_the_rows_too(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk, sandbox(script=("ok", "status_403")) as server:
        desk.stage(2)
        report = run_async(send(desk, server, window=1))
        assert report.counts == {S.CREATED: 1, S.REFUSED: 1}


def test_three_403_running_blame_no_row(tmp_path: Path) -> None:
    """The right to write was withdrawn in the middle: the three rows stay staged."""
    with open_desk(tmp_path) as desk, sandbox(script=("ok", *("status_403",) * 9)) as server:
        desk.stage(6)
        report = run_async(send(desk, server, window=1))
        assert isinstance(report.stop, AccessStopped)
        assert report.counts == {S.CREATED: 1}
        assert [r.row for r in desk.ledger.staged(desk.connector, "run-1")] == [3, 4, 5, 6, 7]


@pytest.mark.parametrize("kind", ["error", "html", "drop"])
def test_half_an_hours_outage_leaves_at_most_five_in_doubt(tmp_path: Path, kind: Any) -> None:
    """Stop, probe, one row at a time, go on: everything else is created once."""
    heard = Heard()
    with open_desk(tmp_path) as desk, sandbox(clock_speed=2_400) as server:
        desk.stage(30)
        heard.on_each = lambda: (
            server.begin_outage(1_800, kind) if len(heard.settled) == 10 else None
        )
        report = run_async(send(desk, server, clock=FastClock(2_400), events=heard, timeout_s=30))
        doubtful = report.counts.get(S.IN_DOUBT, 0)
        assert report.stop is None
        assert doubtful <= 5
        assert report.counts[S.CREATED] == 30 - doubtful
        assert len(server.store.people()) == 30 - doubtful
        assert report.seconds >= 1_500
        paused, tried, back = heard.notices
        assert "pauses" in paused
        assert "one row at a time" in tried
        assert "full pace" in back


def test_an_outage_beyond_patience_ends_the_run(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk, sandbox(clock_speed=2_400) as server:
        desk.stage(20)
        server.begin_outage(1e9, "drop")
        report = run_async(
            send(desk, server, clock=FastClock(2_400), guards=GuardSettings(patience_s=900))
        )
        assert isinstance(report.stop, OutageStopped)
        assert report.counts == {S.IN_DOUBT: 5}
        assert len(desk.ledger.staged(desk.connector, "run-1")) == 15


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_lost_network_leaves_nothing_in_doubt(tmp_path: Path) -> None:
    """What cannot be sent waits; beyond patience the run ends, and every row is still staged."""
    with open_desk(tmp_path) as desk:
        desk.stage(5)
        report = run_async(
            send(
                desk,
                base_url=f"http://127.0.0.1:{free_port()}",
                clock=FastClock(200),
                guards=GuardSettings(patience_s=60),
            )
        )
        assert isinstance(report.stop, OutageStopped)
        assert report.counts == {}
        assert report.requests.by_status.keys() == {"no answer"}
        assert len(desk.ledger.staged(desk.connector, "run-1")) == 5


def test_when_the_network_is_back_every_row_is_created_once(tmp_path: Path) -> None:
    port = free_port()

    async def main(desk: Any) -> Any:
        sending = asyncio.create_task(
            send(
                desk,
                base_url=f"http://127.0.0.1:{port}",
                secrets=(API_KEY, CONNECTOR_TOKEN),
                clock=FastClock(100),
            )
        )
        await asyncio.sleep(0.3)
        assert not sending.done()
        with serve(SandboxSettings(limit=None, rules=False), port=port) as server:
            return await sending, server.store.people()

    with open_desk(tmp_path) as desk:
        desk.stage(5)
        report, people = run_async(main(desk))
        assert report.counts == {S.CREATED: 5}
        assert len(people) == 5


def test_ctrl_c_finishes_what_is_in_flight_and_a_second_run_goes_on(tmp_path: Path) -> None:
    """Each candidate is created once over both runs."""
    heard = Heard()
    stop = StopSignal()
    heard.on_each = lambda: stop.set(Interrupted("Ctrl-C")) if len(heard.settled) == 7 else None
    with open_desk(tmp_path) as desk, sandbox(latency_s=0.02) as server:
        desk.stage(40)
        first = run_async(send(desk, server, events=heard, stop=stop))
        assert isinstance(first.stop, Interrupted)
        assert 7 <= first.counts[S.CREATED] <= 12
        assert len(server.store.people()) == first.counts[S.CREATED]
        second = run_async(send(desk, server))
        assert first.counts[S.CREATED] + second.counts[S.CREATED] == 40
        assert len(server.store.people()) == 40


def test_a_stop_does_not_wait_for_a_long_retry_after(tmp_path: Path) -> None:
    """A row that was told to wait an hour is put back at once."""
    stop = StopSignal()

    async def main(desk: Any, server: Any) -> Any:
        sending = asyncio.create_task(send(desk, server, stop=stop, window=1))
        await asyncio.sleep(0.3)
        stop.set(Interrupted("Ctrl-C"))
        return await sending

    with (
        open_desk(tmp_path) as desk,
        sandbox(script=("too_many",), too_many_retry_after_s=3_600) as server,
    ):
        desk.stage(1)
        began = time.monotonic()
        report = run_async(main(desk, server))
        assert time.monotonic() - began < 3
        assert isinstance(report.stop, Interrupted)
        assert desk.states([2]) == {2: S.STAGED}


def test_a_killed_run_leaves_its_intents(tmp_path: Path) -> None:
    """Cancelled in the middle: what was on its way is in doubt for the next run, no more."""

    async def main(desk: Any, server: Any) -> None:
        sending = asyncio.create_task(send(desk, server, window=3))
        await asyncio.sleep(0.4)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

    with open_desk(tmp_path) as desk, sandbox(latency_s=2.0) as server:
        desk.stage(10)
        run_async(main(desk, server))
        assert desk.ledger.recover(desk.connector) == 3
        assert len(desk.ledger.staged(desk.connector, "run-1")) == 7


def full_disk(*_: object, **__: object) -> None:
    raise OperationalError("INSERT", {}, Exception("database or disk is full"))


def test_a_full_disk_before_the_intent_sends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_desk(tmp_path) as desk, sandbox() as server:
        desk.stage(10)
        monkeypatch.setattr(desk.ledger, "record_intents", full_disk)
        report = run_async(send(desk, server))
        assert isinstance(report.stop, StopAndRetry)
        assert "disk" in report.stop.message
        assert server.store.received == []
        assert len(desk.ledger.staged(desk.connector, "run-1")) == 10


def test_a_full_disk_after_the_answer_is_in_doubt_and_never_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The outcome could not be kept: it is named in the report, the intent stands."""
    with open_desk(tmp_path) as desk, sandbox() as server:
        desk.stage(10)
        with monkeypatch.context() as broken:
            broken.setattr(desk.ledger, "record_outcomes", full_disk)
            report = run_async(send(desk, server, window=2))
        assert report.stop is not None
        assert report.counts == {}
        assert len(report.unrecorded) == len(server.store.people()) <= 2
        assert {state for _, state, _ in report.unrecorded} == {S.CREATED}
        assert desk.ledger.recover(desk.connector) == len(report.unrecorded)
        again = run_async(send(desk, server))
        assert again.counts == {S.CREATED: 10 - len(report.unrecorded)}
        assert len(server.store.people()) == 10


def test_a_lock_that_was_taken_over_sends_nothing_more(tmp_path: Path) -> None:
    """A laptop that slept wakes up under another run's lock: exit 3, naming the holder."""
    with open_desk(tmp_path) as desk, sandbox() as server:
        desk.stage(5)
        later = time.time() + 3_600
        taken = desk.ledger.acquire_lock(desk.connector, "another run", later)
        assert isinstance(taken, Lock)
        report = run_async(send(desk, server))
        assert isinstance(report.stop, ConnectorBusy)
        assert server.store.received == []
        assert len(desk.ledger.staged(desk.connector, "run-1")) == 5


def test_rows_of_one_e_mail_never_overlap(tmp_path: Path) -> None:
    """The second waits for the first one's answer; others go meanwhile or after."""
    with open_desk(tmp_path) as desk, sandbox(latency_s=0.2) as server:
        shared = "family@example.com"
        desk.stage(
            [
                desk.row(2, email=shared, name="Ada Lovelace"),
                desk.row(3, email=shared, name="Byron Lovelace"),
                desk.row(4),
            ]
        )
        report = run_async(send(desk, server))
        assert report.counts == {S.CREATED: 3}
        first, second = (r.at for r in server.store.received if shared in str(r.body))
        assert second - first >= 0.2


def test_limit_creates_so_many_and_no_more(tmp_path: Path) -> None:
    """Refused rows do not count; the rest stays staged."""
    with open_desk(tmp_path) as desk, sandbox(script=("refuse",)) as server:
        desk.stage(10)
        report = run_async(send(desk, server, limits=SendLimits(max_creates=3)))
        assert isinstance(report.stop, Interrupted)
        assert report.counts == {S.CREATED: 3, S.REFUSED: 1}
        assert len(server.store.people()) == 3


def test_limit_at_the_last_row_is_no_stop(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk, sandbox() as server:
        desk.stage(3)
        report = run_async(send(desk, server, limits=SendLimits(max_creates=3)))
        assert (report.stop, report.counts) == (None, {S.CREATED: 3})


def test_max_calls_counts_every_call(tmp_path: Path) -> None:
    """Read-backs cost as much as creates."""
    with open_desk(tmp_path) as desk, sandbox(script=("drop_after",)) as server:
        desk.stage(10)
        report = run_async(send(desk, server, window=1, limits=SendLimits(max_calls=4)))
        assert isinstance(report.stop, Interrupted)
        assert report.requests.total == 4
        assert len(server.store.calls) == 4
        assert report.counts == {S.CREATED: 3}


def test_a_row_with_files_is_incomplete_until_they_are_attached(tmp_path: Path) -> None:
    """A crash between creation and file leaves the file to be sent, not the row."""
    heard = Heard()
    with open_desk(tmp_path) as desk, sandbox() as server:
        desk.stage([desk.row(2, attachments='[{"file_name": "cv.pdf"}]'), desk.row(3)])
        report = run_async(send(desk, server, events=heard))
        assert report.counts == {S.INCOMPLETE: 1, S.CREATED: 1}
        assert desk.states([2, 3]) == {2: S.INCOMPLETE, 3: S.CREATED}


@pytest.mark.parametrize("answer", ["no-id", "empty", "bare-string", "enveloped", "html"])
def test_every_success_body_is_a_success(tmp_path: Path, answer: Any) -> None:
    with open_desk(tmp_path) as desk, sandbox(answer=answer, created_status=201) as server:
        desk.stage(3)
        assert run_async(send(desk, server)).counts == {S.CREATED: 3}


def test_a_repeated_409_is_in_doubt(tmp_path: Path) -> None:
    """An attempt of an earlier run may be what is in its way."""
    with open_desk(tmp_path) as desk, sandbox(script=("too_many", "status_409")) as server:
        server.change(too_many_burst=1, too_many_retry_after_s=0)
        desk.stage(1)
        assert run_async(send(desk, server)).counts == {S.IN_DOUBT: 1}


def test_many_pages_of_rows_are_sent_in_order(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("importer.sending.drive._PAGE", 7)
    heard = Heard()
    with open_desk(tmp_path) as desk, sandbox() as server:
        desk.stage(30)
        run_async(send(desk, server, events=heard, window=1))
        assert [row for row, _ in heard.settled] == list(range(2, 32))
