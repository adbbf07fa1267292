"""The words of design section 2 as types that every room shares.

Lives here: plain frozen data. Must never live here: behaviour that decides something,
or anything that one room alone needs. What a newcomer would question: text columns
travel as a pandas frame of `object` strings (never pandas' own missing values), because
a value is judged once per distinct text and pandas factorises columns fast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


class Severity(StrEnum):
    """How much a problem matters."""

    ERROR = "error"
    """The row is not sent."""
    WARNING = "warning"
    """The row is sent; a person should know."""
    NOTE = "note"
    """Something was understood or cleaned; nobody is needed."""


class Outcome(StrEnum):
    """A row's final state in a run (design 4.3, in the order of its table)."""

    CREATED = "created"
    INCOMPLETE = "incomplete"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    ALREADY_IN_ATS = "already_in_ats"
    DUPLICATE = "duplicate"
    SET_ASIDE = "set_aside"
    REJECTED = "rejected"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    NOT_SENT = "not_sent"
    READY = "ready"


NEEDS_A_PERSON: frozenset[Outcome] = frozenset(
    {Outcome.INCOMPLETE, Outcome.REJECTED, Outcome.REFUSED, Outcome.IN_DOUBT}
)


class Section(StrEnum):
    """Which part of the body a field belongs to."""

    MODEL_KEYS = "model_keys"
    ADDITIONAL_ATTRIBUTES = "additional_attributes"
    CUSTOM_FIELDS = "custom_fields"
    ENVELOPE = "envelope"
    """Beside the candidate in body form A: `acting_user`, `job_requisition_id`."""


@dataclass(frozen=True, slots=True)
class FieldPath:
    """Where a value goes: a section and a key in it. Text form: `model_keys.first_name`."""

    section: Section
    key: str

    def __str__(self) -> str:
        return f"{self.section.value}.{self.key}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with (or worth knowing of) one value, before rows are attached.

    Attributes:
        code: Stable kebab-case name, listed in `core/codes.py`.
        message: One sentence: what and why. Values may stand in it; they reach reports only.
        hint: What to do about it, as an instruction; may be empty.
        severity: What it means for the row.
        suggestion: The value that would have been right, if there is exactly one guess.
    """

    code: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Converted:
    """One distinct cell text after conversion (and, later, validation).

    Attributes:
        value: JSON-ready value; a list for list fields; None means blank.
        findings: What was wrong or worth knowing.
        cleaned: Kinds of cleaning that were applied (`"mailto removed"`), counted in the report.
    """

    value: object = None
    findings: tuple[Finding, ...] = ()
    cleaned: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether no finding keeps the row from being sent."""
        return not self.findings or all(f.severity is not Severity.ERROR for f in self.findings)


Converter = Callable[[str], Converted]
"""Turns one cell text into a value; pure, never raises for data."""


# --- the input side ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What the mapping (or a flag) says of a source; None means: detect it and say so.

    Attributes:
        sheet: Sheet names to read, `("all",)` for every visible one.
        header_row: Row number of the header as the spreadsheet shows it; 0: there is none.
        encoding: Python codec name.
        delimiter: One character.
        dates: `day-first`, `month-first` or `year-first` for text dates of this source.
        time_zone: IANA name assumed for date-times without one.
        hidden_rows: `leave-out` (default) or `include`.
    """

    sheet: tuple[str, ...] | None = None
    header_row: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    dates: str | None = None
    time_zone: str | None = None
    hidden_rows: Literal["leave-out", "include"] = "leave-out"


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """What the reader understood of one table (one file, or one sheet of a workbook).

    Attributes:
        path: As the user gave it (`-` for standard input).
        kind: `csv`, `xlsx`, `xlsm`, `xls`, `ods` or `dataframe`.
        headers: Raw header texts, `""` where blank.
        columns: Unique names of the same columns, used by mappings: blank headers become
            `Column C` (the spreadsheet's letter), repeated ones `Name (2)`.
        header_row: Row number of the header as the spreadsheet shows it; None: no header.
        notes: Sentences for a person: what was detected, what was left out, what to look at.
        sha256: Of the file's bytes.
        marker: The run id in a `fix.xlsx` that we wrote; None for every other file.
        choice: The sheets between which nobody has chosen yet: a preview shows each of them,
            whatever sends must ask for `sheet:` first. Empty where there is no such question.
    """

    path: str
    kind: str
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    headers: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sha256: str = ""
    size: int = 0
    marker: str | None = None
    choice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CellFinding:
    """Something the reader noticed in one place: an error cell, a destroyed value, a long row.

    `column` None means the whole row.
    """

    row: int
    column: str | None
    value: str
    finding: Finding


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Some rows of one source, in order.

    Attributes:
        rows: Row numbers as the spreadsheet shows them.
        frame: One `object` column of `str` per column name, blank is `""`.
        findings: What the reader noticed in these rows.
    """

    rows: NDArray[np.int64]
    frame: pd.DataFrame
    findings: tuple[CellFinding, ...] = ()


# --- the API side -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AllowedValue:
    """One entry of a field's closed list: the ATS's own value (JSON type kept) and its label."""

    value: object
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field that the ATS declares.

    Attributes:
        type: `string`, `integer`, `number`, `boolean`, `array`, `object` or `any`.
        format: `email`, `date`, `date-time`, `uuid`, `uri` or None.
        items: The element's declaration for arrays.
        properties: Children of objects.
        allowed: The closed list; empty means open.
    """

    path: FieldPath
    type: str = "any"
    format: str | None = None
    is_required: bool = False
    is_nullable: bool = True
    label: str = ""
    description: str = ""
    allowed: tuple[AllowedValue, ...] = ()
    items: Field | None = None
    properties: Mapping[str, Field] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CandidateSchema:
    """The parsed answer of the meta endpoint.

    Attributes:
        fields: By path text (`model_keys.first_name`).
        is_published_fallback: True where the published model keys stand in for a schema.
        open_sections: Sections that take keys which are not declared (passed through unchecked).
        unparsed: Places of the answer that were not understood, kept raw; sentences.
        sha256: Of the canonical raw answer.
        dialect: `A`, `B`, `C`, or a mix such as `A+C`; empty for the fallback.
    """

    fields: Mapping[str, Field]
    is_published_fallback: bool = False
    open_sections: frozenset[Section] = frozenset()
    unparsed: tuple[str, ...] = ()
    sha256: str = ""
    dialect: str = ""

    def field(self, path: FieldPath) -> Field | None:
        """The field at `path`, or None where the schema does not declare it."""
        return self.fields.get(str(path))


BodyForm = Literal["A", "B"]


# --- problems, grouped ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding with its rows: what a person reads as one line.

    Attributes:
        column: The spreadsheet's column, None where the whole row is meant.
        field: Text of the field path, empty where there is none.
        value: The distinct cell text; None where the group stands for many values.
        count: How many rows; exact, also where `rows` is cut.
        rows: (source index, row number) of the first 1,000.
        since: ISO time of the run that saw it first; None when not tracked.
        state: `new`, `open` or `resolved` against the run before; empty when not tracked.
    """

    code: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    column: str | None = None
    field: str = ""
    value: str | None = None
    count: int = 0
    rows: Sequence[tuple[int, int]] = ()
    since: str | None = None
    state: str = ""
    suggestion: str | None = None
