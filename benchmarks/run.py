"""How fast, as ratios that anyone can repeat: `python benchmarks/run.py`.

Each line holds our work against a bare loop that must be done in any case, both in processes of
their own, one after the other in the same round; told is the median of the rounds' ratios.
Never run in CI: a shared machine's seconds say nothing. The data are invented and made in a
temporary folder.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import data

HERE: Final = Path(__file__).resolve().parent
Figures = dict[str, float]


class Bench:
    """What all measurements share."""

    def __init__(self, folder: Path, rounds: int, scale: float, minutes: float) -> None:
        self.folder = folder
        self.rounds = rounds
        self.minutes = minutes
        self.scale = scale

    def rows(self, count: int) -> int:
        """So many rows, or fewer for a quick look."""
        return max(100, int(count * self.scale))

    def work(self, *arguments: object) -> Figures:
        """Do one piece of work in a process of its own."""
        command = [sys.executable, str(HERE / "work.py"), *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        if done.returncode:
            raise SystemExit(f"{' '.join(command[1:])}\n{done.stderr}")
        figures: Figures = json.loads(done.stdout.splitlines()[-1])
        return figures

    def compare(self, *kinds: Sequence[object]) -> list[list[Figures]]:
        """The rounds' figures of each kind of work, interleaved."""
        rounds = [[self.work(*kind) for kind in kinds] for _ in range(self.rounds)]
        return [list(column) for column in zip(*rounds, strict=True)]


def ratio(ours: Sequence[Figures], bare: Sequence[Figures], key: str = "seconds") -> float:
    """The median of the rounds' ratios."""
    return statistics.median(o[key] / b[key] for o, b in zip(ours, bare, strict=True))


def middle(figures: Sequence[Figures], key: str) -> float:
    """The median of one figure."""
    return statistics.median(f[key] for f in figures)


def tell(what: str, figure: str, target: str, is_met: bool, more: str = "") -> None:
    """Print one line of the table."""
    print(
        f"| {what} | {figure} | {target} | {'yes' if is_met else '**no**'} | {more} |", flush=True
    )


