"""Which fault meets which request.

Lives here: drawing, scripts, bursts and outages. Must never live here: doing it to a
connection (that is `gate`). What a newcomer would question: every request draws for every
fault in the same order, so that raising one share does not move the others; the first
that strikes wins, and a slow one may come before another.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from random import Random

from importer.sandbox.settings import READ_FAULTS, OutageKind, SandboxSettings


@dataclass(frozen=True, slots=True)
class Drawn:
    """What strikes one request.

    Attributes:
        name: The fault without `read_`; empty for none.
        is_slow: Whether it also waits first.
    """

    name: str = ""
    is_slow: bool = False


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which every request fails alike."""

    start: float
    end: float
    kind: OutageKind


class Faults:
    """Draws the faults of a running sandbox."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._random = Random(settings.seed)  # noqa: S311 - repeatable faults, no secret
        self._script = deque(settings.script)
        self._bursts = {"": 0, "read_": 0}
        self.outages: list[Outage] = []

    def add_script(self, names: tuple[str, ...]) -> None:
        """Plan the faults of the next creates, after those already planned."""
        self._script.extend(names)

    def outage(self, now: float) -> OutageKind | None:
        """The kind of outage at this moment, if there is one."""
        return next((o.kind for o in self.outages if o.start <= now < o.end), None)

    def draw_write(self, settings: SandboxSettings) -> Drawn:
        """Draw for a create or an attachment; the script comes first."""
        if self._script:
            name = self._script.popleft()
            return Drawn() if name == "ok" else _as_drawn(name)
        return self._draw(settings, "")

    def draw_read(self, settings: SandboxSettings) -> Drawn:
        """Draw for any other call."""
        return self._draw(settings, "read_")

    def _draw(self, settings: SandboxSettings, prefix: str) -> Drawn:
        if self._bursts[prefix] > 0:
            self._bursts[prefix] -= 1
            return Drawn("too_many")
        struck = ""
        is_slow = False
        for name, share in settings.faults.items():
            if (name in READ_FAULTS) != bool(prefix):
                continue
            strikes = self._random.random() < share
            name = name.removeprefix(prefix)
            if strikes and name == "slow":
                is_slow = True
            elif strikes and not struck:
                struck = name
        if struck == "too_many":
            self._bursts[prefix] = settings.too_many_burst - 1
        return Drawn(struck, is_slow)


def _as_drawn(name: str) -> Drawn:
    return Drawn(is_slow=True) if name == "slow" else Drawn(name)
