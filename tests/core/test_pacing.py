"""The pace against servers that count in different ways, in simulated time."""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from importer.core.pacing import Pacer
from importer.core.ports import Attempt

EPOCH = 1_700_000_000.0
NAIVE_RESET = 60


@dataclass
class Server:
    """A rate limit of one kind; judges each arrival and tells its headers.

    Attributes:
        kind: `sliding` (a log of 60 s), `fixed` (windows of 60 s) or `bucket` (refilling).
        reset: What `X-RateLimit-Reset` means for a sliding log: `oldest` or `naive` (now + 60).
    """

    kind: str = "sliding"
    limit: int = 200
    reset: str = "oldest"
    log: deque[float] = field(default_factory=deque)
    window: int = -1
    used: int = 0
    tokens: float = -1.0
    at: float = 0.0
    arrivals: list[float] = field(default_factory=list)
    throttled: int = 0

    def arrive(self, now: float, *, is_ours: bool = True) -> Attempt:
        takes, remaining, reset = getattr(self, f"_{self.kind}")(now)
        status = 200 if takes else 429
        if is_ours:
            self.arrivals.append(now)
            self.throttled += not takes
        headers = {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(remaining),
            "x-ratelimit-reset": str(math.ceil(EPOCH + reset)),
        }
        if not takes:
            headers["retry-after"] = str(max(1, math.ceil(reset - now)))
        return Attempt(
            "answered",
            status=status,
            headers=headers,
            server_time=math.floor(EPOCH + now),
            ended_at=EPOCH + now + 1_000,
        )

    def _sliding(self, now: float) -> tuple[bool, int, float]:
        while self.log and self.log[0] <= now - 60:
            self.log.popleft()
        takes = len(self.log) < self.limit
        if takes:
            self.log.append(now)
        reset = self.log[0] + 60 if self.reset == "oldest" else now + NAIVE_RESET
        return takes, self.limit - len(self.log), reset

    def _fixed(self, now: float) -> tuple[bool, int, float]:
        window = int(now // 60)
        if window != self.window:
            self.window, self.used = window, 0
        takes = self.used < self.limit
        self.used += takes
        return takes, self.limit - self.used, (window + 1) * 60.0

    def _bucket(self, now: float) -> tuple[bool, int, float]:
        full = self.limit
        self.tokens = full if self.tokens < 0 else self.tokens
        self.tokens = min(full, self.tokens + (now - self.at) * self.limit / 60)
        self.at = now
        takes = self.tokens >= 1
        self.tokens -= takes
        return takes, int(self.tokens), now + (full - self.tokens) * 60 / self.limit


def simulate(
    pacer: Pacer,
    server: Server,
    *,
    seconds: float,
    latency: Callable[[random.Random], float] = lambda _: 0.15,
    transit: Callable[[random.Random], float] = lambda _: 0.02,
    commit: Callable[[random.Random], float] = lambda _: 0.003,
    others_per_minute: float = 0.0,
    start: float = 0.0,
    window: int = 1_000,
) -> Server:
    """Call as fast as the pacer allows; each call is committed, travels, and is answered."""
    chance = random.Random(1)
    events: list[tuple[float, int, str, int]] = []
    order = 0
    now = start
    flying = 0
    answers: dict[int, Attempt] = {}

    def plan(at: float, what: str, ticket: int) -> None:
        nonlocal order
        order += 1
        heapq.heappush(events, (at, order, what, ticket))

    if others_per_minute:
        plan(start, "other", 0)
    plan(start, "ask", 0)
    while events and events[0][0] < start + seconds:
        now, _, what, ticket = heapq.heappop(events)
        if what == "ask":
            if flying >= window:
                plan(now + 0.01, "ask", 0)
                continue
            wait = pacer.wait_s(now)
            if wait > 0:
                plan(now + min(wait, 1.0) + 0.001, "ask", 0)
                continue
            new = pacer.take(now)
            flying += 1
            plan(now + commit(chance), "sent", new)
            plan(now, "ask", 0)
        elif what == "sent":
            pacer.sent(ticket, now)
            plan(now + transit(chance), "arrive", ticket)
        elif what == "arrive":
            answers[ticket] = server.arrive(now)
            plan(now + latency(chance), "answer", ticket)
        elif what == "answer":
            flying -= 1
            pacer.answered(ticket, now, answers.pop(ticket))
        else:
            server.arrive(now, is_ours=False)
            plan(now + chance.expovariate(others_per_minute / 60), "other", 0)
    return server


def largest(times: list[float]) -> int:
    times = sorted(times)
    return max(sum(1 for t in times if s <= t < s + 60) for s in times)


def rate(times: list[float], after: float, until: float) -> float:
    return sum(1 for t in times if after <= t < until) / (until - after) * 60


SERVERS = {
    "sliding, oldest": {"kind": "sliding"},
    "sliding, naive reset": {"kind": "sliding", "reset": "naive"},
    "fixed windows": {"kind": "fixed"},
    "token bucket": {"kind": "bucket"},
}


@pytest.mark.parametrize("server", SERVERS.values(), ids=SERVERS)
@pytest.mark.parametrize(
    "transit",
    [lambda _: 0.02, lambda r: r.uniform(0, 0.2)],
    ids=["even transit", "transit 0 to 0.2 s"],
)
def test_the_limit_is_kept_and_used(
    server: dict[str, str], transit: Callable[[random.Random], float]
) -> None:
    """Never above the limit in any 60 s, not one 429, at least 99 % of the budget used."""
    seen = simulate(Pacer(), Server(**server), seconds=420, transit=transit)  # type: ignore[arg-type]
    assert seen.throttled == 0
    assert largest(seen.arrivals) <= 200
    assert rate(seen.arrivals, 60, 420) >= 0.99 * 200


def test_a_stalling_disk_does_not_bunch_calls() -> None:
    """Commits of up to 5 s between slot and departure keep the limit all the same."""
    seen = simulate(
        Pacer(),
        Server(),
        seconds=400,
        commit=lambda r: 5.0 if r.random() < 0.02 else 0.003,
        transit=lambda r: r.uniform(0, 0.2),
    )
    assert seen.throttled == 0
    assert largest(seen.arrivals) <= 200
    assert rate(seen.arrivals, 60, 400) >= 0.97 * 200


def test_time_lost_in_a_stall_is_made_up_for_within_the_limit() -> None:
    """A short pause costs no budget; a long one is not answered by a burst."""
    pacer = Pacer()
    taken = []
    now = 0.0
    for _ in range(400):
        now = max(now, now + pacer.wait_s(now))
        if 100 < len(taken) < 102:
            now += 30
        pacer.sent(pacer.take(now), now)
        taken.append(now)
    bursts = max(sum(1 for t in taken if s <= t < s + 0.1) for s in taken)
    assert bursts <= 10
    assert largest(taken) <= 200


@pytest.mark.parametrize("kind", ["sliding", "fixed"])
def test_others_on_the_same_connector_are_given_way(kind: str) -> None:
    """Where others use half of the budget, ours shrinks; 429s stay rare and nothing starves."""
    seen = simulate(Pacer(), Server(kind=kind), seconds=600, others_per_minute=100)
    ours = rate(seen.arrivals, 120, 600)
    assert seen.throttled <= 0.03 * len(seen.arrivals)
    assert ours >= 70


def test_what_was_used_before_the_start_is_seen_in_the_first_answer() -> None:
    """Another process used 195 calls of the minute: no 429 follows, full speed soon after."""
    server = Server()
    for n in range(195):
        server.arrive(n * 0.1, is_ours=False)
    seen = simulate(Pacer(), server, seconds=240, start=25.0)
    assert seen.throttled <= 2
    assert rate(seen.arrivals, 120, 240) >= 190


@pytest.mark.parametrize("limit", [30, 400, 1_000])
def test_the_servers_limit_goes_before_ours(limit: int) -> None:
    """Customers have other limits by contract; the header says so."""
    seen = simulate(Pacer(), Server(limit=limit), seconds=300)
    assert seen.throttled <= (0 if limit > 200 else 30)
    assert rate(seen.arrivals, 120, 300) >= 0.95 * limit
    assert largest([t for t in seen.arrivals if t > 60]) <= limit


def test_a_ceiling_holds_whatever_the_server_says() -> None:
    seen = simulate(Pacer(ceiling=50), Server(limit=200), seconds=200)
    assert largest(seen.arrivals) <= 50


def answer(status: int = 200, **headers: str) -> Attempt:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Attempt("answered", status=status, headers=named, server_time=EPOCH)


def one_call(pacer: Pacer, now: float, attempt: Attempt) -> None:
    ticket = pacer.take(now)
    pacer.sent(ticket, now)
    pacer.answered(ticket, now, attempt)


@pytest.mark.parametrize(
    ("attempt", "wait_s"),
    [
        (answer(429, retry_after="20", x_ratelimit_reset=str(int(EPOCH) + 50)), 20.0),
        (answer(429, x_ratelimit_reset=str(int(EPOCH) + 50)), 50.0),
        (answer(429, x_ratelimit_reset="30"), 30.0),
        (answer(429, x_ratelimit_reset=str(int(EPOCH) + 9_000)), 60.0),
        (answer(429), 5.0),
    ],
    ids=["Retry-After first", "else the reset", "reset as seconds", "absurd reset", "no advice"],
)
def test_a_429_of_our_own_pauses_everything(attempt: Attempt, wait_s: float) -> None:
    """Retry-After, then the reset, then five seconds."""
    pacer = Pacer()
    one_call(pacer, 100.0, attempt)
    assert pacer.wait_s(100.0) == pytest.approx(wait_s)
    assert pacer.wait_s(100.0 + wait_s) == 0.0


def test_a_downstream_429_eases_the_rate_and_pauses_nothing() -> None:
    """The ATS behind the API is slower: calls go on, further apart, and recover."""
    pacer = Pacer()
    downstream = answer(429, x_ratelimit_remaining="150", retry_after="40")
    one_call(pacer, 100.0, downstream)
    assert pacer.is_eased
    assert pacer.wait_s(103.0) == 0.0
    one_call(pacer, 100.5, downstream)  # a second one of the same moment changes nothing
    for n in range(200):
        one_call(pacer, 110.0 + n, answer(x_ratelimit_remaining="150"))
    assert not pacer.is_eased


def test_answers_that_never_came_teach_nothing() -> None:
    """No headers, no status: the call counts, the limit stays."""
    pacer = Pacer(100)
    one_call(pacer, 0.0, Attempt("unknown"))
    one_call(pacer, 1.0, answer(500, x_ratelimit_limit="0"))
    assert pacer.limit == 100
    assert pacer.calls_in_window(2.0) == 2


def test_a_slot_that_is_given_back_is_free_again() -> None:
    """Cancelled before it was sent, a call uses no budget."""
    pacer = Pacer(2)
    tickets = [pacer.take(0.0), pacer.take(0.0)]
    assert pacer.wait_s(100.0) > 0
    assert pacer.give_back(tickets[0]) is True
    assert pacer.give_back(tickets[0]) is False
    assert pacer.wait_s(100.0) == 0.0
    pacer.sent(tickets[1], 100.0)
    assert pacer.give_back(tickets[1]) is False
    assert pacer.calls_in_window(101.0) == 1


def test_a_fixed_window_that_others_emptied_is_waited_out() -> None:
    """Once windows are known to be fixed, a remainder of nothing means waiting for the next."""
    pacer = Pacer()
    reset = str(int(EPOCH) + 40)
    for n in range(5):
        now = 100.0 + 10 * n
        assert pacer.wait_s(now) == 0.0
        one_call(pacer, now, answer(x_ratelimit_remaining="9", x_ratelimit_reset=reset))
    one_call(pacer, 150.0, answer(x_ratelimit_remaining="0", x_ratelimit_reset=reset))
    assert pacer.wait_s(151.0) == pytest.approx(39.0)
    one_call(pacer, 152.0, answer(x_ratelimit_remaining="5", x_ratelimit_reset=reset))
    assert pacer.wait_s(153.0) >= 37  # what an older answer said does not raise it again
    assert pacer.wait_s(260.0) == 0.0


def test_calls_of_one_window_are_spread_over_what_is_left_of_it() -> None:
    """Fixed windows that others use too are not emptied at once."""
    pacer = Pacer()
    reset = str(int(EPOCH) + 40)
    for n in range(5):
        one_call(pacer, 100.0 + 10 * n, answer(x_ratelimit_remaining="9", x_ratelimit_reset=reset))
    pacer.take(150.0)
    assert 2 < pacer.wait_s(150.0) < 6


def test_where_all_slots_are_reserved_it_is_asked_again_soon() -> None:
    pacer = Pacer(1)
    ticket = pacer.take(0.0)
    assert pacer.wait_s(70.0) == pytest.approx(0.05)
    pacer.sent(ticket, 70.0)
    assert pacer.wait_s(71.0) == pytest.approx(59.25)
