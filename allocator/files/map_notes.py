"""What a map says in words: what it rests on, and every text that needs a font."""

import textwrap
from collections.abc import Mapping

from allocator.files import map_contents as contents
from allocator.files.fonts import Face
from allocator.files.labels import kind_label, resource_label, word
from allocator.files.map_ground import Ground
from allocator.plans import Plan

CHINESE_TEXTS = (
    "现状规划已覆盖未覆盖不适用本规则人来源依据人口坐标北真偏东西度模拟数据非实测机构网格未绘出见、保留新建关闭升级"
    "新增失去即情况到最近的分钟公里数无可达站点辆每千未知给定行程直线距离按假设车速与绕行系数估算自呼救起"
    "级果一致另有条件最优可行差距个单位无人居住费界线仅为示意划定之用边作比例尺处实长不结"
)
"""Every Chinese character that the map itself may write."""
_PARTS_ZH = {"facilities": "机构", "population grid": "人口网格"}
LONGEST = 215
"""Characters of a line of small print across the sheet."""


def foot_notes(
    plan: Plan,
    face: Face,
    left_out: list[str],
    ground: Ground,
    *,
    chinese: bool,
    longest: int = LONGEST,
) -> list[str]:
    """Lines below the maps: people, CRS, proof, sources, what is modelled, what is not drawn."""

    def say(english: str, in_chinese: str) -> str:
        return in_chinese if chinese else english

    people = plan.cells["people"].astype(float).sum()
    lines = [
        f"{say('people as planned for', '规划人口')}: {people:,.0f}; CRS {plan.crs}; "
        f"{_north(ground, chinese=chinese)}; {word(plan.objective, chinese=chinese)}: "
        f"{word(plan.status.value, chinese=chinese)}, {say('gap', '差距')} {plan.gap:.1%}"
    ]
    if rests := face.sayable(str(plan.provenance.get("document") or plan.policy)):
        lines.append(f"{say('Policy', '规划依据')}: {rests}")
    told = [*sources(plan), *source_notes(plan)]
    if told:
        lines.append(face.sayable(f"{say('Sources', '来源')}: {'; '.join(told)}"))
    modelled = contents.modelled_parts(plan)
    if modelled:
        zh = "、".join(_PARTS_ZH[part] for part in modelled)
        lines.append(
            say(f"MODELLED, not measured: {', '.join(modelled)}", f"模拟数据(非实测): {zh}")
        )
    lines.append(
        say(
            "Boundaries are drawn as the region's files have them; they say nothing on their legal "
            "status",
            "界线仅为示意, 不作划界依据",
        )
    )
    if left_out:
        rules = ", ".join(left_out)
        lines.append(say(f"Not drawn, see cells.csv: {rules}", f"未绘出, 见 cells.csv: {rules}"))
    if face.lacks:
        lines.append(
            "No font with Chinese characters is installed: names are in Latin letters or are ids "
            "(Noto Sans CJK SC would do)"
        )
    return [part for line in lines for part in textwrap.wrap(line, longest)]


def _north(ground: Ground, *, chinese: bool) -> str:
    """Which north the arrow shows."""
    if not ground.is_known:
        return "坐标北" if chinese else "north is grid north"
    turn = ground.turn_degrees
    if abs(turn) < 0.05:
        return "真北" if chinese else "north is true north"
    side = ("东" if turn > 0 else "西") if chinese else ("east" if turn > 0 else "west")
    if chinese:
        return f"真北, 坐标北偏{side}{abs(turn):.1f}度"
    return f"north is true north, {abs(turn):.1f}° {side} of grid north"


def rule_lines(plan: Plan, theme: contents.Theme, face: Face, *, chinese: bool) -> list[str]:
    """What the rules of a theme mean, a line each, where the plan tells."""
    told = [rule_meaning(plan, rule, chinese=chinese) for rule in theme.rules]
    said = [t for t, rule in zip(told, theme.rules, strict=True) if t != rule]
    return [face.sayable(textwrap.shorten(text, LONGEST - 40)) for text in said]


def rule_meaning(plan: Plan, rule: str, *, chinese: bool) -> str:
    """A rule's id and what it means; in Chinese the clause, where it is in Chinese."""
    found = []
    for name in ("rules", "coverage_rules"):
        told = plan.provenance.get(name)
        about = told.get(rule) if isinstance(told, Mapping) else None
        found.append(about if isinstance(about, Mapping) else {})
    clause = str(found[0].get("clause") or "")
    meaning = str(found[1].get("meaning") or found[0].get("meaning") or "")
    said = clause if chinese and has_chinese(clause) else meaning
    return f"{rule}: {said}" if said else rule


def region_name(plan: Plan, *, chinese: bool) -> str:
    """The region's name; in Chinese that of the unit that is the whole region, if it has one."""
    root = contents.region_row(plan, plan.units) if chinese and len(plan.units) else ""
    named = plan.units.loc[plan.units["unit"] == root, "name"].astype(str)
    name = next(iter(named), "")
    return name if chinese and has_chinese(name) else plan.region


def has_chinese(text: str) -> bool:
    """Whether there is a Chinese character in a text."""
    return any("\u4e00" <= c <= "\u9fff" for c in text)


def sources(plan: Plan) -> list[str]:
    """Whom the data are from, with their terms."""
    told = plan.provenance.get("attribution")
    return [f"{k} ({v})" for k, v in told.items()] if isinstance(told, dict) else []


def source_notes(plan: Plan) -> list[str]:
    """What is noted of the files that were read: years and methods stand there."""
    told = plan.provenance.get("sources")
    entries = told if isinstance(told, list | tuple) else []
    return [
        f"{entry['file']}: {entry['note']}"
        for entry in entries
        if isinstance(entry, dict) and entry.get("note")
    ]


def all_texts(plan: Plan, *, chinese: bool) -> list[str]:
    """Every text that may have to be drawn with characters beyond Latin."""
    planned, _ = contents.named_shapes(plan)
    texts = ["°", plan.region, plan.policy, *sources(plan), *source_notes(plan)]
    texts.append(str(plan.provenance.get("document") or ""))
    texts += [name for (name, _), _ in planned]
    for theme in contents.all_themes(plan):
        texts += [rule_meaning(plan, rule, chinese=chinese) for rule in theme.rules]
    if chinese:
        kinds = sorted(set(plan.facilities["kind"]))
        resources = sorted(set(plan.units["resource"]))
        texts += [CHINESE_TEXTS, region_name(plan, chinese=True)]
        texts += [word(plan.objective, chinese=True), word(plan.status.value, chinese=True)]
        texts += [*(kind_label(kind, chinese=True) for kind in kinds)]
        texts += [resource_label(resource, chinese=True) for resource in resources]
    return texts
