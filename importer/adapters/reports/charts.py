"""Charts of the page: how fast a run went and how much of the budget it used.

Lives here: figures per minute, and their drawing by a plotting library where the extra
`charts` is installed. Must never live here: the tables that stand in for them. What a
newcomer would question: colours are names of CSS variables, so that a chart drawn once fits
the light and the dark page.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

_MOST_STEPS: Final = 60
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


def draw_pace(pace: Sequence[Pace], limit: int | None) -> str:
    """Calls a minute as an SVG, with the connector's limit as a line where it is known."""
    alt = _altair()
    values: list[dict[str, float]] = [
        {"minute": p.minute, "calls": round(p.calls_a_minute, 2)} for p in pace
    ]
    base = alt.Chart(alt.Data(values=values)).encode(x=_minutes(alt))
    layers = [
        base.mark_area(
            color=_LINE, fillOpacity=0.18, line={"color": _LINE, "strokeWidth": 2}
        ).encode(y=alt.Y("calls:Q", title="calls a minute"))
    ]
    if limit:
        rule = alt.Chart(alt.Data(values=[{"limit": limit}]))
        layers.append(
            rule.mark_rule(color=_LIMIT, strokeDash=[5, 4], strokeWidth=1.5).encode(y="limit:Q")
        )
    return _render(alt.layer(*layers))


def draw_created(pace: Sequence[Pace]) -> str:
    """Candidates created so far as an SVG."""
    alt = _altair()
    values: list[dict[str, float]] = [{"minute": 0, "created": 0}]
    values += [{"minute": p.minute, "created": p.created} for p in pace]
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_line(color=_LINE, strokeWidth=2)
        .encode(x=_minutes(alt), y=alt.Y("created:Q", title="created so far"))
    )
    return _render(chart)


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
