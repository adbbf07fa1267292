"""`report`: where a run's report is, written again where it was lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from importer.cli import options as o


@click.command("report")
@click.argument("run", default="latest")
@o.MAPPING_IF_ANY
@o.LEDGER
@click.option("--open", "opens", is_flag=True, help="Open it in the browser.")
def command(run: str, mapping: Path | None, opens: bool, **flags: Any) -> int:
    """Say where the report of RUN is (`latest`: the newest)."""
    from importer.cli.runs import find_run, open_history
    from importer.errors import UsageError

    with open_history(mapping, flags) as ledger:
        record = find_run(ledger, run, mapping)
    page = Path(record.folder) / "report.html"
    if not page.is_file():
        raise UsageError(
            f"The folder of run {record.run_id} is no longer there ({record.folder}).",
            hint="Its counts are kept: `candidate-import runs show` prints them.",
        )
    click.echo(str(page))
    if opens:
        click.launch(page.as_uri())
    return 0
