"""A running sandbox: in a thread of this process, on a port of its own.

Lives here: starting, stopping, and hanging up on somebody. Must never live here: what is
answered. What a newcomer would question: the protocol class remembers the transport of
each connection by the client's address, so that a fault can abort exactly that socket.
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from importer.errors import UsageError
from importer.sandbox.app import build_app
from importer.sandbox.settings import OutageKind, SandboxSettings
from importer.sandbox.store import Store
from importer.sandbox.world import World

_START_S = 10.0


class SandboxServer:
    """A sandbox that answers on a port of this machine.

    Args:
        settings: Settings, or the world of a server that was stopped, to go on with it.
        host: Where to listen.
        port: 0 takes a free one.

    Attributes:
        base_url: What a client calls; without a trailing slash.
        world: Everything inside, to look at and to change while it runs.
    """

    def __init__(
        self, settings: SandboxSettings | World, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.world = settings if isinstance(settings, World) else World(settings)
        self._socket = _listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.base_url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        transports: dict[Any, asyncio.Transport] = {}

        class Protocol(H11Protocol):
            """Remembers its transport while the connection lives."""

            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                transports[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                transports.pop(self.client, None)
                super().connection_lost(exc)

        def hang_up(scope: Scope) -> None:
            transport = transports.get(tuple(scope["client"]))
            if transport is not None:
                transport.abort()

        self._server = uvicorn.Server(
            uvicorn.Config(
                build_app(self.world, hang_up),
                http=Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                date_header=False,
                server_header=False,
                # Longer than any client keeps an idle connection, so that the sandbox
                # closes one only when a fault says so.
                timeout_keep_alive=300,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    @property
    def api_key(self) -> str:
        """The key that it takes."""
        return self.world.settings.api_key

    @property
    def connector_token(self) -> str:
        """The present token of the first connector."""
        return self.world.connectors[0].token

    @property
    def store(self) -> Store:
        """What was received and stored."""
        return self.world.store

    def change(self, **fields: Any) -> None:
        """Swap settings while it runs; see `World.change`."""
        self.world.change(**fields)

    def begin_outage(self, for_s: float, kind: OutageKind = "error") -> None:
        """Let every request fail for so many sandbox seconds from now."""
        self.world.begin_outage(for_s, kind)

    def start(self) -> None:
        """Begin to answer; returns when it does.

        Raises:
            UsageError: It did not begin to answer.
        """
        self._thread.start()
        end = time.monotonic() + _START_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > end:
                raise UsageError("The sandbox did not start.")
            time.sleep(0.002)

    def stop(self) -> None:
        """Stop answering; requests under way get a second to end. Twice does nothing."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()
        self.world.store.close()

    def wait(self) -> None:
        """Block until it is stopped, from elsewhere or by Ctrl-C."""
        while self._thread.is_alive():
            self._thread.join(0.5)

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio switches Nagle's algorithm off only then; with
    # it every answer would take 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":
        # A port is free again at once after a restart; on Windows the option means that
        # two servers may share it.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(512)
    except OSError as error:
        listener.close()
        raise UsageError(
            f"The sandbox cannot listen on {host}, port {port}: {error.strerror}.",
            hint="Choose another port, or none to get a free one.",
        ) from error
    listener.setblocking(False)
    return listener


@contextmanager
def serve(
    settings: SandboxSettings | World | None = None, host: str = "127.0.0.1", port: int = 0
) -> Iterator[SandboxServer]:
    """Run a sandbox while the block runs.

    Args:
        settings: None: a Greenhouse without faults. A world of before goes on as it was.
        host: Where to listen; the control endpoints answer this machine only, wherever.
        port: 0 takes a free one.

    Raises:
        UsageError: The port is taken.
    """
    server = SandboxServer(settings or SandboxSettings(), host, port)
    server.start()
    try:
        yield server
    finally:
        server.stop()
