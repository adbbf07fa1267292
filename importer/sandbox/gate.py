"""What every request passes: the log, outages, both credentials, the limit, faults.

Lives here: everything between the socket and an endpoint. Must never live here: what an
endpoint does. What a newcomer would question: a dropped connection is really dropped; the
socket of the request is aborted through a table that the server's protocol keeps, for no
HTTP server offers an application to hang up.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from importer.sandbox import answers
from importer.sandbox.clock import to_http_date
from importer.sandbox.connectors import Connector
from importer.sandbox.faults import Drawn
from importer.sandbox.limits import Budget
from importer.sandbox.settings import HRIS_TOKEN, STATUS_PREFIX, OutageKind
from importer.sandbox.store import Call
from importer.sandbox.wire import Refusal, error
from importer.sandbox.world import World

logger = logging.getLogger(__name__)

CONTROL_PATH = "/_sandbox"
HangUp = Callable[[Scope], None]
Handler = Callable[["Passage"], Awaitable[Response]]


class Dropped(Exception):
    """The connection is to be closed without a (whole) answer; `part` goes out before."""

    def __init__(self, part: Response | None = None) -> None:
        super().__init__()
        self.part = part


@dataclass(slots=True)
class Trace:
    """What is noted of one request while it passes."""

    at: float
    connector: str = ""
    fault: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    is_noted: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A request that came through the gate.

    Attributes:
        connector: Whose data it is; the first one where only the API key is asked.
        drawn: The fault that an endpoint must still act out.
        raw: The body, read whole before any waiting: what arrived is worked on even when
            the client has gone meanwhile, as a real service does.
    """

    world: World
    request: Request
    connector: Connector
    drawn: Drawn
    trace: Trace
    raw: bytes

    async def wait(self, sandbox_s: float) -> None:
        """Let sandbox seconds pass."""
        if sandbox_s > 0:
            await asyncio.sleep(self.world.clock.real_s(sandbox_s))


