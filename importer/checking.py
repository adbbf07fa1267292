"""Reading and judging a run's sources: everything before the first call that creates.

Lives here: the walk from sources to outcomes. Must never live here: files, network or
printing; they come in as ports. What a newcomer would question: `check` and `run` share
this whole module, so a check finds what a run would find.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from importer.core.attachments import Files
from importer.core.columns import find_twins
from importer.core.explain import try_mapping
from importer.core.fixrows import FixOrigin, find_copies, gather_twins
from importer.core.handback import original_columns
from importer.core.judge import Judge
from importer.core.lint import LintFinding, lint_mapping, resolve_columns
from importer.core.model import (
    CandidateSchema,
    Chunk,
    Finding,
    Outcome,
    Problem,
    Severity,
    SourceDescription,
)
from importer.core.plan import Plan, build_plan
from importer.core.ports import Ledger, Remembered, Source
from importer.core.rowtable import CODE_OF, OUTCOMES, RowBlock
from importer.core.rules import CandidateMapping
from importer.core.settle import settle
from importer.core.standing import Recall, StandingRules
from importer.errors import MappingError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from importer.core.people import Who

FIRST_CHUNK = 1_000
"""Rows of the first chunk, so that the first problems of a huge file show at once."""
CHUNK = 100_000


class Spool(Protocol):
    """Where the rows are kept for the report."""

    def begin_source(self, description: SourceDescription) -> None: ...
    def add(self, chunk: Chunk) -> None: ...
    def end_source(self, skipped: Mapping[str, Sequence[int]], notes: Sequence[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """What a check needs besides the sources.

    Attributes:
        secret: Keys the hashes; a ledger's own where there is one.
        is_offline: Names stay unresolved, because no list could be loaded on purpose.
        orders: Column -> date order inherited from the run that a fix workbook belongs to.
        fix: What that run knew, for sources that are fix workbooks.
        ats: The connector's integration, as Bindbee names it.
        files: Looks at files to attach; None: there are none to be had.
    """

    mapping: CandidateMapping
    schema: CandidateSchema
    secret: bytes
    standing: StandingRules
    recall: Recall | None = None
    lookups: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    orders: Mapping[str, str] = field(default_factory=dict)
    fix: FixOrigin | None = None
    is_offline: bool = False
    ats: str = ""
    files: Files | None = None


@dataclass(slots=True)
class Checked:
    """A run's rows judged, before anything is sent.

    Attributes:
        outcome: Number of each row's outcome (see `OUTCOMES`).
        skipped: Reason -> (source, row) of lines that are no rows.
        lint: What the mapping and the columns have to say to each other, not stopping.
        new_columns: Columns that the mapping neither maps nor ignores.
        kept: Identities made after the check, where nobody was remembered before it.
        lookup_calls: Calls that loading lists of names took.
    """

    plan: Plan
    judge: Judge
    rows: RowBlock
    outcome: NDArray[np.uint8]
    descriptions: list[SourceDescription]
    source_rows: list[int]
    skipped: dict[str, list[tuple[int, int]]]
    lint: list[tuple[str, LintFinding]]
    new_columns: list[str]
    lookup_calls: int = 0

    kept: NDArray[np.uint64] | None = None

    @property
    def problems(self) -> list[Problem]:
        """All problems found so far, grouped."""
        return self.judge.log.problems.problems()

    def counts(self) -> dict[str, int]:
        """Rows by outcome, zeros too, with their sum under `rows`."""
        numbers = np.bincount(self.outcome, minlength=len(OUTCOMES)).tolist()
        return {
            "rows": len(self.outcome),
            **dict(zip((o.value for o in OUTCOMES), numbers, strict=True)),
        }

    def keep_identities(self, positions: NDArray[np.intp], who: Who) -> list[bytes]:
        """The identities of some rows, fit for a ledger.

        Args:
            positions: Of the rows in the run.
            who: The same rows.
        """
        if self.rows.identity.shape[1] == 1:
            if self.kept is None:
                self.kept = np.zeros((len(self.rows.identity), 2), dtype=np.uint64)
            self.kept[positions] = who.identity
        return [self.identity_of(i) for i in positions.tolist()]

    def identity_of(self, position: int) -> bytes:
        """The identity of a row that the ledger knows or was told of."""
        known = self.rows.identity if self.kept is None else self.kept
        found: bytes = known[position].tobytes()
        return found

    def positions(self, outcome: Outcome) -> NDArray[np.intp]:
        """Where the rows with this outcome stand in the run."""
        return np.flatnonzero(self.outcome == CODE_OF[outcome])


def check_sources(
    settings: CheckSettings,
    sources: Sequence[Source],
    spool: Spool | None = None,
    on_rows: Callable[[int, Judge], None] | None = None,
) -> Checked:
    """Read every source to its end and judge every row.

    Args:
        settings: Mapping, schema and memory.
        sources: In order; each is read once.
        spool: Keeps the rows for a report; None where no report is wanted.
        on_rows: Told after each chunk how many rows it had.

    Raises:
        MappingError: The mapping does not fit the columns, the schema or itself; all places
            are named at once.
    """
    plan = build_plan(
        settings.mapping,
        settings.schema,
        settings.lookups,
        is_offline=settings.is_offline,
        ats=settings.ats,
    )
    require_sound(plan)
    lint = lint_sources(settings.mapping, settings.schema, sources)
    lint += require_tests(plan)
    is_first = settings.recall is None and settings.fix is None
    judge = Judge(plan, settings.secret, settings.recall, settings.standing, is_first=is_first)
    descriptions: list[SourceDescription] = []
    source_rows: list[int] = []
    skipped: dict[str, list[tuple[int, int]]] = {}
    for number, source in enumerate(sources):
        described = source.description
        columns, twins = columns_of(settings.mapping, described)
        resolved, _ = resolve_columns(settings.mapping, columns)
        bound = judge.begin_source(
            resolved,
            settings.mapping.source.dates,
            settings.orders if described.marker else None,
            settings.fix if described.marker else None,
            settings.files,
            settings.fix.sheets if described.marker and settings.fix else (described.path,),
        )
        if spool is not None:
            spool.begin_source(described)
        before = judge.table.total
        for chunk in source.chunks(CHUNK):
            if twins and settings.fix:
                chunk = gather_twins(chunk, twins, settings.fix)
            if spool is not None:
                spool.add(chunk)
            with pausing_collection():
                judge.judge_chunk(bound, chunk)
            if on_rows is not None:
                on_rows(len(chunk.rows), judge)
            del chunk  # not kept while the next is read
        if spool is not None:
            spool.end_source(source.skipped, source.description.notes)
        for reason, lines in source.skipped.items():
            skipped.setdefault(reason, []).extend((number, int(r)) for r in lines)
        descriptions.append(source.description)
        source_rows.append(judge.table.total - before)
    late = judge.finish()
    rows = judge.table.close()
    rows.has_error |= late
    outcome = settle(
        rows,
        judge.table.emails(),
        judge.log.problems,
        [name_source(d) for d in descriptions],
        frozenset(judge.send_anyway),
        by_email=not settings.mapping.identity,
        copies=find_copies(judge.origins),
    )
    judge.tell_changes(outcome)
    return Checked(
        plan=plan,
        judge=judge,
        rows=rows,
        outcome=outcome,
        descriptions=descriptions,
        source_rows=source_rows,
        skipped=skipped,
        lint=lint,
        new_columns=[f.column for _, f in lint if f.finding.code == "column-not-mapped"],
    )


@contextmanager
def pausing_collection() -> Iterator[None]:
    """Let Python's search for cycles wait.

    A chunk makes some hundred thousand small objects and drops them all: without cycles, so
    that each search among them finds nothing. A third of the time of a check would go there.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def require_tests(plan: Plan) -> list[tuple[str, LintFinding]]:
    """Run the mapping's own tests; returns what could not be tried.

    Raises:
        MappingError: A test fails; names each difference by its line.
    """
    found, notes = try_mapping(plan)
    if found:
        raise MappingError(
            f"The mapping {plan.mapping.path} fails its own tests.",
            hint="Nothing was sent. Correct the mapping, or the test where it is out of date.",
            details=[f"line {f.line}: {f.finding.message} {f.finding.hint}" for f in found],
        )
    return [
        (
            plan.mapping.path,
            LintFinding(0, Finding("mapping-test-left-out", note, severity=Severity.NOTE)),
        )
        for note in notes
    ]


