"""Slow and obvious planners, to compare the package with; they share no code with it.

Sites by enumerating every choice of open ones, stocks by ``scipy.optimize.milp``. Both are written
from the formulation: physical rows never bend; misses are shares of what is required (per cent for
shares and ratios); must before target before wish before cost. Rules and regions are read as data.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import ceil, floor, hypot, inf, isnan
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

READINGS: dict[str, Any] = {
    "settled_density_per_km2": 300.0, "walking_kmh": 4.8, "driving_urban_kmh": 30.0,
    "driving_rural_kmh": 50.0, "ambulance_urban_kmh": 30.0, "ambulance_rural_kmh": 50.0,
    "detour": 1.3, "intra_cell_share": 0.38, "call_handling_minutes": 1.0,
    "turnout_minutes": 3.0, "on_duty_share": 1.0, "fte_per_post": 1.0, "cost_years": 1.0,
    "elderly_age": 60, "rounding": "total", "radius_reading": "max", "radius_share": 0.9,
    "staff_inflow_cap": None,
}  # fmt: skip
TIERS = ("must", "target", "wish")
SITE_RULES = {"count", "forced_site", "coverage", "mean_response", "served_band"}
STOCK_RULES = {"quota", "total", "share", "ratio"}
INSIDE = {
    "rehab_beds": "public_beds", "infectious_beds": "public_beds", "tcm_beds": "public_beds",
    "negative_pressure_ambulances": "ambulances", "tcm_physicians": "physicians",
    "psychiatrists": "physicians",
}  # fmt: skip
STAFF = {
    "physicians", "tcm_physicians", "psychiatrists", "nurses", "ems_drivers", "ems_physicians",
}  # fmt: skip
TIGHT = 1e-6
Score = tuple[float, float, float, float]
"""Misses of must, target and wish rules, then cost."""


def better(one: Score, other: Score) -> bool:
    """Whether one score is lexicographically smaller, numbers within 1e-6 being equal."""
    for a, b in zip(one, other, strict=True):
        if a != b and abs(a - b) > TIGHT * max(1.0, min(abs(a), abs(b))):
            return a < b
    return False


def readings(**changed: Any) -> dict[str, Any]:
    """The defaults with what a test changes."""
    return {**READINGS, **changed}


# ---------------------------------------------------------------- units


def ancestors(region: Any, unit: str) -> list[str]:
    """The unit and all above it."""
    chain = []
    while unit:
        chain.append(unit)
        unit = region.units.table.loc[unit, "parent"]
    return chain


def areas(region: Any, rule: Any) -> list[list[str]]:
    """Lists of units in which the rule holds once; the root where it names no level."""
    table = region.units.table
    if not rule.level:
        return [[u for u in table.index if not table.loc[u, "parent"]]]
    at = [u for u in table.index if table.loc[u, "level"] in rule.level]
    return [at] if rule.pool else [[u] for u in at]


def people(region: Any, units: Sequence[str], group: str, how: Mapping[str, Any]) -> Fraction:
    """People of a group in some units."""
    column = f"age{how['elderly_age']}" if group == "elderly" else group
    return sum((Fraction(float(region.units.table.loc[u, column])) for u in units), Fraction(0))


def limits(rule: Any, factor: Fraction) -> tuple[float, float]:
    """Least and most whole number; an equality is rounded up, and 'about' aims like one."""
    if rule.sense == "band":
        return ceil(rule.lower * factor), floor(rule.upper * factor)
    exact = rule.number * factor
    return {
        ">=": (ceil(exact), inf), "<=": (-inf, floor(exact)),
        "==": (ceil(exact), ceil(exact)), "about": (ceil(exact), ceil(exact)),
    }[rule.sense]  # fmt: skip


# ---------------------------------------------------------------- sites


def selected(row: Any, chosen: Any) -> bool:
    """Whether a site passes a filter."""
    return all(
        not words or row[column] in words
        for column, words in (
            ("kind", chosen.kinds), ("grade", chosen.grades), ("run_by", chosen.run_by),
        )
    )  # fmt: skip


def km(region: Any, cell: Any, site: Any, how: Mapping[str, Any]) -> float:
    """Straight km, never less than the mean way inside a cell."""
    straight = hypot(cell["x_m"] - site["x_m"], cell["y_m"] - site["y_m"])
    return max(straight, how["intra_cell_share"] * region.grid.side_m) / 1000


def minutes(region: Any, cell: Any, site: Any, mode: str, how: Mapping[str, Any]) -> float:
    """Minutes by the speed of the cell's settlement, or by a table; infinite if that has no way."""
    if not cell["urban"]:
        mode = how.get("rural_by", {}).get(mode, mode)
    if mode == "walk":
        speed = how["walking_kmh"]
    else:
        name = "ambulance" if mode == "ambulance" else "driving"
        speed = how[f"{name}_{'urban' if cell['urban'] else 'rural'}_kmh"]
    table = how.get("travel", {}).get(mode)
    if table is None:
        return km(region, cell, site, how) * how["detour"] / speed * 60
    inside_km = how["intra_cell_share"] * region.grid.side_m / 1000
    return max(table.get((cell.name, site.name), inf), inside_km * how["detour"] / speed * 60)


