"""Money that couples networks too large for one program.

A large network is solved apart, without regard to money, in several ways: keeping all of its
rules, leaving wishes aside, then targets, then all that is not required, and with fewer and fewer
of the sites that a cover asks for. The program of all the rest takes one answer of each, within
the money. That is a plan, and what it misses is counted as in any other; a mix that nobody offered
may miss less. What the networks and the stocks miss without regard to money no plan within it can
beat: that is the bound.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from allocator.lp.status import Status, relative_gap
from allocator.planning.blocks import Block
from allocator.planning.decided import Clash, Decided, Party, Remedy
from allocator.planning.families import speaks_of_stocks
from allocator.planning.offers import Missed, Offer
from allocator.planning.rows.coverage import need
from allocator.planning.shortfall import Shortfall, total_share
from allocator.planning.solving import priced, solve_part
from allocator.planning.tasks import Task
from allocator.planning.tiers import STRENGTHS, Record
from allocator.policy.rules import Budget, CoverageRule

MANY_SITES = 8_000
"""Sites of all networks beyond which money does not bring them into one program."""
LARGE_NETWORK = 1_000
"""Sites of a network beyond which it is then solved apart, in several ways."""
_KEPT = (
    ("all rules", STRENGTHS),
    ("must rules and targets", ("must", "target")),
    ("must rules", ("must",)),
    ("what is required", ()),
)
_FEWER = (0.75, 0.5, 0.25)
_FEW = 20
_ROOM = 1e-6
_NOTE = (
    "large networks of sites were solved apart, each in several ways, and the mix that misses "
    "least within the money was taken: another may miss less, by no more than the tiers' bounds say"
)
_FIRST = "the money goes to rules that come before it; so much more is enough for all of them"


def are_large(parts: Sequence[Task]) -> bool:
    """Whether the networks have too many sites for one program."""
    return sum(map(_sites, parts)) > MANY_SITES


def _sites(part: Task) -> int:
    kinds = frozenset[str]().union(*part.kinds)
    return int(part.case.region.sites.table["kind"].isin(kinds).sum())


def within_money(
    task: Task, parts: Sequence[Task], answers: Sequence[Decided], free: Decided
) -> Decided:
    """The best mix of answers within the money.

    Parameters
    ----------
    task
        All rules, networks and stocks of the case, and the money.
    parts, answers
        The networks apart, and the answers of each to all of its rules.
    free
        The plan that comes without regard to money.
    """
    offered = _with_offers(task, parts, answers)
    decided = solve_part(replace(offered, told_why=False))
    if task.told_why:
        decided.clashes = _clashes(task, decided, free)
    return priced(offered, decided)


def _clashes(task: Task, decided: Decided, free: Decided) -> list[Clash]:
    """What money keeps from being met: each rule by itself, and what would be enough for all."""
    budgets = [rule for rule in task.rules if isinstance(rule, Budget) and rule.amount is not None]
    limits: dict[str, tuple[float, str, str]] = {
        rule.id: (float(rule.amount or 0), rule.meaning, rule.strength) for rule in budgets
    }
    if task.budget is not None:
        limits["budget"] = (task.budget, "the planner's budget", "limit")
    tightest = min(limits, key=lambda name: limits[name][0])
    amount, words, strength = limits[tightest]
    more = free.objective - amount
    money = Party(tightest, strength, words, task.case.region.costs.currency)
    remedy = Remedy(
        money, more, more / max(amount, 1.0), free.objective - decided.objective, Status.FEASIBLE
    )
    return [
        Clash((Party(rule.id, rule.strength, rule.meaning), money), (remedy,), note=_FIRST)
        for rule in task.rules
        if decided.missed.get(rule.id, 0.0) > free.missed.get(rule.id, 0.0) + _ROOM
    ]


def _with_offers(task: Task, parts: Sequence[Task], answers: Sequence[Decided]) -> Task:
    """The task with several answers of each large network to choose from."""
    both = zip(parts, answers, strict=True)
    large = [(part, whole) for part, whole in both if _sites(part) > LARGE_NETWORK]
    there = [rule.id for part, _ in large for rule in part.rules if not speaks_of_stocks(rule)]
    kinds = [part.kinds for part, _ in large]
    return replace(
        task,
        rules=[rule for rule in task.rules if rule.id not in there],
        kinds=tuple(k for k in task.kinds if (k,) not in kinds),
        offers=tuple(tuple(_offers_of(part, whole)) for part, whole in large),
    )


def bounded(decided: Decided, free: Decided) -> Decided:
    """The answer with what no plan can beat: ``free`` is what comes without regard to money."""
    kept: list[Record] = []
    as_good = True
    for record in decided.records:
        bound = sum(r.bound for r in free.records if r.tier == record.tier) if as_good else math.nan
        if record.tier in STRENGTHS:
            as_good = as_good and record.objective <= bound + _ROOM
        proven = as_good and relative_gap(record.objective, bound) <= _ROOM
        status = Status.OPTIMAL if proven else Status.FEASIBLE
        gap = relative_gap(record.objective, bound)
        kept.append(replace(record, bound=bound, gap=gap, status=status))
    decided.records = kept
    decided.bound = free.bound if as_good else math.nan
    decided.notes.append(_NOTE)
    return decided


def _offers_of(part: Task, whole: Decided) -> list[Offer]:
    if part.answers is None or not whole.is_final():
        return _offers(part, whole)
    return part.answers.get(part, lambda task: _offers(task, whole), _are_final)


def _are_final(offers: list[Offer]) -> bool:
    return all(offer.decided.is_final() for offer in offers)


def _offers(part: Task, whole: Decided) -> list[Offer]:
    """Answers of a network, from the one that keeps all of its rules to the least there can be."""
    quiet = replace(part, told_why=False, models=None)
    found: list[tuple[str, Decided]] = []
    known: list[list[str]] = []
    for words, strengths in _KEPT:
        rules = [rule for rule in part.rules if rule.strength in strengths]
        if [rule.id for rule in rules] in known:
            continue
        known.append([rule.id for rule in rules])
        name = f"{part.name}: {words}"
        alone = whole if len(known) == 1 else solve_part(replace(quiet, rules=rules, name=name))
        found.append((words, alone))
        if len(known) == 1:
            found += _thinned(quiet, alone)
        if alone.interrupted:
            break
    block = Block(replace(quiet, may_miss=True))
    return [Offer(words, decided, _missed(block, decided)) for words, decided in found]


def _missed(block: Block, decided: Decided) -> tuple[Missed, ...]:
    """What the network's rules miss with these sites."""
    for model in block.sites:
        for j, variable in model.open.items():
            block.program.fix(variable, float(decided.opened.get(j, model.case.stands(j))))
        for (attribute, j), variable in model.attributes.items():
            stands = decided.opened.get(j, model.case.stands(j))
            has = (attribute, j) in decided.attributes or model.had(attribute, j)
            block.program.fix(variable, float(stands and has))
    every = [(s, one) for s in STRENGTHS for one in block.shortfalls.get(s, [])]
    terms, constant = total_share(one for _, one in every)
    solution = block.program.solve(
        terms, block.task.settings, constant=constant, separate=block.separate
    )
    added: dict[tuple[str, str], Missed] = {}
    for strength, one in every:
        before = added.get((one.rule, one.area))
        amount = _amount(one, solution.value(one.terms, one.constant))
        amount += 0.0 if before is None else before.amount
        added[one.rule, one.area] = Missed(one.rule, one.area, strength, amount, one.scale)
    return tuple(added.values())


