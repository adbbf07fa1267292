"""One HTTP request to one `Attempt`: the only module that knows the HTTP library.

Lives here: the client, what its exceptions mean, and keeping secrets out of its logs. Must
never live here: the API's paths. What a newcomer would question: nothing is raised for
trouble on the wire. Whether a request *may have left this machine* decides everything that
follows for a candidate, so each library exception is sorted into that question once, here;
whatever is not provably "never sent" is "unknown".
"""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Final

from importer._version import __version__
from importer.core.ports import Attempt
from importer.errors import SettingsError

if TYPE_CHECKING:
    import httpx
else:
    try:
        import httpx2 as httpx
    except ImportError:
        import httpx

Filter = str | int | bool | Sequence[str] | None

MAX_ANSWER_BYTES: Final = 64 * 1024 * 1024

_KEPT_TEXT: Final = 500
_IDLE_S: Final = 3.0
"""An idle connection is not used again after this: a server that closes it at that very
moment would leave a row in doubt for nothing."""

_NEVER_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
_PARTS: Final = ("connection", "http11", "http2", "proxy", "socks")
_CHATTY_LOGGERS: Final = tuple(
    name
    for suffix in ("", "2")
    for name in (f"httpx{suffix}", *(f"httpcore{suffix}.{part}" for part in _PARTS))
)


class Wire:
    """One HTTP client, made for one connector.

    Args:
        api_key: Goes with every request; never shown.
        timeout_s: Longest wait for a part of an answer.
        connect_timeout_s: Longest wait for a connection.
        connections: Open at once.
        uses_proxy: Whether a proxy of the environment is for this host.
        time: Tells Unix seconds.

    Raises:
        SettingsError: The environment's proxy settings cannot be used.
    """

    def __init__(
        self,
        api_key: str,
        *,
        timeout_s: float,
        connect_timeout_s: float,
        connections: int,
        uses_proxy: bool,
        time: Callable[[], float],
    ) -> None:
        self._time = time
        self._deadline_s = connect_timeout_s + 2 * timeout_s
        _silence_http_loggers()
        self._make_client = partial(
            httpx.AsyncClient,
            headers={
                "Authorization": f"Bearer {api_key}",
                "Accept": "application/json",
                "User-Agent": f"candidate-import/{__version__}",
            },
            verify=_shared_ssl_context(),
            timeout=httpx.Timeout(timeout_s, connect=connect_timeout_s),
            limits=httpx.Limits(
                max_connections=connections,
                max_keepalive_connections=connections,
                keepalive_expiry=_IDLE_S,
            ),
            follow_redirects=False,
            trust_env=uses_proxy,
        )
        try:
            self._client = self._make_client()
        except Exception:  # whatever it is, its words may hold a proxy's password
            raise SettingsError(
                "The proxy settings of this machine cannot be used.",
                hint="Check the environment variables HTTPS_PROXY, HTTP_PROXY and ALL_PROXY.",
            ) from None

    async def open(self) -> None:
        """Make the client ready; after `close` too, on whatever event loop runs then."""
        if self._client.is_closed:
            self._client = self._make_client()
        await self._client.__aenter__()

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def request(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, Filter] | None = None,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Attempt:
        """Send one request, never raise for what becomes of it."""
        sent_headers = dict(headers or {})
        content = None
        if body is not None:
            sent_headers["Content-Type"] = "application/json"
            # Half a surrogate pair from a broken cell becomes its JSON escape.
            content = body.encode("utf-8", "backslashreplace")
        started_at = self._time()
        try:
            async with (
                asyncio.timeout(self._deadline_s),
                self._client.stream(
                    method, url, params=_pairs(query), content=content, headers=sent_headers
                ) as response,
            ):
                data = await _read_body(response)
                return _answer(response, data, started_at, self._time())
        except Exception as error:  # sorted, never lost: see the module's docstring
            return Attempt(
                "never_sent" if isinstance(error, _NEVER_SENT) else "unknown",
                reason=type(error).__name__.lstrip("_"),
                started_at=started_at,
                ended_at=self._time(),
            )


class _AnswerTooLong(Exception):
    """An answer that no request of ours can have."""


async def _read_body(response: httpx.Response) -> bytes:
    data = bytearray()
    async for piece in response.aiter_bytes():
        data += piece
        if len(data) > MAX_ANSWER_BYTES:
            raise _AnswerTooLong
    return bytes(data)


def _answer(response: httpx.Response, data: bytes, started_at: float, ended_at: float) -> Attempt:
    headers = {name.lower(): value for name, value in response.headers.items()}
    claims_json = "json" in headers.get("content-type", "").lower()
    parsed: object = None
    is_json = False
    if data.strip():
        try:
            parsed = json.loads(data)
            is_json = True
        except (ValueError, RecursionError):
            pass
    text = "" if is_json else data[: 4 * _KEPT_TEXT].decode("utf-8", "replace")[:_KEPT_TEXT]
    return Attempt(
        "answered",
        status=response.status_code,
        headers=headers,
        body=parsed,
        is_json=is_json,
        claims_json=claims_json,
        text=text,
        started_at=started_at,
        ended_at=ended_at,
        server_time=_parse_http_date(headers.get("date", "")),
    )


def _parse_http_date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _pairs(
    query: Mapping[str, Filter] | None,
) -> list[tuple[str, str | int | float | bool | None]] | None:
    pairs: list[tuple[str, str | int | float | bool | None]] = []
    for name, value in (query or {}).items():
        if value is None:
            continue
        values = [value] if isinstance(value, str | int) else value
        pairs += [(name, str(v).lower() if isinstance(v, bool) else str(v)) for v in values]
    return pairs or None


@cache
def _shared_ssl_context() -> ssl.SSLContext:
    """One context for all connectors of the process: hundreds of clients cost no memory."""
    return httpx.create_ssl_context()


def _drop(_record: logging.LogRecord) -> bool:
    return False


def _silence_http_loggers() -> None:
    """Keep URLs and headers out of every log: they hold the token and the key.

    A filter, because a level can be set again by whoever configures logging later.
    """
    for name in _CHATTY_LOGGERS:
        logger = logging.getLogger(name)
        if _drop not in logger.filters:
            logger.addFilter(_drop)
