"""Remembered corrections: `MAPPING.values.csv` read, and merged into the rules.

Lives here: the three columns column, value, use_instead. Must never live here: files. What
a newcomer would question: a correction wins over the mapping's own `values:`. It was made
later, by a person who saw the value refused.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from importer.core.handback import protect_formula, unprotect_formula
from importer.core.rules import CandidateMapping, Rule
from importer.core.text import fold_header

CORRECTION_COLUMNS: Final = ("column", "value", "use_instead")


@dataclass(frozen=True, slots=True)
class Correction:
    """In this column, read this value as that one."""

    column: str
    value: str
    use_instead: str


def parse_corrections(text: str) -> tuple[Correction, ...]:
    """Read remembered corrections; separators `,` `;` and tab are all understood.

    Lines without a replacement are left out. An apostrophe that keeps a spreadsheet from
    running a text as a formula is taken off.

    Raises:
        ValueError: A column is missing; the message is for the user.
    """
    plain = text.removeprefix("\ufeff").lstrip()
    if not plain:
        return ()
    delimiter = max(",;\t", key=plain.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(plain, newline=""), delimiter=delimiter)
    header = [fold_header(cell).replace(" ", "_") for cell in next(reader)]
    missing = [name for name in CORRECTION_COLUMNS if name not in header]
    if missing:
        raise ValueError(f"line 1: the column {', '.join(missing)} is missing")
    places = [header.index(name) for name in CORRECTION_COLUMNS]
    found = []
    for cells in reader:
        column, value, instead = (
            unprotect_formula(cells[i]) if i < len(cells) else "" for i in places
        )
        if column.strip() and instead.strip():
            found.append(Correction(column.strip(), value, instead.strip()))
    return tuple(found)


def write_corrections(corrections: Iterable[Correction]) -> str:
    """Write corrections as `parse_corrections` reads them, the last of each value winning."""
    last = {(c.column, c.value): c.use_instead for c in corrections}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # so that a cell with \r is quoted too
    writer.writerow(CORRECTION_COLUMNS)
    for (column, value), instead in last.items():
        writer.writerow([protect_formula(cell) for cell in (column, value, instead)])
    return text.getvalue()


def merge_corrections(
    mapping: CandidateMapping, corrections: Sequence[Correction], sha256: str, text: str
) -> CandidateMapping:
    """Add the corrections to every rule that uses their column, under any of its names."""
    by_column: dict[str, dict[str, object]] = {}
    for correction in corrections:
        place = by_column.setdefault(fold_header(correction.column), {})
        place[correction.value] = correction.use_instead
    rules = mapping.rules
    if by_column:
        rules = tuple(_correct(rule, mapping, by_column) for rule in rules)
    return replace(mapping, rules=rules, sha256=sha256, text=text)


def _correct(
    rule: Rule, mapping: CandidateMapping, by_column: Mapping[str, Mapping[str, object]]
) -> Rule:
    found = _values_for(rule.columns, mapping, by_column)
    return replace(
        rule,
        values={**rule.values, **found},
        remembered=rule.remembered | (frozenset(found) - frozenset(rule.values)),
    )


def _values_for(
    columns: Sequence[str],
    mapping: CandidateMapping,
    by_column: Mapping[str, Mapping[str, object]],
) -> dict[str, object]:
    found: dict[str, object] = {}
    for column in columns:
        for name in (column, *mapping.aliases.get(column, ())):
            found.update(by_column.get(fold_header(name), {}))
    return found
