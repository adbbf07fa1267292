"""`check`: everything that `run` does except creating anything."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click

from importer.cli import options as o


@click.command("check")
@o.FILES
@o.MAPPING
@o.SCHEMA
@o.OFFLINE
@o.source_options
@o.connection_options
@o.REPORT_DIR
@click.option("--adopt-ledger", is_flag=True, help="Use this ledger although it is another one.")
@click.option("--row", type=click.IntRange(min=1), metavar="N", help="Show one row's way.")
@click.option("--suggest", is_flag=True, help="Print mapping lines for values not allowed.")
@o.FORMAT
@o.QUIET
def command(
    files: tuple[str, ...],
    mapping: Path,
    schema: str | None,
    offline: bool,
    adopt_ledger: bool,
    row: int | None,
    suggest: bool,
    output: str,
    quiet: bool,
    **flags: Any,
) -> int:
    """Find every problem in FILE… before anything is sent; change nothing in the ATS."""
    from importer.cli.explaining import require_readable_again, show_row, show_suggestions
    from importer.cli.prepare import prepare_job
    from importer.cli.screen import show_result
    from importer.pipeline import check
    from importer.wiring import open_workplace, read_sources

    if row is not None:
        require_readable_again(files)
    with prepare_job(
        files, mapping, flags, schema=schema, offline=offline, adopt=adopt_ledger, quiet=quiet
    ) as ready:

        async def work() -> int:
            async with open_workplace(
                ready.settings, ready.ledger, ready.progress, offline=ready.is_offline
            ) as place:
                result = await check(ready.job, place)
            if row is not None:
                is_fix = any(s.description.marker for s in ready.job.sources)
                how = o.build_source_options(flags, None if is_fix else ready.job.mapping.source)
                show_row(result, read_sources(files, how, ready.settings).sources, row, output)
            elif suggest:
                show_suggestions(result, output)
            else:
                show_result(result, output, quiet=quiet)
            return result.exit_code

        return asyncio.run(work())
