"""Every problem code and what it means: one table, from which the documentation is made.

Codes are kebab-case and stable: people filter on them and scripts count them. A test
holds that each code which the program uses stands here, and the reverse.
"""

from __future__ import annotations

from typing import Final

CODES: Final[dict[str, str]] = {}
