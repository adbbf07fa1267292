"""The mapping as typed data: what the YAML of design 4.5 says, resolved and frozen.

Lives here: the types only. Reading the YAML is `core/mapping.py`; acting on a rule is
`core/convert` and `core/validation`. What a newcomer would question: a whole name is the
rule `model_keys.name`, though the API has no such key, because it fills two keys at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from importer.core.model import BodyForm, FieldPath, Section, SourceOptions

WHOLE_NAME: Final = FieldPath(Section.MODEL_KEYS, "name")
ACTING_USER: Final = FieldPath(Section.ENVELOPE, "acting_user")
REQUISITION: Final = FieldPath(Section.ENVELOPE, "job_requisition_id")


class Unset:
    """The type of `UNSET`: a key that the mapping does not give (null is a value)."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset()


@dataclass(frozen=True, slots=True)
class Rule:
    """One column→field entry of the mapping.

    Attributes:
        path: The field it fills.
        columns: Source columns in order (aliases not applied); empty for a constant.
        value: The constant (`{value: false}`), else UNSET.
        split: Separator of several values in a cell; None: the converter's own habit.
        join: Joins the columns' texts into one value (`{columns: [City, Country], join: ", "}`).
        format: strptime format of a date column.
        dates: `day-first`, `month-first`, `year-first` for this column.
        values: Cell text -> the ATS's value, as the mapping or remembered corrections say.
        unknown: What to do with a value that is not allowed.
        otherwise: Value for everything not allowed; UNSET: none.
        invert: The column says the opposite (an opt-out for `can_email`).
        order: Of a whole name: `given-family` or `family-given`.
        add: Constant items added to a list field.
        url_type: For urls.
        lookup: `jobs.code`, `remote-users.email` …: names to ids.
        region: ISO 3166 country for phones without a country code.
        blank: What a blank cell means: leave the key out, send null, or reject the row.
        blanks: Further texts that count as blank in this column.
        line: Line of the entry in the YAML, 1-based; 0 when not from a file.
        remembered: Keys of `values` that come from corrections alone: the cell is read as if it
            held the other text. They mend single texts and make the pairs no closed list.
    """

    path: FieldPath
    columns: tuple[str, ...] = ()
    value: object = UNSET
    split: str | None = None
    join: str | None = None
    format: str | None = None
    dates: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    unknown: Literal["error", "drop"] = "error"
    otherwise: object = UNSET
    invert: bool = False
    order: Literal["given-family", "family-given"] | None = None
    add: tuple[str, ...] = ()
    url_type: str | None = None
    lookup: str | None = None
    region: str | None = None
    blank: Literal["omit", "null", "error"] = "omit"
    blanks: tuple[str, ...] = ()
    line: int = 0
    remembered: frozenset[str] = frozenset()

    @property
    def is_constant(self) -> bool:
        """Whether the rule needs no column."""
        return self.value is not UNSET


@dataclass(frozen=True, slots=True)
class AttachmentRule:
    """One `attachments:` entry: a column of file names (or urls), and where the files are."""

    column: str
    folder: str | None = None
    attachment_type: str = "RESUME"
    line: int = 0


@dataclass(frozen=True, slots=True)
class MappingTest:
    """One `tests:` entry: given this row, expect these keys of the candidate."""

    row: Mapping[str, str]
    expect: Mapping[str, object]
    line: int = 0


@dataclass(frozen=True, slots=True)
class CandidateMapping:
    """A whole mapping file.

    Attributes:
        connector: Profile name, None where the mapping does not say.
        identity: Columns; empty means the first e-mail.
        region: `defaults.region`.
        blanks: `defaults.blank`: texts that count as blank everywhere.
        aliases: Column name used in the mapping -> other names it may have in a file.
        form: `form: A|B`, None: chosen from the fields used.
        lines: Dotted path of a key (`model_keys.first_name`) -> its line in the YAML.
        sha256: Of the mapping's bytes together with its remembered corrections.
        text: The YAML as read.
    """

    path: str
    rules: tuple[Rule, ...]
    connector: str | None = None
    source: SourceOptions = field(default_factory=SourceOptions)
    identity: tuple[str, ...] = ()
    region: str | None = None
    blanks: tuple[str, ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attachments: tuple[AttachmentRule, ...] = ()
    ignore: tuple[str, ...] = ()
    tests: tuple[MappingTest, ...] = ()
    form: BodyForm | None = None
    lines: Mapping[str, int] = field(default_factory=dict)
    sha256: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ConvertContext:
    """What converters need besides the cell: the mapping's defaults.

    Attributes:
        region: Country for phones without one; None: keep such phones as typed.
        blanks: Texts that count as blank everywhere.
        time_zone: IANA zone assumed for date-times without one; None: UTC is assumed and said.
        date_order: Order for text dates of the column at hand; None: not known (yet).
        lookups: `jobs.code` -> folded name -> ids (several: ambiguous).
        is_offline: No list could be loaded on purpose, so names stay unresolved with a warning.
    """

    region: str | None = None
    blanks: tuple[str, ...] = ()
    time_zone: str | None = None
    date_order: str | None = None
    lookups: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    is_offline: bool = False
