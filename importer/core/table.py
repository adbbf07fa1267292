"""Find the table inside a sheet: its header row, what stands above it, its columns' names.

Lives here: pure judgement over the first lines of a grid. Must never live here: knowledge
of a file format. What a newcomer would question: a first line is taken for a header only on
evidence (a name over numbers, a known word, a column whose values look different), because
a line of people that is taken for a header is a person lost without a word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from importer.core.cell_kinds import (
    VALUE_KINDS,
    Kind,
    holds_email,
    is_identifier,
    kind_of,
    shape_of,
)
from importer.core.header_words import name_likeness

HEAD_ROWS: Final = 200
"""How many filled rows the judgement looks at."""
_CANDIDATES: Final = 40
_BELOW: Final = 60
_COLUMNS: Final = 120
_ENOUGH: Final = 1.0
_YEAR = re.compile(r"(?:19|20)\d\d\Z")

Row = tuple[int, Sequence[str]]
"""A row number as the spreadsheet shows it, and the row's texts."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the table lies.

    Attributes:
        header_row: Row number of the header; None where there is none.
        headers: Raw header texts, as many as the table has columns.
        columns: Unique names for them.
        above: Row numbers of filled lines above the header that are no rows.
        is_guess: The evidence was thin; a person should look.
        is_wider: Most rows have more values than there are headers.
    """

    header_row: int | None
    headers: tuple[str, ...]
    columns: tuple[str, ...]
    above: tuple[int, ...] = ()
    is_guess: bool = False
    is_wider: bool = False


def find_table(
    rows: Sequence[Row],
    *,
    header_row: int | None = None,
    hint: int | None = None,
    header_sets_width: bool = False,
) -> Layout:
    """Find the header row among the first filled rows of a grid.

    Args:
        rows: The first filled rows in order, up to `HEAD_ROWS` of them.
        header_row: What a person said: the header's row number, 0 for none, None: detect it.
        hint: The header's row number as the file itself declares it.
        header_sets_width: Values beyond the header's last cell are strays, not columns,
            unless most rows have them (delimited files).
    """
    rows = rows[:HEAD_ROWS]
    score = 0.0
    found: int | None
    if header_row is not None:
        found = next((i for i, (number, _) in enumerate(rows) if number >= header_row), None)
        found = None if header_row == 0 else found
        score = _ENOUGH * 2
    else:
        found, score = _best_header(rows, hint)
    if found is None:
        return _headless(rows)
    headers = _headers(rows, found, header_sets_width=header_sets_width)
    return Layout(
        header_row=rows[found][0],
        headers=headers,
        columns=unique_columns(headers),
        above=tuple(number for number, _ in rows[:found]),
        is_guess=score < _ENOUGH * 1.5,
        is_wider=header_sets_width and len(headers) > len(rows[found][1]),
    )


def unique_columns(headers: Sequence[str]) -> tuple[str, ...]:
    """Name every column once: blanks by their letter, repeats by a number.

    A made name never takes the place of a real one: with `Name`, `Name`, `Name (2)` the
    second becomes `Name (3)`.
    """
    plain = [fold_header(h) for h in headers]
    taken = {name for name in plain if name}
    seen: set[str] = set()
    names: list[str] = []
    for index, name in enumerate(plain):
        chosen = name
        if not name:
            chosen = _free(f"Column {column_letter(index)}", taken)
        elif name in seen:
            chosen = _free(name, taken, start=2)
        seen.add(chosen)
        taken.add(chosen)
        names.append(chosen)
    return tuple(names)


def fold_header(header: str) -> str:
    """A header on one line, without outer blanks and invisible marks."""
    visible = header.translate({0xFEFF: None, 0x200B: None, 0x00AD: None})
    return " ".join(visible.split())


def column_letter(index: int) -> str:
    """The letters a spreadsheet shows above a column; 0 is A.

    >>> column_letter(27)
    'AB'
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _free(name: str, taken: set[str], start: int = 1) -> str:
    number = start
    candidate = name if number == 1 else f"{name} ({number})"
    while candidate in taken:
        number += 1
        candidate = f"{name} ({number})"
    return candidate


def _extent(cells: Sequence[str]) -> int:
    """One past the last filled cell."""
    for index in range(len(cells) - 1, -1, -1):
        if cells[index].strip():
            return index + 1
    return 0


def _headers(rows: Sequence[Row], found: int, *, header_sets_width: bool) -> tuple[str, ...]:
    header = rows[found][1]
    body = rows[found + 1 :]
    if header_sets_width:
        width = len(header)
        while width < _COLUMNS * 10:
            filled = sum(1 for _, cells in body if len(cells) > width and cells[width].strip())
            if not body or filled * 2 < len(body):
                break
            width += 1
    else:
        width = max([_extent(header), *(_extent(cells) for _, cells in body)])
    return tuple(header[i] if i < len(header) else "" for i in range(width))


