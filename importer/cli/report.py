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
@click.option("--again", is_flag=True, help="Write it again, from results.csv and summary.json.")
@click.option("--open", "opens", is_flag=True, help="Open it in the browser.")
def command(run: str, mapping: Path | None, again: bool, opens: bool, **flags: Any) -> int:
    """Say where the report of RUN is (`latest`: the newest); one that was lost is written."""
    from importer.cli.runs import find_run, open_history
    from importer.folders import folder_of, render_again

    with open_history(mapping, flags) as ledger:
        record = find_run(ledger, run, mapping)
    page = folder_of(record) / "report.html"
    if again or not page.is_file():
        page = render_again(record)
    click.echo(str(page))
    if opens:
        click.launch(page.as_uri())
    return 0
