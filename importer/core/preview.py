"""What the reader understood of one source: as a document for scripts, as lines for people.

Lives here: gathering and layout, pure. Must never live here: printing or opening files. What
a newcomer would question: the whole source is read even when five rows are shown, because
what was left out and what is damaged is the news, and it may stand at the end.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Final

from importer.core.model import CellFinding, Severity
from importer.core.ports import Source
from importer.core.terminal import clean_text, display_width
from importer.errors import SourceError

_SKIPPED: Final = {
    "note": ("line above the headers", "lines above the headers"),
    "blank": ("blank row", "blank rows"),
    "repeated_header": ("row that says the headers again", "rows that say the headers again"),
    "footer": ("footer or total", "footers and totals"),
    "comment": ("comment line", "comment lines"),
    "hidden": ("hidden row", "hidden rows"),
}
_KINDS: Final = {
    "csv": "Delimited text",
    "xlsx": "Excel workbook",
    "xlsm": "Excel workbook with macros",
    "xls": "Old Excel workbook",
    "ods": "OpenDocument spreadsheet",
    "dataframe": "DataFrame",
}
_NARROWEST: Final = 6
_WIDEST: Final = 28
_EXAMPLES: Final = 5


def preview_document(source: Source, rows: int | None = 5) -> dict[str, Any]:
    """Read a source to its end and gather what is worth seeing.

    Args:
        source: Fresh; it can be read only once.
        rows: How many rows to show, None for all.

    Returns:
        JSON-ready: the keys of design 4.1, then `row_count`, `skipped` (reason -> row numbers),
        `problems` (code, severity, message, hint, count, first places) and `choice`. A file that
        turns out to be damaged on the way has a last note that says so.
    """
    described = source.description
    shown: list[list[str]] = []
    numbers: list[int] = []
    count = 0
    problems: dict[str, dict[str, Any]] = {}
    notes = list(described.notes)
    try:
        for chunk in source.chunks():
            count += len(chunk.rows)
            room = len(chunk.rows) if rows is None else rows - len(shown)
            if room > 0:
                shown.extend(chunk.frame.iloc[:room].to_numpy().tolist())
                numbers.extend(chunk.rows[:room].tolist())
            for found in chunk.findings:
                _gather(problems, found)
    except SourceError as stopped:
        notes.append(f"{stopped.message} {stopped.hint}".strip())
    skipped = {reason: list(lines) for reason, lines in source.skipped.items()}
    notes.extend(_left_out(skipped))
    notes.extend(_problem_note(problem) for problem in problems.values())
    return {
        "path": described.path,
        "kind": described.kind,
        "sheet": described.sheet,
        "encoding": described.encoding,
        "delimiter": described.delimiter,
        "header_row": described.header_row,
        "headers": list(described.headers),
        "rows": shown,
        "row_numbers": numbers,
        "notes": notes,
        "columns": list(described.columns),
        "row_count": count,
        "skipped": skipped,
        "problems": list(problems.values()),
        "choice": list(described.choice),
    }


def preview_lines(document: Mapping[str, Any], width: int = 80) -> list[str]:
    """Lay a preview out for a terminal: what it is, the first rows, what was noticed.

    Args:
        document: From `preview_document`.
        width: Columns of the terminal.
    """
    sheet = f", sheet {clean_text(document['sheet'])}" if document["sheet"] else ""
    lines = [f"{clean_text(document['path'])}{sheet}", f"  {_headline(document)}", ""]
    if document["columns"] and document["rows"]:
        lines += _table(document, width)
        lines.append("")
    for note in document["notes"]:
        lines += textwrap.wrap(
            clean_text(note),
            max(20, width),
            initial_indent="  · ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        )
    lines.append("")
    return lines


def _headline(document: Mapping[str, Any]) -> str:
    rows, columns = document["row_count"], len(document["columns"])
    kind = _KINDS.get(document["kind"], document["kind"])
    header = document["header_row"]
    where = "no headers" if header is None else f"headers in row {header}"
    return f"{kind}: {_count(rows, 'row', 'rows')}, {_count(columns, 'column', 'columns')}, {where}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _left_out(skipped: Mapping[str, Sequence[int]]) -> list[str]:
    parts = []
    for reason, rows in skipped.items():
        one, many = _SKIPPED.get(reason, (reason, reason))
        parts.append(f"{_count(len(rows), one, many)} ({_name_rows(rows)})")
    return [f"Left out: {', '.join(parts)}."] if parts else []


def _name_rows(rows: Sequence[int]) -> str:
    """Row numbers as people say them: `row 3`, `rows 3-7 and 12`, `rows 3, 9 and 14 more`."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    shown = [str(a) if a == b else f"{a}-{b}" for a, b in runs[:_EXAMPLES]]
    rest = len(rows) - sum(b - a + 1 for a, b in runs[:_EXAMPLES])
    if rest:
        shown.append(f"{rest:,} more")
    named = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
    return f"{'row' if len(rows) == 1 else 'rows'} {named}"


