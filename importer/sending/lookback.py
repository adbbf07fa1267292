"""Looking for people in the ATS by e-mail or name, and what the ledger knows of them.

Lives here: the few reads that read-back and reconcile share. Must never live here: the
decision (`core/readback`). What a newcomer would question: each address is asked for on its
own. Whether several in one call mean *and* or *or* is documented nowhere.
"""

from __future__ import annotations

from importer.core.disposition import ReadFate, dispose_read
from importer.core.ports import Attempt, CandidateApi, Ledger, StagedRow
from importer.core.readback import (
    Found,
    Person,
    ReadBack,
    decide_readback,
    parse_people,
    parse_sent,
)
from importer.sending.pace import Pace


def list_known_ids(ledger: Ledger, connector: int, row: StagedRow) -> frozenset[str]:
    """Ids that the ATS is known to have held for the row's e-mails. Blocks: use a thread."""
    seen = ledger.find_people(connector, row.emails)
    made = ledger.recall_emails(connector, row.emails)
    return frozenset(
        [p.candidate_id for people in seen.values() for p in people]
        + [one.candidate_id for one in made.values() if one.candidate_id]
    )


async def search_by_email(
    api: CandidateApi, pace: Pace, email: str, *, insists: bool = False
) -> list[Person] | None:
    """People with this address; None where no usable answer came.

    Args:
        api: The connector's ATS.
        pace: Paces the call.
        email: The address.
        insists: Repeat the question, and raise `StopAndRetry` where no usable answer comes.
    """

    async def ask() -> Attempt:
        return await api.list_candidates(email_addresses=[email])

    if insists:
        attempt = await pace.read(ask, "looking for people by e-mail")
    else:
        attempt = await pace.call(ask)
        if dispose_read(attempt) is not ReadFate.USABLE:
            return None
    return list(parse_people(attempt.body))


async def read_back(
    api: CandidateApi,
    pace: Pace,
    row: StagedRow,
    *,
    known: frozenset[str],
    started_at: float | None = None,
    insists: bool = False,
) -> ReadBack:
    """Look for a row in doubt, once for each address, until something is found.

    Finding nothing proves nothing: reads come from a copy of the ATS that lags behind.

    Args:
        api: The connector's ATS.
        pace: Paces every call.
        row: The row.
        known: Ids that are somebody else's for certain.
        started_at: Unix seconds of the attempt's start by the server's clock, where it was
            seen. An attempt found after a crash has none: then age proves nothing.
        insists: As for `search_by_email`.
    """
    sent = parse_sent(row.body)
    for email in sent.emails:
        people = await search_by_email(api, pace, email, insists=insists)
        if people is None:
            break
        result = decide_readback(sent, people, known=known, not_before=started_at)
        if result.found is not Found.NOTHING:
            return result
    return ReadBack(Found.NOTHING)
