"""report.html: the page that a person opens first.

Lives here: what the page is given, and its limits of size. Must never live here: its looks
(`templates/`) or judgements. What a newcomer would question: style and script are named in
the page's own content policy by their hashes, so that nothing a cell holds could ever run,
even if escaping failed.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from importer.adapters.reports import charts
from importer.core.codes import CODES
from importer.core.handback import ColumnUnion
from importer.core.model import (
    NEEDS_A_PERSON,
    Outcome,
    Problem,
    ReportRow,
    RunSummary,
    Severity,
)
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

ROWS_LISTED: Final = 1_000
PROBLEMS_LISTED: Final = 60
VALUES_LISTED: Final = 40
COLUMNS_LISTED: Final = 25
SIZE_LIMIT: Final = 950_000
"""Bytes of the page; fewer rows are listed where it would be larger."""
_CELL_SHOWN, _TEXT_SHOWN = 60, 220
_ROW_CELLS, _ROW_PROBLEMS = 3, 3


@dataclass(frozen=True, slots=True)
class _Line:
    """A row that needs a person, cut to what the page shows of it."""

    source: str
    row: int
    outcome: str
    who: tuple[str, ...]
    problems: tuple[tuple[str, str, str], ...]
    more: int


class HtmlReport:
    """Collects the first rows that need a person, then renders the page."""

    def __init__(self, path: Path, summary: RunSummary, columns: ColumnUnion) -> None:
        self._path = path
        self._summary = summary
        self._columns = columns
        self._names = short_names(summary)
        self._lines: list[_Line] = []

    def add(self, row: ReportRow) -> None:
        """Keep the row where there is still room."""
        if len(self._lines) < ROWS_LISTED:
            cells = self._columns.spread(row.source, row.cells)
            self._lines.append(_cut(row, cells, self._names[row.source]))

    def close(self) -> None:
        """Render and write the page."""
        render = page_renderer(self._summary)
        lines = self._lines
        page = render(lines)
        while len(page) > SIZE_LIMIT and lines:
            lines = lines[: len(lines) // 2]
            page = render(lines)
        self._path.write_bytes(page)


def short_names(summary: RunSummary) -> list[str]:
    """File names without folders, with the sheet where there is one."""
    names = []
    for source in summary.sources:
        name = source.path.replace("\\", "/").rsplit("/", 1)[-1]
        names.append(f"{name} [{source.sheet}]" if source.sheet else name)
    return names


def page_renderer(summary: RunSummary) -> Callable[[Sequence[_Line]], bytes]:
    """What turns lines into the whole page as UTF-8; everything else is settled here, once."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("importer.adapters.reports"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["show"] = show
    environment.filters["time"] = _time
    environment.filters["number"] = lambda value: f"{value:,}"
    template = environment.get_template("report.html.j2")
    facts = _facts(summary)
    style = _read("report.css") + _widths(facts)
    script = _read("report.js")
    facts |= {
        "run": summary,
        "style": _markup(style),
        "script": _markup(script),
        "policy": _policy(style, script),
    }
    return lambda lines: template.render(lines=lines, **facts).encode("utf-8", "replace")


def show(text: object, most: int = _TEXT_SHOWN) -> str:
    """A text of the source as the page shows it: no control characters, not endless."""
    start = str(text)[: most + 1]
    if start.isprintable():
        return start if len(start) <= most else start[:most] + "…"
    kept = "".join(
        " " if c in "\r\n\t" else "�" if unicodedata.category(c) in ("Cc", "Cs") else c
        for c in start
    )
    return kept if len(kept) <= most else kept[:most] + "…"


def _time(stamp: str) -> str:
    """`2026-11-03 02:00 UTC` of an ISO time; any other text as it is."""
    try:
        moment = dt.datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    zone = {None: "", dt.timedelta(0): " UTC"}.get(moment.utcoffset(), f" {moment:%z}")
    return f"{moment:%Y-%m-%d %H:%M}{zone}"


