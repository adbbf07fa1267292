"""The shape of a mapping file as pydantic models: which keys exist and what they take.

Lives here: keys, types and one-sentence descriptions; the JSON Schema for editors is made
from them. Must never live here: what keys mean together (`core/mapping_rules`). What a
newcomer would question: every short form of a rule (a column, a list of columns, a list of
rules) is unfolded before pydantic looks, so that it never has to guess which one was meant
and its complaints stay readable.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    WithJsonSchema,
    model_validator,
)
from pydantic import Field as Option

from importer.core.mapping_checks import (
    check_delimiter,
    check_encoding,
    check_format,
    check_region,
    check_time_zone,
)
from importer.core.mapping_values import Scalar, as_json, as_text

_TEXT = {"type": "string"}
_TEXT_OR_TEXTS = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}


def _as_list(given: Any) -> Any:
    """One text stands for a list of one; nothing for an empty list."""
    if isinstance(given, str | Scalar):
        text = as_text(given)
        return [] if text is None else [text]
    return [] if given is None else given


def _as_entries(given: Any) -> Any:
    """Unfold the short forms of a rule into a list of groups of options."""
    if isinstance(given, dict):
        return [given]
    if isinstance(given, list):
        if not given:
            raise ValueError("names no column")
        if any(isinstance(item, dict) for item in given):
            return [i if isinstance(i, dict) else {"column": as_text(i)} for i in given]
        return [{"columns": [as_text(i) for i in given]}]
    text = as_text(given)
    if text is None:
        raise ValueError("names no column")
    return [{"column": text}]


def _as_section(given: Any) -> Any:
    """An empty section (`custom_fields:`) has no entries."""
    return {} if as_text(given) is None else given


def _as_cells(given: Any) -> Any:
    if isinstance(given, dict):
        return {k: "" if as_text(v) is None else as_text(v) for k, v in given.items()}
    return given


def _as_attachments(given: Any) -> Any:
    listed = _as_list([given] if isinstance(given, dict) else given)
    return [i if isinstance(i, dict) else {"column": as_text(i)} for i in listed]


def _as_blank(given: Any) -> Any:
    return "null" if isinstance(given, Scalar) and given.value is None else as_text(given)


Text = Annotated[str, BeforeValidator(as_text)]
OptionalText = Annotated[str | None, BeforeValidator(as_text), WithJsonSchema(_TEXT)]
Region = Annotated[str, AfterValidator(check_region)]
OptionalRegion = Annotated[Region | None, BeforeValidator(as_text), WithJsonSchema(_TEXT)]
Texts = Annotated[list[Text], BeforeValidator(_as_list), WithJsonSchema(_TEXT_OR_TEXTS)]
Json = Annotated[Any, BeforeValidator(as_json)]
JsonMap = Annotated[dict[str, Any], BeforeValidator(_as_section), BeforeValidator(as_json)]
Flag = Annotated[bool, BeforeValidator(as_json)]
Number = Annotated[int, BeforeValidator(as_json)]
DateOrder = Literal["day-first", "month-first", "year-first"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceSection(_Strict):
    """How to read the file; what is left out is detected, and what was detected is shown."""

    sheet: Texts = Option(default=[], description="Sheets to read; `all` for every visible one.")
    header_row: Annotated[int, Option(ge=0), BeforeValidator(as_json)] | None = Option(
        default=None, description="Row of the header as the spreadsheet shows it; 0: none."
    )
    encoding: Annotated[Text, AfterValidator(check_encoding)] | None = Option(
        default=None, description="Such as utf-8 or cp1252."
    )
    delimiter: Annotated[Text, AfterValidator(check_delimiter)] | None = Option(
        default=None, description="One character, or `tab`."
    )
    dates: DateOrder | None = Option(
        default=None, description="Order of dates written as text in this file."
    )
    time_zone: Annotated[Text, AfterValidator(check_time_zone)] | None = Option(
        default=None, description="Zone of times written without one, such as Europe/London."
    )
    hidden_rows: Literal["leave-out", "include"] = Option(
        default="leave-out", description="What to do with rows that a filter or a person hid."
    )


class DefaultsSection(_Strict):
    """What holds for every rule that does not say otherwise."""

    region: OptionalRegion = Option(
        default=None, description="Two-letter country of phones written without a country code."
    )
    blank: Texts = Option(default=[], description="Texts that count as blank in every column.")


class RuleEntry(_Strict):
    """One column (or several, or a constant) that fills one field."""

    column: Text | None = Option(default=None, description="The column that fills the field.")
    columns: Texts | None = Option(
        default=None, description="Several columns, in order of importance."
    )
    value: Json = Option(default=None, description="A constant instead of a column.")
    split: Annotated[str, BeforeValidator(as_text)] | None = Option(
        default=None, description="Separator of several values in a cell; empty: never split."
    )
    join: Text | None = Option(
        default=None, description="Joins the columns' texts into one value, with this between."
    )
    format: Annotated[Text, AfterValidator(check_format)] | None = Option(
        default=None,
        description="Format of a date, such as %d/%m/%Y, excel-serial or epoch-ms.",
    )
    dates: DateOrder | None = Option(
        default=None, description="Order of dates written as text in this column."
    )
    values: JsonMap = Option(default={}, description="Text in the cell: value that the ATS knows.")
    unknown: Literal["error", "drop"] = Option(
        default="error", description="What to do with a value that the ATS does not allow."
    )
    otherwise: Json = Option(default=None, description="Value for everything not allowed.")
    invert: Flag = Option(
        default=False, description="The column says the opposite, as an opt-out does."
    )
    order: Literal["given-family", "family-given"] | None = Option(
        default=None, description="Order of a whole name in one column."
    )
    add: Texts = Option(default=[], description="Items added to the list of every candidate.")
    url_type: OptionalText = Option(default=None, description="Kind of web address.")
    lookup: OptionalText = Option(
        default=None, description="Turns names into ids, such as jobs.code."
    )
    region: OptionalRegion = Option(
        default=None, description="Two-letter country of phones written without a country code."
    )
    blank: Annotated[Literal["omit", "null", "error"], BeforeValidator(_as_blank)] = Option(
        default="omit",
        description="What a blank cell does: leave the field out, send null, reject the row.",
    )
    blanks: Texts = Option(default=[], description="Texts that count as blank in this column.")

    @model_validator(mode="before")
    @classmethod
    def _blank_texts(cls, given: Any) -> Any:
        """`blank: ["-"]` is understood as `blanks`: it reads like the one under `defaults`."""
        if isinstance(given, dict) and isinstance(given.get("blank"), list):
            given = dict(given)
            given.setdefault("blanks", given.pop("blank"))
        return given


_ENTRY_REF = {"$comment": "RuleEntry"}
"""Stands for a reference until `mapping_schema` has the definition to refer to."""
_ENTRIES_SCHEMA = {
    "anyOf": [
        {"type": "string", "description": "The column that fills the field."},
        _ENTRY_REF,
        {
            "type": "array",
            "minItems": 1,
            "items": {"anyOf": [_TEXT, _ENTRY_REF]},
            "description": "Several columns, or several groups of options.",
        },
    ]
}
Entries = Annotated[list[RuleEntry], BeforeValidator(_as_entries), WithJsonSchema(_ENTRIES_SCHEMA)]
Section = Annotated[dict[str, Entries], BeforeValidator(_as_section)]


class AttachmentEntry(_Strict):
    """A column of file names or web addresses."""

    column: Text = Option(description="The column with file names or web addresses.")
    folder: OptionalText = Option(
        default=None, description="Where the files are, seen from the spreadsheet."
    )
    attachment_type: Text = Option(default="RESUME", description="What the files are.")


class TestEntry(_Strict):
    """A row and what must become of it; run by `check` and before every `run`."""

    __test__ = False

    row: Annotated[dict[str, str], BeforeValidator(_as_cells)] = Option(
        description="Column: text in the cell; columns left out are blank."
    )
    expect: Annotated[dict[str, Any], BeforeValidator(as_json)] = Option(
        description="Key: value of the candidate; only the named keys are compared."
    )


_FILE_REF = {"$comment": "AttachmentEntry"}


class MappingFile(_Strict):
    """How a spreadsheet's columns become candidates."""

    version: Number = Option(default=1, description="Version of this format: 1.")
    connector: OptionalText = Option(
        default=None, description="Profile in candidate-import.toml that this mapping is for."
    )
    source: Annotated[SourceSection, BeforeValidator(_as_section)] = SourceSection()
    identity: Texts = Option(
        default=[],
        description="Columns that make two rows the same person; default: the first e-mail.",
    )
    defaults: Annotated[DefaultsSection, BeforeValidator(_as_section)] = DefaultsSection()
    aliases: Annotated[dict[str, Texts], BeforeValidator(_as_section)] = Option(
        default={}, description="Column as named here: other names it has in some files."
    )
    name: Entries | None = Option(default=None, description="A whole name in one column.")
    model_keys: Section = Option(
        default={}, description="Fields that every ATS has, such as first_name."
    )
    additional_attributes: Section = Option(
        default={}, description="Fields that this ATS has besides."
    )
    custom_fields: Section = Option(default={}, description="Fields that this customer made.")
    acting_user: Entries | None = Option(
        default=None, description="The ATS user in whose name candidates are created."
    )
    job_requisition_id: Entries | None = Option(
        default=None, description="Requisition id in the ATS itself."
    )
    job_id: Entries | None = Option(default=None, description="Id of the job.")
    job_interview_stage_id: Entries | None = Option(
        default=None, description="Id of the job's interview stage."
    )
    attachments: Annotated[
        list[AttachmentEntry],
        BeforeValidator(_as_attachments),
        WithJsonSchema(
            {
                "anyOf": [
                    _TEXT,
                    _FILE_REF,
                    {
                        "type": "array",
                        "items": {"anyOf": [_TEXT, _FILE_REF]},
                    },
                ]
            }
        ),
    ] = Option(default=[], description="Columns with files to attach.")
    ignore: Texts = Option(default=[], description="Columns that are left out on purpose.")
    tests: Annotated[list[TestEntry], BeforeValidator(_as_list)] = Option(
        default=[], description="Rows and what must become of them."
    )
    form: Literal["A", "B"] | None = Option(
        default=None, description="Body form; default: chosen from the fields in use."
    )
