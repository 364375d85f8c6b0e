"""A finding on rules that meet, and what a plan does about it."""

from dataclasses import dataclass
from typing import Any

STRENGTHS = ("must", "target", "wish")


@dataclass(frozen=True)
class Finding:
    """Rules that speak of one thing.

    Attributes
    ----------
    topic
        What sort of finding, in a word or two: ``two numbers``, ``denominators``.
    rules
        Ids of the rules, in the policy's order.
    text
        What was found.
    treatment
        What a plan does about it.
    decides
        The one of two rules that asks for more, where one does.
    """

    topic: str
    rules: tuple[str, ...]
    text: str
    treatment: str
    decides: str = ""

    @property
    def sentence(self) -> str:
        """Both, for people."""
        return f"{self.topic}: {self.text}. {self.treatment[0].upper()}{self.treatment[1:]}."


def binding(rules: list[Any]) -> list[Any]:
    """The rules that ask for something: information binds nobody."""
    return [r for r in rules if r.strength in STRENGTHS]


def weaker(a: Any, b: Any) -> bool:
    """Whether the first gives way before the second."""
    return STRENGTHS.index(a.strength) > STRENGTHS.index(b.strength)
