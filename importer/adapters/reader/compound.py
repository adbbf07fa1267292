"""Look for loops in the chains of an old Office container before a library follows them.

Lives here: the one check that xlrd leaves out. Must never live here: reading streams. What a
newcomer would question: xlrd guards all chains but those of short streams; a damaged file in
which such a chain bites its tail would keep it busy until the memory is full.
"""

from __future__ import annotations

import struct
from typing import Final

_HEADER: Final = 512
_LARGEST_SHIFT: Final = 20


def has_looping_chain(data: bytes) -> bool:
    """Whether a chain of short sectors runs in a circle; False for what is no container.

    Args:
        data: The whole file.
    """
    if len(data) < _HEADER or data[:4] != b"\xd0\xcf\x11\xe0":
        return False
    (shift,) = struct.unpack_from("<H", data, 30)
    size = 1 << (shift if 6 < shift <= _LARGEST_SHIFT else 9)
    first_short, short_count = struct.unpack_from("<ii", data, 60)
    table = _long_table(data, size)
    short: list[int] = []
    sector = first_short
    for _ in range(min(max(short_count, 0), len(table)) + 1):
        if not 0 <= sector < len(table):
            break
        short.extend(_entries(data, sector, size))
        sector = table[sector]
    return _loops(short)


def _entries(data: bytes, sector: int, size: int) -> tuple[int, ...]:
    start = _HEADER + sector * size
    raw = data[start : start + size]
    return struct.unpack(f"<{len(raw) // 4}i", raw[: len(raw) // 4 * 4])


def _long_table(data: bytes, size: int) -> list[int]:
    """The allocation table of long sectors, as far as the file goes."""
    sectors = (len(data) - _HEADER) // size + 1
    places = list(struct.unpack_from("<109i", data, 76))
    further, _ = struct.unpack_from("<ii", data, 68)
    for _ in range(sectors):
        if not 0 <= further < sectors:
            break
        *more, further = _entries(data, further, size) or (-1,)
        places.extend(more)
    table: list[int] = []
    for place in dict.fromkeys(places):
        if 0 <= place < sectors:
            table.extend(_entries(data, place, size))
    return table


def _loops(links: list[int]) -> bool:
    """Whether following the links from anywhere comes back to where it was."""
    state = bytearray(len(links))  # 0 not seen, 1 on this walk, 2 known to end
    for start in range(len(links)):
        walk = []
        at = start
        while 0 <= at < len(links) and state[at] == 0:
            state[at] = 1
            walk.append(at)
            at = links[at]
        if 0 <= at < len(links) and state[at] == 1:
            return True
        for seen in walk:
            state[seen] = 2
    return False
