"""What a run came to, in words: the verdict, the order of problems, whom to tell.

Lives here: pure judgements over a `RunSummary` that every report shares, so that terminal,
page, workbook and notification say the same. Must never live here: layout. What a newcomer
would question: words for outcomes stand here and not in templates, since four outputs use
them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from importer.core.model import NEEDS_A_PERSON, Outcome, Problem, Severity
from importer.core.results import RunSummary

OUTCOME_WORDS: Final[Mapping[Outcome, tuple[str, str]]] = {
    Outcome.CREATED: ("created", "The ATS took it in this run."),
    Outcome.INCOMPLETE: (
        "created, file missing",
        "Created; its file could not be attached. The next run sends only the file.",
    ),
    Outcome.UNCHANGED: ("unchanged", "Settled by an earlier run, same content; no call was made."),
    Outcome.CHANGED: (
        "changed since",
        "Created earlier, the row differs now. The API cannot update: change it in the ATS.",
    ),
    Outcome.ALREADY_IN_ATS: ("already in the ATS", "Found there before sending; not sent."),
    Outcome.DUPLICATE: ("duplicate", "Same person and same content as an earlier row of this run."),
    Outcome.SET_ASIDE: (
        "set aside",
        "A person decided to skip it; holds until its content changes.",
    ),
    Outcome.REJECTED: ("rejected", "Failed our checks and was not sent."),
    Outcome.REFUSED: ("refused", "The ATS said no. Not sent again until something changes."),
    Outcome.IN_DOUBT: ("in doubt", "Sent, but no usable answer came. Never silently sent again."),
    Outcome.NOT_SENT: ("not sent", "The run stopped first. Run it again."),
    Outcome.READY: ("ready", "Sound; would be sent."),
}
"""Each outcome's short name and what it means, for people."""

