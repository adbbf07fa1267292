"""What report.html shows: a run's summary turned into what the template walks over.

Lives here: choice and order of what is shown, and how much of it. Must never live here:
markup. What a newcomer would question: problems of one kind in one column share a card, as
forty misspelt phone numbers are one thing to know and forty to correct.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final

from importer.adapters.reports import charts
from importer.core.codes import CODES
from importer.core.handback import short_name
from importer.core.model import NEEDS_A_PERSON, Outcome, Problem, Severity
from importer.core.results import RunSummary
from importer.core.verdict import (
    OUTCOME_WORDS,
    counts_equation,
    describe_rows,
    judge,
    list_rows,
    need_a_person,
    problems_by_column,
    sort_problems,
)

PROBLEMS_LISTED: Final = 60
OTHERS_LISTED: Final = 20
VALUES_LISTED: Final = 24
COLUMNS_LISTED: Final = 25
TEXT_SHOWN: Final = 220


def show(text: object, most: int = TEXT_SHOWN) -> str:
    """A text of the source as the page shows it: no control characters, not endless."""
    start = str(text)[: most + 1]
    if start.isprintable():
        return start if len(start) <= most else start[:most] + "…"
    kept = "".join(
        " " if c in "\r\n\t" else "�" if unicodedata.category(c) in ("Cc", "Cs") else c
        for c in start
    )
    return kept if len(kept) <= most else kept[:most] + "…"


def show_time(stamp: str) -> str:
    """`2026-11-03 02:00 UTC` of an ISO time; any other text as it is."""
    try:
        moment = dt.datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    zone = {None: "", dt.timedelta(0): " UTC"}.get(moment.utcoffset(), f" {moment:%z}")
    return f"{moment:%Y-%m-%d %H:%M}{zone}"


def facts_of(summary: RunSummary) -> dict[str, Any]:
    """Everything that the template shows beside the summary itself."""
    problems = sort_problems(summary.problems)
    by_column = problems_by_column(problems)
    most = max((c.errors + c.warnings for c in by_column), default=1)
    course = charts.course_of(summary.timeline)
    limit = summary.budget.get("limit_per_minute")
    limit = limit if isinstance(limit, int) and limit > 0 else None
    names = [short_name(source) for source in summary.sources]
    told = names if len(names) > 1 else ()
    notes = [p for p in problems if p.severity is Severity.NOTE]
    cards = _groups([p for p in problems if p.severity is not Severity.NOTE], told)
    return {
        "verdict": judge(summary),
        "equation": counts_equation(summary.counts),
        "people": need_a_person(summary.counts),
        "outcomes": _outcomes(summary),
        "by_column": [(c, (c.errors + c.warnings) / most * 100) for c in by_column][
            :COLUMNS_LISTED
        ],
        "problems": cards[:PROBLEMS_LISTED],
        "problems_more": max(len(cards) - PROBLEMS_LISTED, 0),
        "notes": _groups(notes, told)[:OTHERS_LISTED],
        "resolved": _groups(sort_problems(summary.resolved), told)[:OTHERS_LISTED],
        "states": _states(summary),
        "pace": _thin(course.points),
        "unit": course.unit,
        "limit": limit,
        "course": course,
        "sources": list(zip(names, summary.sources, summary.source_rows, strict=True)),
        "skipped": [
            (
                reason.replace("_", " "),
                len(rows),
                list_rows(_as_problem(rows), told, most=12),
            )
            for reason, rows in summary.skipped.items()
            if rows
        ],
        "plan": _plan(summary.budget),
        "many_sources": len(names) > 1,
    }


def _outcomes(summary: RunSummary) -> list[dict[str, Any]]:
    rows = summary.counts.get("rows", 0) or 1
    return [
        {
            "key": outcome.value,
            "name": OUTCOME_WORDS[outcome][0],
            "meaning": OUTCOME_WORDS[outcome][1],
            "count": count,
            "share": count / rows * 100,
            "needs": outcome in NEEDS_A_PERSON,
        }
        for outcome in Outcome
        if (count := summary.counts.get(outcome.value, 0))
    ]


def _groups(problems: Sequence[Problem], names: Sequence[str]) -> list[dict[str, Any]]:
    """Problems of one kind in one column as one card, with the values below it."""
    kinds: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        key = (problem.severity.value, problem.column or "", problem.code)
        kinds.setdefault(key, []).append(problem)
    cards = [_card(same, names) for same in kinds.values()]
    return sorted(cards, key=lambda card: (card["severity"] != Severity.ERROR, -card["count"]))


def _card(same: Sequence[Problem], names: Sequence[str]) -> dict[str, Any]:
    """One card: what the problems share at its top, what differs on a line of each."""
    first = same[0]
    is_one_hint = len({p.hint for p in same}) == 1
    is_one_state = len({_since(p) for p in same}) == 1
    is_one = len(same) == 1
    is_named = all(p.value for p in same) and first.code in CODES
    return {
        "severity": first.severity.value,
        "column": first.column or "",
        "value": first.value if is_one else None,
        "count": sum(p.count for p in same),
        "message": first.message if is_one else CODES.get(first.code, ""),
        "hint": first.hint if is_one_hint else "",
        "where": list_rows(first, names, most=12),
        "state": _since(first) if is_one_state else "",
        "of": len(same),
        "has_values": not is_one and all(p.value for p in same),
        "each": [
            {
                "value": p.value,
                "message": "" if is_named else p.message,
                "where": describe_rows(p, names, most=8),
                "hint": _own_hint(p, is_shared=is_one_hint),
                "state": "" if is_one_state else _since(p),
            }
            for p in same[:VALUES_LISTED]
        ],
    }


def _own_hint(problem: Problem, *, is_shared: bool) -> str:
    """What to do about this one value, beside the hint that all of a card share."""
    if not is_shared:
        return problem.hint
    return f"Did you mean {problem.suggestion}?" if problem.suggestion else ""


def _since(problem: Problem) -> str:
    """`new`, `still open` or `open since 2026-10-28`; blank where nothing is tracked."""
    if problem.state == "open":
        return f"open since {problem.since[:10]}" if problem.since else "still open"
    return problem.state


def _states(summary: RunSummary) -> dict[str, int] | None:
    """How many problems are new, open and resolved; None where nothing is tracked."""
    states = [p.state for p in summary.problems if p.severity is not Severity.NOTE]
    if not any(states) and not summary.resolved:
        return None
    return {
        "new": states.count("new"),
        "open": states.count("open"),
        "resolved": len(summary.resolved),
    }


def _plan(budget: Mapping[str, object]) -> str:
    """The plan made before sending: `52 calls (create 44, read 8), done by …`."""
    calls, purposes, ends = (budget.get(name) for name in ("calls", "by_purpose", "ends_at"))
    if not isinstance(calls, int) or not calls:
        return ""
    what = purposes if isinstance(purposes, Mapping) else {}
    each = ", ".join(f"{purpose} {count:,}" for purpose, count in what.items() if count)
    plan = f"{calls:,} calls" + (f" ({each})" if each else "")
    return f"{plan}, done by {show_time(str(ends))}" if ends else plan


def _as_problem(rows: Sequence[tuple[int, int]]) -> Problem:
    return Problem(code="", message="", count=len(rows), rows=rows)


def _thin(points: Sequence[charts.Point]) -> list[charts.Point]:
    """At most twelve points for the table that says what the charts draw; the last is kept."""
    step = -(-len(points) // 12) or 1
    return list(points[::-1][::step][::-1])
