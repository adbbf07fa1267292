"""Earlier runs in words and as JSON: what `runs` and `status` show.

Lives here: rendering of what the ledger keeps of a run. It holds no personal data, because
a run's record holds none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from importer.core.memory import LedgerFigures
from importer.core.model import NEEDS_A_PERSON, Outcome
from importer.core.pacing import CALLS_A_MINUTE
from importer.core.ports import RowState, RunRecord


def describe_run(record: RunRecord) -> dict[str, Any]:
    """One run as a JSON document."""
    told: dict[str, Any] = json.loads(record.summary) if record.summary else {}
    return {
        "run_id": record.run_id,
        "command": record.command,
        "state": record.state,
        "mapping": record.mapping,
        "started_at": record.started_at,
        "finished_at": record.finished_at,
        "exit_code": record.exit_code,
        "counts": told.get("counts", {}),
        "requests": told.get("requests", {}),
        "seconds": told.get("seconds", {}),
        "stop": told.get("stop", ""),
        "version": told.get("version", ""),
        "who": told.get("who", ""),
        "mapping_sha256": record.mapping_sha256,
        "schema_sha256": record.schema_sha256,
        "sources": [
            {"path": path, "sheet": sheet, "sha256": sha, "rows": rows}
            for path, sheet, sha, rows in record.sources
        ],
        "folder": record.folder,
    }


def list_runs(records: Sequence[RunRecord]) -> list[str]:
    """Runs as a table for a terminal, newest first."""
    if not records:
        return ["No run yet."]
    lines = [f"{'run':<22} {'what':<6} {'state':<10} {'exit':>4}  {'rows':>8}  what became of them"]
    for record in records:
        counts = describe_run(record)["counts"]
        told = ", ".join(f"{counts[o.value]:,} {o.value}" for o in Outcome if counts.get(o.value))
        exit_code = "" if record.exit_code is None else str(record.exit_code)
        lines.append(
            f"{record.run_id:<22} {record.command:<6} {record.state:<10} {exit_code:>4}"
            f"  {counts.get('rows', 0):>8,}  {told}".rstrip()
        )
    return lines


def run_lines(record: RunRecord) -> list[str]:
    """One run for a terminal."""
    told = describe_run(record)
    counts: Mapping[str, int] = told["counts"]
    lines = [
        f"Run {record.run_id} ({record.command}, {record.state})",
        f"  mapping   {record.mapping}",
        f"  started   {record.started_at}",
        f"  finished  {record.finished_at or 'not yet'}",
        f"  exit code {'-' if record.exit_code is None else record.exit_code}",
        f"  by        {told['who'] or 'unknown'}",
    ]
    for path, sheet, sha, rows in record.sources:
        place = f"{path}, sheet {sheet}" if sheet else path
        lines.append(f"  source    {place}: {rows:,} rows, sha256 {sha[:12]}…")
    if counts:
        parts = [f"{counts.get(o.value, 0):,} {o.value}" for o in Outcome if counts.get(o.value)]
        lines.append(f"  rows      {counts.get('rows', 0):,} = {' + '.join(parts) or '0'}")
    if told["stop"]:
        lines.append(f"  stopped   {told['stop']}")
    lines.append(f"  folder    {record.folder or 'forgotten'}")
    return lines


def describe_status(
    latest: RunRecord | None, figures: LedgerFigures | None, own: LedgerFigures | None
) -> dict[str, Any]:
    """Where the latest run stands.

    Args:
        latest: The latest run that sends; None where there was none.
        figures: Of the whole connector.
        own: Of that run alone.
    """
    if latest is None:
        return {"run": None}
    waiting = own.waiting.get(RowState.STAGED, 0) if own else 0
    return {
        "run": describe_run(latest),
        "to_send": waiting,
        "seconds_left": round(waiting * 60 / CALLS_A_MINUTE),
        "in_flight": own.waiting.get(RowState.INTENDED, 0) if own else 0,
        "done_in_this_run": sum(own.settled.values()) if own else 0,
        "in_doubt": figures.waiting.get(RowState.IN_DOUBT, 0) if figures else 0,
        "people_known": sum(figures.settled.values()) if figures else 0,
    }


def status_lines(document: Mapping[str, Any]) -> list[str]:
    """Where the latest run stands, for a terminal."""
    run = document["run"]
    if run is None:
        return ["No run yet."]
    lines = [f"Run {run['run_id']} of {run['mapping']}: {run['state']}"]
    if run["state"] in ("sending", "preparing"):
        done, left = document["done_in_this_run"], document["to_send"]
        total = done + left + document["in_flight"]
        share = f" ({done / total:.0%})" if total else ""
        lines.append(f"  {done:,} of {total:,} rows settled{share}, {left:,} to send")
        if left:
            lines.append(f"  about {show_seconds(document['seconds_left'])} at the API's limit")
    counts = run["counts"]
    if counts:
        needing = sum(counts.get(o.value, 0) for o in NEEDS_A_PERSON)
        lines.append(f"  {counts['rows']:,} rows, {needing:,} need a person")
    if document["in_doubt"]:
        lines.append(f"  {document['in_doubt']:,} rows in doubt: `candidate-import reconcile`")
    lines.append(f"  {document['people_known']:,} people known on this connector")
    file = document.get("file")
    if file is not None:
        lines.append(f"File {file['path']}: {file['rows']:,} rows")
        lines.append(f"  {file['settled']:,} settled")
        time = f": about {show_seconds(file['seconds'])} of calls" if file["waiting"] else ""
        lines.append(f"  {file['waiting']:,} to be sent by the next run{time}")
        lines.append(f"  {file['need_a_person']:,} need a person")
    return lines


def show_seconds(seconds: float) -> str:
    """A duration as people say it: `40 s`, `25 min`, `3.5 h`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3_600:.1f} h"
