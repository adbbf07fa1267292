"""The command line: parse, build, call, render. The only room that prints or exits.

Lives here: the table of verbs and the one place that turns exceptions into sentences and
exit codes. What a newcomer would question: a verb's module is imported only when the verb
is called, so that `--help` and `--version` answer at once.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

import click

from importer._version import __version__
from importer.errors import ImporterError

VERBS: Final[dict[str, tuple[str, str]]] = {
    "preview": ("importer.cli.preview", "Show what the reader sees in a spreadsheet."),
    "init": ("importer.cli.init", "Propose a mapping for a spreadsheet."),
    "check": ("importer.cli.check", "Find every problem; change nothing in the ATS."),
    "run": ("importer.cli.run", "Check, confirm, send, report."),
    "reconcile": ("importer.cli.reconcile", "Settle rows whose answer never came."),
    "status": ("importer.cli.status", "Say where a run or a migration stands."),
    "meta": ("importer.cli.meta", "Show whose ATS this is and what it asks for."),
    "runs": ("importer.cli.runs", "List runs; show, export or forget them."),
    "report": ("importer.cli.report", "Write a run's report.html again and say where it is."),
    "ledger": ("importer.cli.ledger", "Back up, verify or restore the memory of all runs."),
    "sandbox": ("importer.cli.sandbox", "Serve a local ATS to try things with."),
    "demo": ("importer.cli.demo", "Import the samples into the sandbox, end to end."),
}
"""Verb -> (module with a click command named `command`, help in one line)."""


class _Verbs(click.Group):
    """Lists every verb without importing it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(VERBS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in VERBS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], VERBS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise click.UsageError(f"There is no command '{args[0]}'.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="candidate-import")
def application() -> None:
    """Get people out of spreadsheets and into an applicant tracking system, safely."""


def run_command() -> None:
    """Run the command line; never shows a traceback for what a user can meet.

    Exit codes are those of design section 4.2.
    """
    try:
        code = application.main(prog_name="candidate-import", standalone_mode=False)
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        code = 130
    except ImporterError as error:
        show_error(error)
        code = error.exit_code
    except BrokenPipeError:
        code = 0
    except MemoryError:
        click.echo("Error: this machine has not enough memory for that.", err=True)
        code = 2
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        click.echo(f"Error: {error.strerror or type(error).__name__}{place}.", err=True)
        code = 2
    except Exception as error:
        code = _show_defect(error)
    sys.exit(code if isinstance(code, int) else 0)


def _show_defect(error: Exception) -> int:
    """Say in one sentence that the program itself is wrong; no values, they may be people's."""
    import os
    import traceback

    where = traceback.extract_tb(error.__traceback__)[-1]
    click.echo(
        f"Error: the program met something that it was not made for ({type(error).__name__} in"
        f" {where.name}, line {where.lineno}). What was sent and what was not is in the ledger.",
        err=True,
    )
    click.echo("  Please report this with the command that you gave.", err=True)
    if os.environ.get("CANDIDATE_IMPORT_DEBUG"):
        traceback.print_exception(error)
    return 2


def show_error(error: ImporterError) -> None:
    """Print an error: what happened, every detail, what to do."""
    click.echo(f"Error: {error.message}", err=True)
    for detail in error.details:
        click.echo(f"  - {detail}", err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)