def cells_of(region: Any, group: str, units: Sequence[str] | None) -> list[Any]:
    """Cells of a group (in some units)."""
    rows = [row for _, row in region.grid.table.iterrows()]
    rows = [c for c in rows if group == "total" or bool(c["urban"]) == (group == "urban")]
    if units is None:
        return rows
    return [c for c in rows if c["unit"] and set(ancestors(region, c["unit"])) & set(units)]


def reaches(region: Any, rule: Any, cell: Any, site: Any, how: Mapping[str, Any]) -> bool:
    """Whether a site serves a cell; the limit is included."""
    if rule.within_km is not None:
        return km(region, cell, site, how) <= float(rule.within_km) * (1 + 1e-9)
    away = minutes(region, cell, site, rule.mode, how)
    if rule.from_call:
        away += how["call_handling_minutes"] + how["turnout_minutes"]
    return away <= float(rule.within_minutes) * (1 + 1e-9)


def site_miss(region: Any, rule: Any, opened: list[Any], how: Mapping[str, Any]) -> float:
    """Sum over areas of the shares by which a site rule is missed; the least of its branches."""
    if rule.kind == "either_or":
        # A branch holds as written: everybody counts, wherever they live.
        everybody = {**how, "settled_density_per_km2": 0.0}
        return min(site_miss(region, branch, opened, everybody) for branch in rule.branches)
    if rule.kind == "forced_site":
        return 0.0 if any(rule.site in {s.name, s["name"]} for s in opened) else 1.0
    total = 0.0
    for units in areas(region, rule):
        total += {
            "count": _count_miss, "coverage": _coverage_miss, "mean_response": _response_miss,
            "served_band": _band_miss,
        }[rule.kind](region, rule, opened, units, how)  # fmt: skip
    return total


def _standing(region: Any, rule: Any, opened: list[Any], units: Sequence[str]) -> int:
    return sum(
        selected(s, rule.sites) and bool(set(ancestors(region, s["unit"])) & set(units))
        for s in opened
    )


def _outside(number: float, low: float, high: float) -> float:
    below = max(0.0, low - number) / max(1.0, abs(low)) if low > -inf else 0.0
    above = max(0.0, number - high) / max(1.0, abs(high)) if high < inf else 0.0
    return below + above


def _count_miss(region, rule, opened, units, how):  # type: ignore[no-untyped-def]
    if rule.above_people is not None and people(region, units, "total", how) <= rule.above_people:
        return 0.0
    return _outside(_standing(region, rule, opened, units), *limits(rule, Fraction(1)))


def _band_miss(region, rule, opened, units, how):  # type: ignore[no-untyped-def]
    served = people(region, units, rule.group, how)
    most = floor(served / rule.lower) if rule.lower else inf
    return _outside(_standing(region, rule, opened, units), ceil(served / rule.upper), most)


def _coverage_miss(region, rule, opened, units, how):  # type: ignore[no-untyped-def]
    share = Fraction(rule.share)
    if rule.radius and how["radius_reading"] == "share":
        share = Fraction(repr(how["radius_share"]))
    cells = cells_of(region, rule.group, units if rule.level else None)
    if share >= 1:
        dense = how["settled_density_per_km2"]
        cells = [c for c in cells if c["people"] / c["area_km2"] >= dense]
    near = [s for s in opened if selected(s, rule.sites)]
    everybody = sum(c["people"] for c in cells)
    if not everybody:
        return 0.0
    left = sum(
        c["people"] for c in cells if not any(reaches(region, rule, c, s, how) for s in near)
    )
    return max(0.0, left / everybody - float(1 - share))


