"""A sandbox on a port of its own, and a client that knows its credentials."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from sandbox_kit import Sandbox, StartSandbox

from importer.sandbox.server import SandboxServer, serve
from importer.sandbox.settings import SandboxSettings


@pytest.fixture(scope="session")
def shared() -> Iterator[SandboxServer]:
    """One server for all tests: stopping one takes longer than most tests."""
    with serve() as server:
        yield server


@pytest.fixture
def start(shared: SandboxServer) -> Iterator[StartSandbox]:
    """Start a sandbox with the given settings; a second in one test is a server of its own."""
    with ExitStack() as stack:
        free = [shared]

        def start_one(**settings: object) -> Sandbox:
            made = SandboxSettings(**settings)
            if free:
                server = free.pop()
                server.world.reset(made)
            else:
                server = stack.enter_context(serve(made))
            headers = {
                "Authorization": f"Bearer {server.api_key}",
                "X-Connector-Token": server.connector_token,
            }
            client = httpx.Client(base_url=server.base_url, headers=headers, timeout=5)
            return Sandbox(server, stack.enter_context(client))

        yield start_one
