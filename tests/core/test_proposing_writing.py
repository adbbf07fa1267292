"""The written mapping: accepted as it is, and readable by people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from proposing_kit import own_field, own_schema, propose, sample, samples_of, the_words
from ruamel.yaml import YAML

from importer.core.explain import try_mapping
from importer.core.lint import lint_mapping
from importer.core.mapping import parse_mapping
from importer.core.model import CandidateSchema, Chunk, Field, FieldPath, Section, SourceOptions
from importer.core.plan import build_plan
from importer.core.proposing.evidence import MOST_TEXTS, gather_samples
from importer.core.proposing.proposal import propose_mapping
from importer.core.proposing.regions import guess_region
from importer.core.proposing.several import join_files
from importer.core.proposing.value_lines import value_lines
from importer.core.proposing.writing import Draft, write_mapping
from importer.core.proposing.yaml_text import comment, quote, quote_value
from importer.core.schema import published_schema


def write(
    columns: str,
    cells: dict[str, tuple[str, ...]] | None = None,
    schema: CandidateSchema | None = None,
    **more: object,
) -> str:
    known = schema or published_schema()
    found = list(propose(columns, cells, known).values())
    draft = Draft(["people.csv"], found, samples_of(cells or {}), known)
    return write_mapping(replace(draft, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "E-mail", "yes", "No", "null", "1", "2nd phone", "a: b", "a #b", "x, y", "[z]", "{q}",
        'say "hi"', "line\nbreak", " padded ", "*", "<<Name>>", "e-mail (2)", "Straße/Nr.",
        "姓名", "\u00a0nbsp", "a\u200bb", "\U000e0001", "-", "~", "'q'", "%", "@x", "key?", "a\tb",
        "\x85", "- x", "double  blank", "true", "0x1F", "1e3", "=x", "!tag", "&a", "|", ">",
    ],
)  # fmt: skip
def test_every_header_comes_back_from_yaml_as_it_was(text: str) -> None:
    """Also inside brackets, where more characters mean something."""
    read = YAML(typ="safe").load(f"a: [{quote(text)}]\nb: {{{quote(text)}: 1}}\nc: {quote(text)}\n")
    assert read == {"a": [text], "b": {text: 1}, "c": text}


def test_comments_never_break_out() -> None:
    """A line break in a header stays behind the #."""
    assert all(line.startswith("  # ") for line in comment("a\nb: c " * 40, "  "))
    assert list(comment("")) == ["#"]
    assert quote_value(4) == "4"
    assert quote_value("4") == '"4"'


EVERYTHING = (
    "Candidate ID|First name|Last name|E-mail|Private e-mail|Mobile|Home phone|Street|Address 2"
    "|City|State|Zip|Country|Company|Title|Skills|LinkedIn|GitHub|Website|Opted out|Job code"
    "|Last contact|CV|Cover letter file|Notes|Date of birth|Weird: column|Avatar"
)


def test_a_whole_mapping_is_sound_and_passes_its_own_test() -> None:
    """Nothing that is written needs an edit before `check`."""
    text = write(EVERYTHING, {"Last contact": ("31/01/2024", "01/02/2024")})
    mapping = parse_mapping(text, "people.yaml")
    schema = published_schema()
    found = lint_mapping(mapping, EVERYTHING.split("|"), schema)
    assert not [f for f in found if f.stops]
    assert mapping.source.dates == "day-first"
    assert mapping.ignore == ("Date of birth",)
    assert try_mapping(build_plan(mapping, schema, {})) == ([], [])
    rules = {r.path.key: r for r in mapping.rules}
    assert rules["locations"].columns == (
        "Street", "Address 2", "City", "State", "Zip", "Country",
    )  # fmt: skip
    assert rules["locations"].join == ", "
    assert rules["can_email"].invert
    assert rules["job"].lookup == "jobs.code"
    assert [a.attachment_type for a in mapping.attachments] == ["RESUME", "COVER_LETTER"]
    assert text.startswith("# yaml-language-server: $schema=")
    assert '- "Weird: column"' in text


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        ("Full name", "name: {column: Full name, order: given-family}"),
        ("ФИО", "name: {column: ФИО, order: family-given}"),
        ("Location", "locations: Location"),
        ("Location|Address", "locations: [Location, Address]"),
        ("Location|Country", 'locations: {columns: [Location, Country], join: ", "}'),
        ("Address|City|Zip", 'locations: {columns: [Address, City, Zip], join: ", "}'),
        ("Location|City|State", '  - {columns: [City, State], join: ", "}'),
        ("Location|City", "  - City"),
        ("Vacancy", "job: {column: Vacancy, lookup: jobs.name}"),
        ("Can email", "can_email: Can email"),
    ],
)
def test_entries_take_the_form_that_their_field_needs(columns: str, line: str) -> None:
    """Order, joins and look-ups are written out."""
    assert line in write(columns)


