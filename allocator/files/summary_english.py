"""The plain summary in English."""

import math
from itertools import groupby

from allocator.files import map_contents as contents
from allocator.files import summary_facts as facts
from allocator.files.labels import kind_label, resource_label
from allocator.files.summary_words import about_rule, few, figure, plain, whole
from allocator.lp.status import Status
from allocator.plans import Plan

_KINDS, _RULES, _GIVEN, _NOTES = 5, 6, 8, 4
_VERBS = {"new": "open", "upgraded": "upgrade", "closed": "close"}


def summary_lines(plan: Plan) -> list[str]:
    """The lines of the text."""
    return [
        f"# {plain(plan.region)}: the plan in plain words",
        "",
        *_brief(plan),
        "## What changes where",
        "",
        *_where(plan),
        "",
        "## What gives way, and what would be enough",
        "",
        *_gives(plan),
        "",
        "## What it costs",
        "",
        *_costs(plan),
        "",
        "## The most valuable next steps",
        "",
        *_steps(plan),
        "",
        "## How far this can be trusted",
        "",
        *_trust(plan),
    ]


def _brief(plan: Plan) -> list[str]:
    counts = facts.strength_counts(plan)
    rules = "; ".join(
        f"{s} rules: {met:,} met, {failed:,} not met, {unknown:,} not evaluated"
        for s, (met, failed, unknown) in counts.items()
        if met + failed + unknown
    )
    count = facts.status_counts(plan).get
    sites = (
        f"{_counted(count('new', 0), 'site opens', 'sites open')}, "
        f"{_counted(count('upgraded', 0), 'is upgraded', 'are upgraded')}, "
        f"{_counted(count('closed', 0), 'closes', 'close')}, "
        f"{_counted(count('kept', 0), 'stays as it is', 'stay as they are')}"
    )
    said = [
        f"The plan serves {whole(facts.people(plan))} residents under the policy "
        f"{plain(plan.policy)}. {rules[:1].upper()}{rules[1:]}.",
        "",
        f"On the ground: {sites}.",
        "",
    ]
    said += [
        f"* {_rule(plan, gain.rule)} {whole(gain.gain)} people are newly covered"
        f"{_lost(gain)}, {whole(gain.left)} are not covered."
        for gain in facts.gains(plan)
        if gain.gain >= 1 or gain.left >= 1
    ]
    return [*said, ""] if said[-1] else said


