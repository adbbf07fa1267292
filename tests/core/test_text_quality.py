"""Damage that is already in a file is found by row, and nothing sound is called damaged."""

import pytest

from importer.core.model import Severity
from importer.core.text_quality import (
    find_broken_characters,
    find_destroyed,
    has_escaped_bytes,
    repair_mojibake,
    rescue_bytes,
)

DESTROYED = {
    "#####": "destroyed-value",
    " ######## ": "destroyed-value",
    "9.19E+12": "destroyed-number",
    "9,19E+12": "destroyed-number",
    "-1e+5": "destroyed-number",
}
WHOLE = ["", "#1", "# 12", "C##", "E+12", "1.5", "12e3x", "A9E+1", "#", "##"]


@pytest.mark.parametrize(("text", "code"), DESTROYED.items())
def test_destroyed_numbers_are_found(text: str, code: str) -> None:
    ((index, finding),) = find_destroyed(["fine", text])
    assert (index, finding.code, finding.severity) == (1, code, Severity.WARNING)


def test_whole_values_are_left_alone() -> None:
    assert list(find_destroyed(WHOLE)) == []
    assert [index for index, _ in find_destroyed(["###", *WHOLE])] == [0]


BROKEN = {
    "JosÃ©": "garbled-text",
    "MÃ¼ller": "garbled-text",
    "Oâ€™Brien": "garbled-text",
    "Ã\x89ric": "garbled-text",
    "ÐŸÐµÑ‚Ñ€": "garbled-text",
    "caf\ufffd": "lost-character",
    "x\x85y": "control-character",
    "a\x01b": "control-character",
}
SOUND = [
    "",
    "José",
    "ÃO PAULO",
    "SÃO",
    "Ângela",
    "Ð",
    "naïve",
    "Ærø",
    "山田",
    "tab\tbreak\n\r",
    "Åse",
    "5 £",
    "a\u200db",
    "Öl",
]


@pytest.mark.parametrize(("text", "code"), BROKEN.items())
def test_broken_characters_are_found(text: str, code: str) -> None:
    ((index, finding),) = find_broken_characters(["fine", text, "Zoë"])
    assert (index, finding.code, finding.severity) == (1, code, Severity.WARNING)


def test_sound_texts_are_left_alone() -> None:
    assert list(find_broken_characters(SOUND)) == []
    assert list(find_broken_characters(["plain"])) == []


def test_garbled_text_comes_with_what_was_meant() -> None:
    (found,) = find_broken_characters(["JosÃ©"])
    assert found[1].suggestion == "José"


@pytest.mark.parametrize(
    ("text", "meant"), [("JosÃ©", "José"), ("Ã\x89ric", "Éric"), ("Zoë", None), ("abc", None)]
)
def test_repair_is_offered_only_where_it_is_reversible(text: str, meant: str | None) -> None:
    assert repair_mojibake(text) == meant


def test_garbled_text_that_cannot_be_undone_has_no_suggestion() -> None:
    (found,) = find_broken_characters(["Ã© 山"])
    assert found[1].suggestion is None


def test_foreign_bytes_are_read_as_windows_1252() -> None:
    text = "Ren\udce9 \udc81"
    assert has_escaped_bytes(text)
    assert not has_escaped_bytes("René")
    assert rescue_bytes(text) == "René \x81"
