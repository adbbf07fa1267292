"""`preview`: what the reader sees in a spreadsheet, and what it left out."""

from __future__ import annotations

from typing import Any

import click

from importer.cli.options import FILES, FORMAT, build_source_options, source_options


def _parse_rows(ctx: click.Context, param: click.Parameter, value: str) -> int | None:
    del ctx, param
    if value == "all":
        return None
    if not value.isdigit():
        raise click.BadParameter("a number of rows, or all")
    return int(value)


@click.command("preview")
@FILES
@source_options
@click.option(
    "--rows", default="5", callback=_parse_rows, metavar="N|all", help="How many rows to show."
)
@FORMAT
def command(files: tuple[str, ...], rows: int | None, output: str, **flags: Any) -> int:
    """Show what the reader sees in each FILE, and what it left out."""
    from importer.cli.screen import print_json, say, width
    from importer.core.preview import preview_document, preview_lines
    from importer.errors import SourceError
    from importer.settings import load_settings
    from importer.wiring import read_sources

    opened = read_sources(files, build_source_options(flags, None), load_settings())
    documents = []
    for source in opened.sources:
        document = preview_document(source, rows)
        documents.append(document)
        if output != "json":
            click.echo("\n".join(preview_lines(document, width())))
    if output == "json":
        print_json({"sources": documents})
    for path, finding in opened.unreadable:
        say(f"{path}: {finding.message} {finding.hint}".rstrip())
    if not documents and not opened.unreadable:
        raise SourceError("There was nothing to look at.")
    return 2 if opened.unreadable else 0
