"""Which country the phones without a country code are likely of.

Lives here: the guess, and the names of countries it understands. Must never live here: a
conversion. What a newcomer would question: one guess counts and the other is written as a
comment. A column of countries says it plainly; other people's country codes only hint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import phonenumbers

from importer.core.proposing.evidence import ColumnSample
from importer.core.text import fold

_NAMES: Final = {
    name: code
    for code, names in {
        "GB": "uk|united kingdom|great britain|england|gb|scotland|wales|vereinigtes königreich",
        "US": "us|usa|united states|united states of america|u.s.|u.s.a.|vereinigte staaten",
        "DE": "de|germany|deutschland|allemagne|alemania|alemanha|germania|duitsland|германия",
        "AT": "at|austria|österreich|autriche|oostenrijk",
        "CH": "ch|switzerland|schweiz|suisse|svizzera|suiza|zwitserland",
        "FR": "fr|france|frankreich|francia|frança|frankrijk|франция",
        "ES": "es|spain|spanien|españa|espagne|espanha|spagna|spanje",
        "PT": "pt|portugal",
        "BR": "br|brazil|brasil",
        "IT": "it|italy|italien|italia|italie|itália|italië",
        "NL": "nl|netherlands|the netherlands|niederlande|nederland|pays-bas|países bajos",
        "BE": "be|belgium|belgien|belgië|belgique|bélgica",
        "RU": "ru|russia|россия|рф|российская федерация|russland|russie",
        "CN": "cn|china|中国|中國|prc",
        "IN": "in|india|indien",
        "CA": "ca|canada|kanada",
        "AU": "au|australia|australien",
        "IE": "ie|ireland|irland",
        "MX": "mx|mexico|méxico",
        "PL": "pl|poland|polska|polen",
    }.items()
    for name in names.split("|")
}
_TRIED: Final = 2_000


@dataclass(frozen=True, slots=True)
class RegionGuess:
    """A country for phones without one.

    Attributes:
        is_sure: A column of countries says so; otherwise it is for a person to confirm.
    """

    region: str
    why: str
    is_sure: bool = False


def guess_region(
    phones: Iterable[ColumnSample], countries: Iterable[ColumnSample]
) -> RegionGuess | None:
    """Guess the country of phones written without a country code; None: nothing tells.

    Args:
        phones: Columns of phone numbers.
        countries: Columns of countries.
    """
    for sample in countries:
        found = _share(sample.texts, lambda t: _NAMES.get(fold(t)))
        if found is not None and found[1] >= 0.9:
            return RegionGuess(found[0], f"nearly every row of '{sample.name}' says so", True)
    texts: dict[str, int] = {}
    for sample in phones:
        texts.update(list(sample.texts.items())[:_TRIED])
    found = _share(texts, _region_of)
    if found is not None and found[1] >= 0.6:
        return RegionGuess(found[0], "most numbers with a country code are from there")
    return None


def _share(texts: Mapping[str, int], read: Callable[[str], str | None]) -> tuple[str, float] | None:
    counts: dict[str, int] = {}
    for text, count in texts.items():
        region = read(text)
        if region is not None:
            counts[region] = counts.get(region, 0) + count
    if not counts:
        return None
    best = max(counts, key=lambda r: counts[r])
    return best, counts[best] / sum(counts.values())


def _region_of(text: str) -> str | None:
    plain = text.strip().lstrip("'")
    plain = "+" + plain[2:] if plain.startswith("00") else plain
    if not plain.startswith("+"):
        return None
    try:
        number = phonenumbers.parse(plain)
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(number)
    return str(region) if region else None
