"""The mapping's `attachments:` bound to a source, so that files are judged like any value.

Lives here: making rules of them. What a newcomer would question: they become rules of the
field `attachments`, so grouping, "required" and the colours in fix.xlsx need to know nothing
of files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from importer.core.attachments import ATTACHMENTS, Files, build_file_judge
from importer.core.plan import BoundRule, Plan
from importer.core.rules import Rule


def bind_files(
    plan: Plan, resolved: Mapping[str, str], files: Files | None, sheets: Sequence[str]
) -> tuple[BoundRule, ...]:
    """Bind every `attachments:` entry to the columns of one source.

    Args:
        plan: The run's plan.
        resolved: Column name in the mapping -> column name in the source.
        files: Looks at files; None: only web addresses can be judged.
        sheets: Paths of the spreadsheets beside which the files are.
    """
    return tuple(
        BoundRule(
            rule=Rule(ATTACHMENTS, columns=(rule.column,), line=rule.line),
            field=None,
            columns=(resolved[rule.column],),
            is_list=True,
            is_joined=False,
            needs_order=False,
            judge=build_file_judge(rule, plan.files, files, sheets),
        )
        for rule in plan.mapping.attachments
        if rule.column in resolved
    )
