"""What a run takes over from an earlier one: of a fix workbook, and of an interrupted run.

Lives here: putting a job back into the state that its rows need. Must never live here: the
rows. What a newcomer would question: the corrections of a workbook's sheet *Decisions* are
kept in the run folder. They are no part of the mapping, and a run that is continued days
later, by a command that names other files, must read its rows as the first command did.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from importer.core.fixrows import FixOrigin
from importer.core.mapping_corrections import Correction, merge_corrections
from importer.core.ports import Ledger, Source
from importer.errors import MappingError
from importer.job import Job, RunFolder

_NOTE = "corrections.json"


def inherit_from(ledger: Ledger, marker: str | None) -> tuple[Mapping[str, str], FixOrigin | None]:
    """What a fix workbook inherits from its run: date orders, and what its tokens are of."""
    if marker is None:
        return {}, None
    record = ledger.run(marker)
    told: dict[str, Any] = json.loads(record.summary) if record and record.summary else {}
    columns = [tuple(c) for c in told.get("content_columns", [])]
    sheets = told.get("sheets") or ([path for path, *_ in record.sources] if record else [])
    read = [tuple(c) for c in told.get("read_columns", [])]
    return told.get("orders", {}), FixOrigin(columns, sheets, read)


def note_corrections(folder: RunFolder, corrections: Sequence[Correction]) -> None:
    """Keep the corrections that hold for this run alone, until it is done."""
    folder.write_note(_NOTE, json.dumps([asdict(c) for c in corrections]) if corrections else "")


def take_up(job: Job, ledger: Ledger, folder: RunFolder, spooled: Sequence[Source]) -> Job:
    """The job as the interrupted run had it, whose rows these are."""
    marker = next((s.description.marker for s in spooled if s.description.marker), None)
    orders, fix = inherit_from(ledger, marker)
    kept = [Correction(**told) for told in json.loads(folder.read_note(_NOTE) or "[]")]
    mapping = job.mapping
    if kept:
        mapping = merge_corrections(mapping, kept, mapping.sha256, mapping.text)
    return replace(job, sources=spooled, mapping=mapping, orders=orders, fix=fix, corrections=kept)


def explain_misfit(error: MappingError, run_id: str, folder: RunFolder) -> MappingError:
    """Say of a mapping that does not fit an interrupted run's rows how to get on."""
    return MappingError(
        error.message,
        details=error.details,
        hint=f"These rows were read by run {run_id}, which was interrupted. Go on with the"
        " mapping as it was then; or, to give that run up and read the files anew, delete its"
        f" folder {folder.path}.",
    )
