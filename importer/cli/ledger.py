"""`ledger`: back up, verify or restore the memory of all runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from importer.cli import options as o


@click.group("ledger")
def command() -> None:
    """Back up, verify or restore the memory of all runs."""


@command.command("backup")
@click.argument("target", type=click.Path(path_type=Path))
@o.MAPPING_IF_ANY
@o.LEDGER
def backup(target: Path, mapping: Path | None, **flags: Any) -> int:
    """Copy the ledger to TARGET, also while a run is going on."""
    from importer.cli.runs import open_history

    with open_history(mapping, flags) as ledger:
        ledger.backup(target)
    click.echo(f"Copied to {target}.")
    return 0


@command.command("verify")
@o.MAPPING_IF_ANY
@o.LEDGER
@o.FORMAT
def verify(mapping: Path | None, output: str, **flags: Any) -> int:
    """Open the ledger, check its pages, and count what it holds."""
    from importer.cli.runs import open_history
    from importer.cli.screen import print_json

    with open_history(mapping, flags) as ledger:
        runs = ledger.runs(limit=1_000_000)
        connectors = sorted({run.connector for run in runs})
        figures = {number: ledger.figures(number) for number in connectors}
        document = {
            "place": ledger.place,
            "ledger_id": ledger.ledger_id,
            "is_sound": True,
            "runs": len(runs),
            "unfinished": [r.run_id for r in runs if r.state in ("preparing", "sending")],
            "connectors": [
                {
                    "connector": number,
                    "people": {s.value: n for s, n in figures[number].settled.items()},
                    "waiting": {s.value: n for s, n in figures[number].waiting.items()},
                }
                for number in connectors
            ],
        }
    if output == "json":
        print_json(document)
        return 0
    click.echo(f"The ledger {document['place']} is sound: {len(runs):,} runs.")
    for number in connectors:
        both = (*figures[number].settled.items(), *figures[number].waiting.items())
        told = ", ".join(f"{n:,} {state.value}" for state, n in both if n)
        click.echo(f"  connector {number}: {told or 'nobody yet'}")
    return 0


@command.command("restore")
@click.option(
    "--from",
    "folder",
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder that holds the run folders.",
)
@o.MAPPING
@o.LEDGER
@click.option("--base-url", metavar="URL", help="Where the API is.")
@click.option("--connector", metavar="NAME", help="Profile of candidate-import.toml.")
def restore(folder: Path, mapping: Path, **flags: Any) -> int:
    """Rebuild a lost ledger from run folders, or bring an older copy up to date.

    Who was created, found, refused, skipped or is in doubt is read from each results.csv of
    this mapping, oldest first; what most forbids sending wins.
    """
    from importer.folders import restore_ledger
    from importer.loading import load_mapping
    from importer.wiring import open_mapping_ledger

    plan = load_mapping(mapping)
    settings = o.build_settings(flags, plan.connector)
    with open_mapping_ledger(settings, mapping, adopt=True) as ledger:
        done = restore_ledger(ledger, folder, plan, mapping.name, settings.base_url)
    click.echo(f"Read {done.runs:,} run folders.")
    told = ", ".join(f"{n:,} {state.value}" for state, n in sorted(done.people.items()))
    click.echo(f"Taken in: {told or 'nobody who was not known'}.")
    for sentence in done.left_out:
        click.echo(f"Left out: {sentence}")
    return 0 if done.runs else 2
