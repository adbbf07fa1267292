"""One source joined to the plan of a run: which of its columns are read, and as what.

Lives here: binding names. Must never live here: rows. What a newcomer would question: a column
has two names. Cells are read under the source's, and remembered under the mapping's, so that
a header that is spelt otherwise tomorrow neither hides a change nor makes one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from importer.core.attachments import Files
from importer.core.file_rules import bind_files
from importer.core.fixrows import FixOrigin
from importer.core.plan import FIRST_NAME, LAST_NAME, BoundRule, Plan, bind_rules
from importer.core.rules import WHOLE_NAME
from importer.core.stages import bind_scopes

_NAMES = frozenset({FIRST_NAME, LAST_NAME, WHOLE_NAME})


@dataclass(slots=True)
class BoundSource:
    """One source joined to the plan.

    Attributes:
        mapped: The source's columns that are read.
        names: What the mapping calls them; content is remembered under these names.
        name_columns: Those of `names` that hold people's names.
        column_of: Text of a field's path -> the first column that fills it.
        orders: Date order decided for a column, known after `Judge.finish`.
    """

    index: int
    rules: tuple[BoundRule, ...]
    mapped: tuple[str, ...]
    names: tuple[str, ...]
    resolved: Mapping[str, str]
    name_columns: frozenset[str]
    fix: FixOrigin | None
    column_of: Mapping[str, str]
    orders: dict[str, str | None] = field(default_factory=dict)


def bind_source(
    plan: Plan,
    index: int,
    resolved: Mapping[str, str],
    dates: str | None = None,
    orders: Mapping[str, str] | None = None,
    fix: FixOrigin | None = None,
    files: Files | None = None,
    sheets: Sequence[str] = (),
) -> BoundSource:
    """Bind a plan to one source.

    Args:
        plan: The run's plan.
        index: The source's number in the run.
        resolved: Column name in the mapping -> column name in the source.
        dates: Order of text dates stated for the source.
        orders: Date orders by column, inherited by a fix workbook.
        fix: The source is a fix workbook, and this is what its run knew.
        files: Looks at files to attach.
        sheets: Paths of the spreadsheets beside which they are.
    """
    rules = (
        *bind_scopes(plan, bind_rules(plan, resolved, dates, orders)),
        *bind_files(plan, resolved, files, sheets),
    )
    mapped = tuple(
        dict.fromkeys(
            [resolved[c] for c in plan.mapping.identity if c in resolved]
            + [c for r in rules for c in r.columns]
            + [resolved[a.column] for a in plan.mapping.attachments if a.column in resolved]
        )
    )
    called: dict[str, str] = {}
    for name, column in resolved.items():
        called.setdefault(column, name)
    return BoundSource(
        index=index,
        rules=rules,
        mapped=mapped,
        names=tuple(called[c] for c in mapped),
        resolved=resolved,
        name_columns=frozenset(called[c] for r in rules if r.path in _NAMES for c in r.columns),
        fix=fix,
        column_of={str(r.path): r.columns[0] for r in reversed(rules)},
    )
