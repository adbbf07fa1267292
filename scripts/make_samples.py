"""Write the two sample files: `python scripts/make_samples.py [FOLDER]`.

Lives here: which untidy things the samples hold, and where. Must never live here: anybody
real; names are made up, addresses and numbers come from reserved ranges. What a newcomer
would question: every oddity has a fixed place, so that `samples/README.md` can explain
each figure of a run; a test holds that this script and the files agree.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from importer.sandbox.people import Person, make_person

NBSP = "\u00a0"
NOT_AVAILABLE = "#N/A"
HEADERS = (
    "First name",
    "Last name",
    "E-mail",
    "Mobile",
    f"Home{NBSP}phone",
    "City",
    "Current company",
    "Job title",
    "Source",
    "Skills",
    "LinkedIn",
    "Job code",
    "Recruiter",
    "Last contact",
    "Opted out",
    "Notice period",
    "Salary expectation",
    "Notes",
)
COUNT = 200
FIRST_ROW = 4  # a title above, a blank line, the header in row 3
SOURCES = ("LinkedIn", "LinkedIn", "linkedin", "LI", "Referral", "Indeed", "Website", "Agency")
SKILLS = ("Python", "SQL", "Excel", "Sales", "German", "French", "Salesforce", "Figma", "Remote")
NOTICES = ("Immediately", "1 month", "2 months", "3 Months", "1 month", "")
JOBS = ("ENG-101", "ENG-102", "SAL-210", "SAL-211", "eng-101")
RECRUITERS = ("robin.marsh@example.com", "priya.nair@example.com", "jonas.weber@example.com")
NOTES = (
    "",
    "",
    "",
    "Met at the career fair",
    "+1 for a second chat",
    "=quick learner",
    "Ask again",
)

Cells = dict[str, object]

# Index of the candidate -> cells that differ from a tidy row.
ODDITIES: dict[int, Cells] = {
    # Known to an ATS that starts with people; the last has another name there.
    5: {"First name": "Robin", "Last name": "Somebody-Else"},
    # What no e-mail looks like.
    17: {"E-mail": "beatriz.costa@@example.com"},
    46: {"E-mail": "see LinkedIn"},
    88: {"E-mail": "hana.novak@example..com"},
    131: {"E-mail": "viktor.example.org"},
    # No e-mail, but a name and a phone.
    59: {"E-mail": ""},
    142: {"E-mail": "n/a"},
    # One name only.
    64: {"Last name": ""},
    150: {"First name": "", "Last name": "Thandiwe"},
    # Sources that nobody allowed.
    **{index: {"Source": "Linkdin"} for index in (21, 43, 77, 102, 139, 166)},
    **{index: {"Source": "referal"} for index in (33, 95, 158)},
    **{index: {"Source": "Facebook"} for index in (52, 171)},
    **{index: {"Source": ""} for index in (27, 68, 110, 145, 183)},
    **{index: {"Source": "indeed.com"} for index in (12, 71, 126)},
    # Dates: a column of real dates with texts among them; one day above 12 decides it.
    8: {"Last contact": "23/04/2026"},
    30: {"Last contact": "03/04/2026"},
    56: {"Last contact": "14 Mar 2026"},
    80: {"Last contact": "2026-02-11"},
    117: {"Last contact": "31/02/2026"},
    160: {"Last contact": "07/05/2026"},
    # Jobs: unknown, twice there, closed, none.
    24: {"Job code": "ENG-999"},
    107: {"Job code": "ENG-999"},
    40: {"Job code": "OPS-300"},
    133: {"Job code": "OPS-300"},
    50: {"Job code": "HR-050"},
    175: {"Job code": "HR-050"},
    **{index: {"Job code": ""} for index in (7, 26, 45, 65, 84, 103, 122, 144, 161, 180)},
    # Recruiters: gone, unknown, none.
    36: {"Recruiter": "dana.quill@example.com"},
    121: {"Recruiter": "dana.quill@example.com"},
    61: {"Recruiter": "temp.desk@example.com"},
    **{index: {"Recruiter": ""} for index in (74, 129, 187)},
    # Opt-outs in several words; one that is no answer.
    **{index: {"Opted out": "Yes"} for index in (14, 47, 90, 136, 163)},
    **{index: {"Opted out": "x"} for index in (66, 112)},
    99: {"Opted out": "ask first"},
    # Notice periods and salaries that a person must look at.
    **{index: {"Notice period": "6 weeks"} for index in (19, 85, 148)},
    38: {"Salary expectation": "60k"},
    123: {"Salary expectation": "negotiable"},
    83: {"Salary expectation": "55,000"},
    # Phones: words, an extension, a number cell, a broken formula.
    10: {"Mobile": "call after 6pm"},
    29: {"Mobile": "020 7946 0018 x12"},
    54: {"Mobile": 442079460777},
    92: {"Home phone": NOT_AVAILABLE},
    # Invisible characters.
    15: {"Last name": f"Lindqvist{NBSP}"},
    73: {"E-mail": f"{NBSP}zoe.walsh@example.net "},
    104: {"First name": "Anai\u0308s"},
    # Nothing but a note: neither a name nor an address.
    153: {"First name": "", "Last name": "", "E-mail": "", "Notes": "see CV folder"},
}
# Index -> the row that it repeats to the last cell.
EXACT_COPIES = {70: 3, 105: 62, 140: 11, 190: 101}
# Index -> the row whose e-mail it shares under another name.
SHARED_EMAILS = {97: 20, 178: 115}
# Index -> the row it repeats with the e-mail in capitals.
OTHER_CONTENT = {155: 44}


def make_candidates() -> list[Cells]:
    """Make the 200 rows, in order."""
    rows: list[Cells] = []
    for index in range(COUNT):
        # The first six are people 0 to 5 of a sandbox that starts with people.
        person = make_person(index if index <= 5 else 100_000 + index)
        row = tidy_row(index, person) | ODDITIES.get(index, {})
        if index in EXACT_COPIES:
            row = dict(rows[EXACT_COPIES[index]])
        elif index in SHARED_EMAILS:
            row["E-mail"] = rows[SHARED_EMAILS[index]]["E-mail"]
        elif index in OTHER_CONTENT:
            row = dict(rows[OTHER_CONTENT[index]])
            row["E-mail"] = str(row["E-mail"]).upper()
        rows.append(row)
    return rows


def tidy_row(index: int, person: Person) -> Cells:
    """Make a row without an oddity."""
    random = Random(f"candidate {index}")
    slug = person.email.split("@")[0].replace(".", "-")
    scheme = "https://" if index % 3 else ""
    return {
        "First name": person.first_name,
        "Last name": person.last_name,
        "E-mail": person.email,
        "Mobile": f"07700 900{random.randrange(1000):03d}" if index % 2 else person.phone,
        "Home phone": f"020 7946 0{random.randrange(1000):03d}" if index % 4 == 0 else "",
        "City": person.city,
        "Current company": person.company,
        "Job title": person.title,
        "Source": random.choice(SOURCES),
        "Skills": ", ".join(random.sample(SKILLS, random.randrange(4))),
        "LinkedIn": f"{scheme}linkedin.example.com/in/{slug}" if index % 5 else "",
        "Job code": random.choice(JOBS),
        "Recruiter": random.choice(RECRUITERS),
        "Last contact": date(2026, 1, 5) + timedelta(days=random.randrange(300)),
        "Opted out": "No" if index % 2 else "",
        "Notice period": random.choice(NOTICES),
        "Salary expectation": random.randrange(32, 95) * 1000 if index % 3 else "",
        "Notes": random.choice(NOTES),
    }


def write_workbook(path: Path) -> None:
    """Write `candidates.xlsx`."""
    rows = make_candidates()
    # Strings stay strings: a note that begins with "=" is no formula here.
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": datetime(2026, 11, 1, tzinfo=UTC).replace(tzinfo=None)})
        sheet = book.add_worksheet("Candidates")
        bold = book.add_format({"bold": True})
        dates = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_string(0, 0, "Talent pool – all regions (export, please do not share)", bold)
        sheet.write_row(2, 0, HEADERS, bold)
        at = FIRST_ROW - 1
        for index, row in enumerate(rows):
            if index == 60:  # somebody filtered this person away
                write_row(sheet, at, tidy_row(-1, make_person(100_900)), dates)
                sheet.set_row(at, None, None, {"hidden": True})
                at += 1
            if index == 100:  # two lists were pasted together
                sheet.write_row(at + 1, 0, HEADERS, bold)
                at += 2
            write_row(sheet, at, row, dates)
            at += 1
        sheet.write_string(at + 1, 0, "Total", bold)
        sheet.write_number(at + 1, 1, len(rows))
        sheet.set_column(0, len(HEADERS) - 1, 18)
        lists = book.add_worksheet("Lists")
        lists.write_column(0, 0, ["Sources", "LinkedIn", "Referral", "Indeed", "Website", "Agency"])
        lists.hide()


def write_row(sheet: Worksheet, at: int, row: Cells, dates: object) -> None:
    """Write one row with the types that people's cells have."""
    for column, header in enumerate(HEADERS):
        value = row[header.replace(NBSP, " ")]
        if value == NOT_AVAILABLE:
            sheet.write_formula(at, column, "=NA()", None, NOT_AVAILABLE)
        elif isinstance(value, date):
            sheet.write_datetime(at, column, value, dates)
        elif isinstance(value, int):
            sheet.write_number(at, column, value)
        elif value:
            sheet.write_string(at, column, str(value))


