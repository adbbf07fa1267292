"""Telling people that a run ended, at the address that the environment holds.

Lives here: when `run` rings and what happens where nobody hears it. Must never live here:
the message (adapters/notify.py) or what counts as news (core/verdict.py). What a newcomer
would question: a run that stops before it has a report is told too, because at night nobody
reads standard error; and a bell that does not ring never changes an exit code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from importer.errors import ImporterError, SettingsError, SourceError

if TYPE_CHECKING:
    from importer.core.ports import RunRecord
    from importer.core.results import RunSummary
    from importer.job import RunResult
    from importer.settings import Settings
    from importer.wiring import MappingLedger

_LOOKED_BACK = 200
_NAMED = 3


class Bell:
    """Rings for the runs of one command.

    Attributes:
        settings: Address and policy; None until the command knows its settings.
        has_told: Whether the command came to a report, which was told where it is news.
    """

    def __init__(self) -> None:
        self.settings: Settings | None = None
        self.has_told = False
        self._earlier: Sequence[RunRecord] = ()

    def look_back(self, ledger: MappingLedger, mapping: str) -> None:
        """Note how the mapping's earlier runs ended, before this command adds its own."""
        runs = ledger.runs(mapping, limit=_LOOKED_BACK)
        self._earlier = [r for r in runs if r.command == "run"]

    def tell(self, results: Sequence[RunResult]) -> None:
        """Ring for each result that is news."""
        self.has_told = True
        finished = (r.exit_code for r in self._earlier if r.state == "finished")
        previous = next(finished, None)
        open_runs = {r.run_id for r in self._earlier if r.state in ("preparing", "sending")}
        for result in results:
            # The run that is now continued was told as stopped, though it never finished.
            was_stopped = result.summary.run_id in open_runs
            self.ring(result.summary, 3 if was_stopped else previous)
            previous = result.exit_code

    def ring(self, summary: RunSummary, previous: int | None = None) -> None:
        """Send the message where the policy asks for it; a failure is a warning."""
        from importer.cli.screen import say
        from importer.core.verdict import should_notify
        from importer.wiring import notify

        settings = self.settings
        if settings is None or settings.notify is None:
            return
        if not should_notify(settings.notify_on, summary, previous):
            return
        try:
            is_told = notify(settings.notify.get_secret_value(), summary)
        except SettingsError as error:
            say(f"Warning: nobody was told of this run. {error.message} {error.hint}".rstrip())
        else:
            if not is_told:
                say("Warning: nobody was told of this run: the notification was not delivered.")


@contextmanager
def telling(connector: str | None, policy: str | None, mapping: Path) -> Iterator[Bell]:
    """Ring for whatever stops a command before it has a report.

    Args:
        connector: The profile that a flag names.
        policy: What `--notify-on` says.
        mapping: Named in the message.
    """
    bell = Bell()
    try:
        yield bell
    except (click.exceptions.Exit, click.ClickException, click.Abort):
        raise
    except Exception as error:
        if bell.has_told:
            raise
        if bell.settings is None:
            from importer.settings import find_notify

            found = find_notify(connector)
            bell.settings = found.model_copy(update={"notify_on": policy} if policy else {})
        bell.ring(_summarise(error, mapping))
        raise


def _summarise(error: Exception, mapping: Path) -> RunSummary:
    """What stopped the command, in the words that standard error has too."""
    from importer.core.summary import summarise_stop

    reason = "the program met something that it was not made for; the log says more"
    if isinstance(error, OSError) and error.strerror:
        reason = error.strerror
    if isinstance(error, ImporterError):
        # Further details may quote the mapping's own test rows; those of a file never do.
        named = error.details[:_NAMED] if isinstance(error, SourceError) else ()
        reason = " ".join(t for t in (error.message, *named, error.hint) if t)
    return summarise_stop(
        command="run",
        mapping_path=str(mapping),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        # Nobody knows how far a defect let it come, so it is not told as "nothing was sent".
        exit_code=error.exit_code if isinstance(error, ImporterError) else 3,
        reason=reason,
    )