def _gather(problems: dict[str, dict[str, Any]], found: CellFinding) -> None:
    finding = found.finding
    problem = problems.setdefault(
        finding.code,
        {
            "code": finding.code,
            "severity": finding.severity.value,
            "message": finding.message,
            "hint": finding.hint,
            "count": 0,
            "places": [],
        },
    )
    problem["count"] += 1
    if len(problem["places"]) < _EXAMPLES:
        problem["places"].append([found.row, found.column])


def _problem_note(problem: Mapping[str, Any]) -> str:
    places = [f"row {r}, {c}" if c else f"row {r}" for r, c in problem["places"]]
    more = problem["count"] - len(places)
    if more:
        places.append(f"{more:,} more")
    words = {Severity.ERROR.value: "Problem", Severity.WARNING.value: "Look at"}
    said = words.get(problem["severity"], "Cleaned")
    return f"{said} ({'; '.join(places)}): {problem['message']} {problem['hint']}".rstrip()


def _table(document: Mapping[str, Any], width: int) -> list[str]:
    """Row numbers and the first columns, as many as fit; the others are named below."""
    names = [clean_text(c) for c in document["columns"]]
    cells = [[clean_text(c) for c in row] for row in document["rows"]]
    numbers = [str(n) for n in document["row_numbers"]]
    margin = max(3, *(len(n) for n in numbers)) + 2
    wanted = [
        min(_WIDEST, max(_NARROWEST, display_width(name), *(display_width(r[i]) for r in cells)))
        for i, name in enumerate(names)
    ]
    widths = _fit(wanted, width - margin)
    line = "─" * margin + "┼" + "┼".join("─" * (w + 2) for w in widths)
    lines = [_row(" " * margin, names, widths), line]
    lines += [
        _row(f"{n:>{margin - 1}} ", row, widths) for n, row in zip(numbers, cells, strict=True)
    ]
    rest = document["row_count"] - len(cells)
    if rest:
        lines.append(f"{'…':>{margin - 1}} and {_count(rest, 'more row', 'more rows')}")
    hidden = names[len(widths) :]
    if hidden:
        said = f"{_count(len(hidden), 'more column', 'more columns')}: {', '.join(hidden)}"
        lines += textwrap.wrap(said, width - 2, initial_indent="  ", subsequent_indent="    ")
    return lines


def _fit(wanted: Sequence[int], room: int) -> list[int]:
    """Widths of the columns that fit: all, squeezed where that is enough, else the first ones."""
    widths = list(wanted)
    while sum(widths) + 3 * len(widths) > room:
        widest = max(widths)
        if widest > 12 and (sum(min(w, 12) for w in widths) + 3 * len(widths)) <= room:
            widths[widths.index(widest)] -= 1
        elif len(widths) > 1:
            widths.pop()
        else:
            return [max(_NARROWEST, room - 3)]
    return widths


def _row(margin: str, texts: Sequence[str], widths: Sequence[int]) -> str:
    cells = [_cut(text, width) for text, width in zip(texts, widths, strict=False)]
    return f"{margin}│ {' │ '.join(cells)}".rstrip()


def _cut(text: str, width: int) -> str:
    """The text in exactly `width` terminal columns."""
    if display_width(text) > width:
        kept = ""
        for char in text:
            if display_width(kept + char) > width - 1:
                break
            kept += char
        text = f"{kept}…"
    return text + " " * (width - display_width(text))
