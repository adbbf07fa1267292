"""The sample files are what the script makes, and hold nobody real."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import openpyxl
import pytest

ROOT = Path(__file__).parents[2]
RESERVED = re.compile(r"[@.]example\.{1,2}(com|org|net)\b")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "make_samples", ROOT / "scripts" / "make_samples.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cells(path: Path) -> dict[str, object]:
    book = openpyxl.load_workbook(path)
    found: dict[str, object] = {"sheets": [(s.title, s.sheet_state) for s in book.worksheets]}
    for sheet in book.worksheets:
        hidden = [row for row, size in sheet.row_dimensions.items() if size.hidden]
        found[sheet.title] = ([[c.value for c in row] for row in sheet.iter_rows()], hidden)
    book.close()
    return found


def test_the_script_reproduces_the_committed_files(script: ModuleType, tmp_path: Path) -> None:
    """What lies in samples/ is what scripts/make_samples.py writes today."""
    script.main(tmp_path)
    committed = ROOT / "samples"
    csv = "legacy-export.csv"
    assert (tmp_path / csv).read_bytes() == (committed / csv).read_bytes()
    assert cells(tmp_path / "candidates.xlsx") == cells(committed / "candidates.xlsx")


def test_the_samples_hold_nobody_real(script: ModuleType) -> None:
    """Every e-mail, link and phone is from a range that is reserved for fiction."""
    rows = [*script.make_candidates(), *script.make_legacy()]
    for row in rows:
        for header in ("E-mail", "E-Mail-Adresse", "LinkedIn", "Recruiter"):
            text = str(row.get(header, "")).casefold()
            assert RESERVED.search(text) or text in {"", "n/a", "keine", "see linkedin"}, text
        for header in ("Mobile", "Home phone", "Telefon"):
            digits = re.sub(r"\D", "", str(row.get(header, "")))
            assert len(digits) < 4 or re.match(
                r"(44)?0?2079460|07700900|120255501|03023125", digits
            ), digits


def test_there_are_as_many_people_as_the_documentation_says(script: ModuleType) -> None:
    """200 rows of candidates, 60 of the old system."""
    assert len(script.make_candidates()) == 200
    assert len(script.make_legacy()) == 60
