"""What becomes of a request whatever the other side does, on real sockets."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from importer.adapters.api import BindbeeApi
from importer.core.ports import Attempt
from importer.errors import SettingsError

KEY = "key-that-nobody-may-see"
TOKEN = "token-that-nobody-may-see"

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return head + await reader.readexactly(length)


class Peer:
    """A server that does with each request what a test says; counts what arrived."""

    def __init__(self, handler: Handler, port: int = 0) -> None:
        self._handler = handler
        self._port = port
        self.requests: list[bytes] = []

    async def __aenter__(self) -> Peer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await read_request(reader)
                self.requests.append(request)
                await self._handler(reader, writer, request)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def says(text: str, *, body: bytes = b"", close: bool = False) -> Handler:
    async def handle(_: Any, writer: asyncio.StreamWriter, __: bytes) -> None:
        writer.write(text.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        await writer.drain()
        if close:
            writer.close()

    return handle


async def hang_up(_: Any, writer: asyncio.StreamWriter, __: bytes) -> None:
    writer.close()


async def reset(_: Any, writer: asyncio.StreamWriter, __: bytes) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
    )
    writer.transport.abort()


async def say_nothing(reader: asyncio.StreamReader, _: Any, __: bytes) -> None:
    await reader.read()


def create(handler: Handler, **settings: Any) -> tuple[Attempt, Peer]:
    async def main() -> tuple[Attempt, Peer]:
        async with Peer(handler) as peer, BindbeeApi(peer.url, KEY, TOKEN, **settings) as api:
            return await api.create_candidate('{"first_name": "Ada"}', "k-1"), peer

    return asyncio.run(main())


UNKNOWN: dict[str, Handler] = {
    "closed without an answer": hang_up,
    "reset": reset,
    "silence": say_nothing,
    "half a status line": says("HTTP/1.1 2", close=True),
    "no HTTP": says("SSH-2.0-server", close=True),
    "broken off in the body": says(
        "HTTP/1.1 200 OK\nContent-Length: 100", body=b'{"id"', close=True
    ),
    "broken off in a chunk": says(
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked", body=b"ff\r\n{", close=True
    ),
    "bad compression": says(
        "HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 4", body=b"nope"
    ),
}


@pytest.mark.parametrize("handler", UNKNOWN.values(), ids=UNKNOWN)
def test_what_left_and_got_no_usable_answer_is_unknown(handler: Handler) -> None:
    """The request arrived once, is never called unsent, and is never sent again by itself."""
    attempt, peer = create(handler, timeout_s=0.3)
    assert attempt.kind == "unknown"
    assert attempt.status is None
    assert attempt.reason
    assert len(peer.requests) == 1
    assert attempt.ended_at >= attempt.started_at > 0


async def trickle(_: Any, writer: asyncio.StreamWriter, __: bytes) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


def test_an_answer_that_trickles_for_ever_is_given_up() -> None:
    attempt, _ = create(trickle, timeout_s=0.1, connect_timeout_s=0.2)
    assert (attempt.kind, attempt.reason) == ("unknown", "TimeoutError")


def test_an_endless_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer may fill the memory."""
    monkeypatch.setattr("importer.adapters.api.wire.MAX_ANSWER_BYTES", 1_000)
    attempt, _ = create(says("HTTP/1.1 200 OK\nContent-Length: 5000", body=b"x" * 5_000))
    assert (attempt.kind, attempt.reason) == ("unknown", "AnswerTooLong")


def one_attempt(url: str, **settings: Any) -> Attempt:
    async def main() -> Attempt:
        async with BindbeeApi(url, KEY, TOKEN, **settings) as api:
            return await api.create_candidate("{}", "k")

    return asyncio.run(main())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_refused_connection_was_never_sent() -> None:
    attempt = one_attempt(f"http://127.0.0.1:{free_port()}")
    assert (attempt.kind, attempt.reason) == ("never_sent", "ConnectError")


