"""The sandbox as an application: which path leads where.

Lives here: the routes. Must never live here: behaviour. What a newcomer would question:
`build_app` takes the way to hang up as an argument, because only a server can do it; an
application without one answers a dropped connection by an error of its own.
"""

from __future__ import annotations

from typing import Literal

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from importer.sandbox import answers, reading, writing
from importer.sandbox.control import control_routes
from importer.sandbox.gate import Gate, Handler, HangUp, Outermost
from importer.sandbox.settings import SandboxSettings
from importer.sandbox.world import World

ATS = "/api/ats/v1"


def build_app(settings: SandboxSettings | World, hang_up: HangUp | None = None) -> Starlette:
    """Build the application.

    Args:
        settings: Settings, or a world that somebody else wants to hold too.
        hang_up: Aborts the connection of a request; given by a server.
    """
    world = settings if isinstance(settings, World) else World(settings)

    def route(
        path: str, method: str, handler: Handler, kind: Literal["write", "read", "key"] = "read"
    ) -> Route:
        return Route(path, Gate(world, kind, handler), methods=[method])

    routes = [
        route(f"{ATS}/candidates/create/meta", "GET", reading.show_meta),
        route(f"{ATS}/candidates", "GET", reading.list_candidates),
        route(f"{ATS}/candidates", "POST", writing.create_candidate, "write"),
        route(f"{ATS}/candidates/{{candidate_id}}", "GET", reading.show_candidate),
        route(
            f"{ATS}/candidates/{{candidate_id}}/attachments",
            "POST",
            writing.attach_file,
            "write",
        ),
        route(f"{ATS}/connectors", "GET", reading.list_connectors, "key"),
        route("/api/embedded/v1/connectors/resync", "POST", reading.resync),
        *(route(f"{ATS}/{name}", "GET", reading.list_lookup) for name in reading.LOOKUP_FILTERS),
        *control_routes(world),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Outermost, world=world, hang_up=hang_up or _cannot_hang_up)],
        exception_handlers={HTTPException: _answer_http_exception},
    )
    app.state.world = world
    return app


def _cannot_hang_up(scope: Scope) -> None:
    raise ConnectionResetError("the sandbox dropped this connection")


async def _answer_http_exception(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    return answers.say(problem.status_code, problem.detail, problem.headers)
