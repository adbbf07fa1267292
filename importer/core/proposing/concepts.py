"""What a column can mean, and which field that is.

Lives here: the table of meanings. Must never live here: words of a language, which are data
in `synonyms/`. What a newcomer would question: most meanings lead to no field. Knowing that
a column holds a status, a fax or a passport number is what keeps it out of a wrong field.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Concept:
    """One meaning of a column.

    Attributes:
        target: Text form of the published field, `name`, `attachments`, or None: no field.
        what: The meaning in a few words, for the reason that people read.
        group: What its values look like; decides which evidence counts.
        is_sensitive: Never proposed for any field.
        is_single: One column at most can fill the field.
        url_type: Published kind of a web address.
        rank: Order within a joined place, street first.
    """

    target: str | None
    what: str
    group: str = "text"
    is_sensitive: bool = False
    is_single: bool = False
    url_type: str | None = None
    rank: int = 0


def _key(key: str) -> str:
    return f"model_keys.{key}"


def _link(what: str, url_type: str) -> Concept:
    return Concept(_key("urls"), what, "url", url_type=url_type)


def _place(what: str, rank: int, group: str = "place") -> Concept:
    return Concept(_key("locations"), what, group, rank=rank)


def _none(what: str, group: str = "text") -> Concept:
    return Concept(None, what, group)


CONCEPTS: Final[dict[str, Concept]] = {
    "first_name": Concept(_key("first_name"), "a given name", "name", is_single=True),
    "last_name": Concept(_key("last_name"), "a family name", "name", is_single=True),
    "full_name": Concept("name", "a whole name", "name", is_single=True),
    "full_name_family_first": Concept(
        "name", "a whole name, family name first", "name", is_single=True
    ),
    "email": Concept(_key("email_addresses"), "an e-mail address", "email"),
    "phone": Concept(_key("phone_numbers"), "a phone number", "phone"),
    "linkedin": _link("a LinkedIn page", "SOCIAL_MEDIA"),
    "social": _link("a page in a social network", "SOCIAL_MEDIA"),
    "github": _link("a page with work samples", "PORTFOLIO"),
    "portfolio": _link("a page with work samples", "PORTFOLIO"),
    "website": _link("a website", "PERSONAL"),
    "blog": _link("a blog", "BLOG"),
    "link": _link("a web address", "OTHER"),
    "avatar": Concept(_key("avatar"), "the address of a picture", "url", is_single=True),
    "company": Concept(_key("company"), "a current employer", is_single=True),
    "title": Concept(_key("title"), "a current job title", is_single=True),
    "job": Concept(_key("job"), "the job applied for", is_single=True),
    "job_code": Concept(_key("job"), "the code of the job applied for", "code", is_single=True),
    "street": _place("a street", 1),
    "street2": _place("more of an address", 2),
    "location": _place("a place or an address", 0),
    "district": _place("a part of a town", 3),
    "city": _place("a town", 4),
    "state": _place("a state or region", 5),
    "zip": _place("a postal code", 6, "zip"),
    "country": _place("a country", 7),
    "tags": Concept(_key("tags"), "skills or tags", "tags"),
    "opt_out": Concept(_key("can_email"), "an opt-out of e-mails", "boolean", is_single=True),
    "can_email": Concept(
        _key("can_email"), "permission to send e-mails", "boolean", is_single=True
    ),
    "is_private": Concept(_key("is_private"), "a private candidate", "boolean", is_single=True),
    "resume": Concept("attachments", "a résumé file", "file"),
    "cover_letter": Concept("attachments", "a cover letter file", "file"),
    "last_contact": Concept(
        _key("last_interaction_at"), "the last contact", "date", is_single=True
    ),
    # Decided by the other columns (see context.py).
    "name_word": _none("a name", "name"),
    "name_given_or_full": _none("a given or a whole name", "name"),
    "title_word": _none("a job title or a salutation"),
    "job_title": _none("a job title, current or applied for"),
    "position": _none("a position, current or applied for"),
    "place_phone": _none("a place or the phone there"),
    "state_word": _none("a state or a status"),
    # Known, and no published field takes them.
    "middle_name": _none("a middle name"),
    "second_last_name": _none("a second family name"),
    "other_name": _none("another name"),
    "salutation": _none("a salutation"),
    "name_suffix": _none("a name suffix"),
    "fax": _none("a fax number"),
    "not_a_phone": _none("no number of the candidate's own"),
    "pec": _none("a certified mailbox"),
    "photo": _none("a picture"),
    "other_company": _none("a company, not the current employer"),
    "headline": _none("a description"),
    "wanted_job": _none("a wish or a detail of a job, not who the person is"),
    "cover_text": _none("a text"),
    "source": _none("where the candidate came from"),
    "status": _none("a status"),
    "stage": _none("a stage"),
    "notes": _none("notes"),
    "rating": _none("a rating"),
    "salary": _none("a salary"),
    "notice": _none("a notice period or an availability"),
    "experience": _none("work experience"),
    "education": _none("an education"),
    "languages": _none("languages"),
    "department": _none("a department"),
    "office_only": _none("an office"),
    "pool": _none("a group or list"),
    "owner": _none("somebody who looks after the candidate"),
    "id": _none("an id"),
    "date": _none("a date of another system"),
    "reason": _none("a reason"),
    "consent": _none("a consent"),
    "relocation": _none("a permit or a readiness"),
    "messenger": _none("a messenger account"),
    "sensitive": Concept(None, "a sensitive fact", is_sensitive=True),
}

PLACES: Final = frozenset(
    {"street", "street2", "location", "district", "city", "state", "zip", "country"}
)
LINKS: Final = frozenset(
    {"linkedin", "social", "github", "portfolio", "website", "blog", "link", "avatar"}
)
CONTACTS: Final = frozenset({"email", "phone", "fax"}) | LINKS
WHOLE_NAMES: Final = frozenset({"full_name", "full_name_family_first"})