def mean_response(region: Any, rule: Any, opened: list[Any], units: Any, how: Any) -> float:
    """Mean response minutes over the people of the rule's group; infinite if none is open."""
    every = [s for _, s in region.sites.table.iterrows() if selected(s, rule.sites)]
    cells = [
        c for c in cells_of(region, rule.group, units)
        if not every or min(minutes(region, c, s, "ambulance", how) for s in every) < inf
    ]  # fmt: skip
    everybody = sum(c["people"] for c in cells)
    near = [s for s in opened if selected(s, rule.sites)]
    if not everybody:
        return 0.0
    if not near:
        return inf
    a_day = 24 * 60
    spent = sum(
        c["people"] * min(a_day, *(minutes(region, c, s, "ambulance", how) for s in near))
        for c in cells
    )
    return how["call_handling_minutes"] + how["turnout_minutes"] + spent / everybody


def _response_miss(region, rule, opened, units, how):  # type: ignore[no-untyped-def]
    mean = mean_response(region, rule, opened, units if rule.level else None, how)
    return max(0.0, mean / float(rule.minutes) - 1)


def site_cost(region: Any, site: Any, is_open: bool) -> float:
    """Cost of opening what does not stand, or of closing what stands."""
    costs = dict(zip(region.costs.table["item"], region.costs.table["cost"], strict=True))
    if site["status"] == "existing":
        own, item = site["closing_cost"], "closing:" + site["kind"]
        return 0.0 if is_open else float(costs.get(item, 0.0) if isnan(own) else own)
    own = site["opening_cost"]
    return float(costs.get(site["kind"], 0.0) if isnan(own) else own) if is_open else 0.0


def leaves(rule: Any) -> list[Any]:
    """The rule, or the branches of an either-or."""
    return list(rule.branches) if rule.kind == "either_or" else [rule]


def choices(region: Any, rules: Sequence[Any]) -> Iterator[list[Any]]:
    """Every list of open sites: what stands stays, unless a rule caps the sites it is one of."""
    table = region.sites.table
    rules = [leaf for r in rules for leaf in leaves(r)]
    capped = {
        s.name
        for r in rules
        for _, s in table.iterrows()
        if r.kind in {"count", "served_band"} and selected(s, r.sites)
        and (r.lower > 0 if r.kind == "served_band" else r.sense != ">=")
        and any(set(ancestors(region, s["unit"])) & set(units) for units in areas(region, r))
    }  # fmt: skip
    spoken = {s["kind"] for r in rules for _, s in table.iterrows() if _speaks(r, s)}
    options = []
    for _, s in table.iterrows():
        if s["status"] == "required":
            options.append([True])
        elif s["kind"] not in spoken:
            options.append([s["status"] == "existing"])
        elif s["status"] == "existing" and s.name not in capped:
            options.append([True])
        else:
            options.append([False, True])
    rows = [s for _, s in table.iterrows()]
    for pattern in product(*options):
        yield [s for s, yes in zip(rows, pattern, strict=True) if yes]


def _speaks(rule: Any, site: Any) -> bool:
    if rule.kind == "forced_site":
        return rule.site in {site.name, site["name"]}
    return rule.kind in SITE_RULES and selected(site, rule.sites)


def site_score(region: Any, rules: Sequence[Any], opened: list[Any], how: Any) -> Score:
    """Misses by tier of the site rules that speak of any site, and the cost of the sites."""
    rows = [s for _, s in region.sites.table.iterrows()]

    def is_asked(rule: Any) -> bool:
        kinds = all(leaf.kind in SITE_RULES for leaf in leaves(rule))
        return kinds and all(any(_speaks(leaf, s) for s in rows) for leaf in leaves(rule))

    asked = [r for r in rules if is_asked(r)]
    misses = [
        sum(site_miss(region, r, opened, how) for r in asked if r.strength == tier)
        for tier in TIERS
    ]
    names = {s.name for s in opened}
    return (*misses, sum(site_cost(region, s, s.name in names) for s in rows))


def best_sites(region: Any, rules: Sequence[Any], how: Mapping[str, Any] = READINGS) -> Score:
    """The best score over every choice of open sites."""
    scores = [site_score(region, rules, opened, how) for opened in choices(region, rules)]
    best = scores[0]
    for score in scores[1:]:
        best = score if better(score, best) else best
    return best


