"""Words for people: headers, sheet names and values in English and in Chinese."""

from allocator.region.sites import KINDS
from allocator.region.stock import resources

SHEETS: dict[str, tuple[str, str]] = {
    "compliance": ("compliance", "合规性检查"),
    "counties": ("counties", "资源配置"),
    "facilities": ("facilities", "机构设施"),
    "demand": ("demand", "人口与覆盖"),
    "conflicts": ("conflicts", "冲突与出路"),
    "marginals": ("one more, one less", "边际分析"),
    "fairness": ("fairness", "公平性"),
    "assumptions": ("assumptions", "假设"),
    "proof": ("proof", "求解证明"),
    "sources": ("sources", "数据来源"),
}

SHEETS_OF_YEARS: dict[str, tuple[str, str]] = {
    "years": ("years", "分年度实施"),
    "year_rules": ("rules by year", "分年度达标"),
}
"""Only in the file of a plan over several years."""

HEADERS: dict[str, tuple[str, str]] = {
    "rule": ("rule", "规则编号"),
    "area": ("area id", "区域编号"),
    "area_name": ("area", "区域"),
    "measure": ("measured in", "计量单位"),
    "sense": ("sense", "关系"),
    "required": ("required", "要求值"),
    "required_upper": ("required, upper end", "要求上限"),
    "achieved": ("achieved", "达到值"),
    "rate_required": ("rate required", "要求比率"),
    "rate_achieved": ("rate achieved", "达到比率"),
    "slack": ("slack", "余量"),
    "slack_share": ("slack, % of required", "余量占要求(%)"),
    "met": ("met", "是否达标"),
    "binding": ("binding", "紧约束"),
    "strength": ("strength", "约束强度"),
    "evaluated": ("evaluated", "是否评估"),
    "branch": ("branch", "所选方案"),
    "basis": ("basis", "数据性质"),
    "origin": ("origin of the rule", "规则来源"),
    "price": ("price of one more", "边际价值"),
    "note": ("note", "说明"),
    "unit": ("unit id", "单位编号"),
    "name": ("name", "名称"),
    "level": ("level", "层级"),
    "resource": ("resource", "资源"),
    "have": ("have", "现有"),
    "need": ("need", "需求"),
    "allocated": ("allocated", "配置"),
    "change": ("change", "增减"),
    "per_1000": ("per 1,000 residents", "每千人口"),
    "id": ("id", "编号"),
    "kind": ("kind", "类别"),
    "grade": ("grade", "等级"),
    "run_by": ("run by", "举办主体"),
    "status": ("status", "状态"),
    "lon": ("longitude (WGS84)", "经度(WGS84)"),
    "lat": ("latitude (WGS84)", "纬度(WGS84)"),
    "x_m": ("x (m)", "X坐标(米)"),
    "y_m": ("y (m)", "Y坐标(米)"),
    "beds": ("beds", "床位"),
    "ambulances": ("ambulances", "救护车"),
    "negative_pressure": ("negative-pressure ambulances", "负压救护车"),
    "attributes": ("attributes", "属性"),
    "people_served": ("people served", "服务人口"),
    "cost": ("cost", "费用"),
    "value": ("value", "取值"),
    "changed": ("changed", "是否改动"),
    "meaning": ("meaning", "含义"),
    "source": ("source", "来源"),
    "clause": ("clause", "原文"),
    "line": ("line of the text", "行号"),
    "document": ("document", "文件"),
    "tier": ("tier", "层次"),
    "block": ("block", "分块"),
    "objective": ("objective", "目标值"),
    "bound": ("bound", "界"),
    "gap": ("gap", "差距"),
    "seconds": ("seconds", "秒"),
    "item": ("item", "项目"),
    "cell": ("cell id", "网格编号"),
    "urban": ("urban", "是否城镇"),
    "site": ("site id", "机构编号"),
    "parent": ("lies in", "上级单位"),
    "cells": ("cells", "网格数"),
    "km2": ("area (km2)", "面积(平方公里)"),
    "minutes_mean": ("minutes, mean", "平均时间(分钟)"),
    "minutes_most": ("minutes, most", "最长时间(分钟)"),
    "km_mean": ("km, mean", "平均距离(公里)"),
    "km_most": ("km, most", "最远距离(公里)"),
    "minutes": ("minutes", "时间(分钟)"),
    "km": ("km", "距离(公里)"),
    "settlement": ("urban or rural", "城乡"),
    "covered_today": ("covered today", "现状覆盖"),
    "covered": ("covered in the plan", "规划覆盖"),
    "not_covered": ("not covered in the plan", "规划未覆盖"),
    "covered_share": ("covered in the plan, %", "规划覆盖率(%)"),
    "section": ("section", "类别"),
    "clash": ("clash", "冲突"),
    "member": ("member", "成员"),
    "words": ("in words", "内容"),
    "missed": ("missed by", "未达数量"),
    "people": ("people", "涉及人口"),
    "change_share": ("change, % of what is asked", "让步占要求(%)"),
    "objective_change": ("effect on the objective", "对目标值的影响"),
    "asked": ("one more or less of", "增减对象"),
    "step": ("how many", "增减数量"),
    "effect": ("effect", "影响"),
    "effect_bound": ("proven at best", "影响上限"),
    "currency": ("currency", "币种"),
    "at": ("at site", "位置"),
    "method": ("how it was found", "求法"),
    "year": ("year", "年份"),
    "stock": ("at the end of the year", "年末数量"),
    "added": ("added", "新增"),
    "left": ("left", "减少"),
    "spent": ("spent", "支出"),
    "met_from": ("met from", "达标起始年"),
    "figure": ("resource or rule", "资源或规则"),
    "when": ("today or plan", "现状或规划"),
    "areas": ("areas", "区域数"),
    "mean": ("mean", "均值"),
    "worst": ("lowest", "最低值"),
    "worst_area": ("lowest in", "最低区域"),
    "best": ("highest", "最高值"),
    "best_area": ("highest in", "最高区域"),
    "range": ("range", "极差"),
    "mean_deviation": ("mean deviation", "平均差"),
    "gini": ("Gini coefficient", "基尼系数"),
    "theil": ("Theil index", "泰尔指数"),
    "atkinson": ("Atkinson index (0.5)", "阿特金森指数(0.5)"),
}

