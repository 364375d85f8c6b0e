"""A plan in plain words, for a director: what to do where, why, what gives, what it costs."""

from pathlib import Path
from typing import Literal

from allocator.errors import InputError
from allocator.plans import Plan

Language = Literal["en", "zh"]
FILES: dict[Language, str] = {"en": "summary.md", "zh": "summary.zh.md"}


def summarise(plan: Plan, language: Language = "en") -> str:
    """Tell a plan in plain words, on about a page; every number is one of the plan's.

    Parameters
    ----------
    language
        ``en`` or ``zh``.

    Returns
    -------
    str
        Markdown: the plan in brief, what changes where and why, what gives way and what would be
        enough, costs, the most valuable next steps, and what is modelled or not proven.
    """
    if language == "en":
        from allocator.files.summary_english import summary_lines
    elif language == "zh":
        from allocator.files.summary_chinese import summary_lines
    else:
        raise InputError(f"language must be en or zh, got {language!r}", where="summarise")
    return "\n".join(summary_lines(plan)).rstrip() + "\n"


def write_summaries(plan: Plan, folder: Path) -> list[str]:
    """Write ``summary.md`` and ``summary.zh.md``; their names."""
    for language, name in FILES.items():
        text = summarise(plan, language)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return list(FILES.values())