def _cut(row: ReportRow, cells: Sequence[str], source: str) -> _Line:
    filled = [show(cell, _CELL_SHOWN) for cell in cells if cell.strip()]
    return _Line(
        source,
        row.row,
        OUTCOME_WORDS[row.outcome][0],
        tuple(filled[:_ROW_CELLS]),
        tuple((show(p.column or ""), show(p.message), show(p.hint)) for p in row.problems)[
            :_ROW_PROBLEMS
        ],
        max(len(row.problems) - _ROW_PROBLEMS, 0),
    )


def _facts(summary: RunSummary) -> dict[str, Any]:
    """Everything that the template shows beside the summary itself."""
    problems = sort_problems(summary.problems)
    by_column = problems_by_column(problems)
    most = max((c.errors + c.warnings for c in by_column), default=1)
    pace = charts.pace_of(summary.timeline)
    limit = summary.budget.get("limit_per_minute")
    limit = limit if isinstance(limit, int) and limit > 0 else None
    names = short_names(summary)
    told = names if len(names) > 1 else ()
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
        "notes": _groups([p for p in problems if p.severity is Severity.NOTE], told)[:50],
        "resolved": _groups(sort_problems(summary.resolved), told)[:50],
        "states": _states(summary),
        "pace": _thin(pace),
        "fastest": max((p.calls_a_minute for p in pace), default=1) or 1,
        "limit": limit,
        "charts": _charts(pace, limit),
        "sources": list(zip(names, summary.sources, summary.source_rows, strict=True)),
        "skipped": [
            (
                reason,
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
    first = same[0]
    hints = {p.hint for p in same}
    is_one_hint = len(hints) == 1
    is_one = len(same) == 1
    return {
        "severity": first.severity.value,
        "column": first.column or "",
        "value": first.value if is_one else None,
        "count": sum(p.count for p in same),
        "message": first.message if is_one else CODES.get(first.code, first.message),
        "hint": first.hint if is_one_hint else "",
        "where": list_rows(first, names, most=12),
        "state": _since(first) if len({_since(p) for p in same}) == 1 else "",
        "of": len(same),
        "each": [
            {
                "value": p.value,
                "where": describe_rows(p, names, most=8),
                "hint": "" if is_one_hint else p.hint,
                "state": _since(p) if len({_since(p) for p in same}) > 1 else "",
            }
            for p in same[:VALUES_LISTED]
        ],
    }


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
    return f"{plan}, done by {_time(str(ends))}" if ends else plan


def _as_problem(rows: Sequence[tuple[int, int]]) -> Problem:
    return Problem(code="", message="", count=len(rows), rows=rows)


def _thin(pace: Sequence[charts.Pace]) -> list[charts.Pace]:
    """At most twelve stretches for the table that says what the charts draw."""
    step = max(len(pace) // 12, 1)
    return list(pace[step - 1 :: step])


def _charts(pace: Sequence[charts.Pace], limit: int | None) -> list[tuple[str, Any]]:
    calls = "Calls a minute" + (f", with the limit of {limit:,} as a dashed line" if limit else "")
    titles = (calls, "Created so far")
    return list(zip(titles, map(_markup, charts.draw(pace, limit)), strict=False))


def _widths(facts: Mapping[str, Any]) -> str:
    """Rules for the bars; widths stand here since the page's policy forbids inline styles."""
    rules = [f".s-{o['key']}{{flex-grow:{o['count']}}}" for o in facts["outcomes"]]
    rules += [f".c{i}{{width:{share:.2f}%}}" for i, (_, share) in enumerate(facts["by_column"])]
    rules += [
        f".p{i}{{width:{p.calls_a_minute / facts['fastest'] * 100:.2f}%}}"
        for i, p in enumerate(facts["pace"])
    ]
    return "".join(rules)


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _read(name: str) -> str:
    folder = resources.files("importer.adapters.reports") / "templates"
    return (folder / name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _markup(text: str) -> Any:
    """Mark our own style, script or drawing as safe; never a text of the source."""
    import markupsafe

    return markupsafe.Markup(text)  # noqa: S704 - only files of this package and our drawings
