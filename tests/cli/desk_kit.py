"""A desk to work at: a folder, a sandbox, and the command line as a person calls it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from importer.sandbox.server import SandboxServer

MAPPING = """\
version: 1
model_keys:
  first_name: First name
  last_name: Surname
  email_addresses: E-mail
  phone_numbers: Phone
  tags: {column: Tags, split: ","}
defaults: {region: GB}
"""
HEADER = ["First name", "Surname", "E-mail", "Phone", "Tags"]


def person(number: int, **cells: str) -> list[str]:
    """A row of an invented person, all of them different."""
    row = {
        "First name": f"Given{number}",
        "Surname": f"Family{number}",
        "E-mail": f"person{number}@example.com",
        "Phone": "",
        "Tags": "one,two",
    } | cells
    return [row[h] for h in HEADER]


@dataclass
class Answer:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as a JSON document."""
        return json.loads(self.out)


@dataclass
class Desk:
    """A folder with a sandbox to send to."""

    folder: Path
    server: SandboxServer
    call: Callable[..., Answer]
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, rows: list[list[str]], name: str = "people.csv") -> Path:
        """Write a spreadsheet of rows below the usual header."""
        path = self.folder / name
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([HEADER, *rows])
        return path

    def map(self, text: str = MAPPING, name: str = "map.yaml") -> Path:
        """Write a mapping."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *arguments: str, file: str = "people.csv") -> Answer:
        """`run FILE -m map.yaml --yes …`."""
        return self.call("run", file, "-m", "map.yaml", "--yes", *arguments)

    def counts(self) -> dict[str, int]:
        """Non-zero counts of the newest report."""
        counts: dict[str, int] = self.summary()["counts"]
        return {k: v for k, v in counts.items() if v}

    def report(self) -> Path:
        """The newest run folder."""
        return max((self.folder / "reports").iterdir(), key=lambda p: p.stat().st_mtime_ns)

    def summary(self) -> dict[str, Any]:
        """The newest summary."""
        told: dict[str, Any] = json.loads((self.report() / "summary.json").read_text("utf-8"))
        return told

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the command as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "importer", *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
