"""The marks by which an xlsx sheet's XML is searched, and the decoding of what they find.

Lives here: `Marks`, built for one namespace prefix, and the pure helpers beside it. Must never
live here: what a mark means for a cell. What a newcomer would question: the patterns take
attributes in any order and either quote, because not only Excel writes such files.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

_ATTRIBUTE: Final = re.compile(rb"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_CDATA: Final = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


def column_number(letters: str) -> int:
    """Turn a column's letters into its number, from 0."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letters(number: int) -> str:
    """Turn a column's number, from 0, into its letters."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def decode_escapes(text: str) -> str:
    """Decode `_x000D_` and its like, the way Excel writes characters that XML cannot hold."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def decode_xml(raw: bytes) -> str:
    """Decode the text between two tags: entities, character numbers and CDATA."""
    text = raw.decode("utf-8", "replace")
    parts = _CDATA.split(text)
    for at in range(0, len(parts), 2):
        parts[at] = html.unescape(parts[at]) if "&" in parts[at] else parts[at]
    return decode_escapes("".join(parts))


def is_utf16(start: bytes) -> bool:
    """Whether a part begins as UTF-16 does."""
    return start[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}


def as_utf8(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Give UTF-16 text as UTF-8, so that the same marks find it; other text passes as it is."""
    first = next(pieces, b"")
    if not is_utf16(first):
        yield first
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    for piece in chain((first,), pieces):
        yield decoder.decode(piece).encode()


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks to search for, under the namespace prefix of this sheet."""

    row: bytes
    cell: bytes
    cell_with_reference: bytes
    end: re.Pattern[bytes]
    start: re.Pattern[bytes]
    numbered_row: re.Pattern[bytes]
    hidden_row: re.Pattern[bytes]
    token: re.Pattern[bytes]
    no_result: re.Pattern[bytes]
    value: re.Pattern[bytes]
    formula: re.Pattern[bytes]
    formula_end: bytes
    value_start: bytes
    text: re.Pattern[bytes]
    phonetic: re.Pattern[bytes]
    edge_blank: re.Pattern[bytes]

    @classmethod
    def build(cls, prefix: bytes) -> Marks:
        p = re.escape(prefix)
        return cls(
            row=b"<" + prefix + b"row",
            cell=b"<" + prefix + b"c",
            cell_with_reference=b"<" + prefix + b'c r="',
            start=re.compile(rb"<" + p + rb"sheetData\s*>"),
            end=re.compile(rb"</" + p + rb"sheetData"),
            numbered_row=re.compile(rb'<%(p)srow[^>]*?\sr="(\d+)"|<%(p)srow' % {b"p": p}),
            hidden_row=re.compile(rb"<" + p + rb'row ([^>]*hidden="(?:1|true)"[^>]*)>'),
            token=re.compile(
                rb"<%(p)srow\b([^>]*)>|<%(p)sc(\s[^>]*?)?(?:/>|>(.*?)</%(p)sc>)" % {b"p": p},
                re.DOTALL,
            ),
            no_result=re.compile(
                rb"</%(p)sf></%(p)sc>|<%(p)sf[^>]*/></%(p)sc>|</?%(p)sf[^<>]*>\s*<%(p)sv\s*/>"
                rb"|</?%(p)sf[^<>]*>\s*<%(p)sv></%(p)sv>" % {b"p": p}
            ),
            formula_end=b"/" + prefix + b"f>",
            value_start=b"<" + prefix + b"v",
            value=re.compile(rb"<%(p)sv(?:\s[^>]*)?>(.*?)</%(p)sv>" % {b"p": p}, re.DOTALL),
            formula=re.compile(
                rb"<%(p)sf(?:\s[^>]*?)?(?:/>|>(.*?)</%(p)sf>)" % {b"p": p}, re.DOTALL
            ),
            text=re.compile(rb"<%(p)st(?:\s[^>]*)?>(.*?)</%(p)st>" % {b"p": p}, re.DOTALL),
            phonetic=re.compile(rb"<%(p)srPh\b.*?</%(p)srPh>" % {b"p": p}, re.DOTALL),
            edge_blank=re.compile(rb"<%(p)st>\s|[ \t\r\n]</%(p)st>" % {b"p": p}),
        )


def read_attributes(tag: bytes) -> dict[bytes, bytes]:
    """Read the attributes inside a tag."""
    return {name: double or single for name, double, single in _ATTRIBUTE.findall(tag)}


def as_count(raw: bytes | None) -> int:
    """The number that an attribute gives; 0 where it is missing or none."""
    return int(raw) if raw is not None and raw.isdigit() and len(raw) < 20 else 0