# --- the legacy export ------------------------------------------------------------------------

LEGACY_HEADERS = (
    "Vorname",
    "Nachname",
    "E-Mail-Adresse",
    "Telefon",
    "Ort",
    "Arbeitgeber",
    "Stelle",
    "Quelle",
    "Kenntnisse",
    "Letzter Kontakt",
    "Newsletter",
    "Kündigungsfrist",
    "Bemerkung",
)
LEGACY_COUNT = 60
LEGACY_SOURCES = ("LinkedIn", "Empfehlung", "Messe", "Webseite", "Indeed", "Personalvermittlung")
LEGACY_JOBS = ("ENG-101", "ENG-102", "SAL-210", "SAL-211", "")
LEGACY_NOTICES = ("sofort", "1 Monat", "2 Monate", "3 Monate", "")
LEGACY_SKILLS = ("Python", "SQL", "Buchhaltung", "Französisch", "Vertrieb", "Führung")
LEGACY_NOTES = ("", "", "Gespräch geführt – „sehr gut“", "Rückruf; nachmittags", "zurückgestellt")
LEGACY_ODDITIES: dict[int, Cells] = {
    7: {"E-Mail-Adresse": "keine"},
    18: {"Quelle": "Linkedln"},
    25: {"Letzter Kontakt": "30.02.2024"},
    33: {"Nachname": ""},
    41: {"Quelle": "Zeitung"},
    52: {"Newsletter": "vielleicht"},
}


