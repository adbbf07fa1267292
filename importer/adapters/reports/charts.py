"""Charts of the page: how fast a run went and how much of the budget it used.

Lives here: the course of a run, and their drawing by a plotting library where the extra
`charts` is installed. Must never live here: the tables that stand in for them. What a
newcomer would question: the library draws in a process of its own, because it brings a whole
browser engine: its memory is not the run's, and should it fail, the page has its tables.
Colours are names of CSS variables, so that a drawing fits the light and the dark page.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

_MOST_STEPS: Final = 60
_PATIENCE_S: Final = 60.0
_MINUTE_S: Final = 60.0
_UNITS: Final = (
    ("seconds", 1.0, 120.0),
    ("minutes", 60.0, 10_800.0),
    ("hours", 3_600.0, float("inf")),
)
"""A unit, its seconds, and the length of run from which the next one is used."""
_INK, _GRID, _LINE, _LIMIT = "var(--muted)", "var(--line)", "var(--accent)", "var(--bad)"
_WIDTH, _HEIGHT = 420, 170


@dataclass(frozen=True, slots=True)
class Point:
    """Where a run stood.

    Attributes:
        at: Since sending began, in the course's unit.
        created: Created so far.
        calls: Calls so far.
        calls_a_minute: Pace since the point before; None where that would be guesswork.
    """

    at: float
    created: int
    calls: int
    calls_a_minute: float | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A run over time, at most 60 points.

    Attributes:
        unit: `seconds`, `minutes` or `hours`.
    """

    unit: str
    points: tuple[Point, ...] = ()

    @property
    def has_pace(self) -> bool:
        """Whether the run was long enough to speak of calls a minute."""
        return any(point.calls_a_minute is not None for point in self.points)


def course_of(timeline: Sequence[tuple[float, int, int]]) -> Course:
    """Cut a timeline to stretches of even length.

    A pace is told only of stretches of a minute and more: the limit counts minutes, and a
    burst of seconds would look like a breach of it.
    """
    given = sorted(timeline)
    length_s = given[-1][0] - given[0][0] if given else 0.0
    if length_s <= 0:
        return Course("seconds")
    has_pace = length_s >= 2 * _MINUTE_S
    most = int(length_s // _MINUTE_S) if has_pace else len(given) - 1
    steps = min(_MOST_STEPS, most)
    unit, unit_s = next(u for u in _UNITS if length_s < u[2] or u is _UNITS[-1])[:2]
    start_s, _, calls_before = given[0]
    place, points = 0, []
    for step in range(1, steps + 1):
        until_s = start_s + step * length_s / steps
        while place + 1 < len(given) and (step == steps or given[place + 1][0] <= until_s):
            place += 1
        _, created, calls = given[place]
        pace = (calls - calls_before) * _MINUTE_S * steps / length_s if has_pace else None
        points.append(Point((until_s - start_s) / unit_s, created, calls, pace))
        calls_before = calls
    return Course(unit, tuple(points))


def can_draw() -> bool:
    """Whether the plotting library is installed."""
    return all(importlib.util.find_spec(name) for name in ("altair", "vl_convert"))


def draw(course: Course, limit: int | None) -> tuple[str, ...]:
    """Two SVGs, calls and created over time; none where they cannot be drawn."""
    if len(course.points) < 2 or not can_draw():
        return ()
    points = [(p.at, p.created, p.calls, p.calls_a_minute) for p in course.points]
    order = {"unit": course.unit, "points": points, "limit": limit}
    try:
        drawn = subprocess.run(  # noqa: S603 - this module, run by this very interpreter
            [sys.executable, "-m", __name__],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=_PATIENCE_S,
            check=True,
        )
        return tuple(json.loads(drawn.stdout))
    except (OSError, subprocess.SubprocessError, ValueError):
        return ()


def _draw_pace(course: Course, limit: int | None) -> str:
    """Calls a minute, with the connector's limit as a line where it is known."""
    alt = _altair()
    values = [
        {"at": p.at, "calls": round(p.calls_a_minute or 0.0, 2)} for p in _from_start(course)[1:]
    ]
    base = alt.Chart(alt.Data(values=values)).encode(x=_time_axis(course))
    area = base.mark_area(color=_LINE, fillOpacity=0.18, line={"color": _LINE, "strokeWidth": 2})
    layers = [area.encode(y=alt.Y("calls:Q", title="calls a minute"))]
    if limit:
        rule = alt.Chart(alt.Data(values=[{"limit": limit}]))
        layers.append(
            rule.mark_rule(color=_LIMIT, strokeDash=[5, 4], strokeWidth=1.5).encode(y="limit:Q")
        )
    return _render(alt.layer(*layers))


def _draw_sum(course: Course, what: str) -> str:
    """Candidates created, or calls made, so far."""
    alt = _altair()
    values = [{"at": p.at, what: getattr(p, what)} for p in _from_start(course)]
    line = alt.Chart(alt.Data(values=values)).mark_line(color=_LINE, strokeWidth=2)
    return _render(line.encode(x=_time_axis(course), y=alt.Y(f"{what}:Q", title=f"{what} so far")))


def _from_start(course: Course) -> list[Point]:
    return [Point(0.0, 0, 0), *course.points]


def _altair() -> Any:
    """The library; its own types are too strict for data given as plain values."""
    import altair

    return altair


def _time_axis(course: Course) -> Any:
    alt = _altair()
    title = f"{course.unit} since sending began"
    return alt.X("at:Q", title=title, scale=alt.Scale(nice=False))


def _render(chart: Any) -> str:
    """The chart as inline SVG: no size of its own, no ids, nothing that a strict page forbids."""
    import vl_convert

    axis = {
        "labelColor": _INK,
        "titleColor": _INK,
        "gridColor": _GRID,
        "domainColor": _GRID,
        "tickColor": _GRID,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "tickCount": 5,
        "format": "~s",
    }
    sized = chart.properties(width=_WIDTH, height=_HEIGHT, background="transparent")
    spec = sized.configure(font="sans-serif").configure_axis(**axis).configure_view(stroke=None)
    svg = str(vl_convert.vegalite_to_svg(spec.to_json(), show_warnings=False))
    svg = re.sub(r' style="[^"]*"', "", svg)
    svg = re.sub(r'(<svg\b[^>]*?) width="[^"]*" height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r' (?:aria-[a-z]+|role)="[^"]*"', "", svg)
    return svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def _answer(order: str) -> str:
    """What the drawing process does: figures as JSON in, drawings as JSON out."""
    asked = json.loads(order)
    course = Course(asked["unit"], tuple(Point(*figures) for figures in asked["points"]))
    calls = _draw_pace(course, asked["limit"]) if course.has_pace else _draw_sum(course, "calls")
    return json.dumps([calls, _draw_sum(course, "created")])


if __name__ == "__main__":
    sys.stdout.write(_answer(sys.stdin.read()))
