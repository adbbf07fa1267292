"""From proposals to the lines of a mapping, section by section.

Lives here: which form an entry takes. Must never live here: the file around them
(`writing`), or a decision which column goes where (`columns`). What a newcomer would
question: parts of an address become one text, in the order in which letters are addressed,
because the API knows places as single texts only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from importer.core.choices import allowed_of
from importer.core.model import CandidateSchema, Field
from importer.core.proposing.columns import ColumnProposal
from importer.core.proposing.concepts import CONCEPTS
from importer.core.proposing.evidence import ColumnSample
from importer.core.proposing.value_lines import value_lines
from importer.core.proposing.yaml_text import flow_list, quote

_COVER: Final = "COVER_LETTER"
_PUBLISHED: Final = ("model_keys", "attachments", "acting_user")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a section.

    Attributes:
        key: As in the YAML.
        lines: Without the section's indentation; the first begins with the key.
        columns: The columns that it reads.
    """

    key: str
    lines: tuple[str, ...]
    columns: tuple[str, ...] = ()


Sections = dict[str, list[Entry]]
_Builder = Callable[[str, list[ColumnProposal], Mapping[str, ColumnSample]], list[str]]


def build_entries(
    proposals: Sequence[ColumnProposal],
    samples: Mapping[str, ColumnSample],
    schema: CandidateSchema,
) -> Sections:
    """Turn every proposal that is sure into entries."""
    groups: dict[str, list[ColumnProposal]] = {}
    for proposal in proposals:
        if proposal.target not in (None, "ignore"):
            groups.setdefault(str(proposal.target), []).append(proposal)
    sections: Sections = {}
    for target in sorted(groups, key=lambda t: _order(t, schema)):
        found = groups[target]
        section, _, key = target.rpartition(".")
        section = section or ("model_keys" if key == "name" else key)
        build = _BUILDERS.get(key if section in _PUBLISHED else "", _plain)
        lines = build(key, found, samples)
        field = schema.fields.get(target)
        lines += _values(lines, found, samples, field)
        sections.setdefault(section, []).append(
            Entry(key, tuple(lines), tuple(p.column for p in found))
        )
    return sections


_FIRST: Final = (
    "name",
    "model_keys.first_name",
    "model_keys.last_name",
    "model_keys.email_addresses",
    "model_keys.phone_numbers",
    "model_keys.locations",
    "model_keys.company",
    "model_keys.title",
    "model_keys.tags",
    "model_keys.urls",
)


def _order(target: str, schema: CandidateSchema) -> tuple[int, int, str]:
    if target in _FIRST:
        return 0, _FIRST.index(target), ""
    known = list(schema.fields)
    return 1, known.index(target) if target in known else len(known), target


def _columns(found: Iterable[ColumnProposal]) -> list[str]:
    return [p.column for p in found]


def _plain(key: str, found: list[ColumnProposal], _: Mapping[str, ColumnSample]) -> list[str]:
    columns = _columns(found)
    return [f"{key}: {quote(columns[0]) if len(columns) == 1 else flow_list(columns)}"]


def _name(key: str, found: list[ColumnProposal], _: Mapping[str, ColumnSample]) -> list[str]:
    order = "given-family"
    if found[0].concept == "full_name_family_first":
        order = "family-given"
    return [f"{key}: {{column: {quote(found[0].column)}, order: {order}}}"]


def _places(
    key: str, found: list[ColumnProposal], samples: Mapping[str, ColumnSample]
) -> list[str]:
    parts = sorted(found, key=lambda p: CONCEPTS[p.concept].rank)
    wholes = [p for p in parts if p.concept == "location"]
    if len(parts) == 1 or len(wholes) == len(parts):
        return _plain(key, parts, samples)
    if wholes and any(p.concept == "city" for p in parts):
        if any(p.concept in ("zip", "street", "street2") for p in parts):
            return [_joined(key, parts)]
        rest = [p for p in parts if p not in wholes]
        listed = [f"  - {quote(p.column)}" for p in wholes]
        return [f"{key}:", *listed, "  - " + _join(_columns(rest))]
    return [_joined(key, parts)]


def _joined(key: str, parts: list[ColumnProposal]) -> str:
    return f"{key}: {_join(_columns(parts))}"


def _join(columns: list[str]) -> str:
    if len(columns) == 1:
        return quote(columns[0])
    return f'{{columns: {flow_list(columns)}, join: ", "}}'


def _urls(key: str, found: list[ColumnProposal], _: Mapping[str, ColumnSample]) -> list[str]:
    lines = [f"{key}:"]
    for proposal in found:
        kind = CONCEPTS[proposal.concept].url_type if proposal.concept in CONCEPTS else None
        lines.append(f"  - {{column: {quote(proposal.column)}, url_type: {kind or 'OTHER'}}}")
    return lines


def _can_email(key: str, found: list[ColumnProposal], _: Mapping[str, ColumnSample]) -> list[str]:
    column = quote(found[0].column)
    if found[0].concept == "opt_out":
        return [f"{key}: {{column: {column}, invert: true}}"]
    return [f"{key}: {column}"]


def _job(key: str, found: list[ColumnProposal], samples: Mapping[str, ColumnSample]) -> list[str]:
    sample = samples.get(found[0].column)
    is_code = found[0].concept == "job_code"
    if not is_code and sample is not None and sample.shares.filled:
        is_code = sample.shares.digit >= 0.8 and sample.shares.two_words < 0.2
    lookup = "jobs.code" if is_code else "jobs.name"
    return [f"{key}: {{column: {quote(found[0].column)}, lookup: {lookup}}}"]


def _user(key: str, found: list[ColumnProposal], _: Mapping[str, ColumnSample]) -> list[str]:
    return [f"{key}: {{column: {quote(found[0].column)}, lookup: remote-users.email}}"]


def _files(_key: str, found: list[ColumnProposal], _: Mapping[str, ColumnSample]) -> list[str]:
    kinds = [(p.column, _COVER if p.concept == "cover_letter" else "RESUME") for p in found]
    return [f"- {{column: {quote(c)}, attachment_type: {kind}}}" for c, kind in kinds]


_BUILDERS: Final[dict[str, _Builder]] = {
    "name": _name,
    "locations": _places,
    "urls": _urls,
    "can_email": _can_email,
    "job": _job,
    "job_id": _job,
    "attachments": _files,
    "acting_user": _user,
}


def _values(
    lines: list[str],
    found: list[ColumnProposal],
    samples: Mapping[str, ColumnSample],
    field: Field | None,
) -> list[str]:
    """The pairs of a field with a closed list; they need the entry's long form."""
    if not allowed_of(field) or len(lines) != 1 or len(found) != 1 or "{" in lines[0]:
        return []
    sample = samples.get(found[0].column)
    pairs = value_lines(sample.texts.items() if sample else (), allowed_of(field))
    if not pairs:
        return []
    key = lines[0].split(":", 1)[0]
    lines[:] = [f"{key}:", f"  column: {quote(found[0].column)}"]
    return [f"  {line}" for line in pairs]
