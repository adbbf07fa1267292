"""Flags that several verbs share, and how they become settings.

Lives here: words for flags, one meaning each. What a newcomer would question: there is no
flag for a secret; see `importer/settings.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from importer.core.model import SourceOptions
    from importer.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

FILES = click.argument("files", nargs=-1, required=True, metavar="FILE…")
MAPPING = click.option(
    "-m",
    "--mapping",
    required=True,
    type=click.Path(path_type=Path),
    help="The YAML mapping from columns to fields.",
)
MAPPING_IF_ANY = click.option(
    "-m", "--mapping", type=click.Path(path_type=Path), help="The mapping whose ledger to use."
)
SCHEMA = click.option(
    "--schema",
    "schema",
    metavar="FILE",
    help="A candidate schema saved with `meta --save`; `last`: the one of an earlier run.",
)
OFFLINE = click.option("--offline", is_flag=True, help="No network at all.")
FORMAT = click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    help="json: one document on standard output.",
)
CONNECTOR = click.option("--connector", metavar="NAME", help="Profile of candidate-import.toml.")
BASE_URL = click.option("--base-url", metavar="URL", help="Where the API is.")
LEDGER = click.option("--ledger", metavar="PLACE", help="Another ledger: a path or postgresql://…")
REPORT_DIR = click.option(
    "--report-dir",
    type=click.Path(path_type=Path),
    help="Where each run writes its folder (default: reports).",
)
NOTIFY_ON = click.option(
    "--notify-on",
    type=click.Choice(["new", "always", "never"]),
    help="Which runs to tell of, at the address in CANDIDATE_IMPORT_NOTIFY (default: new).",
)
QUIET = click.option("-q", "--quiet", is_flag=True, help="Say nothing unless a person is needed.")
SHEET = click.option(
    "--sheet", multiple=True, metavar="NAME", help="Sheet to read (repeatable); `all` for each."
)
ENCODING = click.option("--encoding", metavar="NAME", help="Encoding of a CSV file.")
DELIMITER = click.option("--delimiter", metavar="CHAR", help="Separator of a CSV file.")
HEADER_ROW = click.option(
    "--header-row", type=click.IntRange(min=0), metavar="N", help="Row of the header; 0: none."
)
HIDDEN_ROWS = click.option(
    "--hidden-rows", type=click.Choice(["leave-out", "include"]), help="What to do with them."
)


def connection_options(function: F) -> F:
    """Flags that say which connector and where."""
    for option in (LEDGER, BASE_URL, CONNECTOR):
        function = option(function)
    return function


def source_options(function: F) -> F:
    """Flags that say how to read a file, over what the mapping says."""
    for option in (HIDDEN_ROWS, HEADER_ROW, DELIMITER, ENCODING, SHEET):
        function = option(function)
    return function


def build_source_options(flags: dict[str, Any], stated: SourceOptions | None) -> SourceOptions:
    """What flags say over what the mapping says of the source."""
    from dataclasses import replace

    from importer.core.model import SourceOptions

    options = stated or SourceOptions()
    if flags.get("sheet"):
        options = replace(options, sheet=tuple(flags["sheet"]))
    for name in ("encoding", "header_row", "hidden_rows"):
        if flags.get(name) is not None:
            options = replace(options, **{name: flags[name]})
    if flags.get("delimiter"):
        named = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
        options = replace(options, delimiter=named.get(flags["delimiter"], flags["delimiter"]))
    return options


def build_settings(flags: dict[str, Any], stated: str | None = None) -> Settings:
    """Settings from flags, environment and file.

    Args:
        flags: The verb's flags.
        stated: The connector that the mapping names.

    Raises:
        SettingsError: Flag and mapping name different connectors, or a setting is unusable.
    """
    from importer.errors import SettingsError
    from importer.settings import load_settings

    asked = flags.get("connector")
    if asked and stated and asked != stated:
        raise SettingsError(
            f"--connector says {asked!r}, and the mapping says connector: {stated}.",
            hint="Candidates of one customer must not reach another: make the two agree.",
        )
    wanted = {k: flags.get(k) for k in ("base_url", "ledger", "report_dir", "notify_on")}
    return load_settings(connector=asked or stated, flags=wanted)
