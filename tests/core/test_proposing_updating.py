"""A mapping that grows with its file."""

from __future__ import annotations

import pytest
from proposing_kit import own_field, own_schema, propose, samples_of

from importer.core.mapping import parse_mapping
from importer.core.proposing.renames import Rename
from importer.core.proposing.updating import News, find_news, show_diff, update_text
from importer.core.schema import published_schema

MINE = """\
# my own words
version: 1
model_keys:
    first_name: First name   # given
    last_name: "Last name"
    email_addresses:
        - E-mail

# a section
ignore: [Old]
"""


def update(
    text: str,
    columns: str,
    cells: dict[str, tuple[str, ...]] | None = None,
    confirmed: tuple[Rename, ...] = (),
    schema: object = None,
) -> tuple[str, News]:
    mapping = parse_mapping(text, "m.yaml")
    known = schema or published_schema()
    proposals = list(propose(columns, cells, known).values())  # type: ignore[arg-type]
    samples = samples_of(cells or {})
    news = find_news(mapping, columns.split("|"), proposals, samples)
    return update_text(mapping, news, samples, known, confirmed), news  # type: ignore[arg-type]


def test_new_columns_are_added_and_every_line_stays() -> None:
    """The difference has no line that is taken away but the list that grew."""
    after, news = update(MINE, "First name|Last name|E-mail|Old|Town|SSN|Foo")
    gone = [line for line in show_diff(MINE, after, "m").splitlines() if line.startswith("-")]
    assert gone == ["--- m", "-ignore: [Old]"]
    mapping = parse_mapping(after, "m.yaml")
    assert mapping.ignore == ("Old", "SSN")
    assert "    locations: Town\n" in after
    assert "# - Foo: " in after
    assert [p.column for p in news.fresh] == ["Town", "SSN", "Foo"]


def test_nothing_new_changes_nothing() -> None:
    """A second update has nothing to say."""
    columns = "First name|Last name|Mail address|Town|Foo|SSN"
    once, _ = update(MINE, columns)
    assert update(once, columns)[0] == once
    assert update(MINE, "First name|Last name|E-mail|Old")[0] == MINE


def test_a_vanished_column_beside_a_like_new_one_is_asked_as_a_rename() -> None:
    """Nobody is there to ask: the question stands in the file, as a comment."""
    after, news = update(MINE, "First name|Last name|Mail", {"Mail": ("a@example.com",)})
    assert news.renames == [Rename("E-mail", "Mail", "it would fill the same field")]
    assert "#   E-mail: [Mail]\n" in after
    assert parse_mapping(after, "m.yaml").aliases == {}


def test_a_confirmed_rename_is_an_alias() -> None:
    """Who knows the file has said so."""
    rename = Rename("E-mail", "Mail", "it would fill the same field")
    after, _ = update(MINE, "First name|Last name|Mail", None, (rename,))
    assert parse_mapping(after, "m.yaml").aliases == {"E-mail": ("Mail",)}
    known = MINE + "aliases:\n  E-mail: [Post]\n"
    told, _ = update(known, "First name|Last name|Mail", None, (rename,))
    assert "# New: Mail may be the new name of E-mail." in told
    assert told.startswith(known)


def test_values_deny_a_rename() -> None:
    """A column of phone numbers is not the e-mail under a new name."""
    cells = {"E-mails": ("+44 20 7946 0018",)}
    after, news = update(MINE, "First name|Last name|E-mails", cells)
    assert news.renames == []
    assert news.missing == ["E-mail"]
    assert "no column E-mail any more" in after
    assert update(after, "First name|Last name|E-mails", cells)[0] == after


def test_two_vanished_columns_share_no_new_one() -> None:
    """Each new column is one old column at most; names alone may be enough."""
    text = "version: 1\nmodel_keys:\n  tags: [Labels A, Labels B]\nattachments: [CV file]\n"
    _, news = update(text, "Labels C|File of CV")
    assert [(r.was, r.column) for r in news.renames] == [
        ("CV file", "File of CV"),
        ("Labels A", "Labels C"),
    ]
    assert news.renames[1].why == "it is spelt much like it"
    assert news.missing == ["Labels B"]


@pytest.mark.parametrize(
    ("text", "columns", "line"),
    [
        ("version: 1\nmodel_keys: {first_name: First}\n", "First|Town", "# New, for `model_keys:`"),
        ("version: 1\nmodel_keys:\n  first_name: First\n", "First|SSN", "ignore:\n  - SSN"),
        (
            "version: 1\nmodel_keys:\n  first_name: First name\nignore:\n- Old\n",
            "First name|Old|SSN",
            "- Old\n- SSN",
        ),
        ("model_keys:\n  first_name: First\nignore: []\n", "First|SSN", "ignore: [SSN]"),
        (
            "version: 1\nmodel_keys:\n  tags:\n    column: Skills\n    split: ','\n\n# end\n",
            "Skills|Town",
            "    split: ','\n  locations: Town\n\n# end",
        ),
        (
            "version: 1\nmodel_keys:\n  first_name: First name\ncustom_fields:\n",
            "First name|Shoe size",
            "custom_fields:\n  shoe: Shoe size",
        ),
        (
            "version: 1\nmodel_keys:\n  first_name: First name\n",
            "First name|Shoe size",
            "\n\ncustom_fields:\n  shoe: Shoe size",
        ),
        (
            "version: 1\nmodel_keys:\n  company: Firm\n",
            "Firm (B)|Firm|Town hall|Employer of today",
            "# - Firm (B): ",
        ),
        ("name: {column: N, order: given-family}\n", "N|First name", "fills that field"),
    ],
)  # fmt: skip
def test_lines_go_where_their_section_is(text: str, columns: str, line: str) -> None:
    """Whichever way the file is written, it stays readable and means what it meant."""
    schema = own_schema(own_field("shoe", "Shoe size"))
    after, _ = update(text, columns, None, (), schema)
    parse_mapping(after, "m.yaml")
    assert line in after


def test_what_cannot_be_put_in_safely_becomes_a_comment() -> None:
    """Text behind the end of a document is none of it; nothing is lost all the same."""
    ended = "version: 1\nmodel_keys:\n  first_name: First\n...\n"
    after, _ = update(ended, "First|SSN|Town")
    assert after.startswith(ended)
    assert "# New: SSN: ignore." in after


def test_line_ends_of_windows_stay() -> None:
    """Every line of the file keeps its end."""
    after, _ = update(MINE.replace("\n", "\r\n"), "First name|Last name|E-mail|Old|Town")
    assert after.count("\n") == after.count("\r\n")


def test_a_needed_user_stands_at_the_top_level() -> None:
    """It belongs to no section."""
    from importer.core.model import CandidateSchema, Field, FieldPath, Section

    path = FieldPath(Section.ENVELOPE, "acting_user")
    fields = {**published_schema().fields, str(path): Field(path, is_required=True)}
    after, _ = update(
        MINE, "First name|Last name|E-mail|Old|Recruiter", {"Recruiter": ("a@example.com",)}, (),
        CandidateSchema(fields),
    )  # fmt: skip
    assert "\nacting_user: {column: Recruiter, lookup: remote-users.email}\n" in after


def test_columns_that_fit_twice_are_no_news() -> None:
    """The mapping knows them; `check` says that it cannot tell them apart."""
    text = "version: 1\nmodel_keys:\n  first_name: first name\nignore: [old]\n"
    _, news = update(text, "First Name|FIRST NAME|Old|OLD")
    assert news.fresh == []
