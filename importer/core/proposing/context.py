"""What columns say about each other.

Lives here: the meanings that one header alone leaves open, decided by its neighbours. Must
never live here: fields of a schema. What a newcomer would question: "Job title" is the
current title in a contact list and the job applied for in an export of applications; only
the rest of the table tells, and where it does not, the column stays open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from importer.core.proposing.concepts import CONCEPTS, PLACES
from importer.core.proposing.evidence import ColumnSample
from importer.core.proposing.headers import Reading
from importer.core.proposing.words import Words, join_words

_SHORT: Final = 6
_FAMILY_NAME_LANGUAGES: Final = frozenset({"de", "fr", "nl"})
"""Languages whose word for "name" means the family name beside a column of given names."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column means, as far as it can be told.

    Attributes:
        concept: Empty: nothing is known.
        open_because: Why it stays undecided although something is known.
    """

    concept: str = ""
    sureness: float = 0.0
    open_because: str = ""


@dataclass(slots=True)
class Table:
    """All columns of the files at hand, in order."""

    columns: Sequence[str]
    readings: Mapping[str, Reading]
    samples: Mapping[str, ColumnSample]
    words: Words
    languages: frozenset[str] = frozenset()
    meanings: dict[str, Meaning] = field(default_factory=dict)

    def has(self, *concepts: str) -> bool:
        """Whether some column has one of these meanings."""
        return any(m.concept in concepts and not m.open_because for m in self.meanings.values())

    def share(self, column: str, kind: str) -> float | None:
        """Share of a kind among a column's values; None where there are none."""
        sample = self.samples.get(column)
        if sample is None or not sample.shares.filled:
            return None
        return float(getattr(sample.shares, kind))

    def application_columns(self) -> int:
        """How many columns only an export of applications has."""
        listed = self.words.lists["application_words"]
        return sum(join_words(c) in listed for c in self.columns)


def understand(
    columns: Sequence[str],
    readings: Mapping[str, Reading],
    samples: Mapping[str, ColumnSample],
    words: Words,
) -> Table:
    """Decide what every column means."""
    table = Table(columns, readings, samples, words, _main_languages(readings))
    for column in columns:
        table.meanings[column] = _settle_language(readings[column], table.languages)
    for decide in (_decide_names, _decide_phones, _decide_titles, _decide_places):
        decide(table)
    return table


def _main_languages(readings: Mapping[str, Reading]) -> frozenset[str]:
    scores: dict[str, float] = {}
    for reading in readings.values():
        for language in reading.languages - {""}:
            scores[language] = scores.get(language, 0.0) + 1 / len(reading.languages)
    best = max(scores.values(), default=0.0)
    return frozenset(language for language, score in scores.items() if score >= best * 0.6)


def _settle_language(reading: Reading, main: frozenset[str]) -> Meaning:
    """Take the meaning of the table's language, of English, or the only one there is."""
    known = [
        (language, concept)
        for language, concept in reading.hits
        if language in main
        or language in ("", "en")
        or len(reading.key) >= _SHORT
        or not reading.key.isascii()
    ]
    for wanted in (main, frozenset({"en", ""}), frozenset(lang for lang, _ in known)):
        found = {concept for language, concept in known if language in wanted}
        if len(found) == 1:
            return Meaning(found.pop(), reading.sureness)
        if found:
            targets = {CONCEPTS[c].target for c in found}
            if "sensitive" in found:
                return Meaning("sensitive", reading.sureness)
            if len(targets) == 1:
                return Meaning(sorted(found)[0], reading.sureness)
            if wanted == main and "en" in main:
                english = {concept for language, concept in known if language == "en"}
                if len(english) == 1:
                    return Meaning(english.pop(), reading.sureness)
            return Meaning("", 0.0, "it can mean " + " or ".join(_whats(found)))
    return Meaning()


def _whats(concepts: set[str]) -> list[str]:
    return sorted(CONCEPTS[c].what for c in concepts)


def _columns_of(table: Table, *concepts: str) -> list[str]:
    return [c for c in table.columns if table.meanings[c].concept in concepts]


def _set(table: Table, column: str, concept: str, sureness: float) -> None:
    table.meanings[column] = Meaning(concept, sureness)


def _leave(table: Table, column: str, why: str) -> None:
    meaning = table.meanings[column]
    table.meanings[column] = Meaning(meaning.concept, meaning.sureness, why)


# --- names -------------------------------------------------------------------------------------


def _decide_names(table: Table) -> None:
    has_first, has_last = table.has("first_name"), table.has("last_name")
    whole = _columns_of(table, "full_name", "full_name_family_first")
    for column in _columns_of(table, "name_word", "name_given_or_full"):
        _decide_name_word(table, column, has_first, has_last, bool(whole))
    for column in whole:
        two_words = table.share(column, "two_words")
        if has_first and has_last:
            _leave(table, column, "given and family name have columns of their own")
        elif two_words is not None and two_words < 0.3 and not _is_salutation(table, column):
            _leave(table, column, "its values are not whole names")
    if not (has_first and has_last) and table.has("full_name", "full_name_family_first"):
        for column in _columns_of(table, "first_name", "last_name"):
            _leave(table, column, "the column with the whole name covers it")


