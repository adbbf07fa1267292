"""One customer's link to one ATS: its token, its budget, and when it is synced.

Lives here: what the connectors endpoint tells, and from when on a person can be read. Must
never live here: the people. What a newcomer would question: nothing copies anything at a
sync; from its schedule it follows when each person becomes visible, which is exact at any
speed of the clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil

from importer.sandbox.clock import to_iso
from importer.sandbox.limits import SlidingWindow
from importer.sandbox.profiles import PROFILES
from importer.sandbox.profiles.base import Profile, make_id
from importer.sandbox.profiles.customer import Lookups, make_lookups
from importer.sandbox.settings import ConnectorSettings, SandboxSettings
from importer.sandbox.store import StoredPerson
from importer.sandbox.wire import JsonObject


@dataclass(slots=True)
class Connector:
    """A connector while the sandbox runs.

    Attributes:
        token: May be rotated; the id stays.
        resyncs: Starts of syncs that somebody asked for.
    """

    settings: ConnectorSettings
    profile: Profile
    id: str
    token: str
    linked_at: float
    is_revoked: bool = False
    resyncs: list[float] = field(default_factory=list)
    window: SlidingWindow = field(default_factory=SlidingWindow)

    @property
    def lookups(self) -> Lookups:
        """Jobs, users and the like."""
        return make_lookups(self.profile.slug)

    def last_sync(self, now: float, settings: SandboxSettings) -> float:
        """When the newest sync that has begun did so; the first begins with the sandbox."""
        asked_for = [at for at in self.resyncs if at <= now]
        interval = settings.sync_interval_s
        planned = self.linked_at
        if interval:
            planned += (now - self.linked_at) // interval * interval
        return max([planned, *asked_for])

    def next_sync(self, now: float, settings: SandboxSettings) -> float | None:
        """When the next planned sync begins."""
        interval = settings.sync_interval_s
        if not interval:
            return None
        return self.linked_at + ((now - self.linked_at) // interval + 1) * interval

    def visible_at(self, person: StoredPerson, settings: SandboxSettings) -> float:
        """From when on a person can be read; infinity while no sync is in sight."""
        if person.is_seeded or settings.read_lag_s <= 0:
            return person.at
        ready = person.at + settings.read_lag_s
        starts = [at for at in (self.linked_at, *self.resyncs) if at >= ready]
        interval = settings.sync_interval_s
        if interval:
            starts.append(self.linked_at + ceil((ready - self.linked_at) / interval) * interval)
        return min(starts) + settings.sync_duration_s if starts else float("inf")

    def describe(self, now: float, settings: SandboxSettings) -> JsonObject:
        """Write the item of the connectors endpoint."""
        last = self.last_sync(now, settings)
        following = self.next_sync(now, settings)
        runs = now < last + settings.sync_duration_s
        relink = self.settings.status == "RELINK_NEEDED"
        return {
            "id": self.id,
            "is_active": self.settings.is_active,
            "status": self.settings.status,
            "integration_slug": self.profile.slug,
            "end_user": self.settings.end_user,
            "origin_id": self.settings.origin_id,
            "sync_status": settings.sync_status or ("Syncing" if runs else "Done"),
            "last_sync_start_time": to_iso(last),
            "next_sync_start_time": to_iso(following) if following else None,
            "connector_token": self.token,
            "category": "ATS",
            "relink_needed_at": to_iso(self.linked_at) if relink else None,
            "is_test_connector": self.settings.is_test_connector,
            "completed_at": to_iso(self.linked_at),
            "created_at": to_iso(self.linked_at),
        }


def make_connectors(settings: SandboxSettings, now: float) -> list[Connector]:
    """Make the connectors of the settings; the same place in the list has the same id."""
    made = []
    for number, one in enumerate(settings.all_connectors, start=1):
        profile = PROFILES[one.ats or settings.ats]
        connector_id = make_id("connector", profile.slug, str(number))
        made.append(Connector(one, profile, connector_id, one.token, linked_at=now))
    return made
