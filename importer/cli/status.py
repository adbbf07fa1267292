"""`status`: where a run or a whole migration stands, also while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli import options as o

if TYPE_CHECKING:
    from importer.surveying import Survey


@click.command("status")
@click.argument("file", required=False)
@o.MAPPING_IF_ANY
@o.source_options
@o.LEDGER
@o.FORMAT
def command(file: str | None, mapping: Path | None, output: str, **flags: Any) -> int:
    """Say where the latest run stands; with FILE and -m, how much of that file is done."""
    from importer.cli.runs import open_history
    from importer.cli.screen import print_json
    from importer.core.history import describe_status, status_lines

    if file is not None and mapping is None:
        raise click.UsageError("FILE needs the mapping (-m) that reads it.")
    with open_history(mapping, flags) as ledger:
        records = ledger.runs(mapping.name if mapping else None, limit=50)
        latest = next((r for r in records if r.command == "run"), None)
        figures = ledger.figures(latest.connector) if latest else None
        own = ledger.figures(latest.connector, latest.run_id) if latest else None
    document = describe_status(latest, figures, own)
    if file is not None and mapping is not None and latest is not None:
        survey = _survey(file, mapping, flags, latest.connector)
        document["file"] = {
            "path": file,
            "rows": survey.rows,
            "settled": survey.settled,
            "waiting": survey.waiting,
            "need_a_person": survey.need_a_person,
            "seconds": round(survey.seconds),
        }
    if output == "json":
        print_json(document)
    else:
        click.echo("\n".join(status_lines(document)))
    return 0


def _survey(file: str, mapping: Path, flags: dict[str, Any], connector: int) -> Survey:
    """Judge the file's rows against the ledger, without network and without a report."""
    from importer.cli.prepare import prepare_job
    from importer.steps import require_sources
    from importer.surveying import survey_sources

    with prepare_job(
        (file,), mapping, flags, schema=None, offline=True, adopt=False, quiet=True
    ) as ready:
        require_sources(ready.job)
        return survey_sources(ready.job, ready.ledger, connector)
