"""Telling people that a run ended: e-mail, Slack, Teams, a webhook, through apprise.

Lives here: the message and its sending. Must never live here: the choice whether to tell
(`core/verdict.py`). What a newcomer would question: the address is a secret (it holds tokens
and passwords), so it appears in no message of ours, and the library's own log is shut.
"""

from __future__ import annotations

import logging

from importer.core.model import NEEDS_A_PERSON, Outcome
from importer.core.results import RunSummary
from importer.core.verdict import (
    OUTCOME_WORDS,
    NotifyPolicy,
    counts_equation,
    judge,
    should_notify,
)
from importer.errors import SettingsError


def compose_message(summary: RunSummary) -> tuple[str, str]:
    """Title and body: verdict and counts, never a value, a name or a file's content.

    Problems are told as columns and counts, since their sentences may quote cells; a reason
    to stop is told as written, since exceptions hold no personal data.
    """
    title = f"candidate-import: {_headline(summary)}"
    lines = [judge(summary).sentence, ""]
    if summary.run_id:
        lines.append(counts_equation(summary.counts))
    lines += [
        f"{summary.counts[o.value]:,} {OUTCOME_WORDS[o][0]}: {OUTCOME_WORDS[o][1]}"
        for o in Outcome
        if o in NEEDS_A_PERSON and summary.counts.get(o.value, 0)
    ]
    states = [p.state for p in summary.problems]
    if any(states) or summary.resolved:
        lines.append(
            f"Problems: {states.count('new'):,} new, {states.count('open'):,} still open, "
            f"{len(summary.resolved):,} resolved."
        )
    if summary.new_columns:
        lines.append(f"New columns that the mapping does not name: {len(summary.new_columns):,}.")
    if summary.drift:
        lines.append(f"Changes in what the ATS asks for: {len(summary.drift):,}.")
    next_step = judge(summary).next_step
    lines += [next_step] if next_step else []
    name = summary.mapping_path.replace("\\", "/").rsplit("/", 1)[-1]
    which = (f"Mapping {name}" if name else "", f"run {summary.run_id}" if summary.run_id else "")
    lines.append(", ".join(part for part in which if part))
    return title, "\n".join(lines)


def notify(
    url: str, summary: RunSummary, *, policy: NotifyPolicy = "new", previous: int | None = None
) -> bool:
    """Tell people of a run where the policy asks for it.

    Args:
        url: One or several apprise addresses; a plain `https://` one that apprise does not
            know as a service's own is called as a JSON webhook.
        summary: The run.
        policy: When to tell.
        previous: Exit code of the run before with the same mapping; None for the first.

    Returns:
        Whether everyone was told; False also where nobody had to be. A service that fails
        never fails the run.

    Raises:
        SettingsError: apprise is not installed, or an address is none that it understands.
    """
    if not should_notify(policy, summary, previous):
        return False
    try:
        import apprise
        from apprise.utils import parse
    except ImportError as error:
        raise SettingsError(
            "Notifications need a library that is not installed.",
            hint="Install it with: pip install 'candidate-import[notify]'",
        ) from error
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    bell = apprise.Apprise()
    addresses = parse.parse_urls(url)  # type: ignore[no-untyped-call] # apprise gives no type
    for address in addresses or [""]:
        if not bell.add(_as_apprise(address)):
            raise SettingsError(
                "The address for notifications is not understood.",
                hint="See apprise's list of services for how an address is written; "
                "for a webhook use json://HOST/PATH or jsons://HOST/PATH.",
            )
    title, body = compose_message(summary)
    return bool(bell.notify(title=title, body=body))


def _as_apprise(address: str) -> str:
    """The address as apprise knows it: a plain web address becomes a JSON webhook."""
    import apprise

    scheme, _, rest = address.partition("://")
    is_web = scheme.lower() in ("http", "https")
    if not is_web or apprise.Apprise.instantiate(address) is not None:
        return address
    return f"{'jsons' if scheme.lower() == 'https' else 'json'}://{rest}"


def _headline(summary: RunSummary) -> str:
    """For a subject line: the tone and whose import it is."""
    words = {"good": "all is well", "attention": "a person is needed", "stopped": "stopped"}
    whose = summary.customer or summary.connector
    return words[judge(summary).tone] + (f" ({whose})" if whose else "")
