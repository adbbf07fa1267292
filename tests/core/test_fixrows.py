"""Rows that come back in a fix workbook: their origin speaks, then the person's word."""

from __future__ import annotations

import pytest
from judge_kit import ADA, HEADER, Memory, Table, check, know, people, told, workbook

from importer.core.fixrows import FixOrigin
from importer.core.handback import (
    DECISION_COLUMN,
    SHORTENED_PREFIX,
    TOKEN_COLUMN,
    RowDecision,
)
from importer.core.model import CellFinding, Finding
from importer.core.ports import Remembered, RowState
from importer.core.tokens import Origin, make_token

S = RowState
BAD = ("Ada", "Adams", "ada at example.com", "", "", "old")
"""The original row, that was rejected."""
COLUMNS = ("First", "Last", "Mail", "Other", "Phone", "Tags")
FIX = FixOrigin([COLUMNS], ["people.csv"], [HEADER])


def token(row: tuple[str, ...] = BAD, source: int = 0) -> str:
    """The token that the original row got."""
    _, identity, content = know(row, S.CREATED)
    assert content.columns == COLUMNS
    return make_token(Origin(source, identity, content.hashes))


def fix(
    cells: tuple[str, ...] = ADA, decision: str = "", mark: str | None = None, **how: object
) -> tuple[str, tuple[str, ...]]:
    """Outcome and codes of one row of the workbook."""
    table = workbook((cells, decision, token() if mark is None else mark))
    (result,) = told(check(table, fix=FIX, **{"memory": Memory()} | how))  # type: ignore[arg-type]
    return result


def test_a_corrected_row_is_judged_and_settles_its_origin() -> None:
    """Its token says which row that is."""
    checked = check(workbook((ADA, "", token())), fix=FIX, memory=Memory())
    _, identity, content = know(BAD, S.CREATED)
    assert told(checked) == [("ready", ())]
    assert checked.judge.origins == {0: (identity, content)}


FOREIGN = {
    "inserted by hand": "",
    "damaged": "AAAA",
    "of a source that the run did not have": token(source=7),
}


