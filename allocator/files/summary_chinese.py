"""The plain summary in Chinese."""

import math

from allocator.files import map_contents as contents
from allocator.files import summary_facts as facts
from allocator.files.labels import WORDS, kind_label, resource_label, word
from allocator.files.map_notes import has_chinese, region_name
from allocator.files.sentences import in_chinese
from allocator.files.summary_words import about_rule, few, figure, figure_up, plain, whole
from allocator.lp.status import Status
from allocator.plans import Plan

_KINDS, _RULES, _GIVEN, _NOTES = 5, 6, 8, 4
_VERBS = {"new": "新建", "upgraded": "升级", "closed": "关闭"}
_PARTS = {"facilities": "机构点位", "population grid": "人口网格"}
_STEPS = {0: "数量不变、重新选址"}
_MEASURES = {"people": "人", "persons": "人", "days": "天", "km": "公里", "minutes": "分钟",
             "beds": "张", "vehicles": "辆", "sites": "处"}  # fmt: skip


def summary_lines(plan: Plan) -> list[str]:
    """The lines of the text."""
    return [
        f"# {plain(region_name(plan, chinese=True))}:规划摘要",
        "",
        *_brief(plan),
        "## 各县(市、区)的变化",
        "",
        *_where(plan),
        "",
        "## 未达标的规则与出路",
        "",
        *_gives(plan),
        "",
        "## 费用",
        "",
        *_costs(plan),
        "",
        "## 最值得的下一步",
        "",
        *_steps(plan),
        "",
        "## 可信程度",
        "",
        *_trust(plan),
    ]


def _brief(plan: Plan) -> list[str]:
    counts = facts.strength_counts(plan)
    rules = ";".join(
        f"{WORDS[s]}类规则达标 {met:,} 条、未达标 {failed:,} 条、未评估 {unknown:,} 条"
        for s, (met, failed, unknown) in counts.items()
        if met + failed + unknown
    )
    statuses = facts.status_counts(plan)
    said = [
        f"本规划依据 {plain(plan.policy)},服务常住人口 {whole(facts.people(plan))} 人。{rules}。",
        "",
        f"机构变化:新建 {statuses.get('new', 0):,} 处,升级 {statuses.get('upgraded', 0):,} 处,"
        f"关闭 {statuses.get('closed', 0):,} 处,保持不变 {statuses.get('kept', 0):,} 处。",
        "",
    ]
    said += [
        f"* {_rule(plan, gain.rule)}新增覆盖 {whole(gain.gain)} 人{_lost(gain)},"
        f"仍未覆盖 {whole(gain.left)} 人。"
        for gain in facts.gains(plan)
        if gain.gain >= 1 or gain.left >= 1
    ]
    return [*said, ""] if said[-1] else said


def _where(plan: Plan) -> list[str]:
    kinds = facts.room(plan).kinds
    lines = []
    counties = facts.counties(plan)
    for county in counties[: facts.MOST_COUNTIES]:
        residents = "" if county.residents is None else f"(常住人口 {whole(county.residents)} 人)"
        name = plain(county.name) or "规划单位以外"
        lines.append(f"* **{name}**{residents}:{_sites(county, kinds)}。{_because(county)}"
                     f"{_amounts(county)}")  # fmt: skip
    if lines and not any(a.have is not None for c in counties for a in c.amounts):
        lines.append("* 以上配置的现状均未知。")
    if len(counties) > facts.MOST_COUNTIES:
        left = len(counties) - facts.MOST_COUNTIES
        lines.append(f"* 另有 {left:,} 个单位变化较少,见 units.csv 和 facilities.csv。")
    return lines or ["无:本规划没有规划单位。"]


def _sites(county: facts.County, most: int) -> str:
    said = [
        f"{_VERBS[s.status]}{kind_label(s.kind, chinese=True)} {s.count:,} 处"
        + (f"(配救护车 {s.ambulances:,} 辆)" if s.ambulances else "")
        for s in county.sites
    ]
    return few(said, most, "另有 {n} 类变化", "、") or "机构无变化"


def _because(county: facts.County) -> str:
    said = [
        f"{plain(g.rule)} 新增覆盖 {whole(g.gain)} 人{_lost(g)}"
        + (f",仍有 {whole(g.left)} 人未覆盖" if g.left >= 1 else "")
        for g in county.gains
        if g.gain >= 1
    ]
    return f"理由:{';'.join(said)}。" if said else ""


def _lost(gain: facts.Gain) -> str:
    return f",失去覆盖 {whole(gain.lose)} 人" if gain.lose >= 1 else ""


def _amounts(county: facts.County) -> str:
    known = any(amount.have is not None for amount in county.amounts)
    said = []
    for amount in county.amounts:
        today = "未知" if amount.have is None else figure(amount.have)
        label = resource_label(amount.resource, chinese=True)
        said.append(f"{label} {figure(amount.allocated)}" + (f"(现状 {today})" if known else ""))
    return f"配置总量:{'、'.join(said)}。" if said else ""


def _gives(plan: Plan) -> list[str]:
    lines = facts.gave_way(plan)
    if not lines:
        return ["凡能评估的规则全部达标。"]
    said = []
    for line in lines[:_GIVEN]:
        required, achieved = float(line["required"]), float(line["achieved"])
        text = f"* {_rule(plan, str(line['rule']))}({word(str(line['strength']), chinese=True)})"
        if not (math.isnan(required) or math.isnan(achieved)):
            measure = _measure(line["measure"])
            text += f"要求 {figure(required)},达到 {figure(achieved)}({measure})。"
        if line["note"]:
            text += f"{_told(line['note'])}。"
        said.append(text)
    if len(lines) > _GIVEN:
        said.append(f"* 另有 {len(lines) - _GIVEN:,} 条,见 compliance.csv。")
    ways = few(_ways_out(plan), _GIVEN, "另有 {n} 项,见 conflicts.csv。", "\n").splitlines()
    if plan.conflicts.empty:
        ways = ["未查找冲突原因。"]
    return [*said, "", *(ways or ["未找到(或未查找)足以解决的单项变动。"])]


