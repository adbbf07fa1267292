"""What the documented endpoints do once a request has come through the gate.

Lives here: one function for each. Must never live here: credentials, limits, or a rule of
an ATS. What a newcomer would question: a create notes what it received and what it said
in one place at its end, whatever happened in between, so that the log never misses one.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse, JSONResponse, Response

from importer.sandbox import answers
from importer.sandbox.clock import parse_iso, to_iso
from importer.sandbox.dialects import write_meta
from importer.sandbox.gate import Dropped, Passage, answer_early
from importer.sandbox.judge import judge_file
from importer.sandbox.store import Received, StoredPerson, fold
from importer.sandbox.wire import (
    JsonObject,
    Refusal,
    error,
    parse_attachment,
    parse_create,
    parse_json,
)
from importer.sandbox.world import KeyEntry

PERSON_FILTERS = ("first_name", "last_name", "company", "remote_id")
LOOKUP_FILTERS: dict[str, tuple[str, ...]] = {
    "jobs": ("remote_id", "code", "status", "offices"),
    "job-interview-stages": ("remote_id", "job"),
    "remote-users": ("email",),
    "tags": (),
    "departments": (),
    "offices": ("remote_id",),
}


@dataclass(slots=True)
class Attempt:
    """One create while it is worked on."""

    person: StoredPerson | None = None
    has_failed: bool = False


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


async def create_candidate(passage: Passage) -> Response:
    """Take a candidate, or act out what was drawn instead."""
    world, connector = passage.world, passage.connector
    raw = await passage.request.body()
    key = passage.request.headers.get("x-idempotency-key", "")
    attempt = Attempt()
    status: int | None = None
    try:
        response = await _create(passage, raw, key, attempt)
        status = response.status_code
        return response
    finally:
        if attempt.has_failed:
            world.release_key(connector, key)
        body, _ = parse_json(raw)
        stored_id = attempt.person.id if attempt.person else ""
        world.store.received.append(
            Received(
                passage.trace.at, connector.id, body, key, stored_id, status, passage.trace.fault
            )
        )


async def _create(passage: Passage, raw: bytes, key: str, attempt: Attempt) -> Response:
    world, connector, settings = passage.world, passage.connector, passage.world.settings
    early = answer_early(passage)
    if early is not None:
        return early
    entry = world.claim_key(connector, key, raw)
    if isinstance(entry, Refusal):
        return answers.refuse(entry)
    if entry is not None and entry.person is not None:
        attempt.person = entry.person
        return answers.created(settings.answer, settings.created_status, entry.person)
    attempt.has_failed = entry is not None
    body = parse_create(raw, settings.loc_style)
    if isinstance(body, Refusal):
        return answers.refuse(body)
    refusal = refuse_on_demand(passage.drawn.name, body.person, body.loc)
    if refusal is None and connector.settings.writes_disabled:
        return answers.say(403, "Writes are disabled for this connector")
    refusal = refusal or world.judge(connector, body)
    if refusal is not None:
        return answers.refuse(refusal)
    attempt.person = world.add(connector, body.raw, world.keep(connector, body), key)
    return await _answer_stored(passage, attempt, attempt.person, entry)


async def _answer_stored(
    passage: Passage, attempt: Attempt, person: StoredPerson, entry: KeyEntry | None
) -> Response:
    """Answer for a candidate that is stored; some faults strike only now."""
    settings, name = passage.world.settings, passage.drawn.name
    if name == "error_after":
        return answers.say(500, "Internal Server Error")
    if name == "success_false_after":
        return answers.not_successful()
    if name == "slow_after":
        await passage.wait(settings.slow_s)
    attempt.has_failed = False
    if entry is not None:
        entry.state, entry.person, entry.at = "done", person, passage.world.clock.now()
    whole = answers.created(settings.answer, settings.created_status, person)
    if name == "drop_after":
        raise Dropped
    if name == "cut_after":
        raise Dropped(whole)
    if name == "html_502_after":
        return answers.bad_gateway()
    return whole


def refuse_on_demand(name: str, person: JsonObject, loc: tuple[str, ...]) -> Refusal | None:
    """Refuse a sound body because a fault says so."""
    if name == "refuse":
        key = next(iter(person), "first_name")
        return Refusal(422, [error((*loc, key), "Value was refused", "value_error")])
    if name == "refuse_text":
        return Refusal(400, "The ATS refused the candidate")
    return None


async def list_candidates(passage: Passage) -> Response:
    """Answer a page of the people that the read side shows."""
    query = passage.request.query_params
    world, connector = passage.world, passage.connector
    since = _modified_after(query)
    if isinstance(since, Refusal):
        return answers.refuse(since)
    among = None
    emails = [fold(email) for email in query.getlist("email_addresses")]
    if emails:
        found = {p.id: p for e in emails for p in world.store.with_email(connector.id, e)}
        among = sorted(found.values(), key=lambda p: p.seq)
    elif "ids" in query:
        found = {i: p for i in query["ids"].split(",") if (p := world.store.find(i.strip()))}
        among = [p for p in found.values() if p.connector == connector.id]
        among.sort(key=lambda p: p.seq)
    rows = [
        (person, at)
        for person, at in world.readable(connector, among)
        if at > since and _fits(person, query, set(emails))
    ]
    return answers.page(
        rows,
        query,
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


async def show_candidate(passage: Passage) -> Response:
    """Answer one person, if the read side has it."""
    found = _find_readable(passage)
    if isinstance(found, Response):
        return found
    person, at = found
    files = passage.world.store.files(person.id)
    return JSONResponse(answers.read_candidate(person, at, files, passage.request.query_params))


def _find_readable(passage: Passage) -> tuple[StoredPerson, float] | Response:
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


async def attach_file(passage: Passage) -> Response:
    """Take a file for a person that the read side has."""
    raw = await passage.request.body()
    early = answer_early(passage)
    if early is not None:
        return early
    found = _find_readable(passage)
    if isinstance(found, Response):
        return found
    body = parse_attachment(raw)
    if isinstance(body, Refusal):
        return answers.refuse(body)
    refusal = refuse_on_demand(passage.drawn.name, body, ("body",)) or _judge_file(passage, body)
    if refusal is not None:
        return answers.refuse(refusal)
    file_id = passage.world.attach(found[0], body)
    match passage.drawn.name:
        case "drop_after" | "cut_after":
            raise Dropped
        case "error_after":
            return answers.say(500, "Internal Server Error")
        case "html_502_after":
            return answers.bad_gateway()
        case _:
            return JSONResponse({"id": file_id})


def _judge_file(passage: Passage, body: JsonObject) -> Refusal | None:
    """Judge a file by what the integration takes."""
    settings, profile = passage.world.settings, passage.connector.profile
    takes = settings.attachments or profile.attachments
    if takes == "none":
        return Refusal(501, f"Attachments cannot be written to {profile.slug}.")
    needed = {
        "url": ("file_name", "file_url", "remote_user_id"),
        "content": ("file_name", "file_content", "remote_user_id"),
        "any": ("file_url",) if body.get("file_url") else ("file_content",),
    }[takes]
    problems = [error(("body", k), "Field required", "missing") for k in needed if not body.get(k)]
    if takes != "any":
        extra = (k for k, v in body.items() if k not in needed and v is not None)
        problems += [error(("body", k), "Not taken by this ATS", "extra_forbidden") for k in extra]
    reason = judge_file(body, settings.max_file_bytes)
    if reason == "too_large":
        return Refusal(400, "The file is larger than 5 MB")
    if reason:
        problems.append(error(("body", "file_content"), "Invalid base64", reason))
    return Refusal(422, problems) if problems else None


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
        (number, row)
        for number, row in enumerate(passage.connector.lookups.rows[path])
        if modified_at > since
        and (ids is None or row["id"] in ids)
        and all(_holds(row[name], query[name]) for name in LOOKUP_FILTERS[path] if name in query)
    ]
    extra = {"modified_at": to_iso(modified_at), "custom_fields": None}
    return answers.page(
        rows, query, key=lambda numbered: numbered[0], write=lambda numbered: numbered[1] | extra
    )


def _holds(held: object, wanted: str) -> bool:
    values = held if isinstance(held, list) else [held]
    return any(fold(str(value)) == fold(one) for value in values for one in wanted.split(","))


async def list_connectors(passage: Passage) -> Response:
    """Answer the connectors of the API key; the token of one may narrow it."""
    query, world = passage.request.query_params, passage.world
    wanted = query.get("connector_token")
    active = query.get("is_active")
    rows = [
        (number, connector)
        for number, connector in enumerate(world.connectors)
        if (wanted is None or connector.token == wanted)
        and (active is None or connector.settings.is_active == answers.is_true(active))
        and query.get("origin_id") in (None, connector.settings.origin_id)
    ]
    now = world.clock.now()
    return answers.page(
        rows,
        query,
        key=lambda numbered: numbered[0],
        write=lambda numbered: numbered[1].describe(now, world.settings),
    )


async def resync(passage: Passage) -> Response:
    """Begin a sync now."""
    passage.connector.resyncs.append(passage.world.clock.now())
    return JSONResponse("Sync started")
