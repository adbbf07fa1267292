"""A running sandbox: its settings, clock, connectors, people and faults in one place.

Lives here: the state and the few verbs that change it. Must never live here: HTTP. What a
newcomer would question: settings are frozen and swapped whole, so that a drill can change
them while requests are under way without a request seeing half of a change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from importer.errors import UsageError
from importer.sandbox.clock import SandboxClock
from importer.sandbox.connectors import Connector, make_connectors
from importer.sandbox.faults import Faults, Outage
from importer.sandbox.judge import Finding, judge_create, put_in_words
from importer.sandbox.limits import SlidingWindow
from importer.sandbox.people import make_person
from importer.sandbox.profiles.base import make_id
from importer.sandbox.settings import OutageKind, SandboxSettings
from importer.sandbox.store import Store, StoredPerson
from importer.sandbox.wire import CreateBody, JsonObject, Refusal

KEY_HOLDS_S: Final = 300.0


@dataclass(slots=True)
class KeyEntry:
    """What is known of one idempotency key."""

    digest: str
    state: Literal["running", "done"]
    at: float
    person: StoredPerson | None = None


class World:
    """Everything that the sandbox is at one moment."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._begin(settings)

    def _begin(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.clock = SandboxClock(settings.clock_speed, settings.start_at)
        now = self.clock.now()
        self.started_at = now
        self.connectors = make_connectors(self.settings, now)
        self.store = Store(self.settings.store)
        self.faults = Faults(self.settings)
        self.key_window = SlidingWindow()
        self.keys: dict[tuple[str, str], KeyEntry] = {}
        self._seq = max((p.seq for p in self.store.people()), default=0)
        for connector in self.connectors:
            for number in range(self.settings.people):
                self._seed(connector, number, now)

    def _seed(self, connector: Connector, number: int, now: float) -> None:
        person = make_person(number)
        kept: JsonObject = {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "company": person.company,
            "title": person.title,
            "locations": [person.city],
            "phone_numbers": [person.phone],
            "email_addresses": [person.email],
        }
        self._seq += 1
        self.store.add(
            StoredPerson(
                id=make_id(connector.id, "person", str(number)),
                remote_id=str(90_000_000 + number),
                connector=connector.id,
                seq=self._seq,
                # A year of history, the newest a day ago; a minute apart past that.
                at=now - 86_400 - (self.settings.people - number) * 60,
                kept=kept,
                body=kept,
                is_seeded=True,
            )
        )

    # --- changed by a drill ------------------------------------------------------------------

    def change(self, **fields: Any) -> None:
        """Swap settings while it runs.

        The clock, the connectors, the people and the store's file are taken at the start
        or at a `reset` only.

        Raises:
            UsageError: A setting is unknown or impossible.
        """
        try:
            settings = replace(self.settings, **fields)
        except TypeError as error:
            raise UsageError(f"The sandbox has no such setting: {', '.join(fields)}.") from error
        self.settings = settings
        if "seed" in fields:
            outages = self.faults.outages
            self.faults = Faults(replace(settings, script=()))
            self.faults.outages = outages
        if "script" in fields:
            self.faults.add_script(settings.script)

    def reset(self, settings: SandboxSettings | None = None) -> None:
        """Forget people, logs, faults and budgets; begin anew, with the settings of now or others.

        A store's file is kept and read again.
        """
        self.store.close()
        self._begin(settings or self.settings)

    def begin_outage(self, for_s: float, kind: OutageKind = "error") -> None:
        """Let every request fail from now on for so long."""
        now = self.clock.now()
        self.faults.outages.append(Outage(now, now + for_s, kind))

    # --- asked by the endpoints --------------------------------------------------------------

    def connector_of(self, token: str) -> Connector | None:
        """The connector that a token reaches."""
        return next((c for c in self.connectors if c.token == token), None)

    def connector_with(self, connector_id: str) -> Connector:
        """The connector of an id.

        Raises:
            UsageError: There is none.
        """
        for connector in self.connectors:
            if connector.id == connector_id:
                return connector
        raise UsageError(f"The sandbox has no connector {connector_id}.")

    def readable(
        self, connector: Connector, people: Iterable[StoredPerson]
    ) -> Iterator[tuple[StoredPerson, float]]:
        """Those of some people that the read side shows now, and since when, in order."""
        now = self.clock.now()
        for person in people:
            at = connector.visible_at(person, self.settings)
            if at <= now:
                yield person, at

    def claim_key(self, connector: Connector, key: str, raw: bytes) -> KeyEntry | Refusal | None:
        """Honour an idempotency key: the entry to fill, a finished one, or a conflict."""
        if not key or not self.settings.honours_idempotency:
            return None
        now = self.clock.now()
        digest = hashlib.sha256(raw).hexdigest()
        entry = self.keys.get((connector.id, key))
        if entry is not None and (entry.state == "running" or now - entry.at <= KEY_HOLDS_S):
            if entry.digest != digest:
                return Refusal(409, "Idempotency key was used with a different payload")
            if entry.state == "running":
                return Refusal(409, "A request with this idempotency key is already in progress")
            return entry
        entry = KeyEntry(digest, "running", now)
        self.keys[(connector.id, key)] = entry
        return entry

    def release_key(self, connector: Connector, key: str) -> None:
        """Forget a key whose attempt failed: the same key is processed again."""
        self.keys.pop((connector.id, key), None)

    def judge(self, connector: Connector, body: CreateBody) -> Refusal | None:
        """Ask the ATS whether it takes a candidate."""
        settings = self.settings
        if not settings.rules:
            return None
        refusal = judge_create(
            body,
            connector.profile,
            settings.meta_version,
            connector.lookups,
            settings.max_file_bytes,
        )
        if refusal is None and settings.same_email == "refuse":
            known = self._same_email(connector, body.person)
            if known is not None:
                loc = (*body.loc, "email_addresses")
                finding = Finding(loc, "email_addresses", known.emails[0], "same_email", "taken")
                return put_in_words([finding], connector.profile)
        return refusal

    def _same_email(self, connector: Connector, person: Mapping[str, Any]) -> StoredPerson | None:
        for email in person.get("email_addresses") or ():
            for known in self.store.with_email(connector.id, email):
                return known
        return None

    def add(
        self, connector: Connector, body: JsonObject, kept: JsonObject, key: str = ""
    ) -> StoredPerson:
        """Store a candidate; an ATS that merges gives the one it had."""
        if self.settings.same_email == "merge":
            known = self._same_email(connector, kept)
            if known is not None:
                return known
        self._seq += 1
        person = StoredPerson(
            id=make_id(connector.id, "candidate", str(self._seq), str(self.started_at)),
            remote_id=str(10_000_000 + self._seq),
            connector=connector.id,
            seq=self._seq,
            at=self.clock.now(),
            kept=self._alter(kept),
            body=body,
            key=key,
        )
        self.store.add(person)
        for file in kept.get("attachments") or ():
            if isinstance(file, dict):
                self.attach(person, file)
        return person

    def attach(self, person: StoredPerson, file: JsonObject) -> str:
        """Keep a file of a candidate and give it an id."""
        number = str(len(self.store.files(person.id)) + 1)
        file_id = make_id(person.id, "file", number)
        self.store.attach(person.id, {"id": file_id, "remote_id": number, **file})
        return file_id

    def keep(self, connector: Connector, body: CreateBody) -> JsonObject:
        """Choose what the ATS keeps: only what it declares, and open sections."""
        if not self.settings.rules:
            return dict(body.person)
        profile = connector.profile
        declared = {(f.section, f.key) for f in profile.fields(self.settings.meta_version)}
        kept: JsonObject = {}
        for key, value in body.person.items():
            if ("model_keys", key) in declared:
                kept[key] = value
            elif key in {"additional_attributes", "custom_fields"} and isinstance(value, dict):
                kept[key] = {
                    k: v
                    for k, v in value.items()
                    if key in profile.open_sections or (key, k) in declared
                }
        return kept

    def _alter(self, kept: JsonObject) -> JsonObject:
        altered = dict(kept)
        for key, how in self.settings.alters.items():
            if how == "drop":
                altered.pop(key, None)
            elif how == "first" and altered.get(key):
                altered[key] = altered[key][:1]
            elif how in {"upper", "truncate"} and altered.get(key):
                altered[key] = _map_texts(altered[key], how)
        return altered


def _map_texts(value: Any, how: str) -> Any:
    if isinstance(value, list):
        return [_map_texts(item, how) for item in value]
    if not isinstance(value, str):
        return value
    return value.upper() if how == "upper" else value[:10]
