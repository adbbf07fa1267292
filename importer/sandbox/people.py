"""Synthetic people: the same ones for the same number, everywhere.

Lives here: names and reserved addresses. Must never live here: anybody real. What a
newcomer would question: person 0, 1, 2 … of a sandbox that starts with people are also the
first rows of `samples/candidates.xlsx`, so that a first run meets somebody who is known.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random
from typing import Final

GIVEN: Final = (  # noqa: SIM905 - names read better as text
    "Ada Amara Anaïs Andrzej Bence Beatriz Chidi Chloé Dagny Daniel Elif Emeka Enzo Erin "
    "Farida Fionn Freya Gonçalo Grace Håkon Hana Ibrahim Ines Ivo Jamal Joana Jürgen Kaito "
    "Katarzyna Kofi Lars Leila Linh Lucía Małgorzata Marek Maeve Mateo Mei Miguel Nadia Nils "
    "Noor Olena Oluwaseun Oscar Pavel Penelope Priya Quentin Rania René Rosa Saoirse Sanjay "
    "Sébastien Siân Sofía Søren Tadhg Tamar Thandiwe Tomáš Uma Valentina Viktor Wanjiru "
    "Wei Xavier Yara Yusuf Zanele Zoë Żaneta"
).split()
FAMILY: Final = (  # noqa: SIM905 - the same
    "Adeyemi Aguilar Ahmed Almeida Andersson Bauer Bianchi Björk Campbell Castillo Chen "
    "Chukwu Costa Dąbrowski Delacroix Demir Doyle Dubois Eriksen Fernández Fischer Fitzgerald "
    "Fontaine Gallagher García Grünwald Gupta Hansen Haddad Horváth Ibáñez Iversen Jankowski "
    "Johansson Kaya Keane Khan Kovač Kowalski Lefèvre Lindqvist Lopes Lovell Mbeki Mehta "
    "Moreau Müller Murphy Nakamura Nguyen Novák Núñez O’Brien Okafor Olsen Ortega Østergaard "
    "Pereira Petrov Quinn Rahman Rossi Salazar Sato Schmidt Silva Singh Şahin Takahashi Tran "
    "Usman Varga Vogel Walsh Wójcik Yamamoto Yılmaz Zhang Zieliński"
).split()
CITIES: Final = (
    "London, United Kingdom",
    "Manchester, United Kingdom",
    "Dublin, Ireland",
    "Berlin, Germany",
    "München, Germany",
    "Paris, France",
    "Lisboa, Portugal",
    "Kraków, Poland",
    "Malmö, Sweden",
    "Austin, TX",
    "Denver, CO",
    "São Paulo, Brazil",
)
COMPANIES: Final = (
    "Northwind Example Ltd",
    "Contoso Example GmbH",
    "Fabrikam Example Inc.",
    "Tailspin Example SAS",
    "Globex Example plc",
    "Initech Example, Inc.",
)
TITLES: Final = (
    "Software Engineer",
    "Data Analyst",
    "Account Executive",
    "Customer Success Manager",
    "Operations Coordinator",
    "Product Designer",
)
DOMAINS: Final = ("example.com", "example.org", "example.net")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist."""

    first_name: str
    last_name: str
    email: str
    phone: str
    city: str
    company: str
    title: str


def make_person(number: int) -> Person:
    """Make the person of a number; the same everywhere, with an e-mail of their own."""
    random = Random(f"person {number}")  # noqa: S311 - synthetic people, no secret
    first, last = random.choice(GIVEN), random.choice(FAMILY)
    domain = DOMAINS[number % len(DOMAINS)]
    local = f"{_to_ascii(first)}.{_to_ascii(last)}.{number}"
    if random.random() < 0.5:
        phone = f"+44 20 7946 0{random.randrange(1000):03d}"
    else:
        phone = f"+1 202-555-01{random.randrange(100):02d}"
    return Person(
        first,
        last,
        f"{local}@{domain}",
        phone,
        random.choice(CITIES),
        random.choice(COMPANIES),
        random.choice(TITLES),
    )


def _to_ascii(text: str) -> str:
    """Write a name as it would stand in an e-mail address."""
    special = str.maketrans({"ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "ı": "i", "’": ""})
    folded = unicodedata.normalize("NFKD", text.translate(special))
    return "".join(c for c in folded if c.isascii() and c.isalnum()).lower()
