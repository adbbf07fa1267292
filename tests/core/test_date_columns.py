"""Date columns whose order nobody stated: all rows decide, then each is judged."""

from __future__ import annotations

import pytest
from judge_kit import Memory, Table, check, know, told

from importer.core.ports import RowState

MAPPING = """\
version: 1
model_keys:
  first_name: First
  last_name: Last
  email_addresses: [Mail, Other]
  phone_numbers: Phone
  tags: Tags
  last_interaction_at: Date
"""
HEADER = ("First", "Last", "Mail", "Other", "Phone", "Tags", "Date")


def row(number: int, date: str) -> tuple[str, ...]:
    return (f"G{number}", f"F{number}", f"p{number}@example.com", "", "", "", date)


COLUMNS = {
    "one day past the twelfth decides for all": (("03/04/2024", "25/04/2024"), "day-first", ()),
    "in either order": (("03/04/2024", "04/25/2024"), "month-first", ()),
    "nothing decides": (("03/04/2024", "05/06/2024"), None, ("date-ambiguous",)),
    "the column contradicts itself": (("25/04/2024", "04/25/2024"), None, None),
    "no day is left open": (("2024-04-03", ""), None, ()),
}


@pytest.mark.parametrize("size", [1_000, 1], ids=["one chunk", "a chunk a row"])
@pytest.mark.parametrize(("dates", "order", "codes"), COLUMNS.values(), ids=COLUMNS.keys())
def test_the_whole_column_decides(
    dates: tuple[str, ...], order: str | None, codes: tuple[str, ...] | None, size: int
) -> None:
    """However its rows are divided into chunks."""
    rows = [row(n, date) for n, date in enumerate(dates)]
    checked = check(Table(HEADER, rows, size=size), mapping=MAPPING, memory=Memory())
    if codes is None:
        assert all(outcome == "rejected" for outcome, _ in told(checked))
    else:
        outcome = "rejected" if codes else "ready"
        assert told(checked) == [(outcome, codes)] * len(dates)
    assert checked.judge.sources[0].orders == {"Date": order}


def test_settled_rows_are_evidence_and_get_no_problem() -> None:
    """A date that an earlier run sent tells the order to the new ones; it is not judged again."""
    memory, _, _ = know(row(0, "")[:6], RowState.CREATED)
    table = Table(HEADER, [row(0, "25/04/2024"), row(1, "03/04/2024"), row(2, "31/02/2024")])
    checked = check(table, mapping=MAPPING, memory=memory)
    assert [outcome for outcome, _ in told(checked)] == ["unchanged", "ready", "rejected"]
    assert checked.judge.sources[0].orders == {"Date": "day-first"}


def test_each_source_decides_for_itself() -> None:
    """Two exports may write days differently."""
    tables = [
        Table(HEADER, [row(0, "25/04/2024")]),
        Table(HEADER, [row(1, "04/25/2024")], name="more.csv"),
    ]
    checked = check(*tables, mapping=MAPPING, memory=Memory())
    assert [s.orders["Date"] for s in checked.judge.sources] == ["day-first", "month-first"]
    assert told(checked) == [("ready", ())] * 2
