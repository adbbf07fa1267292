"""Bindbee's ATS API: each method is one request and returns one `Attempt`.

Lives here: the API's paths, headers and what a secret may look like. Must never live here:
waiting, repeating or judging an answer. What a newcomer would question: reads and writes
look alike here on purpose; that a write is never repeated is `core/disposition`'s decision.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote, urlsplit

from importer.adapters.api.wire import Filter, Wire
from importer.core.ports import Attempt, LookupKind
from importer.errors import SettingsError

PAGE_SIZE: Final = 200


class BindbeeApi:
    """One connector's ATS API; an asynchronous context manager.

    Args:
        base_url: Scheme and host, with or without a path in front.
        api_key: Secret; never shown.
        connector_token: Secret; never shown.
        timeout_s: Longest wait for a part of an answer.
        connect_timeout_s: Longest wait for a connection.
        connections: Open at once.
        now: Tells Unix seconds.

    Raises:
        SettingsError: The address or a secret cannot be used; the secret is not named.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        connector_token: str,
        *,
        timeout_s: float = 60.0,
        connect_timeout_s: float = 10.0,
        connections: int = 8,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._base_url, host = _checked_url(base_url)
        self._token = _checked_secret("connector token", connector_token)
        self._wire = Wire(
            _checked_secret("API key", api_key),
            timeout_s=timeout_s,
            connect_timeout_s=connect_timeout_s,
            connections=connections,
            # A proxy of the environment is for the world outside, never for this machine.
            uses_proxy=not _is_loopback(host),
            time=now,
        )

    def __repr__(self) -> str:
        return f"BindbeeApi({self._base_url})"

    async def __aenter__(self) -> Self:
        await self._wire.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self._wire.close()

    async def create_candidate(self, body: str, key: str) -> Attempt:
        """Create one candidate; `body` is sent byte for byte, `key` makes a repeat known."""
        headers = {"X-Idempotency-Key": key} if key else {}
        return await self._request("POST", "/api/ats/v1/candidates", body=body, headers=headers)

    async def fetch_candidate_meta(self) -> Attempt:
        """Ask what this connector wants to know of a candidate."""
        return await self._request("GET", "/api/ats/v1/candidates/create/meta")

    async def fetch_connectors(self) -> Attempt:
        """Ask whose ATS this is and how its synchronisation stands (API key only)."""
        return await self._request(
            "GET",
            "/api/ats/v1/connectors",
            query={"connector_token": self._token},
            with_token=False,
        )

    async def list_candidates(
        self, *, cursor: str | None = None, page_size: int = PAGE_SIZE, **filters: Filter
    ) -> Attempt:
        """One page of candidates; filters as the API names them, all must hold."""
        query = {**filters, "page_size": page_size, "cursor": cursor}
        return await self._request("GET", "/api/ats/v1/candidates", query=query)

    async def get_candidate(self, candidate_id: str, *, custom_fields: bool = False) -> Attempt:
        """One candidate by id."""
        query: dict[str, Filter] = {"include_custom_fields": True} if custom_fields else {}
        path = f"/api/ats/v1/candidates/{quote(candidate_id, safe='')}"
        return await self._request("GET", path, query=query)

    async def fetch_page(self, kind: LookupKind, cursor: str | None = None) -> Attempt:
        """One page of a collection that names in spreadsheets are looked up in."""
        query: dict[str, Filter] = {"page_size": PAGE_SIZE, "cursor": cursor}
        return await self._request("GET", f"/api/ats/v1/{kind}", query=query)

    async def create_attachment(self, candidate_id: str, body: str) -> Attempt:
        """Attach a file to a candidate."""
        path = f"/api/ats/v1/candidates/{quote(candidate_id, safe='')}/attachments"
        return await self._request("POST", path, body=body)

    async def request_resync(self) -> Attempt:
        """Ask for a synchronisation of the connector; it runs later."""
        return await self._request("POST", "/api/embedded/v1/connectors/resync")

    async def _request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Filter] | None = None,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
        with_token: bool = True,
    ) -> Attempt:
        both = {**(headers or {}), **({"X-Connector-Token": self._token} if with_token else {})}
        return await self._wire.request(
            method, self._base_url + path, query=query, body=body, headers=both
        )


def _checked_url(base_url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(base_url.strip())
        host = parts.hostname or ""
        is_usable = parts.scheme in ("http", "https") and bool(host) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise SettingsError(
            "The base URL is not a web address.",
            hint="Use https://api.bindbee.dev (US) or https://api-eu.bindbee.dev (EU).",
        )
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise SettingsError(
            "The base URL may hold only scheme, host, port and path.",
            hint="Secrets belong in environment variables, never in an address.",
        )
    return base_url.strip().rstrip("/"), host


def _checked_secret(name: str, secret: str) -> str:
    stripped = secret.strip()
    if not stripped or not all("!" <= c <= "~" for c in stripped):
        raise SettingsError(
            f"The {name} is empty or holds characters that cannot be in one.",
            hint="Copy it again, without spaces, quotes or line breaks.",
        )
    return stripped


def _is_loopback(host: str) -> bool:
    return host == "localhost" or host == "::1" or host.startswith("127.")
