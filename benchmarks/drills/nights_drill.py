"""Five nights of one growing file: each night's calls and outcomes, as contracted.

    python benchmarks/drills/nights_drill.py            # 10,000 rows
    python benchmarks/drills/nights_drill.py --quick

1. The file comes for the first time; 40 of its rows the ATS refuses.
2. It has grown, and the connector's token was rotated: only the new rows are sent.
3. The mapping was edited: nobody is new or changed; the refused rows go again.
4. It has grown again, and 40 rows are refused; then it has another column: nothing is sent.
5. The ATS asks for another schema: only the 40 refused rows go again.

Passes when every night's outcomes, creates, reads and exit code are as contracted.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from drill_kit import HEADER, MAPPING, Desk, Row, Sandbox, invent

REFUSED = 40
Command = Callable[[Desk], tuple[int, str]]
"""One night's `run`: exit code and what was said."""


@dataclass
class Nights:
    """The desk through the nights."""

    desk: Desk
    rows: list[Row]
    command: Command
    header: list[str] = field(default_factory=lambda: list(HEADER))
    bad: int = 0
    unseen: int = 0

    def grow(self, count: int) -> None:
        """New people at the end of the file."""
        start = len(self.rows)
        width = len(self.header) - len(HEADER)
        self.rows += [[*invent(start + n), *(["new"] * width)] for n in range(count)]

    def add_column(self) -> None:
        """One column more, in front of the others."""
        self.header = ["Cost centre", *self.header]
        self.rows = [["42", *row] for row in self.rows]

    def spend(self, night: str, expected: dict[str, int], creates: int, code: int) -> None:
        """One night, held against what it should be."""
        sandbox = self.desk.sandbox
        sandbox.advance(86_400.0)
        self.desk.write(self.rows, self.header)
        before = sandbox.figures()
        began = time.monotonic()
        told, said = self.command(self.desk)
        seconds = time.monotonic() - began
        if told not in (0, 1):
            raise SystemExit(f"{night}: exit {told}: {said}")
        after = sandbox.figures()
        counts = self.desk.counts()
        made = after["received"] - before["received"]
        reads = after["calls"] - before["calls"] - made
        expected = {"rows": len(self.rows)} | expected
        # Connector and schema; where there is something to send, the schema again after a
        # refusal, and a page for each 200 people who are new in the ATS, at least two.
        most_reads = 2 + (3 + math.ceil(self.unseen / 200) if creates else 0)
        self.unseen = made + (0 if creates else self.unseen)
        is_good = (counts, made, told) == (expected, creates, code) and reads <= most_reads
        self.bad += not is_good
        print(
            f"{night:<34} {made:>7} {reads:>5} {told:>4} {seconds:>6.0f} s  "
            f"{'good' if is_good else 'BAD'}  {counts}",
            flush=True,
        )
        if not is_good:
            print(f"  expected {creates} creates, exit {code}, {expected}\n{said}")


def spend_nights(rows: int, grows: int, command: Command = Desk.run) -> int:
    """Spend all five nights; how many were not as contracted."""
    with (
        tempfile.TemporaryDirectory() as name,
        Sandbox(
            Path(name),
            *("--limit", "60000", "--ats", "greenhouse"),
            rules=False,
            script=["ok", "refuse"] * REFUSED,
        ) as sandbox,
    ):
        desk = Desk(Path(name) / "desk", sandbox)
        nights = Nights(desk, [invent(number) for number in range(rows)], command)
        held, standing = rows - REFUSED, {"refused": REFUSED}

        print("night                              creates reads exit")
        nights.spend("1 the first", {"created": held, **standing}, rows, 1)

        connector = sandbox.connector()
        sandbox.ask("POST", f"connectors/{connector}", {"token": "rotated"})
        sandbox.environment["BINDBEE_CONNECTOR_TOKEN"] = "rotated"
        nights.grow(grows)
        nights.spend(
            "2 grown, token rotated", {"created": grows, "unchanged": held, **standing}, grows, 1
        )
        held += grows

        edited = MAPPING.replace("  phone_numbers: Phone\n", "") + "ignore: [Phone]\n# a note\n"
        (desk.folder / "map.yaml").write_text(edited, "utf-8")
        # A refusal holds until the mapping changes, since it may be what the ATS objected to.
        nights.spend("3 mapping edited", {"unchanged": held, "created": REFUSED}, REFUSED, 0)
        held += REFUSED

        sandbox.change(script=["refuse", "ok"] * REFUSED)
        nights.grow(2 * REFUSED)
        nights.spend(
            "4a forty new ones refused",
            {"unchanged": held, "created": REFUSED, **standing},
            2 * REFUSED,
            1,
        )
        held += REFUSED
        nights.add_column()
        nights.spend("4b another column", {"unchanged": held, **standing}, 0, 1)

        sandbox.change(meta_version=2)
        nights.spend("5 another schema", {"unchanged": held, "created": REFUSED}, REFUSED, 0)
    return nights.bad


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true", help="300 rows")
    options = parser.parse_args()
    bad = spend_nights(300 if options.quick else options.rows, 120)
    print("good" if not bad else f"BAD: {bad} nights")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
