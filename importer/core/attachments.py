"""Files of candidates: what a cell names, and whether it may be sent.

Lives here: reading cells, and judging what an adapter saw of a file. Must never live here: a
file or its bytes; they come through the `Files` role. What a newcomer would question: a file
is looked at when its row is checked and read only when it is sent, so a check of ten thousand
résumés opens each for a kilobyte.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol
from urllib.parse import unquote, urlsplit

from importer.core.fields import FILE_URL_LENGTH
from importer.core.model import (
    BodyForm,
    CandidateSchema,
    Converted,
    Converter,
    FieldPath,
    Finding,
    Section,
)
from importer.core.rules import ACTING_USER, AttachmentRule, CandidateMapping

ATTACHMENTS: Final = FieldPath(Section.MODEL_KEYS, "attachments")
MAX_FILE_BYTES: Final = 5 * 1024 * 1024
"""Largest file that the attachment call takes, before base64."""

CONTENT_TYPES: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "html": "text/html",
    "htm": "text/html",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "tif": "image/tiff",
    "tiff": "image/tiff",
}
"""Ending of a file name -> its MIME type; no other files are sent."""

_STARTS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "pdf": (b"%PDF",),
    "doc": (b"\xd0\xcf\x11\xe0", b"{\\rtf", b"PK\x03\x04"),
    "docx": (b"PK\x03\x04",),
    "odt": (b"PK\x03\x04",),
    "rtf": (b"{\\rtf",),
    "png": (b"\x89PNG",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "gif": (b"GIF8",),
    "tif": (b"II*\x00", b"MM\x00*"),
    "tiff": (b"II*\x00", b"MM\x00*"),
}
"""How files of a kind begin; what begins otherwise is something else under a false name."""

SNIFFED_BYTES: Final = 1024
"""So many bytes of a file are looked at: junk may stand in front of `%PDF`."""

FileTrouble = Literal["", "missing", "outside", "no_file", "unreadable"]
Takes = Literal["any", "url", "content"]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What an adapter saw of a file.

    Attributes:
        path: Where it is, absolute; empty when it may not be opened.
        start: Its first `SNIFFED_BYTES` bytes.
        near: Names in the same folder that differ little.
        folder: The folder that was searched, as a person would call it.
    """

    path: str = ""
    size: int = 0
    start: bytes = b""
    trouble: FileTrouble = ""
    near: tuple[str, ...] = ()
    folder: str = ""


class Files(Protocol):
    """The files beside spreadsheets."""

    def look(self, sheets: Sequence[str], folder: str | None, name: str) -> FileFacts:
        """See what is there, and that it lies inside `folder` of one of the spreadsheets."""
        ...

    def read(self, path: str) -> bytes | None:
        """A file that `look` has seen, whole; None where it is gone or has grown too large."""
        ...


@dataclass(frozen=True, slots=True)
class FilePolicy:
    """How files reach this connector's ATS.

    Attributes:
        is_inline: In the candidate's own body; else by a call after it was created.
        takes: What the call takes; a body takes either.
        lacks_user: The call wants an acting user, and the mapping names none.
    """

    is_inline: bool = False
    takes: Takes = "any"
    lacks_user: bool = False


BY_CALL: Final = FilePolicy()
"""By a call after the creation, of which no page says what it takes."""

CALL_TAKES: Final[Mapping[str, Takes]] = {"successfactors": "content", "teamtailor": "url"}
"""The two ATSs whose attachment call is documented; both want an acting user too."""


def documented_call(ats: str) -> Takes | None:
    """What the attachment call of an integration takes; None where no page says."""
    slug = re.sub(r"[^a-z]", "", ats.casefold())
    return next((takes for name, takes in CALL_TAKES.items() if name in slug), None)


def choose_policy(
    mapping: CandidateMapping, schema: CandidateSchema, form: BodyForm, ats: str
) -> FilePolicy:
    """Decide how files go: inline where body form B carries them and the schema declares them.

    Args:
        mapping: With its rules.
        schema: What the ATS declares.
        form: Of the bodies.
        ats: The connector's integration as Bindbee names it.
    """
    if form == "B" and schema.field(ATTACHMENTS) is not None:
        return FilePolicy(is_inline=True)
    takes = documented_call(ats)
    if takes is None:
        return BY_CALL
    has_user = any(rule.path == ACTING_USER for rule in mapping.rules)
    return FilePolicy(takes=takes, lacks_user=not has_user)


# --- judging a cell ----------------------------------------------------------------------------

