"""The start of a delimited file as text: what its encoding and dialect are judged by.

Lives here: the step from looked-over bytes to a sample. Must never live here: the judgement
itself (`core/text_encoding.py`, `core/delimiting.py`).
"""

from __future__ import annotations

import codecs
from itertools import islice
from typing import Final

from importer.adapters.reader import sayings
from importer.adapters.reader.decoding import KEEP_BYTES
from importer.adapters.reader.facts import Facts
from importer.adapters.reader.grid import CannotRead, ReadLimits
from importer.core.delimiting import SAMPLE_RECORDS, Dialect, parse, split_lines
from importer.core.model import Finding, SourceOptions
from importer.core.text_encoding import EncodingChoice, choose_encoding, choose_told

_SAMPLE_CHARS: Final = 150_000


def choose_for(facts: Facts, options: SourceOptions) -> EncodingChoice:
    """The encoding of a file: as a person said, else judged."""
    if options.encoding is None:
        return choose_encoding(facts.head, facts.odd_lines, size=facts.size, is_utf8=facts.is_utf8)
    try:
        codec = codecs.lookup(options.encoding).name
        b"a".decode(codec, "ignore")  # refuses codecs that are none of text
    except (LookupError, ValueError) as error:
        raise CannotRead(
            Finding(
                "unknown-encoding",
                f"There is no encoding named {options.encoding!r}.",
                "Name one such as utf-8, cp1252, utf-16, shift_jis, gbk or big5.",
            )
        ) from error
    return choose_told(codec, facts.head)


def decode_sample(facts: Facts, choice: EncodingChoice) -> str:
    """The file's first lines, whole ones where the file goes on."""
    decoder = codecs.getincrementaldecoder(choice.codec)(errors=KEEP_BYTES)
    is_whole = facts.size <= len(facts.head)
    text = decoder.decode(facts.head[choice.bom :], final=is_whole)
    if is_whole and len(text) <= _SAMPLE_CHARS:
        return text
    text = text[:_SAMPLE_CHARS]
    cut = max(text.rfind("\n"), text.rfind("\r"))
    return text[: cut + 1] if cut > 0 else text


def record_widths(sample: str, dialect: Dialect, limits: ReadLimits) -> tuple[int, ...]:
    """How many values each of the sample's first records has."""
    lines = split_lines(sample)
    if dialect.sep_line:
        lines = lines[1:]
    widths: list[int] = []
    for record in islice(parse(lines, dialect), SAMPLE_RECORDS):
        widths.append(len(record))
        if len(record) > limits.max_columns:
            raise sayings.too_wide(len(widths), len(record), limits)
    return tuple(widths)
