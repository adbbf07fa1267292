"""The round trip of the sample: run, correct in LibreOffice, run again, and nobody twice."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from desk_kit import Desk

from importer.sandbox.settings import SandboxSettings

ROOT = Path(__file__).parents[2]
HAND = Path(__file__).with_name("libreoffice_hand.py")

ORDERS = {
    "answers": [
        ["Source", "Linkdin", "LinkedIn", "yes"],
        ["Source", "referal", "Referral", "yes"],
        ["Source", "Facebook", "Referral", "no"],
        ["Job code", "ENG-999", "ENG-101", "no"],
        ["Job code", "OPS-300", "ENG-101", "no"],
        ["Notice period", "6 weeks", "2 months", "yes"],
        ["Salary expectation", "60k", "60000", "no"],
        ["Salary expectation", "55,000", "55000", "no"],
        ["Opted out", "ask first", "Yes", "no"],
        ["Last contact", "31/02/2026", "2026-02-28", "no"],
        ["E-mail", "beatriz.costa@@example.com", "beatriz.costa.21@example.com", "no"],
        ["E-mail", "hana.novak@example..com", "hana.novak.93@example.com", "no"],
    ],
    "cells": [
        [9, "decision", "already there"],
        [14, "Mobile", "07700 900123"],
        [24, "decision", "send anyway"],
        [102, "decision", "send anyway"],
        [50, "E-mail", "corrected.50@example.com"],
        [54, "Job code", "ENG-101"],
        [63, "E-mail", "corrected.63@example.com"],
        [69, "Last name", "Corrected"],
        [97, "Home phone", ""],
        [122, "decision", "skip"],
        [130, "Salary expectation", ""],
        [138, "E-mail", "corrected.138@example.com"],
        [149, "E-mail", "corrected.149@example.com"],
        [157, "First name", "Corrected"],
        [160, "decision", "skip"],
        [162, "decision", "skip"],
        [182, "Job code", "ENG-102"],
    ],
    "delete": [185],
    "insert": {
        "First name": "Inserted",
        "Last name": "Person",
        "E-mail": "inserted@example.com",
        "Job code": "ENG-101",
        "Opted out": "No",
    },
    "sort_by": "Last name",
}


@cache
def python_with_uno() -> str | None:
    """A Python that can speak to LibreOffice; its own, or one that the system ties to it."""
    soffice = shutil.which("soffice")
    if soffice is None:
        return None
    folders = [str(Path(soffice).resolve().parent), *os.get_exec_path()]
    for folder in folders:
        for name in ("python", "python3", "python.exe"):
            found = Path(folder) / name
            if not found.is_file():
                continue
            asked = subprocess.run([found, "-c", "import uno"], capture_output=True, check=False)
            if asked.returncode == 0:
                return str(found)
    return None


def outcomes(desk: Desk) -> dict[str, str]:
    """Row number -> outcome of the newest results.csv."""
    with (desk.report() / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["import_row"]: row["import_outcome"] for row in csv.DictReader(file)}


@pytest.mark.skipif(python_with_uno() is None, reason="needs LibreOffice and its Python")
def test_what_was_decided_in_libreoffice_is_settled(desk: Desk) -> None:
    """Rows corrected, decided, sorted, deleted and inserted: all settled, nobody twice."""
    desk.server.world.reset(SandboxSettings(ats="greenhouse", people=25, limit=60_000))
    shutil.copy(ROOT / "samples" / "candidates.xlsx", desk.folder)
    shutil.copy(ROOT / "mappings" / "greenhouse.yaml", desk.folder / "map.yaml")
    assert desk.run(file="candidates.xlsx").code == 1
    assert desk.counts()["rejected"] + desk.counts()["refused"] == 42
    before = len(desk.server.store.created)
    fix = shutil.copy(desk.report() / "fix.xlsx", desk.folder / "fix.xlsx")

    hand = subprocess.run(
        [python_with_uno(), HAND, shutil.which("soffice"), fix],
        input=json.dumps(ORDERS),
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert hand.returncode == 0, hand.stderr

    assert desk.run(file="fix.xlsx").code == 0
    assert desk.counts() == {"rows": 42, "created": 38, "set_aside": 3, "already_in_ats": 1}
    assert len(desk.server.store.created) == before + 38

    # Of two names with one address one was skipped, and the other taken out of the workbook.
    assert desk.run(file="candidates.xlsx").code == 0
    standing = outcomes(desk)
    assert [row for row, outcome in standing.items() if outcome == "created"] == ["185"]
    assert set(standing.values()) <= {
        "unchanged", "already_in_ats", "set_aside", "duplicate", "created",
    }  # fmt: skip
    assert desk.run(file="fix.xlsx").code == 0
    assert len(desk.server.store.created) == before + 39
    people = [
        (made.kept["first_name"], made.kept["last_name"], *made.kept["email_addresses"])
        for made in desk.server.store.created
    ]
    assert len(people) == len(set(people))
    remembered = (desk.folder / "map.values.csv").read_text(encoding="utf-8").splitlines()
    assert remembered[1:] == [
        "Source,Linkdin,LinkedIn", "Source,referal,Referral", "Notice period,6 weeks,2 months",
    ]  # fmt: skip
