"""What the reading endpoints do once a request has come through the gate.

Lives here: the meta answer, people, look-ups, connectors, and asking for a sync. Must never
live here: credentials, limits, or anything that stores. What a newcomer would question:
people are looked up through `World.readable` only, which knows what the read side shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse, JSONResponse, Response

from importer.sandbox import answers
from importer.sandbox.clock import parse_iso, to_iso
from importer.sandbox.dialects import write_meta
from importer.sandbox.gate import Passage
from importer.sandbox.store import StoredPerson, fold
from importer.sandbox.wire import Refusal, error

PERSON_FILTERS = ("first_name", "last_name", "company", "remote_id")
LOOKUP_FILTERS: dict[str, tuple[str, ...]] = {
    "jobs": ("remote_id", "code", "status", "offices"),
    "job-interview-stages": ("remote_id", "job"),
    "remote-users": ("email",),
    "tags": (),
    "departments": (),
    "offices": ("remote_id",),
}


async def show_meta(passage: Passage) -> Response:
    """Answer what a create needs, or in one of the ways in which that goes wrong."""
    settings, profile = passage.world.settings, passage.connector.profile
    match settings.meta:
        case "501":
            return answers.say(
                501,
                f"No write schema is published for candidate on {profile.slug}. "
                "Please contact support.",
            )
        case "empty":
            return JSONResponse({"success": True, "data": {}, "error": None})
        case "success-false":
            return answers.not_successful()
        case "error":
            return answers.say(500, "Internal Server Error")
        case "html":
            return HTMLResponse("<html><body>Service is being updated</body></html>")
        case _:
            return JSONResponse(write_meta(profile, settings.meta_version, settings.envelope))


async def list_candidates(passage: Passage) -> Response:
    """Answer a page of the people that the read side shows."""
    query = passage.request.query_params
    world, connector = passage.world, passage.connector
    wanted = answers.parse_page(query)
    if isinstance(wanted, Refusal):
        return answers.refuse(wanted)
    since = _modified_after(query)
    if isinstance(since, Refusal):
        return answers.refuse(since)
    emails = [fold(email) for email in query.getlist("email_addresses")]
    if emails or "ids" in query:
        found = [p for e in emails for p in world.store.with_email(connector.id, e)]
        if not emails:
            found = [p for i in query["ids"].split(",") if (p := world.store.find(i.strip()))]
        unique = {p.id: p for p in found if p.connector == connector.id and p.seq > wanted.after}
        people: Sequence[StoredPerson] = sorted(unique.values(), key=lambda p: p.seq)
    else:
        people = world.store.people(connector.id, wanted.after)
    rows = (
        (person, at)
        for person, at in world.readable(connector, people)
        if _is_later(at, since) and _fits(person, query, set(emails))
    )
    return answers.page(
        rows,
        wanted,
        key=lambda row: row[0].seq,
        write=lambda row: answers.read_candidate(
            row[0], row[1], world.store.files(row[0].id), query
        ),
    )


def _fits(person: StoredPerson, query: QueryParams, emails: set[str]) -> bool:
    if emails and not emails & set(person.emails):
        return False
    if "ids" in query and person.id not in {i.strip() for i in query["ids"].split(",")}:
        return False
    if "tag" in query and query["tag"] not in (person.kept.get("tags") or ()):
        return False
    held = {**person.kept, "remote_id": person.remote_id}
    return all(
        fold(str(held.get(name) or "")) == fold(query[name])
        for name in PERSON_FILTERS
        if name in query
    )


def _modified_after(query: QueryParams) -> float | Refusal:
    text = query.get("modified_after")
    if not text:
        return float("-inf")
    try:
        return parse_iso(text)
    except ValueError:
        loc = ("query", "modified_after")
        return Refusal(422, [error(loc, "Input should be a valid datetime", "datetime", text)])


def _is_later(at: float, since: float) -> bool:
    """Compare as told to clients, in microseconds."""
    is_close = abs(at - since) < 0.001
    return parse_iso(to_iso(at)) > since if is_close else at > since


async def show_candidate(passage: Passage) -> Response:
    """Answer one person, if the read side has it."""
    found = find_readable(passage)
    if isinstance(found, Response):
        return found
    person, at = found
    files = passage.world.store.files(person.id)
    return JSONResponse(answers.read_candidate(person, at, files, passage.request.query_params))


def find_readable(passage: Passage) -> tuple[StoredPerson, float] | Response:
    """Find the person of the path on the read side; else the answer that says why not."""
    person_id = passage.request.path_params["candidate_id"]
    try:
        UUID(person_id)
    except ValueError:
        loc = ("path", "candidate_id")
        return answers.refuse(
            Refusal(422, [error(loc, "Input should be a valid UUID", "uuid_parsing", person_id)])
        )
    world, connector = passage.world, passage.connector
    person = world.store.find(person_id)
    if person is not None and person.connector == connector.id:
        for seen in world.readable(connector, [person]):
            return seen
    return answers.say(404, "Candidate not found")


async def list_lookup(passage: Passage) -> Response:
    """Answer a page of one of the look-up endpoints."""
    path = passage.request.url.path.rsplit("/", 1)[-1]
    query = passage.request.query_params
    since = _modified_after(query)
    if isinstance(since, Refusal):
        return answers.refuse(since)
    modified_at = passage.connector.linked_at
    ids = {i.strip() for i in query["ids"].split(",")} if "ids" in query else None
    rows = [
        row
        for row in passage.connector.lookups.rows[path]
        if _is_later(modified_at, since)
        and (ids is None or row["id"] in ids)
        and all(_holds(row[name], query[name]) for name in LOOKUP_FILTERS[path] if name in query)
    ]
    extra = {"modified_at": to_iso(modified_at), "custom_fields": None}
    return answers.short_page([row | extra for row in rows], query)


def _holds(held: object, wanted: str) -> bool:
    values = held if isinstance(held, list) else [held]
    return any(fold(str(value)) == fold(one) for value in values for one in wanted.split(","))


async def list_connectors(passage: Passage) -> Response:
    """Answer the connectors of the API key; the token of one may narrow it."""
    query, world = passage.request.query_params, passage.world
    token = query.get("connector_token")
    active = query.get("is_active")
    now = world.clock.now()
    rows = [
        connector.describe(now, world.settings)
        for connector in world.connectors
        if (token is None or connector.token == token)
        and (active is None or connector.settings.is_active == answers.is_true(active))
        and query.get("origin_id") in (None, connector.settings.origin_id)
    ]
    return answers.short_page(rows, query)


async def resync(passage: Passage) -> Response:
    """Begin a sync now."""
    passage.connector.resyncs.append(passage.world.clock.now())
    return JSONResponse("Sync started")
