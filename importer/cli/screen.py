"""What commands print: JSON on standard output, everything for people on standard error.

Lives here: width, colour, and the rendering of results. What a newcomer would question:
with `--format json` standard output holds the document and nothing else, so that scripts
may read it whatever else is said.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from importer.job import RunResult


def width() -> int:
    """Columns of the terminal, 80 where there is none.

    Standard error is asked first: what people read goes there, also where standard output is
    a file.
    """
    if not os.environ.get("COLUMNS"):
        try:
            return os.get_terminal_size(sys.stderr.fileno()).columns or 80
        except (OSError, ValueError, AttributeError):  # no terminal, or a stream without a number
            pass
    return shutil.get_terminal_size((80, 24)).columns


def has_colour() -> bool:
    """Whether standard error is a terminal that wants colours."""
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Something for a person."""
    encoding = sys.stderr.encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), err=True)


def show_result(result: RunResult, output: str, *, quiet: bool) -> None:
    """Show what a check or a run came to."""
    from importer.cli import show_error
    from importer.core.terminal import render_summary

    if output == "json":
        from importer.core.summary import summary_document

        print_json(summary_document(result.summary))
    if not quiet or result.exit_code:
        if output != "json":
            say(render_summary(result.summary, width(), has_colour(), paths=result.paths.listed()))
        if result.stop is not None:
            show_error(result.stop)
