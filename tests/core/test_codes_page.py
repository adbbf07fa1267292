"""The problem codes: stable names, one sentence each, and a page that is not stale."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from importer.core.codes import CODES
from importer.core.codes_page import describe_codes

ROOT = Path(__file__).parents[2]


def test_generated_documents_are_not_stale() -> None:
    """Run `python scripts/write_docs.py` after a change of what they are made from."""
    script = runpy.run_path(str(ROOT / "scripts" / "write_docs.py"))
    assert [path.name for path in script["find_stale"]()] == []


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_code_is_kebab_case_and_its_meaning_one_sentence(code: str) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    assert CODES[code].endswith(".")
    assert "\n" not in CODES[code]


def test_the_page_lists_codes_in_order_and_escapes_them() -> None:
    page = describe_codes({"b": "Two.", "a": "One | or two."})
    assert page.endswith("| `a` | One \\| or two. |\n| `b` | Two. |\n")
