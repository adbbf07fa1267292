"""How another process steers a running sandbox and reads what it stored.

Lives here: the endpoints under `/_sandbox/`, which answer this machine only. Must never
live here: anything a client of the service could mistake for it. What a newcomer would
question: they need no credentials, since they hold nothing but what was invented here.

    GET   /_sandbox/state                 figures, clock, settings, connectors
    GET   /_sandbox/candidates            people that were created (`?seeded=true`: all)
    GET   /_sandbox/received              every create as it arrived, and what became of it
    GET   /_sandbox/calls                 every call: time, method, path, status
    PATCH /_sandbox/settings              any of `SandboxSettings`, by name; `connectors`,
                                          `people`, `ats` and `store` hold from a reset on
    POST  /_sandbox/faults                {"faults": {…}, "script": […], "seed": 7}
    POST  /_sandbox/clock                 {"advance_s": 3600}
    POST  /_sandbox/outage                {"for_s": 1800, "kind": "error" | "html" | "drop"}
    POST  /_sandbox/connectors/{id}       {"token": "new"} or {"revoked": true}
    POST  /_sandbox/connectors/{id}/candidates   a candidate that somebody else created
    POST  /_sandbox/reset                 begin anew; the settings stay
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from importer.errors import UsageError
from importer.sandbox import answers
from importer.sandbox.settings import ConnectorSettings
from importer.sandbox.wire import JsonObject
from importer.sandbox.world import World

_LOOPBACK = frozenset({"127.0.0.1", "::1", "testclient"})


def control_routes(world: World) -> list[Route]:
    """Make the routes that steer a world."""

    def route(path: str, method: str, act: Callable[[JsonObject, Request], object]) -> Route:
        return Route(f"/_sandbox/{path}", _guarded(act), methods=[method])

    def show_state(body: JsonObject, request: Request) -> object:
        return describe_state(world)

    def show_candidates(body: JsonObject, request: Request) -> object:
        is_all = answers.is_true(request.query_params.get("seeded"))
        people = world.store.people() if is_all else world.store.created
        return [asdict(person) for person in people]

    def show_received(body: JsonObject, request: Request) -> object:
        return [asdict(one) for one in list(world.store.received)]

    def show_calls(body: JsonObject, request: Request) -> object:
        return [asdict(one) for one in list(world.store.calls)]

    def change_settings(body: JsonObject, request: Request) -> object:
        if "connectors" in body:
            body["connectors"] = tuple(ConnectorSettings(**one) for one in body["connectors"])
        world.change(**body)
        return describe_state(world)["settings"]

    def advance(body: JsonObject, request: Request) -> object:
        world.clock.advance(float(body["advance_s"]))
        return {"now": world.clock.now()}

    def begin_outage(body: JsonObject, request: Request) -> object:
        world.begin_outage(float(body["for_s"]), body.get("kind", "error"))
        return {"until": world.faults.outages[-1].end}

    def change_connector(body: JsonObject, request: Request) -> object:
        connector = world.connector_with(request.path_params["connector_id"])
        connector.token = body.get("token", connector.token)
        connector.is_revoked = body.get("revoked", connector.is_revoked)
        return {"id": connector.id, "token": connector.token, "revoked": connector.is_revoked}

    def add_candidate(body: JsonObject, request: Request) -> object:
        connector = world.connector_with(request.path_params["connector_id"])
        return {"id": world.add(connector, body, body).id}

    def reset(body: JsonObject, request: Request) -> object:
        world.reset()
        return describe_state(world)

    return [
        route("state", "GET", show_state),
        route("candidates", "GET", show_candidates),
        route("received", "GET", show_received),
        route("calls", "GET", show_calls),
        route("settings", "PATCH", change_settings),
        route("faults", "POST", change_settings),
        route("clock", "POST", advance),
        route("outage", "POST", begin_outage),
        route("connectors/{connector_id}", "POST", change_connector),
        route("connectors/{connector_id}/candidates", "POST", add_candidate),
        route("reset", "POST", reset),
    ]


def describe_state(world: World) -> JsonObject:
    """Write everything that a drill wants to know at a glance."""
    settings = world.settings
    return {
        "figures": world.store.figures(),
        "clock": {
            "now": world.clock.now(),
            "speed": world.clock.speed,
            "started_at": world.started_at,
        },
        "settings": {
            name: list(value) if isinstance(value, tuple) else value
            for name in settings.__dataclass_fields__
            if name != "connectors"
            for value in [getattr(settings, name)]
        },
        "connectors": [
            {
                "id": connector.id,
                "token": connector.token,
                "ats": connector.profile.slug,
                "revoked": connector.is_revoked,
            }
            for connector in world.connectors
        ],
    }


def _guarded(
    act: Callable[[JsonObject, Request], object],
) -> Callable[[Request], Awaitable[Response]]:
    """Answer this machine only; a mistake in the body is a 400 with a sentence."""

    async def answer(request: Request) -> Response:
        if request.client is None or request.client.host not in _LOOPBACK:
            return answers.say(403, "Only from this machine")
        try:
            body: Any = await request.json() if await request.body() else {}
            if not isinstance(body, dict):
                return answers.say(400, "The body must be a JSON object.")
            return JSONResponse(act(body, request))
        except UsageError as problem:
            return answers.say(400, problem.message)
        except (KeyError, TypeError, ValueError) as problem:
            return answers.say(400, f"Not understood: {problem!r}")

    return answer
