"""The rooms' imports go one way (design, section 3)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent / "importer"

PIPELINE = {
    "pipeline", "checking", "reporting", "sender", "sending", "connecting", "existing",
    "canary", "delivering", "holding", "inheriting", "job", "naming", "outcome", "restoring",
    "run_events", "staging", "steps", "surveying",
}  # fmt: skip
MAY_IMPORT = {
    "core": {"core", "errors"},
    "errors": set(),
    "settings": {"errors"},
    "adapters": {"core", "errors", "_version"},
    "sandbox": {"core", "errors", "sandbox"},
    "pipeline": {"core", "errors", "_version"} | PIPELINE,
    "loading": {"core", "errors", "adapters"} | PIPELINE,
    "wiring": {"core", "errors", "settings", "adapters", "_version"} | PIPELINE,
    "folders": {"core", "errors", "adapters"} | PIPELINE,
    "preparing": {"core", "errors", "settings", "wiring", "loading"} | PIPELINE,
    "cli": {
        "core",
        "errors",
        "settings",
        "wiring",
        "loading",
        "folders",
        "preparing",
        "cli",
        "_version",
        "sandbox",
    }
    | PIPELINE,
    "api": {"core", "errors", "settings", "wiring", "loading", "preparing"} | PIPELINE,
}
IMPURE = {
    "asyncio", "os", "pathlib", "socket", "subprocess", "time", "threading", "tempfile",
    "shutil", "httpx", "httpx2", "sqlalchemy", "sqlite3", "openpyxl", "python_calamine",
    "xlsxwriter", "tqdm", "click", "random", "secrets", "logging",
}  # fmt: skip


def _room(path: Path) -> str:
    top = path.relative_to(ROOT).parts[0].removesuffix(".py")
    return "pipeline" if top in PIPELINE else top


def _imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.append(node.module)
            if node.module == "importer":
                found += [f"importer.{alias.name}" for alias in node.names]
    return found


MODULES = sorted(p for p in ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_what_its_room_may(path: Path) -> None:
    """No room reaches around another."""
    room = _room(path)
    allowed = MAY_IMPORT.get(room)
    if allowed is None:
        return
    for name in _imports(path):
        parts = name.split(".")
        if parts[0] != "importer" or len(parts) < 2:
            continue
        assert parts[1] in allowed or parts[1] == room, f"{path.name} imports {name}"
        if room == "adapters" and parts[1] == "adapters" and len(parts) > 2:
            own = path.relative_to(ROOT / "adapters").parts[0].removesuffix(".py")
            assert parts[2] == own, f"adapter {own} imports adapter {parts[2]}"


@pytest.mark.parametrize("path", [p for p in MODULES if _room(p) == "core"], ids=lambda p: p.stem)
def test_core_is_pure(path: Path) -> None:
    """Core opens no file or socket, asks no clock and no environment."""
    assert not {n.split(".")[0] for n in _imports(path)} & IMPURE


def test_help_and_version_import_nothing_heavy() -> None:
    """`--help` answers at once because the command line's front imports only click."""
    heavy = {"pandas", "numpy", "httpx", "sqlalchemy", "openpyxl", "pydantic", "asyncio"}
    for name in ("__init__.py", "__main__.py", "cli/__init__.py", "errors.py", "_version.py"):
        assert not {n.split(".")[0] for n in _imports(ROOT / name)} & heavy
