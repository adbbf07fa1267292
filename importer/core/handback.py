"""What a run hands back and may be handed again: names, marks and protections.

Lives here: everything that the writer of `results.*` and `fix.xlsx` and the reader of the
same files must agree on, as constants and pure functions on texts. Must never live here:
a file format. What a newcomer would question: our columns give way in fix.xlsx (where the
mapping looks up the original ones by name) and stand firm in results.csv (where scripts
look up ours).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from importer.core.model import Finding, SourceDescription

RUN_PROPERTY: Final = "candidate-import-run"
"""Custom document property of fix.xlsx; its value is the run id (`SourceDescription.marker`)."""
RESULTS_PROPERTY: Final = "candidate-import-results"
"""Custom document property of results.xlsx; such a file is a report, no source."""

README_SHEET: Final = "Read me"
FIX_SHEET: Final = "Fix"
DECISIONS_SHEET: Final = "Decisions"
LISTS_SHEET: Final = "Allowed values"

TOKEN_COLUMN: Final = "import_token"  # noqa: S105 - a column, no secret
ROW_COLUMN: Final = "import_row"
SOURCE_COLUMN: Final = "import_source"
REASON_COLUMN: Final = "reason"
DECISION_COLUMN: Final = "decision"
FIX_COLUMNS: Final = (REASON_COLUMN, DECISION_COLUMN, SOURCE_COLUMN, ROW_COLUMN, TOKEN_COLUMN)
"""Ours in fix.xlsx, behind the original columns, in this order; the last one is hidden."""

RESULT_COLUMNS: Final = (
    "import_source",
    "import_sheet",
    "import_row",
    "import_outcome",
    "import_candidate_id",
    "import_code",
    "import_problem",
    "import_hint",
)
"""Ours in results.csv and results.xlsx, behind the original columns (design 4.4)."""


class RowDecision(StrEnum):
    """What a person may answer in the `decision` column; a blank cell means: judge it again."""

    SKIP = "skip"
    """Set aside until its content changes."""
    ALREADY_THERE = "already there"
    """The person is in the ATS; never send."""
    SEND_ANYWAY = "send anyway"
    """Send although the row is in doubt, refused before, or known under another name."""


def parse_decision(text: str) -> RowDecision | Finding | None:
    """Read a `decision` cell: the decision, None for a blank cell, a finding for other words."""
    folded = " ".join(text.split()).casefold()
    if not folded:
        return None
    for decision in RowDecision:
        if folded == decision.value:
            return decision
    words = ", ".join(f"'{d.value}'" for d in RowDecision)
    return Finding(
        code="unknown-decision",
        message=f"'{text.strip()}' is no decision that this column knows.",
        hint=f"Choose one of {words}, or leave the cell empty to have the row judged again.",
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the *Decisions* sheet that a person filled in.

    Attributes:
        column: The spreadsheet's column.
        value: The cell text that is to be read as something else.
        use_instead: What to read it as.
        remember: Whether later runs do the same (`MAPPING.values.csv`).
    """

    column: str
    value: str
    use_instead: str
    remember: bool


# --- formula safety ---------------------------------------------------------------------------

_RUNS_AS_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")
_PROTECTED = re.compile(r"'+(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")


