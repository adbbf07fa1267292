"""Five nights with one bad row: what a correction is worth while the source never changes."""

from __future__ import annotations

import pytest
from desk_kit import Desk, person
from people_kit import Phone, correct

pytest.importorskip("apprise")
# A service's library that apprise looks for imports a module that Python 3.13 drops.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def test_a_corrected_row_is_quiet_although_the_source_keeps_it(desk: Desk, phone: Phone) -> None:
    """From the third night on nothing is printed, nobody is told, and nobody is sent twice."""
    rows = [person(1), person(2, **{"E-mail": "person2 at example.com"}), person(3)]
    desk.write(rows)

    assert desk.run("-q").code == 1
    assert len(phone.take()) == 1

    fix = desk.report() / "fix.xlsx"
    correct(fix, {(2, "E-mail"): "person2@example.com"})
    answer = desk.run("-q", file=str(fix))
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    (told,) = phone.take()
    assert "all is well" in told

    for night in (2, 3, 4, 5):
        rows.append(person(10 + night))
        desk.write(rows)
        answer = desk.run("-q")
        assert (answer.code, answer.out, answer.err) == (0, "", ""), night
        assert desk.counts() == {"rows": night + 2, "unchanged": night + 1, "created": 1}
        assert phone.take() == []
    emails = [e for made in desk.server.store.created for e in made.kept["email_addresses"]]
    assert sorted(emails) == sorted({*emails, "person2@example.com"})
    assert len(emails) == 7