def test_a_name_that_does_not_exist_was_never_sent() -> None:
    assert one_attempt("https://nowhere.invalid").kind == "never_sent"


def test_a_failed_tls_handshake_was_never_sent() -> None:
    """The other side speaks plain text, so no request byte could leave."""

    async def main() -> tuple[Attempt, int]:
        async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(100)
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(plain, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with BindbeeApi(f"https://127.0.0.1:{port}", KEY, TOKEN) as api:
            attempt = await api.create_candidate("{}", "k")
        server.close()
        return attempt, port

    attempt, _ = asyncio.run(main())
    assert attempt.kind == "never_sent"


def test_no_free_connection_was_never_sent() -> None:
    """Waiting for a connection of the pool costs time, not a doubt."""

    async def main() -> list[Attempt]:
        async with (
            Peer(trickle) as peer,
            BindbeeApi(
                peer.url, KEY, TOKEN, timeout_s=0.2, connect_timeout_s=0.3, connections=1
            ) as api,
        ):
            first = asyncio.create_task(api.create_candidate("{}", "1"))
            await asyncio.sleep(0.05)
            return [await api.create_candidate("{}", "2"), await first]

    second, first = asyncio.run(main())
    assert (second.kind, second.reason) == ("never_sent", "PoolTimeout")
    assert first.kind == "unknown"


ANSWERS: dict[str, tuple[str, bytes, dict[str, Any]]] = {
    "json": (
        "HTTP/1.1 201 Created\nContent-Type: application/json\nContent-Length: 12",
        b'{"id": "p1"}',
        {"status": 201, "body": {"id": "p1"}, "is_json": True, "claims_json": True, "text": ""},
    ),
    "problem+json": (
        "HTTP/1.1 400 Bad\nContent-Type: application/problem+json\nContent-Length: 2",
        b"{}",
        {"status": 400, "body": {}, "is_json": True, "claims_json": True},
    ),
    "json under another name": (
        "HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 4",
        b"null",
        {"body": None, "is_json": True, "claims_json": False},
    ),
    "html": (
        "HTTP/1.1 502 Bad\nContent-Type: text/html\nContent-Length: 13",
        b"<p>sorry\xff</p>",
        {"status": 502, "is_json": False, "claims_json": False, "text": "<p>sorry�</p>"},
    ),
    "empty": (
        "HTTP/1.1 200 OK\nContent-Length: 0",
        b"",
        {"status": 200, "is_json": False, "claims_json": False, "body": None, "text": ""},
    ),
    "broken json": (
        "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: 5",
        b'{"id"',
        {"is_json": False, "claims_json": True, "text": '{"id"'},
    ),
    "absurdly nested": (
        "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: 200000",
        b"[" * 200_000,
        {"is_json": False, "claims_json": True, "text": "[" * 500},
    ),
    "dated": (
        "HTTP/1.1 200 OK\nDate: Mon, 23 Nov 2026 15:00:00 GMT\nContent-Length: 0",
        b"",
        {"server_time": 1_795_446_000.0},
    ),
    "badly dated": (
        "HTTP/1.1 200 OK\nDate: yesterday\nContent-Length: 0",
        b"",
        {"server_time": None},
    ),
    "a redirect is not followed": (
        "HTTP/1.1 307 Go\nLocation: /elsewhere\nContent-Length: 0",
        b"",
        {"status": 307},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("head", "body", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_taken_as_it_is(head: str, body: bytes, expected: dict[str, Any]) -> None:
    """Status, headers, parsed body or the start of its text; nothing is judged here."""
    attempt, peer = create(says(head, body=body))
    assert attempt.kind == "answered"
    assert {name: getattr(attempt, name) for name in expected} == expected
    assert all(name == name.lower() for name in attempt.headers)
    assert len(peer.requests) == 1


OK = says("HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: 2", body=b"{}")

CALLS: dict[str, tuple[Callable[[BindbeeApi], Awaitable[Attempt]], str, bool]] = {
    "create": (lambda a: a.create_candidate("{}", "k"), "POST /api/ats/v1/candidates", True),
    "meta": (lambda a: a.fetch_candidate_meta(), "GET /api/ats/v1/candidates/create/meta", True),
    "connectors": (
        lambda a: a.fetch_connectors(),
        f"GET /api/ats/v1/connectors?connector_token={TOKEN}",
        False,
    ),
    "list": (
        lambda a: a.list_candidates(
            cursor="c/1", email_addresses=["a@example.com", "b@example.com"], first_name=None,
            include_raw_data=False, page_size=5,
        ),
        "GET /api/ats/v1/candidates?email_addresses=a%40example.com&email_addresses=b%40example.com"
        "&include_raw_data=false&page_size=5&cursor=c%2F1",
        True,
    ),
    "one": (lambda a: a.get_candidate("p/1"), "GET /api/ats/v1/candidates/p%2F1", True),
    "one with custom fields": (
        lambda a: a.get_candidate("p1", custom_fields=True),
        "GET /api/ats/v1/candidates/p1?include_custom_fields=true",
        True,
    ),
    "lookup": (
        lambda a: a.fetch_page("remote-users", "c1"),
        "GET /api/ats/v1/remote-users?page_size=200&cursor=c1",
        True,
    ),
    "attachment": (
        lambda a: a.create_attachment("p1", "{}"),
        "POST /api/ats/v1/candidates/p1/attachments",
        True,
    ),
    "resync": (lambda a: a.request_resync(), "POST /api/embedded/v1/connectors/resync", True),
}  # fmt: skip


@pytest.mark.parametrize(("call", "line", "has_token"), CALLS.values(), ids=CALLS)
def test_each_call_asks_as_documented(
    call: Callable[[BindbeeApi], Awaitable[Attempt]], line: str, has_token: bool
) -> None:
    """Path, query and headers; the connectors call takes the key alone."""

    async def main() -> tuple[Attempt, bytes]:
        async with Peer(OK) as peer, BindbeeApi(f"{peer.url}/", KEY, TOKEN) as api:
            return await call(api), peer.requests[0]

    attempt, request = asyncio.run(main())
    head = request.decode().split("\r\n\r\n")[0]
    assert head.split("\r\n")[0] == f"{line} HTTP/1.1"
    lines = head.casefold().split("\r\n")
    assert f"authorization: bearer {KEY}" in lines
    assert (f"x-connector-token: {TOKEN}" in lines) is has_token
    assert attempt.body == {}


def test_a_body_is_sent_byte_for_byte_with_its_key() -> None:
    """Half a surrogate pair, which no encoding can carry, goes as its JSON escape."""

    async def main() -> bytes:
        async with Peer(OK) as peer, BindbeeApi(peer.url, KEY, TOKEN) as api:
            await api.create_candidate('{"a":"é\ud800"}', "k-1")
            await api.create_candidate("{}", "")
            assert b"idempotency" not in peer.requests[1].lower()
            return peer.requests[0]

    request = asyncio.run(main())
    assert request.endswith('{"a":"é\\ud800"}'.encode())
    assert b"x-idempotency-key: k-1" in request.lower()
    assert b"content-type: application/json" in request.lower()


def test_an_idle_connection_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that closes idle connections leaves no row in doubt."""
    monkeypatch.setattr("importer.adapters.api.wire._IDLE_S", 0.05)

    async def close_when_idle(_: Any, writer: asyncio.StreamWriter, __: bytes) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        asyncio.get_running_loop().call_later(0.1, writer.close)

    async def main() -> list[str]:
        async with Peer(close_when_idle) as peer, BindbeeApi(peer.url, KEY, TOKEN) as api:
            kinds = []
            for _ in range(4):
                kinds.append((await api.create_candidate("{}", "k")).kind)
                await asyncio.sleep(0.1)
            return kinds

    assert asyncio.run(main()) == ["answered"] * 4


def test_no_secret_is_ever_shown(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in a repr, an attempt, a log of whatever level, nor set again later."""

    async def main() -> list[Attempt]:
        async with Peer(OK) as peer, BindbeeApi(peer.url, KEY, TOKEN) as api:
            for name in ("httpx", "httpx2", "httpcore.http11", "httpcore2.http11", ""):
                logging.getLogger(name).setLevel(logging.DEBUG)
            assert TOKEN not in repr(api)
            assert KEY not in repr(api)
            answered = [await api.fetch_connectors(), await api.create_candidate("{}", "k")]
        async with BindbeeApi(f"http://127.0.0.1:{free_port()}", KEY, TOKEN) as api:
            return [*answered, await api.fetch_connectors()]

    with caplog.at_level(logging.DEBUG):
        attempts = asyncio.run(main())
    for text in (caplog.text, *map(repr, attempts)):
        assert TOKEN not in text
        assert KEY not in text


@pytest.mark.parametrize(
    "url",
    ["", "api.bindbee.dev", "ftp://example.com", "https://", "https://[bad", "https://x:99999"],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="web address"):
        BindbeeApi(url, KEY, TOKEN)


@pytest.mark.parametrize(
    "url",
    ["https://user:geheim@example.com", "https://example.com?key=geheim", "https://a.b/#geheim"],
)
def test_an_address_may_hold_no_secret(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        BindbeeApi(url, KEY, TOKEN)
    assert "geheim" not in caught.value.message


@pytest.mark.parametrize("secret", ["", "  ", "a b", "a\nb", "ключ", "a\x00"])
def test_a_secret_that_no_header_can_carry_is_refused(secret: str) -> None:
    """The message names which secret, never what it is."""
    with pytest.raises(SettingsError, match="API key") as caught:
        BindbeeApi("https://example.com", secret, TOKEN)
    assert not secret.strip() or secret not in caught.value.message
    with pytest.raises(SettingsError, match="connector token"):
        BindbeeApi("https://example.com", KEY, secret)


def test_a_pasted_line_break_at_the_end_does_not_matter() -> None:
    assert repr(BindbeeApi("https://example.com/ ", f"{KEY}\n", TOKEN)) == (
        "BindbeeApi(https://example.com)"
    )


def test_a_broken_proxy_setting_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "gopher://user:geheim@proxy.example:1")
    with pytest.raises(SettingsError, match="proxy") as caught:
        BindbeeApi("https://example.com", KEY, TOKEN)
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_client_may_be_opened_again_on_another_event_loop() -> None:
    """Nothing of the first loop's connections is left to break a request of the second."""

    async def main(api: BindbeeApi, port: int) -> str:
        async with Peer(OK, port), api:
            return (await api.create_candidate("{}", "k")).kind

    port = free_port()
    api = BindbeeApi(f"http://127.0.0.1:{port}", KEY, TOKEN)
    assert [asyncio.run(main(api, port)) for _ in range(2)] == ["answered"] * 2


def test_this_machine_is_reached_without_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment is for the world outside."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("NO_PROXY", "")
    attempt, _ = create(OK)
    assert attempt.status == 200


def test_all_connectors_share_one_tls_context(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three hundred clients cost no more memory than one."""
    made: list[object] = []
    real = ssl.SSLContext

    class Counted(real):  # type: ignore[misc, valid-type]
        def __new__(cls, *args: Any, **more: Any) -> Any:
            made.append(cls)
            return super().__new__(cls, *args, **more)

    BindbeeApi("https://example.com", KEY, TOKEN)
    monkeypatch.setattr(ssl, "SSLContext", Counted)
    for _ in range(20):
        BindbeeApi("https://example.com", KEY, TOKEN)
    assert made == []
