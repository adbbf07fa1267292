"""Files on their way: what goes into a body, a ledger's line and an attachment call.

Lives here: building and reading those texts. Must never live here: a file's bytes, or
whether a file may be sent (`core/attachments`). What a newcomer would question: a staged
body holds a reference where the content will stand. Ten thousand résumés in the ledger would
be gigabytes; each is read when its row goes out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from importer.core.attachments import ATTACHMENTS, FilePolicy, documented_call
from importer.core.model import FieldPath, Severity
from importer.core.results import RowProblem
from importer.core.rules import ACTING_USER

_NAME_LENGTH: Final = 300

Values = dict[FieldPath, object]


def place_files(policy: FilePolicy, values: Values) -> str:
    """Leave a row's files in its body, or take them out; returns those to attach afterwards.

    Args:
        policy: How files go.
        values: The row's values; changed in place.

    Returns:
        JSON text for the ledger (`StagedRow.attachments`), empty for none.
    """
    if policy.is_inline or ATTACHMENTS not in values:
        return ""
    found = values.pop(ATTACHMENTS)
    user = values.get(ACTING_USER)
    return dump_files(found if isinstance(found, list) else [], str(user or ""))


def dump_files(files: Sequence[Mapping[str, object]], user: str) -> str:
    """Files to attach as the ledger keeps them: a name that no other file of the row has."""
    records: dict[str, Mapping[str, object]] = {}
    for file in files:
        name = plain = str(file.get("file_name"))[:_NAME_LENGTH]
        while name in records:
            name = f"{plain} ({len(records) + 1})"
        records[name] = {**file, "remote_user_id": user} if user else file
    listed = [{"name": name, "detail": detail} for name, detail in records.items()]
    return json.dumps(listed, ensure_ascii=False) if listed else ""


def parse_files(text: str) -> list[tuple[str, str]]:
    """(name, detail) of what `dump_files` wrote; nothing of anything else."""
    try:
        records = json.loads(text) if text else []
    except ValueError:
        return []
    if not isinstance(records, list):
        return []
    return [
        (str(r["name"]), json.dumps(r.get("detail", {}), ensure_ascii=False))
        for r in records
        if isinstance(r, dict) and r.get("name")
    ]


_REFERENCE: Final = '"$file"'


def has_references(body: str) -> bool:
    """Whether a staged body still names files where their contents belong."""
    return _REFERENCE in body


def fill_references(body: str, read: Callable[[str], str | None]) -> str | None:
    """Put files' contents into a staged body.

    Args:
        body: JSON text with references.
        read: A file's content as base64 text; None where it cannot be had any more.

    Returns:
        The body as it is sent; None where a file is gone.
    """
    parsed = json.loads(body)
    for file in parsed.get("attachments") or ():
        content = file.get("file_content") if isinstance(file, dict) else None
        if isinstance(content, dict) and "$file" in content:
            file["file_content"] = read(str(content["$file"]))
            if file["file_content"] is None:
                return None
    return json.dumps(parsed, ensure_ascii=False, separators=(",", ":"))


def count_inline(body: str) -> int:
    """How many files a body carries."""
    if '"attachments"' not in body:
        return 0
    files = json.loads(body).get("attachments")
    return len(files) if isinstance(files, list) else 0


_CALL_KEYS: Final = ("file_name", "remote_user_id")


def call_body(detail: Mapping[str, object], ats: str, content: str | None) -> str:
    """The body of an attachment call.

    Args:
        detail: The file as the ledger keeps it.
        ats: The connector's integration; two ATSs take only some keys.
        content: Base64 text; None where the file goes by its address.
    """
    keys: tuple[str, ...] = _CALL_KEYS
    if documented_call(ats) is None:
        keys = (*keys, "attachment_type", "content_type")
    body = {key: detail[key] for key in keys if detail.get(key)}
    if content is not None:
        body["file_content"] = content
    else:
        body["file_url"] = detail.get("file_url")
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


# --- what is told ------------------------------------------------------------------------------

FILE_STATES: Final[Mapping[str, str]] = {"pending": "file-pending", "failed": "file-refused"}


def describe_file(state: str, detail: str, problem: str) -> RowProblem:
    """Say why a created candidate still lacks a file.

    Args:
        state: `pending` or `failed`.
        detail: The file as the ledger keeps it.
        problem: Why, a whole sentence.
    """
    name = json.loads(detail or "{}").get("file_name") or "a file"
    return RowProblem(
        code=FILE_STATES[state],
        column=str(ATTACHMENTS),
        message=f"The candidate was created; {name} is not attached. {problem}".strip(),
        hint="The next run sends only the file, never the candidate again."
        if state == "pending"
        else "Mend the file, or attach it in the ATS by hand and decide `already there` or `skip` "
        "in fix.xlsx; until then each run tries the file again.",
        severity=Severity.ERROR,
    )
