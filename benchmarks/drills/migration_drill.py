"""Ten thousand rows into an ATS that holds twenty thousand people: how many calls?

    python benchmarks/drills/migration_drill.py         # about three minutes
    python benchmarks/drills/migration_drill.py --quick

Some of the rows are people whom the ATS has already. Passes when, beyond the pages of the
first scan, a created candidate took 1.02 calls at most, and nobody was doubled. Then come
three nights: the unchanged file makes no create and two reads; with 30 new rows the people
whom the migration created are read, a page for each 200; and after 450 people were changed
by others, 30 new rows more cost a page for each 200 of those, and no page of before.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from collections import Counter
from pathlib import Path

from drill_kit import Desk, Row, Sandbox, invent, print_table

PEOPLE = "/api/ats/v1/candidates"


def count_calls(sandbox: Sandbox, since: int) -> Counter[str]:
    """Calls by method and path, from the so-manieth on."""
    return Counter(f"{c['method']} {c['path']}" for c in sandbox.calls()[since:])


def take_people(sandbox: Sandbox, number: int) -> list[Row]:
    """Rows of people whom the ATS has already."""
    everybody = sandbox.ask("GET", "candidates?seeded=true")
    people = everybody[:: len(everybody) // number]
    return [
        invent(
            n,
            **{
                "First name": p["kept"]["first_name"],
                "Surname": p["kept"]["last_name"],
                "E-mail": p["kept"]["email_addresses"][0],
            },
        )
        for n, p in enumerate(people[:number])
    ]


def grow(desk: Desk, rows: list[Row], more: int, *, changed: int) -> tuple[int, int]:
    """A day later, with new rows and people whom others changed; pages read and creates."""
    sandbox = desk.sandbox
    sandbox.advance(86_400.0)
    connector = sandbox.connector()
    for n in range(changed):
        body = {"first_name": "Else", "last_name": f"Where{n}"}
        sandbox.ask("POST", f"connectors/{connector}/candidates", body)
    rows += [invent(n + 2_000_000 + len(rows)) for n in range(more)]
    desk.write(rows)
    before = len(sandbox.calls())
    code, said = desk.run()
    if code != 0:
        raise SystemExit(f"exit {code}: {said}")
    calls = count_calls(sandbox, before)
    return calls["GET " + PEOPLE], calls["POST " + PEOPLE]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--there", type=int, default=300, help="rows whom the ATS has already")
    parser.add_argument("--quick", action="store_true", help="1,000 rows, 2,000 people")
    options = parser.parse_args()
    if options.quick:
        options.rows, options.people, options.there = 1_000, 2_000, 30
    with (
        tempfile.TemporaryDirectory() as name,
        Sandbox(
            Path(name), "--limit", "60000", "--people", str(options.people), rules=False
        ) as sandbox,
    ):
        desk = Desk(Path(name) / "desk", sandbox)
        there = take_people(sandbox, options.there)
        rows = [*there, *(invent(n + 1_000_000) for n in range(options.rows - len(there)))]
        desk.write(rows)
        began = time.monotonic()
        code, said = desk.run()
        seconds = time.monotonic() - began
        if code not in (0, 1):
            raise SystemExit(f"exit {code}: {said}")
        first = sandbox.calls()
        counts = desk.counts()
        created = sandbox.count()
        pages = math.ceil(options.people / 200)
        each = (len(first) - pages) / created
        emails = Counter(e for p in sandbox.people() for e in p["kept"]["email_addresses"])
        doubled = sum(1 for n in emails.values() if n > 1)

        unchanged = desk.run()[0]
        quiet = count_calls(sandbox, len(first))

        caught_up, _ = grow(desk, rows, 30, changed=0)
        grown, creates = grow(desk, rows, 30, changed=450)
    is_good = (
        each <= 1.02
        and not doubled
        and created == options.rows - len(there)
        and counts["already_in_ats"] == len(there)
        and unchanged == 0
        and not any(path.startswith("POST") for path in quiet)
        and sum(quiet.values()) <= 3
        and creates == 30
        and caught_up <= math.ceil(created / 200) + 1
        and grown <= math.ceil((450 + 30) / 200)
    )
    print_table(
        [
            ("people in the ATS before", options.people),
            ("outcomes", counts),
            ("calls", len(first)),
            ("pages of the first scan", pages),
            ("calls per created candidate beyond them", round(each, 4)),
            ("doubled", doubled),
            ("seconds without a limit", round(seconds)),
            ("an unchanged night", dict(quiet)),
            ("pages read on a night of 30 new rows", caught_up),
            ("pages after 450 people were changed by others", grown),
            ("verdict", "good" if is_good else "BAD"),
        ]
    )
    return 0 if is_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
