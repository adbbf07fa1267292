"""What a create body may be, by the published schemas with their key lists closed."""

from __future__ import annotations

import json

import pytest

from importer.sandbox.wire import CreateBody, Refusal, parse_attachment, parse_create

UUID = "018b4bfb-5ece-70b1-ad5e-862a9433aa65"


@pytest.mark.parametrize(
    ("body", "form"),
    [
        pytest.param({}, "B", id="nothing is required"),
        pytest.param({"data": {}}, "A", id="data makes it form A"),
        pytest.param({"data": {"job_id": UUID}, "remote_user_id": "x"}, "A", id="acting user"),
        pytest.param({"first_name": None, "emails": None} | {"job": UUID}, "", id="unknown key"),
        pytest.param(
            {"urls": [{"value": None, "url_type": "-"}], "custom_fields": {"a": [1]}}, "B", id="url"
        ),
        pytest.param({"attachments": [{"file_url": "https://example.com/cv"}]}, "B", id="file"),
    ],
)
def test_bodies_that_keep_to_the_page_are_taken(body: object, form: str) -> None:
    found = parse_create(json.dumps(body).encode())
    assert (found.form if isinstance(found, CreateBody) else "") == form


@pytest.mark.parametrize(
    ("body", "loc", "kind"),
    [
        pytest.param({"data": {}, "tags": []}, ["CreateCandidate", "tags"], "extra", id="mixed"),
        pytest.param({"job_id": UUID}, ["AtsCandidateWrite", "job_id"], "extra", id="A's key in B"),
        pytest.param(
            {"data": {"job": UUID}}, ["CreateCandidate", "data", "job"], "extra", id="B's"
        ),
        pytest.param({"data": []}, ["CreateCandidate", "data"], "model_type", id="data is a list"),
        pytest.param([], ["AtsCandidateWrite"], "model_type", id="no object"),
        pytest.param(
            {"email_addresses": "a@example.com"},
            ["AtsCandidateWrite", "email_addresses"],
            "list_type",
            id="one value is a list too",
        ),
        pytest.param(
            {"email_addresses": ["a", 3]},
            ["AtsCandidateWrite", "email_addresses", 1],
            "string_type",
            id="an item",
        ),
        pytest.param(
            {"is_private": "true"}, ["AtsCandidateWrite", "is_private"], "bool", id="no coercion"
        ),
        pytest.param({"job": "ENG-101"}, ["AtsCandidateWrite", "job"], "uuid", id="uuid"),
        pytest.param(
            {"urls": [{"value": "x", "url_type": "LINKEDIN"}]},
            ["AtsCandidateWrite", "urls", 0, "url_type"],
            "literal_error",
            id="the vendor's own sample",
        ),
        pytest.param(
            {"urls": [{"value": "x"}]},
            ["AtsCandidateWrite", "urls", 0, "url_type"],
            "missing",
            id="url_type must be there",
        ),
        pytest.param(
            {"attachments": [{"attachment_type": None}]},
            ["AtsCandidateWrite", "attachments", 0, "attachment_type"],
            "literal_error",
            id="null is no listed type",
        ),
        pytest.param(
            {"data": {"attachments": [{"file_name": "cv.pdf"}]}},
            ["CreateCandidate", "data", "attachments", 0],
            "uuid",
            id="form A takes ids of files only",
        ),
    ],
)
def test_everything_else_is_refused_with_its_place(
    body: object, loc: list[object], kind: str
) -> None:
    found = parse_create(json.dumps(body).encode())
    assert isinstance(found, Refusal)
    assert found.status == 422
    (error,) = found.detail
    assert error["loc"] == ["body", *loc]
    assert error["type"].startswith(kind)
    assert error["msg"]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        pytest.param(b"", "missing", id="empty"),
        pytest.param(b"{", "json_invalid", id="broken"),
        pytest.param(b'{"custom_fields": {"a": NaN}}', "json_invalid", id="not a number"),
        pytest.param(b'{"first_name": "\\ud800"}', "json_invalid", id="half a character"),
        pytest.param(b"\xff\xfe", "json_invalid", id="no text"),
    ],
)
def test_what_is_no_json_is_a_422(raw: bytes, kind: str) -> None:
    for parse in (parse_create, parse_attachment):
        found = parse(raw)
        assert isinstance(found, Refusal)
        assert found.detail[0]["type"] == kind


def test_the_place_can_be_told_without_the_form() -> None:
    """A plain `loc` leaves the name of the body form out."""
    found = parse_create(b'{"data": {"tags": 1}}', "plain")
    assert isinstance(found, Refusal)
    assert found.detail[0]["loc"] == ["body", "data", "tags"]