WORDS: dict[str, str] = {
    "must": "必须", "target": "目标", "wish": "期望", "info": "参考", "limit": "客观限制",
    "existing beds": "现有床位",
    "kept": "保留", "new": "新建", "closed": "关闭", "upgraded": "升级",
    "planned": "规划", "measured": "实测", "modelled": "模拟", "assumed": "假设",
    "beds": "床位", "persons": "人员", "vehicles": "车辆", "people": "人口", "sites": "机构",
    "minutes": "分钟", "branches": "方案", "defects": "缺陷", "all": "全域",
    "band": "区间", "about": "左右", "objective": "规划目标",
    "city": "市", "district": "区", "county": "县(市)", "town": "镇", "street": "街道",
    "taken": "采用", "not taken": "未采用", "yes": "是", "no": "否",
    "met": "达标", "NOT MET": "未达标", "not evaluated": "未评估", "binding": "紧",
    "rule": "规则", "urban": "城镇", "rural": "农村", "total": "合计",
    "plan": "规划", "input file": "输入文件", "attribution": "署名", "note": "说明",
    "warning": "警告", "solver": "求解器", "version": "版本", "table": "数据表", "travel": "出行",
    "units without figures": "未单列区域",
    "optimal": "最优", "feasible": "可行", "infeasible": "不可行", "unbounded": "无界",
    "no_solution": "无解",
    "minimise cost": "费用最小", "minimise change": "变动最小", "minimise travel": "行程最短",
    "maximise coverage": "覆盖最大", "maximise worst_county": "最弱县最优",
}  # fmt: skip


def sheet_name(sheet: str, *, chinese: bool) -> str:
    """Name of a sheet."""
    return (SHEETS | SHEETS_OF_YEARS)[sheet][chinese]


OF_RULES: dict[str, tuple[str, str]] = {
    "covered": ("covered in the plan", "规划覆盖"),
    "covered_today": ("covered today", "现状覆盖"),
    "nearest": ("served by", "服务机构"),
    "minutes": ("minutes in the plan", "规划时间(分钟)"),
    "minutes_today": ("minutes today", "现状时间(分钟)"),
    "km": ("km in the plan", "规划距离(公里)"),
    "km_today": ("km today", "现状距离(公里)"),
}
"""Columns of cells that are of one rule: ``covered:RULE``."""


def header(column: str, *, chinese: bool) -> str:
    """Header of a column; an unknown column keeps its own name.

    >>> header("minutes:J026", chinese=False)
    'minutes in the plan, J026'
    """
    what, colon, rule = column.partition(":")
    if colon and what in OF_RULES:
        return f"{OF_RULES[what][chinese]}, {rule}"
    return HEADERS[column][chinese] if column in HEADERS else column


def header_with_unit(column: str, currency: str, *, chinese: bool) -> str:
    """Header of a column with what its numbers are counted in, where the header does not say.

    >>> header_with_unit("cost", "CNY", chinese=False)
    'cost (CNY)'
    """
    said = header(column, chinese=chinese)
    if column in _MONEY and currency:
        return f"{said} ({currency})"
    unit = _UNITS.get(column, ("", ""))[chinese]
    return f"{said} ({unit})" if unit else said


_MONEY = {"cost", "spent"}
_UNITS = {
    "people_served": ("persons", "人"), "people": ("persons", "人"), "beds": ("", "张"),
    "ambulances": ("", "辆"), "negative_pressure": ("", "辆"),
}  # fmt: skip


def word(value: str, *, chinese: bool) -> str:
    """A word of the tables (strength, status, level ...); unknown words stay as they are."""
    return WORDS.get(value, value) if chinese else value


def resource_label(resource: str, *, chinese: bool) -> str:
    """Label of a resource; an unknown one keeps its id."""
    known = resources().get(resource)
    if known is None:
        return resource
    return known.label_zh if chinese else known.label


def kind_label(kind: str, *, chinese: bool) -> str:
    """Label of a site kind; an unknown one keeps its id."""
    return KINDS[kind][chinese] if kind in KINDS else kind
