"""What an ATS is publicly known to do on a create, beside creating.

Lives here: sentences with the address of the page that says so. Must never live here: what
is only likely, or known of one customer's settings. What a newcomer would question: most
ATSs have no entry. No entry means that nothing was found, and the report stays silent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_EFFECTS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "greenhouse": (
        (
            "Where Auto-Merge is switched on, Greenhouse merges a new profile with one that has"
            " the same e-mail address, also under another name. Its help says that profiles from"
            " the bulk import, from third-party integrations and from the Candidate Ingestion API"
            " are left out; whether that covers yours, ask your Greenhouse administrator.",
            "https://support.greenhouse.io/hc/en-us/articles/208063316",
        ),
        (
            "Profiles that Greenhouse has merged cannot be taken apart again.",
            "https://support.greenhouse.io/hc/en-us/articles/115004506466",
        ),
    ),
    "lever": (
        (
            "Lever looks for a contact with the same e-mail address: where there is one, it adds"
            " an opportunity to that contact instead of making a new person, and what the"
            " contact already has wins over what is sent.",
            "https://hire.lever.co/developer/documentation",
        ),
    ),
}
"""By the first word of Bindbee's integration slug."""


def known_side_effects(ats: str) -> tuple[tuple[str, str], ...]:
    """(sentence, source) of each effect that is known of an ATS; none for an unknown one."""
    return _EFFECTS.get(re.split(r"[^a-z0-9]", ats.strip().casefold())[0], ())
