"""Old Office containers whose chains run in a circle are refused, not followed."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest

from importer.adapters.reader import Unreadable, open_sources
from importer.adapters.reader.compound import has_looping_chain

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _container(short: list[int], *, further: int = -2) -> bytes:
    """A header, one table of long sectors (sector 0), one of short sectors (sector 1)."""
    header = bytearray(512)
    header[:8] = MAGIC
    struct.pack_into("<HHH", header, 26, 3, 0xFFFE, 9)
    struct.pack_into("<H", header, 32, 6)
    struct.pack_into("<iiiiiiii", header, 44, 1, 2, 0, 4096, 1, 1, further, 0)
    struct.pack_into("<109i", header, 76, 0, *[-1] * 108)
    long_table = struct.pack("<128i", -3, -2, -2, *[-1] * 125)
    short_table = struct.pack("<128i", *short, *[-1] * (128 - len(short)))
    root = bytearray(512)
    root[:2] = b"R\0"
    root[64:68] = b"\x04\0\x05\0"
    struct.pack_into("<iii", root, 68, -1, -1, -1)
    return bytes(header) + long_table + short_table + bytes(root)


@pytest.mark.parametrize(
    ("short", "loops"),
    [([1, 2, -2], False), ([1, 2, 0], True), ([0], True), ([-2, 3, 3, -2], False), ([], False)],
)
def test_a_circle_is_seen(short: list[int], loops: bool) -> None:
    assert has_looping_chain(_container(short)) is loops


def test_what_is_no_container_has_no_chains() -> None:
    assert not has_looping_chain(b"")
    assert not has_looping_chain(b"PK" * 400)
    assert not has_looping_chain(MAGIC + b"\0" * 504)


def test_a_table_that_points_at_itself_is_walked_once() -> None:
    assert not has_looping_chain(_container([1, -2], further=2))


def test_a_looping_file_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "loop.xls"
    path.write_bytes(_container([1, 2, 0]))
    begun = time.perf_counter()
    (refused,) = open_sources([path])
    assert isinstance(refused, Unreadable)
    assert time.perf_counter() - begun < 2
