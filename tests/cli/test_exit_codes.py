"""Every way a command can fail: its exit code, one clear message, nothing sent."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from desk_kit import MAPPING, Desk, person

from importer.sandbox.settings import SandboxSettings

BOTH_FORMS = (
    MAPPING.replace("model_keys:\n", "model_keys:\n  job: Job\n  job_id: Job\n")
    + "custom_fields: {notice_period: Surname}\nacting_user: Phone\n"
)


def _no_file(desk: Desk) -> None:
    (desk.folder / "people.csv").unlink()


def _empty_file(desk: Desk) -> None:
    (desk.folder / "people.csv").write_bytes(b"")


def _other_ledger(desk: Desk) -> None:
    assert desk.run().code == 0
    shutil.rmtree(desk.folder / ".candidate-import")
    desk.server.world.reset(SandboxSettings(limit=60_000, rules=False))


def _map(text: str) -> Callable[[Desk], None]:
    return lambda desk: (desk.map(text), None)[1]


CASES: dict[str, tuple[Callable[[Desk], object], int, str]] = {
    "missing file": (_no_file, 2, "people.csv: There is no such file"),
    "empty file": (_empty_file, 2, "zero bytes"),
    "missing mapping": (lambda d: (d.folder / "map.yaml").unlink(), 2, "no mapping map.yaml"),
    "misspelt column": (
        _map(MAPPING.replace("Surname", "Surnam")),
        2,
        "Did you mean 'Surname'?",
    ),
    "unknown field": (_map(MAPPING.replace("tags:", "tagz:")), 2, "Did you mean tags?"),
    "YAML that is none": (_map(MAPPING + "ignore: [\n"), 2, "not valid YAML"),
    "both body forms": (_map(BOTH_FORMS), 2, "both body forms"),
    "a spreadsheet as the mapping": (
        lambda d: (d.folder / "map.yaml").write_bytes(b"PK\3\4\xff"),
        2,
        "stands before -m",
    ),
    "a report folder that is a file": (
        lambda d: (d.folder / "reports").write_text("no folder", encoding="utf-8"),
        2,
        "--report-dir",
    ),
    "a ledger folder that is a file": (
        lambda d: (d.folder / ".candidate-import").write_text("no folder", encoding="utf-8"),
        2,
        "--ledger",
    ),
    "another ledger": (_other_ledger, 2, "--adopt-ledger"),
}


@pytest.mark.parametrize(("spoil", "code", "words"), CASES.values(), ids=CASES.keys())
def test_what_cannot_work_is_said_once(
    desk: Desk, spoil: Callable[[Desk], object], code: int, words: str
) -> None:
    """Nothing is sent, and the message says what to mend."""
    desk.write([person(1), person(2)])
    spoil(desk)
    answer = desk.run()
    assert answer.code == code
    assert words in answer.err
    assert "Traceback" not in answer.err
    assert desk.server.store.created == []


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("BINDBEE_API_KEY", "wrong", "did not accept the API key"),
        ("BINDBEE_CONNECTOR_TOKEN", "wrong", "403"),
    ],
)
def test_a_wrong_secret_blames_no_row(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    """A key or token that is not accepted stops with exit 3, and is not repeated in the text."""
    desk.write([person(1)])
    monkeypatch.setenv(name, value)
    answer = desk.run()
    assert (answer.code, desk.server.store.created) == (3, [])
    assert words in answer.err


def test_a_missing_secret_names_its_variable(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key nothing is tried."""
    desk.write([person(1)])
    monkeypatch.delenv("BINDBEE_API_KEY")
    answer = desk.run()
    assert answer.code == 2
    assert "BINDBEE_API_KEY" in answer.err


def test_a_server_that_is_not_there(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """No server is exit 3: run again later."""
    desk.write([person(1)])
    monkeypatch.setenv("BINDBEE_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("importer.sending.pace.backoff_s", lambda _tries: 0.0)
    answer = desk.run()
    assert answer.code == 3
    assert "127.0.0.1" not in answer.out


@pytest.mark.parametrize("words", [("nonsense",), ("chek", "people.csv"), ("run",)])
def test_a_wrong_call_is_exit_two(desk: Desk, words: tuple[str, ...]) -> None:
    """A verb that does not exist, or lacks its file, is usage."""
    answer = desk.call(*words)
    assert answer.code == 2
    assert answer.out == ""


def test_the_nearest_verb_is_offered(desk: Desk) -> None:
    """A misspelt verb is answered with the right one."""
    assert "Did you mean 'check'?" in desk.call("chek").err
