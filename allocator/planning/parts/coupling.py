"""Which rules couple the parts of a region, and which of them can be priced."""

from dataclasses import dataclass

from allocator.errors import PolicyError, raise_if_any
from allocator.planning.case import Area, Case
from allocator.planning.families import leaves
from allocator.planning.have import Have
from allocator.planning.parts.territory import Territory
from allocator.planning.planned import planned_resources
from allocator.policy.rules import (
    Budget,
    Count,
    CoverageRule,
    EitherOr,
    Fairness,
    ForcedSite,
    Gate,
    Indicator,
    Inflow,
    Link,
    MeanResponse,
    Parameter,
    Proportional,
    Quota,
    Ratio,
    Rule,
    ServedBand,
    Service,
    Share,
    SiteShare,
    Stay,
    Total,
)
from allocator.region.stock import resources

_PRICED = (
    CoverageRule, Quota, Total, Share, Count, ServedBand, SiteShare, Service, Inflow, Stay, Budget
)  # fmt: skip
_WITHIN_A_PART = (Gate, Indicator, Parameter)
_PRICED_IN_WORDS = (
    "coverage, quota, total, share, count, served_band, site_share, service, inflow, stay, "
    "budget and (of one pair of resources) ratio"
)


@dataclass(frozen=True, eq=False)
class Coupling:
    """The rules that hold over several parts.

    Attributes
    ----------
    areas
        Rule id -> the areas in which it holds, and the parts that each of them is made of.
    """

    areas: dict[str, list[tuple[Area, frozenset[int]]]]

    @classmethod
    def of(cls, case: Case, territory: Territory, about: str) -> "Coupling":
        """Find what couples.

        Raises
        ------
        PolicyError
            Naming every rule, assumption and stock that couples parts in a way that has no price.
        """
        problems = _beside_rules(case, about)
        found: dict[str, list[tuple[Area, frozenset[int]]]] = {}
        for rule in case.policy.rules:
            if rule.strength == "info" or isinstance(rule, _WITHIN_A_PART):
                continue
            if problem := _refused(rule, case, territory):
                problems.append(f"rule {rule.id}: {problem}")
            elif areas := _coupled_areas(rule, case, territory):
                found[rule.id] = areas
        raise_if_any(problems, where=f"policy {case.policy.id}, planned by parts", kind=PolicyError)
        return cls(found)


def _refused(rule: Rule, case: Case, territory: Territory) -> str:
    """Why a rule cannot be planned part by part; '' where it can."""
    if isinstance(rule, Proportional | Fairness | Link):
        return f"{rule.kind} compares all units with one another; plan the region as a whole"
    for leaf in leaves(rule):
        if isinstance(leaf, MeanResponse):
            return "a mean response has no price yet; ask for a share within minutes instead"
        if isinstance(leaf, CoverageRule) and leaf.radius and _area_mean(case):
            return "radius_reading = 'area_mean' counts sites by area; use 'max' or 'share'"
        if isinstance(leaf, ForcedSite):
            parts = {int(territory.site[j]) for j in case.named(leaf.site)}
            if len(parts) > 1:
                return f"sites named {leaf.site!r} stand in several parts; name one by its id"
    if isinstance(rule, EitherOr):
        if case.assumptions.word("either_or_per") == "area":
            return "its branch is chosen once for the region; let either_or_per be 'unit'"
        return ""
    if not _coupled_areas(rule, case, territory):
        return ""
    if not _is_priced(rule):
        return (
            f"{rule.kind} holds over several parts; by parts only {_PRICED_IN_WORDS} rules may "
            f"(give the rule a level inside the parts)"
        )
    return ""


def _is_priced(rule: Rule) -> bool:
    """Whether the parts' shares of a rule add up to one row."""
    if isinstance(rule, Ratio):
        return len(rule.pairs) == 1 and rule.pairs[0].base is not None
    return isinstance(rule, _PRICED) and not (isinstance(rule, Count) and rule.in_share < 1)


def _coupled_areas(
    rule: Rule, case: Case, territory: Territory
) -> list[tuple[Area, frozenset[int]]]:
    """Areas of a rule that several parts make up; all of its areas, if there is any such."""
    if isinstance(rule, EitherOr | ForcedSite) or _apart(rule, case):
        return []
    everything = frozenset(range(len(territory)))
    found, couples = [], False
    for area in case.areas(rule.level, pool=rule.pool):
        if case.region.units.root in area.units:
            parts = everything
        else:
            below = {
                territory.of_unit.get(u, -1)
                for u in case.region.units.table.index
                if any(a in area.units for a in case.region.units.ancestors(str(u)))
            }
            parts = frozenset(below - {-1})
        couples |= len(parts) > 1
        found.append((area, parts))
    return found if couples else []


def _apart(rule: Rule, case: Case) -> bool:
    """Whether a rule without a level holds in every planning unit by itself."""
    if isinstance(rule, Ratio):
        return not rule.level
    per_unit = case.assumptions.word("rounding") == "per_unit"
    return isinstance(rule, Quota | Share) and not rule.level and per_unit


def _area_mean(case: Case) -> bool:
    return case.assumptions.word("radius_reading") == "area_mean"


def _beside_rules(case: Case, about: str) -> list[str]:
    """What couples the parts besides the rules."""
    problems = []
    if about in {"travel", "worst_county"}:
        problems.append(f"objective {about} couples all units; minimise cost or change instead")
    if case.assumptions["staff_inflow_cap"] is not None:
        problems.append("staff_inflow_cap limits staff of all units together; leave it out")
    for resource in planned_resources(case, list(case.policy.rules)):
        have = Have.of(case, resource)
        if have.whole is not None and not have.everywhere and not resources()[resource].given:
            problems.append(
                f"stock of {resource} is known for the region, not for each planning unit: state "
                "it unit by unit"
            )
    return problems
