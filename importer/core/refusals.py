"""What a person reads about a row that was refused or is in doubt.

Lives here: problems made of the provider's words. Must never live here: the decision
(`core/disposition`). What a newcomer would question: the column of such a problem is the
text of a field path; the pipeline, which knows the mapping, turns it into a column's name.
"""

from __future__ import annotations

from collections.abc import Sequence

from importer.core.answers import Complaint
from importer.core.bodies import loc_to_path
from importer.core.model import BodyForm, Severity
from importer.core.results import RowProblem

_RUN_RECONCILE = (
    "Run again (it is looked for first) or run `candidate-import reconcile`; it is not sent again "
    "before it is certain that it never arrived."
)


def describe_refusal(complaints: Sequence[Complaint], form: BodyForm) -> tuple[RowProblem, ...]:
    """Turn what the ATS objects to into problems of the row, in its own words.

    Complaints about the body form that was not sent are left out where others remain.
    """
    placed = [(c, *loc_to_path(c.loc, form)) for c in complaints]
    telling = [entry for entry in placed if entry[1] is not None or not entry[0].loc] or placed
    problems = []
    for complaint, path, index in telling:
        entry = f" (entry {index + 1})" if index is not None else ""
        if path is not None:
            where = ""
        else:
            steps = ".".join(str(step) for step in complaint.loc if step != "body")
            where = f" ({steps})" if steps else ""
        problems.append(
            RowProblem(
                code="refused-value" if path is not None else "refused-row",
                column=None if path is None else str(path),
                message=f"The ATS says: {complaint.message}{entry}{where}",
                hint="Correct the row (or the mapping) and run again; unchanged it is not resent.",
                severity=Severity.ERROR,
            )
        )
    return tuple(dict.fromkeys(problems))


def describe_doubt(why: str) -> RowProblem:
    """Say why nobody knows whether the row arrived."""
    return RowProblem(
        code="in-doubt",
        column=None,
        message=f"The row was sent and {why}; it may or may not be in the ATS.",
        hint=_RUN_RECONCILE,
        severity=Severity.ERROR,
    )


def describe_unclear(candidate_ids: Sequence[str]) -> RowProblem:
    """Say that people were found who may or may not be the row's."""
    return RowProblem(
        code="in-doubt-unclear",
        column=None,
        message=(
            "The row was sent, no usable answer came, and the ATS holds people with its e-mail "
            f"who are not certainly it: {', '.join(candidate_ids)}."
        ),
        hint=(
            "Look at them in the ATS, then say `candidate-import reconcile --found ROW=ID` or "
            "`--absent ROW`."
        ),
        severity=Severity.ERROR,
    )


def describe_still_in_doubt(emails: Sequence[str], name: str, *, is_synced: bool) -> RowProblem:
    """Say what a person may do about a row that reading back could not settle."""
    if emails:
        hint = (
            "Wait for the connector's next synchronisation and run again, or ask for one with "
            "`candidate-import reconcile --resync`."
        )
        if not is_synced:
            hint = f"The connector's synchronisation is not done. {hint}"
    else:
        hint = (
            f"It has no e-mail to look for: look for the name {name or '(none)'} in the ATS, then "
            "say `candidate-import reconcile --found ROW=ID` or `--absent ROW`."
        )
    return RowProblem(
        code="in-doubt",
        column=None,
        message="The row was sent and no usable answer came; it may or may not be in the ATS.",
        hint=hint,
        severity=Severity.ERROR,
    )


def describe_missing_file() -> RowProblem:
    """Say that the candidate was created and its files are still to be attached."""
    return RowProblem(
        code="file-pending",
        column=None,
        message="The candidate was created; its file is not attached yet.",
        hint="The file follows in this run or the next.",
        severity=Severity.ERROR,
    )
