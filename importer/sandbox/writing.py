"""What the writing endpoints do once a request has come through the gate.

Lives here: creating a candidate and attaching a file. Must never live here: credentials,
limits, or a rule of an ATS. What a newcomer would question: a create notes what it received
and what it said in one place at its end, whatever happened in between, so that the log
never misses one.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import JSONResponse, Response

from importer.sandbox import answers
from importer.sandbox.gate import Dropped, Passage, answer_early
from importer.sandbox.judge import judge_file
from importer.sandbox.reading import find_readable
from importer.sandbox.store import Received, StoredPerson
from importer.sandbox.wire import (
    JsonObject,
    Refusal,
    error,
    parse_attachment,
    parse_create,
    parse_json,
)
from importer.sandbox.world import KeyEntry


@dataclass(slots=True)
class Attempt:
    """One create while it is worked on."""

    person: StoredPerson | None = None
    has_failed: bool = False


async def create_candidate(passage: Passage) -> Response:
    """Take a candidate, or act out what was drawn instead."""
    world, connector = passage.world, passage.connector
    raw = passage.raw
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


async def attach_file(passage: Passage) -> Response:
    """Take a file for a person that the read side has."""
    raw = passage.raw
    early = answer_early(passage)
    if early is not None:
        return early
    found = find_readable(passage)
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
