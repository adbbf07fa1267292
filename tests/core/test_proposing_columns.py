"""Values, neighbours and the customer's own fields."""

from __future__ import annotations

import pytest
from proposing_kit import own_field, own_schema, propose, sample

from importer.core.model import CandidateSchema, Field, FieldPath, Section
from importer.core.proposing.evidence import judge_values
from importer.core.schema import published_schema

E_MAILS = ("ada@example.com", "alan@example.org")
PHONES = ("+44 20 7946 0018", "020 7946 0019")


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Email", PHONES),
        ("Phone", E_MAILS),
        ("First name", E_MAILS),
        ("Company", ("2024-01-31", "2024-02-01")),
        ("City", ("yes", "no")),
        ("LinkedIn", E_MAILS),
        ("Skills", PHONES),
        ("Resume", E_MAILS),
        ("Opted out", ("2024-01-31", "maybe")),
        ("Last contact", ("Ada", "Bob")),
        ("Zip", ("London", "Paris")),
        ("Job code", E_MAILS),
        ("Website", ("x" * 200,)),
    ],
)
def test_values_veto_a_header(header: str, cells: tuple[str, ...]) -> None:
    """A column whose values deny its header stays undecided, with the reason."""
    found = propose([header], {header: cells})[header]
    assert found.target is None
    assert "but its values" in found.why


def test_values_that_agree_make_it_surer() -> None:
    """The reason says that values were looked at."""
    alone = propose("Email")["Email"].confidence
    seen = propose("Email", {"Email": E_MAILS})["Email"]
    assert seen.confidence > alone
    assert "the values agree" in seen.why


def test_placeholders_say_nothing_of_a_column() -> None:
    """A column of n/a is like one without cells."""
    assert judge_values("email", sample("Email", "n/a", "-")).against == ""
    assert propose("Email", {"Email": ("n/a", "-")})["Email"].target is not None


@pytest.mark.parametrize(
    ("header", "cells", "target"),
    [
        ("Column C", E_MAILS, "model_keys.email_addresses"),
        ("Kontakt", E_MAILS, "model_keys.email_addresses"),
        ("Recruiting partner desk", E_MAILS, None),
        ("Column D", ("https://www.linkedin.com/in/ada",), "model_keys.urls"),
        ("Column E", PHONES, None),
    ],
)
def test_values_alone_propose_only_without_a_doubt(
    header: str, cells: tuple[str, ...], target: str | None
) -> None:
    """An e-mail is an e-mail; whose phone it is, no value says."""
    assert propose([header], {header: cells})[header].target == target


@pytest.mark.parametrize(
    ("columns", "column", "target"),
    [
        ("First name|Last name|Name", "Name", None),
        ("Name|Surname", "Name", "model_keys.first_name"),
        ("Name|Vorname", "Name", "model_keys.last_name"),
        ("Nom|Prénom", "Nom", "model_keys.last_name"),
        ("Naam|Voornaam|Telefoonnummer", "Naam", "model_keys.last_name"),
        ("Name|First name", "Name", None),
        ("Name|Nachname", "Name", None),
        ("Nombre|Apellidos", "Nombre", "model_keys.first_name"),
        ("Имя|Фамилия", "Имя", "model_keys.first_name"),
        ("Имя|Телефон", "Имя", None),
        ("Name|Full name", "Name", None),
        ("Full name|First name", "First name", None),
        ("Full name|First name", "Full name", "name"),
        ("名字|手机", "名字", None),
        ("Title|First name|Company", "Title", None),
        ("Company|Title", "Title", "model_keys.title"),
        ("Title|Current title", "Title", None),
        ("Job title|Company", "Job title", "model_keys.title"),
        ("Job title|Email", "Job title", "model_keys.title"),
        ("Job title|Status", "Job title", None),
        ("Job title|Current title", "Job title", "model_keys.job"),
        ("Job title|Applied for", "Job title", "model_keys.title"),
        ("Job title|Job location|Interest level", "Job title", "model_keys.job"),
        ("Position|Company", "Position", "model_keys.title"),
        ("Position|Email", "Position", None),
        ("Position|Current title", "Position", "model_keys.job"),
        ("Position|Vacancy", "Position", "model_keys.title"),
        ("Position|Applied at|Disposition", "Position", "model_keys.job"),
        ("Home|Office|Mobile", "Office", "model_keys.phone_numbers"),
        ("Office|Department|Mobile", "Office", None),
        ("Home|Email", "Home", None),
        ("Mobil|Büro|Vorname", "Büro", "model_keys.phone_numbers"),
        ("State|City", "State", "model_keys.locations"),
        ("State|Email", "State", None),
        ("Nombre|Ciudad|Estado", "Estado", "model_keys.locations"),
        ("Nombre|Provincia|Estado", "Estado", None),
        ("Nombre|Apellidos|Correo|Estado", "Estado", None),
        ("District|Email", "District", None),
        ("District|City", "District", "model_keys.locations"),
        ("Company|Current employer", "Company", None),
        ("Company|Current employer", "Current employer", "model_keys.company"),
    ],
)
def test_columns_explain_each_other(columns: str, column: str, target: str | None) -> None:
    """What one header leaves open, the rest of the table decides, or nobody does."""
    assert propose(columns)[column].target == target


