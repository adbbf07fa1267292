"""`init` at a desk: files in, a mapping out that `check` takes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from desk_kit import Desk

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@pytest.mark.parametrize("name", ["candidates.xlsx", "legacy-export.csv"])
@pytest.mark.parametrize("offline", [True, False], ids=["offline", "with-the-schema"])
def test_check_takes_what_init_wrote(desk: Desk, name: str, offline: bool) -> None:
    """A proposal needs no edit before it can be checked."""
    file = Path(shutil.copy(SAMPLES / name, desk.folder))
    network = ["--offline"] if offline else []
    written = desk.call("init", file.name, "-o", "new.yaml", *network)
    assert written.code == 0, written.err
    checked = desk.call("check", file.name, "-m", "new.yaml", *network)
    assert checked.code in (0, 1), checked.err


def test_nothing_is_ever_overwritten(desk: Desk) -> None:
    """A mapping is a person's work, also half finished."""
    (desk.folder / "people.csv").write_text("First name,E-mail\nAda,ada@example.com\n", "utf-8")
    (desk.folder / "people.yaml").write_text("# mine\n", "utf-8")
    told = desk.call("init", "people.csv", "--offline")
    assert told.code == 2
    assert "--update" in told.err
    assert (desk.folder / "people.yaml").read_text("utf-8") == "# mine\n"


def test_json_tells_every_column_and_writes_nothing(desk: Desk) -> None:
    """A script may ask without leaving files behind."""
    (desk.folder / "p.csv").write_text("Vorname,Notizen,Geburtsdatum,E-Mail\n", "utf-8")
    told = desk.call("init", "p.csv", "--offline", "--format", "json")
    assert told.code == 0
    columns = {c["column"]: c for c in json.loads(told.out)["columns"]}
    assert {name: c["target"] for name, c in columns.items()} == {
        "Vorname": "model_keys.first_name",
        "Notizen": None,
        "Geburtsdatum": "ignore",
        "E-Mail": "model_keys.email_addresses",
    }
    assert all(set(c) == {"column", "target", "confidence", "why"} for c in columns.values())
    assert not (desk.folder / "p.yaml").exists()
