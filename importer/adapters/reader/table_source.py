"""Cut the table out of a grid: header, rows, and the lines that are no rows.

Lives here: the stream from blocks to chunks; fulfils `importer.core.ports.Source`. Must
never live here: judgement (that is `core/table.py` and `core/table_end.py`) or a file format.
What a newcomer would question: the end of each block is held back, because only the last one
can hold footers, and no one knows which block is the last before the next one is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from importer.adapters.reader import sayings
from importer.adapters.reader.cutting import (
    comment_rows,
    fit_width,
    is_filled,
    is_short,
    join_blocks,
    repeated_headers,
    split_block,
    surplus_findings,
    swallowed_lines,
    take_rows,
    without_apostrophes,
)
from importer.adapters.reader.grid import Block, CannotRead, Grid, GridFinding, GridHints
from importer.core import text_quality
from importer.core.model import CellFinding, Chunk, Finding, SourceDescription, SourceOptions
from importer.core.table import HEAD_ROWS, Layout, Row, find_table
from importer.core.table_end import TAIL_ROWS, find_footer
from importer.errors import ImporterError

_READ_AHEAD: Final = 100_000
_FIRST_CHUNK: Final = 1_000
_HELD_ROWS: Final = 10 * TAIL_ROWS
"""Filled rows at the end of a block that wait for the next: many more than a footer has."""
_OUTCOME_COLUMN: Final = "import_outcome"


_MOST_HELD_ROWS: Final = 200_000
"""Lines that may gather while nothing but blank ones comes."""


class TableSource:
    """One table of one file.

    Attributes:
        description: What was understood; complete at once.

    Args:
        grid: The sheet or delimited file.
        path: As the user gave it.
        options: What the mapping or a flag says.
        sha256, size: Of the file.
        has_changed: Tells whether somebody wrote to the file meanwhile.
        notes: What was noticed before the grid was opened.
        keeper: Held as long as the source lives (a temporary folder).
    """

    def __init__(
        self,
        grid: Grid,
        path: str,
        options: SourceOptions,
        *,
        sha256: str,
        size: int,
        has_changed: Callable[[], bool] = lambda: False,
        notes: Sequence[str] = (),
        keeper: object = None,
    ) -> None:
        self._grid = grid
        self._keeper = keeper
        self._has_changed = has_changed
        self._keeps_hidden = options.hidden_rows == "include"
        self._is_delimited = grid.kind == "csv"
        self._hints: GridHints = getattr(grid, "hints", GridHints())
        self._skipped: dict[str, list[int]] = {}
        self._last_row = 0
        stream = grid.blocks(_READ_AHEAD)
        head: list[Block] = []
        self._layout = self._find(head, stream, options)
        self._stream: Iterator[Block] = chain(head, stream)
        self._is_ours = self._is_delimited and _OUTCOME_COLUMN in self._layout.headers
        self._description = SourceDescription(
            path=path,
            kind=grid.kind,
            sheet=grid.name,
            encoding=grid.encoding,
            delimiter=grid.delimiter,
            header_row=self._layout.header_row,
            headers=self._layout.headers,
            columns=self._layout.columns,
            notes=(*notes, *grid.notes, *sayings.name_layout(self._layout, self._above)),
            sha256=sha256,
            size=size,
            marker=grid.marker,
            choice=grid.choice,
        )

    @property
    def description(self) -> SourceDescription:
        """What was understood of the table."""
        return self._description

    @property
    def skipped(self) -> Mapping[str, Sequence[int]]:
        """Lines that are no rows, reason -> row numbers; complete after the last chunk."""
        return self._skipped

    def chunks(self, size: int = 50_000) -> Iterator[Chunk]:
        """Read the rows in order; the first chunk is small, so that problems show at once.

        Raises:
            CannotRead: The file turned out to be damaged, too large, or was changed meanwhile.
        """
        wanted = min(size, _FIRST_CHUNK)
        for block, is_last in self._blocks():
            chunk = self._cut(block, is_last=is_last)
            del block  # a large one is not kept while the next is read
            start = 0
            while start < len(chunk.rows):
                yield _slice(chunk, start, start + wanted)
                start += wanted
                wanted = size
            del chunk
        if self._has_changed():
            raise CannotRead(sayings.CHANGED)

    def _find(self, head: list[Block], stream: Iterator[Block], options: SourceOptions) -> Layout:
        """Read as many blocks as the judgement needs, and judge."""
        rows: list[Row] = []
        for block in stream:
            head.append(block)
            skips = ~is_filled(block.columns, len(block.rows))
            if self._hints.watches_comments:
                skips |= comment_rows(block.columns)
            if block.hidden is not None and not self._keeps_hidden:
                skips |= block.hidden
            for index in np.flatnonzero(~skips)[: HEAD_ROWS - len(rows)]:
                texts = [column[index] for column in block.columns]
                number = int(block.rows[index])
                if number <= len(self._hints.record_widths):
                    texts = texts[: self._hints.record_widths[number - 1]]
                rows.append((number, texts))
            if len(rows) >= HEAD_ROWS:
                break
        layout = find_table(
            rows,
            header_row=options.header_row,
            hint=self._grid.header_hint,
            header_sets_width=self._is_delimited,
        )
        above = set(layout.above)
        self._above = [texts for number, texts in rows if number in above]
        return layout

    def _blocks(self) -> Iterator[tuple[Block, bool]]:
        """Blocks with the word whether it is the last one; never a short last one alone."""
        held: Block | None = None
        try:
            for block in self._stream:
                is_room = held is not None and len(held.rows) < _MOST_HELD_ROWS
                if held is not None and is_room and is_short(block, 2 * TAIL_ROWS):
                    held = join_blocks(held, block)
                    continue
                if held is not None:
                    yield held, False
                body, held = split_block(block, _HELD_ROWS)
                del block
                if len(body.rows):
                    yield body, False
                del body
        except (ImporterError, MemoryError, GeneratorExit):
            raise
        except Exception as error:
            # A parser of another library stumbled over a damaged file: one sentence, no trace.
            raise CannotRead(sayings.damaged_end(self._last_row, error)) from error
        if held is not None:
            yield held, True

    def _cut(self, block: Block, *, is_last: bool) -> Chunk:
        """Take the rows out of a block and remember what was no row."""
        width = len(self._layout.columns)
        findings = list(block.findings)
        columns = fit_width(block.columns, width, len(block.rows))
        filled = is_filled(block.columns, len(block.rows))
        keep = filled.copy()
        self._remember_gaps(block.rows)
        self._skip("blank", block.rows[~filled])
        header_row = self._layout.header_row
        if header_row is not None:
            above = block.rows <= header_row
            self._skip("note", block.rows[above & filled & (block.rows != header_row)])
            keep &= ~above
        if block.hidden is not None and not self._keeps_hidden:
            self._skip("hidden", block.rows[keep & block.hidden])
            keep &= ~block.hidden
        if self._hints.watches_comments and width > 1:
            keep = self._leave_out("comment", keep, comment_rows(block.columns), block.rows)
        if header_row is not None:
            again = repeated_headers(columns, self._layout.headers)
            keep = self._leave_out("repeated_header", keep, again, block.rows)
            if is_last:
                keep = self._leave_out(
                    "footer", keep, self._footers(block, columns, keep), block.rows
                )
        rows, columns = take_rows(block.rows, columns, keep)
        beyond = sayings.TOO_MANY if self._is_delimited else sayings.BEYOND
        findings.extend(surplus_findings(block, width, beyond))
        findings.extend(self._search(rows, columns))
        if self._is_ours:
            columns = [without_apostrophes(column) for column in columns]
        kept = set(rows.tolist()) if findings else set()
        names = self._layout.columns
        frame = pd.DataFrame(
            dict(zip(names, columns, strict=True)),
            index=pd.RangeIndex(len(rows)),
            dtype=object,
            copy=False,
        )
        return Chunk(
            rows=rows,
            frame=frame,
            findings=tuple(
                CellFinding(
                    f.row,
                    names[f.column] if f.column is not None and f.column < width else None,
                    f.value,
                    f.finding,
                )
                for f in findings
                if f.row in kept
            ),
        )

    def _footers(
        self, block: Block, columns: Sequence[NDArray[np.object_]], keep: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Which rows of the last block are totals or closing remarks."""
        last = np.flatnonzero(keep)[-2 * TAIL_ROWS :]
        rows: list[Row] = [(int(block.rows[i]), [c[i] for c in columns]) for i in last]
        return np.isin(block.rows, find_footer(rows, len(columns)))

    def _search(
        self, rows: NDArray[np.int64], columns: Sequence[NDArray[np.object_]]
    ) -> Iterator[GridFinding]:
        """What is damaged in the kept rows."""
        for index, column in enumerate(columns):
            found: list[tuple[int, Finding]] = []
            if self._hints.watches_numbers:
                found.extend(text_quality.find_destroyed(column))
            if self._hints.watches_characters:
                found.extend(text_quality.find_broken_characters(column))
            if self._hints.watches_breaks and self._grid.delimiter is not None:
                found.extend(swallowed_lines(column, self._grid.delimiter, len(columns)))
            for at, finding in found:
                yield GridFinding(int(rows[at]), index, column[at][:500], finding)

    def _leave_out(
        self,
        reason: str,
        keep: NDArray[np.bool_],
        found: NDArray[np.bool_],
        rows: NDArray[np.int64],
    ) -> NDArray[np.bool_]:
        self._skip(reason, rows[keep & found])
        return keep & ~found

    def _skip(self, reason: str, rows: NDArray[np.int64]) -> None:
        if len(rows):
            self._skipped.setdefault(reason, []).extend(rows.tolist())

    def _remember_gaps(self, rows: NDArray[np.int64]) -> None:
        """Rows that the grid left out between others are blank."""
        if not len(rows):
            return
        before = np.concatenate(([self._last_row], rows[:-1]))
        for at in np.flatnonzero(rows - before > 1):
            gap = range(int(before[at]) + 1, int(rows[at]))
            self._skipped.setdefault("blank", []).extend(gap)
        self._last_row = int(rows[-1])


def _slice(chunk: Chunk, start: int, stop: int) -> Chunk:
    """Part of a chunk, with its own findings."""
    if start == 0 and stop >= len(chunk.rows):
        return chunk
    rows = chunk.rows[start:stop]
    low, high = int(rows[0]), int(rows[-1])
    return Chunk(
        rows=rows,
        frame=chunk.frame.iloc[start:stop].reset_index(drop=True),
        findings=tuple(f for f in chunk.findings if low <= f.row <= high),
    )
