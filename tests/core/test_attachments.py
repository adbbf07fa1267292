"""Files that cells name: how they are read, judged and put into what is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from importer.core.attachments import (
    BY_CALL,
    FileFacts,
    FilePolicy,
    build_file_judge,
    choose_policy,
    documented_call,
    split_files,
)
from importer.core.file_sending import (
    call_body,
    count_inline,
    describe_file,
    dump_files,
    fill_references,
    has_references,
    parse_files,
    place_files,
)
from importer.core.model import FieldPath, Section
from importer.core.rules import ACTING_USER, AttachmentRule, CandidateMapping, Rule
from importer.core.schema import parse_candidate_schema, published_schema

RULE = AttachmentRule("CV", folder="cvs")
PATH = FieldPath(Section.MODEL_KEYS, "attachments")
MAPPING = CandidateMapping("m.yaml", (Rule(FieldPath(Section.MODEL_KEYS, "first_name")),))
WITH_USER = CandidateMapping("m.yaml", (Rule(ACTING_USER, columns=("Recruiter",)),))


class Shelf:
    """Files as an adapter would see them."""

    def __init__(self, files: Mapping[str, FileFacts]) -> None:
        self._files = files

    def look(self, sheets: Sequence[str], folder: str | None, name: str) -> FileFacts:
        missing = FileFacts(trouble="missing", folder=f"{sheets[0]}/{folder}", near=("cv.pdf",))
        return self._files.get(name, missing)

    def read(self, path: str) -> bytes | None:
        raise AssertionError(f"{path} is not read while it is judged")


def judge(text: str, policy: FilePolicy = BY_CALL, **files: FileFacts) -> Any:
    shelf = Shelf({name.replace("_", "."): facts for name, facts in files.items()})
    return build_file_judge(RULE, policy, shelf, ["people"])(text)


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("", []),
        (" cv.pdf ", ["cv.pdf"]),
        ("cv.pdf, letter.docx", ["cv.pdf", "letter.docx"]),
        ("Quinn, Ada.pdf", ["Quinn, Ada.pdf"]),
        ("a.pdf;b.pdf|c.pdf\na.pdf", ["a.pdf", "b.pdf", "c.pdf"]),
        ("https://a.example/x,https://b.example/y", ["https://a.example/x", "https://b.example/y"]),
        ("https://a.example/x,y", ["https://a.example/x,y"]),
        ('"my cv.pdf"', ["my cv.pdf"]),
    ],
)
def test_a_cell_is_split_where_a_file_certainly_ends(text: str, files: list[str]) -> None:
    assert split_files(text) == files


@pytest.mark.parametrize(
    ("ats", "takes"),
    [
        ("teamtailor", "url"),
        ("SAP SuccessFactors", "content"),
        ("sap-success-factors", "content"),
        ("greenhouse", None),
        ("", None),
    ],
)
def test_two_calls_are_documented(ats: str, takes: str | None) -> None:
    assert documented_call(ats) == takes


def test_files_go_inside_form_b_where_the_schema_has_a_place_for_them() -> None:
    schema = published_schema()
    assert choose_policy(MAPPING, schema, "B", "teamtailor") == FilePolicy(is_inline=True)
    assert choose_policy(MAPPING, schema, "A", "greenhouse") == BY_CALL
    bare = parse_candidate_schema({"properties": {"first_name": {"type": "string"}}}).schema
    assert bare is not None
    by_address = FilePolicy(takes="url", lacks_user=True)
    assert choose_policy(MAPPING, bare, "B", "teamtailor") == by_address
    assert choose_policy(WITH_USER, schema, "A", "teamtailor") == FilePolicy(takes="url")


def test_a_sound_file_becomes_a_reference_with_its_name_and_type() -> None:
    facts = FileFacts("/here/cvs/cv.pdf", 20, b"junk %PDF-1.4")
    assert judge("cv.pdf", cv_pdf=facts).value == [
        {
            "file_name": "cv.pdf",
            "attachment_type": "RESUME",
            "content_type": "application/pdf",
            "file_content": {"$file": "/here/cvs/cv.pdf"},
        }
    ]


def test_an_address_is_named_after_its_last_part_or_its_host() -> None:
    files = judge("https://a.example/files/my%20cv.pdf?x=1; https://a.example/").value
    assert [f["file_name"] for f in files] == ["my cv.pdf", "a.example"]


OFFICE = b"PK\x03\x04"
FINDINGS: dict[str, tuple[str, FilePolicy, FileFacts, str]] = {
    "missing": ("other.pdf", BY_CALL, FileFacts(), "attachment-missing"),
    "outside": ("cv.pdf", BY_CALL, FileFacts(trouble="outside"), "attachment-outside"),
    "no file": ("cv.pdf", BY_CALL, FileFacts(trouble="no_file"), "attachment-unreadable"),
    "unreadable": ("cv.pdf", BY_CALL, FileFacts(trouble="unreadable"), "attachment-unreadable"),
    "empty": ("cv.pdf", BY_CALL, FileFacts("/cv.pdf"), "attachment-empty"),
    "large": ("cv.pdf", BY_CALL, FileFacts("/cv.pdf", 6_000_000, b"%PDF"), "attachment-too-large"),
    "false kind": ("cv.pdf", BY_CALL, FileFacts("/cv.pdf", 9, OFFICE), "attachment-type"),
    "unknown kind": ("cv.exe", BY_CALL, FileFacts(), "attachment-type"),
    "no ending": ("cv", BY_CALL, FileFacts(), "attachment-type"),
    "http": ("http://a.example/cv.pdf", BY_CALL, FileFacts(), "attachment-address"),
    "broken": ("https://[a/cv.pdf", BY_CALL, FileFacts(), "attachment-address"),
    "secret": ("https://a:b@c.example/", BY_CALL, FileFacts(), "attachment-address"),
    "long": ("https://a.example/" + "x" * 2083, BY_CALL, FileFacts(), "attachment-address"),
    "wants files": (
        "https://a.example/cv.pdf",
        FilePolicy(takes="content"),
        FileFacts(),
        "attachment-needs-file",
    ),
    "wants addresses": (
        "cv.pdf",
        FilePolicy(takes="url"),
        FileFacts(),
        "attachment-needs-address",
    ),
    "wants a user": (
        "https://a.example/cv.pdf",
        FilePolicy(takes="url", lacks_user=True),
        FileFacts(),
        "attachment-needs-user",
    ),
}


@pytest.mark.parametrize(("text", "policy", "facts", "code"), FINDINGS.values(), ids=list(FINDINGS))
def test_what_cannot_be_sent_is_named(
    text: str, policy: FilePolicy, facts: FileFacts, code: str
) -> None:
    judged = judge(text, policy, cv_pdf=facts)
    assert (judged.value, [f.code for f in judged.findings]) == (None, [code])


def test_a_plain_text_has_no_mark_to_be_known_by() -> None:
    assert judge("cv.txt", cv_txt=FileFacts("/cv.txt", 5, b"Hello")).is_sound


def test_the_only_near_name_is_suggested_and_a_blank_cell_is_blank() -> None:
    (missing,) = judge("ccv.pdf").findings
    assert (missing.suggestion, "people/cvs" in missing.message) == ("cv.pdf", True)
    assert judge("  ").value is None
    (nowhere,) = build_file_judge(RULE, BY_CALL, None, ())("cv.pdf").findings
    assert nowhere.code == "attachment-missing"


# --- what is sent ------------------------------------------------------------------------------

FILE = {"file_name": "cv.pdf", "file_content": {"$file": "/cv.pdf"}, "attachment_type": "RESUME"}


def test_files_stay_in_the_body_or_come_out_of_it_with_the_acting_user() -> None:
    values: dict[FieldPath, object] = {PATH: [FILE]}
    assert place_files(FilePolicy(is_inline=True), values) == ""
    assert PATH in values
    values[ACTING_USER] = "u-1"
    ((name, detail),) = parse_files(place_files(BY_CALL, values))
    assert (name, json.loads(detail)) == ("cv.pdf", {**FILE, "remote_user_id": "u-1"})
    assert PATH not in values
    assert place_files(BY_CALL, values) == ""
    assert place_files(BY_CALL, {PATH: None}) == ""


def test_files_of_one_name_are_told_apart() -> None:
    text = dump_files([FILE, FILE, FILE], "")
    assert [name for name, _ in parse_files(text)] == ["cv.pdf", "cv.pdf (2)", "cv.pdf (3)"]


@pytest.mark.parametrize("text", ["", "{", "{}", "[1]", '[{"detail": {}}]'])
def test_what_is_no_list_of_files_is_none(text: str) -> None:
    assert parse_files(text) == []


def test_contents_stand_in_a_body_only_when_it_goes() -> None:
    body = json.dumps({"first_name": "Ada", "attachments": [FILE, {"file_url": "https://a"}, 1]})
    assert has_references(body)
    filled = fill_references(body, lambda path: f"content of {path}")
    assert filled is not None
    assert json.loads(filled)["attachments"][0]["file_content"] == "content of /cv.pdf"
    assert not has_references(filled)
    assert fill_references(body, lambda _: None) is None
    assert fill_references('{"first_name":"Ada"}', lambda _: None) == '{"first_name":"Ada"}'
    assert (count_inline(body), count_inline("{}"), count_inline('{"attachments": 1}')) == (3, 0, 0)


@pytest.mark.parametrize(
    ("ats", "content", "keys"),
    [
        ("teamtailor", None, {"file_name", "remote_user_id", "file_url"}),
        ("successfactors", "xyz", {"file_name", "remote_user_id", "file_content"}),
        (
            "greenhouse",
            "xyz",
            {"file_name", "remote_user_id", "file_content", "attachment_type"},
        ),
    ],
)
def test_a_call_holds_only_what_its_ats_takes(
    ats: str, content: str | None, keys: set[str]
) -> None:
    detail = {**FILE, "remote_user_id": "u-1", "file_url": "https://a.example/cv.pdf"}
    assert set(json.loads(call_body(detail, ats, content))) == keys


def test_a_missing_file_is_told_by_name_with_the_ats_words() -> None:
    failed = describe_file("failed", json.dumps(FILE), "The ATS says: too large")
    assert failed.code == "file-refused"
    assert "cv.pdf is not attached. The ATS says: too large" in failed.message
    assert describe_file("pending", "", "").message.endswith("a file is not attached.")
