"""Quick keys tell rows apart exactly as identities do."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.core.distinct import Columns
from importer.core.identity import name_hash
from importer.core.judge import Judge
from importer.core.mapping import parse_mapping
from importer.core.model import Chunk
from importer.core.plan import build_plan
from importer.core.rowtable import RowBlock
from importer.core.schema import published_schema
from importer.core.standing import StandingRules

SECRET = b"s" * 32
BY_EMAIL = """\
version: 1
defaults: {region: GB}
model_keys:
  first_name: First
  last_name: Last
  email_addresses: [Mail, Other mail]
  phone_numbers: Phone
  company: Company
"""
BY_COLUMNS = "identity: [Company, Phone]\n" + BY_EMAIL
WHOLE_NAME = """\
version: 1
model_keys:
  name: First
  email_addresses: Mail
  company: [Last, Company]
"""
NAMES = ["", "-", "Ann", "ANN", "Mary Ann", "Mary", "Ann Smith", "Smith", "José", "Jose\u0301"]
CELLS = {
    "First": NAMES,
    "Last": NAMES,
    "Mail": ["", "a@example.com", "A@example.com", "a@example.com; b@example.com", "none"],
    "Other mail": ["", "b@example.com", "c@example.org"],
    "Phone": ["", "020 7946 0958", "+442079460958", "12"],
    "Company": ["", "Acme", "acme ", "ACME"],
}


def judge_rows(frame: pd.DataFrame, mapping: str, *, is_first: bool) -> tuple[Judge, RowBlock]:
    """The rows of a frame, judged without or with identities that could be kept."""
    plan = build_plan(parse_mapping(mapping, "map.yaml"), published_schema(), {})
    judge = Judge(plan, SECRET, None, StandingRules("run"), is_first=is_first)
    source = judge.begin_source({name: name for name in frame.columns})
    for start in range(0, len(frame), 100):
        part = frame.iloc[start : start + 100].reset_index(drop=True)
        judge.judge_chunk(source, Chunk(np.arange(len(part)) + start + 2, part))
    return judge, judge.table.close()


def group(*columns: object) -> list[int]:
    """The same number for rows that are equal."""
    lines = zip(*(np.asarray(c).tolist() for c in columns), strict=True)
    seen: dict[object, int] = {}
    return [seen.setdefault(line, len(seen)) for line in lines]


rows = st.tuples(*(st.sampled_from(cells) for cells in CELLS.values()))


@pytest.mark.parametrize(
    "mapping",
    [
        pytest.param(BY_EMAIL, id="e-mail, else name and phone"),
        pytest.param(BY_COLUMNS, id="columns"),
        pytest.param(WHOLE_NAME, id="whole name"),
    ],
)
@settings(max_examples=40, deadline=None)
@given(st.lists(rows, min_size=1, max_size=30))
def test_keys_group_rows_as_identities_do(mapping: str, lines: list[tuple[str, ...]]) -> None:
    """A first check finds the same duplicates as one that knows people."""
    frame = pd.DataFrame(lines, columns=list(CELLS), dtype=object)
    _, quick = judge_rows(frame, mapping, is_first=True)
    _, kept = judge_rows(frame, mapping, is_first=False)
    assert quick.identity.shape[1] == 1
    assert group(quick.identity[:, 0]) == group(kept.identity[:, 0], kept.identity[:, 1])
    assert group(quick.content) == group(*(frame[c] for c in frame if c in mapping))
    assert (quick.has_error == kept.has_error).all()


def test_names_are_keyed_as_they_are_hashed() -> None:
    """Word order, case and accents are nothing; "-" is a name, and nothing is none."""
    pairs = list(itertools.product(NAMES, NAMES))
    frame = pd.DataFrame(pairs, columns=["First", "Last"], dtype=object)
    for name in CELLS:
        if name not in frame:
            frame[name] = "a@example.com" if name == "Mail" else ""
    _, rows = judge_rows(frame, BY_EMAIL, is_first=True)
    hashed = [name_hash(SECRET, f"{a} {b}") if (a + b).strip() else b"" for a, b in pairs]
    assert group(rows.name) == group(hashed)
    assert [key == 0 for key in rows.name.tolist()] == [h == b"" for h in hashed]


def test_identities_made_later_are_those_made_at_once() -> None:
    """Rows that are kept after a first check get the identities that a ledger knows them by."""
    frame = pd.DataFrame(
        [["Ann", "Smith", "", "", "", "x"], ["", "", "a@example.com", "", "", ""], [""] * 6],
        columns=list(CELLS),
        dtype=object,
    )
    judge, _ = judge_rows(frame, BY_EMAIL, is_first=True)
    _, kept = judge_rows(frame, BY_EMAIL, is_first=False)
    later = judge.who(judge.sources[0], Columns(frame))
    assert later.identities() == [line.tobytes() for line in kept.identity]
