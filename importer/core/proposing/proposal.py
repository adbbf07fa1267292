"""From opened sources to a whole proposal.

Lives here: the order of the steps. Must never live here: any of them. What a newcomer would
question: columns of one name in several files are one column, and their values are looked
at together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from importer.core.model import CandidateSchema, SourceOptions
from importer.core.ports import Source
from importer.core.proposing.columns import ColumnProposal, propose_columns
from importer.core.proposing.evidence import ColumnSample, gather_samples
from importer.core.proposing.several import join_files
from importer.core.proposing.words import Words
from importer.core.proposing.writing import Draft


@dataclass(frozen=True, slots=True)
class Proposal:
    """What `init` proposes.

    Attributes:
        columns: One for each column of any file, in order.
        draft: What the written mapping is made of.
    """

    columns: Sequence[ColumnProposal]
    draft: Draft


def propose_mapping(
    sources: Sequence[Source],
    schema: CandidateSchema,
    words: Words,
    *,
    options: SourceOptions | None = None,
    connector: str | None = None,
    schema_place: str = "mapping.schema.json",
    most_rows: int = 200_000,
) -> Proposal:
    """Look at sources and propose a mapping for all of them together.

    Args:
        sources: Opened tables; their rows are read once.
        schema: The candidate schema, or the published model keys.
        words: The word lists.
        options: How the files are read, as far as somebody said so.
        connector: Profile to be named in the mapping.
        schema_place: Where the JSON Schema of mappings will be, seen from the mapping.
        most_rows: Rows looked at in each source.
    """
    samples: dict[str, ColumnSample] = {}
    for source in sources:
        for name, sample in gather_samples(
            source.chunks(10_000), words.salutations, most_rows
        ).items():
            samples[name] = _merge(samples.get(name), sample)
    columns = list(dict.fromkeys(c for s in sources for c in s.description.columns))
    proposed = propose_columns(columns, samples, schema, words)
    joined, aliases = join_files(proposed, [s.description.columns for s in sources])
    draft = Draft(
        files=list(dict.fromkeys(_file_name(s.description.path) for s in sources)),
        proposals=joined,
        samples=samples,
        schema=schema,
        options=options or SourceOptions(),
        connector=connector,
        schema_place=schema_place,
        aliases=aliases,
    )
    return Proposal(proposed, draft)


def _file_name(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def _merge(first: ColumnSample | None, second: ColumnSample) -> ColumnSample:
    if first is None:
        return second
    texts: Mapping[str, int] = {
        text: first.texts.get(text, 0) + second.texts.get(text, 0)
        for text in dict.fromkeys((*first.texts, *second.texts))
    }
    return ColumnSample(
        second.name,
        texts,
        first.rows + second.rows,
        first.filled + second.filled,
        second.salutations,
    )
