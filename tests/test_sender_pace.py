"""Awaiting the pace: order, limits, cancellation, repeated reads, many connectors."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from sender_kit import Desk, FastClock, open_desk, run_async

from importer.core.budget import SendLimits
from importer.core.pacing import Pacer
from importer.core.ports import Attempt
from importer.errors import AccessStopped, Interrupted, OutageStopped, StopAndRetry
from importer.sending.clock import StopSignal, SystemClock, nap
from importer.sending.pace import Pace

OK = Attempt("answered", status=200, body={}, is_json=True)


class Answers:
    """Gives one prepared answer after the other."""

    def __init__(self, *attempts: Attempt) -> None:
        self._left = list(attempts)

    async def __call__(self) -> Attempt:
        return self._left.pop(0)


def status(code: int, **headers: str) -> Attempt:
    return Attempt("answered", status=code, headers=headers, is_json=True, body={"detail": "x"})


def test_a_read_is_repeated_until_it_is_usable() -> None:
    """Lost answers and 5xx cost a try each, a 429 only time."""
    lost = Attempt("unknown", reason="ReadTimeout")
    pace = Pace(clock=FastClock(1_000))
    answers = Answers(lost, status(500), *[status(429)] * 9, OK)
    assert run_async(pace.read(answers, "asking")) is OK
    assert pace.requests.total == pace.requests.read == 12
    assert pace.requests.retried == 11
    assert pace.requests.by_status == {"200": 1, "429": 9, "500": 1, "no answer": 1}


@pytest.mark.parametrize(
    ("attempts", "stop"),
    [
        ([status(401)], AccessStopped),
        ([status(500)] * 5, OutageStopped),
        ([status(501)], OutageStopped),
    ],
    ids=["refused caller", "five failures", "never usable"],
)
def test_a_read_that_stays_unusable_stops(attempts: list[Attempt], stop: type) -> None:
    pace = Pace(clock=FastClock(1_000))
    with pytest.raises(stop, match="asking"):
        run_async(pace.read(Answers(*attempts), "asking"))
    assert pace.requests.total == len(attempts)


def test_calls_beyond_max_calls_are_not_made() -> None:
    """Slots in hand count, so that calls at the same time cannot exceed it together."""

    async def main() -> list[Any]:
        pace = Pace(Pacer(100_000), clock=FastClock(), limits=SendLimits(max_calls=3))
        calls = [pace.call(Answers(OK)) for _ in range(6)]
        return await asyncio.gather(*calls, return_exceptions=True)

    results = run_async(main())
    assert results.count(OK) == 3
    assert sum(isinstance(r, Interrupted) for r in results) == 3


def test_until_ends_the_waiting() -> None:
    pace = Pace(clock=FastClock(), limits=SendLimits(until=0.0))
    with pytest.raises(Interrupted, match="--until"):
        run_async(pace.slot())


def test_a_read_is_not_repeated_for_ever() -> None:
    """Two hours of 429 are enough."""
    pace = Pace(clock=FastClock(20_000))
    with pytest.raises(OutageStopped, match="429"):
        run_async(pace.read(Answers(*[status(429, **{"retry-after": "1800"})] * 9), "asking"))
    assert 4 <= pace.calls <= 6


def test_a_stop_ends_the_waiting_at_once() -> None:
    """Also in the middle of a minute's pause after a 429."""

    async def main() -> float:
        stop = StopSignal()
        pace = Pace(clock=SystemClock(), stop=stop)
        waits_a_minute = status(429, **{"retry-after": "60"})
        await pace.call(Answers(waits_a_minute))
        waiting = asyncio.create_task(pace.slot())
        await asyncio.sleep(0.05)
        began = time.monotonic()
        stop.set(Interrupted("Ctrl-C"))
        stop.set(Interrupted("later"))
        with pytest.raises(Interrupted, match="Ctrl-C"):
            await waiting
        return time.monotonic() - began

    assert run_async(main()) < 1.5


