"""Files that people write for this program: mappings, corrections, saved schemas.

Lives here: reading and keeping them. Must never live here: spreadsheets (the reader's) or
what a mapping means (core). What a newcomer would question: corrections that a person chose
to remember stand in a file of their own, so that the program never edits a person's YAML.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from importer.errors import MappingError, SchemaError, UsageError

if TYPE_CHECKING:
    from importer.connecting import SchemaFound
    from importer.core.handback import Decision
    from importer.core.proposing.words import Words
    from importer.core.rules import CandidateMapping


def corrections_path(mapping: Path) -> Path:
    """Where remembered corrections of a mapping stand (`acme.yaml` -> `acme.values.csv`)."""
    return mapping.with_suffix(".values.csv")


def load_mapping(path: Path, decisions: Sequence[Decision] = ()) -> CandidateMapping:
    """Read a mapping and its remembered corrections.

    Args:
        path: The YAML file.
        decisions: Corrections of a fix workbook, in force for this command only.

    Raises:
        MappingError: It cannot be read or used; every place is named.
    """
    from importer.core.mapping import parse_mapping

    text = _read_text(path, "mapping")
    corrections_file = corrections_path(path)
    corrections = _read_text(corrections_file, "file") if corrections_file.exists() else ""
    mapping = parse_mapping(text, str(path), corrections)
    if decisions:
        now = parse_mapping(text, str(path), add_corrections(corrections, decisions))
        # Corrections for one run change no hash: what was refused before stays refused.
        mapping = replace(now, sha256=mapping.sha256)
    return mapping


def add_corrections(text: str, decisions: Sequence[Decision]) -> str:
    """The text of a corrections file with these decisions, the latest of each value winning."""
    from importer.core.mapping_corrections import (
        Correction,
        parse_corrections,
        write_corrections,
    )

    decided = [Correction(d.column, d.value, d.use_instead) for d in decisions if d.use_instead]
    return write_corrections([*parse_corrections(text), *decided])


def remember_corrections(mapping: Path, decisions: Sequence[Decision]) -> int:
    """Keep the decisions marked "remember" beside the mapping; returns how many are new."""
    wanted = [d for d in decisions if d.remember and d.use_instead]
    if not wanted:
        return 0
    path = corrections_path(mapping)
    before = _read_text(path, "file") if path.exists() else ""
    after = add_corrections(before, wanted)
    if after != before:
        draft = path.with_name(path.name + ".part")
        draft.write_text(after, encoding="utf-8", newline="")
        draft.replace(path)
    return len(wanted)


def _read_text(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise MappingError(
            f"There is no {what} {path}.", hint="Check the name after -m, and where you are."
        ) from None
    except IsADirectoryError:
        raise MappingError(f"{path} is a folder, not a {what}.") from None
    except UnicodeDecodeError:
        raise MappingError(
            f"The {what} {path} is not UTF-8 text.",
            hint="Save it as UTF-8 in your editor; a spreadsheet stands before -m.",
        ) from None
    except OSError as error:
        raise MappingError(f"The {what} {path} cannot be read: {error.strerror}.") from error


def read_fix_decisions(path: Path) -> Sequence[Decision]:
    """The filled-in lines of a fix workbook's *Decisions* sheet."""
    from importer.adapters.reports.decisions import read_decisions

    return read_decisions(path)


def load_schema_file(path: Path) -> SchemaFound:
    """Read a candidate schema that was saved with `meta --save`.

    Raises:
        SchemaError: It is missing, no JSON, or holds no schema.
    """
    from importer.connecting import SchemaFound
    from importer.core.schema import parse_candidate_schema

    try:
        answer = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SchemaError(f"There is no schema file {path}.") from None
    except OSError as error:
        raise SchemaError(f"The schema file {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise SchemaError(
            f"The schema file {path} is no JSON: {error}.",
            hint="Save one with `candidate-import meta --save FILE`.",
        ) from None
    parsed = parse_candidate_schema(answer)
    if parsed.schema is None:
        raise SchemaError(f"The schema file {path} cannot be used: {parsed.why}.")
    return SchemaFound(parsed.schema, json.dumps(answer))


def offline_schema() -> SchemaFound:
    """The published model keys, for a check without any network."""
    from importer.connecting import SchemaFound
    from importer.core.schema import published_schema

    return SchemaFound(
        published_schema(),
        warnings=(
            "Checked offline against the published model keys only: what this ATS requires and"
            " allows beyond them was not looked at.",
        ),
    )


def load_words() -> Words:
    """Read the words of headers that are installed with the program."""
    from importer.adapters.wordlists import read_word_lists
    from importer.core.proposing.words import parse_words

    return parse_words(read_word_lists())


def write_new_mapping(path: Path, text: str, schema_place: str) -> None:
    """Write a mapping where there is none yet, and the JSON Schema that it refers to.

    Args:
        path: The mapping.
        text: Its YAML.
        schema_place: Where the schema is, seen from the mapping; left out where the folder
            cannot be written to, since only editors need it.

    Raises:
        UsageError: There is a file of that name already.
    """
    from importer.core.mapping_schema import mapping_json_schema

    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise existing_mapping(path) from None
    schema = path.parent / schema_place
    try:
        schema.parent.mkdir(exist_ok=True)
        schema.write_text(
            json.dumps(mapping_json_schema(), ensure_ascii=False, indent=1), encoding="utf-8"
        )
    except OSError:  # the mapping works without it
        return


def existing_mapping(path: Path) -> UsageError:
    """Say that a file is in the way."""
    return UsageError(
        f"There is a file {path} already, and `init` never overwrites one.",
        hint=f"Add what is new to it with `--update {path}`, or name another with -o.",
    )


def rewrite_mapping(path: Path, text: str) -> None:
    """Replace a mapping's text at once, never half of it."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(text, encoding="utf-8", newline="")
    draft.replace(path)