def test_a_job_of_codes_is_looked_up_by_code() -> None:
    """The values say what the header does not."""
    assert "lookup: jobs.code" in write("Job", {"Job": ("ENG-101", "SAL-210")})


def test_identity_is_proposed_from_an_id_where_nothing_else_tells() -> None:
    """Beside e-mails it is a remark."""
    cells = {"Candidate ID": ("1", "2")}
    assert "\nidentity: [Candidate ID]" in write("Candidate ID|Full name", cells)
    assert "\n# identity: [Candidate ID]" in write("Candidate ID|Full name")
    assert "\n# identity: [Candidate ID]   # every row" in write("Candidate ID|E-mail", cells)


def test_what_somebody_said_of_the_source_is_written_down() -> None:
    """Flags of `init` are meant for `check` too."""
    options = SourceOptions(
        sheet=("Jan", "Feb"), header_row=3, encoding="cp1252", delimiter="\t",
        hidden_rows="include", dates="month-first",
    )  # fmt: skip
    text = write("E-mail", options=options, connector="acme", aliases={"E-mail": ["Mail"]})
    mapping = parse_mapping(text, "m")
    assert mapping.source == options
    assert mapping.connector == "acme"
    assert mapping.aliases == {"E-mail": ("Mail",)}


def test_dates_that_nothing_decides_are_left_to_a_person() -> None:
    """The reason stands there, and the line to write."""
    text = write("Last contact|E-mail", {"Last contact": ("03/04/2024",)})
    assert "#   dates: day-first" in text
    assert parse_mapping(text, "m").source.dates is None


def test_a_table_without_any_known_column_says_so() -> None:
    """Nothing is invented to fill the file."""
    assert "No column could be placed" in write("Foo|Bar")


def test_what_the_ats_wants_and_no_column_gives_is_named() -> None:
    """Before `check` rejects every row for it."""
    schema = own_schema(own_field("shoe", "Shoe size", is_required=True))
    assert "wants custom_fields.shoe" in write("Full name", None, schema)
    user = FieldPath(Section.ENVELOPE, "acting_user")
    asked = CandidateSchema({**schema.fields, str(user): Field(user, is_required=True)})
    text = write("Full name|Recruiter", {"Recruiter": ("ada@example.com",)}, asked)
    assert "\nacting_user: {column: Recruiter, lookup: remote-users.email}" in text


def test_doubtful_values_are_comments_with_their_counts() -> None:
    """What fits needs no line; a guess waits for a person."""
    schema = own_schema(own_field("src", "Source", "LinkedIn", "Referral", "Company website"))
    cells = {
        "Source": ("LinkedIn", "linkedin", "Linkdin", "Linkdin", "Website", "Zorp", "Referral")
    }
    text = write("E-mail|Source", cells, schema)
    assert "#   Linkdin: LinkedIn   # 2 rows" in text
    assert "#   Website: ?   # 1 row; nearest: Company website" in text
    assert "#   Zorp: ?   # 1 row, say which" in text
    rule = next(r for r in parse_mapping(text, "m").rules if r.path.key == "src")
    assert rule.values == {}
    fine = write("E-mail|Source", {"Source": ("LinkedIn", "Referral")}, schema)
    assert "  src: Source" in fine
    empty = write("E-mail|Source", None, schema)
    assert "  src: Source" in empty


