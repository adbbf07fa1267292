"""`init`: propose a mapping for a spreadsheet.

Lives here: reading the command line, and where the proposal goes. Must never live here: the
proposal itself (`core/proposing`). What a newcomer would question: with `--format json` and
no -o nothing is written, so that a script may ask without leaving files behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from importer.cli import options as o

if TYPE_CHECKING:
    from importer.core.model import CandidateSchema, SourceOptions
    from importer.core.ports import Source
    from importer.core.proposing.columns import ColumnProposal
    from importer.core.proposing.proposal import Proposal
    from importer.core.proposing.words import Words
    from importer.settings import Settings

MOST_ROWS: Final = 200_000
"""Rows whose values are looked at; more would hardly change a proposal."""
SCHEMA_PLACE: Final = ".candidate-import/mapping.schema.json"


@click.command("init")
@o.FILES
@click.option(
    "-o",
    "-m",
    "--output",
    "--mapping",
    "place",
    type=click.Path(path_type=Path),
    metavar="MAPPING",
    help="Where to write the mapping (default: beside FILE, as FILE.yaml).",
)
@click.option(
    "--update",
    type=click.Path(path_type=Path),
    metavar="MAPPING",
    help="Add to this mapping what is new in FILE; every line and comment stays.",
)
@o.SCHEMA
@o.OFFLINE
@o.source_options
@o.connection_options
@o.FORMAT
def command(
    files: tuple[str, ...],
    place: Path | None,
    update: Path | None,
    schema: str | None,
    offline: bool,
    output: str,
    **flags: Any,
) -> int:
    """Propose a mapping from the columns of FILE… to the fields of the ATS."""
    from importer.cli.screen import print_json, say
    from importer.core.proposing.writing import write_mapping
    from importer.errors import UsageError
    from importer.loading import existing_mapping, write_new_mapping

    if update is not None and place is not None:
        raise UsageError("--update changes a mapping and -o writes a new one; give one of them.")
    if update is not None:
        from importer.cli.init_update import update_mapping

        return update_mapping(files, update, schema, flags, offline=offline, output=output)
    if place is None and output != "json":
        place = default_place(files[0])
    if place is not None and place.exists():
        raise existing_mapping(place)
    settings = o.build_settings(flags)
    proposal, unreadable = propose(files, flags, settings, schema, place, offline=offline)
    if place is not None:
        write_new_mapping(place, write_mapping(proposal.draft), SCHEMA_PLACE)
    if output == "json":
        print_json({"columns": [column_document(p) for p in proposal.columns]})
    else:
        say("\n".join(_tell(proposal.columns, place, files)))
    for sentence in unreadable:
        say(sentence)
    return 2 if unreadable else 0


def default_place(file: str) -> Path:
    """The mapping's name where none is given: beside the file, `people.csv` -> `people.yaml`."""
    return Path("mapping.yaml") if file == "-" else Path(file).with_suffix(".yaml")


def column_document(proposal: ColumnProposal) -> dict[str, object]:
    """One column of `--format json`."""
    return {
        "column": proposal.column,
        "target": proposal.target,
        "confidence": proposal.confidence,
        "why": proposal.why,
    }


def propose(
    files: Sequence[str],
    flags: dict[str, Any],
    settings: Settings,
    schema: str | None,
    mapping: Path | None,
    *,
    offline: bool,
    stated: SourceOptions | None = None,
) -> tuple[Proposal, list[str]]:
    """Read the files and the schema, and propose; also names the files that cannot be read.

    Raises:
        ImporterError: There is no file to propose for, or no schema.
    """
    from importer.core.proposing.proposal import propose_mapping
    from importer.errors import SourceError
    from importer.loading import load_words
    from importer.preparing import require_chosen_sheets
    from importer.wiring import read_sources

    options = o.build_source_options(flags, stated)
    opened = read_sources(files, options, settings)
    unreadable = [f"{path}: {f.message} {f.hint}".rstrip() for path, f in opened.unreadable]
    if not opened.sources:
        raise SourceError("There is no table to propose a mapping for.", details=unreadable)
    require_chosen_sheets(opened)
    words = load_words()
    if options.header_row is None and "-" not in files:
        options = _find_header_row(opened.sources, options, words)
        opened = read_sources(files, options, settings)
    proposal = propose_mapping(
        opened.sources,
        _find_schema(schema, settings, mapping, offline=offline),
        words,
        options=options,
        connector=flags.get("connector"),
        schema_place=SCHEMA_PLACE,
        most_rows=MOST_ROWS,
    )
    return proposal, unreadable


def _find_header_row(
    sources: Sequence[Source], options: SourceOptions, words: Words
) -> SourceOptions:
    """State the header's row where the reader saw none and the words of the first row are one.

    One number must do for all files, since the mapping has one; otherwise nothing is stated.
    """
    from importer.core.proposing.headings import find_heading

    rows: set[int | None] = set()
    is_found = False
    for source in sources:
        row = source.description.header_row
        if row is None:
            first = next(iter(source.chunks(2)), None)
            row = find_heading(first, words) if first is not None else None
            is_found = is_found or row is not None
        rows.add(row)
    return replace(options, header_row=rows.pop()) if is_found and len(rows) == 1 else options


def _find_schema(
    schema: str | None, settings: Settings, mapping: Path | None, *, offline: bool
) -> CandidateSchema:
    from importer.errors import UsageError
    from importer.loading import load_schema_file, offline_schema

    if schema == "last":
        raise UsageError("`init` takes the schema of the ATS, --schema FILE, or --offline.")
    if schema is not None:
        return load_schema_file(Path(schema)).schema
    if offline:
        return offline_schema().schema
    return _fetch_schema(settings, mapping)


def _fetch_schema(settings: Settings, mapping: Path | None) -> CandidateSchema:
    """Ask the ATS; the ledger that the mapping will use remembers the answer."""
    from importer.pipeline import look_at_site
    from importer.wiring import open_mapping_ledger, open_progress, open_workplace

    settings.secrets()
    if not settings.ledger and mapping is not None:
        from importer.wiring import ledger_place

        settings = settings.model_copy(update={"ledger": ledger_place(settings, mapping)})
    with open_mapping_ledger(settings, None) as ledger:

        async def work() -> CandidateSchema:
            async with open_workplace(settings, ledger, open_progress(quiet=True)) as place:
                _, found = await look_at_site(place, accept=False)
            return found.schema

        return asyncio.run(work())


def _tell(
    proposals: Sequence[ColumnProposal], place: Path | None, files: Sequence[str]
) -> list[str]:
    """What was written, in a few lines."""
    mapped = [p for p in proposals if p.target not in (None, "ignore")]
    ignored = [p for p in proposals if p.target == "ignore"]
    left = [p for p in proposals if p.target is None]
    lines = [
        f"Wrote {place}: of {len(proposals)} columns {len(mapped)} are mapped,"
        f" {len(ignored)} ignored, {len(left)} undecided."
    ]
    if left:
        lines.append("Undecided: " + ", ".join(p.column for p in left) + ".")
    if mapped:
        lines.append(f"Look it through, then: candidate-import check {files[0]} -m {place}")
    else:
        lines.append("Nothing could be mapped with certainty: write at least one line yourself.")
    return lines
