"""The block of one part, written down as a piece: rules over several parts stay open."""

from dataclasses import dataclass

from allocator.lp.matrices import Columns
from allocator.lp.rows import Term, Variable
from allocator.planning.blocks import Block
from allocator.planning.case import Area
from allocator.planning.decisions import SiteModel, StockModel
from allocator.planning.objectives import objective_terms
from allocator.planning.parts.cutting import Cut
from allocator.planning.parts.piece import BUDGET, Expression, Missed, PartsShare, Piece
from allocator.planning.rows.budget import paid_elsewhere
from allocator.planning.rows.coverage import need, uncovered_terms
from allocator.planning.rows.ratio import per_base
from allocator.planning.rows.service import demand_by_unit, taken_on
from allocator.planning.rows.site_share import part_less_share
from allocator.planning.shortfall import Shortfall, total_share
from allocator.planning.tiers import STRENGTHS
from allocator.policy.rules import (
    Budget,
    Count,
    CoverageRule,
    ForcedSite,
    Inflow,
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


@dataclass(frozen=True, eq=False)
class _Open:
    """A share whose columns are not numbered yet."""

    terms: list[Term]
    constant: float = 0.0
    allowed: float = 0.0
    scale: float = 0.0
    beyond: float = 0.0


class PartBlock(Block):
    """A block whose rules over several parts are written down, not asked for."""

    def __init__(self, cut: Cut) -> None:
        self.cut = cut
        self.open_shares: dict[tuple[str, str], _Open] = {}
        super().__init__(cut.task)

    def _network(self, kinds: frozenset[str]) -> SiteModel:
        model = super()._network(kinds)
        for j, variable in model.open.items():
            variable.lowBound = int(j in self.cut.fixed)
        model.free = frozenset(model.positions) - self.cut.crowded
        model.elsewhere = self.cut.foreign
        return model

    def _speaks_of(self, rule: Rule, model: SiteModel) -> bool:
        """As in the whole: a rule may speak of sites none of which stands here."""
        if isinstance(rule, ForcedSite):
            return super()._speaks_of(rule, model)
        at = self.cut.network.get(rule.id)
        return at is not None and self.sites[at] is model

    def _rows(
        self, rule: Rule, scope: Area | None, condition: Variable | None = None
    ) -> list[Shortfall] | None:
        if isinstance(rule, ForcedSite) and set(self.task.case.named(rule.site)) & self.cut.foreign:
            return None
        if scope is None and condition is None and rule.id in self.cut.scopes:
            for area, inside in self.cut.scopes[rule.id]:
                self._note(rule, area, inside)
            return None
        if rule.id in self.cut.scopes and not isinstance(rule, Budget):
            return None
        return super()._rows(rule, scope, condition)

    def _note(self, rule: Rule, area: str, inside: Area | None) -> None:
        """Write down the part's share of a rule."""
        whole = inside or Area("all", (self.task.case.region.units.root,))
        if isinstance(rule, CoverageRule):
            self._note_coverage(rule, area, inside)
        elif isinstance(rule, Count | ServedBand | SiteShare):
            self._note_sites(rule, area, whole)
        elif self.stock is not None:
            terms = _of_stocks(rule, self.stock, whole)
            if terms is not None:
                self.open_shares[rule.id, area] = _Open(terms)

    def _note_coverage(self, rule: CoverageRule, area: str, inside: Area | None) -> None:
        at = self.cut.network.get(rule.id)
        if at is None:
            return
        model = self.sites[at]
        wanted = need(rule, self.task.case, model.positions, inside)
        total = float(wanted.people.sum())
        if total > 0:
            self.open_shares[rule.id, area] = _Open(
                uncovered_terms(f"{rule.id}[{area}]", model, wanted),
                allowed=(1.0 - wanted.share) * total, scale=total,
                beyond=float(wanted.people[~wanted.reachable].sum()),
            )  # fmt: skip

    def _note_sites(self, rule: Count | ServedBand | SiteShare, area: str, whole: Area) -> None:
        """Of the part's own sites: how many, or the part of them less its share of all."""
        at = self.cut.network.get(rule.id)
        if at is None:
            return
        model = self.sites[at]
        filters = rule.sites if isinstance(rule, SiteShare) else (rule.sites,)
        there = sorted({j for chosen in filters for j in model.those(chosen, whole)})
        here = [j for j in there if j not in self.cut.foreign]
        if isinstance(rule, SiteShare):
            terms = part_less_share(rule, model, here)
        else:
            attribute = None if isinstance(rule, ServedBand) else rule.attribute
            terms = [
                (1.0, model.open[j] if attribute is None else model.has(attribute, j)) for j in here
            ]
        self.open_shares[rule.id, area] = _Open(terms)

    def _limit_budget(self) -> None:
        terms, constant = self.cost()
        if self.task.budget is not None:
            self.open_shares[BUDGET] = _Open(terms, constant)
        for rule in self.task.rules:
            if isinstance(rule, Budget) and rule.amount is not None:
                less = paid_elsewhere(rule, self.sites)
                self.open_shares[rule.id, "all"] = _Open([*terms, *less], constant)

    def piece(self) -> Piece:
        """The program as arrays."""
        stages = self._stages()
        shares = dict(self.open_shares)
        columns = Columns.of(self.program)
        sites = self.cut.sites
        models = self.sites
        opened = {j: v for model in models for j, v in model.open.items()}
        missed = [s for found in self.shortfalls.values() for s in found]
        return Piece(
            part=self.cut.part,
            program=columns.arrays(),
            tiers={name: Expression(columns.vector(t), c) for name, (t, c) in stages.items()},
            homes={
                int(sites[j]): columns.place[v] for j, v in opened.items()
                if j not in self.cut.foreign
            },
            copies={
                int(sites[j]): columns.place[v] for j, v in opened.items() if j in self.cut.foreign
            },
            shares={
                key: PartsShare(
                    Expression(columns.vector(s.terms), s.constant), s.allowed, s.scale, s.beyond
                )
                for key, s in shares.items()
            },
            missed=tuple(
                Missed(
                    s.rule, tuple(columns.place[v] for _, v in s.terms),
                    tuple(c for c, _ in s.terms), s.constant, s.scale,
                )
                for s in missed
            ),
            asked=frozenset(
                [name for name, found in self.shortfalls.items() if found]
                + ["existing beds"] * bool(self.given_up)
            ),
            amounts={
                key: columns.place[v]
                for key, v in (self.stock.amount if self.stock else {}).items()
            },
            attributes={
                (a, int(sites[j])): columns.place[v]
                for model in models for (a, j), v in model.attributes.items()
            },
            branches={
                (c.rule, c.area, branch): columns.place[v]
                for c in self.choices for branch, v in c.taken.items()
            },
        )  # fmt: skip

    def _stages(self) -> dict[str, tuple[list[Term], float]]:
        """What is minimised, tier by tier, and what settles ties at the end."""
        found = {s: total_share(self.shortfalls.get(s, [])) for s in STRENGTHS}
        found["existing beds"] = (self.given_up, 0.0)
        task = self.task
        found["objective"] = objective_terms(task.about, task.rules, self.stock, self.sites)
        if task.about != "cost":
            found["cost"] = self.cost()
        found["change"] = (self._least_change(), 0.0)
        return found


def _of_stocks(rule: Rule, stock: StockModel, area: Area) -> list[Term] | None:
    """What a part's beds, staff and vehicles add to a rule, in its natural unit; None: nothing."""
    if isinstance(rule, Share):
        if not (stock.plans(rule.part) and stock.plans(rule.whole)):
            return None
        less = [(-float(rule.number) * c, v) for c, v in stock.terms(rule.whole, area)]
        return stock.terms(rule.part, area) + less
    if isinstance(rule, Ratio):
        (pair,) = rule.pairs
        if pair.base is None or not (stock.plans(pair.resource) and stock.plans(pair.base)):
            return None
        factor = float(per_base(rule, stock.case))
        less = [(-factor * c, v) for c, v in stock.terms(pair.base, area)]
        return stock.terms(pair.resource, area) + less
    if isinstance(rule, Service):
        demand = demand_by_unit(rule, stock.case)
        if demand is None or not stock.plans(rule.by):
            return None
        capacity = float(stock.case.exactly(rule.capacity))
        used = taken_on(rule, stock, stock.case.planning_units_in(area), demand)
        return [(capacity * c, v) for c, v in used]
    asked = (
        rule.resources if isinstance(rule, Quota | Total)
        else (rule.resource,) if isinstance(rule, Inflow)
        else rule.beds if isinstance(rule, Stay)
        else ()
    )  # fmt: skip
    if not asked or not all(stock.plans(r) for r in asked):
        return None
    return [t for r in asked for t in stock.terms(r, area)]


def build(cut: Cut) -> Piece:
    """The piece of a part: run in a process of its own, which holds no other part."""
    return PartBlock(cut).piece()
