"""Where a row stands by what is remembered of its person."""

from __future__ import annotations

import pytest
from judge_kit import ADA, MAPPING, Memory, check, know, people, told

from importer.core.model import Severity
from importer.core.ports import Remembered, RowState
from importer.core.results import RowProblem
from importer.core.standing import StandingRules

OTHER = (*ADA[:5], "new")
S = RowState
CASES = {
    "created, the same": (S.CREATED, ADA, ("unchanged", ())),
    "created, other content": (S.CREATED, OTHER, ("changed", ("changed",))),
    "in the ATS before, the same": (S.ALREADY_IN_ATS, ADA, ("unchanged", ())),
    "incomplete, the same": (S.INCOMPLETE, ADA, ("incomplete", ())),
    "incomplete, other content": (S.INCOMPLETE, OTHER, ("changed", ("changed",))),
    "in doubt, the same": (S.IN_DOUBT, ADA, ("in_doubt", ("in-doubt",))),
    "in doubt, edited": (S.IN_DOUBT, OTHER, ("in_doubt", ("in-doubt",))),
    "on its way when a run was killed": (S.INTENDED, ADA, ("in_doubt", ("in-doubt",))),
    "staged and not sent": (S.STAGED, ADA, ("ready", ())),
    "set aside, the same": (S.SET_ASIDE, ADA, ("set_aside", ())),
    "set aside, edited": (S.SET_ASIDE, OTHER, ("ready", ())),
    "refused, the same": (S.REFUSED, ADA, ("refused", ())),
    "refused, edited": (S.REFUSED, OTHER, ("ready", ())),
}


@pytest.mark.parametrize(("state", "row", "expected"), CASES.values(), ids=CASES.keys())
def test_a_known_identity(
    state: RowState, row: tuple[str, ...], expected: tuple[str, tuple[str, ...]]
) -> None:
    """What is settled is not judged again, unless what settled it is another now."""
    memory, _, _ = know(ADA, state)
    assert told(check(people(row), memory=memory)) == [expected]


RULES = {
    "nothing changed": ({}, "refused"),
    "other mapping": ({"mapping_sha256": "m2"}, "ready"),
    "other schema": ({"schema_sha256": "s2"}, "ready"),
    "asked for": ({"retry_refused": True}, "ready"),
    "this very run": ({"run_id": "then", "retry_refused": True}, "refused"),
}


@pytest.mark.parametrize(("changes", "expected"), RULES.values(), ids=RULES.keys())
def test_a_refusal_holds_until_something_changes(changes: dict[str, str], expected: str) -> None:
    """Content, mapping or schema; a run that is continued never sends again what it refused."""
    said = RowProblem("refused", "model_keys.tags", "No such tag.", "", Severity.ERROR)
    memory, _, _ = know(ADA, S.REFUSED, mapping_sha256="m", schema_sha256="s", problems=(said,))
    same = {"run_id": "now", "mapping_sha256": "m", "schema_sha256": "s"}
    rules = StandingRules(**same | changes)
    checked = check(people(ADA), memory=memory, rules=rules)
    (outcome, codes), *_ = told(checked)
    assert (outcome, codes) == (expected, ("refused",) if expected == "refused" else ())
    assert bool(checked.rows.is_retry[0]) is (expected == "ready")
    assert [p.column for p in checked.problems] == (["Tags"] if expected == "refused" else [])


@pytest.mark.parametrize(
    ("state", "outcome"), [(S.CREATED, "created"), (S.ALREADY_IN_ATS, "already_in_ats")]
)
def test_a_continued_run_finds_its_own_work(state: RowState, outcome: str) -> None:
    """What it did before it was interrupted counts as done in this run."""
    memory, _, _ = know(ADA, state, run_id="now")
    checked = check(people(ADA, ADA), memory=memory)
    assert told(checked) == [(outcome, ()), ("duplicate", ())]
    assert checked.judge.table.candidate_ids == {0: "c1", 1: "c1"}


def test_a_change_is_told_until_it_was_told() -> None:
    """A further change is told again; going back is no change."""
    memory, identity, _ = know(ADA, S.CREATED)
    _, _, content = know(OTHER, S.CREATED)
    first = check(people(OTHER), memory=memory)
    assert (first.judge.news[0].identity, first.judge.news[0].content) == (identity, content)
    memory, _, _ = know(ADA, S.CREATED, told=content)
    assert told(check(people(OTHER), memory=memory)) == [("changed", ())]
    assert told(check(people((*ADA[:5], "third")), memory=memory)) == [("changed", ("changed",))]
    assert told(check(people(ADA), memory=memory)) == [("unchanged", ())]


def _by_address(memory: Memory) -> Memory:
    return Memory(addresses=memory.addresses)


ADDRESSES = {
    "another first address": (("Ada", "Adams", "new@example.com", ADA[2], "", "old"), "changed"),
    "another name": (("Bea", "Berg", "new@example.com", ADA[2], "", "old"), "rejected"),
    "nobody's address": (("Ada", "Adams", "new@example.com", "", "", "old"), "ready"),
}


@pytest.mark.parametrize(("row", "outcome"), ADDRESSES.values(), ids=ADDRESSES.keys())
def test_any_address_of_a_person_tells_them(row: tuple[str, ...], outcome: str) -> None:
    """Unless the name is another: then a person decides."""
    memory, _, _ = know(ADA, S.CREATED)
    checked = check(people(row), memory=_by_address(memory))
    assert [o for o, _ in told(checked)] == [outcome]
    news = list(checked.judge.news.values())
    assert [n.before is not None for n in news] == [True] * (outcome == "changed")


def test_identity_columns_outrank_addresses() -> None:
    """An address says nothing where the mapping names what makes a person."""
    memory, _, _ = know(ADA, S.CREATED)
    mapping = "identity: [Tags]\n"
    checked = check(people(ADA), memory=_by_address(memory), mapping=MAPPING + mapping)
    assert told(checked) == [("ready", ())]


def test_a_row_that_was_sent_as_somebody_else_is_known_by_its_content() -> None:
    """Although its identity is that of another person with other contents."""
    memory, identity, _ = know(ADA, S.CREATED)
    checked = check(people(OTHER), memory=memory)
    own = checked.judge._who.row_identity(checked.judge.news[0].content.hashes)
    _, _, content = know(OTHER, S.CREATED)
    memory.people[own] = Remembered(2, S.CREATED, "c2", content, "then")
    assert told(check(people(ADA, OTHER), memory=memory)) == [("unchanged", ()), ("unchanged", ())]
    assert identity in memory.people


def test_nobody_is_remembered_without_a_ledger() -> None:
    """Every row is new, the same row twice is one person, and nothing is told of history."""
    checked = check(people(ADA, ADA, OTHER), memory=None)
    assert [o for o, _ in told(checked)] == ["ready", "duplicate", "rejected"]
