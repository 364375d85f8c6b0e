"""Docstrings as Markdown: formulas become MathML, which browsers draw without any script."""

import re

from latex2mathml.converter import convert

_MATH = re.compile(r"^([ \t]*)\.\. math::[ \t]*(.*(?:\n\1[ \t]+\S.*)*)", re.MULTILINE)
_WIDTH = 110
"""Letters of LaTeX on a line."""
_SESSION = re.compile(r"^([ \t]*)>>> .*(?:\n\1\S.*)*", re.MULTILINE)
_ROLE = re.compile(r":(?:class|func|meth|mod|data|attr):`~?([^`]+)`")


def as_markdown(text: str) -> str:
    """Give the same text with formulas as MathML, sessions and names as code."""
    text = _SESSION.sub(_session, _MATH.sub(_formula, text))
    return _ROLE.sub(lambda found: f"`{found[1].rpartition('.')[2]}`", text)


def _formula(found: re.Match[str]) -> str:
    latex = " ".join(found[2].split())
    lines = "".join(convert(line, display="block") for line in _lines(latex))
    return f'{found[1]}<div class="formula">{lines}</div>'


def _lines(latex: str) -> list[str]:
    """The objective, then the constraints: as many on a line as a page is wide."""
    aim, given, limits = latex.partition(r"\quad \text{s.t.}")
    lines = [aim]
    for limit in (r"\text{s.t.}" + limits).split(r"\quad") if given else ():
        if limit.strip() == r"\text{s.t.}" or len(lines) == 1 or len(lines[-1] + limit) > _WIDTH:
            lines.append(limit)
        else:
            lines[-1] += r"\quad" + limit
    return lines


def _session(found: re.Match[str]) -> str:
    fence = f"{found[1]}```"
    return f"{fence}pycon\n{found[0]}\n{fence}"
