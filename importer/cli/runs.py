"""`runs`: the ledger's runs, shown, packed for an auditor, and forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli import options as o

if TYPE_CHECKING:
    from importer.core.ports import RunRecord
    from importer.wiring import MappingLedger


@click.group("runs", invoke_without_command=True)
@o.MAPPING_IF_ANY
@click.option("-n", "--number", type=click.IntRange(min=1), default=20, help="How many.")
@o.LEDGER
@o.FORMAT
def command(mapping: Path | None, number: int, output: str, **flags: Any) -> int:
    """List the latest runs, newest first."""
    ctx = click.get_current_context()
    ctx.obj = {"mapping": mapping, **flags}
    if ctx.invoked_subcommand is not None:
        return 0
    from importer.cli.screen import print_json
    from importer.core.history import describe_run, list_runs

    with open_history(mapping, flags) as ledger:
        records = ledger.runs(mapping.name if mapping else None, limit=number)
    if output == "json":
        print_json({"runs": [describe_run(r) for r in records]})
    else:
        click.echo("\n".join(list_runs(records)))
    return 0


@command.command("show")
@click.argument("run")
@o.FORMAT
@click.pass_obj
def show(outer: dict[str, Any], run: str, output: str) -> int:
    """Show one run; `latest` is the newest."""
    from importer.cli.screen import print_json
    from importer.core.history import describe_run, run_lines

    with open_history(outer["mapping"], outer) as ledger:
        record = find_run(ledger, run, outer["mapping"])
    if output == "json":
        print_json(describe_run(record))
    else:
        click.echo("\n".join(run_lines(record)))
    return 0


@command.command("export")
@click.argument("run")
@click.option(
    "-o", "--output", "target", type=click.Path(path_type=Path), metavar="FILE.zip", help="Where."
)
@click.pass_obj
def export(outer: dict[str, Any], run: str, target: Path | None) -> int:
    """Write the audit pack of RUN: hashes, counts, times, versions, who; nobody's data."""
    from importer.folders import export_run

    with open_history(outer["mapping"], outer) as ledger:
        record = find_run(ledger, run, outer["mapping"])
        path = target or Path(f"{record.run_id}-audit.zip")
        export_run(ledger, record, path)
    click.echo(str(path))
    return 0


@command.command("forget")
@click.option("--older-than", metavar="AGE", help="Such as 90d, 12w or 2y.")
@click.option("--person", metavar="EMAIL", help="One person: e-mail, or the identity column's id.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def forget(outer: dict[str, Any], older_than: str | None, person: str | None, yes: bool) -> int:
    """Delete what runs left of people; counts and keyed hashes stay.

    --older-than deletes run folders, and names of files in the ledger. --person clears the
    person's rows in every results.csv, deletes the workbooks and pages that repeat them
    (`report RUN --again` writes the page anew), and takes them out of the ledger: where a
    source still has the row, a later import counts them as new.
    """
    if (older_than is None) == (person is None):
        raise click.UsageError("Give either --older-than or --person.")
    with open_history(outer["mapping"], outer) as ledger:
        if older_than is not None:
            return _forget_old(ledger, older_than, yes=yes)
        return _forget_person(ledger, outer["mapping"], str(person).strip(), yes=yes)


def _forget_old(ledger: MappingLedger, age: str, *, yes: bool) -> int:
    from datetime import UTC, datetime

    from importer.core.forgetting import parse_age
    from importer.folders import forget_old_runs

    try:
        before = datetime.now(UTC) - parse_age(age)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--older-than") from None
    if not yes:
        click.confirm(f"Forget runs before {before:%d %B %Y} and their folders?", abort=True)
    count, kept = forget_old_runs(ledger, before.isoformat(timespec="seconds"))
    click.echo(f"Forgot {count:,} {'run' if count == 1 else 'runs'}; their counts are kept.")
    for folder in kept:
        click.echo(f"  {folder} holds other files too; only ours were deleted.")
    return 0


def _forget_person(ledger: MappingLedger, mapping: Path | None, who: str, *, yes: bool) -> int:
    from importer.folders import forget_one_person

    if not who:
        raise click.BadParameter("whom?", param_hint="--person")
    if not yes:
        click.confirm("Forget this person in the ledger and in all run folders?", abort=True)
    runs = ledger.runs(mapping.name if mapping else None, limit=100_000)
    done = forget_one_person(ledger, runs, who)
    click.echo(
        "The ledger has forgotten them: a later import that still has their row counts them as new."
        if done.is_known
        else "The ledger did not know them."
    )
    if done.candidate_ids:
        click.echo(f"The ATS still holds them: {', '.join(dict.fromkeys(done.candidate_ids))}.")
    click.echo(f"Cleared {done.rows:,} of their rows in {len(done.folders):,} run folders.")
    for run_id in done.unfinished:
        click.echo(f"Run {run_id} is not finished: finish it, then forget them again.")
    for sentence in done.unreadable:
        click.echo(sentence)
    return 1 if done.unfinished or done.unreadable else 0


def open_history(mapping: Path | None, flags: dict[str, Any]) -> MappingLedger:
    """The ledger that holds the runs; it must exist."""
    from importer.wiring import open_mapping_ledger

    return open_mapping_ledger(o.build_settings(flags), mapping, create=False)


def find_run(ledger: MappingLedger, name: str, mapping: Path | None) -> RunRecord:
    """A run by its id, by the start of its id, or `latest`.

    Raises:
        UsageError: There is none, or several begin so.
    """
    from importer.errors import UsageError

    records = ledger.runs(mapping.name if mapping else None, limit=1_000)
    if name == "latest":
        if not records:
            raise UsageError("There is no run yet.")
        return records[0]
    exact = ledger.run(name)
    if exact is not None:
        return exact
    near = [r for r in records if r.run_id.startswith(name)]
    if len(near) != 1:
        raise UsageError(
            f"There is no run {name!r}." if not near else f"Several runs begin with {name!r}.",
            hint="`candidate-import runs` lists them.",
        )
    return near[0]
