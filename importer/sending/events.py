"""What a run of the sender tells while it goes on, and what it hands back at the end.

Lives here: plain data and one protocol. What a newcomer would question: listeners hear of a
row only after its outcome is durable, so a progress bar never runs ahead of the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from importer.core.ports import RowState, Settlement, StagedRow
from importer.core.results import RequestCounts
from importer.errors import ImporterError


class SendEvents(Protocol):
    """Listens to a run. Methods are called on the event loop and must be quick."""

    def on_settled(self, row: StagedRow, settlement: Settlement) -> None:
        """A row's outcome is durable. A row in doubt may be told again once it is found."""
        ...

    def on_notice(self, text: str) -> None:
        """A sentence for a person: a pause, going on again, going slower."""
        ...

    async def on_schema_doubt(self) -> None:
        """The first 400 or 422 of the run: the candidate schema may have changed.

        Runs beside the sending; an `ImporterError` that it raises stops the run.
        """
        ...


class SilentEvents:
    """Listens and says nothing."""

    def on_settled(self, row: StagedRow, settlement: Settlement) -> None: ...
    def on_notice(self, text: str) -> None: ...
    async def on_schema_doubt(self) -> None: ...


class Timeline:
    """Samples of a run's progress, few enough for a chart however long the run."""

    _MOST = 1_000

    def __init__(self, started: float) -> None:
        self._started = started
        self._every_s = 1.0
        self._samples: list[tuple[float, int, int]] = []

    def add(self, now: float, created: int, calls: int, *, is_last: bool = False) -> None:
        """Note where the run stands, if the last note is old enough."""
        seconds = round(now - self._started, 3)
        if self._samples and seconds - self._samples[-1][0] < self._every_s and not is_last:
            return
        self._samples.append((seconds, created, calls))
        if len(self._samples) > self._MOST:
            self._samples = self._samples[::2]
            self._every_s *= 2

    @property
    def samples(self) -> tuple[tuple[float, int, int], ...]:
        """(seconds since the start, created so far, calls so far)."""
        return tuple(self._samples)


@dataclass(frozen=True, slots=True)
class SendReport:
    """What a run of the sender came to.

    Attributes:
        counts: Rows by the state that this run brought them into; STAGED is not among them.
        requests: All calls of the run's pace, from before the sending too.
        timeline: (seconds since sending began, created so far, calls so far).
        stop: Why it ended early, to be raised after the report; None: every row is settled.
        unrecorded: Rows whose outcome could not be made durable: (seq, state, candidate id).
            The ledger holds their intent, so the next run finds them in doubt.
    """

    counts: Mapping[RowState, int]
    requests: RequestCounts
    seconds: float
    timeline: Sequence[tuple[float, int, int]] = ()
    stop: ImporterError | None = None
    unrecorded: Sequence[tuple[int, RowState, str]] = ()
