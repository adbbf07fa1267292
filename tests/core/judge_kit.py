"""A table judged in memory: rows as lists of cells, and a memory that is a dictionary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from importer.checking import Checked, CheckSettings, check_sources
from importer.core.assemble import Values, assemble_values
from importer.core.distinct import Columns
from importer.core.fixrows import FixOrigin
from importer.core.handback import DECISION_COLUMN, TOKEN_COLUMN
from importer.core.mapping import parse_mapping
from importer.core.model import CandidateSchema, CellFinding, Chunk, SourceDescription
from importer.core.ports import Content, Remembered, RowState
from importer.core.rowtable import OUTCOMES
from importer.core.schema import published_schema
from importer.core.standing import StandingRules

SECRET = b"s" * 32
MAPPING = """\
version: 1
model_keys:
  first_name: First
  last_name: Last
  email_addresses: [Mail, Other]
  phone_numbers: Phone
  tags: {column: Tags, split: ","}
defaults: {region: GB}
"""
HEADER = ("First", "Last", "Mail", "Other", "Phone", "Tags")
ADA = ("Ada", "Adams", "ada@example.com", "", "", "old")


@dataclass
class Table:
    """A source of one or more chunks."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    marker: str | None = None
    findings: tuple[CellFinding, ...] = ()
    size: int = 1_000
    name: str = "people.csv"
    skipped: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @property
    def description(self) -> SourceDescription:
        """Its columns."""
        columns = tuple(self.columns)
        return SourceDescription(
            self.name, "csv", headers=columns, columns=columns, marker=self.marker
        )

    def chunks(self, size: int = 50_000) -> Iterator[Chunk]:
        """The rows, numbered from 2 as below a header."""
        for start in range(0, len(self.rows), min(size, self.size)):
            rows = self.rows[start : start + self.size]
            frame = pd.DataFrame(
                {c: [r[i] for r in rows] for i, c in enumerate(self.columns)}, dtype=object
            )
            numbers = np.arange(start + 2, start + 2 + len(rows), dtype=np.int64)
            yield Chunk(numbers, frame, self.findings if start == 0 else ())


@dataclass
class Memory:
    """What a ledger would know."""

    people: dict[bytes, Remembered] = field(default_factory=dict)
    addresses: dict[bytes, Remembered] = field(default_factory=dict)

    def identities(self, wanted: Sequence[bytes]) -> Mapping[bytes, Remembered]:
        """By identity."""
        return {i: self.people[i] for i in wanted if i in self.people}

    def emails(self, wanted: Sequence[bytes]) -> Mapping[bytes, Remembered]:
        """By any e-mail."""
        return {i: self.addresses[i] for i in wanted if i in self.addresses}


def check(
    *tables: Table,
    mapping: str = MAPPING,
    memory: Memory | None = None,
    fix: FixOrigin | None = None,
    schema: CandidateSchema | None = None,
    rules: StandingRules | None = None,
) -> Checked:
    """Judge tables."""
    settings = CheckSettings(
        mapping=parse_mapping(mapping, "m.yaml"),
        schema=schema or published_schema(),
        secret=SECRET,
        standing=rules or StandingRules("now"),
        recall=memory,
        fix=fix,
        is_offline=True,
    )
    return check_sources(settings, tables)


def people(*rows: Sequence[str]) -> Table:
    """Rows below the usual header."""
    return Table(HEADER, rows)


def workbook(*rows: tuple[Sequence[str], str, str]) -> Table:
    """Rows of a fix workbook: (cells, decision, token)."""
    columns = (*HEADER, DECISION_COLUMN, TOKEN_COLUMN)
    return Table(columns, [(*c, d, t) for c, d, t in rows], marker="then", name="fix.xlsx")


def told(checked: Checked) -> list[tuple[str, tuple[str, ...]]]:
    """(outcome, codes) of each row."""
    index = checked.judge.log.problems.index(len(checked.outcome))
    return [
        (OUTCOMES[o].value, tuple(p.code for p in index.of(i)))
        for i, o in enumerate(checked.outcome.tolist())
    ]


def values(checked: Checked, *rows: Sequence[str], header: Sequence[str] = HEADER) -> list[Values]:
    """What rows of the first source would fill."""
    frame = pd.DataFrame({c: [r[i] for r in rows] for i, c in enumerate(header)}, dtype=object)
    return list(assemble_values(checked.plan, checked.judge.sources[0], Columns(frame)))


def know(row: Sequence[str], state: RowState, **more: object) -> tuple[Memory, bytes, Content]:
    """A memory of one row of the usual header; with its identity and content."""
    checked = check(people(row), memory=Memory())
    source = checked.judge.sources[0]
    frame = pd.DataFrame({c: [row[i]] for i, c in enumerate(HEADER)}, dtype=object)
    who = checked.judge.who(source, Columns(frame))
    identity, content = who.identities()[0], who.content_of(0)
    remembered = Remembered(
        **{"person": 1, "state": state, "candidate_id": "c1", "content": content, "run_id": "then"}
        | more  # type: ignore[arg-type]
    )
    memory = Memory({identity: remembered}, dict.fromkeys(who.emails(), remembered))
    return memory, identity, content
