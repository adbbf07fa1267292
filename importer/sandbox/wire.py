"""What a create body may be: the published schemas, with their key lists closed.

Lives here: the two body forms and their parts, and the errors in the service's own shape.
Must never live here: what one ATS wants (that is `judge`). What a newcomer would question:
the published page leaves the key lists open, so that a misspelt key would pass and vanish;
here it is refused, because the sandbox must not be kinder than the worst that the page
allows. Enumerations are closed too, and null is no member of them, as printed there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AnyUrl, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

JsonObject = dict[str, Any]
Form = Literal["A", "B"]
UrlType = Literal[
    "PERSONAL", "COMPANY", "PORTFOLIO", "BLOG", "SOCIAL_MEDIA", "OTHER", "JOB_POSTING", "-"
]
AttachmentType = Literal["RESUME", "COVER_LETTER", "OFFER_LETTER", "OTHER", "-"]
FileUrl = Annotated[AnyUrl, Field(min_length=1, max_length=2083)]


class _Closed(BaseModel):
    """Takes JSON types as they are (no `"true"` for true) and no key that is not listed."""

    model_config = ConfigDict(extra="forbid", strict=True)


class AtsUrl(_Closed):
    """A link; both keys must be there."""

    value: str | None
    url_type: UrlType


class AtsAttachmentWrite(_Closed):
    """A file, by address or inline."""

    file_name: str | None = None
    file_url: FileUrl | None = None
    attachment_type: AttachmentType = "-"
    file_content: str | None = None
    content_type: str | None = None
    candidate: UUID | None = None
    remote_user_id: UUID | None = None


class _Person(_Closed):
    """What both forms share."""

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    title: str | None = None
    avatar: str | None = None
    is_private: bool | None = None
    can_email: bool | None = None
    locations: list[str] | None = None
    phone_numbers: list[str] | None = None
    email_addresses: list[str] | None = None
    tags: list[str] | None = None
    urls: list[AtsUrl] | None = None


class PostCandidate(_Person):
    """The candidate of form A."""

    applications: list[UUID] | None = None
    attachments: list[UUID] | None = None
    job_interview_stage_id: UUID | None = None
    job_id: UUID | None = None


class CreateCandidate(_Closed):
    """Form A: the candidate under `data`, the acting user and the requisition beside it."""

    data: PostCandidate
    remote_user_id: str = ""
    job_requisition_id: str = ""


class AtsCandidateWrite(_Person):
    """Form B: the candidate at the root, with the ATS's own fields."""

    additional_attributes: JsonObject | None = None
    custom_fields: JsonObject | None = None
    last_interaction_at: str | None = None
    applications: list[Any] | None = None
    attachments: list[AtsAttachmentWrite] | None = None
    remote_created_at: str | None = None
    remote_updated_at: str | None = None
    job: UUID | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A body that is turned down.

    Attributes:
        detail: A list of errors with `loc`, `msg`, `type`, or one sentence.
    """

    status: int
    detail: Sequence[JsonObject] | str


@dataclass(frozen=True, slots=True)
class CreateBody:
    """A body that keeps to the page."""

    form: Form
    raw: JsonObject

    @property
    def person(self) -> JsonObject:
        """The candidate's own keys, wherever the form puts them."""
        person: JsonObject = self.raw["data"] if self.form == "A" else self.raw
        return person

    @property
    def loc(self) -> tuple[str, ...]:
        """Where the candidate's keys stand."""
        return ("body", "data") if self.form == "A" else ("body",)


def error(
    loc: Sequence[str | int], msg: str, kind: str, value: object = None, **ctx: object
) -> JsonObject:
    """Put one validation error together, as the page's `ValidationError` says."""
    found: JsonObject = {"type": kind, "loc": list(loc), "msg": msg, "input": value}
    if ctx:
        found["ctx"] = ctx
    return found


def parse_json(raw: bytes) -> tuple[object, Refusal | None]:
    """Read a JSON body; the refusal says where it breaks."""
    if not raw.strip():
        return None, Refusal(422, [error(("body",), "Field required", "missing")])
    try:
        return from_json(raw, allow_inf_nan=False), None
    except ValueError as problem:
        return None, Refusal(
            422, [error(("body", 0), "JSON decode error", "json_invalid", {}, error=str(problem))]
        )


def parse_create(raw: bytes, loc_style: str = "union") -> CreateBody | Refusal:
    """Read a create body by the page; the key `data` decides which form is meant."""
    parsed, refusal = parse_json(raw)
    if refusal is not None:
        return refusal
    is_form_a = isinstance(parsed, dict) and "data" in parsed
    model: type[_Closed] = CreateCandidate if is_form_a else AtsCandidateWrite
    root = ("body", model.__name__) if loc_style == "union" else ("body",)
    problems = find_errors(model, raw, root)
    if problems:
        return Refusal(422, problems)
    assert isinstance(parsed, dict)
    return CreateBody("A" if is_form_a else "B", parsed)


def parse_attachment(raw: bytes) -> JsonObject | Refusal:
    """Read the body of an attachment call by the page."""
    parsed, refusal = parse_json(raw)
    if refusal is not None:
        return refusal
    problems = find_errors(AtsAttachmentWrite, raw, ("body",))
    if problems:
        return Refusal(422, problems)
    assert isinstance(parsed, dict)
    return parsed


def find_errors(model: type[BaseModel], raw: bytes, root: Sequence[str]) -> list[JsonObject]:
    """Judge JSON text by a model; the errors are in the service's shape."""
    try:
        model.model_validate_json(raw)
    except ValidationError as problem:
        found: list[JsonObject] = json.loads(problem.json(include_url=False))
        for item in found:
            item["loc"] = [*root, *item["loc"]]
        return found
    return []
