"""The word lists, and proposals made in one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from importer.adapters.wordlists import read_word_lists
from importer.core.model import AllowedValue, CandidateSchema, Field, FieldPath, Section
from importer.core.proposing.columns import ColumnProposal, propose_columns
from importer.core.proposing.evidence import ColumnSample
from importer.core.proposing.words import Words, parse_words
from importer.core.schema import published_schema


@cache
def the_words() -> Words:
    """The installed word lists, read once."""
    return parse_words(read_word_lists())


def sample(name: str, *texts: str) -> ColumnSample:
    """A column with these cells."""
    counts = {t: texts.count(t) for t in dict.fromkeys(texts) if t.strip()}
    return ColumnSample(name, counts, len(texts), sum(counts.values()), the_words().salutations)


def samples_of(cells: Mapping[str, Sequence[str]]) -> dict[str, ColumnSample]:
    """Columns with their cells."""
    return {name: sample(name, *texts) for name, texts in cells.items()}


def propose(
    columns: Sequence[str] | str,
    cells: Mapping[str, Sequence[str]] | None = None,
    schema: CandidateSchema | None = None,
) -> dict[str, ColumnProposal]:
    """Proposals by column; columns may be one text divided by `|`."""
    names = columns.split("|") if isinstance(columns, str) else columns
    found = propose_columns(
        names, samples_of(cells or {}), schema or published_schema(), the_words()
    )
    return {p.column: p for p in found}


def own_schema(*fields: Field) -> CandidateSchema:
    """The published model keys, and these fields of the customer."""
    known = dict(published_schema().fields)
    known.update({str(f.path): f for f in fields})
    return CandidateSchema(known)


def own_field(
    key: str,
    label: str = "",
    *allowed: str,
    type: str = "string",  # noqa: A002 - the schema's own word
    section: Section = Section.CUSTOM_FIELDS,
    is_required: bool = False,
) -> Field:
    """One field of the customer."""
    return Field(
        FieldPath(section, key),
        type=type,
        label=label,
        is_required=is_required,
        allowed=tuple(AllowedValue(a.lower(), a) for a in allowed),
    )