# ---------------------------------------------------------------- stocks


@dataclass
class Model:
    """A mixed-integer program under construction, for scipy."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def add(self, low: float = 0.0, high: float = inf, *, whole: bool = False) -> int:
        """Add a variable; its number."""
        self.low.append(low)
        self.high.append(high)
        self.whole.append(int(whole))
        return len(self.low) - 1

    def minimise(self, terms: Mapping[int, float]) -> float | None:
        """Least value of an expression; None if the rows contradict each other."""
        cost = np.zeros(len(self.low))
        for k, c in terms.items():
            cost[k] = c
        data = [(i, k, c) for i, (row, _, _) in enumerate(self.rows) for k, c in row.items()]
        where = ([i for i, _, _ in data], [k for _, k, _ in data])
        shape = (len(self.rows), len(self.low))
        matrix = csr_array(([c for _, _, c in data], where), shape=shape)
        found = milp(
            cost,
            constraints=LinearConstraint(
                matrix, [low for _, low, _ in self.rows], [high for _, _, high in self.rows]
            ),
            bounds=Bounds(self.low, self.high),
            integrality=self.whole,
            options={"mip_rel_gap": 0.0},
        )
        return float(found.fun) if found.status == 0 else None


def best_stocks(
    region: Any,
    rules: Sequence[Any],
    opened: list[Any],
    how: Mapping[str, Any] = READINGS,
    *,
    base: Score = (0.0, 0.0, 0.0, 0.0),
    budget: float = inf,
) -> Score | None:
    """Best score of beds, staff and vehicles while these sites are open, added to ``base``.

    None if the budget cannot even pay for what is in ``base`` and may not be left out.
    """
    model, amount, cost = _physical(region, rules, opened, how)
    if budget < inf:
        model.rows.append((dict(cost), -inf, budget - base[3]))
    misses: dict[str, dict[int, float]] = {tier: {} for tier in TIERS}
    for rule in (r for r in rules if r.kind in STOCK_RULES and r.strength in TIERS):
        for terms, low, high, scale in _stock_rows(region, rule, amount, opened, how):
            for limit, sign in ((low, 1.0), (high, -1.0)):
                if abs(limit) == inf:
                    continue
                miss = model.add()
                ends = (limit, inf) if sign > 0 else (-inf, limit)
                model.rows.append(({**terms, miss: sign}, *ends))
                misses[rule.strength][miss] = 1.0 / (scale or max(1.0, abs(limit)))
    score = list(base)
    for k, terms in enumerate((*(misses[t] for t in TIERS), cost)):
        least = model.minimise(terms)
        if least is None:
            return None
        score[k] += least
        model.rows.append((dict(terms), -inf, least + TIGHT))
    return score[0], score[1], score[2], score[3]


def cheapest_stocks(
    region: Any, rules: Sequence[Any], opened: list[Any], how: Mapping[str, Any] = READINGS
) -> float | None:
    """Least cost at which every stock rule holds; None if they cannot all hold. Nothing bends."""
    model, amount, cost = _physical(region, rules, opened, how)
    for rule in (r for r in rules if r.kind in STOCK_RULES and r.strength in TIERS):
        for terms, low, high, _ in _stock_rows(region, rule, amount, opened, how):
            model.rows.append((dict(terms), low, high))
    return model.minimise(cost)


def _physical(region, rules, opened, how):  # type: ignore[no-untyped-def]
    """Variables per planning unit and resource, what may never bend, and the cost of additions."""
    model = Model()
    units = region.units.planning
    stock = region.stock.table
    wanted = {r for rule in rules if rule.kind in STOCK_RULES for r in _resources(rule)}
    wanted |= set(stock["resource"])
    amount = {(r, u): model.add(whole=True) for r in sorted(wanted) for u in units}
    capped = _capped(rules)
    prices = dict(zip(region.costs.table["item"], region.costs.table["cost"], strict=True))
    have = {(u, r): h for u, r, h in stock[["unit", "resource", "have"]].itertuples(index=False)}
    root = areas(region, _Whole())[0][0]
    cost: dict[int, float] = {}
    for resource in sorted(wanted):
        everywhere = {amount[resource, u]: 1.0 for u in units}
        groups = [({amount[resource, u]: 1.0}, have.get((u, resource))) for u in units]
        if any(h is None for _, h in groups):
            groups = [(everywhere, have.get((root, resource)))]
        known = [(terms, h) for terms, h in groups if h is not None]
        price = prices.get(resource, 0.0) * (how["cost_years"] if resource in STAFF else 1.0)
        for terms, today in known:
            if resource not in capped:
                model.rows.append((terms, today, inf))
            added = model.add()
            model.rows.append(({added: 1.0, **dict.fromkeys(terms, -1.0)}, -today, inf))
            cost[added] = price
        cap = how["staff_inflow_cap"]
        if cap is not None and resource in STAFF and known:
            model.rows.append((everywhere, -inf, sum(h for _, h in known) + cap))
        parent = INSIDE.get(resource)
        if parent in wanted:
            for u in units:
                row = {amount[parent, u]: 1.0, amount[resource, u]: -1.0}
                model.rows.append((row, 0.0, inf))
    if "ambulances" in wanted:
        for u in units:
            stations = sum(
                s["kind"] == "ems_station" and u in ancestors(region, s["unit"]) for s in opened
            )
            model.rows.append(({amount["ambulances", u]: 1.0}, stations, inf))
    return model, amount, cost


class _Whole:
    level: tuple[str, ...] = ()
    pool = False


def _resources(rule: Any) -> set[str]:
    if rule.kind in {"quota", "total"}:
        return set(rule.resources)
    if rule.kind == "share":
        return {rule.part, rule.whole}
    return {p.resource for p in rule.pairs} | {p.base for p in rule.pairs if p.base}


def _capped(rules: Sequence[Any]) -> set[str]:
    capped = set()
    for r in rules:
        if r.kind in {"quota", "total"} and r.sense != ">=":
            capped |= set(r.resources)
        if r.kind == "share" and r.sense == "<=":
            capped.add(r.part)
    return capped | {part for part, whole in INSIDE.items() if whole in capped}


def _stock_rows(region, rule, amount, opened, how):  # type: ignore[no-untyped-def]
    """Terms, lower, upper, scale of every row of a stock rule."""
    planning = region.units.planning
    each = [[u] for u in planning]
    where = areas(region, rule)
    if not rule.level and how["rounding"] == "per_unit" and rule.kind in {"quota", "share"}:
        where = each
    if rule.kind == "ratio" and not rule.level:
        where = each
    for units in where:
        inside = [u for u in planning if set(ancestors(region, u)) & set(units)]

        def total(resource: str, factor: float = 1.0, inside: list[str] = inside) -> dict[Any, Any]:
            return {amount[resource, u]: factor for u in inside}

        if rule.kind in {"quota", "total"}:
            factor = Fraction(1)
            if rule.kind == "quota":
                factor = people(region, units, rule.group, how) / rule.per
            terms = {k: v for r in rule.resources for k, v in total(r).items()}
            yield terms, *limits(rule, factor), None
        elif rule.kind == "share":
            terms = {**total(rule.whole, -float(rule.number)), **total(rule.part)}
            ends = (0.0, inf) if rule.sense == ">=" else (-inf, 0.0)
            yield terms, *ends, 100.0
        else:
            number = rule.number
            if rule.on_duty:
                number *= Fraction(repr(how["on_duty_share"])) * Fraction(repr(how["fte_per_post"]))
            for pair in rule.pairs:
                terms, asked = total(pair.resource), 0.0
                if pair.base:
                    terms = {**total(pair.base, -float(number)), **terms}
                else:
                    served = [
                        s for s in opened
                        if any(selected(s, f) for f in pair.sites)
                        and set(ancestors(region, s["unit"])) & set(inside)
                    ]  # fmt: skip
                    asked = float(number * len(served))
                yield terms, asked, inf, 100.0


# ---------------------------------------------------------------- both under one budget


def best_plan(
    region: Any, rules: Sequence[Any], budget: float, how: Mapping[str, Any] = READINGS
) -> Score | None:
    """Best score over every choice of sites, each with its best stocks, all paid from a budget."""
    best: Score | None = None
    for opened in choices(region, rules):
        base = site_score(region, rules, opened, how)
        if base[3] > budget + TIGHT:
            continue
        score = best_stocks(region, rules, opened, how, base=base, budget=budget)
        if score is not None and (best is None or better(score, best)):
            best = score
    return best
