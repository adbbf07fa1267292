"""The table of design 4.7, line by line, and what reads come to."""

from __future__ import annotations

from typing import Any

import pytest

from importer.core.disposition import (
    Fate,
    ReadFate,
    access_stop,
    backoff_s,
    dispose,
    dispose_read,
    unusable_answer,
)
from importer.core.ports import Attempt
from importer.errors import AccessStopped, OutageStopped

UUID = "018b4bfb-5ece-70b1-ad5e-862a9433aa65"


def answered(status: int, body: object = None, **more: Any) -> Attempt:
    values: dict[str, Any] = {"is_json": body is not None, "claims_json": body is not None}
    return Attempt("answered", status=status, body=body, **{**values, **more})


def judge(attempt: Attempt, earlier: int = 0, successes: int = 1, forbidden: int = 0) -> Any:
    return dispose(
        attempt, earlier_attempts=earlier, successes=successes, forbidden_running=forbidden
    )


SUCCESS = {
    "200 with an id": (answered(200, {"id": UUID}), UUID),
    "201 with an id": (answered(201, {"data": {"id": UUID}}), UUID),
    "200 with a bare id": (answered(200, UUID), UUID),
    "200 without an id": (answered(200, {"message": "thanks"}), ""),
    "200 with null": (answered(200, None, is_json=True, claims_json=True), ""),
    "200 empty, no type": (answered(200), ""),
    "200 HTML": (answered(200, text="<p>ok</p>"), ""),
    "204 with a JSON type": (answered(204, claims_json=True), ""),
    "200 success true": (answered(200, {"success": True, "data": {"id": UUID}}), UUID),
}


@pytest.mark.parametrize(("attempt", "candidate_id"), SUCCESS.values(), ids=SUCCESS)
def test_any_2xx_is_created(attempt: Attempt, candidate_id: str) -> None:
    """Whatever a success says, it is a success; an id is kept where there is one."""
    what = judge(attempt)
    assert (what.fate, what.candidate_id) == (Fate.CREATED, candidate_id)


DOUBT = {
    "success false": (answered(200, {"success": False, "error": {}}), 0),
    "JSON claimed, none there": (answered(200, claims_json=True, text="{"), 0),
    "JSON claimed, empty": (answered(200, claims_json=True), 0),
    "500": (answered(500, {"detail": "boom"}), 0),
    "501": (answered(501, {"detail": "not here"}), 0),
    "502 HTML": (answered(502, text="<html>"), 0),
    "503": (answered(503), 0),
    "599": (answered(599), 0),
    "a status that nobody knows": (answered(777), 0),
    "408": (answered(408), 0),
    "409 on a repeated attempt": (answered(409, {"detail": "in progress"}), 1),
    "timeout after it left": (Attempt("unknown", reason="ReadTimeout"), 0),
    "connection lost": (Attempt("unknown", reason="RemoteProtocolError"), 0),
}


@pytest.mark.parametrize(("attempt", "earlier"), DOUBT.values(), ids=DOUBT)
def test_no_usable_answer_is_in_doubt(attempt: Attempt, earlier: int) -> None:
    """Whatever may have been stored is in doubt, and says why."""
    what = judge(attempt, earlier=earlier)
    assert what.fate is Fate.IN_DOUBT
    assert what.why


@pytest.mark.parametrize(
    ("headers", "earlier", "wait_s"),
    [
        ({"retry-after": "7"}, 0, 7.0),
        ({"retry-after": "0.5"}, 0, 0.5),
        ({"retry-after": "Mon, 23 Nov 2026 15:00:30 GMT"}, 0, 30.0),
        ({"retry-after": "-3"}, 0, 0.0),
        ({"retry-after": "soon"}, 0, 2.0),
        ({"retry-after": "inf"}, 0, 2.0),
        ({}, 2, 8.0),
        ({}, 50, 60.0),
    ],
)
def test_429_waits_and_goes_again(headers: dict[str, str], earlier: int, wait_s: float) -> None:
    """Retry-After goes before our own guess."""
    server_time = 1_795_446_000.0  # Mon, 23 Nov 2026 15:00:00 GMT
    what = judge(answered(429, headers=headers, server_time=server_time), earlier=earlier)
    assert (what.fate, what.wait_s) == (Fate.RETRY_AFTER, wait_s)


