"""Lines of YAML that solve what a check found."""

from __future__ import annotations

from proposing_kit import own_field, own_schema

from importer.core.mapping import parse_mapping
from importer.core.model import Problem
from importer.core.proposing.suggesting import suggest_yaml

SCHEMA = own_schema(own_field("src", "Source", "LinkedIn", "Referral"))
SHORT = "version: 1\naliases: {Source: [Quelle]}\ncustom_fields:\n  src: Source\n"
LONG = "version: 1\ncustom_fields:\n  src:\n    column: Source\n"


def _problem(
    value: str | None, suggestion: str | None = None, count: int = 2, **more: str
) -> Problem:
    given = {"column": "Quelle", "field": "custom_fields.src", "code": "value-not-allowed", **more}
    return Problem(message="", value=value, count=count, suggestion=suggestion, **given)


def test_guesses_count_and_the_rest_waits() -> None:
    """What is pasted is a mapping again, with the pairs that solve the problems."""
    found = [
        _problem("Zorp", count=1),
        _problem("Linkdin", "LinkedIn", 6),
        _problem(None, count=1_200),
    ]
    text = suggest_yaml(found, parse_mapping(SHORT, "m.yaml"), SCHEMA)
    assert "    # Zorp: ?   # 1 row\n" in text
    assert "further values in 1,200 rows" in text
    assert "# line 4 of the mapping" in text
    rule = parse_mapping(text, "m").rules[0]
    assert rule.columns == ("Source",)
    assert rule.values == {"Linkdin": "LinkedIn"}


def test_a_rule_in_its_long_form_is_told_the_pairs_only() -> None:
    """Its column stands there already."""
    mapping = parse_mapping(LONG, "m.yaml")
    text = suggest_yaml([_problem("x", column="Source")], mapping, SCHEMA)
    assert "column:" not in text


def test_problems_of_another_kind_need_no_line() -> None:
    """Neither do columns that no rule reads."""
    others = [
        _problem("x", code="email-invalid"),
        _problem("x", field=""),
        _problem("x", column="Elsewhere"),
    ]
    assert suggest_yaml(others, parse_mapping(SHORT, "m.yaml"), SCHEMA) == ""


def test_yes_and_no_have_no_list_to_show() -> None:
    """A boolean's words are pairs as well."""
    mapping = parse_mapping("version: 1\nmodel_keys:\n  can_email: OK\n", "m")
    found = _problem("ask", column="OK", field="model_keys.can_email", code="boolean-unknown")
    text = suggest_yaml([found], mapping, SCHEMA)
    assert "Allowed" not in text
    assert "# ask: ?" in text
