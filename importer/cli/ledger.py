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
