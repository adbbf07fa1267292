"""How far a file is done, by what the ledger knows: asked without any network.

Lives here: judging a file's rows as a check would, and counting them. Must never live here:
a write, a call or a report. What a newcomer would question: rows are judged and not only
looked up, because "still to send" and "needs a person" differ by the judgement alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from importer.checking import CheckSettings, LedgerRecall, check_sources
from importer.connecting import last_schema
from importer.core.model import NEEDS_A_PERSON, Outcome
from importer.core.pacing import CALLS_A_MINUTE
from importer.core.ports import Ledger
from importer.core.standing import StandingRules
from importer.job import Job
from importer.naming import recall_lookups, wanted_lookups


@dataclass(frozen=True, slots=True)
class Survey:
    """Where a file's rows stand.

    Attributes:
        waiting: Sound and not settled: the next run sends them.
        seconds: How long that takes at the connector's limit, one call a row.
    """

    rows: int
    settled: int
    waiting: int
    need_a_person: int
    seconds: float


def survey_sources(job: Job, ledger: Ledger, connector: int) -> Survey:
    """Judge a job's rows against the ledger.

    Args:
        job: Mapping and sources; its schema stands in where the connector never gave one.
        ledger: Only read.
        connector: The connector's number.

    Raises:
        MappingError: The mapping does not fit the file.
    """
    schema = job.schema
    if ledger.latest_schema(connector) is not None:
        schema = last_schema(ledger, connector)
    if schema is None:
        raise AssertionError("a survey is made offline, with a schema to stand in")
    checked = check_sources(
        CheckSettings(
            mapping=job.mapping,
            schema=schema.schema,
            secret=ledger.secret,
            standing=StandingRules("", job.mapping.sha256, schema.schema.sha256),
            recall=LedgerRecall(ledger, connector),
            lookups=recall_lookups(ledger, connector, wanted_lookups(job.mapping)),
            orders=job.orders,
            fix=job.fix,
            is_offline=True,
        ),
        job.sources,
    )
    counts = checked.counts()
    waiting = counts[Outcome.READY.value]
    needing = _sum(counts, tuple(NEEDS_A_PERSON))
    return Survey(
        rows=counts["rows"],
        settled=counts["rows"] - waiting - needing,
        waiting=waiting,
        need_a_person=needing,
        seconds=waiting * 60 / CALLS_A_MINUTE,
    )


def _sum(counts: dict[str, int], outcomes: Sequence[Outcome]) -> int:
    return sum(counts[outcome.value] for outcome in outcomes)
