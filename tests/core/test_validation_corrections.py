"""What a person said to use instead of a cell's text."""

from __future__ import annotations

import pytest

from importer.core.model import AllowedValue, Field, FieldPath, Section
from importer.core.rules import ConvertContext, Rule
from importer.core.validation import build_judge, judge_settings


@pytest.mark.parametrize(
    ("key", "declared", "instead", "value"),
    [
        pytest.param("b", {"type": "boolean"}, "Yes", True, id="a word for a boolean"),
        pytest.param("n", {"type": "number"}, "55,000.50", 55000.5, id="a number as people write"),
        pytest.param("t", {"type": "string"}, "other words", "other words", id="a text"),
    ],
)
def test_a_correction_is_read_as_if_the_cell_held_it(key, declared, instead, value):
    """It mends its text alone, whatever its case and blanks, and closes no list."""
    path = FieldPath(Section.CUSTOM_FIELDS, key)
    field = Field(path=path, **declared)
    rule = Rule(
        path=path, columns=("C",), values={"Wrong": instead}, remembered=frozenset({"Wrong"})
    )
    judge = build_judge(rule, field, ConvertContext())
    assert judge("Wrong").value == judge(" wrong ").value == value
    assert judge_settings(rule, field) == ()
    assert judge(instead).value == value


def test_corrections_never_chain_and_a_wrong_one_blames_its_rows():
    """Two texts can be swapped; a replacement that is not allowed is no fault of the mapping."""
    path = FieldPath(Section.CUSTOM_FIELDS, "c")
    allowed = tuple(AllowedValue(v, v) for v in ("red", "blue"))
    field = Field(path=path, type="string", allowed=allowed)
    values = {"red": "blue", "blue": "red", "x": "green", "LI": "red"}
    rule = Rule(
        path=path, columns=("C",), values=values, remembered=frozenset({"red", "blue", "x"})
    )
    judge = build_judge(rule, field, ConvertContext())
    assert [judge(text).value for text in ("red", "blue", "LI")] == ["blue", "red", "red"]
    assert not judge("x").is_sound
    assert judge_settings(rule, field) == ()
