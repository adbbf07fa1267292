"""Small looks at blocks of texts that the cutting of a table needs, a column at a time.

Lives here: pure functions over `object` arrays. Must never live here: state. What a newcomer
would question: comparisons run over whole columns and only the few rows that remain in
question are looked at singly; a loop over all cells would cost more than reading the file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from importer.adapters.reader.grid import Block, GridFinding
from importer.core.handback import unprotect_formula
from importer.core.model import Finding, Severity
from importer.core.table import column_letter, fold_header

Column = NDArray[np.object_]

_SWALLOWED: Final = Finding(
    code="swallowed-lines",
    message="The value holds whole lines of the table: probably a quotation mark opens in it that "
    "should not be there.",
    hint="Remove the stray quotation mark; the lines in this value are rows of their own.",
    severity=Severity.ERROR,
)


def is_filled(columns: Sequence[Column], length: int) -> NDArray[np.bool_]:
    """Which of `length` rows hold anything but blanks."""
    if not columns:
        return np.zeros(length, dtype=bool)
    filled = ~_is_blank(columns[0])
    open_rows = np.flatnonzero(~filled)
    for column in columns[1:]:
        if not len(open_rows):
            break
        now = ~_is_blank(column[open_rows])
        filled[open_rows[now]] = True
        open_rows = open_rows[~now]
    return filled


def _is_blank(column: Column) -> NDArray[np.bool_]:
    spaces = np.fromiter(map(str.isspace, column), bool, len(column))
    blank: NDArray[np.bool_] = np.asarray(column == "", dtype=bool) | spaces
    return blank


def comment_rows(columns: Sequence[Column]) -> NDArray[np.bool_]:
    """Which rows are a comment mark with text in the first cell and nothing else."""
    first = columns[0]
    found = np.zeros(len(first), dtype=bool)
    for index in (i for i, text in enumerate(first) if text[:1] == "#"):
        if not first[index].strip("#"):
            continue  # only # signs: a number that a narrow column destroyed
        found[index] = not any(c[index].strip() for c in columns[1:])
    return found


def repeated_headers(columns: Sequence[Column], headers: Sequence[str]) -> NDArray[np.bool_]:
    """Which rows say the headers again."""
    length = len(columns[0]) if columns else 0
    found = np.zeros(length, dtype=bool)
    named = [i for i, header in enumerate(headers) if header.strip()]
    if len(named) < 2:
        return found
    folded = [fold_header(header) for header in headers]
    lead = named[0]
    same = np.flatnonzero(columns[lead] == headers[lead])
    for at in same:
        found[at] = all(
            fold_header(column[at]) == text for column, text in zip(columns, folded, strict=True)
        )
    return found


def fit_width(columns: Sequence[Column], width: int, length: int) -> list[Column]:
    """As many columns as the table has: surplus ones cut, missing ones blank."""
    if len(columns) >= width:
        return list(columns[:width])
    blank = np.full(length, "", dtype=object)
    return [*columns, *[blank] * (width - len(columns))]


def surplus_findings(block: Block, width: int, finding: Finding) -> Iterator[GridFinding]:
    """One finding per row that has values beyond the table's last column."""
    surplus: dict[int, list[str]] = {}
    for at, column in enumerate(block.columns[width:], start=width):
        for line in np.flatnonzero(column != ""):
            if column[line].strip():
                surplus.setdefault(int(line), []).append(f"{column_letter(at)}: {column[line]}")
    for index, values in surplus.items():
        yield GridFinding(int(block.rows[index]), None, "; ".join(values)[:500], finding)


def swallowed_lines(
    column: Collection[str], delimiter: str, width: int
) -> Iterator[tuple[int, Finding]]:
    """Cells with at least two inner lines that each look like a row of the table."""
    if width < 3 or "\n" not in "\x1f".join(column):
        return
    for index, text in enumerate(column):
        if text.count("\n") < 2 or text.count(delimiter) < 2 * (width - 1):
            continue
        inner = text.splitlines()[1:-1]
        rows = sum(1 for line in inner if line.count(delimiter) >= width - 1)
        if rows >= 1 and rows * 2 >= len(inner):
            yield index, _SWALLOWED


def without_apostrophes(column: Column) -> Column:
    """Take off the apostrophes that our own files put before formula signs."""
    guarded = [i for i, text in enumerate(column) if text[:1] == "'"]
    if not guarded:
        return column
    column = column.copy()
    for index in guarded:
        column[index] = unprotect_formula(column[index])
    return column


def take_rows(
    rows: NDArray[np.int64], columns: Sequence[Column], keep: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], list[Column]]:
    """The kept rows."""
    if keep.all():
        return rows, list(columns)
    return rows[keep], [column[keep] for column in columns]


def join_blocks(first: Block, second: Block) -> Block:
    """Two blocks as one; the narrower is filled up with blanks."""
    width = max(len(first.columns), len(second.columns))
    ones = fit_width(first.columns, width, len(first.rows))
    others = fit_width(second.columns, width, len(second.rows))
    hidden = None
    if first.hidden is not None or second.hidden is not None:
        hidden = np.concatenate([_hidden(first), _hidden(second)])
    return Block(
        rows=np.concatenate([first.rows, second.rows]),
        columns=[np.concatenate(pair) for pair in zip(ones, others, strict=True)],
        hidden=hidden,
        findings=(*first.findings, *second.findings),
    )


def is_short(block: Block, wanted: int) -> bool:
    """Whether fewer rows than `wanted` are neither blank nor hidden."""
    parts = (slice(10 * wanted), slice(None))
    return all(len(_told_rows(block, part)) < wanted for part in parts)


def _told_rows(block: Block, part: slice) -> NDArray[np.intp]:
    """Where in a part of a block rows are neither blank nor hidden."""
    filled = is_filled([column[part] for column in block.columns], len(block.rows[part]))
    return np.flatnonzero(filled & ~_hidden(block)[part])


def split_block(block: Block, wanted: int) -> tuple[Block, Block]:
    """A block without its end, and its end; they share no memory.

    Both keep all findings: each is told with the row that it names.

    Args:
        block: Any block.
        wanted: How many rows the end has that are neither blank nor hidden, if there are so
            many; people leave hundreds of blank lines below a total.
    """
    cut = 0
    for looked_at in (10 * wanted, len(block.rows)):
        start = max(0, len(block.rows) - looked_at)
        told = _told_rows(block, slice(start, None))
        if len(told) >= wanted:
            cut = start + int(told[-wanted])
            break
    body, end = (
        Block(
            rows=block.rows[part],
            columns=[column[part] for column in block.columns],
            hidden=None if block.hidden is None else block.hidden[part],
            findings=block.findings,
        )
        for part in (slice(cut), slice(cut, None))
    )
    return body, replace(end, columns=[column.copy() for column in end.columns])


def _hidden(block: Block) -> NDArray[np.bool_]:
    return np.zeros(len(block.rows), dtype=bool) if block.hidden is None else block.hidden