Tone = Literal["good", "attention", "stopped"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run came to.

    Attributes:
        tone: `good` (nobody is needed), `attention` (some rows need a person), `stopped` (it
            ended early or a guard stopped it).
        sentence: The verdict itself.
        next_step: What to do now; empty when there is nothing to do.
    """

    tone: Tone
    sentence: str
    next_step: str = ""


def count_words(count: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 row`, `1,200 rows`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def need_a_person(counts: Mapping[str, int]) -> int:
    """How many rows a person must look at."""
    return sum(counts.get(outcome.value, 0) for outcome in NEEDS_A_PERSON)


def assert_counts(counts: Mapping[str, int]) -> None:
    """Hold that rows add up (design 4.3); raises AssertionError naming both sides."""
    total = sum(counts.get(outcome.value, 0) for outcome in Outcome)
    rows = counts.get("rows", 0)
    if rows != total:
        raise AssertionError(f"rows do not add up: {rows} read, {total} accounted for")


def counts_equation(counts: Mapping[str, int]) -> str:
    """`200 rows = 180 created + 20 unchanged`; outcomes that did not occur are left out."""
    parts = [
        f"{counts[o.value]:,} {OUTCOME_WORDS[o][0]}" for o in Outcome if counts.get(o.value, 0)
    ]
    return f"{count_words(counts.get('rows', 0), 'row')} = {' + '.join(parts) or '0'}"


def judge(summary: RunSummary) -> Verdict:
    """Say what the run came to, in a sentence, and what to do now."""
    counts = summary.counts
    rows = counts.get("rows", 0)
    people = need_a_person(counts)
    if summary.exit_code >= 2:
        return _judge_stopped(summary, people)
    if rows == 0:
        return Verdict(
            "attention",
            "The source holds no rows; nothing was done.",
            "If that is a surprise, look at what was left out.",
        )
    if summary.command == "check":
        return _judge_check(rows, people, counts)
    if people:
        verb = "needs" if people == 1 else "need"
        return Verdict(
            "attention",
            f"{people:,} of {count_words(rows, 'row')} {verb} a person; {_told(counts)}.",
            "Correct fix.xlsx and run it with the same mapping.",
        )
    if counts.get(Outcome.UNCHANGED.value, 0) == rows:
        return Verdict("good", f"Nothing new: {_all(rows)} settled by earlier runs.")
    return Verdict("good", f"All is well: {_all(rows)} settled, {_told(counts)}.")


def _judge_stopped(summary: RunSummary, people: int) -> Verdict:
    counts = summary.counts
    left = counts.get(Outcome.NOT_SENT.value, 0)
    why = summary.stop_reason.strip().rstrip(".")
    if summary.exit_code == 2:
        return Verdict(
            "stopped",
            f"Could not start{': ' + why if why else ''}. Nothing was sent.",
            "Mend the cause, then run it again.",
        )
    if not summary.run_id:
        return Verdict(
            "stopped",
            f"Stopped before there was a report{': ' + why if why else ''}.",
            "Run it again: it goes on where it stopped and sends no row twice.",
        )
    sentence = f"Stopped before the end{': ' + why if why else ''}. {_told(counts).capitalize()}"
    if left:
        sentence += f", {left:,} not sent"
    if people:
        sentence += f", {people:,} {'needs' if people == 1 else 'need'} a person"
    step = "Run it again: it goes on where it stopped and sends no row twice."
    if summary.exit_code == 4:
        step = "A guard stopped it: decide whether this is meant, then run it again."
    return Verdict("stopped", sentence + ".", step)


def _judge_check(rows: int, people: int, counts: Mapping[str, int]) -> Verdict:
    ready = counts.get(Outcome.READY.value, 0)
    rest = rows - people - ready
    settled = f", {rest:,} {'needs' if rest == 1 else 'need'} no call" if rest else ""
    if people:
        verb = "needs" if people == 1 else "need"
        return Verdict(
            "attention",
            f"{people:,} of {count_words(rows, 'row')} {verb} a person; "
            f"{ready:,} would be sent{settled}. Nothing was sent.",
            "Correct fix.xlsx or the source, then check again or run.",
        )
    if not ready:
        return Verdict("good", f"Nothing to send: {_all(rows)} settled already.")
    return Verdict(
        "good",
        f"All {count_words(rows, 'row')} passed: {ready:,} would be sent{settled}. "
        "Nothing was sent.",
        "Run it to send them.",
    )


def _all(rows: int) -> str:
    return "the one row is" if rows == 1 else f"all {rows:,} rows are"


def _told(counts: Mapping[str, int]) -> str:
    """What was done: created first, then what needed no call."""
    created = counts.get(Outcome.CREATED.value, 0) + counts.get(Outcome.INCOMPLETE.value, 0)
    quiet = (
        Outcome.UNCHANGED,
        Outcome.CHANGED,
        Outcome.ALREADY_IN_ATS,
        Outcome.DUPLICATE,
        Outcome.SET_ASIDE,
    )
    parts = [f"{created:,} created" if created else "none created"]
    parts += [
        f"{counts[outcome.value]:,} {OUTCOME_WORDS[outcome][0]}"
        for outcome in quiet
        if counts.get(outcome.value, 0)
    ]
    return ", ".join(parts)


# --- problems ---------------------------------------------------------------------------------

_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def sort_problems(problems: Sequence[Problem]) -> list[Problem]:
    """Worst first, then by how many rows they keep back, then in a stable order."""
    return sorted(
        problems,
        key=lambda p: (_WEIGHT[p.severity], -p.count, p.column or "", p.value or "", p.code),
    )


@dataclass(frozen=True, slots=True)
class ColumnProblems:
    """What is wrong in one column: how many values and rows, by severity."""

    column: str
    values: int
    errors: int
    warnings: int


def problems_by_column(problems: Sequence[Problem]) -> list[ColumnProblems]:
    """Count errors and warnings per column, the worst column first; notes are left out."""
    found: dict[str, ColumnProblems] = {}
    for problem in problems:
        if problem.severity is Severity.NOTE:
            continue
        name = problem.column or "(whole row)"
        so_far = found.get(name) or ColumnProblems(name, 0, 0, 0)
        is_error = problem.severity is Severity.ERROR
        found[name] = replace(
            so_far,
            values=so_far.values + 1,
            errors=so_far.errors + (problem.count if is_error else 0),
            warnings=so_far.warnings + (0 if is_error else problem.count),
        )
    return sorted(found.values(), key=lambda c: (-c.errors, -c.warnings, c.column))


def list_rows(problem: Problem, sources: Sequence[str] = (), *, most: int = 5) -> str:
    """The first row numbers of a problem: `7, 12, 19 …`; blank where none is known.

    Args:
        problem: The grouped problem.
        sources: Short names of the run's sources; given, each is named before its rows.
        most: How many row numbers to name.
    """
    parts: list[str] = []
    last = None
    for source, row in list(problem.rows)[:most]:
        is_named = source != last and source < len(sources)
        parts.append(f"{sources[source]} {row}" if is_named else str(row))
        last = source
    more = " …" if parts and problem.count > len(parts) else ""
    return ", ".join(parts) + more


def describe_rows(problem: Problem, sources: Sequence[str] = (), *, most: int = 5) -> str:
    """How many rows and which: `214 rows (7, 12, 19 …)`, or `row 7`; as `list_rows`."""
    listed = list_rows(problem, sources, most=most)
    if not listed:
        return count_words(problem.count, "row") if problem.count else ""
    return f"row {listed}" if problem.count == 1 else f"{problem.count:,} rows ({listed})"


# --- telling people ---------------------------------------------------------------------------

NotifyPolicy = Literal["new", "always", "never"]


def is_news(summary: RunSummary, previous_exit_code: int | None) -> bool:
    """Whether something happened that was not so the run before.

    New problems, a new column, drift, an end with exit 2 to 4, or a recovery: a run that
    needs nobody after one that did not.
    """
    if summary.exit_code in (2, 3, 4) or summary.drift or summary.new_columns:
        return True
    if any(p.state in ("new", "") and p.severity is not Severity.NOTE for p in summary.problems):
        return True
    return previous_exit_code not in (None, 0) and summary.exit_code < (previous_exit_code or 0)


def should_notify(
    policy: NotifyPolicy, summary: RunSummary, previous_exit_code: int | None
) -> bool:
    """Whether to send a notification after this run.

    Args:
        policy: `new`: only for news; `always`; `never`.
        summary: The run.
        previous_exit_code: Of the run before with the same mapping; None for the first.
    """
    if policy == "new":
        return is_news(summary, previous_exit_code)
    return policy == "always"
