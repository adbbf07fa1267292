"""The four ATSs that the sandbox can be.

Lives here: one data module for each and the way to get one by name. Must never live here:
judging or answering. What a newcomer would question: no real candidate meta answer is
public, so every line says whether it is `documented` (a public page of the vendor says
all of it) or `invented` (any part of it is ours, such as that a published key is required).
"""

from __future__ import annotations

from importer.sandbox.profiles import bamboohr, greenhouse, lever, teamtailor
from importer.sandbox.profiles.base import Profile

PROFILES: dict[str, Profile] = {
    profile.slug: profile
    for profile in (
        greenhouse.PROFILE,
        lever.PROFILE,
        teamtailor.PROFILE,
        bamboohr.PROFILE,
    )
}
