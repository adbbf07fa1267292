"""Remembered corrections are read with the mapping."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.core.mapping import parse_mapping
from importer.core.mapping_corrections import Correction, parse_corrections, write_corrections

YAML = """\
aliases: {Origin: [Source]}
custom_fields:
  a: {column: Origin, values: {LI: linkedin, ref: referral}}
  b: [Origin, Other]
  c: Third
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("column,value,use_instead\nOrigin,Linkdin,linkedin\n", id="comma"),
        pytest.param("column;value;use_instead\nOrigin;Linkdin;linkedin\n", id="semicolon"),
        pytest.param("column\tvalue\tuse_instead\nOrigin\tLinkdin\tlinkedin\n", id="tab"),
        pytest.param("\ufeffColumn,Value,Use instead\nOrigin,Linkdin,linkedin", id="excel"),
        pytest.param("by,value,column,use_instead\nme,Linkdin,Origin,linkedin\n", id="other-order"),
        pytest.param(
            "column,value,use_instead\nOrigin,x,\n,y,z\nOrigin,Linkdin,linkedin", id="open"
        ),
        pytest.param('column,value,use_instead\r\n"Origin","Linkdin","linkedin"\r\n', id="quoted"),
    ],
)
def test_the_file_is_read_however_a_spreadsheet_saved_it(text: str) -> None:
    assert parse_corrections(text) == (Correction("Origin", "Linkdin", "linkedin"),)


def test_an_apostrophe_that_keeps_a_formula_harmless_is_taken_off() -> None:
    text = "column,value,use_instead\nOrigin,'=1+1,'-\nOrigin,'t Hart,x\n"
    assert parse_corrections(text) == (
        Correction("Origin", "=1+1", "-"),
        Correction("Origin", "'t Hart", "x"),
    )


@given(
    st.lists(
        st.builds(
            Correction,
            st.sampled_from(["Origin", "=Sum", "'@x"]),
            st.text(max_size=8).filter(lambda t: "\0" not in t),
            st.sampled_from(["linkedin", "-", "'+1", "a;b,c"]),
        ),
        max_size=4,
        unique_by=lambda c: (c.column, c.value),
    )
)
def test_what_is_written_is_read_again(corrections: list[Correction]) -> None:
    """Whatever people have in their cells: separators, quotes, line breaks, formulas."""
    assert parse_corrections(write_corrections(corrections)) == tuple(corrections)


def test_the_last_correction_of_a_value_wins() -> None:
    text = write_corrections([Correction("A", "x", "y"), Correction("A", "x", "z")])
    assert text == "column,value,use_instead\r\nA,x,z\r\n"


def test_lines_that_are_short_are_left_out_and_an_empty_file_is_none() -> None:
    assert parse_corrections("column,value,use_instead\nOrigin\n") == ()
    assert parse_corrections("\n \n") == ()
    assert parse_corrections("") == ()


def test_every_rule_of_the_column_takes_them_and_they_win() -> None:
    """Made later, by a person who saw the value refused."""
    mapping = parse_mapping(
        YAML, "m", "column,value,use_instead\norigin,Linkdin,linkedin\nSource,LI,xing\n"
    )
    a, b, c = mapping.rules
    assert a.values == {"LI": "xing", "ref": "referral", "Linkdin": "linkedin"}
    assert a.remembered == {"Linkdin"}
    assert b.values == {"Linkdin": "linkedin", "LI": "xing"}
    assert b.remembered == {"Linkdin", "LI"}
    assert (c.values, c.remembered) == ({}, frozenset())
