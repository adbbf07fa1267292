"""A change of the schema is told with the rows that it keeps back."""

from __future__ import annotations

import pytest

from importer.core.drift import Drift, DriftKind
from importer.core.drift_hits import count_hits, describe_drift
from importer.core.model import Problem, Severity

SOURCE = "additional_attributes.source"


def _problem(code: str, field: str, value: str, count: int, **more: Severity) -> Problem:
    return Problem(code, "Wrong.", field=field, value=value, count=count, **more)


PROBLEMS = [
    _problem("value-not-allowed", SOURCE, "career FAIR", 3),
    _problem("value-not-allowed", SOURCE, "Linkdin", 5),
    _problem("value-not-allowed", "custom_fields.tags", "a; Gone", 2),
    _problem("required", SOURCE, "", 7),
    _problem("wrong-format", "model_keys.urls", "x", 11),
    _problem("value-dropped", SOURCE, "Career fair", 13, severity=Severity.WARNING),
]


@pytest.mark.parametrize(
    ("path", "kind", "values", "texts", "count"),
    [
        (SOURCE, "value_gone", ("4000",), ("Career fair",), 3),
        (SOURCE, "label_changed", ("x",), ("Career fair",), 3),
        ("custom_fields.tags", "value_gone", ("gone",), ("Gone",), 2),
        (SOURCE, "now_required", (), (), 7),
        (SOURCE, "now_closed", (), (), 8),
        ("model_keys.urls[].url_type", "type_changed", (), (), 11),
        ("additional_attributes", "section_closed", (), (), 8),
        (SOURCE, "value_new", ("Career fair",), ("Career fair",), 0),
        ("custom_fields.other", "type_changed", (), (), 0),
    ],
)
def test_only_rows_that_are_kept_back_by_it_count(
    path: str, kind: DriftKind, values: tuple[str, ...], texts: tuple[str, ...], count: int
) -> None:
    assert count_hits(Drift(path, kind, "Changed.", values, texts), PROBLEMS) == count


def test_harmful_changes_say_how_many_rows_and_others_nothing() -> None:
    changes = [
        Drift(SOURCE, "now_required", "It is now required."),
        Drift("custom_fields.x", "field_gone", "x is gone."),
        Drift("custom_fields.tags", "value_gone", "Gone is gone.", ("Gone",), ("Gone",)),
        Drift(SOURCE, "value_new", "It now also allows y."),
    ]
    one = [*PROBLEMS[3:4], _problem("value-not-allowed", "custom_fields.tags", "gone", 1)]
    assert describe_drift(changes, one) == [
        "The ATS changed: It is now required. 7 rows here cannot be sent because of it.",
        "The ATS changed: x is gone. No row here is hit.",
        "The ATS changed: Gone is gone. 1 row here cannot be sent because of it.",
        "The ATS changed: It now also allows y.",
    ]
