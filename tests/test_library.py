"""The library's page is run as it stands, and the library does what the commands do."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import importer
from importer.job import Asked
from importer.sandbox.server import SandboxServer, serve
from importer.sandbox.settings import SandboxSettings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "library.md"
NOTEBOOK, TABLE, TASK, FLEET = re.findall(
    r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S
)
MAPPING = """\
version: 1
defaults: {region: GB}
model_keys:
  first_name: First name
  last_name: Surname
  email_addresses: E-mail
  phone_numbers: Mobile
"""
PEOPLE = "First name,Surname,E-mail,Mobile\nAda,Lovelace,ada@example.com,020 7946 0001\n"


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with serve() as running:
        yield running


@pytest.fixture
def desk(server: SandboxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a mapping and a file, and an environment that leads to the sandbox."""
    server.world.reset(SandboxSettings(ats="greenhouse", limit=60_000, rules=False))
    monkeypatch.setenv("BINDBEE_BASE_URL", server.base_url)
    monkeypatch.setenv("BINDBEE_API_KEY", server.api_key)
    monkeypatch.setenv("BINDBEE_CONNECTOR_TOKEN", server.connector_token)
    monkeypatch.chdir(tmp_path)
    Path("people.yaml").write_text(MAPPING, encoding="utf-8")
    Path("people.csv").write_text(PEOPLE, encoding="utf-8")
    return tmp_path


def execute(*examples: str) -> dict[str, Any]:
    """Run examples of the page one after the other, as a notebook does."""
    names: dict[str, Any] = {}
    for example in examples:
        exec(compile(example, str(PAGE), "exec"), names)  # the page's own code
    return names


def test_the_notebook_example_shows_the_problem(desk: Path) -> None:
    names = execute(NOTEBOOK, TABLE)
    assert (names["result"].counts["ready"], names["result"].counts["rejected"]) == (2, 1)
    line = names["table"].iloc[0]
    assert (line["column"], line["value"], line["rows"]) == ("E-mail", "grace at example.com", [3])
    assert Path(names["result"].paths.summary).is_file()


def test_the_scheduler_example_creates_once(desk: Path, server: SandboxServer) -> None:
    import_people = execute(TASK)["import_people"]
    assert import_people("people.csv", "people.yaml") == "1 created, 0 unchanged"
    assert import_people("people.csv", "people.yaml") == "0 created, 1 unchanged"
    assert len(list(server.world.store.people())) == 1


def test_the_scheduler_example_fails_when_a_person_is_needed(desk: Path) -> None:
    Path("people.csv").write_text(PEOPLE + "Al,T,al at example.com,\n", encoding="utf-8")
    task = TASK.replace("0.2", "0.9")
    with pytest.raises(RuntimeError, match=r"1 created.*a person is needed.*report\.html"):
        execute(task)["import_people"]("people.csv", "people.yaml")


def test_the_fleet_example_runs_side_by_side(desk: Path) -> None:
    """Here both share the sandbox's one connector, so the second would find it busy."""
    import_all = execute(FLEET.replace("(file, mapping)", "(file, mapping, wait=True)"))
    assert asyncio.run(import_all["import_all"]({"people.yaml": "people.csv"})) == [0]


def test_a_loop_that_runs_already_is_no_hindrance(desk: Path) -> None:
    """Notebooks run a loop of their own."""

    async def cell() -> importer.ImportResult:
        return importer.run("people.csv", "people.yaml")

    result = asyncio.run(cell())
    assert (result.exit_code, result.counts["created"], result.stop) == (0, 1, None)
    assert result.problems_frame().empty


def test_a_parsed_mapping_and_a_frame_need_no_file(desk: Path, server: SandboxServer) -> None:
    mapping = importer.load_mapping(Path("people.yaml"))
    frame = pd.read_csv("people.csv")
    first = importer.run(frame, mapping, ledger=str(desk / "own.sqlite3"), name="people")
    again = importer.check(frame, mapping, ledger=str(desk / "own.sqlite3"), schema="last")
    assert (first.counts["created"], again.counts["unchanged"]) == (1, 1)
    assert first.summary.sources[0].path == "people"


def test_confirm_is_asked_and_may_say_no(desk: Path, server: SandboxServer) -> None:
    asked: list[int] = []

    def refuse(plan: Asked) -> bool:
        asked.append(plan.creates)
        return False

    result = importer.run("people.csv", "people.yaml", confirm=refuse)
    assert asked == [1]
    assert result.exit_code == 4
    assert result.stop is not None
    assert not list(server.world.store.people())


def test_what_cannot_be_done_is_raised(desk: Path) -> None:
    with pytest.raises(importer.ImporterError, match="There is no mapping"):
        importer.check("people.csv", "nothing.yaml", offline=True)
    Path("people.yaml").write_text(MAPPING + "connector: acme\n", encoding="utf-8")
    with pytest.raises(importer.ImporterError, match="connector='other'"):
        importer.check("people.csv", "people.yaml", connector="other", offline=True)


def test_importing_the_package_imports_nothing_heavy() -> None:
    """Names come when they are used; a wrong one is an AttributeError."""
    code = (
        "import sys, importer; dir(importer)\n"
        "heavy = {'pandas', 'numpy', 'httpx', 'httpx2', 'sqlalchemy', 'openpyxl', 'pydantic'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert set(importer.__all__) <= set(dir(importer))\n"
        "assert all(getattr(importer, name) for name in importer.__all__)\n"
        "assert not hasattr(importer, 'nonsense')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_library_is_typed() -> None:
    """`tests/typing/api.py` is checked, never run."""
    checked = Path(__file__).parent / "typing" / "api.py"
    mypy = pytest.importorskip("mypy.api")
    out, _, code = mypy.run(["--strict", str(checked)])
    assert code == 0, out