def _amount(one: Shortfall, missed: float) -> float:
    """A miss without what a solver leaves on zeros."""
    return missed if missed > _ROOM * one.scale else 0.0


def _thinned(part: Task, whole: Decided) -> list[tuple[str, Decided]]:
    """The answer without those new sites that serve fewest for their cost."""
    case = part.case
    status = case.region.sites.table["status"]
    new = [j for j, is_open in whole.opened.items() if is_open and status.iloc[j] == "candidate"]
    covers = [rule for rule in part.rules if isinstance(rule, CoverageRule)]
    if len(new) < _FEW or not covers:
        return []
    place = {j: k for k, j in enumerate(sorted(whole.opened))}
    stands = np.array([whole.opened[j] for j in place], dtype=np.bool_)
    serves = np.zeros(len(place))
    for rule in covers:
        wanted = need(rule, case, list(place))
        cell = np.repeat(np.arange(len(wanted.people)), wanted.coverage.degree)
        site = wanted.coverage.site
        near = stands[site]
        shared = np.bincount(cell[near], minlength=len(wanted.people))
        np.add.at(serves, site[near], (wanted.people / np.maximum(shared, 1))[cell[near]])
    cost = {j: max(case.opening_cost(j), 1e-9) for j in new}
    order = sorted(new, key=lambda j: (-serves[place[j]] / cost[j], j))
    spent = np.cumsum([cost[j] for j in order])
    found = []
    for share in _FEWER:
        dropped = {j for j, so_far in zip(order, spent, strict=True) if so_far > share * spent[-1]}
        found.append((f"{share:.0%} of what its new sites cost", _without(whole, dropped)))
    return found


def _without(whole: Decided, dropped: set[int]) -> Decided:
    return Decided(
        opened={j: is_open and j not in dropped for j, is_open in whole.opened.items()},
        attributes={(a, j) for a, j in whole.attributes if j not in dropped},
        branches=dict(whole.branches),
    )
