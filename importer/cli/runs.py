"""`runs`: the ledger's runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli import options as o

if TYPE_CHECKING:
    from importer.core.ports import RunRecord
    from importer.wiring import MappingLedger


@click.group("runs", invoke_without_command=True)
@o.MAPPING_IF_ANY
@click.option("-n", "--number", type=click.IntRange(min=1), default=20, help="How many.")
@o.LEDGER
@o.FORMAT
def command(mapping: Path | None, number: int, output: str, **flags: Any) -> int:
    """List the latest runs, newest first."""
    ctx = click.get_current_context()
    ctx.obj = {"mapping": mapping, **flags}
    if ctx.invoked_subcommand is not None:
        return 0
    from importer.cli.screen import print_json
    from importer.core.history import describe_run, list_runs

    with open_history(mapping, flags) as ledger:
        records = ledger.runs(mapping.name if mapping else None, limit=number)
    if output == "json":
        print_json({"runs": [describe_run(r) for r in records]})
    else:
        click.echo("\n".join(list_runs(records)))
    return 0


@command.command("show")
@click.argument("run")
@o.FORMAT
@click.pass_obj
def show(outer: dict[str, Any], run: str, output: str) -> int:
    """Show one run; `latest` is the newest."""
    from importer.cli.screen import print_json
    from importer.core.history import describe_run, run_lines

    with open_history(outer["mapping"], outer) as ledger:
        record = find_run(ledger, run, outer["mapping"])
    if output == "json":
        print_json(describe_run(record))
    else:
        click.echo("\n".join(run_lines(record)))
    return 0


def open_history(mapping: Path | None, flags: dict[str, Any]) -> MappingLedger:
    """The ledger that holds the runs; it must exist."""
    from importer.wiring import open_mapping_ledger

    return open_mapping_ledger(o.build_settings(flags), mapping, create=False)


def find_run(ledger: MappingLedger, name: str, mapping: Path | None) -> RunRecord:
    """A run by its id, by the start of its id, or `latest`.

    Raises:
        UsageError: There is none, or several begin so.
    """
    from importer.errors import UsageError

    records = ledger.runs(mapping.name if mapping else None, limit=1_000)
    if name == "latest":
        if not records:
            raise UsageError("There is no run yet.")
        return records[0]
    exact = ledger.run(name)
    if exact is not None:
        return exact
    near = [r for r in records if r.run_id.startswith(name)]
    if len(near) != 1:
        raise UsageError(
            f"There is no run {name!r}." if not near else f"Several runs begin with {name!r}.",
            hint="`candidate-import runs` lists them.",
        )
    return near[0]
