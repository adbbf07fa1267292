"""Who is told of a run, of what, and what silence means."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from desk_kit import MAPPING, Desk, person
from people_kit import Phone

pytest.importorskip("apprise")
# A service's library that apprise looks for imports a module that Python 3.13 drops.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

BAD = person(2, **{"E-mail": "person2 at example.com"})


def test_news_is_told_once_and_a_recovery_too(desk: Desk, phone: Phone) -> None:
    """A problem is news the first night, the same problem is not, its end is."""
    desk.write([person(1), BAD])
    assert desk.run().code == 1
    (told,) = phone.take()
    assert "1 of 2 rows needs a person" in told
    assert "map.yaml" in told
    assert "person2" not in told
    assert desk.run().code == 1
    assert phone.take() == []
    desk.write([person(1), person(2)])
    assert desk.run().code == 0
    (told,) = phone.take()
    assert "all is well" in told
    assert desk.run().code == 0
    assert phone.take() == []


def test_an_unmapped_column_is_told_once(desk: Desk, phone: Phone) -> None:
    """A column is new when no earlier run of the mapping met it."""
    (desk.folder / "people.csv").write_text("First name,Surname,E-mail,Phone,Tags,Pay\n")
    desk.write([person(1)])
    assert desk.run().code == 0
    assert phone.take() == []
    text = (desk.folder / "people.csv").read_text("utf-8").splitlines()
    wider = [text[0] + ",Pay", *(line + ",12" for line in text[1:])]
    (desk.folder / "people.csv").write_text("\n".join(wider) + "\n", encoding="utf-8")
    for expected in (1, 0, 0):
        assert desk.run().code == 0
        assert len(phone.take()) == expected


@pytest.mark.parametrize(("policy", "told"), [("always", 1), ("never", 0)])
def test_the_policy_comes_by_flag_or_file(desk: Desk, phone: Phone, policy: str, told: int) -> None:
    desk.write([person(1)])
    assert desk.run("--notify-on", policy).code == 0
    assert len(phone.take()) == told
    (desk.folder / "candidate-import.toml").write_text(f'notify_on = "{policy}"\n')
    assert desk.run().code == 0
    assert len(phone.take()) == told


def test_the_address_of_a_profile_is_named_by_its_variable(
    desk: Desk, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the mapping that names the profile is broken."""
    import os

    monkeypatch.setenv("ACME_BELL", os.environ["CANDIDATE_IMPORT_NOTIFY"])
    monkeypatch.delenv("CANDIDATE_IMPORT_NOTIFY")
    (desk.folder / "candidate-import.toml").write_text(
        f'[connectors.acme]\nbase_url = "{desk.server.base_url}"\nnotify_env = "ACME_BELL"\n'
    )
    desk.map("connector: acme\n" + MAPPING)
    desk.write([person(1)])
    assert desk.run("--notify-on", "always").code == 0
    assert len(phone.take()) == 1
    desk.map("connector: acme\n" + MAPPING + "ignore: [\n")
    assert desk.run().code == 2
    (told,) = phone.take()
    assert "not valid YAML" in told


def _no_file(desk: Desk) -> None:
    (desk.folder / "people.csv").unlink()


def _broken_mapping(desk: Desk) -> None:
    desk.map(MAPPING.replace("Surname", "Surnam"))


def _broken_settings(desk: Desk) -> None:
    (desk.folder / "candidate-import.toml").write_text('window = "wide"\n')


@pytest.mark.parametrize(
    ("spoil", "code", "words"),
    [
        pytest.param(_no_file, 2, "There is no such file", id="missing source"),
        pytest.param(_broken_mapping, 2, "The mapping map.yaml does not fit", id="mapping"),
        pytest.param(_broken_settings, 2, "candidate-import.toml", id="settings"),
    ],
)
def test_what_stops_before_a_report_is_told(
    desk: Desk, phone: Phone, spoil: object, code: int, words: str
) -> None:
    """At night nobody reads standard error."""
    desk.write([person(1)])
    spoil(desk)  # type: ignore[operator]
    assert desk.run("-q").code == code
    (told,) = phone.take()
    assert told.startswith("candidate-import: stopped")
    assert "Could not start" in told
    assert words in told
    assert desk.run("-q", "--notify-on", "never").code == code
    assert phone.take() == []


def test_a_refused_caller_is_told(
    desk: Desk, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 3 before the first row is news, and holds no secret."""
    desk.write([person(1)])
    monkeypatch.setenv("BINDBEE_API_KEY", "wrong-hush")
    assert desk.run().code == 3
    (told,) = phone.take()
    assert "did not accept the API key" in told
    assert "hush" not in told


def test_a_bell_that_does_not_ring_changes_no_exit_code(
    desk: Desk, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a warning on standard error, which never shows the address."""
    desk.write([person(1)])
    phone.status = 500
    answer = desk.run("-q", "--notify-on", "always")
    assert answer.code == 0
    assert "Warning: nobody was told" in answer.err
    monkeypatch.setenv("CANDIDATE_IMPORT_NOTIFY", "what://token-hush")
    answer = desk.run("-q", "--notify-on", "always")
    assert answer.code == 0
    assert "not understood" in answer.err
    assert "hush" not in answer.err


def test_a_night_on_which_nothing_is_wrong_says_nothing(desk: Desk) -> None:
    """Quiet is quiet; what needs a person is said all the same."""
    desk.write([person(1)])
    for _ in range(2):
        answer = desk.run("-q")
        assert (answer.code, answer.out, answer.err) == (0, "", "")
    desk.write([person(1), BAD])
    answer = desk.run("-q")
    assert answer.code == 1
    assert "1 of 2 rows needs a person" in answer.err


@pytest.mark.parametrize("verb", ["check", "run"])
def test_json_is_exactly_the_summary(desk: Desk, verb: str) -> None:
    """One document on standard output, the same as in the run folder."""
    desk.write([person(1), BAD])
    yes = ["--yes"] if verb == "run" else []
    answer = desk.call(verb, "people.csv", "-m", "map.yaml", "--format", "json", *yes)
    assert answer.json == json.loads((Path(desk.report()) / "summary.json").read_text("utf-8"))
