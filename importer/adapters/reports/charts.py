"""Charts of the page: how fast a run went and how much of the budget it used.

Lives here: figures per minute, and their drawing by a plotting library where the extra
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
_INK, _GRID, _LINE, _LIMIT = "var(--muted)", "var(--line)", "var(--accent)", "var(--bad)"
_WIDTH, _HEIGHT = 420, 170


@dataclass(frozen=True, slots=True)
class Pace:
    """One stretch of a run.

    Attributes:
        minute: When the stretch ends, in minutes since sending began.
        created: Created so far.
        calls_a_minute: Pace of calls during the stretch.
    """

    minute: float
    created: int
    calls_a_minute: float


def pace_of(timeline: Sequence[tuple[float, int, int]]) -> list[Pace]:
    """Cut a timeline to at most 60 stretches of even length; a stretch without news is kept."""
    points = sorted(timeline)
    if len(points) < 2 or points[-1][0] <= points[0][0]:
        return []
    start, end = points[0][0], points[-1][0]
    steps = min(_MOST_STEPS, len(points) - 1)
    length = (end - start) / steps
    found: list[Pace] = []
    last_calls, place = points[0][2], 0
    for step in range(1, steps + 1):
        until = end if step == steps else start + step * length
        while place + 1 < len(points) and points[place + 1][0] <= until:
            place += 1
        _, created, calls = points[place]
        found.append(Pace((until - start) / 60, created, (calls - last_calls) * 60 / length))
        last_calls = calls
    return found


def can_draw() -> bool:
    """Whether the plotting library is installed."""
    return all(importlib.util.find_spec(name) for name in ("altair", "vl_convert"))


def draw(pace: Sequence[Pace], limit: int | None) -> tuple[str, ...]:
    """Two SVGs, calls a minute and created so far; none where they cannot be drawn."""
    if len(pace) < 2 or not can_draw():
        return ()
    order = {"pace": [(p.minute, p.created, p.calls_a_minute) for p in pace], "limit": limit}
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


def _draw_calls(pace: Sequence[Pace], limit: int | None) -> str:
    """Calls a minute, with the connector's limit as a line where it is known."""
    alt = _altair()
    values = [{"minute": p.minute, "calls": round(p.calls_a_minute, 2)} for p in pace]
    base = alt.Chart(alt.Data(values=values)).encode(x=_minutes(alt))
    area = base.mark_area(color=_LINE, fillOpacity=0.18, line={"color": _LINE, "strokeWidth": 2})
    layers = [area.encode(y=alt.Y("calls:Q", title="calls a minute"))]
    if limit:
        rule = alt.Chart(alt.Data(values=[{"limit": limit}]))
        layers.append(
            rule.mark_rule(color=_LIMIT, strokeDash=[5, 4], strokeWidth=1.5).encode(y="limit:Q")
        )
    return _render(alt.layer(*layers))


def _draw_created(pace: Sequence[Pace]) -> str:
    """Candidates created so far."""
    alt = _altair()
    values: list[dict[str, float]] = [{"minute": 0, "created": 0}]
    values += [{"minute": p.minute, "created": p.created} for p in pace]
    line = alt.Chart(alt.Data(values=values)).mark_line(color=_LINE, strokeWidth=2)
    return _render(line.encode(x=_minutes(alt), y=alt.Y("created:Q", title="created so far")))


def _altair() -> Any:
    """The library; its own types are too strict for data given as plain values."""
    import altair

    return altair


def _minutes(alt: Any) -> Any:
    return alt.X("minute:Q", title="minutes since sending began", scale=alt.Scale(nice=False))


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
    pace = [Pace(*figures) for figures in asked["pace"]]
    return json.dumps([_draw_calls(pace, asked["limit"]), _draw_created(pace)])


if __name__ == "__main__":
    sys.stdout.write(_answer(sys.stdin.read()))
