"""A local server that answers at once: what is measured against it is the sender alone."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Final

CREATED: Final = b'{"id":"0b1e7a3c-0000-4000-8000-%012d","success":true}'
HEAD: Final = (
    b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
    b"Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: %d\r\n\r\n"
)


class Answers(asyncio.Protocol):
    """Reads requests with a body of known length; says that the candidate was created."""

    made = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._data = b""

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head = self._data[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._data) < end + 4 + length:
                return
            self._data = self._data[end + 4 + length :]
            Answers.made += 1
            body = CREATED % Answers.made
            self._transport.write(HEAD % len(body) + body)  # type: ignore[attr-defined]


async def main() -> None:
    """Serve until standard input ends; the first line printed is the address."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answers, "127.0.0.1", 0, backlog=2_048)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps(f"http://127.0.0.1:{port}"), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