def _decide_name_word(
    table: Table, column: str, has_first: bool, has_last: bool, has_whole: bool
) -> None:
    known = table.readings[column].languages
    languages = known & table.languages or known
    two_words = table.share(column, "two_words")
    if has_whole or (has_first and has_last):
        _leave(table, column, "other columns hold the name already")
    elif has_last and languages - _FAMILY_NAME_LANGUAGES:
        if two_words is not None and two_words >= 0.8 and "en" in languages:
            _leave(table, column, "it may be the given or the whole name")
        else:
            _set(table, column, "first_name", 0.75)
    elif has_first and languages & _FAMILY_NAME_LANGUAGES and table.languages != {"en"}:
        _set(table, column, "last_name", 0.8)
    elif has_first or has_last:
        _leave(table, column, "it may be the family or the whole name")
    elif two_words is None and languages & {"ru", "zh"}:
        _leave(table, column, "it may be the given or the whole name")
    elif two_words is not None and two_words < 0.5:
        _leave(table, column, "its values are not whole names")
    else:
        _set(table, column, "full_name", 0.8)


def _is_salutation(table: Table, column: str) -> bool:
    return (table.share(column, "salutation") or 0.0) >= 0.3


# --- phones ------------------------------------------------------------------------------------


def _decide_phones(table: Table) -> None:
    """`Home` and `Office` are phones beside other phones, or where their values are."""
    for column in _columns_of(table, "place_phone"):
        phones = table.share(column, "phone")
        if phones is not None:
            if phones >= 0.5:
                _set(table, column, "phone", 0.8)
            else:
                _leave(table, column, "its values are not phone numbers")
        elif _are_places_phones(table, column):
            _set(table, column, "phone", 0.7)
        else:
            _leave(table, column, "it may be a phone number or a place")


def _are_places_phones(table: Table, column: str) -> bool:
    """Without values: other phones stand beside it, and more than one sign says so."""
    if table.has("department") or not table.has("phone", "fax"):
        return False
    is_english = "en" in table.readings[column].languages & table.languages
    words = [c for c, r in table.readings.items() if ("place_phone") in {n for _, n in r.hits}]
    return len(words) > 1 or table.has("fax") or not is_english


# --- titles and jobs ---------------------------------------------------------------------------


def _decide_titles(table: Table) -> None:
    applications = table.application_columns()
    has_title, has_job = table.has("title"), table.has("job")
    is_employed = table.has("company")
    for column in _columns_of(table, "title_word"):
        _decide_title_word(table, column, has_title)
    has_title = has_title or table.has("title")
    for column in _columns_of(table, "job_title"):
        if has_title and not has_job:
            _set(table, column, "job", 0.7)
        elif not has_title and (has_job or (applications < 2 and is_employed)):
            _set(table, column, "title", 0.8)
        elif not has_title and not has_job and applications >= 2 and not is_employed:
            _set(table, column, "job", 0.7)
        elif not has_title and not applications and not table.has("status", "stage"):
            _set(table, column, "title", 0.65)
        else:
            _leave(table, column, "it may be the current title or the job applied for")
    has_title = has_title or table.has("title")
    has_job = has_job or table.has("job")
    for column in _columns_of(table, "position"):
        if has_title and not has_job:
            _set(table, column, "job", 0.65)
        elif has_job and not has_title:
            _set(table, column, "title", 0.65)
        elif not has_title and is_employed:
            _set(table, column, "title", 0.7)
        elif not has_title and not has_job and applications >= 2:
            _set(table, column, "job", 0.65)
        else:
            _leave(table, column, "it may be the current position or the job applied for")


def _decide_title_word(table: Table, column: str, has_title: bool) -> None:
    place = list(table.columns).index(column)
    beside = table.columns[place + 1 : place + 2]
    salutations = table.share(column, "salutation")
    if salutations is not None and salutations >= 0.3:
        _set(table, column, "salutation", 0.9)
    elif (
        salutations is None
        and beside
        and table.meanings[beside[0]].concept in ("first_name", "full_name", "last_name")
    ):
        _leave(table, column, "before a name it may be a salutation")
    elif has_title or _columns_of(table, "job_title"):
        _leave(table, column, "another column holds the job title, so it may be a salutation")
    else:
        _set(table, column, "title", 0.8)


# --- places ------------------------------------------------------------------------------------


def _decide_places(table: Table) -> None:
    """`State` is a place beside other parts of an address; alone it may be a status."""
    for column in _columns_of(table, "state_word"):
        is_english = "en" in table.readings[column].languages & table.languages
        if table.has("state") and not is_english:
            _leave(table, column, "it may be a place or a status")
        elif _is_beside_place(table, column) or (
            is_english and table.has("city", "zip", "street", "country", "location")
        ):
            _set(table, column, "state", 0.85)
        else:
            _leave(table, column, "it may be a place or a status")
    for column in _columns_of(table, "district"):
        if not table.has("city", "state", "zip", "street", "country", "location"):
            _leave(table, column, "without a town it says too little")


def _is_beside_place(table: Table, column: str) -> bool:
    """In Spanish and Portuguese the word means status as well; its neighbours tell."""
    place = list(table.columns).index(column)
    beside = (*table.columns[max(0, place - 1) : place], *table.columns[place + 1 : place + 2])
    return any(table.meanings[c].concept in PLACES for c in beside)
