"""When to stop or slow down: the breaker, the outage, and two numbers that look wrong.

Lives here: guards that are told what happened (and when) and say what may go on. Must never
live here: waiting or sending. What a newcomer would question: five rows in doubt running
stop all creating although the sixth might go through. Each row in doubt is a person's work;
a GET that fails costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from importer.errors import GuardStopped, OutageStopped, UsageError

_FIRST_PAUSE_S: Final = 5.0
_LONGEST_PAUSE_S: Final = 900.0
_CONNECT_FAILURES: Final = 2
_TRIALS: Final = 3
_RUNS_BEFORE_GUARD: Final = 10
_CREATES_BEFORE_GUARD: Final = 100
_TIMES_THE_LARGEST: Final = 5


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """Numbers that people may set.

    Attributes:
        doubts_running: Rows in doubt in a row that stop all creating.
        refusals_running: Refusals in a row with one cause that stop the run.
        patience_s: Seconds to wait for a service that is out of order.
    """

    doubts_running: int = 5
    refusals_running: int = 25
    patience_s: float = 7_200.0


# --- the breaker ------------------------------------------------------------------------------


class Breaker:
    """Stops a run whose rows are all refused for one and the same cause."""

    def __init__(self, refusals_running: int) -> None:
        self._limit = refusals_running
        self._running = 0
        self._shared: frozenset[str] = frozenset()

    def on_refused(self, causes: frozenset[str]) -> None:
        """A row was refused; `causes` as `refusal_causes` names them."""
        shared = self._shared & causes if self._running else causes
        self._running = self._running + 1 if shared else 1
        self._shared = shared or causes

    def on_success(self) -> None:
        """A row was taken."""
        self._running = 0
        self._shared = frozenset()

    def stop(self) -> GuardStopped | None:
        """The exception once the cause has struck often enough."""
        if self._running < self._limit:
            return None
        _, loc, message = min(self._shared).split("|", 2)
        where = f" at {loc}" if loc else ""
        return GuardStopped(
            f"The ATS refused {self._running} rows running for one cause{where}: {message}",
            hint=(
                "Mend the cause in the mapping or in the ATS (the report shows its own words), "
                "then run again; add --retry-refused if neither mapping nor rows change."
            ),
        )


# --- an outage --------------------------------------------------------------------------------


class Step(StrEnum):
    """What the sender may do next."""

    GO = "go"
    WAIT = "wait"
    PROBE = "probe"
    GIVE_UP = "give up"


class _Weather(StrEnum):
    CLEAR = "clear"
    STORM = "storm"
    TRIAL = "trial"


class OutageGuard:
    """Turns running failures into: stop creating, probe, try one row at a time, give up.

    `now` is monotonic seconds. Patience counts from the first failure after the last answer.
    """

    def __init__(self, settings: GuardSettings) -> None:
        self._settings = settings
        self._weather = _Weather.CLEAR
        self._doubts = 0
        self._connect_failures = 0
        self._trials_left = 0
        self._pauses = 0
        self._resume_at = 0.0
        self._troubled_since: float | None = None

    @property
    def is_clear(self) -> bool:
        """Whether rows go out at full width."""
        return self._weather is _Weather.CLEAR

    def next_step(self, now: float) -> Step:
        """What may be done now; WAIT lasts `wait_s`."""
        since = self._troubled_since
        if since is not None and now - since >= self._settings.patience_s:
            return Step.GIVE_UP
        if now < self._resume_at:
            return Step.WAIT
        return Step.PROBE if self._weather is _Weather.STORM else Step.GO

    def wait_s(self, now: float) -> float:
        """Seconds until the next step is worth asking for; never beyond patience."""
        give_up_at = float("inf")
        if self._troubled_since is not None:
            give_up_at = self._troubled_since + self._settings.patience_s
        return max(0.0, min(self._resume_at, give_up_at) - now)

    def width(self, window: int) -> int:
        """How many rows may be without an answer at once.

        In doubt at most: with `window` up to `doubts_running`, never more rows than that.
        """
        if self._weather is _Weather.TRIAL:
            return 1
        return max(1, min(window, max(window, self._settings.doubts_running) - self._doubts))

    def on_answer(self) -> None:
        """The service did its work on a create: took the row, refused it, or refused us."""
        self._doubts = 0
        self._connect_failures = 0
        self._troubled_since = None
        self._resume_at = 0.0
        if self._weather is _Weather.TRIAL:
            self._trials_left -= 1
            if self._trials_left <= 0:
                self._weather = _Weather.CLEAR
                self._pauses = 0

    def on_throttled(self, now: float) -> None:
        """A 429: no failure, but patience runs while nothing else comes."""
        self._trouble(now)

    def on_doubt(self, now: float) -> None:
        """A create left and no usable answer came."""
        self._trouble(now)
        self._doubts += 1
        if self._weather is _Weather.TRIAL or self._doubts >= self._settings.doubts_running:
            self._storm(now)

    def on_never_sent(self, now: float) -> None:
        """A create could not leave this machine."""
        self._trouble(now)
        self._connect_failures += 1
        if self._weather is _Weather.TRIAL or self._connect_failures >= _CONNECT_FAILURES:
            self._storm(now)

    def on_probe(self, now: float, *, is_answered: bool) -> None:
        """The GET that asks whether the service is back has come to something."""
        if is_answered:
            self._weather = _Weather.TRIAL
            self._trials_left = _TRIALS
        else:
            # A late answer to a row sent before the storm may have ended the count of patience.
            self._trouble(now)
            self._pause(now)

    def give_up(self) -> OutageStopped:
        """The exception for patience that ran out."""
        minutes = round(self._settings.patience_s / 60)
        return OutageStopped(
            f"The service has given no usable answer to a create for {minutes} minutes.",
            hint="Nothing is lost and nothing will be sent twice: run again later.",
        )

    def _trouble(self, now: float) -> None:
        if self._troubled_since is None:
            self._troubled_since = now

    def _storm(self, now: float) -> None:
        if self._weather is not _Weather.STORM:
            self._weather = _Weather.STORM
            self._pause(now)

    def _pause(self, now: float) -> None:
        self._resume_at = now + min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** min(self._pauses, 10))
        self._pauses += 1


# --- numbers that look wrong ------------------------------------------------------------------


def parse_share(text: str) -> float:
    """Read `20%` (or `20`) as 0.2.

    Raises:
        UsageError: It is no percentage between 0 and 100.
    """
    try:
        percent = float(text.strip().removesuffix("%").strip())
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:
        raise UsageError(f"{text!r} is no percentage; write for example 20%.")
    return percent / 100


def check_rejected_share(rejected: int, judged: int, max_share: float | None) -> None:
    """Stop where more of the judged rows were rejected than `--max-rejected` allows.

    Raises:
        GuardStopped: The share is above `max_share`; nothing was sent.
    """
    if max_share is None or judged == 0 or rejected <= max_share * judged:
        return
    raise GuardStopped(
        f"{rejected} of {judged} rows ({rejected / judged:.0%}) failed the checks; "
        f"--max-rejected allows {max_share:.0%}. Nothing was sent.",
        hint="Look at the problems in the report; often one column or one format explains most.",
    )


def check_expected_creates(creates: int, *, earlier: Sequence[int], expected: int | None) -> None:
    """Stop an unattended run that would create far more than any run of this mapping did.

    Args:
        creates: Rows that would be created now.
        earlier: Creates of each earlier run of the mapping.
        expected: `--expect N`: so many are fine.

    Raises:
        GuardStopped: After ten runs, more than five times the largest so far, and over 100.
    """
    if expected is not None and creates <= expected:
        return
    largest = max(earlier, default=0)
    is_unusual = (
        len(earlier) >= _RUNS_BEFORE_GUARD
        and creates > _CREATES_BEFORE_GUARD
        and creates > _TIMES_THE_LARGEST * largest
    )
    if expected is None and not is_unusual:
        return
    if expected is not None:
        reason = f"--expect allows {expected}"
    else:
        reason = f"the largest of {len(earlier)} runs so far created {largest}"
    raise GuardStopped(
        f"This run would create {creates} candidates; {reason}. Nothing was sent.",
        hint=f"If the number is right, run with --expect {creates}.",
    )
