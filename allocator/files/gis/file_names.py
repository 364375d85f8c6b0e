"""Names of the files of a form that has a file per layer or table."""

import re
from collections.abc import Iterable

_REFUSED = re.compile(r'[\x00-\x1f<>:"/\\|?*\s]+')
_LONGEST = 60


def part_names(stem: str, parts: Iterable[str]) -> dict[str, str]:
    """``STEM_PART`` for each part, without characters that a file system refuses, no two the same.

    >>> part_names("plan", ["sites", "Lines_a/b", "Lines_a?b"])
    {'sites': 'plan_sites', 'Lines_a/b': 'plan_Lines_a_b', 'Lines_a?b': 'plan_Lines_a_b_2'}
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for part in parts:
        name = first = f"{stem}_{_REFUSED.sub('_', part)[:_LONGEST]}"
        number = 2
        while name.lower() in taken:
            name, number = f"{first}_{number}", number + 1
        found[part] = name
        taken.add(name.lower())
    return found
