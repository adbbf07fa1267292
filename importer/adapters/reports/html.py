"""report.html: the page that a person opens first.

Lives here: rendering, its limits of size, its content policy. Must never live here: what is
shown (`page.py`) or its looks (`templates/`). What a newcomer would question: style and
script are named in the page's own content policy by their hashes, so that nothing a cell
holds could ever run, even if escaping failed.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from importer.adapters.reports import charts
from importer.adapters.reports.page import VALUES_LISTED, facts_of, show, show_time
from importer.core.handback import ColumnUnion, short_name
from importer.core.results import ReportRow, RunSummary
from importer.core.verdict import OUTCOME_WORDS

if TYPE_CHECKING:
    import jinja2

ROWS_LISTED: Final = 1_000
SIZE_LIMIT: Final = 950_000
"""Bytes of the page; fewer rows and values are listed where it would be larger."""
_CELL_SHOWN, _ROW_CELLS, _ROW_PROBLEMS = 60, 3, 3


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
        self._names = [short_name(source) for source in summary.sources]
        self._lines: list[_Line] = []

    def add(self, row: ReportRow) -> None:
        """Keep the row where there is still room."""
        if len(self._lines) < ROWS_LISTED:
            cells = self._columns.spread(row.source, row.cells)
            self._lines.append(_cut(row, cells, self._names[row.source]))

    def close(self) -> None:
        """Render and write the page."""
        render = page_renderer(self._summary)
        lines, values = self._lines, VALUES_LISTED
        page = render(lines, values)
        while len(page) > SIZE_LIMIT and values > 1:
            lines, values = lines[: len(lines) // 2], values // 2
            page = render(lines, values)
        self._path.write_bytes(page)


@cache
def _load_template() -> jinja2.Template:
    """The page's template; compiling it takes longer than rendering most pages."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("importer.adapters.reports"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["show"] = show
    environment.filters["time"] = show_time
    environment.filters["number"] = lambda value: f"{value:,}"
    return environment.get_template("report.html.j2")


def page_renderer(summary: RunSummary) -> Callable[[Sequence[_Line], int], bytes]:
    """What turns lines, and how many values a card may list, into the whole page as UTF-8."""
    template = _load_template()
    facts = facts_of(summary)
    style = _read("report.css") + _widths(facts)
    script = _read("report.js")
    facts |= {
        "run": summary,
        "charts": _draw(facts["course"], facts["limit"]),
        "style": _markup(style),
        "script": _markup(script),
        "policy": _policy(style, script),
    }

    def render(lines: Sequence[_Line], values: int) -> bytes:
        return template.render(lines=lines, most=values, **facts).encode("utf-8", "replace")

    return render


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


def _draw(course: charts.Course, limit: int | None) -> list[tuple[str, Any]]:
    calls = "Calls so far"
    if course.has_pace:
        calls = "Calls a minute"
        calls += f", with the limit of {limit:,} as a dashed line" if limit else ""
    titles = (calls, "Created so far")
    return list(zip(titles, map(_markup, charts.draw(course, limit)), strict=False))


def _widths(facts: Mapping[str, Any]) -> str:
    """Rules for the bars; widths stand here since the page's policy forbids inline styles."""
    rules = [f".s-{o['key']}{{flex-grow:{o['count']}}}" for o in facts["outcomes"]]
    rules += [f".c{i}{{width:{share:.2f}%}}" for i, (_, share) in enumerate(facts["by_column"])]
    most = max((point.created for point in facts["pace"]), default=0) or 1
    rules += [
        f".p{i}{{width:{point.created / most * 100:.2f}%}}" for i, point in enumerate(facts["pace"])
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
