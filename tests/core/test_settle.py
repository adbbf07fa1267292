"""What follows for a row from the other rows of its run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from importer.core.model import Outcome
from importer.core.problems import ProblemLog
from importer.core.rowtable import CODE_OF, OUTCOMES, UNDECIDED, RowBlock, RowTable
from importer.core.settle import settle

READY, REJECTED, DUPLICATE = Outcome.READY, Outcome.REJECTED, Outcome.DUPLICATE
UNCHANGED, CHANGED, IN_DOUBT = Outcome.UNCHANGED, Outcome.CHANGED, Outcome.IN_DOUBT


def _block(rows: list[dict[str, object]]) -> RowBlock:
    def standing(row: dict[str, object]) -> int:
        told = row.get("standing")
        return UNDECIDED if told is None else CODE_OF[Outcome(str(told))]

    def column(name: str, kind: type, default: object) -> np.ndarray:
        return np.asarray([r.get(name, default) for r in rows], dtype=kind)

    return RowBlock(
        source=column("source", np.uint16, 0),
        row=np.arange(2, len(rows) + 2),
        identity=np.asarray([[r["who"], 7] for r in rows], dtype=np.uint64),
        content=column("content", np.uint64, 1),
        name=column("name", np.uint64, 1),
        standing=np.asarray([standing(r) for r in rows], dtype=np.uint8),
        has_error=column("error", np.bool_, False),
        is_retry=np.zeros(len(rows), dtype=bool),
    )


def _settle(
    rows: list[dict[str, object]], allowed: frozenset[int] = frozenset(), **how: Any
) -> tuple[list[Outcome], ProblemLog]:
    emails = [(i, r["email"]) for i, r in enumerate(rows) if "email" in r]
    emails += [(i, e) for i, r in enumerate(rows) for e in r.get("others", ())]
    log = ProblemLog()
    outcome = settle(
        _block(rows),
        (
            np.asarray([i for i, _ in emails], dtype=np.int32),
            np.asarray([e for _, e in emails], dtype=np.uint64),
        ),
        log,
        ["one.csv", "two.csv"],
        allowed,
        **how,
    )
    return [OUTCOMES[o] for o in outcome], log


CASES = {
    "two different people": ([{"who": 1}, {"who": 2}], [READY, READY]),
    "the same row twice": ([{"who": 1}, {"who": 1}], [READY, DUPLICATE]),
    "one person, other contents": (
        [{"who": 1}, {"who": 1, "content": 2}],
        [READY, REJECTED],
    ),
    "a sound row takes the place of a broken one": (
        [{"who": 1, "error": True}, {"who": 1}],
        [REJECTED, READY],
    ),
    "two broken rows stay broken": (
        [{"who": 1, "error": True}, {"who": 1, "error": True}],
        [REJECTED, REJECTED],
    ),
    "settled and the same again": (
        [{"who": 1}, {"who": 1, "standing": "unchanged"}],
        [DUPLICATE, UNCHANGED],
    ),
    "settled, and another content beside it": (
        [{"who": 1, "standing": "unchanged"}, {"who": 1, "content": 2, "standing": "changed"}],
        [UNCHANGED, REJECTED],
    ),
    "changed alone stays changed": (
        [{"who": 1, "standing": "changed"}, {"who": 2}],
        [CHANGED, READY],
    ),
    "in doubt outranks everything": (
        [{"who": 1, "standing": "in_doubt"}, {"who": 1, "standing": "in_doubt", "error": True}],
        [IN_DOUBT, IN_DOUBT],
    ),
    "one e-mail, two names: all rejected": (
        [{"who": 1, "email": 5, "name": 1}, {"who": 2, "email": 5, "name": 2}],
        [REJECTED, REJECTED],
    ),
    "one e-mail, one name": (
        [{"who": 1, "email": 5}, {"who": 2, "email": 5}],
        [READY, READY],
    ),
    "one e-mail, a name and no name": (
        [{"who": 1, "email": 5, "name": 1}, {"who": 2, "email": 5, "name": 0}],
        [READY, READY],
    ),
    "one e-mail, two names, one of them settled": (
        [
            {"who": 1, "email": 5, "name": 1, "standing": "unchanged"},
            {"who": 2, "email": 5, "name": 2},
        ],
        [UNCHANGED, REJECTED],
    ),
}


@pytest.mark.parametrize(("rows", "expected"), CASES.values(), ids=CASES.keys())
def test_outcomes(rows: list[dict[str, object]], expected: list[Outcome]) -> None:
    """Each constellation has the outcomes that design 4.3 and 4.6 give it."""
    assert _settle(rows)[0] == expected


OTHER = {"content": 2}
SHARED = {
    "the second address of one is the first of another": (
        [{"who": 1, "email": 5, "others": [6]}, {"who": 2, "email": 6, **OTHER}],
        [READY, REJECTED],
    ),
    "a chain of addresses is one person": (
        [
            {"who": 1, "email": 5},
            {"who": 2, "email": 7, **OTHER},
            {"who": 3, "email": 5, "others": [5, 7], **OTHER},
            {"who": 4, "email": 8},
        ],
        [READY, REJECTED, REJECTED, READY],
    ),
    "two chains meet in their last row": (
        [
            {"who": 1, "email": 5},
            {"who": 2, "email": 6, **OTHER},
            {"who": 1, "email": 5},
            {"who": 2, "email": 6, "others": [5], **OTHER},
        ],
        [READY, REJECTED, DUPLICATE, REJECTED],
    ),
    "a sound row goes, whichever it is": (
        [{"who": 1, "email": 5, "error": True}, {"who": 2, "email": 5, **OTHER}],
        [REJECTED, READY],
    ),
    "the address is an earlier night's": (
        [
            {"who": 1, "email": 5, "standing": "unchanged"},
            {"who": 2, "email": 5, "standing": "changed", **OTHER},
        ],
        [UNCHANGED, REJECTED],
    ),
    "a third row of another name stops only its address": (
        [
            {"who": 1, "email": 5},
            {"who": 2, "email": 5, "others": [6], **OTHER},
            {"who": 3, "email": 6, "name": 2},
        ],
        [READY, REJECTED, REJECTED],
    ),
    "skipped by a person, it stands in nobody's way": (
        [{"who": 1, "email": 5, "standing": "set_aside"}, {"who": 2, "email": 5, **OTHER}],
        [Outcome.SET_ASIDE, READY],
    ),
}


@pytest.mark.parametrize(("rows", "expected"), SHARED.values(), ids=SHARED.keys())
def test_any_address_tells_a_person(rows: list[dict[str, object]], expected: list[Outcome]) -> None:
    """Where the e-mail is the identity, rows that share any address under one name are one."""
    assert _settle(rows, by_email=True)[0] == expected


def test_named_identity_columns_outrank_addresses() -> None:
    """Two ids are two people, whatever addresses they share."""
    rows = [{"who": 1, "email": 5}, {"who": 2, "email": 5, **OTHER}]
    assert _settle(rows)[0] == [READY, READY]


def test_copies_of_a_row_go_once() -> None:
    """Rows with one token are one row, unless a person decides that a copy is somebody else."""
    rows = [{"who": 1}, {"who": 2, **OTHER}, {"who": 3, **OTHER}, {"who": 4}]
    copies = [[0, 1], [2, 3]]
    assert _settle(rows, copies=copies)[0] == [READY, REJECTED, READY, REJECTED]
    assert _settle(rows, frozenset({1}), copies=copies)[0] == [READY, READY, READY, REJECTED]


def test_a_message_points_to_the_other_row_and_its_file() -> None:
    """The finding names the earlier row, and the file where it is another one."""
    rows = [{"who": 1}, {"who": 1, "content": 2}, {"who": 1, "content": 3, "source": 1}]
    messages = [p.message for p in _settle(rows)[1].problems()]
    assert any("row 2," in m for m in messages)
    assert any("row 2 of one.csv" in m for m in messages)


def test_many_others_are_counted() -> None:
    """Three of the other rows are named, the rest is counted."""
    rows = [{"who": n, "email": 5, "name": n} for n in range(1, 7)]
    messages = [p.message for p in _settle(rows)[1].problems()]
    assert all("and 2 more" in m for m in messages)


def test_a_person_may_decide_otherwise() -> None:
    """`send anyway` takes a row out of the comparison."""
    rows = [{"who": 1, "email": 5, "name": 1}, {"who": 1, "email": 5, "name": 2, "content": 2}]
    assert _settle(rows, frozenset({1}))[0] == [READY, READY]


def test_a_run_without_rows() -> None:
    """Nothing in, nothing out."""
    table = RowTable()
    assert len(settle(table.close(), table.emails(), ProblemLog(), [])) == 0