def _counted(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"


def _where(plan: Plan) -> list[str]:
    kinds = facts.room(plan).kinds
    lines = []
    counties = facts.counties(plan)
    for county in counties[: facts.MOST_COUNTIES]:
        residents = "" if county.residents is None else f" ({whole(county.residents)} residents)"
        name = plain(county.name) or "Outside all planning units"
        lines.append(f"* **{name}**{residents}: {_sites(county, kinds)}.{_because(county)}"
                     f"{_amounts(county)}")  # fmt: skip
    if lines and not any(a.have is not None for c in counties for a in c.amounts):
        lines.append("* How much of these there is today is not known.")
    if len(counties) > facts.MOST_COUNTIES:
        left = _counted(
            len(counties) - facts.MOST_COUNTIES, "unit more, where", "units more, where"
        )
        lines.append(f"* {left} fewer sites change: units.csv and facilities.csv.")
    return lines or ["Nothing: the plan has no planning units."]


def _sites(county: facts.County, most: int) -> str:
    said = []
    for status, sites in groupby(county.sites[:most], key=lambda s: s.status):
        kinds = [
            f"{s.count:,} {_plural(kind_label(s.kind, chinese=False), s.count)}"
            + (f" (with {_counted(s.ambulances, 'ambulance', 'ambulances')})" if s.ambulances
               else "")
            for s in sites
        ]  # fmt: skip
        said.append(f"{_VERBS[status]} {', '.join(kinds)}")
    if (left := len(county.sites) - most) > 0:
        said.append(_counted(left, "kind of change more", "kinds of change more"))
    return "; ".join(said) or "no site changes"


def _plural(label: str, count: int) -> str:
    if count == 1:
        return label
    head, space, rest = label.partition(" (")
    if head.startswith("centre for"):
        return label.replace("centre", "centres", 1)
    return (head[:-1] + "ies" if head.endswith("y") else head + "s") + space + rest


def _because(county: facts.County) -> str:
    said: list[str] = []
    for gain in (g for g in county.gains if g.gain >= 1):
        more = " more people come within reach" if not said else ""
        left = f", {whole(gain.left)} stay without" if gain.left >= 1 else ""
        said.append(f"{whole(gain.gain)}{more} ({plain(gain.rule)}){_lost(gain)}{left}")
    return f" Because: {'; '.join(said)}." if said else ""


def _lost(gain: facts.Gain) -> str:
    return f", {whole(gain.lose)} lose their cover" if gain.lose >= 1 else ""


def _amounts(county: facts.County) -> str:
    known = any(amount.have is not None for amount in county.amounts)
    said = []
    for amount in county.amounts:
        label = resource_label(amount.resource, chinese=False)
        today = "not known" if amount.have is None else figure(amount.have)
        said.append(f"{label} {figure(amount.allocated)}" + (f" (today {today})" if known else ""))
    return f" In all: {'; '.join(said)}." if said else ""


def _gives(plan: Plan) -> list[str]:
    lines = facts.gave_way(plan)
    if not lines:
        return ["Every rule that could be evaluated holds."]
    said = []
    for line in lines[:_GIVEN]:
        required, achieved = line["required"], line["achieved"]
        text = f"* {_rule(plan, str(line['rule']))} ({line['strength']})"
        if not (math.isnan(float(required)) or math.isnan(float(achieved))):
            text += (
                f" asked: {figure(float(required))}, reached: {figure(float(achieved))} "
                f"{plain(line['measure'])}."
            )
        if line["note"]:
            text += f" {plain(line['note'])}."
        said.append(text)
    if len(lines) > _GIVEN:
        said.append(f"* {_counted(len(lines) - _GIVEN, 'rule', 'rules')} more: compliance.csv.")
    if plan.conflicts.empty:
        return [*said, "", "Why they give way was not looked for."]
    # A rule that fails alone has said why in its own line.
    telling = plan.conflicts.groupby("clash", sort=True).agg({"member": "size", "change": "count"})
    several = ((telling["member"] > 1) | (telling["change"] > 0)).to_numpy()
    reasons = [f"* {plain(r)}." for r, shown in zip(plan.why(), several, strict=True) if shown]
    if len(reasons) > _GIVEN:
        reasons[_GIVEN:] = [f"* {len(reasons) - _GIVEN:,} more: conflicts.csv."]
    if not reasons:
        return [*said, "", "No single change that would be enough was found (or looked for)."]
    return [*said, "", "Why, and which single change would be enough:", "", *reasons]


def _costs(plan: Plan) -> list[str]:
    currency = plain(plan.provenance.get("currency") or plan.objective_unit)
    total = facts.total_cost(plan)
    budget = plan.provenance.get("budget")
    said = "The plan does not tell its cost." if total is None else (
        f"{whole(total)} {currency} in all"
        + (f", within a budget of {whole(float(budget))} {currency}." if budget is not None
           else "; no budget was set.")
    )  # fmt: skip
    kinds = [
        f"{kind_label(kind, chinese=False)} {whole(cost)}"
        for kind, cost in facts.costs_by_kind(plan)
    ]
    if not kinds:
        return [said]
    listed = few(kinds, _KINDS, "{n} kinds more", "; ")
    return [said, "", f"Sites alone, by kind ({currency}): {listed}."]


def _steps(plan: Plan) -> list[str]:
    steps = facts.next_steps(plan)
    currency = plain(plan.provenance.get("currency") or plan.objective_unit)
    said = []
    for number, step in enumerate(steps, 1):
        cost = "" if step.cost is None else f" Cost: {whole(step.cost)} {currency}."
        at = f" Where: {plain(step.at)}." if step.at else ""
        words = plain(step.words[:1].upper() + step.words[1:])
        said.append(f"{number}. {words} ({plain(step.rule)}).{at}{cost}")
    return said or ["No single addition was found that brings people nearer or under cover."]


def _trust(plan: Plan) -> list[str]:
    gap = "" if math.isinf(plan.gap) or math.isnan(plan.gap) else f" (gap {plan.gap:.2%})"
    proven = {
        Status.OPTIMAL: f"The answer to '{plan.objective}' is proven to be the best{gap}.",
    }.get(plan.status, f"The answer to '{plan.objective}' is not proven to be the best{gap}.")
    said = [f"* {proven}"]
    if not plan.reproducible:
        said.append("* The clock or a hand stopped the search: another run may differ.")
    if edited := plan.provenance.get("edited_by_hand"):
        said.append(f"* Edited by hand: {plain(', '.join(edited))}; nothing is proven of it.")
    if parts := contents.modelled_parts(plan):
        said.append(f"* Modelled or assumed, not measured: {', '.join(parts)}.")
    if rules := facts.not_evaluated(plan):
        named = few(map(plain, rules), _RULES, "{n} more", ", ")
        said.append(f"* Not evaluated, {_counted(len(rules), 'rule', 'rules')}: {named}.")
    changed = plan.assumptions[plan.assumptions["changed"].astype(bool)]
    named = ", ".join(
        f"{plain(n)} = {plain(v if isinstance(v, str) else ('none' if v is None else f'{v:g}'))}"
        for n, v in zip(changed["name"], changed["value"], strict=True)
    )
    said.append(f"* Assumptions that were changed: {named or 'none'}.")
    told = plan.provenance.get("notes")
    notes = [plain(n) for n in told] if isinstance(told, list | tuple) else []
    said += [f"* {note}{'' if note.endswith('.') else '.'}" for note in notes[:_NOTES]]
    if len(notes) > _NOTES:
        left = _counted(len(notes) - _NOTES, "note more stands", "notes more stand")
        said.append(f"* {left} in plan.json.")
    return said


def _rule(plan: Plan, rule: str) -> str:
    meaning = str(about_rule(plan, rule).get("meaning") or "").rstrip(".")
    return f"{plain(rule)}: {plain(meaning)}." if meaning else f"{plain(rule)}."
