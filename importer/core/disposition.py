"""What one attempt to create a candidate means for its row: the table of design 4.7.

Lives here: the decision, as a pure function of the answer and three counts. Must never live
here: waiting, sending or remembering. What a newcomer would question: a 5xx or a lost answer
is never "failed". The candidate may stand in the ATS already, and the API promises no
idempotency, so the only honest word is *in doubt*.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from importer.core.answers import (
    Complaint,
    answer_words,
    parse_complaints,
    parse_retry_after,
    refusal_causes,
    says_no_success,
)
from importer.core.bodies import parse_created_id
from importer.core.ports import Attempt
from importer.errors import AccessStopped, ImporterError, OutageStopped

FORBIDDEN_RUNNING: Final = 3
"""So many 403 in a row mean the caller, not the rows."""

_FIRST_WAIT_S: Final = 2.0
_LONGEST_WAIT_S: Final = 60.0
_NOBODY_TO_BLAME: Final = frozenset({401, 404, 405, 407})


class Fate(StrEnum):
    """What becomes of the row."""

    CREATED = "created"
    IN_DOUBT = "in doubt"
    RETRY_AFTER = "retry after"
    BACK_OFF = "back off"
    REFUSED = "refused"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Disposition:
    """A fate and what goes with it.

    Attributes:
        candidate_id: Of a created candidate; empty where the answer names none.
        wait_s: Before the same row may go again.
        complaints: The provider's words of a refusal.
        causes: What the breaker compares.
        why: Why a row is in doubt, a clause for a person.
        stop: What to raise once the rows in flight are settled.
        may_be_schema: The refusal may mean that the candidate schema has changed.
    """

    fate: Fate
    candidate_id: str = ""
    wait_s: float = 0.0
    complaints: tuple[Complaint, ...] = ()
    causes: frozenset[str] = field(default_factory=frozenset)
    why: str = ""
    stop: ImporterError | None = None
    may_be_schema: bool = False


def dispose(
    attempt: Attempt, *, earlier_attempts: int, successes: int, forbidden_running: int
) -> Disposition:
    """Decide what one attempt means for its row.

    Args:
        attempt: What the request came to.
        earlier_attempts: Attempts of this row before this one, in any run.
        successes: Creates that succeeded in this run.
        forbidden_running: 403 answers directly before this one.
    """
    if attempt.kind == "never_sent":
        return Disposition(Fate.BACK_OFF, wait_s=backoff_s(earlier_attempts))
    status = attempt.status
    if attempt.kind == "unknown" or status is None:
        return _doubt("no answer came after the request had left")
    if 200 <= status < 300:
        return _judge_success(attempt)
    if status == 429:
        asked = parse_retry_after(attempt)
        wait_s = backoff_s(earlier_attempts) if asked is None else asked
        return Disposition(Fate.RETRY_AFTER, wait_s=wait_s)
    if status == 408:
        return _doubt("the service gave up waiting for the request (408)")
    if status == 409 and earlier_attempts > 0:
        return _doubt("the service says that an earlier attempt is in its way (409)")
    is_forbidden = status == 403 and (successes == 0 or forbidden_running + 1 >= FORBIDDEN_RUNNING)
    if status in _NOBODY_TO_BLAME or 300 <= status < 400 or is_forbidden:
        return Disposition(Fate.STOP, stop=access_stop(attempt, "creating candidates"))
    if 400 <= status < 500:
        complaints = parse_complaints(attempt)
        return Disposition(
            Fate.REFUSED,
            complaints=complaints,
            causes=refusal_causes(status, complaints),
            may_be_schema=status in (400, 422),
        )
    return _doubt(f"the service failed while it worked on the request ({status})")


def _judge_success(attempt: Attempt) -> Disposition:
    if attempt.is_json and says_no_success(attempt.body):
        return _doubt("the service answered OK and yet says that it did not succeed")
    if attempt.claims_json and not attempt.is_json and attempt.status not in (204, 205):
        return _doubt("the service answered OK, but its answer is broken off or unreadable")
    return Disposition(Fate.CREATED, candidate_id=parse_created_id(attempt.body))


def _doubt(why: str) -> Disposition:
    return Disposition(Fate.IN_DOUBT, why=why)


def backoff_s(tries: int) -> float:
    """Seconds to wait after `tries` earlier attempts where nobody said how long."""
    return float(min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** min(max(tries, 0), 10)))


class ReadFate(StrEnum):
    """What an answer to a read comes to; reads may be repeated at will."""

    USABLE = "usable"
    REPEAT = "repeat"
    STOP = "stop"
    UNUSABLE = "unusable"


def dispose_read(attempt: Attempt) -> ReadFate:
    """Decide what an answer to a GET is good for."""
    status = attempt.status
    if attempt.kind != "answered" or status is None:
        return ReadFate.REPEAT
    if 200 <= status < 300:
        if not attempt.is_json or says_no_success(attempt.body):
            return ReadFate.UNUSABLE
        return ReadFate.USABLE
    if status in (408, 429) or (status >= 500 and status != 501):
        return ReadFate.REPEAT
    if status in _NOBODY_TO_BLAME or status == 403 or 300 <= status < 400:
        return ReadFate.STOP
    return ReadFate.UNUSABLE


def access_stop(attempt: Attempt, doing: str) -> AccessStopped:
    """Put a refused caller into words; `doing` completes "while …"."""
    status = attempt.status or 0
    words = answer_words(attempt)
    if status == 401:
        message = f"Bindbee did not accept the API key while {doing} (401: {words})."
        hint = (
            "Check the API key and that it belongs to this base URL and to the connector's "
            "environment (development and production have keys of their own)."
        )
    elif status == 403:
        message = f"Bindbee does not allow {doing} on this connector (403: {words})."
        hint = (
            "Check that the connector token is an ATS connector's and that writing candidates "
            "is switched on for it in Bindbee."
        )
    elif 300 <= status < 400:
        message = f"The service sent us to another address while {doing} ({status})."
        hint = "Check the base URL. Redirects are not followed: the key would go along."
    elif status == 407:
        message = f"A network proxy asks for a login while {doing} (407)."
        hint = "Check the proxy settings of this machine."
    else:
        message = f"The service does not know the address while {doing} ({status}: {words})."
        hint = "Check the base URL: https://api.bindbee.dev or https://api-eu.bindbee.dev."
    return AccessStopped(message, hint=hint)


def unusable_answer(attempt: Attempt, doing: str) -> ImporterError:
    """The exception for a read that stayed without a usable answer; says what came instead."""
    if attempt.kind == "never_sent":
        return OutageStopped(
            f"The service could not be reached while {doing} ({attempt.reason}).",
            hint="Check the network and the base URL, then run again.",
        )
    if attempt.kind == "unknown":
        return OutageStopped(
            f"The service took the question and gave no answer while {doing} ({attempt.reason}).",
            hint="Run again later.",
        )
    if dispose_read(attempt) is ReadFate.STOP:
        return access_stop(attempt, doing)
    words = "the answer is not readable" if attempt.status == 200 else answer_words(attempt)
    return OutageStopped(
        f"The service gave no usable answer while {doing} ({attempt.status}: {words}).",
        hint="Run again later.",
    )
