"""Words of a policy for people: numbers, groups of people, the facilities that a rule is about."""

from collections.abc import Iterable
from fractions import Fraction

from allocator.policy.rule_parts import SiteFilter
from allocator.region.sites import ATTRIBUTES, KINDS

PEOPLE = {
    "total": "residents", "urban": "urban residents", "rural": "rural residents",
    "age60": "residents of 60 and older", "age65": "residents of 65 and older",
    "elderly": "elderly residents", "under3": "children under 3",
}  # fmt: skip


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
