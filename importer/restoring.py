"""A lost ledger made anew: who the rows of kept run folders are, under the new ledger's key.

Lives here: reading rows through the mapping once more. Must never live here: files, or what
the ledger makes of two folders that disagree (`adapters/ledger/copies`). What a newcomer
would question: nothing of the old hashes can be used again, since their key is lost with the
old ledger; people are told apart by their cells, which results.csv has kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from importer.core.assemble import assemble_values
from importer.core.bodies import assemble_body
from importer.core.bound_source import BoundSource
from importer.core.distinct import Columns
from importer.core.judge import Judge
from importer.core.lint import resolve_columns
from importer.core.memory import RestoredRow
from importer.core.model import CandidateSchema, Outcome
from importer.core.plan import Plan, build_plan
from importer.core.ports import Content
from importer.core.results import ReportRow
from importer.core.rules import CandidateMapping
from importer.core.standing import StandingRules

if TYPE_CHECKING:
    from collections.abc import Iterable

_BATCH = 20_000
_LASTING = frozenset(
    {
        Outcome.CREATED,
        Outcome.INCOMPLETE,
        Outcome.UNCHANGED,
        Outcome.CHANGED,
        Outcome.ALREADY_IN_ATS,
        Outcome.SET_ASIDE,
        Outcome.REFUSED,
        Outcome.IN_DOUBT,
    }
)


def restore_rows(
    mapping: CandidateMapping,
    schema: CandidateSchema,
    secret: bytes,
    columns: Sequence[str],
    rows: Iterable[ReportRow],
) -> Iterator[RestoredRow]:
    """Say who the rows of one run folder are, as far as they say something lasting.

    Args:
        mapping: The mapping that the run used, or what has become of it.
        schema: What the ATS asks for; the published model keys will do.
        secret: The new ledger's.
        columns: The original columns of the rows.
        rows: In order.
    """
    plan = build_plan(mapping, schema, {}, is_offline=True)
    judge = Judge(plan, secret, None, StandingRules(""))
    resolved, _ = resolve_columns(mapping, columns)
    bound = judge.begin_source(resolved, mapping.source.dates)
    lasting = (row for row in rows if row.outcome in _LASTING)
    while batch := list(islice(lasting, _BATCH)):
        yield from _restore_batch(plan, judge, bound, columns, batch)


def _restore_batch(
    plan: Plan,
    judge: Judge,
    bound: BoundSource,
    columns: Sequence[str],
    batch: Sequence[ReportRow],
) -> Iterator[RestoredRow]:
    cells = list(zip(*(row.cells for row in batch), strict=True))
    frame = pd.DataFrame(
        {n: np.asarray(c, dtype=object) for n, c in zip(columns, cells, strict=True)}, dtype=object
    )
    who = judge.who(bound, Columns(frame))
    identities, contents = who.identities(), who.content_bytes()
    emails: list[list[bytes]] = [[] for _ in batch]
    for at, hashed in zip(who.email_rows.tolist(), who.emails(), strict=True):
        emails[at].append(hashed)
    doubtful = [i for i, row in enumerate(batch) if row.outcome is Outcome.IN_DOUBT]
    bodies = dict(zip(doubtful, _bodies(plan, bound, frame.iloc[doubtful]), strict=True))
    for i, row in enumerate(batch):
        yield RestoredRow(
            identity=identities[i],
            content=Content(who.columns, contents[i]),
            outcome=row.outcome.value,
            candidate_id=row.candidate_id,
            emails=tuple(dict.fromkeys(emails[i])),
            source=row.source,
            row=row.row,
            body=bodies.get(i, ""),
            form=plan.form,
        )


def _bodies(plan: Plan, bound: BoundSource, frame: pd.DataFrame) -> list[str]:
    if not len(frame):
        return []
    values = assemble_values(plan, bound, Columns(frame.reset_index(drop=True)))
    return [json.dumps(assemble_body(plan.form, v), ensure_ascii=False) for v in values]
