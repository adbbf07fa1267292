"""The calm summary at the end of a run, as text.

Lives here: layout for a terminal, pure. Must never live here: printing, or asking what the
terminal can do. What a newcomer would question: texts of the source are stripped of control
characters here, since a cell may hold escape sequences that would steer the terminal.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from typing import Final

from importer.core.model import NEEDS_A_PERSON, Outcome, Problem, Severity
from importer.core.results import RunSummary
from importer.core.verdict import OUTCOME_WORDS, count_words, describe_rows, judge, sort_problems

_BOLD: Final = "1"
_GREEN, _YELLOW, _RED, _DIM = "32", "33", "31", "2"
_TONES: Final = {"good": _GREEN, "attention": _YELLOW, "stopped": _RED}
_LARGEST: Final = 3
_NARROWEST: Final = 24


def render_summary(
    summary: RunSummary,
    width: int = 80,
    colour: bool = False,
    paths: Sequence[tuple[str, str]] = (),
) -> str:
    """Lay out what a run came to.

    Args:
        summary: The run.
        width: Columns of the terminal; lines are folded to it, paths never.
        colour: Whether to use escape codes.
        paths: (what, where) of the files written, in the order to show them.
    """
    width = max(width, _NARROWEST)
    verdict = judge(summary)
    lines = _fold(verdict.sentence, width)
    blocks = [[_paint(line, _TONES[verdict.tone], colour, bold=True) for line in lines]]
    whose = " · ".join(clean_text(t) for t in (summary.customer, summary.ats) if t)
    if summary.environment:
        whose += f" ({clean_text(summary.environment)})"
    if whose.strip():
        blocks[0] += [_paint(line, _DIM, colour) for line in _fold(whose, width)]
    blocks.append(_counts(summary, width, colour))
    blocks.append(_problems(summary, width, colour))
    blocks.append([line for text in _remarks(summary) for line in _fold(text, width, "! ", "  ")])
    if verdict.next_step:
        blocks.append(_fold(verdict.next_step, width, "→ ", "  "))
    blocks.append(_paths(paths, colour))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def clean_text(text: str) -> str:
    """One line without control, format or surrogate characters: safe to show in a terminal."""
    kept = (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in ("Cf", "Cs")).split())


def display_width(text: str) -> int:
    """How many terminal columns a text takes: wide characters count two, marks none."""
    total = 0
    for char in text:
        if unicodedata.combining(char):
            continue
        total += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return total


def _counts(summary: RunSummary, width: int, colour: bool) -> list[str]:
    found = [(o, summary.counts.get(o.value, 0)) for o in Outcome]
    found = [(outcome, count) for outcome, count in found if count]
    if not found:
        return []
    numbers = [f"{count:,}" for _, count in found]
    broad = max(len(n) for n in [*numbers, f"{summary.counts.get('rows', 0):,}"])
    names = max(len(OUTCOME_WORDS[outcome][0]) for outcome, _ in found)
    lines = []
    for (outcome, _), number in zip(found, numbers, strict=True):
        name, meaning = OUTCOME_WORDS[outcome]
        line = f"  {number:>{broad}}  {name:<{names}}"
        has_room = width - len(line) - 2 >= len(meaning)
        if outcome in NEEDS_A_PERSON:
            line = _paint(line, _YELLOW, colour)
        lines.append(f"{line}  {_paint(meaning, _DIM, colour)}" if has_room else line.rstrip())
    lines.append(f"  {'─' * broad}")
    lines.append(f"  {summary.counts.get('rows', 0):>{broad},}  rows")
    skipped = sum(len(rows) for rows in summary.skipped.values())
    if skipped:
        reasons = ", ".join(sorted(summary.skipped)).replace("_", " ")
        what = "is no row" if skipped == 1 else "are no rows"
        lines += _fold(
            f"and {count_words(skipped, 'line')} that {what} ({reasons})",
            width,
            " " * (broad + 4),
            " " * (broad + 4),
        )
    return lines


def _problems(summary: RunSummary, width: int, colour: bool) -> list[str]:
    ordered = [p for p in sort_problems(summary.problems) if p.severity is not Severity.NOTE]
    if not ordered:
        return []
    largest = ordered[:_LARGEST]
    title = "Largest problems" if len(ordered) > len(largest) else "Problems"
    lines = [_paint(title, _BOLD, colour)]
    for number, problem in enumerate(largest, start=1):
        lines += _fold(_line(problem), width, f"  {number}. ", "     ")
        if problem.hint:
            lines += _fold(clean_text(problem.hint), width, "     → ", "       ")
    more = len(ordered) - len(largest)
    if more:
        lines.append(f"     … and {more:,} more in the report")
    return lines


def _line(problem: Problem) -> str:
    where = clean_text(problem.column) + ": " if problem.column else ""
    rows = describe_rows(problem)
    return f"{where}{clean_text(problem.message)}{f' – {rows}' if rows else ''}"


def _remarks(summary: RunSummary) -> list[str]:
    """What else a person should know, in the order of weight; the report has the rest."""
    remarks = [f"New column, not mapped: {clean_text(name)}" for name in summary.new_columns]
    remarks += [clean_text(text) for text in (*summary.drift, *summary.warnings)]
    return remarks


def _paths(paths: Sequence[tuple[str, str]], colour: bool) -> list[str]:
    if not paths:
        return []
    broad = max(len(what) for what, _ in paths)
    return [f"  {_paint(f'{what:<{broad}}', _DIM, colour)}  {where}" for what, where in paths]


def _paint(text: str, code: str, colour: bool, *, bold: bool = False) -> str:
    if not colour:
        return text
    return f"\x1b[{_BOLD + ';' if bold else ''}{code}m{text}\x1b[0m"


def _fold(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Break a text to lines of at most `width` columns, wide characters counted as two."""
    wide = display_width(text) - len(text)
    squeezed = width - (wide * width) // max(display_width(text), 1) if wide > 0 else width
    return textwrap.wrap(
        text,
        max(squeezed, _NARROWEST // 2),
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
    ) or [first.rstrip()]
