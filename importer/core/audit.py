"""The audit pack: what proves a run to somebody who may not see the people in it.

Lives here: which documents it holds and what stands in them. Must never live here: files or
archives. What a newcomer would question: messages of problems are replaced by the meaning of
their code, since a message may quote a cell.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from importer.core.codes import CODES
from importer.core.history import describe_run
from importer.core.memory import SeenSchema
from importer.core.ports import RunRecord
from importer.core.verdict import counts_equation

_FIGURES: Final = ("requests", "attachments", "seconds", "cleaned", "resolved", "verdict")
_TOLD: Final = ("code", "column", "severity", "count", "since", "state")

_README: Final = """\
Audit pack of run {run_id}

{equation}

run.json      who ran what, when, with which files, mapping and schema (by SHA-256),
              what came of each row as counts, and how it ended
problems.json what kept rows back: kind, column and number of rows, without any value
schema.json   what the ATS asked for at the time, where it was kept
SHA256SUMS    hashes of these files; `sha256sum -c SHA256SUMS` compares them

A source is the one that was read if its SHA-256 is the one in run.json. No file of this
pack holds a value of a cell, a name, an address or the id of a candidate.
"""


def audit_documents(
    record: RunRecord, document: Mapping[str, Any] | None, schema: SeenSchema | None
) -> dict[str, str]:
    """The pack's files, name to text.

    Args:
        record: The run as the ledger keeps it.
        document: summary.json of its folder; None where that is gone.
        schema: The answer of the meta endpoint in force; None where none is kept.
    """
    run = describe_run(record)
    counts: Mapping[str, int] = run["counts"]
    run["equation"] = counts_equation(counts) if counts else ""
    run["sources"] = [s | {"path": _file_name(s["path"])} for s in run["sources"]]
    del run["folder"]
    if document is not None:
        run |= {name: document[name] for name in _FIGURES if name in document}
        run["resolved"] = [_problem(p) for p in document.get("resolved", ())]
        run |= {name: document.get(name, "") for name in ("connector", "customer", "ats")}
    files = {"run.json": _dump(run)}
    if document is not None:
        problems = [_problem(p) for p in document.get("problems", ())]
        files["problems.json"] = _dump({"problems": problems})
    if schema is not None and schema.raw:
        files["schema.json"] = schema.raw
    files["README.txt"] = _README.format(run_id=record.run_id, equation=run["equation"])
    sums = (
        f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n"
        for name, text in sorted(files.items())
    )
    return files | {"SHA256SUMS": "".join(sums)}


def _problem(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: told.get(name) for name in _TOLD},
        "meaning": CODES.get(str(told.get("code")), ""),
    }


def _file_name(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def _dump(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
