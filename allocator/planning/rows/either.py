"""A or B: one branch must hold, and the plan says which."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from allocator.lp.program import Program
from allocator.lp.rows import Variable
from allocator.planning.case import Area, Case
from allocator.planning.shortfall import Shortfall, total_share
from allocator.policy.rules import EitherOr, Simple


@dataclass(frozen=True, eq=False)
class Choice:
    """The yes/no variables of one either-or rule in one area, by branch id."""

    rule: str
    area: str
    taken: dict[str, Variable]


def either_or(
    rule: EitherOr,
    case: Case,
    program: Program,
    rows_of: Callable[[Simple, Area | None, Variable], Sequence[Shortfall] | None],
) -> tuple[list[Shortfall], list[Choice]]:
    """Add, per area, sum_k b_k = 1 and V >= miss_k - M_k (1 - b_k) for every branch k.

    A branch that cannot be asked here (``rows_of`` gives None: a site kind or a figure that the
    region does not have) is not taken, or it would hold for free.
    ``V`` is what the tiers see: the miss of the branch taken, as a share of what it requires.
    """
    program.whole_to_the_last_digit()
    found, choices = [], []
    for scope in _scopes(case):
        area = scope.id if scope else "all"
        taken = {b.id: program.binary(f"{b.id}:taken[{area}]") for b in rule.branches}
        program.require(f"{rule.id}[{area}]:one", [(1.0, v) for v in taken.values()], "==", 1.0)
        worst = program.continuous(f"miss[{rule.id}][{area}]")
        most_of_all = 0.0
        unknown: list[str] = []
        for branch in rule.branches:
            misses = rows_of(branch, scope, taken[branch.id])
            if misses is None:
                unknown.append(branch.id)
                continue
            terms, constant = total_share(misses)
            most = sum(m.most / m.scale for m in misses)
            most_of_all = max(most_of_all, most)
            program.require(
                f"{rule.id}[{area}]:{branch.id}",
                [(1.0, worst), *((-c, v) for c, v in terms), (-most, taken[branch.id])],
                ">=",
                constant - most,
            )
        if len(unknown) == len(taken):
            continue
        for name in unknown:
            program.require(f"{rule.id}[{area}]:not {name}", [(1.0, taken[name])], "<=", 0.0)
        found.append(Shortfall(rule.id, area, ((1.0, worst),), scale=1.0, most=most_of_all))
        choices.append(Choice(rule.id, area, taken))
    return found, choices


def _scopes(case: Case) -> list[Area | None]:
    """Once for the region, or once per planning unit."""
    if case.assumptions.word("either_or_per") == "area":
        return [None]
    return [Area(u, (u,)) for u in case.region.units.planning]