def _ways_out(plan: Plan) -> list[str]:
    """What clashes, and which single change would be enough, from the table of conflicts."""
    said: list[str] = []
    for _, members in plan.conflicts.groupby("clash", sort=True):
        if len(members) == 1 and members["change"].isna().all():
            continue  # nothing to tell that its own line does not
        named = [
            _told(m["words"]) if m["strength"] == "limit" else plain(m["member"])
            for m in members.to_dict("records")
        ]
        text = f"不能同时满足:{'、'.join(named)}" if len(named) > 1 else f"无法满足:{named[0]}"
        enough = members[members["change"].notna()].sort_values("change_share", kind="stable")
        ways = [
            f"{_told(m['member'])} 放宽 {figure_up(float(m['change']))} {_measure(m['measure'])}"
            for m in enough.to_dict("records")
        ]
        none = "未找到(或未查找)足以解决的单项变动。"
        text += f"。以下任一项即可:{';'.join(ways)}。" if ways else f"。{none}"
        said.append(f"{len(said) + 1}. {text}")
    return said


def _costs(plan: Plan) -> list[str]:
    currency = _currency(plan)
    total = facts.total_cost(plan)
    budget = plan.provenance.get("budget")
    if total is None:
        said = "本规划未给出总费用。"
    else:
        limit = "未设预算。" if budget is None else f"预算 {whole(float(budget))} {currency}。"
        said = f"总费用 {whole(total)} {currency};{limit}"
    kinds = [
        f"{kind_label(kind, chinese=True)} {whole(cost)}"
        for kind, cost in facts.costs_by_kind(plan)
    ]
    if not kinds:
        return [said]
    listed = few(kinds, _KINDS, "另有 {n} 类", ";")
    return [said, "", f"其中机构建设({currency}):{listed}。"]


def _steps(plan: Plan) -> list[str]:
    said = []
    for number, step in enumerate(facts.next_steps(plan), 1):
        what = "或".join(kind_label(k, chinese=True) for k in step.kinds)
        asked = f"{what}{_STEPS[0]}" if step.step == 0 else f"增加 {step.step:,} 处{what}"
        if step.measure == "people":
            effect = f"新增覆盖 {whole(step.effect)} 人"
        else:
            effect = f"平均时间减少 {figure(-step.effect)} 分钟"
        cost = "" if step.cost is None else f",费用 {whole(step.cost)} {_currency(plan)}"
        at = f",位置 {plain(step.at)}" if step.at else ""
        said.append(f"{number}. {asked}:{effect}({plain(step.rule)}){at}{cost}。")
    return said or ["没有发现能增加覆盖或缩短时间的单项增加。"]


def _trust(plan: Plan) -> list[str]:
    gap = "" if math.isinf(plan.gap) or math.isnan(plan.gap) else f"(差距 {plan.gap:.2%})"
    aim = word(plan.objective, chinese=True)
    proven = "已证明为最优" if plan.status is Status.OPTIMAL else "尚未证明为最优"
    said = [f"* 目标“{aim}”的答案{proven}{gap}。"]
    if not plan.reproducible:
        said.append("* 计算因时限或人为中止,再次运行结果可能不同。")
    if edited := plan.provenance.get("edited_by_hand"):
        said.append(f"* 经人工修改:{plain('、'.join(edited))};对其不作证明。")
    if parts := contents.modelled_parts(plan):
        said.append(f"* 模拟或假设、非实测的数据:{'、'.join(_PARTS[p] for p in parts)}。")
    if rules := facts.not_evaluated(plan):
        named = few(map(plain, rules), _RULES, "另有 {n} 条", "、")
        said.append(f"* 未评估的规则 {len(rules):,} 条:{named}。")
    changed = plan.assumptions[plan.assumptions["changed"].astype(bool)]
    named = "、".join(
        f"{plain(n)} = {plain(v if isinstance(v, str) else ('无' if v is None else f'{v:g}'))}"
        for n, v in zip(changed["name"], changed["value"], strict=True)
    )
    said.append(f"* 改动的假设:{named or '无'}。")
    told = plan.provenance.get("notes")
    notes = [_told(n).rstrip("。.") for n in told] if isinstance(told, list | tuple) else []
    # Those in Chinese first: people wrote the others, in their own language.
    notes.sort(key=lambda note: not has_chinese(note))
    said += [f"* {note}。" for note in notes[:_NOTES]]
    if len(notes) > _NOTES:
        said.append(f"* 另有 {len(notes) - _NOTES:,} 条备注,见 plan.json。")
    return said


def _told(sentence: object) -> str:
    """What the engine says, in Chinese; what people wrote, as they wrote it."""
    return plain(in_chinese(str(sentence)) or sentence)


def _measure(measure: object) -> str:
    told = str(measure)
    return _MEASURES.get(told, plain(word(told, chinese=True)))


def _currency(plan: Plan) -> str:
    told = str(plan.provenance.get("currency") or plan.objective_unit)
    return "元" if told == "CNY" else plain(told)


def _rule(plan: Plan, rule: str) -> str:
    told = about_rule(plan, rule)
    clause = str(told.get("clause") or "")
    said = clause if has_chinese(clause) else str(told.get("meaning") or "")
    said = said.rstrip("。.;；")
    return f"{plain(rule)}:{plain(said)}。" if said else f"{plain(rule)}。"
