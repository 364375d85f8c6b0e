"""What docstrings say of the fields of a class, for other forms of help."""

import inspect
import re


def described_fields(documented: type) -> dict[str, str]:
    """Field -> its paragraph in the docstring's Attributes, in plain words.

    >>> from allocator.horizon import Years
    >>> described_fields(Years)["first"]
    'Calendar years, both included.'
    """
    _, _, section = inspect.cleandoc(documented.__doc__ or "").partition("Attributes\n----------\n")
    section = re.split(r"\n\w[^\n]*\n-{3,}\n", section)[0]
    found: dict[str, str] = {}
    for entry in re.split(r"\n(?=\S)", section):
        names, _, text = entry.partition("\n")
        if text and re.fullmatch(r"\w+(, \w+)*", names):
            found |= dict.fromkeys(names.split(", "), plain_words(text))
    return found


def plain_words(text: str) -> str:
    """A docstring's text on one line, without marks.

    >>> plain_words("See :class:`allocator.horizon.Years`;   ``cost`` and more.")
    'See Years; cost and more.'
    """
    text = re.sub(r":\w+:`~?(?:[\w.]+\.)?(\w+)`", r"\1", text).replace("``", "")
    return " ".join(text.split())
