"""What the README says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from importer.cli import VERBS, application
from importer.core.mapping import parse_mapping
from importer.core.model import NEEDS_A_PERSON, Outcome
from importer.errors import (
    GuardStopped,
    MappingError,
    SettingsError,
    SourceError,
    StopAndRetry,
)
from importer.settings import Environment, FileSettings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_tour_is_a_mapping() -> None:
    """The mapping of the tour can be read as it stands."""
    (tour,) = _blocks("yaml")
    mapping = parse_mapping(tour, "README.md")
    assert len(mapping.rules) >= 12


def test_the_settings_file_is_read_as_it_stands() -> None:
    """The example of candidate-import.toml has only settings that exist."""
    import tomllib

    (text,) = _blocks("toml")
    assert FileSettings.model_validate(tomllib.loads(text)).connectors["acme"].base_url


def test_every_variable_exists() -> None:
    """The environment variables of the table are those that are read."""
    named = {n.lower() for n in re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE)}
    assert named == set(Environment.model_fields)


def test_outcomes_are_all_told() -> None:
    """The table of outcomes has each of them, and says rightly who is needed."""
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| ?(yes|) ?\|$", README, re.MULTILINE))
    assert {n: w for n, w in rows.items() if n.islower()} == {
        o.value: "yes" if o in NEEDS_A_PERSON else "" for o in Outcome
    }


def test_exit_codes_are_those_of_the_errors() -> None:
    """The table of exit codes agrees with the exceptions."""
    told = set(re.findall(r"^\| (\d+) \|", README, re.MULTILINE))
    assert told == {"0", "1", "2", "3", "4", "130"}
    assert (SettingsError.exit_code, MappingError.exit_code, SourceError.exit_code) == (2, 2, 2)
    assert (StopAndRetry.exit_code, GuardStopped.exit_code) == (3, 4)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str) -> None:
    """`VERB --help` works and ends well."""
    assert application.main([verb, "--help"], standalone_mode=False) == 0


def test_every_flag_that_is_mentioned_exists() -> None:
    """Flags in the README belong to some verb."""
    import click

    known = {"--help"}
    for verb in VERBS:
        command = application.get_command(click.Context(application), verb)
        assert command is not None
        for each in [command, *getattr(command, "commands", {}).values()]:
            known |= {o for p in each.params for o in p.opts}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)) <= known


def test_every_link_leads_somewhere() -> None:
    """Relative links point to files that are there."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []
