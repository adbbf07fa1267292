"""How far a run is, while it runs.

Lives here: a bar on a terminal, plain lines elsewhere, nothing where silence is asked for.
Must never live here: figures that end up in a report. What a newcomer would question: plain
lines come every so many seconds and not every so many rows, because a log that a person
reads next morning should not be longer for a larger file.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NoReturn, TextIO

if TYPE_CHECKING:
    from tqdm import tqdm

_LINES_EVERY_S: Final = 15.0


class Progress:
    """Shows one stage at a time.

    Args:
        stream: Where to write; standard error by default, looked up when it is needed.
        is_quiet: Show nothing at all.
        every_s: Seconds between plain lines.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        is_quiet: bool = False,
        every_s: float = _LINES_EVERY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._is_quiet = is_quiet
        self._every_s = every_s
        self._clock = clock
        self._bar: tqdm[NoReturn] | None = None
        self._stage: _Stage | None = None

    def start(self, total: int | None, what: str) -> None:
        """Begin a stage of `total` rows (None: not known); ends the stage before."""
        self.close()
        if self._is_quiet:
            return
        if self._is_terminal():
            from tqdm import tqdm

            self._bar = tqdm(
                total=total,
                desc=what,
                unit=" rows",
                file=self._stream,
                dynamic_ncols=True,
                mininterval=0.2,
                smoothing=0.1,
            )
        else:
            self._stage = _Stage(what, total, self._clock())

    def advance(self, rows: int = 1) -> None:
        """Count `rows` more as done."""
        if self._bar is not None:
            self._bar.update(rows)
        elif self._stage is not None:
            self._stage.done += rows
            now = self._clock()
            if now - self._stage.told_at >= self._every_s:
                self._stage.told_at = now
                self._say(self._stage.line(now))

    def note(self, text: str) -> None:
        """Say something in between, without breaking the bar."""
        if self._is_quiet:
            return
        if self._bar is not None:
            self._bar.write(text, file=self._stream)
        else:
            self._say(text)

    def close(self) -> None:
        """End the stage; safe to call at any time."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        if self._stage is not None:
            now = self._clock()
            if self._stage.told_at > self._stage.started_at or self._stage.done:
                self._say(self._stage.line(now, is_end=True))
            self._stage = None

    def _is_terminal(self) -> bool:
        return bool(getattr(self._stream, "isatty", lambda: False)())

    def _say(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()


class _Stage:
    """What plain lines need to know of a stage."""

    def __init__(self, what: str, total: int | None, now: float) -> None:
        self.what = what
        self.total = total
        self.started_at = self.told_at = now
        self.done = 0

    def line(self, now: float, *, is_end: bool = False) -> str:
        """`Sending: 1,200 of 10,000 rows (12 %), 3.3 a second, 44 min left`."""
        took_s = max(now - self.started_at, 0.0)
        pace = self.done / took_s if took_s > 0 else 0.0
        if self.total:
            share = f"{self.done:,} of {self.total:,} rows ({self.done / self.total:.0%})"
        else:
            share = f"{self.done:,} rows"
        parts = [f"{self.what}: {share}"]
        if pace:
            parts.append(f"{pace:,.1f} a second" if pace < 100 else f"{pace:,.0f} a second")
        if is_end:
            parts.append(f"took {_duration(took_s)}")
        elif pace and self.total and self.total > self.done:
            parts.append(f"{_duration((self.total - self.done) / pace)} left")
        return ", ".join(parts)


def _duration(seconds: float) -> str:
    """`45 s`, `44 min`, `3 h 05 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"
