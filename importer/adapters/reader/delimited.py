"""Read a delimited text file as a grid: decoded, parsed, every line one row of texts.

Lives here: the two ways through a file. pandas' C parser takes regular files; whatever it
stumbles over (a row with more values than columns, backslash escapes, blanks before quotes,
an open quote, odd bytes) is read by the exact way, from the very record where the fast one
stopped. Must never live here: where the table begins. What a newcomer would question: the
two ways must agree on what a record is; a test compares them on the same files.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import IO, Final

import numpy as np
import pandas as pd

from importer.adapters.reader import sayings
from importer.adapters.reader.columns import from_records, mend_columns
from importer.adapters.reader.decoding import KEEP_BYTES
from importer.adapters.reader.grid import Block, GridFinding, GridHints, ReadLimits
from importer.adapters.reader.intake import Intake
from importer.adapters.reader.lines import Lines, Watched, WentFar
from importer.adapters.reader.sample import choose_for, decode_sample, record_widths
from importer.core.delimiting import find_dialect, parse
from importer.core.model import SourceOptions

_FIRST_BLOCKS: Final = (1_000, 5_000)
_CELLS_PER_BLOCK: Final = 2_000_000
_SPARE_COLUMNS: Final = 30
_EXACT_BLOCK: Final = 10_000
"""Records a block of the exact way: its texts share no memory, as those of pandas do."""


class DelimitedGrid:
    """A delimited text file; fulfils `Grid`.

    Args:
        intake: The file, looked over once.
        options: Encoding and delimiter, where a person said them.
        limits: What to take before refusing.
    """

    def __init__(self, intake: Intake, options: SourceOptions, limits: ReadLimits) -> None:
        self._intake = intake
        self._limits = limits
        facts = intake.facts
        self._facts = facts
        self._choice = choose_for(facts, options)
        sample = decode_sample(facts, self._choice)
        delimiter = options.delimiter
        self._dialect = find_dialect(sample, "\t" if delimiter == "\\t" else delimiter)
        widths = record_widths(sample, self._dialect, limits)
        self._sample_width = max(widths, default=0)
        self.name: str | None = None
        self.kind = "csv"
        self.encoding: str | None = self._choice.codec
        self.delimiter: str | None = self._dialect.delimiter
        self.marker: str | None = None
        self.header_hint: int | None = None
        self.choice: tuple[str, ...] = ()
        self.notes: list[str] = [
            sayings.name_encoding(self._choice),
            *sayings.name_dialect(self._dialect),
        ]
        self.hints = GridHints(
            watches_characters=self._is_wide or not facts.is_ascii or facts.has_controls,
            watches_numbers=self._is_wide or facts.may_be_destroyed,
            watches_comments=self._is_wide or facts.has_comments,
            watches_breaks=self._is_wide or facts.has_breaks or facts.has_lone_cr,
            record_widths=widths,
        )

    @property
    def _is_wide(self) -> bool:
        """Whether a character takes two or four bytes, so that byte facts say nothing."""
        return self._choice.codec.startswith(("utf-16", "utf-32"))

    def blocks(self, size: int) -> Iterator[Block]:
        """Read the file from its start."""
        done = 0
        if self._is_regular():
            try:
                for block in self._fast_blocks(size):
                    done += len(block.rows)
                    yield block
            except (pd.errors.ParserError, UnicodeError, WentFar):
                # Not regular after all: the exact way goes on from the record after the last
                # one that was given away.
                pass
            else:
                return
        yield from self._exact_blocks(size, done)

    def _is_regular(self) -> bool:
        facts, dialect = self._facts, self._dialect
        return (
            dialect.delimiter is not None
            and dialect.is_plain
            and not dialect.skips_blanks
            and dialect.quote == '"'
            and dialect.delimiter.isascii()
            and self._sample_width > 1
            and not (facts.has_lone_cr and not self._is_wide)
            and not (facts.has_nul and not self._is_wide)
        )

    def _sizes(self, size: int) -> Iterator[int]:
        """How many records each block takes: few at first, so that rows show at once."""
        most = min(size, max(100, _CELLS_PER_BLOCK // max(1, self._sample_width)))
        for first in _FIRST_BLOCKS:
            yield min(first, most)
        while True:
            yield most

    def _fast_blocks(self, size: int) -> Iterator[Block]:
        with self._intake.open() as raw:
            raw.seek(self._choice.bom)
            watched = Watched(raw)
            binary = io.BufferedReader(watched, 1 << 18)
            source: IO[bytes] | IO[str] = binary
            if self._choice.codec != "utf-8" or self._dialect.sep_line:
                text = io.TextIOWrapper(binary, self._choice.codec, newline="")
                source = text
                if self._dialect.sep_line:
                    text.readline()
            with pd.read_csv(
                source,
                sep=self._dialect.delimiter,
                header=None,
                names=range(self._sample_width),
                dtype=object,
                keep_default_na=False,
                na_filter=False,
                skip_blank_lines=False,
                engine="c",
                # One pass over a block: faster than pandas' own smaller steps, which it then joins.
                low_memory=False,
                iterator=True,
            ) as reader:
                start = 1
                for wanted in self._sizes(size):
                    watched.since = 0
                    try:
                        frame = reader.get_chunk(wanted)
                    except StopIteration:
                        return
                    count = len(frame)
                    rows = np.arange(start, start + count, dtype=np.int64)
                    start += count
                    self._check_rows(start)
                    columns = [frame[c].to_numpy() for c in frame.columns]
                    del frame
                    yield Block(rows, columns)
                    del rows, columns  # not beside the next ones

    def _exact_blocks(self, size: int, done: int) -> Iterator[Block]:
        with self._intake.open() as raw:
            raw.seek(self._choice.bom)
            text = io.TextIOWrapper(raw, self._choice.codec, errors=KEEP_BYTES, newline="")
            lines = Lines(text, 2 * self._limits.max_cell_chars)
            if self._dialect.sep_line:
                next(lines, None)
            records = iter(parse(lines, self._dialect, longest=self._limits.max_cell_chars))
            start = 1
            try:
                while done:
                    skipped = sum(1 for _ in islice(records, min(done, 10_000)))
                    done -= skipped
                    start += skipped
                for wanted in self._sizes(min(size, _EXACT_BLOCK)):
                    batch = list(islice(records, wanted))
                    if not batch:
                        return
                    is_open = lines.ends == (1 if len(batch) == wanted else 2)
                    yield self._exact_block(batch, start, lines.count if is_open else None)
                    start += len(batch)
                    self._check_rows(start)
            except csv.Error as error:
                raise sayings.too_long(self._opening_line(), self._limits) from error

    def _opening_line(self) -> int:
        """The line in which the value begins that is longer than the limit."""
        with self._intake.open() as raw:
            raw.seek(self._choice.bom)
            text = io.TextIOWrapper(raw, self._choice.codec, errors=KEEP_BYTES, newline="")
            lines = Lines(text, 2 * self._limits.max_cell_chars)
            line = 0
            try:
                for _ in parse(lines, self._dialect, longest=self._limits.max_cell_chars):
                    line = lines.count
            except csv.Error:
                pass  # the record after the last whole one is the one
            return line + 1

    def _exact_block(self, batch: list[list[str]], start: int, open_end: int | None) -> Block:
        findings: list[GridFinding] = []
        limit = self._sample_width + _SPARE_COLUMNS
        for index, record in enumerate(batch):
            if len(record) > limit:
                if len(record) > self._limits.max_columns:
                    raise sayings.too_wide(start + index, len(record), self._limits)
                surplus = (self._dialect.delimiter or "").join(record[limit:])
                findings.append(GridFinding(start + index, None, surplus, sayings.TOO_MANY))
                del record[limit:]
        if open_end is not None:
            findings.append(sayings.open_quote(start + len(batch) - 1, batch[-1], open_end))
        columns = from_records(batch, self._sample_width)
        rows = np.arange(start, start + len(batch), dtype=np.int64)
        findings.extend(mend_columns(rows, columns, has_nul=self._facts.has_nul or self._is_wide))
        return Block(rows, columns, findings=tuple(findings))

    def _check_rows(self, start: int) -> None:
        if start - 1 > self._limits.max_rows:
            raise sayings.too_many_rows(self._limits)