@pytest.mark.parametrize(
    ("columns", "column", "cells", "target"),
    [
        ("Title|Name", "Title", ("Mr", "Dr", "Mrs"), None),
        ("Title|Name", "Title", ("Engineer", "Clerk"), "model_keys.title"),
        ("Name|Email", "Name", ("Ada", "Bob"), None),
        ("Name|Email", "Name", ("Ada Lovelace", "Bob Moe"), "name"),
        ("Name|Surname", "Name", ("Ada Lovelace", "Bob Moe"), None),
        ("Full name|Email", "Full name", ("x1", "x2"), None),
        ("Home|Email", "Home", PHONES, "model_keys.phone_numbers"),
        ("Home|Mobile|Fax", "Home", ("London", "Paris"), None),
        ("Имя|Телефон", "Имя", ("Ада Лавлейс", "Алан Тьюринг"), "name"),
        ("姓名|手机", "姓名", ("王小明", "李雷"), "name"),
    ],
)
def test_values_decide_between_meanings(
    columns: str, column: str, cells: tuple[str, ...], target: str | None
) -> None:
    """A title of Mrs and Dr is a salutation; one-word names are not whole ones."""
    assert propose(columns, {column: cells})[column].target == target


def test_words_of_another_language_need_its_company() -> None:
    """`Site` is a website in French and an office in English."""
    assert propose("First name|Email|Site")["Site"].target is None
    assert propose("Prénom|Courriel|Site")["Site"].target == "model_keys.urls"


def test_a_header_of_two_meanings_stays_open() -> None:
    """Two languages that disagree, and no table to tell."""
    from importer.core.proposing.context import understand
    from importer.core.proposing.headers import Reading
    from importer.core.proposing.words import Words

    words = Words({}, {"application_words": frozenset()})
    readings = {
        "x": Reading((("fr", "email"), ("de", "phone")), 0.9, "langerkey"),
        "y": Reading((("fr", "city"), ("de", "state")), 0.9, "langerkey"),
        "z": Reading((("fr", "sensitive"), ("de", "state")), 0.9, "langerkey"),
        "e": Reading((("en", "email"), ("de", "phone")), 0.9, "langerkey"),
        "n": Reading((("it", "phone"),), 0.9, "abc"),
    }
    meanings = understand(list(readings), readings, {}, words).meanings
    assert "or" in meanings["x"].open_because
    assert meanings["y"].concept == "city"
    assert meanings["z"].concept == "sensitive"
    assert meanings["n"].concept == ""
    english = {"e": readings["e"], "f": Reading((("en", "email"),), 0.9, "email")}
    assert understand(list(english), english, {}, words).meanings["e"].concept == "email"
    both = {
        "e": readings["e"],
        "f": Reading((("en", "email"), ("de", "email")), 0.9, "email"),
    }
    assert understand(list(both), both, {}, words).meanings["e"].concept == "email"


# --- the customer's own fields -----------------------------------------------------------------

SOURCES = ("LinkedIn", "Referral", "Agency")


def test_own_fields_are_found_by_name_meaning_and_values() -> None:
    """Each way says how sure it is; sensitive ones are never offered."""
    schema = own_schema(
        own_field("shoe", "Shoe size"),
        own_field("src", "Source", *SOURCES, section=Section.ADDITIONAL_ATTRIBUTES),
        own_field("g", "Gender"),
        own_field("pay", "Salary expectation", type="number"),
    )
    found = propose(
        "Shoe size|Quelle|Shoe sizes|Came by|Sex|Gehalt",
        {
            "Quelle": ("linkedin", "Referral"),
            "Gehalt": ("ask me", "later"),
        },
        schema,
    )
    assert found["Shoe size"].target == "custom_fields.shoe"
    assert found["Quelle"].target == "additional_attributes.src"
    assert found["Shoe sizes"].guess == "custom_fields.shoe"
    assert found["Shoe sizes"].target is None
    assert found["Sex"].target == "ignore"
    assert found["Gehalt"].target is None
    assert "another kind" in found["Gehalt"].why


def test_allowed_values_in_a_column_name_its_field() -> None:
    """A column full of a field's values is that field, if nothing else is known of it."""
    schema = own_schema(own_field("src", "Source", *SOURCES))
    found = propose("Came by|Email", {"Came by": ("LinkedIn", "Agency", "Agncy")}, schema)
    assert found["Came by"].target == "custom_fields.src"
    against = propose("Source", {"Source": ("a", "b", "c")}, schema)["Source"]
    assert against.target is None
    assert "hardly any" in against.why


def test_only_one_column_fills_a_field_of_one_value() -> None:
    """The second is told which one was taken."""
    schema = own_schema(own_field("src", "Source"))
    found = propose("Source|Quelle", None, schema)
    assert found["Source"].target == "custom_fields.src"
    assert found["Quelle"].target is None
    assert "'Source'" in found["Quelle"].why


def _without(*keys: str, extra: dict[str, Field] | None = None) -> CandidateSchema:
    fields = {k: v for k, v in published_schema().fields.items() if v.path.key not in keys}
    return CandidateSchema({**fields, **(extra or {})})


def test_a_field_that_this_ats_lacks_is_not_proposed() -> None:
    """The job has another name in the other form; a whole name needs one of its parts."""
    assert propose("Company", None, _without("company"))["Company"].target is None
    assert propose("Vacancy", None, _without("job"))["Vacancy"].target == "model_keys.job_id"
    nameless = _without("first_name", "last_name")
    assert propose("Full name", None, nameless)["Full name"].target is None


def test_an_acting_user_is_proposed_only_where_the_ats_insists() -> None:
    """Recruiters' e-mails are users then; names might be anybody's."""
    path = FieldPath(Section.ENVELOPE, "acting_user")
    wanted = {str(path): Field(path, is_required=True)}
    schema = _without(extra=wanted)
    cells = {"Recruiter": E_MAILS}
    assert propose("Recruiter|Vacancy", cells, schema)["Recruiter"].target == "acting_user"
    assert propose("Recruiter|Vacancy", cells, schema)["Vacancy"].target == "model_keys.job_id"
    assert propose("Recruiter", {"Recruiter": ("Ada",)}, schema)["Recruiter"].target is None
    assert propose("Recruiter", cells)["Recruiter"].target is None
