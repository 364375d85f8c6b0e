"""What the planner wants once the rules are served."""

from dataclasses import dataclass

from allocator.errors import PolicyError
from allocator.lp.rows import Term
from allocator.planning.case import Case
from allocator.planning.decisions import SiteModel, StockModel
from allocator.planning.families import leaves
from allocator.planning.reach import cells_of
from allocator.planning.rows.coverage import need, uncovered_terms
from allocator.planning.rows.person_minutes import PersonMinutes
from allocator.planning.rows.response import travel_objective
from allocator.planning.stocks import change_terms, cost_terms, worst_rate_terms
from allocator.planning.travelling import reachable
from allocator.policy.rules import CoverageRule, MeanResponse, Rule
from allocator.travel.means import Mode

MINIMISE = ("cost", "change", "travel")
MAXIMISE = ("coverage", "worst_county")


@dataclass(frozen=True)
class Objective:
    """The planner's objective: a verb and what it is about."""

    about: str

    @classmethod
    def of(cls, minimise: str | None, maximise: str | None, budget: float | None) -> "Objective":
        """Check the planner's words; cost is minimised where nothing is said."""
        problems = []
        if minimise and maximise:
            problems.append("give minimise or maximise, not both")
        if minimise and minimise not in MINIMISE:
            problems.append(f"minimise must be one of {', '.join(MINIMISE)}, got {minimise!r}")
        if maximise and maximise not in MAXIMISE:
            problems.append(f"maximise must be one of {', '.join(MAXIMISE)}, got {maximise!r}")
        about = minimise or maximise or "cost"
        if about in {"travel", "coverage"} and budget is None:
            problems.append(
                f"{about} needs a budget: without one, opening every candidate site is best"
            )
        if budget is not None and not budget >= 0:
            problems.append(f"budget must be >= 0, got {budget}")
        if problems:
            raise PolicyError(problems, where="objective")
        return cls(about)

    @property
    def name(self) -> str:
        """``minimise cost`` and the like."""
        return f"{'maximise' if self.about in MAXIMISE else 'minimise'} {self.about}"

    def unit(self, currency: str) -> str:
        """Natural unit of the objective's value."""
        return {
            "cost": currency,
            "change": "sites, beds, posts and vehicles changed",
            "travel": "person-minutes",
            "coverage": "people not covered",
            "worst_county": "share of the full rate that the worst-served county lacks",
        }[self.about]


def site_cost_terms(model: SiteModel) -> tuple[list[Term], float]:
    """Cost of opening, closing and upgrading: terms and constant."""
    case = model.case
    status = case.region.sites.table["status"]
    terms: list[Term] = []
    constant = 0.0
    for j, variable in model.deciding.items():
        if status.iloc[j] == "existing":
            closing = case.closing_cost(j)
            terms.append((-closing, variable))
            constant += closing
        else:
            terms.append((case.opening_cost(j), variable))
    for (attribute, j), variable in model.attributes.items():
        if not model.had(attribute, j):
            terms.append((case.attribute_cost(attribute, j), variable))
    return [t for t in terms if t[0]], constant


def site_change_terms(model: SiteModel) -> tuple[list[Term], float]:
    """Sites opened, closed and upgraded: terms and constant."""
    status = model.case.region.sites.table["status"]
    terms: list[Term] = []
    constant = 0.0
    for j, variable in model.deciding.items():
        existing = status.iloc[j] == "existing"
        terms.append((-1.0 if existing else 1.0, variable))
        constant += 1.0 if existing else 0.0
    terms += [(1.0, v) for (a, j), v in model.attributes.items() if not model.had(a, j)]
    return terms, constant


def objective_terms(
    about: str, rules: list[Rule], stock: StockModel | None, sites: list[SiteModel]
) -> tuple[list[Term], float]:
    """Terms and constant of the planner's objective, in a program that minimises."""
    terms: list[Term] = []
    constant = 0.0
    for model in sites:
        more, fixed = _site_objective(about, rules, model)
        terms, constant = terms + more, constant + fixed
    if about == "worst_county":
        return _worst_county(rules, stock, sites)
    if stock is not None and about in {"cost", "change"}:
        terms = terms + (cost_terms(stock) if about == "cost" else change_terms(stock))
    return terms, constant


def _site_objective(about: str, rules: list[Rule], model: SiteModel) -> tuple[list[Term], float]:
    if about == "cost":
        return site_cost_terms(model)
    if about == "change":
        return site_change_terms(model)
    terms: list[Term] = []
    constant = 0.0
    for rule in (leaf for r in rules for leaf in leaves(r)):
        if not isinstance(rule, CoverageRule | MeanResponse) or not model.those(rule.sites):
            continue
        if about == "coverage" and isinstance(rule, CoverageRule):
            wanted = need(rule, model.case, model.positions, everywhere=True)
            terms += uncovered_terms(f"{rule.id}:objective", model, wanted)
            constant += float(wanted.people[~wanted.reachable].sum())
        elif about == "travel":
            terms += _travel(rule, model)
    return terms, constant


def _travel(rule: CoverageRule | MeanResponse, model: SiteModel) -> list[Term]:
    mode: Mode = rule.mode if isinstance(rule, CoverageRule) else "ambulance"
    case = model.case
    cells = reachable(case, mode, cells_of(case, rule.group), case.positions(rule.sites))
    cells = cells[case.region.grid.people[cells] > 0]
    if not len(cells):
        return []
    measured = PersonMinutes(model.case, mode, cells, model.those(rule.sites))
    theta = travel_objective(f"{rule.id}:travel", measured, model)
    return [(float(measured.people.sum()), theta)]


def _worst_county(
    rules: list[Rule], stock: StockModel | None, sites: list[SiteModel]
) -> tuple[list[Term], float]:
    """1 - z, z <= 1 the share of its full rate that the worst-served planning unit gets."""
    terms: list[Term] = []
    constant = 0.0
    if stock is not None and stock.amount:
        worst = stock.program.continuous("worst county", 0, 1)
        worst_rate_terms(stock, rules, (1.0, worst))
        terms, constant = [(-1.0, worst)], 1.0
    for model in sites:
        more, fixed = _worst_covered(rules, model)
        terms, constant = terms + more, constant + fixed
    return terms, constant


def _worst_covered(rules: list[Rule], model: SiteModel) -> tuple[list[Term], float]:
    """The same for the covered share of people in the worst-covered planning unit."""
    case: Case = model.case
    found: list[Term] = []
    for rule in (leaf for r in rules for leaf in leaves(r)):
        if not isinstance(rule, CoverageRule) or not model.those(rule.sites):
            continue
        for area in case.areas(
            tuple({case.region.units.table.at[u, "level"] for u in case.region.units.planning})
        ):
            wanted = need(rule, case, model.positions, area, everywhere=True)
            total = float(wanted.people.sum())
            if total <= 0:
                continue
            if not found:
                found = [(-1.0, model.program.continuous("worst covered county", 0, 1))]
            left_out = uncovered_terms(f"{rule.id}:worst[{area.id}]", model, wanted)
            beyond = float(wanted.people[~wanted.reachable].sum())
            model.program.require(
                f"worst[{rule.id}][{area.id}]",
                [(-c / total, v) for c, v in left_out] + [(-1.0, found[0][1])],
                ">=",
                beyond / total - 1.0,
            )
    return found, 1.0 if found else 0.0
