"""How the library is typed: checked by mypy, never run."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

import pandas as pd

import importer
from importer import ImportResult, Problem


async def hold_types(frame: pd.DataFrame, mapping: importer.CandidateMapping) -> None:
    """What goes in, and what comes out."""
    result = importer.check(frame, "acme.yaml", schema="schema.json", offline=True)
    assert_type(result, ImportResult)
    assert_type(importer.run(["jan.csv", Path("feb.xlsx")], mapping, limit=10), ImportResult)
    assert_type(await importer.arun("people.csv", Path("acme.yaml"), None), ImportResult)
    assert_type(result.exit_code, int)
    assert_type(result.counts["created"], int)
    assert_type(result.problems[0], Problem)
    assert_type(result.problems_frame(), pd.DataFrame)
    assert_type(result.stop, importer.ImporterError | None)
    assert_type(importer.load_mapping(Path("acme.yaml")), importer.CandidateMapping)
    importer.check("people.csv", "acme.yaml", ofline=True)  # type: ignore[call-arg]
    importer.check(3, "acme.yaml")  # type: ignore[arg-type]
