"""Headers alone: no wrong field, and nearly every right one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from proposing_kit import propose, sample, the_words

from importer.core.model import Chunk
from importer.core.proposing.columns import propose_columns
from importer.core.proposing.headings import find_heading
from importer.core.proposing.words import fold_words, parse_words
from importer.core.schema import published_schema

HERE = Path(__file__).resolve()
OWN = HERE.with_name("header_sets.json")
PRACTICE = HERE.parents[2].parent / "shared" / "corpus" / "headers.json"
SETS: list[dict[str, Any]] = json.loads(OWN.read_text("utf-8"))
if PRACTICE.exists():
    SETS += json.loads(PRACTICE.read_text("utf-8"))


def _term(target: str | None) -> str:
    if target in (None, "ignore"):
        return "custom"
    known = {"name": "first_name+last_name", "model_keys.job_id": "job"}
    assert target is not None
    return known.get(target, target.rpartition(".")[2])


@pytest.mark.parametrize("given", SETS, ids=[s["source"] for s in SETS])
def test_a_header_set_is_read_without_a_wrong_field(given: dict[str, Any]) -> None:
    """Every proposed standard field is right, and nine of ten that exist are proposed."""
    cells = {c: sample(c, t) for c, t in given.get("samples", {}).items()}
    proposed = propose_columns(given["headers"], cells, published_schema(), the_words())
    terms = {p.column: _term(p.target) for p in proposed}
    expected = {h: given["expected"].get(h, "custom") for h in given["headers"]}
    accept = given.get("accept", {})
    wrong = {
        h: t
        for h, t in terms.items()
        if t != "custom" and t not in (expected[h], *accept.get(h, ()))
    }
    assert wrong == {}
    mappable = [h for h, term in expected.items() if term != "custom"]
    may_stay_open = {h for h, terms_of in accept.items() if None in terms_of}
    right = [
        h
        for h in mappable
        if terms[h] in (expected[h], *accept.get(h, ()))
        or (terms[h] == "custom" and h in may_stay_open)
    ]
    assert len(right) >= 0.9 * len(mappable)


NEVER = (
    "Recruiter Email|Referrer Name|Company Phone|Company Website|Emergency Contact|Manager Email"
    "|Job Location|Work Address|Email Status|Phone Type|Mobile Country Code|Owner Phone"
    "|First Contact|LinkedIn Headline|Company Address|Location (preferred)|Email (Recruiter)"
    "|Phone (Emergency)|Address (Work)|Title (Mr/Mrs)|Title (Previous)|Company (Previous)"
    "|Position 2|Employer 3|Fax|Tel/Fax|Email/Phone|XactNet Address|Name of Recruiter|Site"
    "|Skill Level|Resume Date|CV Sent to Client|Private|Do Not Contact|Newsletter|Role Level"
    "|Vorwahl Mobil|E-Mail des Recruiters|Nom du recruteur|Nombre de la madre|Телефон рекомендателя"
    "|紧急联系人电话|Geburtsname|Nom de jeune fille|Segundo nombre|Tussenvoegsel|Отчество"
)


@pytest.mark.parametrize("header", NEVER.split("|"))
def test_what_is_not_the_candidates_own_gets_no_field(header: str) -> None:
    """A word that nobody knows ends the search."""
    found = propose(f"First Name|Last Name|Email|Phone|{header}|Company")
    assert found[header].target in (None, "ignore")


SENSITIVE = (
    "SSN|Passport No.|Date of Birth (DD/MM/YYYY)|Ethnicity|Race/Ethnicity|Gender|Veteran?|Religion"
    "|Geburtsdatum|Staatsangehörigkeit|Lieu de naissance|Estado civil|Codice fiscale|BSN"
    "|Паспорт (серия, номер)|出生日期|护照号码 (必填)|候选人性别"
)


@pytest.mark.parametrize("header", SENSITIVE.split("|"))
def test_sensitive_columns_are_left_out_on_purpose(header: str) -> None:
    """They are never proposed, whatever the ATS would take."""
    found = propose(f"Name|{header}")
    assert found[header].target == "ignore"
    assert "Sensitive" in found[header].why


@pytest.mark.parametrize(
    ("header", "folded"),
    [
        ("<<Candidate.LastName>>", "candidate last name"),
        ("  E\u2011Mail\u00a0Adresse* ", "e mail adresse"),
        ("ZIPCode", "zip code"),
        ("Ｐｈｏｎｅ２", "phone 2"),
        ("PRÉNOM_usuel", "prenom usuel"),
    ],
)
def test_headers_are_folded_to_words(header: str, folded: str) -> None:
    """Case, accents, width, camel case and marks do not matter."""
    assert fold_words(header) == folded


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Candidate's e-mail (required)", "model_keys.email_addresses"),
        ("Phone (with country code)", "model_keys.phone_numbers"),
        ("Secondary email address", "model_keys.email_addresses"),
        ("Telefon / Phone", "model_keys.phone_numbers"),
        ("Name / E-mail", None),
        ("邮箱 Email", "model_keys.email_addresses"),
        ("邮箱 Status", None),
        ("候选人邮箱", "model_keys.email_addresses"),
        ("Name (first, last)", "name"),
        ("(Email)", "model_keys.email_addresses"),
        ("***", None),
        ("", None),
        ("1", None),
    ],
)
def test_words_that_change_nothing_are_passed_over(header: str, target: str | None) -> None:
    """Persons, numbers, formats and a second language do not hide what a header means."""
    assert propose([header])[header].target == target


def test_a_list_of_no_meaning_is_named() -> None:
    """Whoever edits the word lists is told of a slip."""
    with pytest.raises(ValueError, match="xx: no meaning is called 'nose'"):
        parse_words({"xx": 'nose = "a | b"'})


def test_no_spelling_means_two_fields_in_one_language() -> None:
    """Within a language a header decides by itself."""
    from importer.core.proposing.concepts import CONCEPTS

    for key, hits in the_words().hits.items():
        for language in {lang for lang, _ in hits}:
            mine = [c for lang, c in hits if lang == language]
            assert len({CONCEPTS[c].target for c in mine}) == 1, (language, key, mine)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["Vorname", "Nachname", "Kragenweite", ""], 7),
        (["Ada", "Lovelace", "ada@example.com"], None),
        (["Email", "Foo", "Bar"], None),
    ],
)
def test_a_first_row_of_headers_is_recognised(row: list[str], expected: int | None) -> None:
    """Half of its words are headers that are known."""
    frame = pd.DataFrame([row])
    assert find_heading(Chunk(np.array([7]), frame), the_words()) == expected
    assert find_heading(Chunk(np.array([], dtype=np.int64), frame.iloc[:0]), the_words()) is None
