"""`meta`: whose ATS this is and what it asks for."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli import options as o

if TYPE_CHECKING:
    from importer.connecting import SchemaFound, Site


@click.command("meta")
@o.MAPPING_IF_ANY
@click.option("--save", type=click.Path(path_type=Path), metavar="FILE", help="Keep the answer.")
@click.option(
    "--diff",
    is_flag=False,
    flag_value="",
    metavar="[RUN]",
    help="What changed against the latest different answer, or since RUN.",
)
@click.option("--accept", is_flag=True, help="Accept the changes: they are not told again.")
@o.connection_options
@o.FORMAT
def command(
    mapping: Path | None,
    save: Path | None,
    diff: str | None,
    accept: bool,
    output: str,
    **flags: Any,
) -> int:
    """Show whose ATS this is and what it asks of a candidate."""
    from importer.cli.screen import print_json, say, width
    from importer.core.schema_text import describe_schema, schema_document
    from importer.loading import load_mapping
    from importer.pipeline import look_at_site
    from importer.wiring import open_mapping_ledger, open_progress, open_workplace

    stated = load_mapping(mapping).connector if mapping is not None else None
    settings = o.build_settings(flags, stated)
    with open_mapping_ledger(settings, mapping) as ledger:

        async def work() -> tuple[Site, SchemaFound]:
            async with open_workplace(settings, ledger, open_progress(quiet=True)) as place:
                return await look_at_site(place, accept=accept, diff=diff)

        site, found = asyncio.run(work())
    if save is not None:
        if not found.raw:
            say("There is no answer to save: this ATS publishes no candidate schema.")
            return 2
        save.write_text(json.dumps(json.loads(found.raw), ensure_ascii=False, indent=2) + "\n")
        say(f"Saved to {save}.")
    if output == "json":
        document = schema_document(found.schema)
        document["site"] = {
            "connector": site.connector_id,
            "customer": site.customer,
            "ats": site.ats,
            "environment": site.environment,
            "sync_status": site.sync.status,
        }
        document["drift"] = [d.sentence for d in found.drift]
        document["warnings"] = [*site.warnings, *found.warnings]
        print_json(document)
        return 0
    whose = " · ".join(t for t in (site.customer, site.ats, site.environment) if t)
    click.echo(f"{whose or 'Unnamed connector'} (connector {site.connector_id})")
    for warning in (*site.warnings, *found.warnings):
        say(f"Note: {warning}")
    for change in found.drift:
        click.echo(f"Changed: {change.sentence}")
    if accept:
        click.echo("Accepted: what changed until now is not told again.")
    if diff is not None and not found.drift:
        click.echo("Nothing changed.")
    if diff is None:
        click.echo("")
        click.echo("\n".join(describe_schema(found.schema, width())))
    return 0
