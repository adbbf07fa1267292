"""Decode without losing a byte in silence.

Lives here: one error handler for the codecs. Must never live here: the choice of a codec.
What a newcomer would question: bytes that an encoding does not know become lone surrogates,
which no file holds; `columns.py` finds them cell by cell, reads them as Windows-1252 and
tells the row. Broken UTF-16 has no such bytes; it becomes U+FFFD, which is told as well.
"""

from __future__ import annotations

import codecs
from typing import Final

KEEP_BYTES: Final = "candidate-import-keep-bytes"


def _keep_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.encoding.replace("_", "-").lower().startswith(("utf-16", "utf-32")):
        return "\ufffd", error.end
    broken = error.object[error.start : error.end]
    return "".join(chr(b) if b < 0x80 else chr(0xDC00 + b) for b in broken), error.end


codecs.register_error(KEEP_BYTES, _keep_bytes)
