"""A whole name in one cell: split by a stated order, never re-cased, nothing taken off."""

from __future__ import annotations

import pytest
from convert_kit import codes, converter
from hypothesis import given
from hypothesis import strategies as st

from importer.core.model import Severity
from importer.core.names import split_name

GF, FG = "given-family", "family-given"


@pytest.mark.parametrize(
    ("text", "order", "given_name", "family"),
    [
        pytest.param("Ada Lovelace", GF, "Ada", "Lovelace", id="two-words"),
        pytest.param("Nagy János", FG, "János", "Nagy", id="hungarian"),
        pytest.param("王 小明", FG, "小明", "王", id="chinese-with-blank"),
        pytest.param("王　小明", FG, "小明", "王", id="ideographic-blank"),
        pytest.param("Ludwig van Beethoven", GF, "Ludwig", "van Beethoven", id="van"),
        pytest.param("Jan van der Berg", GF, "Jan", "van der Berg", id="van-der"),
        pytest.param("van der Berg Jan", FG, "Jan", "van der Berg", id="van-der-first"),
        pytest.param("Juan De La Cruz", GF, "Juan", "De La Cruz", id="capital-particles"),
        pytest.param("Ana da Silva", GF, "Ana", "da Silva", id="portuguese"),
        pytest.param("Ahmad bin Abdullah", GF, "Ahmad", "bin Abdullah", id="bin"),
        pytest.param("José Ortega y Gasset", GF, "José", "Ortega y Gasset", id="joined-by-y"),
        pytest.param("Ortega y Gasset José", FG, "José", "Ortega y Gasset", id="y-family-first"),
        pytest.param("Ada ben David", GF, "Ada", "ben David", id="small-ben"),
        pytest.param("Ada i King", GF, "Ada i", "King", id="nothing-before-to-join"),
        pytest.param("Van Morrison", GF, "Van", "Morrison", id="first-word-is-given"),
        pytest.param("John W. Smith", GF, "John W.", "Smith", id="initial"),
        pytest.param("J. R. R. Tolkien", GF, "J. R. R.", "Tolkien", id="initials"),
        pytest.param("J R.R. Tolkien", GF, "J R.R.", "Tolkien", id="initials-together"),
        pytest.param("Ada King Jr.", GF, "Ada", "King Jr.", id="suffix"),
        pytest.param("King Ada Jr.", FG, "Ada", "King Jr.", id="suffix-family-first"),
        pytest.param("Ada King, Jr.", GF, "Ada", "King, Jr.", id="suffix-behind-comma"),
        pytest.param("Ada King PhD MBA", GF, "Ada", "King PhD MBA", id="suffixes"),
        pytest.param("Dr. Ada Lovelace", GF, "Dr. Ada", "Lovelace", id="title"),
        pytest.param("Prof. Dr. Ada Lovelace", GF, "Prof. Dr. Ada", "Lovelace", id="titles"),
        pytest.param("Dr. Lovelace Ada", FG, "Dr. Ada", "Lovelace", id="title-family-first"),
        pytest.param("Dr. King Ada Jr.", FG, "Dr. Ada", "King Jr.", id="both-family-first"),
        pytest.param("Lovelace, Ada", None, "Ada", "Lovelace", id="comma"),
        pytest.param("Lovelace ,Ada", GF, "Ada", "Lovelace", id="comma-outranks-order"),
        pytest.param("de la Cruz, Juan", FG, "Juan", "de la Cruz", id="comma-particles"),
        pytest.param("King, Ada Mary, Jr.", None, "Ada Mary", "King Jr.", id="comma-and-suffix"),
        pytest.param("Elliott, John W Esq", None, "John W Esq", "Elliott", id="as-typed"),
        pytest.param("王，小明", None, "小明", "王", id="chinese-comma"),
        pytest.param("Suharto,", None, "", "Suharto", id="only-a-family-name"),
        pytest.param(", Ada", None, "Ada", "", id="only-a-given-name"),
        pytest.param("ADA LOVELACE", GF, "ADA", "LOVELACE", id="capitals-stay"),
        pytest.param("ada o’neill", GF, "ada", "o’neill", id="small-letters-stay"),
    ],
)
def test_a_name_is_split(text: str, order: str | None, given_name: str, family: str) -> None:
    split = split_name(text, order)
    assert (split.given, split.family, split.finding) == (given_name, family, None)