def test_what_never_left_backs_off() -> None:
    """A request that provably stayed here costs nothing but time."""
    what = judge(Attempt("never_sent", reason="ConnectError"), earlier=1)
    assert (what.fate, what.wait_s) == (Fate.BACK_OFF, 4.0)


@pytest.mark.parametrize("status", [400, 402, 409, 410, 413, 415, 418, 422, 451])
def test_other_4xx_is_refused_in_the_atss_words(status: int) -> None:
    """A first 409 and every 4xx about the data is the row's; only 400 and 422 doubt the schema."""
    detail = [{"loc": ["body", "first_name"], "msg": "Too long", "type": "x"}]
    what = judge(answered(status, {"detail": detail}))
    assert what.fate is Fate.REFUSED
    assert what.complaints[0].loc == ("body", "first_name")
    assert what.complaints[0].message == "Too long"
    assert what.causes == {f"{status}|body.first_name|too long"}
    assert what.may_be_schema == (status in (400, 422))


@pytest.mark.parametrize("status", [301, 302, 307, 308, 401, 404, 405, 407])
def test_a_refused_caller_stops_the_run(status: int) -> None:
    """No row is to blame for a wrong key, address or a redirect."""
    what = judge(answered(status, {"detail": "no"}))
    assert what.fate is Fate.STOP
    assert isinstance(what.stop, AccessStopped)
    assert what.stop.hint


@pytest.mark.parametrize(
    ("successes", "running", "fate"),
    [(0, 0, Fate.STOP), (1, 0, Fate.REFUSED), (1, 1, Fate.REFUSED), (1, 2, Fate.STOP)],
    ids=["before any success", "first after one", "second", "third running"],
)
def test_403_is_ours_before_a_success_or_three_running(
    successes: int, running: int, fate: Fate
) -> None:
    """Some ATSs refuse one person with 403; three in a row mean us."""
    assert judge(answered(403, {"detail": "no"}), 0, successes, running).fate is fate


def test_backoff_doubles_up_to_a_minute() -> None:
    assert [backoff_s(n) for n in (-1, 0, 1, 4, 5, 2_000)] == [2, 2, 4, 32, 60, 60]


READS = {
    "usable": (answered(200, {"items": []}), ReadFate.USABLE),
    "success false": (answered(200, {"success": False}), ReadFate.UNUSABLE),
    "not JSON": (answered(200, text="<html>"), ReadFate.UNUSABLE),
    "lost": (Attempt("unknown"), ReadFate.REPEAT),
    "never sent": (Attempt("never_sent"), ReadFate.REPEAT),
    "429": (answered(429), ReadFate.REPEAT),
    "408": (answered(408), ReadFate.REPEAT),
    "500": (answered(500), ReadFate.REPEAT),
    "501": (answered(501), ReadFate.UNUSABLE),
    "403": (answered(403), ReadFate.STOP),
    "401": (answered(401), ReadFate.STOP),
    "302": (answered(302), ReadFate.STOP),
    "422": (answered(422), ReadFate.UNUSABLE),
}


@pytest.mark.parametrize(("attempt", "fate"), READS.values(), ids=READS)
def test_reads_may_be_repeated(attempt: Attempt, fate: ReadFate) -> None:
    """A GET is repeated where that can help, and never where the caller is refused."""
    assert dispose_read(attempt) is fate


@pytest.mark.parametrize(
    ("attempt", "kind", "words"),
    [
        (Attempt("never_sent", reason="ConnectError"), OutageStopped, "could not be reached"),
        (Attempt("unknown", reason="ReadTimeout"), OutageStopped, "no answer"),
        (answered(401, {"detail": "bad key"}), AccessStopped, "bad key"),
        (answered(200, text="<html>"), OutageStopped, "not readable"),
        (answered(501, {"detail": "no schema"}), OutageStopped, "no schema"),
    ],
)
def test_an_unusable_read_says_what_came(attempt: Attempt, kind: type, words: str) -> None:
    """What stops a command says what came instead of an answer, and what to do."""
    stop = unusable_answer(attempt, "asking")
    assert isinstance(stop, kind)
    assert words in stop.message
    assert "asking" in stop.message
    assert stop.hint


def test_each_refused_caller_gets_advice_of_its_own() -> None:
    """401, 403, redirects, proxies and wrong addresses need different things."""
    hints = {access_stop(answered(s), "x").hint for s in (401, 403, 302, 407, 404)}
    assert len(hints) == 5
