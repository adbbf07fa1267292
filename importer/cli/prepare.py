"""A command line of check or run, turned into what `importer.preparing` prepares.

Lives here: flags. What a newcomer would question: the work itself is not here, because the
library does the same without a command line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from importer.cli.options import build_settings, build_source_options
from importer.errors import UsageError

if TYPE_CHECKING:
    from importer.connecting import SchemaFound
    from importer.job import SendOptions
    from importer.preparing import Ready


@contextmanager
def prepare_job(
    files: Sequence[str],
    mapping_path: Path,
    flags: dict[str, Any],
    *,
    schema: str | None,
    offline: bool,
    adopt: bool,
    quiet: bool,
    options: SendOptions | None = None,
) -> Iterator[Ready]:
    """Read mapping, settings and sources, and open the ledger.

    Raises:
        ImporterError: Something of it cannot be used; nothing was sent.
    """
    from importer.loading import load_mapping
    from importer.preparing import Wish, prepare
    from importer.wiring import read_sources

    if offline and schema == "last":
        raise UsageError("--offline asks nobody, so there is no last schema to take.")
    wish = Wish(
        load_mapping=lambda decisions: load_mapping(mapping_path, decisions),
        mapping_path=mapping_path,
        find_settings=lambda mapping: build_settings(flags, mapping.connector),
        read=lambda stated, settings: read_sources(
            files, build_source_options(flags, stated), settings
        ),
        schema=_given_schema(schema, offline),
        use_last_schema=schema == "last",
        offline=offline,
        adopt=adopt,
        quiet=quiet,
        options=options,
    )
    with prepare(wish) as ready:
        yield ready


def _given_schema(schema: str | None, offline: bool) -> SchemaFound | None:
    from importer.loading import load_schema_file, offline_schema

    if schema is not None and schema != "last":
        return load_schema_file(Path(schema))
    return offline_schema() if offline else None
