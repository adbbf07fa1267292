"""Names that mean something only within another field's value: a stage within its job.

Lives here: judging such a cell together with the one that it depends on. Must never live
here: a list, or how a name is found in it. What a newcomer would question: the two texts are
judged as one, parted by a mark, so that "judged once, spread over its rows" holds for pairs
as it does for single values, and nothing else in the engine knows of stages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from importer.core.distinct import PAIR
from importer.core.lookups import PARENTS, within_parent
from importer.core.model import Converted, Converter, FieldPath, Section
from importer.core.plan import BoundRule, Plan
from importer.core.validation import build_judge


def bind_scopes(plan: Plan, rules: Sequence[BoundRule]) -> tuple[BoundRule, ...]:
    """Let each rule whose names depend on another field be judged together with that field.

    Args:
        plan: The run's plan; the other field may be a constant of its mapping.
        rules: All rules of one source.
    """
    return tuple(_bind(plan, rules, bound) for bound in rules)


def _bind(plan: Plan, rules: Sequence[BoundRule], bound: BoundRule) -> BoundRule:
    kind = (bound.rule.lookup or "").partition(".")[0]
    if kind not in PARENTS or bound.is_list:
        return bound
    paths = [FieldPath(Section.MODEL_KEYS, key) for key in PARENTS[kind][2]]
    judge_within = _within(plan, bound, kind)
    for path in paths:
        parent = next((r for r in rules if r.path == path), None)
        if parent is not None:
            return replace(
                bound,
                scope=parent.columns,
                is_joined=True,
                judge=_judge_pair(bound, parent, judge_within),
            )
        if plan.constants.get(path) is not None:
            return replace(bound, judge=judge_within(str(plan.constants[path])))
    return bound


def _within(plan: Plan, bound: BoundRule, kind: str) -> Callable[[str], Converter]:
    """The rule's judge for each parent id, made on first use."""
    name = bound.rule.lookup or ""
    whole = plan.context.lookups.get(name)
    made: dict[str, Converter] = {}

    def judge_within(parent: str) -> Converter:
        if whole is None:
            return bound.judge
        if parent not in made:
            lookups = {**plan.context.lookups, name: within_parent(whole, kind, parent)}
            context = replace(plan.context, lookups=lookups)
            made[parent] = build_judge(bound.rule, bound.field, context)
        return made[parent]

    return judge_within


def _judge_pair(
    bound: BoundRule, parent: BoundRule, judge_within: Callable[[str], Converter]
) -> Converter:
    def judge(text: str) -> Converted:
        cells = text.split(PAIR)
        own = join_cells(cells[: len(bound.columns)], bound.rule.join)
        if not own:
            return bound.judge(own)
        within = parent.judge(join_cells(cells[len(bound.columns) :], parent.rule.join))
        if not within.is_sound:
            # The other cell has a finding of its own; a second one would say nothing new.
            return Converted()
        return bound.judge(own) if within.value is None else judge_within(str(within.value))(own)

    return judge


def join_cells(cells: Sequence[str], joiner: str | None) -> str:
    """The cells that are not blank, joined as the rule says."""
    return (joiner or " ").join(cell.strip() for cell in cells if cell.strip())
