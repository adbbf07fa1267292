"""The mapping that `init` writes: YAML with a word to everyone who opens it.

Lives here: the file from its first line to its last. Must never live here: choosing fields,
or files. What a newcomer would question: so many comments. The file is the interface for
people who never read a manual, and it is read again on the day when something changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from importer.core.dates import DateEvidence
from importer.core.model import BodyForm, CandidateSchema, SourceOptions
from importer.core.proposing.columns import SURE, ColumnProposal
from importer.core.proposing.entries import Entry, Sections, build_entries
from importer.core.proposing.evidence import ColumnSample
from importer.core.proposing.regions import guess_region
from importer.core.proposing.sample_test import sample_test
from importer.core.proposing.yaml_text import comment, flow_list, quote
from importer.core.validation import required_fields

SCHEMA_FILE: Final = "mapping.schema.json"
"""Name of the JSON Schema of mappings; `init` puts a copy where the file's first line says."""

_TITLES: Final = {
    "model_keys": "Fields that every ATS has. Left: the field. Right: the column of your file.",
    "additional_attributes": "Fields that this ATS has besides.",
    "custom_fields": "Fields that your company made in the ATS.",
    "attachments": "Files. `folder:` says where they are, seen from the spreadsheet.",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that the written mapping depends on.

    Attributes:
        files: Names of the files it was made from.
        options: How they were read, as far as somebody said so.
        schema_place: Where the JSON Schema is, seen from the mapping.
    """

    files: Sequence[str]
    proposals: Sequence[ColumnProposal]
    samples: Mapping[str, ColumnSample]
    schema: CandidateSchema
    options: SourceOptions = field(default_factory=SourceOptions)
    connector: str | None = None
    schema_place: str = SCHEMA_FILE
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)


def write_mapping(draft: Draft) -> str:
    """Write the whole file."""
    sections = build_entries(draft.proposals, draft.samples, draft.schema)
    lines = [
        *_head(draft),
        *_source(draft),
        *_identity(draft, sections),
        *_defaults(draft),
        *_aliases(draft),
        *_fields(draft, sections),
        *_undecided(draft),
        *_ignored(draft),
        *sample_test(sections),
    ]
    return "\n".join(lines) + "\n"


def _head(draft: Draft) -> Iterator[str]:
    yield f"# yaml-language-server: $schema={draft.schema_place}"
    yield "#"
    yield from comment(f"How the columns of {', '.join(draft.files)} become candidates.")
    yield from comment(
        "Proposed by `candidate-import init`; you have the last word. Lines that begin with #"
        " are for reading only and change nothing. Look at every line, then try it:"
    )
    yield "#   candidate-import check FILE -m THIS-FILE"
    yield from comment(
        "`check` sends nothing. It names each value that would not be accepted, with its rows."
    )
    yield "version: 1"
    if draft.connector:
        yield f"connector: {quote(draft.connector)}"
    yield ""


def _source(draft: Draft) -> Iterator[str]:
    options = draft.options
    lines: list[str] = []
    if options.sheet:
        lines.append(f"sheet: {flow_list(options.sheet)}")
    for name in ("header_row", "encoding", "delimiter"):
        value = getattr(options, name)
        if value is not None:
            shown = {"\t": "tab"}.get(value, value) if isinstance(value, str) else value
            lines.append(f"{name}: {quote(shown) if isinstance(shown, str) else shown}")
    if options.hidden_rows != "leave-out":
        lines.append(f"hidden_rows: {options.hidden_rows}")
    order, why = _decide_dates(draft)
    if options.dates or order:
        lines.append(f"dates: {options.dates or order}" + (f"   # {why}" if why else ""))
    yield from comment(
        "How the file is read (sheet, header_row, encoding, delimiter, dates …). What is not"
        " said here is detected, and `candidate-import preview FILE` shows what was."
    )
    if lines:
        yield "source:"
        yield from (f"  {line}" for line in lines)
    if not order and not options.dates and why:
        yield from comment(f"Dates: {why} If you know the order, say it:")
        yield "# source:"
        yield "#   dates: day-first   # or month-first"
    yield ""


def _decide_dates(draft: Draft) -> tuple[str | None, str]:
    """The order of day and month in all date columns together."""
    evidence = DateEvidence()
    for proposal in draft.proposals:
        place = draft.schema.fields.get(proposal.target or "")
        if place is None or place.format not in ("date", "date-time"):
            continue
        sample = draft.samples.get(proposal.column)
        for text, count in (sample.texts if sample else {}).items():
            evidence.observe(text, count)
    decision = evidence.decide()
    return decision.order, decision.why


def _identity(draft: Draft, sections: Sections) -> Iterator[str]:
    keys = {e.key for e in sections.get("model_keys", ())}
    ids = [p.column for p in draft.proposals if p.concept == "id"]
    unique = [c for c in ids if c in draft.samples and draft.samples[c].is_unique]
    if "email_addresses" in keys:
        yield from comment(
            "Who is the same person? Two rows with the same first e-mail address, unless you"
            " name columns here. Decide before the first run; later a change must be confirmed."
        )
    else:
        yield from comment(
            "Who is the same person? There is no e-mail column, so name and phone must do,"
            " unless you name columns here. A row without any of them is rejected."
        )
    for column in (unique or ids)[:1]:
        note = "every row has its own" if column in unique else "if it never changes"
        if unique and not keys & {"email_addresses", "phone_numbers"}:
            yield f"identity: {flow_list([column])}   # {note}"
        else:
            yield f"# identity: {flow_list([column])}   # {note}"
    yield ""


def _defaults(draft: Draft) -> Iterator[str]:
    phones = [p.column for p in draft.proposals if p.target == "model_keys.phone_numbers"]
    if not phones:
        return
    yield from comment(
        "Country of phone numbers that are written without a country code. Without it they are"
        " sent as they stand in the file."
    )
    countries = [p.column for p in draft.proposals if p.concept == "country"]
    guess = guess_region(
        [draft.samples[c] for c in phones if c in draft.samples],
        [draft.samples[c] for c in countries if c in draft.samples],
    )
    mark = "" if guess is not None and guess.is_sure else "# "
    yield f"{mark}defaults:"
    if guess is None:
        yield "#   region: GB   # two letters: GB, US, DE …"
    else:
        yield f"{mark}  region: {guess.region}   # {guess.why}"
    yield ""


def _aliases(draft: Draft) -> Iterator[str]:
    if not draft.aliases:
        return
    yield from comment("Other names that a column has in some files.")
    yield "aliases:"
    for column, names in draft.aliases.items():
        yield f"  {quote(column)}: {flow_list(names)}"
    yield ""


def _fields(draft: Draft, sections: Sections) -> Iterator[str]:
    by_column = {p.column: p for p in draft.proposals}
    for section, title in _TITLES.items():
        entries = sections.get(section)
        if not entries:
            continue
        yield from comment(title)
        yield f"{section}:"
        for entry in entries:
            yield from _entry(entry, by_column)
        if section == "model_keys":
            yield from _missing(draft, entries)
        yield ""
    for entry in sections.get("acting_user", ()):
        yield from comment("In whose name candidates are created: a user of the ATS.")
        yield from (line.removeprefix("  ") for line in _entry(entry, by_column))
        yield ""
    if not sections:
        yield from comment(
            "No column could be placed with certainty. Write at least one, for example:"
        )
        yield "model_keys:"
        yield "#   first_name: NAME OF THE COLUMN"
        yield ""


def _entry(entry: Entry, by_column: Mapping[str, ColumnProposal]) -> Iterator[str]:
    for column in entry.columns:
        proposal = by_column[column]
        if proposal.confidence < 0.8:
            yield from comment(f"Please confirm {quote(column)}: {proposal.why}", "  ")
    yield from (f"  {line}" for line in entry.lines)


def _missing(draft: Draft, entries: Sequence[Entry]) -> Iterator[str]:
    have = {e.key for e in entries}
    if "name" in have:
        have |= {"first_name", "last_name"}
    targets = {p.target for p in draft.proposals}
    form: BodyForm = "A" if "acting_user" in targets else "B"
    for path in required_fields(draft.schema, form):
        if str(path) in targets or path.key in targets or path.key in have:
            continue
        yield from comment(
            f"The ATS wants {path}, and no column was found for it. Without it every row is"
            " rejected.",
            "  ",
        )


def _undecided(draft: Draft) -> Iterator[str]:
    left = [p for p in draft.proposals if p.target is None]
    if not left:
        return
    yield from comment(
        "Undecided: these columns are not sent. Where one should be, write it above (a line"
        " such as `company: Employer`); where not, add its name to `ignore:`, and `check` no"
        " longer mentions it."
    )
    for proposal in left:
        yield from comment(f"- {quote(proposal.column)}: {proposal.why}")
        if proposal.guess and proposal.confidence < SURE:
            section, _, key = proposal.guess.rpartition(".")
            place = f"{section or 'model_keys'}:" if section != "attachments" else "attachments:"
            yield f"#     maybe, under `{place}`   {key}: {quote(proposal.column)}"
    yield ""


def _ignored(draft: Draft) -> Iterator[str]:
    ignored = [p for p in draft.proposals if p.target == "ignore"]
    yield from comment(
        "Columns that are left out on purpose. Sensitive ones (birth dates, passport or"
        " insurance numbers, origin, gender …) are never proposed for any field."
    )
    if not ignored:
        yield "ignore: []"
    else:
        yield "ignore:"
        yield from (f"  - {quote(p.column)}" for p in ignored)
    yield ""
