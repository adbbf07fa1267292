"""`init --update`: what is new in a file, added to a mapping.

Lives here: asking, writing and showing the difference. Must never live here: where lines go
(`core/proposing/updating`). What a newcomer would question: only at a terminal is somebody
asked whether a column was renamed; elsewhere the question stands in the file.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli import options as o

if TYPE_CHECKING:
    from importer.core.proposing.renames import Rename


def update_mapping(
    files: Sequence[str],
    path: Path,
    schema: str | None,
    flags: dict[str, Any],
    *,
    offline: bool,
    output: str,
) -> int:
    """Add what is new in the files to a mapping, and print the difference.

    Raises:
        ImporterError: The mapping, a file or the schema cannot be read.
    """
    from importer.cli.init import column_document, propose
    from importer.cli.screen import print_json, say
    from importer.core.proposing.updating import find_news, show_diff, update_text
    from importer.loading import load_mapping, rewrite_mapping

    mapping = load_mapping(path)
    settings = o.build_settings(flags, mapping.connector)
    proposal, unreadable = propose(
        files, flags, settings, schema, path, offline=offline, stated=mapping.source
    )
    draft = proposal.draft
    columns = [p.column for p in proposal.columns]
    news = find_news(mapping, columns, draft.proposals, draft.samples)
    confirmed = [] if output == "json" else [r for r in news.renames if _is_renamed(r)]
    text = update_text(mapping, news, draft.samples, draft.schema, confirmed)
    diff = show_diff(mapping.text, text, path.name)
    if diff:
        rewrite_mapping(path, text)
    if output == "json":
        print_json(
            {
                "columns": [column_document(p) for p in news.fresh],
                "renames": [{"was": r.was, "column": r.column, "why": r.why} for r in news.renames],
                "missing": list(news.missing),
                "diff": diff,
            }
        )
    elif diff:
        click.echo(diff, nl=False)
        say(f"Updated {path}. Look the new lines through, then check the file with it.")
    else:
        say(f"{path} knows every column already; nothing was changed.")
    for sentence in unreadable:
        say(sentence)
    return 2 if unreadable else 0


def _is_renamed(rename: Rename) -> bool:
    """Ask at a terminal; nobody there: not confirmed."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return click.confirm(
        f"'{rename.was}' is gone and '{rename.column}' is new ({rename.why}). Is it the same?",
        default=False,
        err=True,
    )