def make_legacy() -> list[Cells]:
    """Make the rows of the old system, in order; only names that cp1252 can write."""
    rows: list[Cells] = []
    number = 200_000
    while len(rows) < LEGACY_COUNT:
        number += 1
        person = make_person(number)
        try:
            f"{person.first_name}{person.last_name}{person.city}".encode("cp1252")
        except UnicodeEncodeError:
            continue
        index = len(rows)
        if index == 48:
            rows.append(dict(rows[12]))
        else:
            rows.append(legacy_row(index, person) | LEGACY_ODDITIES.get(index, {}))
    return rows


def legacy_row(index: int, person: Person) -> Cells:
    """Make a row without an oddity; Berlin's 23125 block is kept free for fiction."""
    random = Random(f"legacy {index}")
    day = date(2019, 3, 1) + timedelta(days=random.randrange(2000))
    return {
        "Vorname": person.first_name,
        "Nachname": person.last_name,
        "E-Mail-Adresse": person.email,
        "Telefon": f"030 23125 {random.randrange(1000):03d}" if index % 6 else "",
        "Ort": person.city,
        "Arbeitgeber": person.company,
        "Stelle": random.choice(LEGACY_JOBS),
        "Quelle": random.choice(LEGACY_SOURCES),
        "Kenntnisse": " | ".join(random.sample(LEGACY_SKILLS, random.randrange(4))),
        "Letzter Kontakt": day.strftime("%d.%m.%Y"),
        "Newsletter": "ja" if index % 3 else "nein",
        "Kündigungsfrist": random.choice(LEGACY_NOTICES),
        "Bemerkung": random.choice(LEGACY_NOTES),
    }


def legacy_text() -> str:
    """Write the legacy export as text, as that system did: quotes only where needed."""
    lines = [";".join(LEGACY_HEADERS)]
    for row in make_legacy():
        cells = [str(row[header]) for header in LEGACY_HEADERS]
        lines.append(";".join(f'"{cell}"' if ";" in cell else cell for cell in cells))
    return "\r\n".join(lines) + "\r\n"


def main(folder: Path) -> None:
    """Write both files into a folder."""
    write_workbook(folder / "candidates.xlsx")
    (folder / "legacy-export.csv").write_bytes(legacy_text().encode("cp1252"))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "samples")
