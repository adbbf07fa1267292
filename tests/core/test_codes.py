"""The table of problem codes and the program's use of them are the same."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from importer.core.codes import CODES

ROOT = Path(__file__).resolve().parents[2] / "importer"
MAKERS = {"Finding", "RowProblem"}


def _texts_and_codes() -> tuple[set[str], dict[str, str]]:
    texts: set[str] = set()
    codes: dict[str, str] = {}
    for path in ROOT.rglob("*.py"):
        if "sandbox" in path.parts or path.name == "codes.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MAKERS:
                named = [k.value for k in node.keywords if k.arg == "code"]
                for code in named or node.args[:1]:
                    if isinstance(code, ast.Constant):
                        codes[str(code.value)] = f"{path.name}:{node.lineno}"
    return texts, codes


def test_every_code_in_use_is_explained() -> None:
    """A finding's code stands in the table."""
    _, codes = _texts_and_codes()
    assert {c: w for c, w in codes.items() if c not in CODES} == {}


def test_every_explained_code_is_in_use() -> None:
    """The table names nothing that the program never says."""
    texts, _ = _texts_and_codes()
    assert [c for c in CODES if c not in texts] == []


def test_codes_are_kebab_case_and_meanings_are_sentences() -> None:
    """People filter by codes; meanings end with a full stop."""
    assert [c for c in CODES if not re.fullmatch(r"[a-z]+(-[a-z]+)*", c)] == []
    assert [c for c, m in CODES.items() if not m.endswith(".")] == []
