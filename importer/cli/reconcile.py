"""`reconcile`: settle rows whose answer never came."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli import options as o

if TYPE_CHECKING:
    from importer.sending.reconcile import ReconcileReport


@click.command("reconcile")
@o.MAPPING_IF_ANY
@click.option("--found", multiple=True, metavar="ROW=ID", help="The row is in the ATS as ID.")
@click.option("--absent", multiple=True, metavar="ROW", help="The row never arrived.")
@click.option("--resync", is_flag=True, help="Ask Bindbee to read the ATS anew first.")
@o.connection_options
@o.FORMAT
@o.QUIET
def command(
    mapping: Path | None,
    found: tuple[str, ...],
    absent: tuple[str, ...],
    resync: bool,
    output: str,
    quiet: bool,
    **flags: Any,
) -> int:
    """Look for every row in doubt in the ATS, and settle what can be settled.

    ROW is the number that the report shows; where two files have it, FILE:ROW. A row that was
    never found is only sent again when the ATS was read after the attempt and did not have
    it, or when --absent says so.
    """
    from importer.cli.screen import print_json, say
    from importer.loading import load_mapping
    from importer.pipeline import reconcile
    from importer.wiring import open_mapping_ledger, open_progress, open_workplace

    stated = load_mapping(mapping).connector if mapping is not None else None
    settings = o.build_settings(flags, stated)
    by_hand = parse_by_hand(found, absent)
    with open_mapping_ledger(settings, mapping, create=False) as ledger:

        async def work() -> int:
            async with open_workplace(settings, ledger, open_progress(quiet=quiet)) as place:
                report = await reconcile(place, resync=resync, by_hand=by_hand)
            if output == "json":
                print_json(reconcile_document(report))
            elif not quiet or report.left:
                for line in reconcile_lines(report):
                    say(line)
            return 1 if report.left else 0

        return asyncio.run(work())


def reconcile_document(report: ReconcileReport) -> dict[str, Any]:
    """What reconciling came to, for scripts."""
    return {
        "found": [{"row": row.row, "candidate_id": found} for row, found in report.found],
        "absent": [{"row": row.row} for row in report.absent],
        "left": [
            {"row": row.row, "message": problem.message, "hint": problem.hint}
            for row, problem in report.left
        ],
        "sync_status": report.sync.status,
        "resync_asked": report.resync_asked,
    }


def reconcile_lines(report: ReconcileReport) -> list[str]:
    """What reconciling came to, for people."""
    lines = [f"Row {row.row}: is in the ATS ({found})." for row, found in report.found]
    lines += [f"Row {row.row}: never arrived; the next run sends it." for row in report.absent]
    for row, problem in report.left:
        lines.append(f"Row {row.row}: {problem.message} {problem.hint}".rstrip())
    if report.resync_asked:
        lines.append("Bindbee was asked to read the ATS anew; reconcile again when it is done.")
    return lines or ["No row is in doubt."]


def parse_by_hand(found: tuple[str, ...], absent: tuple[str, ...]) -> dict[str, str]:
    """Row -> candidate id, empty for a row that never arrived."""
    decided: dict[str, str] = {}
    for text in found:
        row, _, candidate_id = (part.strip() for part in text.rpartition("="))
        if not _names_a_row(row) or not candidate_id:
            raise click.BadParameter(f"{text!r} is not ROW=ID", param_hint="--found")
        decided[row] = candidate_id
    for text in absent:
        row = text.strip()
        if not _names_a_row(row):
            raise click.BadParameter(f"{text!r} is not a row number", param_hint="--absent")
        if row in decided:
            raise click.UsageError(f"Row {text} cannot be both found and absent.")
        decided[row] = ""
    return decided


def _names_a_row(text: str) -> bool:
    """Whether it is a row number, perhaps with a run and a file in front."""
    return text.rpartition(":")[2].isdigit()
