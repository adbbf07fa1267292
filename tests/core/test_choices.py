"""Cells are led to the ATS's own values, and to nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.core.choices import (
    ChoiceIndex,
    Chooser,
    ValueProposal,
    allowed_of,
    cut,
    label_of,
    list_allowed,
    propose_values,
)
from importer.core.matching import NearIndex
from importer.core.model import AllowedValue, Field, FieldPath, Section, Severity
from importer.core.rules import UNSET, Rule

PATH = FieldPath(Section.ADDITIONAL_ATTRIBUTES, "source")
SOURCES = (
    AllowedValue("src_1", "LinkedIn"),
    AllowedValue("src_2", "Employee referral"),
    AllowedValue("7", "Career site"),
    AllowedValue(8, "Job board"),
    AllowedValue(True, "Agency"),
)


def field(*allowed: AllowedValue, label: str = "Source") -> Field:
    return Field(PATH, type="string", label=label, allowed=allowed or SOURCES)


def chooser(
    *allowed: AllowedValue,
    values: dict[str, object] | None = None,
    otherwise: Any = UNSET,
    unknown: Any = "error",
) -> Chooser:
    rule = Rule(
        PATH, columns=("Origin",), values=values or {}, otherwise=otherwise, unknown=unknown
    )
    return Chooser(rule, field(*allowed))


@pytest.mark.parametrize(
    ("text", "value", "how"),
    [
        ("src_1", "src_1", "exact"),
        (" src_1 ", "src_1", "exact"),
        ("LinkedIn", "src_1", "label"),
        ("linkedin", "src_1", "folded"),
        ("SRC_1", "src_1", "folded"),
        ("Employee   Referral", "src_2", "folded"),
        ("career\u00a0site", "7", "folded"),
        ("Job Board", 8, "folded"),
        ("8", 8, "exact"),
        ("7", "7", "exact"),
        ("true", True, "exact"),
        ("TRUE", True, "folded"),
    ],
)
def test_a_text_finds_the_entry_with_its_json_type(text: str, value: object, how: str) -> None:
    match = ChoiceIndex(SOURCES).find(text)
    assert match.entry is not None
    assert (match.entry.value, type(match.entry.value)) == (value, type(value))
    assert match.how == how


@pytest.mark.parametrize(
    "text", ["", "Linkdin", "Linked In", "Referral", "src", "employee-referral"]
)
def test_what_is_merely_like_an_entry_is_not_taken(text: str) -> None:
    match = ChoiceIndex(SOURCES).find(text)
    assert (match.entry, match.entries, match.how) == (None, (), "none")


def test_an_exact_value_outranks_another_entrys_label() -> None:
    index = ChoiceIndex((AllowedValue("1", "2"), AllowedValue("2", "1")))
    assert index.find("1").entries == (AllowedValue("1", "2"),)


def test_an_exact_label_outranks_labels_that_differ_in_case() -> None:
    index = ChoiceIndex((AllowedValue("a", "IT"), AllowedValue("b", "It")))
    assert index.find("It").entries == (AllowedValue("b", "It"),)
    assert len(index.find("it").entries) == 2


def test_the_same_value_listed_twice_is_one_entry() -> None:
    index = ChoiceIndex((AllowedValue("a", "A"), AllowedValue("a", "A"), AllowedValue(1, "a")))
    assert len(index.allowed) == 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (8, AllowedValue(8, "Job board")),
        ("8", AllowedValue(8, "Job board")),
        (7, AllowedValue("7", "Career site")),
        (True, AllowedValue(True, "Agency")),
        ("linkedin", AllowedValue("src_1", "LinkedIn")),
        (None, None),
        (["src_1"], None),
    ],
)
def test_a_json_value_finds_itself_else_its_text(value: object, expected: object) -> None:
    assert ChoiceIndex(SOURCES).find_value(value).entry == expected


def test_values_equal_in_text_are_told_apart_by_type() -> None:
    index = ChoiceIndex((AllowedValue("1", "text"), AllowedValue(1, "number")))
    assert index.find_value(1).entry == AllowedValue(1, "number")
    assert index.find_value("1").entry == AllowedValue("1", "text")
    assert len(index.find("1").entries) == 2


# --- near values -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "choices", "best", "is_clear"),
    [
        ("linkdin", ["linkedin", "referral"], "linkedin", True),
        ("linked in", ["linkedin", "referral"], "linkedin", True),
        ("referal", ["linkedin", "referral"], "referral", True),
        ("employee", ["employee referral", "agency"], "employee referral", False),
        ("grade 1", ["grade 2"], "grade 2", False),
        ("active", ["inactive"], "inactive", False),
        ("not interested", ["interested"], "interested", False),
        ("color", ["colour", "colors"], None, False),
        ("colour", ["colours", "colour "], None, False),
        ("linkdin", ["linkedin", "linkedin"], "linkedin", True),
        ("banana", ["linkedin", "referral"], None, False),
        ("", ["linkedin"], None, False),
        ("a very long note with site in it", ["site of the company"], None, False),
        ("x", [], None, False),
    ],
)
def test_a_guess_is_clear_only_without_doubt(
    text: str, choices: list[str], best: str | None, is_clear: bool
) -> None:
    near = NearIndex(choices).find(text)
    assert (near.clear is not None) is is_clear
    if best is not None:
        assert choices[near.positions[0]] == best


def test_at_most_three_are_near() -> None:
    assert len(NearIndex([f"grade {i}" for i in range(2, 9)]).find("grade 1").positions) == 3


# --- sentences ---------------------------------------------------------------------------------


def test_a_near_miss_asks_did_you_mean() -> None:
    (finding,) = chooser().refuse("Linkdin").findings
    assert finding.code == "value-not-allowed"
    assert finding.message == (
        "'Linkdin' is not an allowed value of Source; did you mean LinkedIn?"
    )
    assert finding.hint.startswith(
        "Allowed: LinkedIn, Employee referral, Career site, Job board, Agency."
    )
    assert finding.suggestion == "LinkedIn"
    assert finding.severity is Severity.ERROR


def test_an_item_of_a_longer_cell_suggests_nothing_for_the_cell() -> None:
    (finding,) = chooser().refuse("Linkdin", is_whole_cell=False).findings
    assert finding.suggestion is None
    assert "LinkedIn?" in finding.message


def test_doubtful_guesses_are_listed_without_a_suggestion() -> None:
    (finding,) = chooser().refuse("Referral").findings
    assert finding.suggestion is None
    assert finding.hint.startswith("Nearest: Employee referral. Allowed: ")
    (far,) = chooser().refuse("Carrier pigeon 9").findings
    assert far.hint.startswith("Allowed: ")


def test_ambiguous_labels_list_their_candidates() -> None:
    two = chooser(AllowedValue("o1", "Berlin"), AllowedValue("o2", "Berlin"))
    judged = two.choose("berlin")
    assert judged is not None
    assert judged.value is None
    assert judged.findings[0].code == "value-ambiguous"
    assert "Berlin (o1), Berlin (o2)" in judged.findings[0].message
    assert two.refuse("Berlinn").findings[0].suggestion is None


def test_a_suggestion_is_a_text_that_leads_to_the_entry() -> None:
    index = ChoiceIndex((AllowedValue("o1", "Berlin"), AllowedValue("o2", "Berlin")))
    assert [index.name(entry) for entry in index.allowed] == ["o1", "o2"]


def test_long_lists_and_long_texts_are_cut() -> None:
    many = [AllowedValue(i, f"Option {i}") for i in range(25)]
    assert list_allowed(many).endswith("Option 7 … (25 in all)")
    assert len(cut("x" * 500)) == 80


def test_labels_fall_back_to_the_key() -> None:
    assert label_of(None, Rule(PATH)) == label_of(field(label=""), Rule(PATH)) == "source"


def test_a_list_fields_closed_list_is_its_elements_one() -> None:
    items = Field(PATH, type="string", allowed=SOURCES)
    assert allowed_of(Field(PATH, type="array", items=items)) == SOURCES
    assert allowed_of(field()) == SOURCES
    assert allowed_of(None) == ()


# --- the rule's own words ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("LI", "src_1"),
        (" li ", "src_1"),
        ("ref", "src_2"),
        ("board", 8),
        ("none", None),
        ("linkedin", "src_2"),
    ],
)
def test_pairs_go_before_the_closed_list(text: str, value: object) -> None:
    pairs: dict[str, object] = {
        "LI": "linkedin",
        "ref": "Employee referral",
        "board": 8,
        "none": None,
        "LinkedIn": "src_2",
    }
    judged = chooser(values=pairs).choose_pair(text)
    assert judged is not None
    assert (judged.value, judged.findings) == (value, ())


def test_pairs_that_differ_in_case_only_must_agree() -> None:
    two = chooser(values={"LI": "src_1", "li": "src_2"})
    exact = two.choose_pair("li")
    assert exact is not None
    assert exact.value == "src_2"
    folded = two.choose_pair("Li")
    assert folded is not None
    assert folded.findings[0].code == "value-ambiguous"
    agreeing = chooser(values={"LI": "src_1", "li": "src_1"}).choose_pair("Li")
    assert agreeing is not None
    assert agreeing.value == "src_1"


def test_a_pair_leads_only_to_what_is_allowed() -> None:
    judged = chooser(values={"LI": "Linkdin"}).choose_pair("LI")
    assert judged is not None
    assert judged.findings[0].code == "mapped-value-not-allowed"
    assert judged.findings[0].suggestion == "LinkedIn"
    two = chooser(AllowedValue("a", "X"), AllowedValue("b", "X"), values={"LI": "X"})
    judged = two.choose_pair("LI")
    assert judged is not None
    assert "names several" in judged.findings[0].message


def test_lists_are_targets_of_list_fields_only() -> None:
    inner = Field(PATH, type="string", allowed=SOURCES)
    takes_list = Chooser(Rule(PATH), Field(PATH, type="array", items=inner))
    assert takes_list.resolve(["LinkedIn", "src_2"]).value == ["src_1", "src_2"]
    mixed = takes_list.resolve(("LinkedIn", "x"))
    assert (mixed.value, len(mixed.findings)) == (None, 1)
    assert not chooser().resolve(["LinkedIn"]).is_sound


def test_texts_without_a_pair_are_left_to_the_list() -> None:
    assert chooser(values={"LI": "src_1"}).choose_pair("Indeed") is None


def test_folded_spellings_are_counted_as_cleaned() -> None:
    exact, folded = chooser().choose("LinkedIn"), chooser().choose("LINKEDIN")
    assert exact is not None
    assert folded is not None
    assert (exact.cleaned, folded.cleaned) == ((), ("matched to an allowed value",))
    assert chooser().choose("Indeed") is None


def test_otherwise_and_drop_say_so() -> None:
    assert chooser().choose_otherwise("Indeed") is None
    replaced = chooser(otherwise="linkedin").choose_otherwise("Indeed")
    assert replaced is not None
    assert (replaced.value, replaced.is_sound) == ("src_1", True)
    assert replaced.findings[0].code == "value-replaced"
    assert replaced.cleaned
    dropped = chooser(unknown="drop").choose_otherwise("Indeed")
    assert dropped is not None
    assert (dropped.value, dropped.is_sound) == (None, True)
    assert dropped.findings[0].code == "value-dropped"
    wrong = chooser(otherwise="Indeed").choose_otherwise("x")
    assert wrong is not None
    assert not wrong.is_sound


# --- proposals ---------------------------------------------------------------------------------


def test_proposals_say_how_sure_they_are() -> None:
    texts = [
        ("src_1", 1),
        ("Linkdin", 40),
        ("LinkedIn", 9),
        ("agency", 2),
        ("Indeed", 2),
        (" ", 90),
    ]
    assert propose_values(texts, SOURCES) == [
        ValueProposal("Linkdin", 40, SOURCES[0], "nearest"),
        ValueProposal("LinkedIn", 9, SOURCES[0], "label"),
        ValueProposal("Indeed", 2, None, "none"),
        ValueProposal("agency", 2, SOURCES[4], "folded"),
        ValueProposal("src_1", 1, SOURCES[0], "exact"),
    ]


def test_an_ambiguous_text_is_proposed_for_nothing() -> None:
    two = (AllowedValue("o1", "Berlin"), AllowedValue("o2", "Berlin"))
    assert propose_values([("Berlin", 3)], two) == [ValueProposal("Berlin", 3, None, "none")]


VALUES = st.text(max_size=4) | st.integers(0, 20) | st.booleans() | st.floats(0, 3)
LISTS = st.lists(st.builds(AllowedValue, VALUES, st.text(max_size=4)), max_size=8)


@settings(deadline=None)
@given(LISTS, st.text(max_size=5))
def test_whatever_is_found_is_an_entry_of_the_list(allowed: list[AllowedValue], text: str) -> None:
    index = ChoiceIndex(allowed)
    for entry in index.find(text).entries:
        assert entry in allowed
    for proposal in propose_values([(text, 1)], allowed):
        assert proposal.allowed is None or proposal.allowed in allowed
    for entry in index.allowed:
        found = index.find_value(entry.value).entry
        assert found is not None
        assert (found.value, type(found.value)) == (entry.value, type(entry.value))
