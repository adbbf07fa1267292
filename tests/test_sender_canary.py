"""What the ATS kept against what it was sent."""

from __future__ import annotations

from typing import Any

import pytest

from importer.sending.canary import compare_canary

BODY: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "title": "",
    "is_private": False,
    "email_addresses": ["Ada@Example.com", "ada@example.org"],
    "phone_numbers": ["+44 20 7946 0000"],
    "locations": ["London, UK"],
    "tags": ["python", "maths"],
    "urls": [{"value": "https://www.Example.com/ada/", "url_type": "PERSONAL"}],
    "last_interaction_at": "2026-01-02T00:00:00Z",
    "attachments": [{"file_name": "cv.pdf"}],
    "job": "018b4bfb-5ece-70b1-ad5e-862a9433aa65",
    "additional_attributes": {"source": "linkedin"},
    "custom_fields": {"notice": "3 months", "level": 3, "blank": None, "unseen": "x"},
}
SAME: dict[str, Any] = {
    "first_name": "Ada ",
    "last_name": "Lovelace",
    "title": None,
    "is_private": False,
    "email_addresses": ["ada@example.org", "ada@example.com"],
    "phone_numbers": ["020 79460000"],
    "locations": ["london,  uk", "Leeds"],
    "tags": ["Maths", "Python", "imported"],
    "urls": [{"value": "http://example.com/ada", "url_type": "OTHER"}],
    "last_interaction_at": "2026-01-02T01:00:00+01:00",
    "attachments": [],
    "custom_fields": {"notice": "3 months", "level": "3"},
}


@pytest.mark.parametrize("form", ["A", "B"])
def test_the_atss_own_ways_are_no_difference(form: Any) -> None:
    """Order, spelling of phones, case of e-mails and tags, additions, keys it cannot show."""
    body = {"data": BODY, "remote_user_id": "u"} if form == "A" else BODY
    assert compare_canary(body, form, SAME) == ()


CASES: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "dropped": ({"last_name": None}, [("model_keys.last_name", "dropped")]),
    "missing boolean": ({"is_private": None}, [("model_keys.is_private", "dropped")]),
    "other boolean": ({"is_private": True}, [("model_keys.is_private", "changed")]),
    "another case": ({"first_name": "ADA"}, [("model_keys.first_name", "changed")]),
    "one e-mail lost": (
        {"email_addresses": ["ada@example.com"]},
        [("model_keys.email_addresses", "dropped")],
    ),
    "no tags at all": ({"tags": []}, [("model_keys.tags", "dropped")]),
    "another phone": ({"phone_numbers": ["079460001"]}, [("model_keys.phone_numbers", "dropped")]),
    "short numbers": ({"phone_numbers": ["60000"]}, [("model_keys.phone_numbers", "dropped")]),
    "a text for a list": ({"tags": "python"}, [("model_keys.tags", "dropped")]),
    "another url": ({"urls": ["https://example.com/x"]}, [("model_keys.urls", "dropped")]),
    "another time": (
        {"last_interaction_at": "2026-01-03T00:00:00Z"},
        [("model_keys.last_interaction_at", "changed")],
    ),
    "the day alone": ({"last_interaction_at": "2026-01-02"}, []),
    "no time": ({"last_interaction_at": "soon"}, [("model_keys.last_interaction_at", "changed")]),
    "custom value": (
        {"custom_fields": {"notice": "1 month", "level": None}},
        [("custom_fields.notice", "changed"), ("custom_fields.level", "dropped")],
    ),
    "custom fields unreadable": ({"custom_fields": None}, []),
}  # fmt: skip


@pytest.mark.parametrize(("kept", "expected"), CASES.values(), ids=CASES)
def test_dropped_and_changed_values_are_told(
    kept: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    found = compare_canary(BODY, "B", {**SAME, **kept})
    assert [(str(d.path), d.kind.value) for d in found] == expected


def test_differences_are_told_in_words() -> None:
    """What was sent, what is there, what to do."""
    changed = {**SAME, "first_name": "ADA", "urls": [], "tags": ["x"]}
    findings = {d.as_finding() for d in compare_canary(BODY, "B", changed)}
    texts = sorted(f.message for f in findings)
    assert texts == [
        "model_keys.first_name: “Ada” was sent and the ATS shows “ADA”.",
        "model_keys.tags: “maths” was sent and the ATS did not keep it.",
        "model_keys.tags: “python” was sent and the ATS did not keep it.",
        "model_keys.urls: “https://www.Example.com/ada/” was sent and the ATS did not keep it.",
    ]
    assert {f.code for f in findings} == {"canary-changed", "canary-dropped"}
    assert all(f.hint for f in findings)
