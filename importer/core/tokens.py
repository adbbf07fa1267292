"""The token that ties a row of fix.xlsx to the row it came from.

People sort, insert and delete rows, and they correct the very cells that say who a person
is; the token says it for them. It holds keyed hashes only, so it tells nothing to anyone
without the ledger, and a check sum, so that a damaged one is noticed.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass

_IDENTITY = 16
_HEAD = 4 + 2


@dataclass(frozen=True, slots=True)
class Origin:
    """The original row: its source's number in its run, identity, and its cells' hashes."""

    source: int
    identity: bytes
    hashes: bytes


def make_token(origin: Origin) -> str:
    """Write an origin as a text that survives any spreadsheet."""
    body = origin.source.to_bytes(2, "big") + origin.identity + origin.hashes
    data = zlib.crc32(body).to_bytes(4, "big") + body
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def parse_token(text: str) -> Origin | None:
    """Read a token; None where it is missing or damaged."""
    stripped = text.strip()
    try:
        data = base64.urlsafe_b64decode(stripped + "=" * (-len(stripped) % 4))
    except (binascii.Error, ValueError):
        return None
    body = data[4:]
    if len(data) < _HEAD + _IDENTITY or zlib.crc32(body).to_bytes(4, "big") != data[:4]:
        return None
    return Origin(
        source=int.from_bytes(body[:2], "big"),
        identity=body[2 : 2 + _IDENTITY],
        hashes=body[2 + _IDENTITY :],
    )
