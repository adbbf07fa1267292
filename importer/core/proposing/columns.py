"""The proposal for every column: a field and how sure, or open and why.

Lives here: joining headers, values, neighbours and schema. Must never live here: YAML. What
a newcomer would question: a published field is proposed before one of the customer's own of
the same label; who wants the other changes one line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from importer.core.model import CandidateSchema, FieldPath, Section
from importer.core.proposing.concepts import CONCEPTS, Concept
from importer.core.proposing.context import Meaning, Table, understand
from importer.core.proposing.evidence import ColumnSample, judge_values
from importer.core.proposing.headers import read_header
from importer.core.proposing.own_fields import find_own_field, index_own_fields
from importer.core.proposing.words import Words
from importer.core.rules import ACTING_USER

SURE: Final = 0.6
"""From this sureness on a proposal is written as a line that counts."""


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """What is proposed for one column.

    Attributes:
        target: `model_keys.first_name`, `name`, `attachments`, `ignore` …; None: undecided.
        confidence: 0 to 1.
        why: For a person, without the values of any row.
        concept: What the column means, empty where that is not known.
        guess: Text of a field that is likely and not sure, for a commented line.
    """

    column: str
    target: str | None
    confidence: float
    why: str
    concept: str = ""
    guess: str | None = None


def propose_columns(
    columns: Sequence[str],
    samples: Mapping[str, ColumnSample],
    schema: CandidateSchema,
    words: Words,
) -> list[ColumnProposal]:
    """Propose a field for every column.

    Args:
        columns: Names in the files' order, each once.
        samples: Their values, as far as there are any.
        schema: The candidate schema, or the published model keys.
        words: The word lists.
    """
    readings = {column: read_header(column, words) for column in columns}
    filled = {name: s for name, s in samples.items() if s.shares.filled}
    table = understand(columns, readings, filled, words)
    own = index_own_fields(schema, words)
    found = []
    for column in columns:
        meaning = table.meanings[column]
        proposal = _propose_one(column, meaning, table, schema)
        if proposal.target is None and meaning.concept != "sensitive":
            better = find_own_field(column, meaning.concept, filled.get(column), own)
            if better is not None:
                target = str(better.path) if better.sureness >= SURE else None
                proposal = ColumnProposal(
                    column,
                    target,
                    better.sureness,
                    better.why,
                    meaning.concept,
                    None if target else str(better.path),
                )
        found.append(proposal)
    return _add_acting_user(_keep_single(_add_by_values(found, table, schema)), table, schema)


def _propose_one(
    column: str, meaning: Meaning, table: Table, schema: CandidateSchema
) -> ColumnProposal:
    concept = CONCEPTS.get(meaning.concept)
    if concept is None:
        why = meaning.open_because or "the header says nothing that is known"
        return ColumnProposal(column, None, 0.0, _sentence(why))
    if concept.is_sensitive:
        why = "Sensitive: never sent unless a person maps it on purpose."
        return ColumnProposal(column, "ignore", meaning.sureness, why, meaning.concept)
    if meaning.open_because:
        return ColumnProposal(
            column, None, 0.3, _sentence(meaning.open_because), meaning.concept, concept.target
        )
    if concept.target is None:
        why = f"The header means {concept.what}; no published field takes it."
        return ColumnProposal(column, None, 0.3, why, meaning.concept)
    verdict = judge_values(concept.group, table.samples.get(column))
    if verdict.against:
        why = f"The header means {concept.what}, but {verdict.against}."
        return ColumnProposal(column, None, 0.2, why, meaning.concept, concept.target)
    target = _published_target(concept, schema)
    if target is None:
        why = f"The header means {concept.what}, and this ATS has no field for it."
        return ColumnProposal(column, None, 0.3, why, meaning.concept)
    why = f"The header means {concept.what}"
    why += ", and the values agree." if verdict.supports else "."
    if meaning.concept == "opt_out":
        why += " Turned round: who opted out must not be written to."
    sureness = min(0.99, meaning.sureness + (0.04 if verdict.supports else 0.0))
    return ColumnProposal(column, target, round(sureness, 2), why, meaning.concept)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _published_target(concept: Concept, schema: CandidateSchema) -> str | None:
    """The field where this ATS has it; the job is called differently in the two forms."""
    target = concept.target
    if target == "name":
        names = (FieldPath(Section.MODEL_KEYS, k) for k in ("first_name", "last_name"))
        return target if any(schema.field(path) for path in names) else None
    if target == "attachments":
        return target
    if target == "model_keys.job" and (target not in schema.fields or _needs_user(schema)):
        target = "model_keys.job_id"
    return target if target in schema.fields else None


def _add_by_values(
    found: list[ColumnProposal], table: Table, schema: CandidateSchema
) -> list[ColumnProposal]:
    """Columns whose header says nothing and whose values leave no doubt."""
    taken = {p.target for p in found}
    result = []
    for proposal in found:
        sample = table.samples.get(proposal.column)
        if proposal.target is None and not proposal.concept and not proposal.guess and sample:
            shares = sample.shares
            for kind, share, concept in (
                ("e-mail addresses", shares.email, "email"),
                ("LinkedIn pages", shares.linkedin, "linkedin"),
            ):
                target = _published_target(CONCEPTS[concept], schema)
                is_free = target is not None and (target not in taken or concept == "linkedin")
                if share >= 0.8 and is_free and _is_bare(proposal, table):
                    why = f"The header says nothing, but the values are {kind}."
                    proposal = replace(
                        proposal, target=target, confidence=0.7, why=why, concept=concept
                    )
                    taken.add(target)
                    break
                if share >= 0.8:
                    why = f"The values are {kind}; whose, the header does not say."
                    proposal = replace(proposal, why=why, guess=target)
        result.append(proposal)
    return result


def _needs_user(schema: CandidateSchema) -> bool:
    """Whether this ATS takes nobody without an acting user, and so body form A only."""
    wanted = schema.fields.get(str(ACTING_USER))
    return wanted is not None and wanted.is_required


def _add_acting_user(
    found: list[ColumnProposal], table: Table, schema: CandidateSchema
) -> list[ColumnProposal]:
    """Where the ATS must know in whose name, a column of recruiters' e-mails may say it.

    Only then: naming a user goes by a body that carries neither custom fields nor dates.
    """
    if not _needs_user(schema):
        return found
    for place, proposal in enumerate(found):
        emails = table.share(proposal.column, "email")
        if proposal.concept == "owner" and proposal.target is None and (emails or 0) >= 0.5:
            why = "This ATS must know in whose name candidates come, and these are users' e-mails."
            chosen = replace(proposal, target="acting_user", confidence=SURE, why=why)
            return [*found[:place], chosen, *found[place + 1 :]]
    return found


def _is_bare(proposal: ColumnProposal, table: Table) -> bool:
    """Whether a column has no other name than its letter, or one word at most."""
    return len(proposal.column.split()) <= 1 or proposal.column.startswith("Column ")


def _keep_single(found: list[ColumnProposal]) -> list[ColumnProposal]:
    """Of several columns for a field that takes one value, keep the surest."""
    best: dict[str, ColumnProposal] = {}
    for proposal in found:
        concept = CONCEPTS.get(proposal.concept)
        if proposal.target is None or proposal.target == "ignore":
            continue
        takes_many = concept is not None and not concept.is_single
        if takes_many and not proposal.target.startswith(("custom_", "additional_")):
            continue
        first = best.setdefault(proposal.target, proposal)
        if _weight(proposal) > _weight(first):
            best[proposal.target] = proposal
    result = []
    for proposal in found:
        winner = best.get(proposal.target or "")
        if winner is not None and winner is not proposal:
            why = f"The column '{winner.column}' fills that field already."
            proposal = replace(
                proposal, target=None, confidence=0.3, why=why, guess=proposal.target
            )
        result.append(proposal)
    return result


_EXPLICIT: Final = ("current", "present", "aktuell", "derzeit", "actuel", "actual", "atual")
_EXPLICIT_MORE: Final = ("attual", "huidig", "текущ", "当前", "目前", "现")


def _weight(proposal: ColumnProposal) -> float:
    """Sureness; more where the header says that it means today, less for another ATS's code."""
    says = any(w in proposal.column.casefold() for w in (*_EXPLICIT, *_EXPLICIT_MORE))
    is_code = proposal.concept == "job_code"
    return proposal.confidence + (0.1 if says else 0.0) - (0.1 if is_code else 0.0)
