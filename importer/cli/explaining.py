"""What `check` shows besides its summary: one row's way, and lines for the mapping.

Lives here: finding the row again and printing. Must never live here: judging it
(`core/explain`). What a newcomer would question: the file is opened a second time, because
a check keeps problems and not rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from importer.checking import Checked
    from importer.core.ports import Source
    from importer.job import RunResult


def require_readable_again(files: Sequence[str]) -> None:
    """Refuse what can be read once only.

    Raises:
        UsageError: Standard input is among the files.
    """
    from importer.errors import UsageError

    if "-" in files:
        raise UsageError("--row reads the file twice; save it, and name it instead of -.")


def show_row(result: RunResult, sources: Sequence[Source], number: int, output: str) -> None:
    """Print the way of the row with this number, in every source that has it.

    Raises:
        UsageError: No source has a row of that number.
    """
    from importer.checking import name_source
    from importer.cli.screen import print_json
    from importer.core.explain import explain_row, story_document, story_lines
    from importer.errors import UsageError
    from importer.wiring import local_files

    told: list[dict[str, Any]] = []
    for index, source in enumerate(sources):
        cells = _find(source, number)
        if cells is None:
            continue
        story = explain_row(
            result.checked.plan,
            cells,
            number,
            _orders(result.checked, index),
            local_files(),
            (source.description.path,),
        )
        name = name_source(source.description)
        if output == "json":
            told.append({"source": name, **story_document(story)})
        else:
            click.echo("\n".join(story_lines(story, name)))
            told.append({})
    if not told:
        raise UsageError(
            f"There is no row {number} with cells.",
            hint="Rows count as the spreadsheet shows them; the header and blank lines have"
            " numbers too, and are no rows.",
        )
    if output == "json":
        print_json({"rows": told})


def _find(source: Source, number: int) -> Mapping[str, str] | None:
    for chunk in source.chunks(10_000):
        for position, row in enumerate(chunk.rows.tolist()):
            if row == number:
                cells = chunk.frame.iloc[position]
                return {str(name): str(cells[name]) for name in chunk.frame.columns}
    return None


def _orders(checked: Checked, index: int) -> dict[str, str]:
    """The orders of dates that the check decided for a source."""
    known = checked.judge.sources[index].orders if index < len(checked.judge.sources) else {}
    return {column: order for column, order in known.items() if order is not None}


def show_suggestions(result: RunResult, output: str) -> None:
    """Print the lines of YAML that would solve the problems of values."""
    from importer.cli.screen import print_json, say
    from importer.core.proposing.suggesting import suggest_yaml

    plan = result.checked.plan
    text = suggest_yaml(result.summary.problems, plan.mapping, plan.schema)
    if output == "json":
        print_json({"yaml": text})
    elif text:
        click.echo(text, nl=False)
    else:
        say("There is no value for which a line of the mapping would help.")
