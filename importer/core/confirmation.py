"""The question before the first create: whose ATS, how many, how long, what it sets off.

There is no delete in this API, so a person is told everything that matters and has to type
the number; a habitual "y" would not do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from importer.core.budget import CallPlan


def describe_confirmation(
    *,
    whose: str,
    plan: CallPlan,
    creates: int,
    counts: Mapping[str, int],
    has_history: bool,
    warnings: Sequence[str],
    side_effects: Sequence[tuple[str, str]],
) -> list[str]:
    """The lines that a person reads before confirming.

    Args:
        whose: Customer, ATS and environment.
        plan: Calls and time.
        creates: How many candidates would be created now.
        counts: Rows by outcome.
        has_history: Whether this ledger knows earlier runs of the mapping.
        warnings: What else should be known.
        side_effects: (sentence, source) of what this ATS does on a create.
    """
    minutes = plan.seconds / 60
    time = f"{plan.seconds:.0f} s" if minutes < 2 else f"{minutes:.0f} min"
    if minutes >= 120:
        time = f"{minutes / 60:.1f} h"
    lines = [
        f"Into:    {whose}",
        f"Create:  {creates:,} of {counts['rows']:,} rows"
        + (f" (limited by {plan.limited_by})" if plan.limited_by else ""),
        f"Calls:   {plan.calls:,} at {plan.limit_per_minute} a minute: about {time},"
        f" done at {plan.ends_at.astimezone():%H:%M on %d %B}",
    ]
    if counts.get("rejected"):
        lines.append(f"Not sent: {counts['rejected']:,} rows with problems (see fix.xlsx)")
    if not has_history:
        lines.append(f"No history: this ledger knows no earlier run; {creates:,} rows are new.")
    lines += [f"Note:    {w}" for w in warnings]
    lines += [f"It does: {sentence} [{source}]" for sentence, source in side_effects]
    lines.append("There is no delete: what is created stays until somebody removes it by hand.")
    return lines
