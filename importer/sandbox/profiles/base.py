"""What a profile consists of.

Lives here: the types and the two words that every line starts with. Must never live here:
a fact about one ATS. What a newcomer would question: a profile names its fields once, in a
neutral form; `dialects` writes the meta answer from it and `judge` the rules, so that the
two cannot contradict each other unless a profile wants them to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal
from uuid import UUID, uuid5

Basis = Literal["documented", "invented"]
Dialect = Literal["A", "B", "C", "mixed"]
SectionName = Literal["model_keys", "additional_attributes", "custom_fields", "root"]

_NAMESPACE: Final = UUID("8d4c1f0e-52a7-4b0c-9a57-3f1f6f0b6a11")


def make_id(*parts: str) -> str:
    """Make the id that a thing of the sandbox has in every process and every run."""
    return str(uuid5(_NAMESPACE, "/".join(parts)))


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field as the ATS declares it.

    Attributes:
        basis: Whether all of the line is documented, or some of it invented.
        type: `string`, `number`, `integer`, `boolean`, `list` or `UUID`.
        format: `email`, `date`, `date-time` or `uuid`; of the items where it is a list.
        allowed: (value, label) pairs; an empty label is not printed in the meta answer.
        shape: How the dialect prints the list of allowed values.
    """

    basis: Basis
    section: SectionName
    key: str
    type: str = "string"
    required: bool = False
    format: str | None = None
    allowed: tuple[tuple[object, str], ...] = ()
    shape: Literal["enum", "scalars", "objects", "map"] = "enum"
    description: str = ""


def documented(section: SectionName, key: str, type_: str = "string", **more: object) -> FieldSpec:
    """Make a line that a public page of the vendor says as it stands."""
    return replace(FieldSpec("documented", section, key, type_), **more)  # type: ignore[arg-type]


def invented(section: SectionName, key: str, type_: str = "string", **more: object) -> FieldSpec:
    """Make a line of which at least one part is ours."""
    return replace(FieldSpec("invented", section, key, type_), **more)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Wording:
    """How this ATS says no; `{key}`, `{value}`, `{label}` are filled in.

    Attributes:
        status: 422 gives a list with `loc`; 400 gives one sentence.
    """

    basis: Basis
    status: Literal[400, 422]
    missing: str
    not_allowed: str
    unknown_id: str
    wrong_type: str
    not_open: str
    same_email: str


@dataclass(frozen=True, slots=True)
class Profile:
    """One ATS behind the service.

    Attributes:
        dialect: Which layout the meta answer has.
        is_enveloped: Whether `{success, data, error}` stands around it.
        forms: Body forms it takes.
        versions: The declared fields, today's first; later ones came with a change that an
            administrator made.
        open_sections: Sections that take keys which are not declared.
        attachments: What the attachment call takes.
    """

    slug: str
    name: str
    dialect: Dialect
    is_enveloped: bool
    forms: tuple[Literal["A", "B"], ...]
    versions: tuple[tuple[FieldSpec, ...], ...]
    wording: Wording
    open_sections: frozenset[str] = frozenset()
    attachments: Literal["url", "content", "any", "none"] = "any"
    requires_acting_user: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)

    def fields(self, version: int) -> tuple[FieldSpec, ...]:
        """The declared fields of a version, from 1; past the end: the last."""
        return self.versions[min(max(version, 1), len(self.versions)) - 1]


def change(
    fields: tuple[FieldSpec, ...],
    *,
    without: tuple[str, ...] = (),
    plus: tuple[FieldSpec, ...] = (),
) -> tuple[FieldSpec, ...]:
    """Derive a later version: some keys gone, some added or declared anew."""
    declared_anew = {(f.section, f.key) for f in plus}
    kept = (f for f in fields if f.key not in without and (f.section, f.key) not in declared_anew)
    return (*kept, *plus)
