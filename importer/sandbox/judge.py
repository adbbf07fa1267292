"""What the ATS behind the service wants: its own rules, in its own words.

Lives here: required fields, allowed values, formats and ids that must exist, judged over a
body that already keeps to the page. Must never live here: the page (that is `wire`). What
a newcomer would question: a published key that this ATS does not declare is dropped
without a word, not refused, for that is the worst that the vendor's pages leave possible.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from importer.sandbox.clock import parse_iso
from importer.sandbox.profiles.base import FieldSpec, Profile
from importer.sandbox.profiles.customer import Lookups
from importer.sandbox.wire import CreateBody, JsonObject, Refusal, error

_EMAIL: Final = re.compile(r"[^@\s<>,;:]+@[^@\s<>,;:]+\.[^@\s<>,;:.]+")
Loc = tuple[str | int, ...]

_SECTIONS: Final = ("additional_attributes", "custom_fields")
_JOB_KEYS: Final = ("job", "job_id")
_FORM_KEYS: Final = {"A": {"job"}, "B": {"job_id", "job_interview_stage_id"}}
_KINDS: Final[dict[str, type | tuple[type, ...]]] = {
    "string": str,
    "str": str,
    "uuid": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "list": list,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule broken: where, by what value, and which sentence of the ATS's wording."""

    loc: Loc
    key: str
    value: object
    wording: str
    kind: str


def judge_create(
    body: CreateBody, profile: Profile, version: int, lookups: Lookups, max_file_bytes: int
) -> Refusal | None:
    """Judge a create by the ATS's rules; None: it is taken."""
    if body.form not in profile.forms:
        return Refusal(
            400, f"{profile.name}: this integration takes body form {profile.forms[0]} only"
        )
    findings = list(_find(body, profile, version, lookups, max_file_bytes))
    if not findings:
        return None
    return put_in_words(findings, profile)


def put_in_words(findings: list[Finding], profile: Profile) -> Refusal:
    """Say no as this ATS does: a list with `loc`, or one sentence about the first."""

    def say(finding: Finding) -> str:
        sentence: str = getattr(profile.wording, finding.wording)
        label = finding.key.replace("_", " ").replace("-", " ")
        return sentence.format(key=finding.key, value=finding.value, label=label)

    if profile.wording.status == 400:
        return Refusal(400, say(findings[0]))
    return Refusal(422, [error(f.loc, say(f), f.kind, f.value) for f in findings])


def _find(
    body: CreateBody, profile: Profile, version: int, lookups: Lookups, max_file_bytes: int
) -> Iterator[Finding]:
    fields = profile.fields(version)
    for field in fields:
        if field.section == "root" or field.key in _FORM_KEYS[body.form]:
            continue
        yield from _judge_field(body, field)
    for section in _SECTIONS:
        if section not in profile.open_sections:
            known = {f.key for f in fields if f.section == section}
            for key in body.person.get(section) or {} if body.form == "B" else {}:
                if key not in known:
                    yield Finding(
                        (*body.loc, section, key), key, None, "unknown_id", "extra_forbidden"
                    )
    yield from _judge_references(body, profile, lookups)
    yield from _judge_files(body, max_file_bytes)


def _judge_field(body: CreateBody, field: FieldSpec) -> Iterator[Finding]:
    at: Loc = body.loc
    holder: Any = body.person
    if field.section in _SECTIONS:
        # Form A has no place for these, so that a required one is always missing there.
        at = (*at, field.section)
        holder = holder.get(field.section) or {}
    value = holder.get(field.key)
    loc: Loc = (*at, field.key)
    if value is None or value == "" or value == []:
        if field.required:
            yield Finding(loc, field.key, value, "missing", "missing")
        return
    kind = _KINDS[field.type.lower()]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        yield Finding(loc, field.key, value, "wrong_type", "type_error")
    elif field.allowed and not any(
        value == allowed and type(value) is type(allowed) for allowed, _ in field.allowed
    ):
        yield Finding(loc, field.key, value, "not_allowed", "enum")
    elif field.format:
        items = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, item in items:
            if not _has_format(str(item), field.format):
                where = loc if index is None else (*loc, index)
                yield Finding(where, field.key, item, "wrong_type", f"{field.format}_parsing")


def _has_format(text: str, name: str) -> bool:
    if name == "email":
        return _EMAIL.fullmatch(text) is not None
    try:
        if name == "uuid":
            UUID(text)
        else:
            parse_iso(text)
    except ValueError:
        return False
    return True


def _judge_references(body: CreateBody, profile: Profile, lookups: Lookups) -> Iterator[Finding]:
    for key in _JOB_KEYS:
        job_id = body.person.get(key)
        if job_id is None:
            continue
        job = lookups.find("jobs", job_id)
        if job is None:
            yield Finding((*body.loc, key), key, job_id, "unknown_id", "not_found")
        elif job["status"] != "OPEN":
            yield Finding((*body.loc, key), key, job["code"], "not_open", "not_open")
    stage_id = body.person.get("job_interview_stage_id")
    if stage_id is not None:
        stage = lookups.find("job-interview-stages", stage_id)
        if stage is None or stage["job"] != body.person.get("job_id"):
            where: Loc = (*body.loc, "job_interview_stage_id")
            yield Finding(where, "job_interview_stage_id", stage_id, "unknown_id", "not_found")
    for index, application in enumerate(body.person.get("applications") or []):
        where = (*body.loc, "applications", index)
        yield Finding(where, "applications", application, "unknown_id", "not_found")
    if body.form == "A":
        yield from _judge_acting_user(body.raw.get("remote_user_id"), profile, lookups)


def _judge_acting_user(user_id: object, profile: Profile, lookups: Lookups) -> Iterator[Finding]:
    loc = ("body", "remote_user_id")
    if not user_id:
        if profile.requires_acting_user:
            yield Finding(loc, "remote_user_id", user_id, "missing", "missing")
        return
    user = lookups.find("remote-users", user_id)
    if user is None or user["disabled"]:
        yield Finding(loc, "remote_user_id", user_id, "unknown_id", "not_found")


def _judge_files(body: CreateBody, max_file_bytes: int) -> Iterator[Finding]:
    for index, file in enumerate(body.person.get("attachments") or []):
        where: Loc = (*body.loc, "attachments", index)
        if body.form == "A":
            yield Finding(where, "attachments", file, "unknown_id", "not_found")
        elif reason := judge_file(file, max_file_bytes):
            yield Finding((*where, "file_content"), "attachments", None, "wrong_type", reason)


def judge_file(file: JsonObject, max_file_bytes: int) -> str:
    """Say what is wrong with a file's content: nothing, its coding, or its size."""
    content = file.get("file_content")
    if content is None:
        return ""
    try:
        size = len(base64.b64decode(content, validate=True))
    except (binascii.Error, ValueError):
        return "base64_parsing"
    return "too_large" if size > max_file_bytes else ""
