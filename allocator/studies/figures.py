"""Figures that can be traded against each other: what they are, how they are read, how pulled.

A figure is read from a plan's tables by the audit alone, and pulled by an aim of the program. The
two share no code, so that a front whose points do not have the figures claimed is found out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any, Literal

import numpy as np

from allocator.auditing import fairness as audited_fairness
from allocator.auditing.budgets import plan_cost
from allocator.auditing.case import Case
from allocator.auditing.coverage import covered
from allocator.auditing.responses import Responses
from allocator.planning.aims import (
    Aim,
    amount,
    change,
    lowest_rate,
    mean_minutes,
    money,
    not_covered,
)
from allocator.policy.policies import parse_rules
from allocator.policy.rules import CoverageRule, Fairness, MeanResponse, Rule
from allocator.region.stock import resources
from allocator.studies.changes import changed_from_today


@dataclass(frozen=True, eq=False)
class Figure:
    """One figure of a plan.

    Attributes
    ----------
    name
        As asked for, such as ``coverage:J012``.
    label, label_zh, unit, unit_zh
        For tables and pictures.
    best
        Whether people want it low (``min``) or high (``max``).
    read
        Its value, from the facts of an audit.
    aim
        Makes it small, or, for a figure that is best high, its shortfall from ``whole``; None
        where it can only be limited (Gini coefficient, percentile): see :attr:`rule`.
    whole
        What a high figure falls short of: the aim's expression is ``whole - figure``.
    rule
        The rule that says what it is about: a fairness rule, or one on the response.
    about
        Ids of rules of the policy that state this very figure.
    offset_free
        Whether the program's value is the audit's; money and change may differ by what other
        networks of sites cost, the same for all plans.
    """

    name: str
    label: str
    label_zh: str
    unit: str
    unit_zh: str
    best: Literal["min", "max"]
    read: Callable[[Case], float]
    aim: Aim | None
    whole: float = 0.0
    rule: Rule | None = None
    share: float = 0.0
    about: tuple[str, ...] = ()
    sites_of: tuple[Rule, ...] = ()
    offset_free: bool = True

    @property
    def is_gini(self) -> bool:
        """Whether it is a Gini coefficient, which is a fraction of two expressions."""
        return isinstance(self.rule, Fairness) and self.rule.measure == "gini"

    @property
    def is_percentile(self) -> bool:
        """Whether it is a percentile of the response, which only a share within minutes limits."""
        return self.share > 0

    def low(self, value: float) -> float:
        """A value as something to be small."""
        return value if self.best == "min" else -value

    def header(self, *, chinese: bool) -> str:
        """Label with its unit."""
        label, unit = (self.label_zh, self.unit_zh) if chinese else (self.label, self.unit)
        return f"{label} ({unit})" if unit else label


def money_figure(currency: str, about: tuple[str, ...]) -> Figure:
    """What the plan costs over today."""
    return Figure(
        "budget", "cost of the plan", "规划费用", currency, currency, "min",
        lambda case: plan_cost(case.region, case.assumptions, case.facts, case.rules).total,
        money(), about=about, offset_free=False,
    )  # fmt: skip


def change_figure() -> Figure:
    """How much is different from today."""
    return Figure(
        "change", "change from today", "与现状的变动",
        "sites, beds, posts and vehicles changed", "处(张、人、辆)", "min",
        changed_from_today, change(), offset_free=False,
    )  # fmt: skip


def coverage_figure(name: str, rules: list[CoverageRule], people: float) -> Figure:
    """People whom some coverage rules reach, added up over the rules."""
    ids = tuple(rule.id for rule in rules)
    several = f", added up over {len(rules)} rules" if len(rules) > 1 else ""

    def read(case: Case) -> float:
        grid = case.region.grid
        return sum(
            float(grid.people[covered(rule, case) & grid.in_group(rule.group)].sum())
            for rule in rules
        )

    return Figure(
        name, f"people covered ({', '.join(ids)}{several})", f"覆盖人口({', '.join(ids)})",
        "people", "人", "max", read, not_covered(rules), whole=people, about=ids,
        sites_of=tuple(rules),
    )  # fmt: skip


def stock_figure(name: str, counted: tuple[str, ...], *, best: Literal["min", "max"]) -> Figure:
    """How many there are of some resources in the whole region."""
    known = resources()

    def read(case: Case) -> float:
        return float(sum(case.count((case.root,), r) or 0.0 for r in counted))

    return Figure(
        name, "number of " + " and ".join(known[r].label for r in counted),
        "、".join(known[r].label_zh for r in counted) + "总数",
        known[counted[0]].unit, "", best, read, amount(counted),
    )  # fmt: skip


def fairness_figure(name: str, rule: Fairness, about: tuple[str, ...]) -> Figure:
    """A Gini coefficient, or the lowest rate of an area."""

    def read(case: Case) -> float:
        line = audited_fairness.lines(rule, case)[0]
        return float("nan") if line.achieved is None else float(line.achieved)

    known = resources()
    words = " and ".join(known[r].label for r in rule.resources)
    words_zh = "、".join(known[r].label_zh for r in rule.resources)
    if rule.measure == "gini":
        return Figure(
            name, f"Gini coefficient of {words}", f"{words_zh}基尼系数", "0 to 1", "0至1", "min",
            read, None, rule=rule, about=about,
        )  # fmt: skip
    unit = known[rule.resources[0]].unit
    return Figure(
        name, f"{words} in the worst-served area", f"最低区域{words_zh}",
        f"{unit} per {rule.per:,} people", f"每{rule.per:,}人", "max", read, lowest_rate(rule),
        rule=rule, about=about,
    )  # fmt: skip


def levelled_up(rule: Fairness, case: Case) -> tuple[float, float]:
    """The highest rate of an area, and how many there are once every area has it."""
    parts = [
        audited_fairness.lines(rule.model_copy(update={"measure": m}), case)[0].achieved or 0.0
        for m in ("worst", "range")
    ]
    highest = sum(parts)
    people = [case.people((unit,), rule.group) or 0 for unit in case.region.units.planning]
    return highest, float(sum(ceil(highest * float(n) / rule.per - 1e-9) for n in people))


def mean_figure(name: str, rule: MeanResponse) -> Figure:
    """Mean response of the people of a rule."""

    def read(case: Case) -> float:
        found = Responses(rule, case).find((case.root,)).achieved
        return float("nan") if found is None else found

    return Figure(
        name, f"mean response ({rule.id})", f"平均反应时间({rule.id})", "minutes", "分钟", "min",
        read, mean_minutes(rule), rule=rule, about=(rule.id,), sites_of=(rule,),
    )  # fmt: skip


def percentile_figure(name: str, rule: MeanResponse, percent: int) -> Figure:
    """The response within which so many percent of the people of a rule are reached."""

    def read(case: Case) -> float:
        inside = case.region.grid.in_group(rule.group)
        return percentile(
            Responses(rule, case).minutes[inside], case.region.grid.people[inside], percent / 100
        )

    return Figure(
        name, f"response for {percent} % of people ({rule.id})",
        f"{percent}%人口反应时间({rule.id})", "minutes", "分钟", "min", read, None, rule=rule,
        share=percent / 100, about=(), sites_of=(rule,),
    )  # fmt: skip


def within(figure: Figure, minutes: float) -> CoverageRule:
    """What a percentile asks of coverage: a share of the people within minutes of their call."""
    base = figure.rule
    if not isinstance(base, MeanResponse):
        raise TypeError(f"{figure.name} is no percentile of a response")
    rules, _ = parse_rules([{
        "id": f"{base.id}:within", "kind": "coverage", "strength": "info",
        "meaning": f"{figure.share:.0%} of people within {minutes:g} minutes of their call",
        "sites": base.sites.model_dump(), "group": base.group, "mode": "ambulance",
        "within_minutes": repr(float(minutes)), "share": repr(figure.share), "from_call": True,
    }])  # fmt: skip
    (rule,) = rules
    if not isinstance(rule, CoverageRule):
        raise TypeError(f"{rule.id} is no coverage rule")
    return rule


def percentile(values: Any, people: Any, share: float) -> float:
    """The least value that a share of the people do not exceed.

    >>> percentile([5.0, 9.0, 20.0], [80.0, 10.0, 10.0], 0.9)
    9.0
    """
    values, people = np.asarray(values, dtype=float), np.asarray(people, dtype=float)
    order = np.argsort(values, kind="stable")
    so_far = np.cumsum(people[order])
    if not len(so_far) or so_far[-1] <= 0:
        return float("nan")
    at = int(np.searchsorted(so_far, share * so_far[-1] * (1 - 1e-12)))
    return float(values[order][min(at, len(values) - 1)])


def fairness_rule(counted: tuple[str, ...], measure: str) -> Fairness:
    """A rule of ours that says how a measure of fairness is read; it asks for nothing."""
    (rule,), _ = parse_rules([{
        "id": f"{measure}:{'+'.join(counted)}", "kind": "fairness", "strength": "info",
        "meaning": f"{measure} of {', '.join(counted)}", "resources": list(counted),
        "measure": measure, "number": "0.5",
    }])  # fmt: skip
    if not isinstance(rule, Fairness):
        raise TypeError(f"{rule.id} is no fairness rule")
    return rule
