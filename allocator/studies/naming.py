"""From the words of a trade-off to its figures, as far as a policy and a region have them."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TypeVar

from allocator.errors import PolicyError, raise_if_any
from allocator.planning.case import Case
from allocator.planning.planned import planned_resources
from allocator.policy.rules import Budget, CoverageRule, Fairness, MeanResponse
from allocator.region.stock import resources
from allocator.studies.figures import (
    Figure,
    change_figure,
    coverage_figure,
    fairness_figure,
    fairness_rule,
    mean_figure,
    money_figure,
    percentile_figure,
    stock_figure,
)

KNOWN = {
    "coverage": "people within reach (coverage:RULE for one rule alone)",
    "budget": "what the plan costs",
    "change": "sites, beds, posts and vehicles that change",
    "beds": "beds in all (beds:RESOURCE for one sort, number:RESOURCE for staff or vehicles)",
    "gini": "Gini coefficient of beds (gini:RESOURCE for another resource)",
    "lowest_rate": "beds per 1,000 people in the worst-served unit (lowest_rate:RESOURCE)",
    "mean_response": "mean response (mean_response:RULE where there are several)",
    "response_p90": "response for 90 % of people; any percent from 50 to 99",
}
_SAME = {"cost": "budget", "fairness": "gini", "total_beds": "beds", "worst_county": "lowest_rate"}
_ALL_BEDS = ("all_beds", "public_beds")
_Kind = TypeVar("_Kind", CoverageRule, MeanResponse)


def figures(between: Sequence[str], case: Case) -> tuple[Figure, Figure]:
    """The two figures of a trade-off.

    Raises
    ------
    PolicyError
        One error with everything that is wrong: unknown words, and what the policy lacks.
    """
    problems: list[str] = []
    if len(between) != 2:
        raise PolicyError(
            f"between must name two figures, got {len(between)}; known: {_known()}",
            where="trade_off",
        )
    found = []
    for word in between:
        try:
            found.append(_figure(str(word), case))
        except PolicyError as error:
            problems += error.problems
    raise_if_any(problems, where="trade_off", kind=PolicyError)
    first, second = found
    if first.name == second.name:
        problems.append(f"between names {first.name!r} twice; name two figures")
    elif first.aim is None and second.aim is None:
        problems.append(
            f"{first.name} and {second.name} can both only be limited, not aimed at: trade one of "
            "them against budget, coverage, change, beds, lowest_rate or mean_response"
        )
    raise_if_any(problems, where="trade_off", kind=PolicyError)
    return first, second


def _figure(word: str, case: Case) -> Figure:
    head, _, about = word.strip().partition(":")
    head = head.strip().lower().replace("-", "_")
    name = _SAME.get(head, head)
    if name == "budget":
        ids = [r.id for r in case.policy.rules if isinstance(r, Budget) and r.amount is not None]
        return money_figure(case.region.costs.currency, tuple(ids))
    if name == "change":
        return change_figure()
    if name == "coverage":
        return _coverage(word, about, case)
    if name in {"beds", "number"}:
        return stock_figure(word, _counted(word, about, case), best="min")
    if name in {"gini", "lowest_rate"}:
        return _fairness(word, name, _counted(word, about, case), case)
    if name == "mean_response":
        return mean_figure(word, _one(word, about, MeanResponse, case))
    if name.startswith("response_p"):
        percent = name.removeprefix("response_p")
        if not percent.isdigit() or not 50 <= int(percent) <= 99:
            raise PolicyError(f"{word}: the percent must lie in 50..99, as in response_p90")
        return percentile_figure(word, _one(word, about, MeanResponse, case), int(percent))
    near = get_close_matches(head, [*KNOWN, *_SAME, "number"], n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {_known()}"
    raise PolicyError(f"{word!r} is no figure that can be traded; {hint}")


def _known() -> str:
    return "; ".join(f"{name}: {words}" for name, words in KNOWN.items())


def _coverage(word: str, about: str, case: Case) -> Figure:
    rules = _those(word, about, CoverageRule, case)
    grid = case.region.grid
    people = sum(float(grid.people[grid.in_group(r.group)].sum()) for r in rules)
    return coverage_figure(word, rules, people)


def _one(word: str, about: str, kind: type[_Kind], case: Case) -> _Kind:
    rules = _those(word, about, kind, case)
    if len(rules) > 1:
        ids = " or ".join(f"{word.partition(':')[0]}:{r.id}" for r in rules)
        raise PolicyError(f"{word}: the policy has {len(rules)} such rules; write {ids}")
    return rules[0]


def _those(word: str, about: str, kind: type[_Kind], case: Case) -> list[_Kind]:
    """Rules of a kind that speak of sites which the region has; those named, or all."""
    known = [r for r in case.policy.rules if isinstance(r, kind)]
    what = "coverage rule" if kind is CoverageRule else "response rule (mean_response)"
    if not known:
        raise PolicyError(
            f"{word}: the policy {case.policy.id} has no {what}; add one as a rule of your own, "
            "or trade another figure"
        )
    wanted = [part for part in about.split("+") if part]
    strangers = [part for part in wanted if part not in {r.id for r in known}]
    if strangers:
        raise PolicyError(
            f"{word}: {', '.join(strangers)} is no {what} of the policy; it has "
            f"{', '.join(r.id for r in known)}"
        )
    chosen = [r for r in known if not wanted or r.id in wanted]
    with_sites = [r for r in chosen if case.positions(r.sites)]
    if not with_sites:
        raise PolicyError(
            f"{word}: the region has no site of the kinds that {', '.join(r.id for r in chosen)} "
            "speaks of"
        )
    return with_sites


def _counted(word: str, about: str, case: Case) -> tuple[str, ...]:
    """The resources that a figure counts: those named, or the beds of the region."""
    planned = [
        r for r in planned_resources(case, list(case.policy.rules)) if not resources()[r].given
    ]
    wanted = tuple(part for part in about.split("+") if part)
    if wanted:
        strangers = [part for part in wanted if part not in planned]
        if strangers:
            raise PolicyError(
                f"{word}: {', '.join(strangers)} is not planned here; planned are "
                f"{', '.join(planned) or 'no beds, staff or vehicles'}"
            )
        return wanted
    beds = [r for r in _ALL_BEDS if r in planned]
    beds = beds or [r for r in planned if resources()[r].form == "bed"]
    if not beds:
        name = word.partition(":")[0]
        raise PolicyError(
            f"{word}: no beds are planned here; name a resource, as {name}:"
            f"{planned[0] if planned else 'RESOURCE'} (planned: {', '.join(planned) or 'none'})"
        )
    return (beds[0],)


def _fairness(word: str, name: str, counted: tuple[str, ...], case: Case) -> Figure:
    if len(case.region.units.planning) < 2:
        raise PolicyError(f"{word}: the region has one planning unit; nothing is uneven in it")
    measure = "gini" if name == "gini" else "worst"
    about = [
        r.id
        for r in case.policy.rules
        if isinstance(r, Fairness) and r.measure == measure and set(r.resources) == set(counted)
    ]
    return fairness_figure(word, fairness_rule(counted, measure), tuple(about))
