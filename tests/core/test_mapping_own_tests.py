"""A mapping's own tests: only the named keys are compared."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from importer.core.mapping import parse_mapping
from importer.core.mapping_tests import run_mapping_tests

YAML = """\
model_keys: {{first_name: First, email_addresses: [E-mail]}}
custom_fields: {{source: Origin}}
ignore: [Notes]
tests:
  - row: {{First: Ada}}
    expect:
      {expect}
"""

FLAT = {
    "model_keys.first_name": "Ada",
    "model_keys.email_addresses": ["a@example.com"],
    "model_keys.is_private": False,
    "custom_fields.source": {"id": 4},
}
NESTED = {
    "first_name": "Ada",
    "email_addresses": ["a@example.com"],
    "is_private": False,
    "custom_fields": {"source": {"id": 4}},
}


def run(expect: str, candidate: Mapping[str, object]) -> list[tuple[int, str]]:
    """The failures of one test, as (line, message)."""
    mapping = parse_mapping(YAML.format(expect=expect), "m")
    found = run_mapping_tests(mapping, lambda row: candidate if row == {"First": "Ada"} else {})
    assert all(f.stops for f in found)
    return [(f.line, f.finding.message) for f in found]


@pytest.mark.parametrize("candidate", [FLAT, NESTED], ids=["flat", "nested"])
@pytest.mark.parametrize(
    "expect",
    [
        "first_name: Ada",
        "email_addresses: [a@example.com]",
        "is_private: false",
        "title: null",
        "custom_fields: {source: {id: 4}}",
        "custom_fields.source: {id: 4.0}",
        "source: {id: 4}",
        "model_keys.first_name: Ada",
        "model_keys: {title: null}",
    ],
)
def test_what_is_as_expected_says_nothing(expect: str, candidate: Mapping[str, object]) -> None:
    assert run(expect, candidate) == []


@pytest.mark.parametrize("candidate", [FLAT, NESTED], ids=["flat", "nested"])
@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("first_name: Bob", 'expects first_name to be "Bob", and it is "Ada"'),
        ("is_private: 0", "expects is_private to be 0, and it is false"),
        ("email_addresses: []", 'to be [], and it is ["a@example.com"]'),
        ("title: X", 'expects title to be "X", and it is absent'),
        ("custom_fields: {source: {id: 5}}", 'to be {"id": 5}, and it is {"id": 4}'),
        ("custom_fields: {source: {id: true}}", 'to be {"id": true}, and it is {"id": 4}'),
        ("custom_fields.other: x", 'custom_fields.other to be "x", and it is absent'),
    ],
)
def test_what_differs_is_told_with_its_line(
    expect: str, message: str, candidate: Mapping[str, object]
) -> None:
    ((line, told),) = run(expect, candidate)
    assert line == 7
    assert message in told


def test_a_column_that_the_mapping_does_not_read_is_a_slip() -> None:
    mapping = parse_mapping(
        YAML.format(expect="first_name: Ada").replace("{First: Ada}", "{Frist: Ada, notes: x}"), "m"
    )
    (found,) = run_mapping_tests(mapping, lambda _row: {"first_name": "Ada"})
    assert (found.line, found.column, found.stops) == (5, "Frist", True)
    assert found.finding.hint == "Did you mean 'First'?"
    far = parse_mapping(YAML.format(expect="first_name: Ada").replace("{First:", "{Zzz:"), "m")
    (found,) = run_mapping_tests(far, lambda _row: {"first_name": "Ada"})
    assert found.finding.hint == "Take it out, or map it."


def test_a_mapping_without_tests_passes() -> None:
    assert run_mapping_tests(parse_mapping("model_keys: {title: T}", "m"), lambda _row: {}) == []
