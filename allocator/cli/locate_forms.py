"""The models of ``allocator locate``: what each is asked about, and which options it takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from allocator.errors import InputError

Needs = Literal["reach", "two reaches", "travel", "apart", "levels"]
"""What a model is asked about: who reaches what; within two limits; how far everything is; how far
sites are apart; reach by level."""


@dataclass(frozen=True)
class Form:
    """What a model takes.

    Attributes
    ----------
    needs
        What it is asked about.
    takes
        Options that only some models know.
    must
        Those of them that have to be given; of several in one text, separated by ``|``, one.
    serves_all
        Whether every cell must be served, so that cells beyond reach make it infeasible.
    """

    needs: Needs
    takes: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    serves_all: bool = False


FORMS: Mapping[str, Form] = {
    "lscp": Form("reach", ("k", "effort"), serves_all=True),
    "psclp": Form("reach", ("share", "k", "effort"), ("share",)),
    "mclp": Form("reach", ("p", "budget", "floor", "k", "effort"), ("p|budget",)),
    "p-median": Form("travel", ("p", "k", "effort"), ("p",), serves_all=True),
    "p-center": Form("travel", ("p",), ("p",), serves_all=True),
    "dsm": Form(
        "two reaches", ("p", "alpha", "radius2_km", "minutes2", "max_per_site"), ("p", "alpha"),
        serves_all=True,
    ),
    "mexclp": Form(
        "reach", ("p", "busy", "calls_per_hour", "hours_per_call", "max_per_site"),
        ("p", "busy|calls_per_hour"),
    ),
    "backup": Form("reach", ("kind", "p", "theta", "max_per_site")),
    "malp": Form(
        "reach", ("p", "busy", "reliability", "max_per_site"), ("p", "busy", "reliability")
    ),
    "p-dispersion": Form("apart", ("p",), ("p",)),
    "capacitated": Form(
        "travel",
        ("p", "min_load", "max_load", "single_source", "closest", "minimise", "travel_cost",
         "weight_column", "effort"),
        serves_all=True,
    ),
    "hierarchical": Form("levels", ("levels", "budget"), ("levels",)),
}  # fmt: skip

BACKUP_KINDS = ("lscp-b", "bacop1", "bacop2")


def model_word(text: str) -> str:
    """The model that a word means, whatever its case.

    >>> model_word("P_Median")
    'p-median'
    """
    word = text.strip().lower().replace("_", "-").replace(" ", "-")
    word = {"pmedian": "p-median", "pcenter": "p-center", "p-centre": "p-center"}.get(word, word)
    if word in FORMS:
        return word
    near = get_close_matches(word, list(FORMS), n=1)
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(FORMS)}"
    raise InputError(f"unknown model {text!r}; {hint}", where="locate")


def flag(name: str) -> str:
    """How an option is written on the command line.

    >>> flag("radius2_km")
    '--radius2-km'
    """
    return "--" + name.replace("_", "-")
