"""Answer and bound of a capacitated problem brought together, as far as the limits allow.

In this order: prices of cells (a bound, and sites to try); one site changed at a time; better
prices; then, where it is small enough, branch and bound on what the prices leave. That is done for
guesses of the best cost first: fewer sites and arcs survive a low guess, and when nothing below it
is found the guess is a bound.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from allocator.location.engines.capacitated.bracket import CapacitatedBracket
from allocator.location.engines.capacitated.prices import (
    PriceClimb,
    climb_prices,
    liked_sites,
    rule_out,
)
from allocator.location.engines.capacitated.problem import CapacitatedProblem
from allocator.location.engines.capacitated.program import read_program, solve_program
from allocator.location.engines.capacitated.search import (
    improve_sites,
    repair_sites,
    restart_sites,
)
from allocator.location.engines.capacitated.sending import Assignment
from allocator.location.engines.limits import Limits
from allocator.lp.status import Status, relative_gap

_FIRST_ROUNDS = 3
_GUESSES = (0.15, 0.4, 1.0)  # of the way from the bound to the best answer
_MOST_ARCS = 40_000  # for branch and bound at the usual effort
_MOST_CLOSEST_ENTRIES = 2_000_000
_ARCS_TIMES_NODES = 20_000_000
_SMALL = 1_500  # arcs: branch and bound at once


@dataclass(frozen=True, eq=False)
class Narrowed:
    """What became of a problem.

    Attributes
    ----------
    best
        The best answer; None if there is none.
    bound
        What no answer can cost less than.
    impossible
        Whether it is proven that there is no answer.
    interrupted
        Whether the user stopped the search.
    """

    best: Assignment | None
    bound: float
    impossible: bool = False
    interrupted: bool = False


def least_cost_assignment(
    problem: CapacitatedProblem, limits: Limits, say: Callable[[str], None]
) -> Narrowed:
    """Find a cheap answer and a bound; every cell must have an arc."""
    if not problem.n_cells:
        return _nobody(problem)
    bracket = CapacitatedBracket(problem)
    impossible = interrupted = False
    try:
        impossible = _narrow(bracket, limits, say)
    except KeyboardInterrupt:
        interrupted = True
    return Narrowed(bracket.best, bracket.bound, impossible, interrupted)


def _nobody(problem: CapacitatedProblem) -> Narrowed:
    """Nobody to serve: what must be open, and what is cheaper left open than closed."""
    order = np.argsort(np.where(problem.forced, -np.inf, problem.price), kind="stable")
    sites = np.sort(order[: problem.p][(problem.forced | (problem.price < 0))[order[: problem.p]]])
    none = np.empty(0, dtype=np.int64)
    cost = float(problem.price[sites].sum())
    best = Assignment(sites, cost, none, none, np.empty(0), np.zeros(len(sites)))
    return Narrowed(best, cost)


def _narrow(bracket: CapacitatedBracket, limits: Limits, say: Callable[[str], None]) -> bool:
    """Bring answer and bound together; whether it was proven that there is no answer."""
    problem = bracket.problem
    say(f"capacitated: {problem.n_cells} cells, {problem.n_sites} sites")
    climb = PriceClimb(problem)
    climb_prices(bracket, climb, limits, _FIRST_ROUNDS)
    if bracket.best is None:
        repair_sites(bracket, liked_sites(problem, climb), limits)
    _report(bracket, say)
    improve_sites(bracket, limits)
    if not _over(bracket, limits):
        climb_prices(bracket, climb, limits)
        improve_sites(bracket, limits)
    _report(bracket, say)
    if _over(bracket, limits):
        return False
    if bracket.best is None:
        return _find_any(bracket, limits, say)
    _, _, kept = rule_out(bracket, bracket.cost)
    if not _fits(problem.keeping(kept), limits, 1.0):
        say("capacitated: too large for branch and bound; more searches")
        restart_sites(bracket, climb.openness, limits)
        _report(bracket, say)
    if not _over(bracket, limits):
        _guess(bracket, limits, say)
    return False


def _guess(bracket: CapacitatedBracket, limits: Limits, say: Callable[[str], None]) -> None:
    """Branch and bound up to one guess of the best cost after the other."""
    guesses = [1.0] if len(bracket.problem.site) <= _SMALL else list(_GUESSES)
    while guesses:
        before = bracket.cost
        target = bracket.bound + guesses.pop(0) * (bracket.cost - bracket.bound)
        ended = _branch(bracket, target, limits, say)
        _report(bracket, say)
        if not ended or _over(bracket, limits):
            return
        if bracket.cost < before and guesses:
            # What was found beyond the guess is most likely the best: no more guessing.
            guesses = [1.0]


def _over(bracket: CapacitatedBracket, limits: Limits) -> bool:
    return bracket.closed(limits.gap) or limits.out_of_time()


def _find_any(bracket: CapacitatedBracket, limits: Limits, say: Callable[[str], None]) -> bool:
    """No answer so far: let branch and bound find one, or prove that there is none."""
    problem = bracket.problem
    if not _fits(problem, limits, 4.0):
        return False
    say("capacitated: branch and bound for any answer")
    solution = solve_program(problem, limits, node_limit=_nodes(problem))
    if solution.status is Status.INFEASIBLE:
        return True
    # Loads that keep a band only within the solver's tolerance are no answer.
    bracket.offer(read_program(problem, solution))
    bracket.raise_bound(solution.bound)
    improve_sites(bracket, limits)
    return False


def _branch(
    bracket: CapacitatedBracket, target: float, limits: Limits, say: Callable[[str], None]
) -> bool:
    """Branch and bound on what answers up to ``target`` may use; whether it came to an end."""
    problem = bracket.problem
    shut, must, kept = rule_out(bracket, target)
    rest = replace(problem.keeping(kept, shut), forced=problem.forced | must)
    if (np.diff(rest.start) == 0).any() or (shut & must).any() or must.sum() > problem.p:
        bracket.raise_bound(target)
        return True
    if not _fits(rest, limits, 1.0):
        return False
    say(
        f"capacitated: branch and bound over {int((~shut).sum())} sites, {int(kept.sum())} arcs, "
        f"up to {target:,.8g}"
    )
    solution = solve_program(rest, limits, node_limit=_nodes(rest), start=bracket.best)
    if solution.status is Status.INFEASIBLE:
        bracket.raise_bound(target)
        return True
    bracket.offer(read_program(rest, solution))
    # What is not in the rest costs more than the target.
    bracket.raise_bound(min(target, solution.bound))
    return solution.status is Status.OPTIMAL


def _fits(problem: CapacitatedProblem, limits: Limits, times: float) -> bool:
    """Whether branch and bound has a chance."""
    n_arcs = len(problem.site)
    small = n_arcs <= _MOST_ARCS * times * limits.effort
    if not problem.closest:
        return small
    entries = float(np.square(np.diff(problem.start).astype(np.float64)).sum() / 2)
    return small and entries <= _MOST_CLOSEST_ENTRIES * limits.effort


def _nodes(problem: CapacitatedProblem) -> int:
    return max(1, _ARCS_TIMES_NODES // max(1, len(problem.site)))


def _report(bracket: CapacitatedBracket, say: Callable[[str], None]) -> None:
    if bracket.best is None:
        say(f"capacitated: no answer yet, bound {bracket.bound:,.8g}")
        return
    gap = relative_gap(bracket.cost, bracket.bound)
    say(f"capacitated: cost {bracket.cost:,.8g}, bound {bracket.bound:,.8g}, gap {gap:.2%}")