_BREAKS: Final = re.compile(r"[;|\r\n\t]+")
_COMMA: Final = re.compile(
    r",\s*(?=https?://)|(?<=\.(?:" + "pdf|doc|odt|rtf|txt|htm|png|jpg|gif|tif" + r")),\s*"
    r"|(?<=\.(?:docx|html|jpeg|tiff)),\s*",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def split_files(text: str) -> list[str]:
    """The files that a cell names; a comma separates only after a known ending or before https."""
    parts = [piece for line in _BREAKS.split(text) for piece in _COMMA.split(line)]
    return list(dict.fromkeys(part.strip(" \"'\xa0") for part in parts if part.strip(" \"'\xa0")))


def build_file_judge(
    rule: AttachmentRule, policy: FilePolicy, files: Files | None, sheets: Sequence[str]
) -> Converter:
    """Build the function that turns a cell into the files it names, each looked at once.

    Args:
        rule: The mapping's entry.
        policy: How files reach the ATS.
        files: Looks at files; None: only web addresses can be judged.
        sheets: Paths of the spreadsheets that the row may belong to.
    """

    def judge(text: str) -> Converted:
        names = split_files(text)
        if not names:
            return Converted()
        judged = [
            _judge_address(name, rule, policy)
            if _ADDRESS.match(name)
            else _judge_file(name, rule, policy, files, sheets)
            for name in names
        ]
        findings = [one for one in judged if isinstance(one, Finding)]
        if policy.lacks_user:
            findings.append(_NO_USER)
        if findings:
            return Converted(None, tuple(findings))
        return Converted([one for one in judged if not isinstance(one, Finding)])

    return judge


_NO_USER: Final = Finding(
    "attachment-needs-user",
    "This ATS takes a file only in the name of one of its users, and the mapping names none.",
    "Add `acting_user:` to the mapping.",
)


def _judge_address(
    url: str, rule: AttachmentRule, policy: FilePolicy
) -> dict[str, object] | Finding:
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme.casefold() == "https" and bool(parts.hostname)
        has_secret = parts.username is not None or parts.password is not None
    except ValueError:
        is_usable, has_secret = False, False
    if not is_usable or has_secret or any(c.isspace() for c in url):
        why = "holds a user name or password" if has_secret else "is no https:// web address"
        return Finding(
            "attachment-address",
            f"'{url}' {why}, so the ATS cannot fetch the file.",
            "Write an https:// address that opens without a login, or a file's name.",
        )
    if len(url) > FILE_URL_LENGTH:
        return Finding(
            "attachment-address",
            f"The web address has {len(url)} characters, and the API takes {FILE_URL_LENGTH}.",
            "Use a shorter address.",
        )
    if policy.takes == "content":
        return Finding(
            "attachment-needs-file",
            "This ATS takes files themselves, not web addresses.",
            "Download the file beside the spreadsheet and write its name in the cell.",
        )
    name = unquote(parts.path).rstrip("/").rpartition("/")[2] or parts.hostname
    return {"file_name": name, "attachment_type": rule.attachment_type, "file_url": url}


def _judge_file(
    name: str,
    rule: AttachmentRule,
    policy: FilePolicy,
    files: Files | None,
    sheets: Sequence[str],
) -> dict[str, object] | Finding:
    if policy.takes == "url":
        return Finding(
            "attachment-needs-address",
            "This ATS fetches files from web addresses and takes no file itself.",
            "Write an https:// address that opens without a login.",
        )
    short = name.replace("\\", "/").rpartition("/")[2]
    ending = short.rpartition(".")[2].casefold() if "." in short else ""
    if ending not in CONTENT_TYPES:
        return Finding(
            "attachment-type",
            f"'{name}' is of a kind that is not sent ({'.' + ending if ending else 'no ending'}).",
            "Sent are " + ", ".join(CONTENT_TYPES) + ".",
        )
    facts = files.look(sheets, rule.folder, name) if files is not None else FileFacts()
    trouble = _describe_trouble(name, facts)
    if trouble is not None:
        return trouble
    if facts.size > MAX_FILE_BYTES:
        return Finding(
            "attachment-too-large",
            f"'{name}' has {facts.size / 1_048_576:.1f} MB, and files may have 5 MB.",
            "Make the file smaller, or attach it in the ATS by hand.",
        )
    starts = _STARTS.get(ending)
    if starts is not None and not _begins(facts.start, starts, ending):
        return Finding(
            "attachment-type",
            f"'{name}' ends in .{ending} and is something else inside.",
            f"Open the file and save it as a real .{ending}.",
        )
    return {
        "file_name": short,
        "attachment_type": rule.attachment_type,
        "content_type": CONTENT_TYPES[ending],
        "file_content": {"$file": facts.path},
    }


def _begins(start: bytes, known: tuple[bytes, ...], ending: str) -> bool:
    if ending == "pdf":
        return any(mark in start for mark in known)
    return start.startswith(known)


def _describe_trouble(name: str, facts: FileFacts) -> Finding | None:
    if facts.trouble == "outside":
        return Finding(
            "attachment-outside",
            f"'{name}' lies outside of {facts.folder}; only files inside are sent.",
            "Put the file there and write its name in the cell.",
        )
    if facts.trouble in ("no_file", "unreadable"):
        why = "is no file" if facts.trouble == "no_file" else "cannot be read"
        return Finding("attachment-unreadable", f"'{name}' in {facts.folder} {why}.", "Look at it.")
    if facts.trouble == "missing" or not facts.path:
        near = f" Nearest are: {', '.join(facts.near)}." if facts.near else ""
        return Finding(
            "attachment-missing",
            f"There is no file '{name}' in {facts.folder or 'a folder that can be read here'}.",
            f"Put it there, or correct the cell.{near}",
            suggestion=facts.near[0] if len(facts.near) == 1 else None,
        )
    if not facts.size:
        return Finding("attachment-empty", f"'{name}' is empty.", "Save the file again.")
    return None