def test_long_lists_of_values_are_cut() -> None:
    """The rest is for `check --suggest`."""
    field = own_field("src", "Source", "LinkedIn")
    lines = value_lines([(f"zz {n}", 1) for n in range(60)], field.allowed)
    assert "20 more" in lines[-1]


@pytest.mark.parametrize(
    ("phones", "countries", "expected"),
    [
        (("+44 20 7946 0018", "+44 20 7946 0019", "x"), (), ("GB", False)),
        (("0044 20 7946 0018", "+4930 23125 195", "+49 30 23125 196"), (), ("DE", False)),
        (("+44 20 7946 0018", "+49 30 23125 195", "+1 202 555 0146"), (), None),
        (("020 7946 0018", "+999", "+44 0"), (), None),
        ((), ("Germany", "DE", "Deutschland"), ("DE", True)),
        ((), ("Germany", "France"), None),
        ((), ("Elsewhere",), None),
    ],
)
def test_the_country_of_phones_is_guessed(
    phones: tuple[str, ...], countries: tuple[str, ...], expected: tuple[str, bool] | None
) -> None:
    """A column of countries counts; country codes of others only hint."""
    guess = guess_region([sample("Phone", *phones)], [sample("Country", *countries)])
    assert (guess and (guess.region, guess.is_sure)) == expected


def test_a_guessed_country_is_written() -> None:
    """Sure ones count, others are remarks."""
    sure = write("Phone|Country", {"Phone": ("020 7946 0018",), "Country": ("UK", "UK")})
    assert parse_mapping(sure, "m").region == "GB"
    hint = write("Phone|Email", {"Phone": ("+44 20 7946 0018",)})
    assert "#   region: GB" in hint
    assert parse_mapping(hint, "m").region is None


# --- several files -----------------------------------------------------------------------------


class Table:
    """A source of one chunk."""

    def __init__(self, path: str, frame: pd.DataFrame) -> None:
        from importer.core.model import SourceDescription

        self.description = SourceDescription(path, "dataframe", columns=tuple(frame.columns))
        self.skipped: dict[str, list[int]] = {}
        self._frame = frame

    def chunks(self, size: int = 50_000) -> list[Chunk]:
        half = max(1, len(self._frame) // 2)
        parts = (self._frame.iloc[:half], self._frame.iloc[half:])
        return [Chunk(np.arange(len(p), dtype=np.int64), p) for p in parts]


def test_two_files_share_one_mapping() -> None:
    """The same column under two names is an alias; what one file lacks stays open."""
    jan = pd.DataFrame({"Full name": ["Ada L"], "E-mail": ["a@example.com"], "City": ["York"]})
    feb = pd.DataFrame({"Full name": ["Bob M"], "Email address": ["b@example.com"]})
    found = propose_mapping(
        [Table("a/jan.csv", jan), Table("feb.csv", feb)], published_schema(), the_words()
    )
    text = write_mapping(found.draft)
    mapping = parse_mapping(text, "m")
    assert mapping.aliases == {"E-mail": ("Email address",)}
    assert "jan.csv, feb.csv" in text
    assert {r.path.key for r in mapping.rules} == {"name", "email_addresses"}
    assert "Not every file has it" in text
    assert found.draft.samples["Full name"].filled == 2


def test_two_columns_of_one_file_are_no_aliases() -> None:
    """They are two columns."""
    proposals = list(propose("E-mail|Private e-mail|Name").values())
    joined, aliases = join_files(proposals, [["E-mail", "Private e-mail", "Name"], ["Name"]])
    assert aliases == {}
    assert [p.target for p in joined] == [None, None, "name"]


def test_only_so_many_rows_and_texts_are_kept() -> None:
    """A long file costs no more than its beginning."""
    frame = pd.DataFrame(
        {"n": [str(i) for i in range(MOST_TEXTS + 10)], "b": [""] * (MOST_TEXTS + 10)}
    )
    table = Table("x", frame)
    found = gather_samples(table.chunks(), frozenset(), 10**6)
    assert len(found["n"].texts) == MOST_TEXTS
    assert found["n"].filled == MOST_TEXTS + 10
    assert found["b"].filled == 0
    assert gather_samples(table.chunks(), frozenset(), 3)["n"].rows == 3