def test_a_cancelled_wait_and_a_cancelled_call_give_their_slots_back() -> None:
    """Nothing that was cancelled uses the budget or holds up others."""

    async def main() -> None:
        pace = Pace(Pacer(2), clock=FastClock(1_000))

        async def never() -> Attempt:
            await asyncio.sleep(3_600)
            raise AssertionError

        call = asyncio.create_task(pace.call(never))
        waiting = asyncio.create_task(pace.slot())
        await asyncio.sleep(0.01)
        waiting.cancel()
        call.cancel()
        await asyncio.gather(waiting, call, return_exceptions=True)
        slot = await pace.slot()
        slot.give_back()
        slot.give_back()
        assert await asyncio.wait_for(pace.call(Answers(OK)), 5) is OK

    run_async(main())


def test_slots_come_in_the_order_asked_for() -> None:
    async def main() -> list[int]:
        pace = Pace(Pacer(60), clock=FastClock(1_000))
        order: list[int] = []

        async def ask(number: int) -> None:
            (await pace.slot()).sent()
            order.append(number)

        await asyncio.gather(*(ask(n) for n in range(20)))
        return order

    assert run_async(main()) == list(range(20))


def test_the_servers_clock_is_learnt() -> None:
    """Records carry the server's time, however wrong ours is."""
    pace = Pace(clock=FastClock())
    told = Attempt("answered", status=200, server_time=5_000.0, ended_at=1_000.0)
    run_async(pace.call(Answers(told)))
    assert pace.server_time(1_010.0) == 5_010.0


def test_a_nap_ends_early_only_for_a_stop() -> None:
    async def main() -> tuple[float, float]:
        clock = FastClock(100)
        begun = clock.now()
        await nap(clock, 20.0, StopSignal())
        whole = clock.now() - begun
        child = StopSignal(parent := StopSignal())
        parent.set(Interrupted("x"))
        begun = clock.now()
        await nap(clock, 20.0, child)
        return whole, clock.now() - begun

    whole, cut = run_async(main())
    assert whole >= 20.0
    assert cut < 5.0


def test_two_processes_share_one_pace(tmp_path: Path) -> None:
    """Together they call as often as one may; neither starves the other."""

    async def main(desk: Desk) -> tuple[list[float], list[int]]:
        clock = FastClock(10)
        times: list[float] = []

        async def process() -> int:
            pace = Pace(Pacer(600), clock=clock)
            pace.share(desk.ledger, desk.connector)
            for _ in range(30):
                slot = await pace.slot()
                times.append(clock.now())
                slot.sent()
            return pace.calls

        calls = await asyncio.gather(process(), process())
        return times, calls

    with open_desk(tmp_path) as desk:
        times, _ = run_async(main(desk))
    assert times[-1] - times[0] >= 0.9 * 59 * 0.1


def test_a_pause_of_one_process_is_everybodys(tmp_path: Path) -> None:
    """What a 429 tells one process, the others keep too."""

    async def main(desk: Desk) -> float:
        clock = FastClock(20)
        one, other = Pace(clock=clock), Pace(clock=clock)
        for pace in (one, other):
            pace.share(desk.ledger, desk.connector)
        await one.call(Answers(status(429, **{"retry-after": "10"})))
        began = clock.now()
        waiting = asyncio.create_task(one.slot())
        await asyncio.sleep(0.05)
        for _ in range(4):
            (await other.slot()).sent()
        await waiting
        return clock.now() - began

    with open_desk(tmp_path) as desk:
        assert run_async(main(desk)) >= 9


def test_a_shared_pace_that_cannot_be_written_stops(tmp_path: Path, monkeypatch: Any) -> None:
    def full(*_: object) -> None:
        raise OSError("disk full")

    with open_desk(tmp_path) as desk:
        pace = Pace(clock=FastClock())
        pace.share(desk.ledger, desk.connector)
        monkeypatch.setattr(desk.ledger, "reserve_calls", full)
        with pytest.raises(StopAndRetry, match="disk full"):
            run_async(pace.slot())


def test_three_hundred_connectors_keep_their_pace_in_one_process() -> None:
    """Each at its own limit: together 1,000 calls a second of simulated time, none starved."""

    async def main() -> list[int]:
        clock = FastClock(2)

        async def connector() -> int:
            pace = Pace(Pacer(200), clock=clock, limits=SendLimits(until=clock.time() + 4))
            try:
                while True:
                    await pace.call(Answers(OK))
            except Interrupted:
                return pace.calls

        return await asyncio.gather(*(connector() for _ in range(300)))

    calls = run_async(main())
    assert min(calls) >= 10
    assert max(calls) <= 20
