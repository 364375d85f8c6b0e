"""The five published plans, planned whole: the table of the packs' page, the audit, the inputs."""

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from catalogue_rows import PLANS, ROWS, rows_of_plan

from allocator.assumptions import Assumptions
from allocator.auditing.compliance import audit, recorded
from allocator.region.stock import resources

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "allocator" / "policy" / "packs" / "README.md"
COLUMNS = ("enforced", "met", "gave way", "told", "reported", "not evaluated", "planned",
           "measured", "modelled", "assumed")  # fmt: skip
PEOPLE = ["total", "urban", "rural", "age60", "age65", "under3"]
FIGURES = ["required", "achieved", "slack", "note"]
NUMBERS = {
    "coverage": ("share",), "mean_response": ("minutes",), "stay": ("days",), "service": ("share",),
    "budget": ("amount",), "served_band": ("lower", "upper"), "count": ("number", "lower", "upper"),
    "quota": ("number", "lower", "upper"), "total": ("number", "lower", "upper"),
    "share": ("number",), "ratio": ("number",), "site_share": ("number",), "inflow": ("number",),
}  # fmt: skip


@pytest.fixture(params=PLANS)
def pack(request):
    """Each of the five plans in turn."""
    return request.param


@pytest.fixture
def whole(pack, planned_region):
    """The plan of the region that the pack is of."""
    return planned_region(pack.partition("-")[0])


def told(page):
    """The table of the page by plan: figures, then what becomes of them."""
    section = page.partition("## What plans of them say")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| \**([\w -]+?)\** \| (.+) \|$", section, flags=re.M)
    return {name: [int(n.strip("* ")) for n in cells.split("|")] for name, cells in rows[1:]}


def soft(whole):
    """The rules whose figures hang on modelled or assumed inputs, with their lines."""
    lines = whole.table("compliance")
    lines = lines[(lines["area"] == "all") & lines["evaluated"]]
    return lines[lines["basis"].isin(["modelled", "assumed"])].set_index("rule")


def leaves(rule):
    """The rule, or the branches of an either-or."""
    return getattr(rule, "branches", (rule,))


def alone(policy, wanted):
    """The policy with one rule (or alternative), and the people that it is planned for."""
    rules = [
        r
        for r in policy.rules
        if r.kind == "parameter" or wanted in {r.id, *(b.id for b in leaves(r))}
    ]
    return replace(policy, rules=tuple(rules))


def figures(whole, region, policy, rule, **assumed):
    """Required, achieved, slack and note of a rule's line for the region, of the plan as it is."""
    readings = Assumptions({**recorded(whole.plan.assumptions).changed, **assumed})
    found = audit(region, policy, whole.plan, assumptions=readings)
    return found[(found["rule"] == rule) & (found["area"] == "all")].iloc[0][FIGURES]


# ---------------------------------------------------------------- the table of the page


def test_the_page_counts_what_the_plan_says(pack, whole):
    """Every number of the pack's row."""
    found = rows_of_plan(pack, whole.table("compliance"))
    mine = [sum(row["plan"] == pack for row in ROWS.values())]
    assert told(PAGE.read_text("utf-8"))[pack] == mine + [len(found[name]) for name in COLUMNS]


def test_the_page_adds_up_and_enough_rows_are_evaluated():
    """The sums of the last row; of those that are more than reported at least 220 are evaluated."""
    table = told(PAGE.read_text("utf-8"))
    *plans, total = table.values()
    assert list(table) == [*PLANS, "five plans"]
    assert [sum(column) for column in zip(*plans, strict=True)] == total
    figures, _, met, gave, info, reported, without, *bases = total
    assert figures == 301 == met + gave + info + reported + without
    assert met + gave + info == sum(bases) >= 220


# ---------------------------------------------------------------- the audit


def test_the_audit_agrees_with_every_line(whole, command, tmp_path):
    """The command on the written plan: the same lines, the same exit code."""
    run = command("audit", whole.scenario, "--plan", whole.folder, "--out", tmp_path / "audit")
    assert run.exit_code == whole.run.exit_code in {0, 3}, run.told
    told, audited = (
        pd.read_csv(folder / "compliance.csv", dtype=str).drop(columns="price")
        for folder in (whole.folder, tmp_path / "audit")
    )
    pd.testing.assert_frame_equal(told, audited)


def test_people_of_one_county_move_what_hangs_on_people(whole):
    """A tenth more people in the largest unit, and what they cause: the lines of quotas, reach and
    services move, in that unit or in the whole; the rest stays as it was.
    """
    region, units = whole.region, whole.region.units
    unit = max(units.planning, key=units.people)
    inside, above = units.inside(unit), units.ancestors(unit)
    table = units.table.copy()
    more = 0.1 * table.loc[unit, PEOPLE].astype(float)
    for place in inside:
        table.loc[place, PEOPLE] = 1.1 * table.loc[place, PEOPLE].astype(float)
    for place in set(above) - {unit}:
        table.loc[place, PEOPLE] = table.loc[place, PEOPLE].astype(float) + more
    cells, stated, stock = region.grid.table, region.populations, region.stock.table
    caused = stock["resource"].map(lambda name: resources()[name].grows)
    here = caused & stock["unit"].isin([unit, units.root])
    changed = replace(
        region,
        units=replace(units, table=table),
        grid=replace(region.grid, table=scaled(cells, "people", cells["unit"].isin(inside), 1.1)),
        populations=scaled(stated, "total", stated["unit"] == unit, 1.1),
        stock=replace(region.stock, table=scaled(stock, "have", here, 1.1)),
    )
    before, after = (
        audit(r, whole.policy, whole.plan).set_index(["rule", "area"]) for r in (region, changed)
    )
    for rule in (leaf for r in whole.policy.rules for leaf in leaves(r)):
        areas = [a for a in before.loc[rule.id].index if before.loc[(rule.id, a), "evaluated"]]
        moved = [a for a in areas if differs(before.loc[(rule.id, a)], after.loc[(rule.id, a)])]
        if rule.kind in {"quota", "coverage", "mean_response", "service"} and areas:
            assert moved, rule.id
        if rule.kind in {"total", "forced_site", "site_share", "share", "inflow"}:
            assert "all" not in moved, rule.id


