"""Values are what their fields declare, down to the last element."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.core.checks import Checker
from importer.core.fields import MODEL_FIELDS
from importer.core.model import AllowedValue, Field, FieldPath, Section

PATH = FieldPath(Section.CUSTOM_FIELDS, "x")
ID = "018b4bfb-5ece-70b1-ad5e-862a9433aa65"


def field(type_: str, format_: str | None = None, **more: Any) -> Field:
    return Field(PATH, type=type_, format=format_, **more)


def part(key: str, **more: Any) -> Field:
    return Field(FieldPath(PATH.section, f"x.{key}"), type="string", **more)


@pytest.mark.parametrize(
    ("type_", "format_", "value"),
    [
        ("any", None, {"what": ["ever"]}),
        ("string", None, ""),
        ("string", "nonsense", "x"),
        ("string", "email", "ada@example.com"),
        ("string", "email", "ада@пример.example"),
        ("string", "date", "2024-02-29"),
        ("string", "date-time", "2024-02-29T09:00:00Z"),
        ("string", "date-time", "2024-02-29T09:00:00+01:00"),
        ("string", "uuid", ID),
        ("string", "uri", "https://example.com/a?b=c"),
        ("string", "uri", "mailto:ada@example.com"),
        ("integer", None, 5),
        ("number", None, 5),
        ("number", None, 5.5),
        ("boolean", None, False),
        ("array", None, ["a", 1]),
        ("object", None, {"a": 1}),
    ],
)
def test_sound_values_pass_unchanged(type_: str, format_: str | None, value: object) -> None:
    assert Checker(field(type_, format_))(value) == (value, ())


@pytest.mark.parametrize(
    ("type_", "format_", "value", "code"),
    [
        ("string", None, 5, "wrong-type"),
        ("string", None, True, "wrong-type"),
        ("string", None, ["a"], "wrong-type"),
        ("string", "email", "ada@", "wrong-format"),
        ("string", "email", "ada@example..com", "wrong-format"),
        ("string", "email", "a b@example.com", "wrong-format"),
        ("string", "date", "2023-02-29", "wrong-format"),
        ("string", "date", "20240229", "wrong-format"),
        ("string", "date-time", "2024-02-29", "wrong-format"),
        ("string", "uuid", "R-00007", "wrong-format"),
        ("string", "uri", "example.com", "wrong-format"),
        ("string", "uri", "https://exa mple.com", "wrong-format"),
        ("string", "uri", "https://[", "wrong-format"),
        ("integer", None, 5.5, "wrong-type"),
        ("integer", None, True, "wrong-type"),
        ("integer", None, "5", "wrong-type"),
        ("number", None, False, "wrong-type"),
        ("number", None, math.nan, "wrong-type"),
        ("boolean", None, 1, "wrong-type"),
        ("array", None, "a", "wrong-type"),
        ("object", None, ["a"], "wrong-type"),
    ],
)
def test_unsound_values_are_named(
    type_: str, format_: str | None, value: object, code: str
) -> None:
    (finding,) = Checker(field(type_, format_, label="Shirt"))(value)[1]
    assert finding.code == code
    assert "Shirt" in finding.message
    assert finding.hint


def test_whole_floats_become_whole_numbers() -> None:
    value, findings = Checker(field("integer"))(5.0)
    assert (value, type(value), findings) == (5, int, ())


def test_a_number_for_a_text_asks_for_quotes() -> None:
    (finding,) = Checker(field("string"))(2024)[1]
    assert finding.hint == 'Write it in quotes in the mapping: "2024".'


def test_null_passes_where_it_may() -> None:
    assert Checker(field("string"))(None) == (None, ())
    assert Checker(field("string", is_nullable=False))(None)[1][0].code == "null-not-allowed"


def test_elements_are_checked_one_by_one() -> None:
    items = Field(PATH, type="string", format="email")
    value, findings = Checker(field("array", items=items))(["a@example.com", "b", "c"])
    assert value == ["a@example.com", "b", "c"]
    assert [f.code for f in findings] == ["wrong-format"] * 2


def test_parts_of_objects_are_checked() -> None:
    sizes = (AllowedValue("l", "Large"),)
    target = field(
        "object",
        label="Kit",
        properties={"shirt": part("shirt", is_required=True, allowed=sizes), "cap": part("cap")},
    )
    assert Checker(target)({"shirt": "large"}) == ({"shirt": "l"}, ())
    _, findings = Checker(target)({"hat": "S", "cap": 5})
    assert [f.code for f in findings] == ["unknown-part", "wrong-type", "required-part"]
    assert "Its parts are shirt, cap." in findings[0].hint
    assert "Kit, cap" in findings[1].message


def test_link_types_are_the_published_ones() -> None:
    check = Checker(MODEL_FIELDS["urls"])
    sound, findings = check([{"value": "https://example.com", "url_type": "blog"}])
    assert (sound, findings) == ([{"value": "https://example.com", "url_type": "BLOG"}], ())
    (finding,) = check([{"value": "https://example.com", "url_type": "LinkedIn"}])[1]
    assert finding.suggestion == "SOCIAL_MEDIA"
    (finding,) = check([{"value": "https://example.com", "url_type": "PERSONALL"}])[1]
    assert finding.suggestion == "Personal"
    (finding,) = check([{"value": "https://example.com", "url_type": "xyz"}])[1]
    assert finding.suggestion is None
    (finding,) = check([{"value": "https://example.com"}])[1]
    assert finding.code == "required-part"


def test_attachment_types_are_the_published_ones() -> None:
    check = Checker(MODEL_FIELDS["attachments"])
    assert check([{"file_name": "cv.pdf", "attachment_type": "resume"}]) == (
        [{"file_name": "cv.pdf", "attachment_type": "RESUME"}],
        (),
    )
    assert check([{"attachment_type": "CV"}])[1][0].code == "value-not-allowed"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "url_type", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.sampled_from(list(MODEL_FIELDS.values())), JSON)
def test_no_value_breaks_a_check(target: Field, value: object) -> None:
    _, findings = Checker(target)(value)
    assert all(finding.message and finding.code for finding in findings)
