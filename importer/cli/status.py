"""`status`: where a run or a whole migration stands, also while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from importer.cli import options as o


@click.command("status")
@click.argument("file", required=False)
@o.MAPPING_IF_ANY
@o.LEDGER
@o.FORMAT
def command(file: str | None, mapping: Path | None, output: str, **flags: Any) -> int:
    """Say where the latest run stands; with FILE, how much of that file is done."""
    from importer.cli.runs import open_history
    from importer.cli.screen import print_json
    from importer.core.history import describe_status, status_lines

    with open_history(mapping, flags) as ledger:
        records = ledger.runs(mapping.name if mapping else None, limit=50)
        if file is not None:
            name = Path(file).name
            records = [r for r in records if any(Path(s[0]).name == name for s in r.sources)]
        latest = next((r for r in records if r.command == "run"), None)
        figures = ledger.figures(latest.connector) if latest else None
        own = ledger.figures(latest.connector, latest.run_id) if latest else None
    document = describe_status(latest, figures, own)
    if output == "json":
        print_json(document)
    else:
        click.echo("\n".join(status_lines(document)))
    return 0
