"""Choose which sheets of a workbook are read, and say which are not.

Lives here: `choose_sheets`. Must never live here: a file format. What a newcomer would
question: where several visible sheets hold data and none was named, all of them are given
together with the open question (`choice`); a preview shows them, a run must ask.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from importer.adapters.reader.workbook_archive import cannot_read
from importer.core.handback import FIX_SHEET


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """One sheet as the workbook lists it; `state` is `visible`, `hidden` or `veryhidden`."""

    name: str
    state: str = "visible"
    is_table: bool = True


@dataclass(slots=True)
class Chosen:
    """The outcome of the choice.

    Attributes:
        sheets: What to read, in the workbook's order.
        choice: The names to choose from where the question is open.
        notes: What was left out, as sentences.
    """

    sheets: list[SheetEntry]
    choice: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)


def choose_sheets(
    entries: Sequence[SheetEntry],
    wanted: tuple[str, ...] | None,
    has_data: Callable[[SheetEntry], bool],
    *,
    is_fix: bool = False,
) -> Chosen:
    """Choose the sheets to read.

    Args:
        entries: All sheets of the workbook.
        wanted: Names from the mapping or a flag; `("all",)` for every visible one.
        has_data: Whether a sheet holds any cell; asked only where it matters.
        is_fix: The workbook is a fix file that we wrote.
    """
    names = {entry.name for entry in entries}
    if wanted and not (wanted == ("all",) and "all" not in names):
        return Chosen([_find(name, entries) for name in wanted])
    if is_fix and not wanted and FIX_SHEET in names:
        return Chosen([entry for entry in entries if entry.name == FIX_SHEET])
    visible = [entry for entry in entries if entry.state == "visible" and entry.is_table]
    filled = [entry for entry in visible if has_data(entry)]
    notes = _name_left_out(entries, filled)
    if filled:
        chosen = Chosen(filled, notes=notes)
        if len(filled) > 1 and not wanted:
            chosen.choice = tuple(entry.name for entry in filled)
        return chosen
    hidden = [e for e in entries if e.state != "visible" and e.is_table and has_data(e)]
    if hidden:
        raise cannot_read(
            "no-visible-sheet",
            f"Only hidden sheets of the workbook hold data: {_list(hidden)}.",
            "Hidden sheets are never read unasked: name the one to read as the sheet.",
        )
    if not visible:
        raise cannot_read(
            "no-sheet",
            "The workbook has no sheet with cells.",
            "Save the table as a worksheet of its own.",
        )
    return Chosen(visible[:1], notes=["The workbook's sheets are empty."])


def _find(name: str, entries: Sequence[SheetEntry]) -> SheetEntry:
    """Find a sheet by the name that a person gave."""
    folded = name.strip().casefold()
    exact = [entry for entry in entries if entry.name == name]
    alike = [entry for entry in entries if entry.name.strip().casefold() == folded]
    for found in (exact, alike):
        if len(found) == 1 and found[0].is_table:
            return found[0]
    if exact and not exact[0].is_table:
        raise cannot_read(
            "no-such-sheet",
            f"The sheet {name!r} is a chart or macro sheet and has no cells.",
            f"Sheets to choose from: {_list([e for e in entries if e.is_table])}.",
        )
    near = difflib.get_close_matches(name, [entry.name for entry in entries], n=1)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    raise cannot_read(
        "no-such-sheet",
        f"The workbook has no sheet {name!r}.{meant}",
        f"Sheets to choose from: {_list(entries)}.",
    )


def _name_left_out(entries: Sequence[SheetEntry], filled: Sequence[SheetEntry]) -> list[str]:
    """Say which sheets are not read, and why."""
    taken = {entry.name for entry in filled}
    rest = [entry for entry in entries if entry.name not in taken]
    reasons = {
        "hidden": [e for e in rest if e.is_table and e.state != "visible"],
        "empty": [e for e in rest if e.is_table and e.state == "visible"],
        "chart or macro sheet": [e for e in rest if not e.is_table],
    }
    return [f"Left out, {reason}: {_list(found)}." for reason, found in reasons.items() if found]


def _list(entries: Sequence[SheetEntry]) -> str:
    """Names for a sentence; at most ten."""
    names = [f"'{entry.name}'" for entry in entries[:10]]
    if len(entries) > 10:
        names.append(f"and {len(entries) - 10} more")
    return ", ".join(names)
