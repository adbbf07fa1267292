"""`run`: check, confirm, send, report."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli import options as o

if TYPE_CHECKING:
    from importer.job import Asked, RunResult, SendOptions
    from importer.sending.clock import StopSignal


@click.command("run")
@o.FILES
@o.MAPPING
@o.SCHEMA
@click.option("--yes", is_flag=True, help="Do not ask for the number of candidates.")
@click.option("--expect", type=click.IntRange(min=0), metavar="N", help="So many are fine.")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="Create N and stop.")
@click.option("--max-calls", type=click.IntRange(min=1), metavar="N", help="Calls at most.")
@click.option("--until", metavar="WHEN", help="Time or date after which nothing new starts.")
@click.option(
    "--existing",
    type=click.Choice(["skip", "create", "stop"]),
    default="skip",
    help="People who are in the ATS already.",
)
@click.option("--max-rejected", metavar="SHARE", help="Stop when more rows fail, such as 20%.")
@click.option("--canary", type=click.IntRange(min=0), default=0, metavar="N", help="Try N first.")
@click.option("--retry-refused", is_flag=True, help="Send rows again that the ATS refused.")
@click.option("--wait", is_flag=True, help="Wait for another run on this connector.")
@click.option("--adopt-ledger", is_flag=True, help="Use this ledger although it is another one.")
@click.option("--accept-identity", is_flag=True, help="Accept that `identity:` was changed.")
@o.source_options
@o.connection_options
@o.REPORT_DIR
@o.NOTIFY_ON
@o.FORMAT
@o.QUIET
def command(
    files: tuple[str, ...],
    mapping: Path,
    schema: str | None,
    adopt_ledger: bool,
    output: str,
    quiet: bool,
    **flags: Any,
) -> int:
    """Check FILE…, ask, send what is sound, and write a report."""
    from importer.cli.prepare import prepare_job
    from importer.cli.screen import show_result
    from importer.cli.telling import telling
    from importer.loading import remember_corrections
    from importer.pipeline import run
    from importer.sending.clock import StopSignal
    from importer.wiring import open_workplace, prune_reports

    is_attended = sys.stdin.isatty() and sys.stderr.isatty()
    is_asked = is_attended and not flags["yes"]
    send = _send_options(flags, is_attended=is_attended)
    with (
        telling(flags["connector"], flags["notify_on"], mapping) as bell,
        prepare_job(
            files,
            mapping,
            flags,
            schema=schema,
            offline=False,
            adopt=adopt_ledger,
            quiet=quiet,
            options=send,
        ) as ready,
    ):
        stop = StopSignal()
        bell.settings = ready.settings
        bell.look_back(ready.ledger, ready.job.mapping_name)

        async def work() -> list[RunResult]:
            _stop_on_signals(stop)
            async with open_workplace(
                ready.settings,
                ready.ledger,
                ready.progress,
                limits=send.limits,
                stop=stop,
                confirm=_ask if is_asked else None,
            ) as place:
                return await run(ready.job, place)

        results = asyncio.run(work())
        for result in results[:-1]:
            # One document on standard output: that of the run which was asked for.
            show_result(result, "text", quiet=quiet)
        show_result(results[-1], output, quiet=quiet)
        bell.tell(results)
        remember_corrections(mapping, ready.decisions)
        prune_reports(ready.settings)
        return results[-1].exit_code


def _send_options(flags: dict[str, Any], *, is_attended: bool) -> SendOptions:
    from datetime import datetime

    from importer.core.budget import SendLimits, parse_until
    from importer.core.guards import parse_share
    from importer.job import SendOptions

    until = flags["until"]
    moment = parse_until(until, datetime.now().astimezone()) if until else None
    return SendOptions(
        existing=flags["existing"],
        expect=flags["expect"],
        max_rejected=parse_share(flags["max_rejected"]) if flags["max_rejected"] else None,
        canary=flags["canary"],
        wait=flags["wait"],
        unattended=not is_attended,
        retry_refused=flags["retry_refused"],
        accept_identity=flags["accept_identity"],
        limits=SendLimits(
            max_calls=flags["max_calls"],
            until=moment.timestamp() if moment else None,
            max_creates=flags["limit"],
        ),
    )


def _ask(asked: Asked) -> bool:
    """Show what is about to happen and have the number typed."""
    from importer.cli.screen import say
    from importer.core.confirmation import describe_confirmation

    site = asked.site
    whose = " · ".join(t for t in (site.customer, site.ats, site.environment) if t)
    for line in describe_confirmation(
        whose=whose or f"connector {site.connector_id}",
        plan=asked.plan,
        creates=asked.creates,
        counts=asked.counts,
        has_history=asked.has_history,
        warnings=asked.warnings,
        side_effects=asked.side_effects,
    ):
        say(line)
    return click.prompt("Type the number to go on", default="", err=True) == str(asked.creates)


def _stop_on_signals(stop: StopSignal) -> None:
    """Ctrl-C or SIGTERM once: rows in flight finish. Twice: stop at once (130).

    The handler runs in the main thread, between two steps of whatever is going on there, so it
    is heard while a large file is being checked, too.
    """
    from importer.cli.screen import say
    from importer.errors import Interrupted

    def interrupt(number: int, frame: object) -> None:
        del number, frame
        if stop.is_set:
            raise KeyboardInterrupt
        stop.set(
            Interrupted(
                "The run was told to stop.", hint="Run the same command again to go on from here."
            )
        )
        say("Stopping: rows in flight finish first. Ctrl-C again stops at once.")

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, interrupt)
