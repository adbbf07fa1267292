"""What is told of an ATS beside the create itself."""

from __future__ import annotations

import pytest

from importer.core.side_effects import known_side_effects


@pytest.mark.parametrize("slug", ["greenhouse", "Greenhouse", "lever", "lever-sandbox"])
def test_every_effect_has_its_source(slug: str) -> None:
    effects = known_side_effects(slug)
    assert effects
    for sentence, source in effects:
        assert sentence.endswith(".")
        assert source.startswith("https://")


@pytest.mark.parametrize("slug", ["", "bamboohr", "leverage", "-"])
def test_nothing_is_made_up(slug: str) -> None:
    assert known_side_effects(slug) == ()