def protect_formula(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula.

    A text that already looks protected gets one more, so that `unprotect_formula` gives back
    exactly what went in.
    """
    return "'" + text if _RUNS_AS_FORMULA.match(text) else text


def unprotect_formula(text: str) -> str:
    """Take the apostrophe of `protect_formula` off again; only for files that we wrote."""
    return text[1:] if _PROTECTED.match(text) else text


# --- Excel's longest cell ---------------------------------------------------------------------

CELL_LIMIT: Final = 32_767
"""Characters a cell of a workbook can hold, counted by Excel in UTF-16 units."""
SHORTENED_PREFIX: Final = "⟦shortened by candidate-import⟧ "
"""Starts a cell of fix.xlsx that is not the whole text; such a cell is never imported."""


def fits_in_cell(text: str) -> bool:
    """Whether a workbook cell can hold the text."""
    if len(text) * 2 <= CELL_LIMIT:
        return True
    return len(text.encode("utf-16-le", "surrogatepass")) <= CELL_LIMIT * 2


def shorten(text: str) -> str:
    """The text where a cell can hold it, else its beginning behind `SHORTENED_PREFIX`."""
    if fits_in_cell(text):
        return text
    room = (CELL_LIMIT - len(SHORTENED_PREFIX) - 1) * 2
    start = text.encode("utf-16-le", "surrogatepass")[:room]
    return SHORTENED_PREFIX + start.decode("utf-16-le", "ignore") + "…"


def is_shortened(text: str) -> bool:
    """Whether a cell of fix.xlsx holds only the beginning of the original text."""
    return text.lstrip().startswith(SHORTENED_PREFIX.rstrip())


def short_name(source: SourceDescription) -> str:
    """A source's file name without its folders, with the sheet where there is one."""
    name = source.path.replace("\\", "/").rsplit("/", 1)[-1]
    return f"{name} [{source.sheet}]" if source.sheet else name


# --- columns ----------------------------------------------------------------------------------

_OURS = " (import)"
_THEIRS = " (original)"


def own_name(wanted: str, originals: Iterable[str]) -> str:
    """The name that one of our columns takes in fix.xlsx beside these original columns."""
    taken = {name.strip().casefold() for name in originals}
    used = [i for i, name in enumerate(_chain(wanted)) if name.casefold() in taken]
    return wanted + _OURS * (used[-1] + 1) if used else wanted


def find_own(wanted: str, columns: Iterable[str]) -> str | None:
    """The column of a fix.xlsx that is ours by this name: the one that `own_name` chose."""
    by_fold = {name.strip().casefold(): name for name in columns}
    found = None
    for name in _chain(wanted):
        found = by_fold.get(name.casefold(), found)
    return found


def _chain(wanted: str) -> list[str]:
    """The names that one of our columns may give way to: `x`, `x (import)`, and so on."""
    return [wanted + _OURS * times for times in range(10)]


def original_columns(source: SourceDescription) -> tuple[tuple[int, str], ...]:
    """(position, name) of a source's own columns; ours are left out of a fix.xlsx read again."""
    if source.marker is None:
        return tuple(enumerate(source.columns))
    ours = {find_own(name, source.columns) for name in FIX_COLUMNS}
    return tuple((i, name) for i, name in enumerate(source.columns) if name not in ours)


@dataclass(frozen=True, slots=True)
class ColumnUnion:
    """All original columns of a run's sources, in order of first sight.

    Attributes:
        names: The union.
        cells: Per source: for each name the position in the source's cells, or -1.
    """

    names: tuple[str, ...]
    cells: tuple[tuple[int, ...], ...]

    def spread(self, source: int, cells: Sequence[str]) -> list[str]:
        """A row's cells under the union's names; blank where its source lacks the column."""
        return [cells[i] if 0 <= i < len(cells) else "" for i in self.cells[source]]


def unite_columns(sources: Sequence[SourceDescription]) -> ColumnUnion:
    """Line up the original columns of several sources."""
    each = [{name: i for i, name in original_columns(source)} for source in sources]
    names = tuple(dict.fromkeys(name for columns in each for name in columns))
    return ColumnUnion(names, tuple(tuple(c.get(name, -1) for name in names) for c in each))


def result_headers(originals: Sequence[str]) -> list[str]:
    """Headers of the results: the original ones, then ours.

    Ours never change, as scripts look them up; an original column of the same name is told
    apart by "(original)".
    """
    ours = {name.casefold() for name in RESULT_COLUMNS}
    taken = ours | {name.casefold() for name in originals if name.casefold() not in ours}
    headers = []
    for name in originals:
        header = name
        if name.strip().casefold() in ours:
            header += _THEIRS
            while header.casefold() in taken:
                header += _THEIRS
            taken.add(header.casefold())
        headers.append(header)
    return headers + list(RESULT_COLUMNS)
