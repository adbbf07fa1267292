"""The audit pack of a run whose folder or schema is gone, and of a whole one."""

from __future__ import annotations

import json

import pytest
from history_kit import record

from importer.core.audit import audit_documents
from importer.core.memory import SeenSchema

SCHEMA = SeenSchema("s", '{"a": 1}', "then", "now", accepted=True)


def test_a_run_without_folder_still_has_its_counts() -> None:
    files = audit_documents(record(), None, None)
    assert set(files) == {"run.json", "README.txt", "SHA256SUMS"}
    told = json.loads(files["run.json"])
    assert told["equation"] == "5 rows = 3 created + 2 rejected"
    assert told["who"] == "ada@desk"
    assert "folder" not in told


def test_an_unfinished_run_has_no_equation() -> None:
    assert json.loads(audit_documents(record(summary=""), None, None)["run.json"])["equation"] == ""


@pytest.mark.parametrize("schema", [SCHEMA, SeenSchema("s", "", "", "", accepted=True)])
def test_problems_are_told_by_kind_and_number(schema: SeenSchema) -> None:
    problem = {"code": "email-invalid", "column": "E-mail", "count": 2, "severity": "error"}
    quoting = problem | {"value": "ada@@x", "message": "'ada@@x' is none", "rows": [[0, 2]]}
    document = {"problems": [quoting], "resolved": [quoting], "connector": "c", "verdict": "v"}
    files = audit_documents(record(), document, schema)
    assert "ada" not in "".join(text.replace("ada@desk", "") for text in files.values())
    (told,) = json.loads(files["problems.json"])["problems"]
    assert (told["code"], told["count"], told["meaning"] != "") == ("email-invalid", 2, True)
    assert ("schema.json" in files) is bool(schema.raw)
