"""Short words for what the sandbox's own tests do with a running one."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from importer.sandbox.profiles.customer import make_lookups
from importer.sandbox.server import SandboxServer

CANDIDATES = "/api/ats/v1/candidates"
PERSON = {"first_name": "Ada", "last_name": "Quinn", "email_addresses": ["ada@example.com"]}


class Sandbox:
    """A running sandbox with a client, and short words for what tests do with it."""

    def __init__(self, server: SandboxServer, client: httpx.Client) -> None:
        self.server = server
        self.client = client
        self.world = server.world

    def create(self, body: object = None, key: str = "") -> httpx.Response:
        headers = {"X-Idempotency-Key": key} if key else {}
        return self.client.post(CANDIDATES, json=PERSON if body is None else body, headers=headers)

    def found(self, **query: object) -> list[str]:
        """The ids that a search answers, over all pages."""
        ids: list[str] = []
        cursor = ""
        while True:
            params = {**query, **({"cursor": cursor} if cursor else {})}
            page = self.client.get(CANDIDATES, params=params).json()
            ids += [item["id"] for item in page["items"]]
            cursor = page["cursor"]
            if not cursor:
                return ids


StartSandbox = Callable[..., Sandbox]


def first_id(slug: str, path: str, number: int = 0) -> str:
    """The id of a row of a look-up endpoint."""
    return str(make_lookups(slug).rows[path][number]["id"])
