"""An administrator changes the ATS: told every night with its rows, until somebody acts."""

from __future__ import annotations

import pytest
from desk_kit import Desk, person

from importer.sandbox.settings import SandboxSettings

MAPPED = """\
version: 1
model_keys:
  first_name: First name
  last_name: Surname
  email_addresses: E-mail
additional_attributes:
  source: Tags
custom_fields:
  notice_period: Phone
"""


def _night(desk: Desk, version: int, rows: list[list[str]]) -> list[str]:
    """Run against a version of the schema; returns what the run says changed."""
    desk.server.world.settings = SandboxSettings(
        ats="greenhouse", limit=60_000, meta_version=version
    )
    desk.write(rows)
    desk.run()
    told: list[str] = desk.summary()["drift"]
    return told


@pytest.fixture
def strict(desk: Desk) -> Desk:
    """An ATS with rules, whose first night was a quiet one."""
    desk.server.world.reset(SandboxSettings(ats="greenhouse", limit=60_000))
    desk.map(MAPPED)
    assert _night(desk, 1, [_row(1, "LinkedIn")]) == []
    assert desk.counts() == {"rows": 1, "created": 1}
    return desk


def _row(number: int, source: str, notice: str = "1 month") -> list[str]:
    return person(number, Tags=source, Phone=notice)


def test_a_value_that_is_gone_is_told_every_night_with_its_rows(strict: Desk) -> None:
    """A renamed source hits the rows that name it; settled rows are not counted."""
    rows = [_row(1, "LinkedIn"), _row(2, "Career fair"), _row(3, "Career fair"), _row(4, "Indeed")]
    for _ in range(2):
        told = _night(strict, 2, rows)
        assert len(told) == 2
        assert "Career fair" in told[0]
        assert told[0].endswith("2 rows here cannot be sent because of it.")
        assert "Alumni" in told[1]
    assert strict.counts() == {"rows": 4, "unchanged": 2, "rejected": 2}


def test_a_field_that_is_now_required_counts_the_blank_rows(strict: Desk) -> None:
    told = _night(strict, 3, [_row(2, "Indeed"), _row(3, "Indeed", notice=""), _row(4, "Indeed")])
    (sentence,) = told
    assert "is now required. 1 row here cannot be sent because of it." in sentence
    assert strict.counts() == {"rows": 3, "created": 2, "rejected": 1}


def test_an_edited_mapping_settles_what_was_told(strict: Desk) -> None:
    """After the edit a person has reacted; the same change is not told again."""
    rows = [_row(2, "Career fair")]
    assert _night(strict, 2, rows) != []
    strict.map(
        MAPPED.replace("source: Tags", "source: {column: Tags, values: {Career fair: Events}}")
    )
    assert _night(strict, 2, rows) == []
    assert strict.counts() == {"rows": 1, "created": 1}


def test_an_edit_before_the_change_does_not_hide_it(strict: Desk) -> None:
    """A mapping that was edited in the afternoon knows nothing of tonight's change."""
    strict.map(MAPPED + "# edited\n")
    assert _night(strict, 2, [_row(2, "Career fair")]) != []


def test_accepting_ends_it_and_a_run_can_be_compared(strict: Desk) -> None:
    """`meta --accept` is the other way to react; `--diff RUN` compares with that run's schema."""
    first = strict.report().name
    assert _night(strict, 2, [_row(2, "Career fair")]) != []
    shown = strict.call("meta", "-m", "map.yaml")
    assert "Changed: additional_attributes.source" in shown.out
    assert "Accepted" in strict.call("meta", "-m", "map.yaml", "--accept").out
    assert _night(strict, 2, [_row(2, "Career fair")]) == []
    assert "Changed" not in strict.call("meta", "-m", "map.yaml").out
    assert "Career fair" in strict.call("meta", "-m", "map.yaml", "--diff", first).out
    assert "Nothing changed." in strict.call("meta", "-m", "map.yaml", "--diff", "latest").out
    assert "Career fair" in strict.call("meta", "-m", "map.yaml", "--diff").out
    unknown = strict.call("meta", "-m", "map.yaml", "--diff", "no-such-run")
    assert (unknown.code, "There is no run no-such-run" in unknown.err) == (2, True)


def test_a_schema_that_comes_back_is_told_no_more(strict: Desk) -> None:
    """The administrator takes the change back: nothing is left to react to."""
    rows = [_row(2, "Career fair")]
    assert _night(strict, 2, rows) != []
    assert _night(strict, 1, rows) == []
    assert strict.counts() == {"rows": 1, "created": 1}


def test_a_field_that_is_gone_stops_the_run_and_says_that_the_ats_changed(strict: Desk) -> None:
    """The mapping names a field that the ATS took away: exit 2, with the reason."""
    strict.map(MAPPED.replace("additional", "  tags: Phone\nadditional"))
    assert _night(strict, 1, [_row(2, "Indeed")]) == []
    strict.server.world.settings = SandboxSettings(ats="greenhouse", limit=60_000, meta_version=4)
    answer = strict.run()
    assert answer.code == 2
    assert "The ATS changed: model_keys.tags" in answer.err
    assert "is gone" in answer.err


def test_the_change_stands_above_the_confirmation(strict: Desk) -> None:
    """What changed is said before the first create, not only in the report."""
    strict.server.world.settings = SandboxSettings(ats="greenhouse", limit=60_000, meta_version=2)
    strict.write([_row(2, "Career fair"), _row(3, "Indeed")])
    answer = strict.run()
    assert "1 row here cannot be sent because of it" in answer.err
