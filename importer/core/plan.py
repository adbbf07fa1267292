"""A mapping joined to a candidate schema and to one source's columns: ready to judge values.

Lives here: which column feeds which field through which converter. Must never live here:
rows. What a newcomer would question: text dates are bound without an order first, because
the order is decided from all values of a column; `with_date_order` binds them again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from importer.core.attachments import BY_CALL, FilePolicy, choose_policy
from importer.core.bodies import choose_form
from importer.core.distinct import PAIR
from importer.core.model import (
    BodyForm,
    CandidateSchema,
    Converted,
    Converter,
    Field,
    FieldPath,
    Finding,
    Section,
)
from importer.core.rules import WHOLE_NAME, CandidateMapping, ConvertContext, Rule
from importer.core.validation import (
    build_judge,
    judge_additions,
    judge_settings,
    required_fields,
)

FIRST_NAME = FieldPath(Section.MODEL_KEYS, "first_name")
LAST_NAME = FieldPath(Section.MODEL_KEYS, "last_name")
EMAILS = FieldPath(Section.MODEL_KEYS, "email_addresses")
PHONES = FieldPath(Section.MODEL_KEYS, "phone_numbers")

_DATE_FORMATS = frozenset({"date", "date-time"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What holds for every source of a run.

    Attributes:
        constants: Fields that the mapping gives as constants, already judged.
        additions: Items that the mapping adds to list fields, as the ATS's own values.
        findings: What is wrong with the rules themselves, by line of the mapping.
        required: Fields without which the ATS takes no candidate.
        files: How files reach the ATS.
    """

    mapping: CandidateMapping
    schema: CandidateSchema
    form: BodyForm
    context: ConvertContext
    constants: Mapping[FieldPath, object]
    additions: Mapping[FieldPath, tuple[object, ...]]
    findings: Sequence[tuple[int, Finding]]
    required: tuple[FieldPath, ...]
    files: FilePolicy = BY_CALL

    def field(self, path: FieldPath) -> Field | None:
        """The declared field at `path`."""
        return self.schema.field(path)


@dataclass(frozen=True, slots=True)
class BoundRule:
    """One rule with the actual columns of one source.

    Attributes:
        columns: Names as the source has them.
        is_list: The field takes a list, so every column adds items.
        is_joined: The columns' texts are joined into one text before conversion.
        needs_order: A text date whose order is not stated: decided from the whole column.
        scope: Columns of another field that say what this one's texts mean.
    """

    rule: Rule
    field: Field | None
    columns: tuple[str, ...]
    is_list: bool
    is_joined: bool
    needs_order: bool
    judge: Converter
    scope: tuple[str, ...] = ()

    @property
    def path(self) -> FieldPath:
        """The field it fills."""
        return self.rule.path

    @property
    def inputs(self) -> tuple[tuple[str, ...], ...]:
        """Groups of columns that are judged together: one each, or all joined."""
        if self.is_joined:
            return ((*self.columns, *self.scope),)
        return tuple((c,) for c in self.columns)

    @property
    def joiner(self) -> str:
        """What stands between the texts of columns that are judged together."""
        return PAIR if self.scope else self.rule.join or " "

    def tell(self, group: tuple[str, ...], text: str) -> tuple[str, str, str]:
        """(columns, cell, what else decided) of a judged text, for a person."""
        if not self.scope:
            return ", ".join(group), text, ""
        cells = text.split(PAIR)
        own = [c for c in cells[: len(self.columns)] if c]
        rest = " ".join(cells[len(self.columns) :])
        return ", ".join(self.columns), (self.rule.join or " ").join(own), rest


def build_plan(
    mapping: CandidateMapping,
    schema: CandidateSchema,
    lookups: Mapping[str, Mapping[str, tuple[str, ...]]],
    *,
    is_offline: bool = False,
    ats: str = "",
) -> Plan:
    """Join a mapping to a schema.

    Args:
        mapping: The mapping.
        schema: What the ATS declares.
        lookups: The lists that names are resolved with.
        is_offline: No list could be loaded on purpose.
        ats: The connector's integration, which decides how files go.

    Raises:
        MappingError: The mapping's fields force both body forms; the details name the columns.
    """
    form = choose_form(mapping, schema)
    context = ConvertContext(
        region=mapping.region,
        blanks=mapping.blanks,
        time_zone=mapping.source.time_zone,
        lookups=lookups,
        is_offline=is_offline,
    )
    constants: dict[FieldPath, object] = {}
    findings: list[tuple[int, Finding]] = []
    additions: dict[FieldPath, tuple[object, ...]] = {}
    for rule in mapping.rules:
        field = schema.field(rule.path)
        findings.extend((rule.line, f) for f in judge_settings(rule, field))
        if rule.add:
            additions[rule.path] = (*additions.get(rule.path, ()), *judge_additions(rule, field))
        if not rule.is_constant:
            continue
        judged = build_judge(rule, field, context)("")
        findings.extend((rule.line, finding) for finding in judged.findings)
        constants[rule.path] = judged.value
    return Plan(
        mapping=mapping,
        schema=schema,
        form=form,
        context=context,
        constants=constants,
        additions=additions,
        findings=findings,
        required=required_fields(schema, form),
        files=choose_policy(mapping, schema, form, ats),
    )


def bind_rules(
    plan: Plan,
    resolved: Mapping[str, str],
    dates: str | None,
    orders: Mapping[str, str] | None = None,
) -> tuple[BoundRule, ...]:
    """Bind every rule that reads columns to the columns of one source.

    Args:
        plan: The run's plan.
        resolved: Column name in the mapping -> column name in the source.
        dates: Order of text dates stated for the whole source.
        orders: Order by column, inherited from the run that a fix workbook belongs to.
    """
    bound = []
    for rule in plan.mapping.rules:
        columns = tuple(resolved[c] for c in rule.columns if c in resolved)
        if rule.is_constant or not columns:
            continue
        field = plan.field(rule.path)
        is_list = field is not None and field.type == "array"
        order = rule.dates or dates or (orders or {}).get(columns[0])
        context = replace(plan.context, date_order=order)
        bound.append(
            BoundRule(
                rule=rule,
                field=field,
                columns=columns,
                is_list=is_list,
                is_joined=rule.join is not None or (len(columns) > 1 and not is_list),
                needs_order=_is_date(field) and order is None and rule.format is None,
                judge=build_judge(rule, field, context),
            )
        )
    return tuple(bound)


def with_date_order(plan: Plan, bound: BoundRule, order: str | None) -> BoundRule:
    """The same rule once the order of its column's dates is decided (None: it is not)."""
    context = replace(plan.context, date_order=order)
    return replace(bound, judge=build_judge(bound.rule, bound.field, context), needs_order=False)


def present_keys(rule: Rule, value: object) -> tuple[FieldPath, ...]:
    """The body keys that a value of this rule fills (a whole name fills up to two)."""
    if rule.path == WHOLE_NAME and isinstance(value, Mapping):
        return tuple(FieldPath(Section.MODEL_KEYS, str(k)) for k, v in value.items() if v)
    return (rule.path,)


def items_of(judged: Converted) -> list[object]:
    """A list field's items of one judged text."""
    if judged.value is None:
        return []
    return list(judged.value) if isinstance(judged.value, (list, tuple)) else [judged.value]


def _is_date(field: Field | None) -> bool:
    return field is not None and field.format in _DATE_FORMATS
