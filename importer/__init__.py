"""Get people out of spreadsheets and into an applicant tracking system, safely."""

from importer._version import __version__

__all__ = ["__version__"]
