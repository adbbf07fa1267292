"""Rows that meet somebody who is in the ATS already: skipped, told, or a reason to stop.

Lives here: what the policy (`--existing`) makes of a meeting. Who is met, and by how many
calls, is `sending/existing.py`. What a newcomer would question: an e-mail that is known under
another name keeps its row back for a person, whatever the policy skips, because only one of
"the same person" and "a typing error" can be right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from importer.checking import Checked
from importer.core.bodies import body_emails, body_name
from importer.core.identity import fold_name
from importer.core.model import Finding, Outcome
from importer.core.ports import Ledger, RowState, StagedRow
from importer.core.readback import parse_sent
from importer.core.rowlog import place_of
from importer.core.rowtable import CODE_OF
from importer.errors import GuardStopped
from importer.sending.existing import Existing, ExistingPeople, Verdict, Wanted
from importer.staging import Batch


async def meet_existing(
    people: ExistingPeople, checked: Checked, batch: Batch, policy: str
) -> tuple[Batch, list[tuple[int, str]]]:
    """Take out the rows of a batch that meet somebody in the ATS.

    Args:
        people: Prepared.
        checked: Takes outcomes and problems.
        batch: Rows about to be staged.
        policy: `skip` or `stop`.

    Returns:
        The rows that meet nobody, and (index in the batch, candidate id) of those already there.

    Raises:
        GuardStopped: The policy is `stop` and a row meets somebody.
    """
    allowed = checked.judge.send_anyway
    wanted = []
    for index, (position, row) in enumerate(batch):
        body = json.loads(row.body)
        emails = tuple(body_emails(body))
        if emails and position not in allowed:
            wanted.append(Wanted(index, emails, body_name(body)))
    met = await people.find(wanted)
    if met and policy == "stop":
        rows = ", ".join(str(batch[i][1].row) for i in sorted(met)[:5])
        raise GuardStopped(
            f"People of this file are in the ATS already (row {rows}"
            + (f" and {len(met) - 5} more" if len(met) > 5 else "")
            + "), and --existing stop was given. Nothing was sent.",
            hint="Use --existing skip to leave them out, or create to send them all the same.",
        )
    there: list[tuple[int, str]] = []
    for index, meeting in met.items():
        position = batch[index][0]
        if meeting.verdict is Verdict.SAME:
            checked.outcome[position] = CODE_OF[Outcome.ALREADY_IN_ATS]
            checked.judge.table.candidate_ids[position] = meeting.candidate_ids[0]
            there.append((index, meeting.candidate_ids[0]))
        else:
            checked.outcome[position] = CODE_OF[Outcome.REJECTED]
            _log(checked, position, _describe(meeting))
    return [pair for i, pair in enumerate(batch) if i not in met], there


def find_missing_doubtful(checked: Checked, doubtful: Sequence[StagedRow]) -> dict[str, StagedRow]:
    """Rows in doubt that no row of this run is, by the person's folded name."""
    here = {
        checked.judge.origins[i][0] if i in checked.judge.origins else checked.identity_of(i)
        for i in checked.positions(Outcome.IN_DOUBT).tolist()
    }
    named = {fold_name(parse_sent(row.body).name): row for row in doubtful}
    return {name: row for name, row in named.items() if name and row.identity not in here}


def hold_alike(checked: Checked, batch: Batch, missing: Mapping[str, StagedRow]) -> Batch:
    """Keep back who has the name of a row in doubt that its source no longer holds.

    Such a row may be the same one with another e-mail address, and a row in doubt is not sent
    by editing it. Returns the other rows.
    """
    if not missing:
        return batch
    left = []
    for position, row in batch:
        like = missing.get(fold_name(parse_sent(row.body).name))
        if like is None or position in checked.judge.send_anyway:
            left.append((position, row))
            continue
        checked.outcome[position] = CODE_OF[Outcome.REJECTED]
        finding = Finding(
            "like-a-row-in-doubt",
            f"A person of this name was sent as row {like.row} by run {like.run_id}, and that"
            " row is in doubt: this may be the same person, edited since.",
            "Settle the other row first (`candidate-import reconcile`); or decide `send anyway`"
            " in fix.xlsx if it is somebody else.",
        )
        _log(checked, position, finding)
    return left


def remember_existing(
    ledger: Ledger, connector: int, run_id: str, batch: Batch, there: Sequence[tuple[int, str]]
) -> None:
    """Make durable who was found to be in the ATS, so that they cost no call tomorrow."""
    for index, candidate_id in there:
        row = batch[index][1]
        ledger.decide(
            connector,
            run_id,
            row.identity,
            row.content,
            RowState.ALREADY_IN_ATS,
            candidate_id,
            emails=row.emails,
            origin=row.origin,
        )


def _describe(meeting: Existing) -> Finding:
    ids = ", ".join(meeting.candidate_ids)
    if meeting.verdict is Verdict.SEVERAL:
        return Finding(
            "several-in-ats",
            f"Several candidates of the ATS have this e-mail address and name: {ids}.",
            "Look them up in the ATS; then decide `already there` or `send anyway` in fix.xlsx.",
        )
    names = ", ".join(f"'{n}'" for n in meeting.names if n) or "no name"
    return Finding(
        "in-ats-under-another-name",
        f"The ATS holds this e-mail address under another name: {names} ({ids}).",
        "Look the person up in the ATS; then decide `already there` or `send anyway` in fix.xlsx.",
    )


def _log(checked: Checked, position: int, finding: Finding) -> None:
    checked.judge.log.one(finding, place_of(checked.rows, position), 0)
