"""From judged columns to candidates: the values of each row, ready for a body.

Lives here: how several columns and constants fill one field. Must never live here: the
body's form (core/bodies). What a newcomer would question: rows are assembled only once
they are known to be sent, so checking a million rows builds no candidate at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from importer.core.distinct import Columns
from importer.core.model import FieldPath, Section
from importer.core.plan import BoundRule, Plan, items_of
from importer.core.rules import WHOLE_NAME

if TYPE_CHECKING:
    from importer.core.bound_source import BoundSource

Values = dict[FieldPath, object]


def assemble_values(plan: Plan, source: BoundSource, columns: Columns) -> Iterator[Values]:
    """The field values of each row of a chunk, in order.

    A list field collects the items of all its columns, each once; of several columns for
    one single value the first that is not blank wins.
    """
    parts = [
        (bound, distinct, [bound.judge(t) for t in distinct.texts])
        for bound in source.rules
        for group in bound.inputs
        for distinct in (columns.distinct(group, bound.joiner),)
    ]
    codes = [distinct.codes.tolist() for _, distinct, _ in parts]
    for i in range(len(columns)):
        values: Values = {}
        for (bound, _, judged), code in zip(parts, codes, strict=True):
            converted = judged[code[i]]
            if converted.value is None:
                if bound.rule.blank == "null":
                    values.setdefault(bound.path, None)
            elif bound.is_list:
                _extend(values, bound.path, items_of(converted))
            else:
                _set(values, bound, converted.value)
        for path, items in plan.additions.items():
            _extend(values, path, list(items))
        for path, constant in plan.constants.items():
            if isinstance(constant, (list, tuple)):
                _extend(values, path, list(constant))
            elif values.get(path) is None:
                values[path] = constant
        yield values


def _set(values: Values, bound: BoundRule, value: object) -> None:
    if bound.path == WHOLE_NAME and isinstance(value, Mapping):
        for key, part in value.items():
            path = FieldPath(Section.MODEL_KEYS, str(key))
            if part and values.get(path) is None:
                values[path] = part
    elif values.get(bound.path) is None:
        values[bound.path] = value


def _extend(values: Values, path: FieldPath, items: list[object]) -> None:
    have = values.get(path)
    known = have if isinstance(have, list) else []
    known.extend(i for i in items if i not in known)
    values[path] = known
