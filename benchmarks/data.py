"""Invented spreadsheets of any length, the same for the same length.

Two kinds: `text` has 20 columns of texts, choices, dates and yes/no; `people` has a distinct
e-mail address and a distinct phone number in every row instead of two of the texts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

HEADERS: Final = [
    *("First name", "Surname", "E-mail", "Phone", "City", "Company", "Title", "Source", "Tags"),
    *("Opted out", "Last contact", "Private"),
    *(f"C{n}" for n in range(1, 9)),
]
MAPPING: Final = """\
version: 1
defaults: {{region: GB}}
model_keys:
  first_name: First name
  last_name: Surname
  {contact}
  company: Company
  title: Title
  can_email: {{column: Opted out, invert: true}}
  is_private: Private
  last_interaction_at: Last contact
  tags: {{column: Tags, split: ";"}}
custom_fields: {{city: City, c1: C1, c2: C2, c3: C3, c4: C4, c5: C5, c6: C6, c7: C7, c8: C8}}
additional_attributes: {{source: Source}}
"""
CONTACT: Final = {
    "text": "locations: E-mail\n  avatar: Phone",
    "people": "email_addresses: E-mail\n  phone_numbers: Phone",
}
SOURCES: Final = ("LinkedIn", "Referral", "Indeed", "Agency")


def make_rows(count: int, kind: str) -> Iterator[list[str]]:
    """Rows of one kind."""
    pick = random.Random(1)
    names = [f"Name{i}" for i in range(5_000)]
    surnames = [f"Sur{i}" for i in range(20_000)]
    has_people = kind == "people"
    for i in range(count):
        email = f"person{i}@example.com" if has_people else pick.choice(names)
        phone = f"+4420{79_460_000 + i % 9_000_000:08d}" if has_people else pick.choice(names)
        yield [
            pick.choice(names),
            pick.choice(surnames),
            email,
            phone,
            pick.choice(names),
            pick.choice(names),
            pick.choice(names[:300]),
            pick.choice(SOURCES),
            "a;b",
            pick.choice(("yes", "no")),
            f"2024-{pick.randint(1, 12):02d}-{pick.randint(1, 28):02d}",
            pick.choice(("yes", "no")),
            *(pick.choice(names) for _ in range(8)),
        ]


def write_mapping(folder: Path, kind: str) -> Path:
    """The mapping that suits a kind."""
    path = folder / f"{kind}.yaml"
    path.write_text(MAPPING.format(contact=CONTACT[kind]), encoding="utf-8")
    return path


def write_csv(folder: Path, count: int, kind: str) -> Path:
    """A CSV file, made once a folder."""
    path = folder / f"{kind}-{count}.csv"
    if not path.exists():
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(",".join(HEADERS) + "\n")
            file.writelines(",".join(row) + "\n" for row in make_rows(count, kind))
    return path


def write_xlsx(folder: Path, count: int, kind: str) -> Path:
    """A workbook with shared strings, as Excel saves it, made once a folder."""
    import xlsxwriter

    path = folder / f"{kind}-{count}.xlsx"
    if not path.exists():
        with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate([HEADERS, *make_rows(count, kind)]):
                for column, text in enumerate(row):
                    sheet.write_string(number, column, text)
    return path
