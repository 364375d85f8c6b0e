"""What a map says in words: what it rests on, and every text that needs a font."""

import textwrap

from allocator.files import map_contents as contents
from allocator.files.fonts import Face
from allocator.files.labels import kind_label
from allocator.plans import Plan

CHINESE_TEXTS = (
    "现状规划已覆盖未覆盖不适用人来源规划人口坐标北模拟数据非实测机构网格未绘出见、保留新建关闭升级"
)
"""Every Chinese character that the map itself may write."""
_PARTS_ZH = {"facilities": "机构", "population grid": "人口网格"}
_LONGEST = 215
"""Characters of a line of small print across the sheet."""


def foot_notes(plan: Plan, face: Face, left_out: list[str], *, chinese: bool) -> list[str]:
    """Lines below the maps: people, CRS, proof, sources, what is modelled, what is not drawn."""

    def say(english: str, in_chinese: str) -> str:
        return in_chinese if chinese else english

    people = plan.cells["people"].astype(float).sum()
    north = say("north is grid north", "坐标北")
    lines = [
        f"{say('people as planned for', '规划人口')}: {people:,.0f}; CRS {plan.crs}; {north}; "
        f"{plan.objective}: {plan.status.value}, gap {plan.gap:.1%}"
    ]
    told = [*sources(plan), *source_notes(plan)]
    if told:
        lines.append(face.sayable(f"{say('Sources', '来源')}: {'; '.join(told)}"))
    modelled = contents.modelled_parts(plan)
    if modelled:
        zh = "、".join(_PARTS_ZH[part] for part in modelled)
        lines.append(
            say(f"MODELLED, not measured: {', '.join(modelled)}", f"模拟数据(非实测): {zh}")
        )
    if left_out:
        rules = ", ".join(left_out)
        lines.append(say(f"Not drawn, see cells.csv: {rules}", f"未绘出, 见 cells.csv: {rules}"))
    if face.lacks:
        lines.append(
            "No font with Chinese characters is installed: names are in Latin letters or are ids"
        )
    return [part for line in lines for part in textwrap.wrap(line, _LONGEST)]


def rule_lines(theme: contents.Theme, face: Face) -> list[str]:
    """What the rules of a theme mean, a line each, where the plan tells."""
    pairs = zip(theme.rules, theme.meanings, strict=False)
    return [face.sayable(textwrap.shorten(f"{r}: {m}", _LONGEST - 40)) for r, m in pairs if m]


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
    texts = [plan.region, plan.policy, *sources(plan), *source_notes(plan)]
    texts += [name for (name, _), _ in planned]
    texts += [meaning for theme in contents.themes(plan)[0] for meaning in theme.meanings]
    if chinese:
        kinds = sorted(set(plan.facilities["kind"]))
        texts += [CHINESE_TEXTS, *(kind_label(kind, chinese=True) for kind in kinds)]
    return texts