@pytest.mark.parametrize(
    ("text", "order", "given_name", "family"),
    [
        pytest.param("Gabriel García Márquez", GF, "Gabriel García", "Márquez", id="two-surnames"),
        pytest.param("Mary  Ann Smith", GF, "Mary  Ann", "Smith", id="two-given-names"),
        pytest.param("García Márquez Gabriel", FG, "Márquez Gabriel", "García", id="family-first"),
        pytest.param("Ada Ben David", GF, "Ada Ben", "David", id="capital-ben"),
        pytest.param("Mary Ann Smith, Jr.", GF, "Mary Ann", "Smith, Jr.", id="with-suffix"),
    ],
)
def test_a_longer_name_is_split_with_a_warning(
    text: str, order: str, given_name: str, family: str
) -> None:
    """The last (or first) word is taken, and a person is told how."""
    split = split_name(text, order)
    assert (split.given, split.family) == (given_name, family)
    assert split.finding is not None
    assert (split.finding.code, split.finding.severity) == (
        "name-split-uncertain",
        Severity.WARNING,
    )


@pytest.mark.parametrize(
    ("text", "order", "code"),
    [
        pytest.param("Madonna", GF, "name-one-word", id="one-word"),
        pytest.param("王小明", FG, "name-one-word", id="written-together"),
        pytest.param("Dr. Smith", GF, "name-one-word", id="title-and-one-word"),
        pytest.param("Mr Null", GF, "name-one-word", id="salutation-and-one-word"),
        pytest.param("Smith Jr.", GF, "name-one-word", id="one-word-and-suffix"),
        pytest.param("Smith, Jr.", GF, "name-one-word", id="one-word-comma-suffix"),
        pytest.param("Dr.", GF, "name-one-word", id="only-a-title"),
        pytest.param("Ada Lovelace", None, "name-order-unknown", id="no-order"),
        pytest.param("a, b, c", GF, "name-unsplittable", id="several-commas"),
        pytest.param(",", GF, "name-unsplittable", id="only-a-comma"),
        pytest.param("Ada & Bob Smith", GF, "name-unsplittable", id="two-people"),
        pytest.param("Ada/Bob Smith", GF, "name-unsplittable", id="slash"),
        pytest.param("ada@example.com", GF, "name-unsplittable", id="email"),
        pytest.param("Ada 2", GF, "name-unsplittable", id="digits"),
    ],
)
def test_what_cannot_be_split_is_flagged_not_guessed(
    text: str, order: str | None, code: str
) -> None:
    split = split_name(text, order)
    assert (split.given, split.family) == ("", "")
    assert split.finding is not None
    assert (split.finding.code, split.finding.severity) == (code, Severity.ERROR)


def test_the_hint_of_one_word_fits_its_script() -> None:
    latin, chinese = split_name("Suharto", GF).finding, split_name("王小明", FG).finding
    assert latin is not None
    assert chinese is not None
    assert "'Suharto,'" in latin.hint
    assert "with a blank between" in chinese.hint


def test_a_name_fills_two_keys() -> None:
    convert = converter("name", order=GF)
    assert convert(" Ada Lovelace").value == {"first_name": "Ada", "last_name": "Lovelace"}
    assert convert("Suharto,").value == {"last_name": "Suharto"}
    assert convert("").value is None
    assert codes(convert("NA")) == ["name-one-word"]


@given(st.text(max_size=40).map(str.strip).filter(bool), st.sampled_from([GF, FG, None]))
def test_no_letter_is_lost_or_changed(text: str, order: str | None) -> None:
    """Either it is flagged, or every word comes out as it was typed."""
    split = split_name(text, order)
    if split.given or split.family:
        came_out = f"{split.given} {split.family}".replace(",", " ").split()
        went_in = (
            text.replace(",", " ").replace("，", " ").replace("、", " ").replace("،", " ").split()
        )
        assert sorted(came_out) == sorted(went_in)
    else:
        assert split.finding is not None


def test_a_suffix_behind_a_comma_does_not_hide_a_missing_order() -> None:
    split = split_name("Ada King, Jr.", None)
    assert split.finding is not None
    assert split.finding.code == "name-order-unknown"
