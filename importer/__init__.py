"""Get people out of spreadsheets and into an applicant tracking system, safely.

The library's verbs are `check`, `run` and `arun`. They are imported when first used, so that
importing this package costs nothing.
"""

from typing import TYPE_CHECKING, Any

from importer._version import __version__

if TYPE_CHECKING:
    from importer.api import ImportResult, arun, check, run
    from importer.core.model import CandidateSchema, Problem
    from importer.core.rules import CandidateMapping
    from importer.errors import ImporterError
    from importer.loading import load_mapping

__all__ = [
    "CandidateMapping",
    "CandidateSchema",
    "ImportResult",
    "ImporterError",
    "Problem",
    "__version__",
    "arun",
    "check",
    "load_mapping",
    "run",
]

_HOMES = {
    "CandidateMapping": "importer.core.rules",
    "CandidateSchema": "importer.core.model",
    "ImportResult": "importer.api",
    "ImporterError": "importer.errors",
    "Problem": "importer.core.model",
    "arun": "importer.api",
    "check": "importer.api",
    "load_mapping": "importer.loading",
    "run": "importer.api",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
