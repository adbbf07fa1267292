"""Settling rows in doubt: found, proved absent, or still in doubt.

Lives here: the reads and the order of them. Must never live here: what they prove
(`core/readback`). What a newcomer would question: "not found" alone never makes a row
sendable. The read side is a copy; only a synchronisation that began well after the attempt
ended, and is done, has certainly looked. And where it proves absence by e-mail, the row's
name is looked for too, in case the ATS kept the one and dropped the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from importer.core.ports import CandidateApi, Ledger, RowState, Settlement, StagedRow
from importer.core.readback import (
    Found,
    ReadBack,
    SyncState,
    find_namesakes,
    parse_people,
    parse_sent,
    parse_sync_state,
    parse_time,
    proves_absence,
)
from importer.core.refusals import describe_missing_file, describe_still_in_doubt, describe_unclear
from importer.core.results import RowProblem
from importer.sending.lookback import list_known_ids, read_back
from importer.sending.pace import Pace

_DOING = "looking for rows in doubt"


@dataclass(slots=True)
class ReconcileReport:
    """What reconciling came to.

    Attributes:
        found: (row, candidate id) of rows that are in the ATS after all.
        absent: Rows that certainly never arrived; staged again.
        left: (row, what to do about it) of rows that stay in doubt.
        sync: How the connector's copy of the ATS stood.
        resync_asked: Whether a synchronisation was asked for and accepted.
    """

    found: list[tuple[StagedRow, str]] = field(default_factory=list)
    absent: list[StagedRow] = field(default_factory=list)
    left: list[tuple[StagedRow, RowProblem]] = field(default_factory=list)
    sync: SyncState = field(default_factory=SyncState)
    resync_asked: bool = False


async def reconcile_doubtful(
    *,
    api: CandidateApi,
    ledger: Ledger,
    connector: int,
    pace: Pace,
    rows: Sequence[StagedRow] | None = None,
    request_resync: bool = False,
) -> ReconcileReport:
    """Settle what can be settled; each row's outcome is durable before the next is looked at.

    Args:
        api: The connector's ATS.
        ledger: Holds the rows; the caller holds the connector's lock.
        connector: The ledger's number of the connector.
        pace: Paces every call.
        rows: Only these; None: all rows in doubt on the connector.
        request_resync: Ask for a synchronisation where rows stay in doubt.

    Raises:
        StopAndRetry: The connector gives no usable answer; what is settled stays settled.
    """
    if rows is None:
        rows = await asyncio.to_thread(ledger.doubtful, connector)
    report = ReconcileReport()
    if not rows:
        return report
    attempt = await pace.read(api.fetch_connectors, _DOING)
    report.sync = parse_sync_state(attempt.body)
    for row in rows:
        known = await asyncio.to_thread(list_known_ids, ledger, connector, row)
        result = await read_back(api, pace, row, known=known, insists=True)
        if result.found is Found.NOTHING and _is_absence_proved(row, report.sync):
            result = await _look_for_name(api, pace, row, known)
            if result.found is Found.NOTHING:
                await _settle(ledger, connector, row, Settlement(row.seq, RowState.STAGED))
                report.absent.append(row)
                continue
        if result.found is Found.CREATED:
            await _settle(ledger, connector, row, _found(row, result.candidate_ids[0]))
            report.found.append((row, result.candidate_ids[0]))
            continue
        if result.found is Found.UNCLEAR:
            problem = describe_unclear(result.candidate_ids)
        else:
            sent = parse_sent(row.body)
            problem = describe_still_in_doubt(sent.emails, sent.name, is_synced=report.sync.is_done)
        doubt = Settlement(row.seq, RowState.IN_DOUBT, problems=(problem,))
        await _settle(ledger, connector, row, doubt)
        report.left.append((row, problem))
    if request_resync and report.left:
        answer = await pace.call(api.request_resync)
        report.resync_asked = answer.status is not None and 200 <= answer.status < 300
    return report


def _is_absence_proved(row: StagedRow, sync: SyncState) -> bool:
    """An e-mail that can be looked for, and a synchronisation that has certainly looked."""
    has_email = bool(parse_sent(row.body).emails)
    return has_email and proves_absence(sync, parse_time(row.attempted_at))


async def _look_for_name(
    api: CandidateApi, pace: Pace, row: StagedRow, known: frozenset[str]
) -> ReadBack:
    sent = parse_sent(row.body)
    if not sent.first_name or not sent.last_name:
        return ReadBack(Found.NOTHING)
    attempt = await pace.read(
        lambda: api.list_candidates(first_name=sent.first_name, last_name=sent.last_name), _DOING
    )
    namesakes = find_namesakes(
        sent,
        parse_people(attempt.body),
        known=known,
    )
    return ReadBack(Found.UNCLEAR, namesakes) if namesakes else ReadBack(Found.NOTHING)


def _found(row: StagedRow, candidate_id: str) -> Settlement:
    if row.attachments:
        return Settlement(
            row.seq,
            RowState.INCOMPLETE,
            candidate_id=candidate_id,
            problems=(describe_missing_file(),),
        )
    return Settlement(row.seq, RowState.CREATED, candidate_id=candidate_id)


async def _settle(ledger: Ledger, connector: int, row: StagedRow, settlement: Settlement) -> None:
    await asyncio.to_thread(ledger.record_outcomes, connector, row.run_id, [settlement])