@pytest.mark.parametrize("mark", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_row_without_a_token_of_this_run_is_a_new_one(mark: str) -> None:
    """It settles nobody's row."""
    checked = check(workbook((ADA, "", mark)), fix=FIX, memory=Memory())
    assert (told(checked), checked.judge.origins) == ([("ready", ())], {})


def test_a_token_of_other_columns_says_nothing() -> None:
    """Hashes that do not fit the columns cannot be compared."""
    checked = check(workbook((ADA, "", token())), fix=FixOrigin([COLUMNS[:3]]), memory=Memory())
    assert (told(checked), checked.judge.origins) == ([("ready", ())], {})


DECISIONS = {
    # state of the origin, decision: outcome, codes
    "nobody decided on a row in doubt": (S.IN_DOUBT, "", ("in_doubt", ("in-doubt",))),
    "on its way": (S.INTENDED, "", ("in_doubt", ("in-doubt",))),
    "in doubt, skipped": (S.IN_DOUBT, "skip", ("set_aside", ())),
    "in doubt, it is there": (S.IN_DOUBT, "Already  There", ("already_in_ats", ())),
    "in doubt, sent all the same": (S.IN_DOUBT, "send anyway", ("ready", ())),
    "imported meanwhile": (S.CREATED, "", ("unchanged", ())),
    "imported meanwhile, skipped too late": (S.CREATED, "skip", ("unchanged", ())),
    "its file missing, skipped": (S.INCOMPLETE, "skip", ("set_aside", ())),
    "refused, corrected": (S.REFUSED, "", ("ready", ())),
    "refused, skipped": (S.REFUSED, "skip", ("set_aside", ())),
    "set aside, corrected": (S.SET_ASIDE, "", ("ready", ())),
    "set aside, sent all the same": (S.SET_ASIDE, "send anyway", ("ready", ())),
    "a word that is none": (S.REFUSED, "maybe", ("rejected", ("unknown-decision",))),
}


@pytest.mark.parametrize(("state", "word", "expected"), DECISIONS.values(), ids=DECISIONS.keys())
def test_what_a_person_decided(
    state: RowState, word: str, expected: tuple[str, tuple[str, ...]]
) -> None:
    """It stands above what was known of the row, unless the row is settled."""
    memory, _, _ = know(BAD, state)
    assert fix(decision=word, memory=memory) == expected


NEW = {
    "skip": ("set_aside", RowDecision.SKIP),
    "already there": ("already_in_ats", RowDecision.ALREADY_THERE),
    "send anyway": ("ready", RowDecision.SEND_ANYWAY),
}


@pytest.mark.parametrize(("word", "expected"), NEW.items(), ids=NEW.keys())
def test_a_decision_on_a_row_that_nobody_knows(
    word: str, expected: tuple[str, RowDecision]
) -> None:
    """It is made durable for the original row; skipping also for the row by what it holds."""
    checked = check(workbook((ADA, word, token())), fix=FIX, memory=Memory())
    _, identity, _ = know(BAD, S.CREATED)
    assert told(checked) == [(expected[0], ())]
    assert {d.decision for d in checked.judge.decided} == {expected[1]}
    assert identity in {d.identity for d in checked.judge.decided}
    assert checked.judge.send_anyway == ({0} if word == "send anyway" else set())


def test_an_inserted_row_may_be_decided_on() -> None:
    """By its own identity."""
    checked = check(workbook((ADA, "already there", "")), fix=FIX, memory=Memory())
    _, identity, content = know(ADA, S.CREATED)
    assert told(checked) == [("already_in_ats", ())]
    assert [(d.identity, d.content) for d in checked.judge.decided] == [(identity, content)]


def test_a_person_imported_otherwise_is_kept_back() -> None:
    """The corrected row must not vanish behind somebody who was imported with other contents."""
    memory, _, _ = know((*ADA[:5], "other"), S.CREATED)
    assert fix(memory=memory) == ("rejected", ("imported-with-other-contents",))
    assert fix(decision="already there", memory=memory) == ("already_in_ats", ())
    assert fix(decision="send anyway", memory=memory) == ("ready", ())
    assert told(check(people(ADA), memory=memory)) == [("changed", ("changed",))]


def _imported(told_as: tuple[str, ...] | None, own: tuple[str, ...] | None) -> Memory:
    """BAD as the original of a person who was imported as the one or the other."""
    memory, _, _ = know(BAD, S.CREATED, told=know(told_as, S.CREATED)[2] if told_as else None)
    if own is not None:
        memory.people.update(know(own, S.CREATED)[0].people)
    return memory


EDITED = (*ADA[:5], "edited")
BAD_PHONE = ("Ada", "Adams", "ada@example.com", "", "nonsense", "old")
AGAIN = {
    "as it was imported": (_imported(None, ADA), ADA, "unchanged"),
    "edited since": (_imported(None, ADA), EDITED, "changed"),
    "nobody knows what was imported": (_imported(None, None), EDITED, "unchanged"),
}


@pytest.mark.parametrize(("memory", "cells", "outcome"), AGAIN.values(), ids=AGAIN.keys())
def test_a_workbook_imported_again(memory: Memory, cells: tuple[str, ...], outcome: str) -> None:
    """What it says now is held against what was sent then, not against the original."""
    assert fix(cells, memory=memory)[0] == outcome


@pytest.mark.parametrize(("cells", "outcome"), [(ADA, "unchanged"), (EDITED, "changed")])
def test_a_workbook_imported_again_under_the_same_identity(
    cells: tuple[str, ...], outcome: str
) -> None:
    """The correction left the e-mail alone, so what was sent is remembered beside the original."""
    sent = know(ADA, S.CREATED)[2]
    memory, _, _ = know(BAD_PHONE, S.CREATED, told=sent)
    assert fix(cells, mark=token(BAD_PHONE), memory=memory)[0] == outcome


def test_a_refusal_of_the_corrected_row_holds_for_the_same_correction() -> None:
    """Corrected again it goes; that its original is another row says nothing."""
    memory, identity, _ = know(ADA, S.REFUSED)
    bad = know(BAD, S.REFUSED)
    memory.people.update(bad[0].people)
    assert fix(memory=memory)[0] == "ready"
    assert fix(mark=token(ADA), memory=memory) == ("refused", ())
    assert identity in memory.people


def test_somebody_else_with_the_same_address() -> None:
    """`send anyway` takes the row for a person of its own, known by what it holds."""
    other = ("Bea", "Berg", "ada@example.com", "", "", "new")
    memory, identity, _ = know(ADA, S.CREATED)
    table = workbook((other, "send anyway", token()))
    checked = check(table, fix=FIX, memory=memory)
    assert told(checked) == [("ready", ())]
    assert checked.identity_of(0) != identity
    assert checked.judge.origins[0][0] != know(BAD, S.CREATED)[1]


def test_a_copied_row_goes_once() -> None:
    """Two rows with one token are one row, whatever their cells say."""
    other = ("Ada", "Adams", "other@example.com", "", "", "old")
    checked = check(workbook((ADA, "", token()), (other, "", token())), fix=FIX, memory=Memory())
    assert told(checked) == [("ready", ()), ("rejected", ("same-person-twice",))]


def test_the_beginning_of_a_text_is_never_imported() -> None:
    """Nor by `send anyway`."""
    short = (*ADA[:5], SHORTENED_PREFIX + "x")
    for word in ("", "send anyway"):
        assert fix(short, word) == ("rejected", ("shortened-cell",))


def test_a_workbook_may_lack_the_decision_column() -> None:
    """Then nobody decided anything."""
    table = Table((*HEADER, TOKEN_COLUMN), [(*ADA, token())], marker="then")
    assert told(check(table, fix=FIX, memory=Memory())) == [("ready", ())]
    plain = Table((*HEADER, DECISION_COLUMN), [(*ADA, "skip")], marker="then")
    assert told(check(plain, fix=FIX, memory=Memory())) == [("set_aside", ())]


ALIASED = """\
version: 1
model_keys:
  first_name: First
  last_name: Last
  email_addresses: Mail
aliases: {Mail: [E-mail]}
"""
TWO = FixOrigin(
    [("First", "Last", "Mail")] * 2,
    read=[("First", "Last", "Mail"), ("First", "Last", "E-mail")],
)
TWINS = {
    # source of the row, Mail, E-mail: which is read
    "own column": (0, "a@example.com", "b@example.com", "a@example.com"),
    "the other file's": (1, "a@example.com", "b@example.com", "b@example.com"),
    "its own is blank": (1, "a@example.com", "", "a@example.com"),
    "another file's column is not its own": (0, "", "b@example.com", None),
    "inserted: the one that is read": (None, "a@example.com", "b@example.com", "a@example.com"),
    "inserted: the one that is filled": (None, "", "b@example.com", "b@example.com"),
}


@pytest.mark.parametrize(("source", "mail", "other", "read"), TWINS.values(), ids=TWINS.keys())
def test_a_row_is_read_from_the_column_of_its_own_file(
    source: int | None, mail: str, other: str, read: str | None
) -> None:
    """Where a workbook holds the rows of files that spell a column differently."""
    mark = "" if source is None else make_token(Origin(source, b"i" * 16, b"h" * 24))
    table = Table(
        ("First", "Last", "Mail", "E-mail", TOKEN_COLUMN),
        [("Ada", "Adams", mail, other, mark)],
        marker="then",
        findings=(CellFinding(2, "E-mail", other, Finding("error-cell", "An error.")),),
    )
    checked = check(table, mapping=ALIASED, fix=TWO, memory=Memory())
    assert told(checked) == [("rejected", ("error-cell",))]
    assert [p.column for p in checked.problems] == ["Mail"]
    assert len(checked.judge.table.email_rows) == (read is not None)
    assert checked.new_columns == []


def test_without_tokens_the_filled_column_is_read() -> None:
    """A workbook of an unknown run, without the hidden column."""
    table = Table(("First", "Last", "Mail", "E-mail"), [("Ada", "A", "", "a@example.com")], "then")
    assert told(check(table, mapping=ALIASED, fix=TWO, memory=Memory())) == [("ready", ())]


def test_a_person_of_another_run_keeps_the_word_of_this_one() -> None:
    """A refused origin whose corrected row is known to be created is settled by it."""
    memory, _, content = know(ADA, S.CREATED)
    memory.people[know(BAD, S.CREATED)[1]] = Remembered(
        2, S.REFUSED, "", know(BAD, S.CREATED)[2], "then"
    )
    assert fix(memory=memory) == ("unchanged", ())
    assert content.columns == COLUMNS
