"""What the ledger may keep of a message."""

from __future__ import annotations

import pytest

from importer.core.model import Severity
from importer.core.redaction import redact_problems
from importer.core.results import RowProblem

BODY = (
    '{"first_name": "Ada Maria", "tags": ["go", "python"], "n": 7,'
    ' "email_addresses": ["ada@example.com"], "custom_fields": {"note": "the best"}}'
)


@pytest.mark.parametrize(
    ("message", "body", "kept"),
    [
        pytest.param("Ada Maria exists", BODY, "… exists", id="whole value"),
        pytest.param("candidate MARIA exists", BODY, "candidate … exists", id="word of a name"),
        pytest.param("Adams exists", BODY, "Adams exists", id="only whole words"),
        pytest.param("the value is wrong", BODY, "the value is wrong", id="common words stay"),
        pytest.param("no go", BODY, "no go", id="short values stay"),
        pytest.param("tag python unknown", BODY, "tag … unknown", id="list item"),
        pytest.param("x@example.org taken", "{}", "… taken", id="any address"),
        pytest.param("call +44 20 7946 0018 now", "no json", "call … now", id="any number"),
        pytest.param("HTTP 422 at line 12", BODY, "HTTP 422 at line 12", id="short numbers stay"),
    ],
)
def test_values_of_the_row_are_taken_out(message: str, body: str, kept: str) -> None:
    problem = RowProblem("refused", "Name", message, message, Severity.ERROR, "Ada")
    (stored,) = redact_problems([problem], body)
    assert stored == RowProblem("refused", "Name", kept, kept, Severity.ERROR, None)


def test_no_problems_need_no_body() -> None:
    assert redact_problems([], "{") == ()