def require_sound(plan: Plan) -> None:
    """Stop on rules that are wrong whatever the cells hold.

    Raises:
        MappingError: Names every such rule by its line.
    """
    wrong = [(line, f) for line, f in plan.findings if f.severity is Severity.ERROR]
    if wrong:
        raise MappingError(
            f"The mapping {plan.mapping.path} does not fit.",
            details=[f"line {line}: {f.message} {f.hint}".strip() for line, f in wrong],
        )


def lint_sources(
    mapping: CandidateMapping, schema: CandidateSchema, sources: Sequence[Source]
) -> list[tuple[str, LintFinding]]:
    """Hold the mapping against each source's columns and the schema.

    Raises:
        MappingError: A mapped column or a field does not exist.
    """
    found: list[tuple[str, LintFinding]] = []
    for source in sources:
        described = source.description
        columns, _ = columns_of(mapping, described)
        for finding in lint_mapping(mapping, columns, schema):
            if not any(finding == other for _, other in found):
                found.append((name_source(described), finding))
    stops = [(place, f) for place, f in found if f.stops]
    if stops:
        raise MappingError(
            f"The mapping {mapping.path} does not fit.",
            details=[
                f"line {f.line}: {f.finding.message} {f.finding.hint}".strip() + f" ({place})"
                for place, f in stops
            ],
        )
    return [(place, f) for place, f in found if not f.stops]


def columns_of(
    mapping: CandidateMapping, described: SourceDescription
) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """A source's own columns, and which stand for others in a fix workbook of several files."""
    columns = [name for _, name in original_columns(described)]
    twins = find_twins(mapping, columns) if described.marker else {}
    spare = {other for others in twins.values() for other in others}
    return [c for c in columns if c not in spare], twins


def name_source(description: SourceDescription) -> str:
    """A source's name in messages: the file, and the sheet where there is one."""
    if description.sheet:
        return f"{description.path}, sheet {description.sheet}"
    return description.path


class LedgerRecall:
    """Asks the ledger for the people of one connector."""

    def __init__(self, ledger: Ledger, connector: int) -> None:
        self._ledger = ledger
        self._connector = connector

    def identities(self, wanted: Sequence[bytes]) -> Mapping[bytes, Remembered]:
        """What is known of these identities."""
        return self._ledger.recall(self._connector, wanted)

    def emails(self, wanted: Sequence[bytes]) -> Mapping[bytes, Remembered]:
        """What is known of the people who ever had these e-mails."""
        return self._ledger.recall_emails(self._connector, wanted)
