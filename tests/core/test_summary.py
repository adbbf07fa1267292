"""The run as data: contracted keys first, all of it ready for JSON."""

from __future__ import annotations

import datetime as dt
import json

from importer.core.model import Outcome, Problem
from importer.core.results import RequestCounts, RunSummary
from importer.core.summary import summary_document


def test_the_document_is_json_ready_and_cuts_rows_not_counts():
    rows = [(0, n) for n in range(2, 3_000)]
    summary = RunSummary(
        run_id="r",
        command="run",
        started_at="",
        finished_at="",
        connector="acme",
        customer="",
        ats="",
        environment="",
        sources=(),
        source_rows=(),
        mapping_path="m.yaml",
        mapping_sha256="",
        schema_sha256="",
        counts={"rows": 0},
        skipped={"blank": rows},
        problems=(Problem("c", "m", column="A", count=2_998, rows=rows),),
        resolved=(Problem("d", "n"),),
        requests=RequestCounts(),
        attachments={},
        check_s=1.23456,
        send_s=0.0,
        exit_code=0,
        budget={
            "calls": 3,
            "seconds": 0.9,
            "ends_at": dt.datetime(2026, 11, 3, tzinfo=dt.UTC),
            "by_purpose": {"create": 3},
            "steps": (1, None),
        },
    )
    document = json.loads(json.dumps(summary_document(summary)))
    assert document["counts"] == {"rows": 0, **{o.value: 0 for o in Outcome}}
    assert document["problems"][0]["count"] == 2_998
    assert len(document["problems"][0]["rows"]) == 1_000
    assert document["skipped"]["blank"]["count"] == 2_998
    assert len(document["skipped"]["blank"]["rows"]) == 1_000
    assert document["resolved"][0]["code"] == "d"
    assert document["attachments"] == {"sent": 0, "pending": 0, "failed": 0}
    assert document["seconds"] == {"check": 1.235, "send": 0.0}
    assert document["budget"] == {
        "calls": 3,
        "seconds": 0.9,
        "ends_at": "2026-11-03 00:00:00+00:00",
        "by_purpose": {"create": 3},
        "steps": [1, None],
    }