class Outermost:
    """Logs each request, adds the headers of every answer, hangs up where told to."""

    def __init__(self, app: ASGIApp, world: World, hang_up: HangUp) -> None:
        self.app = app
        self.world = world
        self.hang_up = hang_up

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(CONTROL_PATH):
            await self.app(scope, receive, send)
            return
        world = self.world
        trace = scope["sandbox.trace"] = Trace(world.clock.now())

        def note(status: int | None) -> None:
            """Log the request, once, before the client can know its end."""
            if not trace.is_noted:
                trace.is_noted = True
                method, path = scope["method"], scope["path"]
                world.store.calls.append(
                    Call(trace.at, method, path, status, trace.connector, trace.fault)
                )

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                note(message["status"])
                extra = {"Date": to_http_date(world.clock.now()), **trace.headers}
                message["headers"] = [
                    *message["headers"],
                    *((k.lower().encode(), v.encode()) for k, v in extra.items()),
                ]
            await send(message)

        try:
            await self._answer(scope, receive, send_on, trace)
        except Dropped as dropped:
            note(None)
            if dropped.part is not None:
                await self._send_half(dropped.part, send_on)
            self.hang_up(scope)
            while (await receive())["type"] != "http.disconnect":
                pass  # the server must see the end before we return, or it answers 500
        finally:
            note(None)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, trace: Trace) -> None:
        outage = self.world.faults.outage(trace.at)
        if outage is None:
            await self.app(scope, receive, send)
        else:
            trace.fault = "outage"
            await _fail(outage)(scope, receive, send)

    async def _send_half(self, whole: Response, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": whole.status_code,
                "headers": whole.raw_headers,
            }
        )
        body = bytes(whole.body)
        await send(
            {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
        )


def _fail(kind: OutageKind) -> Response:
    if kind == "drop":
        raise Dropped
    return answers.bad_gateway() if kind == "html" else answers.say(503, "Service Unavailable")


class Gate:
    """One endpoint behind the credentials, the limit and the faults.

    Args:
        kind: `write` and `read` need the connector's token; `key` only the API key. Writes
            act out their faults themselves, since it matters what was stored before.
    """

    def __init__(self, world: World, kind: Literal["write", "read", "key"], handler: Handler):
        self.world = world
        self.kind = kind
        self.handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        trace: Trace = scope["sandbox.trace"]
        try:
            response = await self._pass(request, trace)
        except Dropped:
            raise
        except ClientDisconnect:
            return  # gone before the body had arrived: there was no request
        except Exception as problem:
            logger.exception("The sandbox itself failed at %s", scope["path"])
            self.world.store.crashes.append(repr(problem))
            response = answers.say(500, "Internal Server Error")
        await response(scope, receive, send)

    async def _pass(self, request: Request, trace: Trace) -> Response:
        world, settings = self.world, self.world.settings
        refused = self._check_key(request.headers)
        if refused is not None:
            return refused
        connector: Connector = world.connectors[0]
        window = world.key_window
        if self.kind != "key":
            found = self._find_connector(request.headers, trace)
            if isinstance(found, Response):
                return found
            connector = found
            window = connector.window
            trace.connector = connector.id
        if settings.limit is not None:
            budget: Budget = window.take(trace.at, settings.limit)
            trace.headers = budget.headers()
            if not budget.is_allowed:
                return answers.say(429, "Rate limit exceeded")
        is_write = self.kind == "write"
        drawn = world.faults.draw_write(settings) if is_write else world.faults.draw_read(settings)
        trace.fault = drawn.name or ("slow" if drawn.is_slow else "")
        passage = Passage(world, request, connector, drawn, trace, await request.body())
        await passage.wait(settings.latency_s + (settings.slow_s if drawn.is_slow else 0.0))
        early = None if is_write else answer_early(passage)
        return early if early is not None else await self.handler(passage)

    def _check_key(self, headers: Headers) -> Response | None:
        scheme, _, key = headers.get("authorization", "").partition(" ")
        expected = self.world.settings.api_key
        if scheme.lower() == "bearer" and hmac.compare_digest(key.encode(), expected.encode()):
            return None
        return answers.say(401, "Invalid API key", {"WWW-Authenticate": "Bearer"})

    def _find_connector(self, headers: Headers, trace: Trace) -> Connector | Response:
        world, settings = self.world, self.world.settings
        token = headers.get("x-connector-token")
        if token is None:
            loc = ("header", "x-connector-token")
            return answers.refuse(Refusal(422, [error(loc, "Field required", "missing")]))
        if token == HRIS_TOKEN:
            return answers.say(403, "Connector token does not belong to the ATS category")
        connector = world.connector_of(token)
        if connector is None:
            return answers.say(403, "Invalid connector token")
        revoke_at_s = settings.revoke_at_s
        is_late = revoke_at_s is not None and trace.at >= world.started_at + revoke_at_s
        if connector.is_revoked or is_late:
            more = {"WWW-Authenticate": "Bearer"} if settings.revoke_status == 401 else None
            return answers.say(settings.revoke_status, "Connector token was revoked", more)
        return connector


def answer_early(passage: Passage) -> Response | None:
    """Act out the faults that strike before anything is done."""
    name = passage.drawn.name
    if name in {"drop", "drop_before"}:
        raise Dropped
    if name in {"error", "error_before"}:
        return answers.say(500, "Internal Server Error")
    if name == "html_502":
        return answers.bad_gateway()
    if name == "success_false":
        return answers.not_successful()
    if name == "too_many":
        seconds = passage.world.settings.too_many_retry_after_s
        headers = {} if seconds is None else {"Retry-After": str(seconds)}
        return answers.say(429, "The ATS asks for fewer requests", headers)
    if name.startswith(STATUS_PREFIX):
        status = int(name.removeprefix(STATUS_PREFIX))
        headers = {"Location": "/elsewhere"} if status < 400 else {}
        return answers.say(status, f"Answered {status} on demand", headers)
    return None
