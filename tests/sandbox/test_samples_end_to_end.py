"""Every sample with its mapping, run into the sandbox: the counts that samples/README.md says."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from sandbox_kit import StartSandbox

from importer.cli import application

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"\| `([\w-]+)\.yaml` \|(.+)\|")
COUNTS = ("rows", "created", "already_in_ats", "duplicate", "rejected", "refused")
README = (ROOT / "samples" / "README.md").read_text(encoding="utf-8")
EXPECTED = {
    name: dict(zip(COUNTS, map(int, figures.split("|")), strict=True))
    for name, figures in LINE.findall(README)
}


ATS_TITLES = {"greenhouse": "Greenhouse", "lever": "Lever"}
ATS_TITLES |= {"teamtailor": "Teamtailor", "bamboohr": "BambooHR"}


def rows_explained(name: str) -> dict[str, str]:
    """Row number -> outcome, as the tables of samples/README.md say for a mapping."""
    sample = "legacy-export.csv" if name.startswith("legacy-") else "candidates.xlsx"
    _, _, rest = README.partition(f"## Why: `{sample}`")
    table = [line.strip("| ").split(" | ") for line in rest.splitlines() if line.startswith("|")]
    titles = table[0]
    column = titles.index(ATS_TITLES[name.removeprefix("legacy-")])
    table = [line for line in table[2:] if len(line) == len(titles)]
    return {row: line[column].partition(",")[0] for line in table for row in line[0].split(", ")}


def test_every_mapping_has_a_line() -> None:
    """A new mapping needs its figures in samples/README.md."""
    assert set(EXPECTED) == {path.stem for path in (ROOT / "mappings").glob("*.yaml")}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_run_comes_out_as_documented(
    start: StartSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Every row's outcome is as the tables say, and the sandbox holds who was created."""
    sandbox = start(ats=name.removeprefix("legacy-"), people=25, limit=6000)
    sample = "legacy-export.csv" if name.startswith("legacy-") else "candidates.xlsx"
    shutil.copy(ROOT / "samples" / sample, tmp_path)
    shutil.copy(ROOT / "mappings" / f"{name}.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BINDBEE_BASE_URL", sandbox.server.base_url)
    monkeypatch.setenv("BINDBEE_API_KEY", sandbox.server.api_key)
    monkeypatch.setenv("BINDBEE_CONNECTOR_TOKEN", sandbox.server.connector_token)
    arguments = ["run", sample, "-m", f"{name}.yaml", "--yes", "--report-dir", "reports"]

    code = application.main(arguments, prog_name="candidate-import", standalone_mode=False)

    (summary,) = tmp_path.glob("reports/*/summary.json")
    counts = json.loads(summary.read_text(encoding="utf-8"))["counts"]
    assert {key: count for key, count in counts.items() if count} == {
        key: count for key, count in EXPECTED[name].items() if count
    }
    with next(tmp_path.glob("reports/*/results.csv")).open(encoding="utf-8-sig") as file:
        outcomes = {row["import_row"]: row["import_outcome"] for row in csv.DictReader(file)}
    explained = rows_explained(name)
    assert {row: outcomes[row] for row in explained} == explained
    assert {outcomes[row] for row in outcomes if row not in explained} == {"created"}
    assert code == (1 if EXPECTED[name]["rejected"] + EXPECTED[name]["refused"] else 0)
    assert len(sandbox.server.store.created) == EXPECTED[name]["created"]
    assert sandbox.server.store.figures()["too_many"] == 0
    assert sandbox.server.store.crashes == []
