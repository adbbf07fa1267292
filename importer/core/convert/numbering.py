"""What the phone library knows of one country, kept at hand.

Lives here: one country's numbering plan and the short way through it. Must never live here:
cells. What a newcomer would question: the short way takes a number only where the library's
own long way cannot come to anything else: no national prefix left to strip, no leading
zero, and the country's general pattern met. A test compares the two for every country.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

_LONGEST_CODE: Final = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """One country code's numbering.

    Attributes:
        code: Country code digits.
        general: What a complete national number looks like.
        prefix: What stands in front of it within the country; None: nothing.
        is_simple: What `prefix` matches is left out as it stands.
        abroad: What stands in front of a foreign number; None: not known.
        complete: `general`, and nothing in front of it that would be left out.
    """

    code: str
    general: re.Pattern[str]
    prefix: re.Pattern[str] | None
    is_simple: bool
    abroad: re.Pattern[str] | None
    complete: re.Pattern[str]


@lru_cache(maxsize=512)
def plan_of_region(region: str) -> Plan | None:
    """The plan of an ISO country; None where there is none."""
    data = PhoneMetadata.metadata_for_region(region)
    return None if data is None else _build(data)


@lru_cache(maxsize=2048)
def plan_of_code(code: str) -> Plan | None:
    """The plan of a country code; None where the digits are no complete code."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code))
    if not regions or regions[0] == "001":
        return None
    return plan_of_region(regions[0])


def _build(data: PhoneMetadata) -> Plan:
    parsing = data.national_prefix_for_parsing
    prefix = re.compile(parsing) if parsing else None
    described = data.general_desc
    # Every country has a pattern; the type allows none for the number types alone.
    general = (described.national_number_pattern or "") if described else ""
    unwanted = f"0|{parsing}" if parsing else "0"
    return Plan(
        code=str(data.country_code),
        general=re.compile(general),
        complete=re.compile(f"(?!{unwanted})(?:{general})"),
        prefix=prefix,
        is_simple=prefix is not None
        and prefix.groups == 0
        and data.national_prefix_transform_rule is None,
        abroad=re.compile(data.international_prefix) if data.international_prefix else None,
    )


def shorten_foreign(digits: str) -> str | None:
    """Read digits that began with `+`; None where the long way is needed."""
    for length in range(1, _LONGEST_CODE + 1):
        plan = plan_of_code(digits[:length]) if digits[:length] else None
        if plan is not None:
            return _national(plan, digits[length:])
    return None


def shorten_national(digits: str, plan: Plan) -> str | None:
    """Read digits without `+` as of the plan's country; None where the long way is needed."""
    if digits.startswith(plan.code) or (plan.abroad is not None and plan.abroad.match(digits)):
        return None
    prefix = plan.prefix.match(digits) if plan.prefix is not None else None
    if prefix is not None:
        if not plan.is_simple or plan.general.fullmatch(digits):
            return None
        digits = digits[prefix.end() :]
    return _national(plan, digits)


def _national(plan: Plan, number: str) -> str | None:
    if plan.complete.fullmatch(number) is None:
        return None
    return f"+{plan.code}{number}"
