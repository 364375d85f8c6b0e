"""Parts of numpy docstrings."""

import inspect
import re


def prose_of(thing: object) -> str:
    """The text before the first section."""
    text = inspect.getdoc(thing) or ""
    return re.split(r"\n[A-Z][a-z]+\n-{3,}\n", f"\n{text}")[0].strip().replace("``", "`")


def attributes_of(kind: type) -> dict[str, str]:
    """Names of the section "Attributes", each with its text; and of texts below fields."""
    found: dict[str, str] = {}
    for part in reversed(kind.__mro__[:-1]):
        text = inspect.cleandoc(part.__doc__ or "")
        section = re.search(
            r"\nAttributes\n-+\n(.*?)(?=\n[A-Z][a-z]+\n-{3,}\n|\Z)", text, re.DOTALL
        )
        for names, said in re.findall(
            r"^(\w[\w, ]*)\n((?:    .*\n?)+)", section[1] if section else "", re.M
        ):
            for name in names.split(","):
                found[name.strip()] = " ".join(said.split()).replace("``", "`")
        try:
            source = inspect.getsource(part)
        except (OSError, TypeError):
            continue
        for name, said in re.findall(
            r'^    (\w+): [^\n]+\n    """(.*?)"""', source, re.M | re.DOTALL
        ):
            found[name] = " ".join(said.split())
    return found
