"""The call budget: how many requests a run needs, for what, and when it will be done.

Lives here: counting and calendar arithmetic. Must never live here: a clock; the time is
passed in. What a newcomer would question: the plan counts calls, not rows. Calls are what is
scarce, 3.3 a second, and a look-up costs as much as a create.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final

from importer.errors import UsageError

PURPOSES: Final = (
    "preflight",
    "lookups",
    "existing_people",
    "reconcile",
    "create",
    "attachments",
)
"""What calls are for, in the order in which a run makes them."""


@dataclass(frozen=True, slots=True)
class SendLimits:
    """What a person allows a run to use; None: no limit.

    Attributes:
        max_calls: `--max-calls`: calls of the whole run.
        until: `--until`: Unix seconds after which nothing new starts.
        max_creates: `--limit`: candidates to create.
    """

    max_calls: int | None = None
    until: float | None = None
    max_creates: int | None = None

    def used_up(self, calls: int, now: float) -> str | None:
        """Why no further call may be made; None: it may. `now` is Unix seconds."""
        if self.max_calls is not None and calls >= self.max_calls:
            return f"The run has made the {self.max_calls} calls that --max-calls allows."
        if self.until is not None and now >= self.until:
            return "The time that --until names has come."
        return None


@dataclass(frozen=True, slots=True)
class CallPlan:
    """What a run will need.

    Attributes:
        by_purpose: Calls for each of `PURPOSES`.
        limit_per_minute: The connector's limit.
        creates: Rows that will be sent.
        creates_in_reach: How many of them `limits` leave room for.
    """

    by_purpose: Mapping[str, int]
    limit_per_minute: int
    starts_at: datetime
    creates: int = 0
    creates_in_reach: int = 0
    limited_by: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def calls(self) -> int:
        """All calls together."""
        return sum(self.by_purpose.values())

    @property
    def seconds(self) -> float:
        """How long they take at the limit."""
        return calls_to_seconds(self.calls, self.limit_per_minute)

    @property
    def ends_at(self) -> datetime:
        """When the run will be done."""
        return self.starts_at + timedelta(seconds=self.seconds)

    def as_json(self) -> dict[str, object]:
        """The plan as `summary.json` shows it."""
        return {
            "calls": self.calls,
            "by_purpose": dict(self.by_purpose),
            "seconds": round(self.seconds),
            "ends_at": self.ends_at.isoformat(timespec="seconds"),
            "limit_per_minute": self.limit_per_minute,
            "creates": self.creates,
            "creates_in_reach": self.creates_in_reach,
            "limited_by": self.limited_by,
        }


def calls_to_seconds(calls: int, limit_per_minute: int) -> float:
    """Seconds that so many calls take at the limit."""
    return calls * 60.0 / max(1, limit_per_minute)


def plan_calls(
    *,
    creates: int,
    limit_per_minute: int,
    starts_at: datetime,
    limits: SendLimits | None = None,
    attachments: int = 0,
    existing_people: int = 0,
    lookups: int = 0,
    reconcile: int = 0,
    preflight: int = 0,
    calls_made: int = 0,
) -> CallPlan:
    """Plan what is still to be called.

    Args:
        creates: Rows to send.
        limit_per_minute: The connector's limit.
        starts_at: Now, with its time zone.
        limits: What the person allows; creates beyond them are left for the next run.
        attachments: Files that go by a call of their own.
        existing_people: Pages or look-ups of people who are in the ATS already.
        lookups: Pages of jobs, users and the like.
        reconcile: Calls to settle rows in doubt.
        preflight: Connector and schema.
        calls_made: Calls of this run before now; they count against `--max-calls`.
    """
    limits = SendLimits() if limits is None else limits
    before = preflight + lookups + existing_people + reconcile
    reach, limited_by = creates, ""
    per_create = 1 + attachments / creates if creates else 1.0
    if limits.max_creates is not None and limits.max_creates < reach:
        reach, limited_by = limits.max_creates, "--limit"
    rooms = []
    if limits.max_calls is not None:
        rooms.append((limits.max_calls - calls_made - before, "--max-calls"))
    if limits.until is not None:
        seconds = limits.until - starts_at.timestamp()
        rooms.append((math.floor(seconds * limit_per_minute / 60) - before, "--until"))
    for room, name in rooms:
        possible = max(0, math.floor(room / per_create))
        if possible < reach:
            reach, limited_by = possible, name
    counts = {
        "preflight": preflight,
        "lookups": lookups,
        "existing_people": existing_people,
        "reconcile": reconcile,
        "create": reach,
        "attachments": math.ceil(attachments * reach / creates) if creates else attachments,
    }
    return CallPlan(counts, limit_per_minute, starts_at, creates, reach, limited_by)


def parse_until(text: str, now: datetime) -> datetime:
    """Read `--until`: a time (`06:00`: the next one), a date (its first minute), or both.

    Args:
        text: What the person wrote.
        now: With the time zone that a text without one is meant in.

    Raises:
        UsageError: It is neither, or lies in the past.
    """
    cleaned = text.strip()
    moment: datetime | None = None
    try:
        clock_time = time.fromisoformat(cleaned)
        moment = datetime.combine(now.date(), clock_time, clock_time.tzinfo or now.tzinfo)
        if moment <= now:
            moment += timedelta(days=1)
    except ValueError:
        try:
            moment = datetime.fromisoformat(cleaned)
        except ValueError:
            raise UsageError(
                f"--until: {cleaned!r} is neither a time nor a date.",
                hint="Write for example 06:00, 2026-11-24 or 2026-11-24T06:00.",
            ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=now.tzinfo)
    if moment <= now:
        raise UsageError(
            f"--until: {moment:%Y-%m-%d %H:%M} has passed already.",
            hint="A date alone means its first minute.",
        )
    return moment
