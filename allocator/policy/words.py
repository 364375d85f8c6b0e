"""Words of a policy for people: numbers, groups of people, the facilities that a rule is about."""

import re
from collections.abc import Iterable
from fractions import Fraction

from allocator.policy.rule_parts import SiteFilter
from allocator.region.sites import ATTRIBUTES, KINDS

PEOPLE = {
    "total": "residents", "urban": "urban residents", "rural": "rural residents",
    "age60": "residents of 60 and older", "age65": "residents of 65 and older",
    "elderly": "elderly residents", "under3": "children under 3",
}  # fmt: skip


_TAIL = re.compile(r"(,| \(| (?:of|over|a|in|on|for|with|among|kept|away|to|not|per)\b).*")
"""Where the noun of a label ends: beds of primary care, persons over the plan, visits a year."""


def one_of(label: str) -> str:
    """A label of many as the label of one.

    >>> one_of("ambulances"), one_of("beds of counties"), one_of("people"), one_of("branches")
    ('ambulance', 'bed of counties', 'person', 'branch')
    """
    tail = _TAIL.search(label)
    noun, rest = (label, "") if tail is None else (label[: tail.start()], tail[0])
    if noun.split(" ")[-1] == "people":
        return f"{noun.removesuffix('people')}person{rest}"
    if noun.endswith("ies") and noun not in {"series", "species"}:
        return f"{noun[:-3]}y{rest}"
    if noun.endswith(("ches", "shes", "xes", "sses")):
        return f"{noun[:-2]}{rest}"
    return f"{noun if noun.endswith('ss') else noun.removesuffix('s')}{rest}"


def counted(number: float, label: str) -> str:
    """A number with its label, in the singular for one.

    >>> counted(1, "vehicles"), counted(2, "vehicles"), counted(12_400, "people")
    ('1 vehicle', '2 vehicles', '12,400 people')
    """
    return f"{figure_text(number)} {one_of(label) if abs(number) == 1 else label}"


def figure_text(number: float) -> str:
    """A number as people read it: whole from a thousand on, else to six figures.

    >>> figure_text(12_400.4), figure_text(0.25)
    ('12,400', '0.25')
    """
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.6g}"


def exact_text(number: Fraction) -> str:
    """An exact rational as a decimal where it is one, else as a fraction.

    >>> exact_text(Fraction(23, 4)), exact_text(Fraction(1, 3))
    ('5.75', '1/3')
    """
    places, rest = 0, number.denominator
    for factor in (2, 5):
        power = 0
        while rest % factor == 0:
            rest //= factor
            power += 1
        places = max(places, power)
    if rest != 1:
        return str(number)
    digits = str(abs(number.numerator) * 10**places // number.denominator).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if number < 0 else text


def sites_in_words(filters: SiteFilter | Iterable[SiteFilter]) -> str:
    """``new private general hospitals of 300 beds or more``, roughly: who, what, how graded."""
    if isinstance(filters, SiteFilter):
        filters = (filters,)
    return " or ".join(_filter_in_words(sites) for sites in filters) or "facilities"


def _filter_in_words(sites: SiteFilter) -> str:
    new = {True: "new", False: "existing", None: ""}[sites.new]
    words = [new, "/".join(sites.run_by), "/".join(KINDS[k][0] for k in sites.kinds) or "facility"]
    if sites.grades:
        words.append(f"of grade {_ends(sites.grades)}")
    if sites.beds_from is not None:
        words.append(f"of {sites.beds_from} beds or more")
    if sites.beds_below is not None:
        words.append(f"below {sites.beds_below} beds")
    words += [f"being {ATTRIBUTES[a][0]}" for a in sites.having]
    words += [f"not being {ATTRIBUTES[a][0]}" for a in sites.without]
    return " ".join(w for w in words if w)


def _ends(grades: tuple[str, ...]) -> str:
    ordered = sorted(grades)
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]} to {ordered[-1]}"