def bench_check(bench: Bench, write: Callable[[Path, int, str], Path], name: str) -> None:
    """Check of a file against the bare reading of it."""
    is_csv = name == "csv"
    count = bench.rows(1_000_000 if is_csv else 100_000)
    bare = "read_csv_bare" if is_csv else "read_xlsx_bare"
    for kind, most in (("text", 2.0 if is_csv else 2.5), ("people", 5.0)):
        path, mapping = write(bench.folder, count, kind), data.write_mapping(bench.folder, kind)
        alone, ours = bench.compare((bare, path), ("check", path, mapping))
        times = ratio(ours, alone)
        tell(
            f"check {name}, {count:,} x 20, {kind}",
            f"{times:.2f}x",
            f"{most}x",
            times <= most,
            f"CPU {ratio(ours, alone, 'cpu'):.2f}x; {middle(ours, 'seconds'):.1f} s against"
            f" {middle(alone, 'seconds'):.1f} s; peak {middle(ours, 'peak_mb'):.0f} MB against"
            f" {middle(alone, 'peak_mb'):.0f} MB",
        )
        if is_csv:
            first = middle(ours, "first")
            tell(f"first problem, {kind}", f"{first:.2f} s", "1 s", first < 1)
            small = write(bench.folder, count // 10, kind)
            tenth = middle([bench.work("check", small, mapping)], "peak_mb")
            peak = middle(ours, "peak_mb")
            tell(f"peak memory, {kind}", f"{peak:.0f} MB", "300 MB", peak < 300)
            tell(
                f"peak memory against {count // 10:,} rows, {kind}",
                f"{peak / tenth:.2f}x",
                "1.10x",
                peak <= 1.1 * tenth,
            )


def bench_csv(bench: Bench) -> None:
    """Check of CSV."""
    bench_check(bench, data.write_csv, "csv")


def bench_xlsx(bench: Bench) -> None:
    """Check of a workbook."""
    bench_check(bench, data.write_xlsx, "xlsx")


def bench_whole(bench: Bench) -> None:
    """The whole command, with ledger, spool and report."""
    count = bench.rows(100_000)
    path, mapping = (
        data.write_csv(bench.folder, count, "people"),
        data.write_mapping(bench.folder, "people"),
    )
    alone, ours = bench.compare(("read_csv_bare", path), ("check_whole", path, mapping))
    tell(
        f"check --offline with its report, {count:,} x 20, people",
        f"{ratio(ours, alone):.1f}x",
        "none",
        True,
        f"{middle(ours, 'seconds'):.1f} s; peak {middle(ours, 'peak_mb'):.0f} MB",
    )


def bench_start(bench: Bench) -> None:
    """Starting against importing the command-line library."""
    kinds = (["-c", "import click"], ["-m", "importer", "--help"], ["-m", "importer", "--version"])
    alone, *ours = bench.compare(*(("start", *kind) for kind in kinds))
    for kind, figures in zip(kinds[1:], ours, strict=True):
        times = ratio(figures, alone)
        tell(
            f"start, {kind[-1]}",
            f"{times:.2f}x",
            "2x of `python -c 'import click'`",
            times <= 2,
            f"{middle(figures, 'seconds') * 1000:.0f} ms",
        )


@contextmanager
def serving() -> Iterator[str]:
    """A server in a process of its own."""
    with subprocess.Popen(
        [sys.executable, str(HERE / "server.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        if server.stdout is None or server.stdin is None:
            raise RuntimeError("the server has no pipes")
        yield json.loads(server.stdout.readline())
        server.stdin.close()


def bench_send(bench: Bench) -> None:
    """Sending without a limit against a bare loop of the same client."""
    count = bench.rows(10_000)
    for window in (5, 10):
        with serving() as url:
            alone, ours = bench.compare(
                ("send", "bare", bench.folder, url, count, window),
                ("send", "staged", bench.folder, url, count, window),
            )
        speed = 1 / ratio(ours, alone)
        cpu = ratio(ours, alone, "cpu")
        tell(
            f"send, {count:,} rows, {window} in flight",
            f"{speed:.0%} of the requests a second, CPU {cpu:.2f}x",
            "70 %, 1.5x",
            speed >= 0.7 and cpu <= 1.5,
            f"{count / middle(ours, 'seconds'):,.0f} a second against"
            f" {count / middle(alone, 'seconds'):,.0f}",
        )


def bench_fleet(bench: Bench) -> None:
    """Hundreds of connectors at their limit in one process."""
    for connectors in (100, 300):
        count = max(3, int(connectors * min(1.0, bench.scale)))
        with serving() as url:
            told = bench.work("fleet", bench.folder, url, count, bench.minutes)
        tell(
            f"{count} connectors at 200 a minute, {bench.minutes:g} min",
            f"{told['share']:.1%} of the budget",
            "shown",
            True,
            f"{told['rate']:,.0f} a second, {told['cpu'] / told['seconds']:.0%} of a core,"
            f" peak {told['peak_mb']:.0f} MB",
        )


def bench_report(bench: Bench) -> None:
    """A report against the writer library's bare loop."""
    count = bench.rows(100_000)
    names = ("XlsxWriter's bare loop", "results.xlsx", "all of a run's files")
    place = bench.folder / "report"
    place.mkdir(exist_ok=True)
    alone, *ours = bench.compare(*(("write_report", name, place, count) for name in names))
    for name, figures in zip(names[1:], ours, strict=True):
        tell(
            f"report of {count:,} rows, {name}",
            f"{ratio(figures, alone):.2f}x",
            "shown",
            True,
            f"{middle(figures, 'seconds'):.1f} s against {middle(alone, 'seconds'):.1f} s; peak"
            f" {middle(figures, 'peak_mb'):.0f} MB against {middle(alone, 'peak_mb'):.0f} MB",
        )


def bench_growth(bench: Bench) -> None:
    """How the cost grows: 1.0 is in step with the rows."""
    mapping = data.write_mapping(bench.folder, "people")
    counts = [bench.rows(n) for n in (10_000, 100_000, 1_000_000)]
    paths = [data.write_csv(bench.folder, n, "people") for n in counts]
    checks = bench.compare(*(("check", path, mapping) for path in paths))
    tell_growth("check", counts, checks)
    counts = [bench.rows(n) for n in (1_000, 10_000, 100_000)]
    with serving() as url:
        sends = [[bench.work("send", "staged", bench.folder, url, n, 10)] for n in counts]
    tell_growth("run (sending)", counts, sends)


def tell_growth(what: str, counts: Sequence[int], figures: Sequence[Sequence[Figures]]) -> None:
    """Fit seconds = a * rows^b by least squares over the logarithms."""
    xs = [math.log(count) for count in counts]
    ys = [math.log(middle(each, "cpu")) for each in figures]
    x, y = statistics.mean(xs), statistics.mean(ys)
    slope = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum(
        (a - x) ** 2 for a in xs
    )
    each = ", ".join(
        f"{count:,}: {middle(f, 'cpu'):.2f} s" for count, f in zip(counts, figures, strict=True)
    )
    tell(f"growth of {what}", f"rows^{slope:.2f}", "1.0", slope <= 1.05, f"CPU {each}")


BENCHES: Final[dict[str, Callable[[Bench], None]]] = {
    "csv": bench_csv,
    "xlsx": bench_xlsx,
    "whole": bench_whole,
    "start": bench_start,
    "send": bench_send,
    "fleet": bench_fleet,
    "report": bench_report,
    "growth": bench_growth,
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "what", nargs="*", help=f"a choice of: {', '.join(BENCHES)}; all by default"
    )
    parser.add_argument("--rounds", type=int, default=5, help="rounds of which the median is told")
    parser.add_argument("--scale", type=float, default=1.0, help="0.1: a tenth of the rows")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long the fleet sends")
    asked = parser.parse_args()
    unknown = [name for name in asked.what if name not in BENCHES]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)} (known: {', '.join(BENCHES)})")
    import platform

    print(
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python"
        f" {platform.python_version()}, median of {asked.rounds}\n"
    )
    print("| what | measured | target | met | |")
    print("|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory(prefix="candidate-import-") as folder:
        bench = Bench(Path(folder), asked.rounds, asked.scale, asked.minutes)
        for name in asked.what or BENCHES:
            BENCHES[name](bench)


if __name__ == "__main__":
    main()