def scaled(table, column, rows, factor):
    """The table with a column's numbers of some rows times a factor."""
    return table.assign(**{column: table[column].where(~rows, factor * table[column])})


def differs(one, other):
    """Whether two lines have other figures."""
    return not one[["required", "achieved"]].equals(other[["required", "achieved"]])


# ---------------------------------------------------------------- modelled and assumed inputs


def more_of_its_input(whole, rule):
    """The region with a fifth more of the modelled input that a rule's line hangs on."""
    region = whole.region
    if rule.kind in {"coverage", "mean_response"}:
        cells = region.grid.table
        west = cells["x_m"] < cells["x_m"].median()
        return replace(region, grid=replace(region.grid, table=scaled(cells, "people", west, 1.2)))
    if rule.kind == "service" and rule.demand is None:
        table = region.units.table.copy()
        table[PEOPLE] = 1.2 * table[PEOPLE].astype(float)
        return replace(region, units=replace(region.units, table=table))
    names = {
        "service": lambda: [rule.demand],
        "stay": lambda: rule.bed_days,
        "gate": lambda: [ward.bed_days for ward in rule.wards],
        "proportional": lambda: [rule.to],
        "inflow": lambda: [rule.resource],
    }[rule.kind]()
    stock = region.stock.table
    rows = stock["resource"].isin(names)
    if rule.kind == "proportional":  # a fifth more for everybody would split as before
        rows &= stock["unit"] == region.units.planning[0]
    return replace(region, stock=replace(region.stock, table=scaled(stock, "have", rows, 1.2)))


def test_a_fifth_more_of_its_modelled_input_moves_every_line(whole):
    """All rows of basis modelled or assumed: the plan's own line, audited on the other input.

    An alternative moves where one of its branches does. What is asked of services, the mean stay
    and what must be spent move by the same fifth.
    """
    leaf_of = {leaf.id: (r, leaf) for r in whole.policy.rules for leaf in leaves(r)}
    soft_lines = soft(whole)
    for rule, (parent, leaf) in leaf_of.items():
        if not {rule, parent.id} & set(soft_lines.index) or rule not in whole.lines.index:
            continue
        if not whole.line(rule)["evaluated"] or whole.line(rule)["basis"] == "planned":
            continue
        policy = alone(whole.policy, rule)
        before = figures(whole, whole.region, policy, rule)
        after = figures(whole, more_of_its_input(whole, leaf), policy, rule)
        if leaf.kind in {"service", "inflow"}:
            fifth = pytest.approx(1.2 * before["required"], rel=1e-3)
            assert after["required"] == fifth, rule
        elif leaf.kind == "stay":
            assert after["achieved"] == pytest.approx(1.2 * before["achieved"], rel=1e-3), rule
        elif leaf.kind == "gate":  # no bed grows: the note counts the wards that may not
            assert after["note"] != before["note"], rule
        else:
            assert differs(before, after), rule


def test_a_fifth_less_of_an_assumed_capacity_serves_fewer(whole):
    """Unless the staff that is there could serve everybody twice over."""
    for rule in (r for r in whole.policy.rules if r.kind == "service"):
        policy = alone(whole.policy, rule.id)
        readings = recorded(whole.plan.assumptions)
        less = {rule.capacity: 0.8 * readings.number(rule.capacity)}
        before = figures(whole, whole.region, policy, rule.id)
        after = figures(whole, whole.region, policy, rule.id, **less)
        everybody = float(before["required"] / rule.share)
        served = pytest.approx(everybody, rel=1e-6)
        assert after["achieved"] < before["achieved"] or after["achieved"] == served, rule.id
        assert after["required"] == before["required"]


def other_numbers(rule):
    """The rule with every number a tenth higher, shares of a whole a tenth lower."""
    if rule.kind == "either_or":
        return rule.model_copy(update={"branches": tuple(map(other_numbers, rule.branches))})
    stated = {name: getattr(rule, name) for name in NUMBERS.get(rule.kind, ())}
    by = {name: Fraction(9, 10) if name == "share" else Fraction(11, 10) for name in stated}
    return rule.model_copy(update={n: v * by[n] for n, v in stated.items() if v is not None})


def test_what_is_achieved_does_not_come_from_the_target(whole):
    """With other numbers in every rule the same plan achieves the same.

    Where each unit must hold by itself only what helps towards its own figure counts, and the line
    of an alternative is a verdict: those may change.
    """
    policy = whole.policy
    other = replace(policy, rules=tuple(other_numbers(r) for r in policy.rules))
    before, after = (
        audit(whole.region, p, whole.plan).set_index(["rule", "area"])["achieved"]
        for p in (policy, other)
    )
    for rule in policy.rules:
        for leaf in leaves(rule):
            if rule.kind == "either_or" or getattr(leaf, "level", ()):
                continue
            was, now = before[leaf.id, "all"], after[leaf.id, "all"]
            assert was == now or (pd.isna(was) and pd.isna(now)), leaf.id
