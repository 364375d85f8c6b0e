"""What a plan may be pulled towards, or held below, besides the planner's own objectives.

Each aim is an expression of a block that is to be small: money, people who are not covered, things
changed, things counted, minutes, or what the worst-served area lacks. The same expression serves as
an objective and as a limit, which is what an epsilon-constraint needs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from allocator.errors import PolicyError
from allocator.lp.rows import Term
from allocator.planning.blocks import Block
from allocator.planning.case import Area
from allocator.planning.decisions import SiteModel, StockModel
from allocator.planning.families import positions_of
from allocator.planning.objectives import site_change_terms
from allocator.planning.reach import cells_of_response, overhead_minutes
from allocator.planning.rows.coverage import need, uncovered_terms
from allocator.planning.rows.fairness import difference_and_mean, rates_of_areas
from allocator.planning.rows.person_minutes import PersonMinutes
from allocator.planning.stocks import change_terms
from allocator.policy.rules import CoverageRule, Fairness, MeanResponse, Rule

Expression = tuple[list[Term], float]
"""Terms and constant; the smaller, the better."""


@dataclass(frozen=True, eq=False)
class Aim:
    """What is to be small.

    Attributes
    ----------
    name
        For the rows and records of the program.
    build
        Its expression in a block; adds the rows that define it.
    rules
        Rules whose sites it speaks of: their networks are decided together with it.
    """

    name: str
    build: Callable[[Block], Expression]
    rules: tuple[Rule, ...] = ()


def money() -> Aim:
    """What the plan costs, in the region's currency."""
    return Aim("cost", lambda block: block.cost())


def change() -> Aim:
    """Sites opened, closed and upgraded; beds, posts and vehicles more or fewer than today."""

    def build(block: Block) -> Expression:
        terms = change_terms(_stock(block))
        constant = 0.0
        for model in block.sites:
            more, fixed = site_change_terms(model)
            terms, constant = terms + more, constant + fixed
        return terms, constant

    return Aim("change", build)


def not_covered(rules: Sequence[CoverageRule], name: str = "not covered") -> Aim:
    """People of coverage rules whom no open site reaches, added up over the rules."""

    def build(block: Block) -> Expression:
        terms: list[Term] = []
        constant = 0.0
        for rule in rules:
            model = _model_of(block, rule)
            wanted = need(rule, model.case, model.positions, everywhere=True)
            terms += uncovered_terms(f"{rule.id}:{name}", model, wanted)
            constant += float(wanted.people[~wanted.reachable].sum())
        return terms, constant

    return Aim(name, build, tuple(rules))


def mean_minutes(rule: MeanResponse) -> Aim:
    """Mean response over the people of a rule, by cuts."""

    def build(block: Block) -> Expression:
        model = _model_of(block, rule)
        case = model.case
        cells = cells_of_response(case, rule, None)
        cells = cells[case.region.grid.people[cells] > 0]
        measured = PersonMinutes(case, "ambulance", cells, model.those(rule.sites))
        return measured.terms(f"{rule.id}:mean", model), overhead_minutes(case)

    return Aim("mean response", build, (rule,))


def amount(resources: Sequence[str]) -> Aim:
    """How many there are of some resources, together."""

    def build(block: Block) -> Expression:
        stock = _stock(block)
        whole = Area("all", (stock.case.region.units.root,))
        return [t for resource in resources for t in stock.terms(resource, whole)], 0.0

    return Aim(f"number of {', '.join(resources)}", build)


def lowest_rate(rule: Fairness, most: float | None = None) -> Aim:
    """Least of what people of an area have per head, with its sign turned: z <= r_c, z <= most."""

    def build(block: Block) -> Expression:
        rates = rates_of_areas(rule, _stock(block))
        if rates is None:
            raise PolicyError("people or counts of its areas are not known", where=rule.id)
        worst = block.program.continuous(f"{rule.id}:lowest", 0, most)
        for c, terms in enumerate(rates):
            block.program.require(f"{rule.id}:lowest[{c}]", [*terms, (-1.0, worst)], ">=", 0.0)
        return [(-1.0, worst)], 0.0

    return Aim(f"lowest rate of {', '.join(rule.resources)}", build)


def uneven(rule: Fairness, above: float) -> Aim:
    """Half the mean difference, less ``above`` times the mean: below 0 where Gini < above."""

    def build(block: Block) -> Expression:
        found = difference_and_mean(rule, _stock(block))
        if found is None:
            raise PolicyError("people or counts of its areas are not known", where=rule.id)
        difference, mean = found
        return [*difference, *((-above * c, v) for c, v in mean)], 0.0

    return Aim(f"Gini of {', '.join(rule.resources)} against {above:.6g}", build)


def _model_of(block: Block, rule: Rule) -> SiteModel:
    """The network of a block that has the rule's sites."""
    for model in block.sites:
        if positions_of(rule, model.case) & set(model.positions):
            return model
    raise PolicyError("no site of the region is of the kinds that it speaks of", where=rule.id)


def _stock(block: Block) -> StockModel:
    if block.stock is None:
        raise PolicyError("the block decides no beds, staff or vehicles", where=block.task.name)
    return block.stock
