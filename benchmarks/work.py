"""One measured piece of work in a process of its own: prints its figures as JSON.

`python benchmarks/work.py NAME ARGUMENTS…`, as `run.py` calls it. Imports are done before the
clock starts, except where starting is what is measured.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from report import peak_memory_mb


def clock(work: Callable[[], dict[str, float] | None]) -> dict[str, float]:
    """Seconds and CPU seconds of some work, besides what it tells itself."""
    started, cpu = time.perf_counter(), time.process_time()
    told = work() or {}
    return {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - cpu,
        **told,
    }


def read_csv_bare(path: str) -> dict[str, float]:
    """`pandas.read_csv(dtype=str)`, whole."""
    import pandas as pd

    def work() -> None:
        pd.read_csv(path, dtype=str)

    return clock(work)


def read_xlsx_bare(path: str) -> dict[str, float]:
    """Every row of the first sheet, as python-calamine gives it."""
    import python_calamine

    def work() -> None:
        sheet = python_calamine.load_workbook(path).get_sheet_by_index(0)
        for _ in sheet.iter_rows():
            pass

    return clock(work)


def check(path: str, mapping_path: str) -> dict[str, float]:
    """Read, map, validate and count; no ledger, no report."""
    from importer.adapters.reader import open_sources
    from importer.checking import CheckSettings, check_sources
    from importer.core.mapping import parse_mapping
    from importer.core.model import Section
    from importer.core.schema import published_schema
    from importer.core.standing import StandingRules

    text = Path(mapping_path).read_text(encoding="utf-8")
    mapping = parse_mapping(text, mapping_path)
    free = frozenset({Section.CUSTOM_FIELDS, Section.ADDITIONAL_ATTRIBUTES})
    schema = replace(published_schema(), open_sections=free)
    first: list[float] = []

    def work() -> dict[str, float]:
        started = time.perf_counter()

        def note(_rows: int, _judge: Any) -> None:
            if not first:
                first.append(time.perf_counter() - started)

        sources: list[Any] = list(open_sources([path], mapping.source))
        settings = CheckSettings(mapping, schema, b"k" * 32, StandingRules("run"))
        checked = check_sources(settings, sources, None, note)
        counts = checked.counts()
        return {"rows": counts["rows"], "rejected": counts["rejected"], "first": first[0]}

    return clock(work)


def check_whole(path: str, mapping_path: str) -> dict[str, float]:
    """What `candidate-import check --offline` does: with ledger, spool and every report."""
    import importer

    text = Path(mapping_path).read_text(encoding="utf-8")
    keys = text.partition("custom_fields")[0]  # offline, only the published fields are known
    own = Path(mapping_path).with_name(f"offline-{Path(mapping_path).name}")
    unused = "City, C1, C2, C3, C4, C5, C6, C7, C8, Source"
    own.write_text(f"{keys}ignore: [{unused}]\n", encoding="utf-8")
    place = own.parent / "whole"

    def work() -> dict[str, float]:
        ledger = str(place / "ledger.sqlite3")
        result = importer.check(path, own, offline=True, ledger=ledger, report_dir=place)
        return {"rows": result.counts["rows"]}

    return clock(work)


def start(*arguments: str) -> dict[str, float]:
    """Start a Python process with these arguments."""
    import subprocess

    def work() -> None:
        for _ in range(5):
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)

    return {name: value / 5 for name, value in clock(work).items()}


def send(how: str, folder: str, url: str, count: str, window: str) -> dict[str, float]:
    """Send rows to a local server: `bare` or `staged`."""
    import sending

    work = {"bare": sending.send_bare, "staged": sending.send_staged_rows}[how]
    return work(Path(folder), url, int(count), int(window))


def fleet(folder: str, url: str, connectors: str, minutes: str) -> dict[str, float]:
    """Send on many connectors at their limit."""
    import sending

    return sending.send_fleet(Path(folder), url, int(connectors), float(minutes))


def write_report(name: str, folder: str, rows: str) -> dict[str, float]:
    """A run's report, or the writer library's bare loop."""
    import report

    return clock(lambda: report.WORK[name](Path(folder), int(rows)))


WORK: Final[dict[str, Callable[..., dict[str, float]]]] = {
    work.__name__: work
    for work in (
        read_csv_bare,
        read_xlsx_bare,
        check,
        check_whole,
        start,
        send,
        fleet,
        write_report,
    )
}

if __name__ == "__main__":
    figures = WORK[sys.argv[1]](*sys.argv[2:])
    print(json.dumps({**figures, "peak_mb": peak_memory_mb()}))