def _headless(rows: Sequence[Row]) -> Layout:
    width = max((_extent(cells) for _, cells in rows), default=0)
    return Layout(
        header_row=None,
        headers=("",) * width,
        columns=unique_columns([""] * width),
        above=(),
        is_guess=bool(rows),
    )


def _best_header(rows: Sequence[Row], hint: int | None) -> tuple[int | None, float]:
    """The most likely header among the first lines and how strong the evidence is."""
    filled = [sum(1 for c in cells if c.strip()) for _, cells in rows]
    if not filled:
        return None, 0.0
    usual = sorted(filled)[-(-(len(filled) - 1) * 3 // 4)]
    best: int | None = None
    best_score = 0.0
    wide_above = 0
    for index, (number, cells) in enumerate(rows[:_CANDIDATES]):
        score = _evidence(cells, [c for _, c in rows[index + 1 : index + 1 + _BELOW]])
        if filled[index] * 2 < usual or (filled[index] == 1 and usual > 1):
            score -= 2.0
        elif len(rows) - index - 1 < 3 * wide_above:
            score = 0.0  # too few lines below to outvote the full lines above
        else:
            score -= 1.0 * wide_above
        if number == hint:
            score += 3.0
        share = 0.25 if index + 1 < len(rows) else 0.75  # nothing below: the names alone must do
        if score >= max(_ENOUGH, share * filled[index]) and score > best_score:
            best, best_score = index, score
        if filled[index] * 3 > usual * 2:
            wide_above += 1
            if any(holds_email(c) for c in cells):
                break  # people begin here at the latest; nothing below them is a header
    return best, best_score


def _evidence(header: Sequence[str], below: Sequence[Sequence[str]]) -> float:
    """How much a line looks like the header of the lines below it; negative: like data."""
    total = 0.0
    unnamed = 0
    width = min(max([len(header), *(len(c) for c in below)]), _COLUMNS)
    in_sequence = _is_alphabet(header)
    for column in range(width):
        cell = header[column] if column < len(header) else ""
        values = [c[column] for c in below if column < len(c) and c[column].strip()]
        if not cell.strip():
            unnamed += 1 if values else 0
            continue
        total += 1.0 if in_sequence else 0.0
        total += _cell_evidence(cell, values)
    return total - min(1.5, 0.4 * unnamed)


def _is_alphabet(header: Sequence[str]) -> bool:
    """Whether the filled cells run a, b, c … (at least three): names made for columns."""
    letters = [c.strip().lower() for c in header if c.strip()]
    return len(letters) >= 3 and letters == [chr(97 + i) for i in range(min(len(letters), 26))]


def _cell_evidence(cell: str, values: Sequence[str]) -> float:
    """What one cell and the values below it say: +2 a name over typed values, -3 a value."""
    kind = kind_of(cell)
    kinds = Counter(kind_of(v) for v in values)
    main, count = kinds.most_common(1)[0] if kinds else (Kind.BLANK, 0)
    share = count / len(values) if values else 0.0
    if kind in VALUE_KINDS:
        if _YEAR.match(cell.strip()) and not all(_YEAR.match(v.strip()) for v in values):
            return 0.0  # years are usual names of columns of figures
        if kind is Kind.NUMBER:
            return -2.0 if main is Kind.NUMBER or not values else -0.7
        return -3.0
    evidence = 0.0
    if share >= 0.7 and main in VALUE_KINDS:
        evidence += 2.0 * share
    elif share >= 0.7 and main is Kind.CODE and kind is Kind.TEXT:
        evidence += 1.0 * share
    elif values:
        evidence += _text_evidence(cell, values)
    # What reads like a column's name counts only as far as the values below do not.
    below = values[:20]
    if is_identifier(cell) and sum(map(is_identifier, below)) * 2 <= len(below):
        evidence += 0.7
    usual = sum(map(name_likeness, below)) / len(below) if below else 0.0
    return evidence + 1.5 * max(0.0, name_likeness(cell) - usual)


def _text_evidence(cell: str, values: Sequence[str]) -> float:
    """Texts over texts: only a different shape tells them apart, a recurrence says data."""
    folded = cell.strip().casefold()
    if any(v.strip().casefold() == folded for v in values):
        return -0.8
    shapes = Counter(shape_of(v) for v in values)
    main, count = shapes.most_common(1)[0]
    share = count / len(values)
    if share < 0.7 or main == shape_of(cell):
        return 0.0
    return 0.6 * share * min(1.0, len(values) / 4)
