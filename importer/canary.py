"""The canary: a few candidates are created, read back and compared before the rest goes.

Lives here: driving it. What counts as a difference is `sending/canary.py`. What a newcomer
would question: what was sent is kept in the run folder until it was compared, because a read
side that lags may show the candidates only to the next run, which then compares first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from importer.core.bodies import body_emails
from importer.core.disposition import ReadFate, dispose_read
from importer.core.model import BodyForm
from importer.core.ports import CandidateApi, Ledger, RowState, StagedRow
from importer.errors import GuardStopped, StopAndRetry
from importer.job import RunFolder
from importer.sending.canary import compare_canary
from importer.sending.pace import Pace

_NOTE = "canary.json"


@dataclass(frozen=True, slots=True)
class CanaryRow:
    """One candidate that was sent to be compared."""

    row: int
    identity: str
    form: BodyForm
    body: Mapping[str, object]


def note_canary(folder: RunFolder, rows: Sequence[StagedRow]) -> None:
    """Keep what is about to be sent, until it was compared."""
    told = [
        {"row": r.row, "identity": r.identity.hex(), "form": r.form, "body": json.loads(r.body)}
        for r in rows
    ]
    folder.write_note(_NOTE, json.dumps(told))


def read_canary(folder: RunFolder) -> list[CanaryRow]:
    """What was sent and not yet compared."""
    text = folder.read_note(_NOTE)
    return [CanaryRow(**told) for told in json.loads(text)] if text else []


async def compare_created(
    api: CandidateApi, pace: Pace, ledger: Ledger, connector: int, folder: RunFolder
) -> int:
    """Read the canary's candidates back and hold them against what was sent.

    Returns:
        How many were compared; the note is forgotten then.

    Raises:
        GuardStopped: The ATS dropped or changed something; every difference is named.
        StopAndRetry: The read side does not show them yet; the next run compares first.
    """
    rows = read_canary(folder)
    known = ledger.recall(connector, [bytes.fromhex(r.identity) for r in rows])
    details: list[str] = []
    compared = 0
    for row in rows:
        remembered = known.get(bytes.fromhex(row.identity))
        if remembered is None or remembered.state not in (RowState.CREATED, RowState.INCOMPLETE):
            continue
        kept = await _read_candidate(api, pace, remembered.candidate_id, row)
        if kept is None:
            raise StopAndRetry(
                f"The canary's candidates were created, but the ATS's copy does not show row"
                f" {row.row} yet, so they cannot be compared.",
                hint="Run again after Bindbee's next synchronisation: it compares first.",
            )
        compared += 1
        for difference in compare_canary(row.body, row.form, kept):
            finding = difference.as_finding()
            details.append(f"row {row.row}: {finding.message} {finding.hint}".rstrip())
    folder.write_note(_NOTE, "")
    if details:
        raise GuardStopped(
            "The canary found that the ATS did not keep everything as it was sent.",
            hint="Mend the mapping, or run again without --canary to go on all the same.",
            details=details,
        )
    return compared


async def _read_candidate(
    api: CandidateApi, pace: Pace, candidate_id: str, row: CanaryRow
) -> Mapping[str, object] | None:
    if candidate_id:
        attempt = await pace.call(lambda: api.get_candidate(candidate_id, custom_fields=True))
        if dispose_read(attempt) is ReadFate.USABLE and isinstance(attempt.body, Mapping):
            return attempt.body
    for email in body_emails(row.body):
        search = partial(api.list_candidates, email_addresses=[email], include_custom_fields=True)
        attempt = await pace.call(search)
        items = attempt.body.get("items") if isinstance(attempt.body, Mapping) else None
        if dispose_read(attempt) is ReadFate.USABLE and isinstance(items, list) and len(items) == 1:
            found: Mapping[str, object] = items[0]
            return found
    return None
