"""Words that stand at places of sentences: measures, labels, groups of people."""

from collections.abc import Mapping
from functools import cache

from allocator.files.labels import WORDS
from allocator.lp.status import Status
from allocator.policy.words import one_of
from allocator.region.sites import ATTRIBUTES, KINDS
from allocator.region.stock import resources

_MEASURES = {
    "people": "人", "persons": "人", "persons over the plan": "人(规划期内)",
    "persons a year": "人/年", "person-years a year": "人年/年", "person-trips": "人次",
    "person-minutes": "人·分钟", "minutes": "分钟", "days": "天", "years": "年", "months": "个月",
    "km": "公里", "m2": "平方米", "mu": "亩", "beds": "张床位", "rooms": "间", "chairs": "台牙椅",
    "places": "个托位", "posts": "个岗位", "teams": "个团队", "vehicles": "辆", "boards": "块",
    "items": "项", "sites": "处机构", "units": "个单位", "branches": "个方案", "defects": "处缺陷",
    "definitions": "项定义", "households": "户", "schools": "所学校", "villages": "个村",
    "communities": "个社区", "markets": "个市场", "counties": "个县(市、区)", "projects": "个项目",
    "visits a year": "人次/年", "admissions a year": "人次/年(入院)",
    "bed-days a year": "床日/年", "tonnes a year": "吨/年", "10,000 CNY a year": "万元/年",
    "rank": "位", "level": "级", "index": "(指数)", "ratio": "(比值)", "% a year": "%/年",
    "% within 3 min": "%(3 分钟内)", "% within 10 s": "%(10 秒内)", "per 1,000": "/千人",
    "per 100,000": "/10 万", "beds per 1,000": "张床位/千人", "people per circle": "人/服务圈",
    "Gini coefficient": "(基尼系数)",
    "sites, beds, posts and vehicles changed": "项变动(机构、床位、岗位、车辆)",
    "people not covered": "人(未覆盖)",
    "share of the full rate that the worst-served county lacks": "(最弱县与足额比率的差距份额)",
}  # fmt: skip

MEASURES: Mapping[str, str] = {one_of(m): zh for m, zh in _MEASURES.items()} | _MEASURES
"""What is counted, in the plural and in the singular: as it stands after a number."""


@cache
def vocabularies() -> Mapping[str, Mapping[str, str]]:
    """Words by the kind of place at which they stand."""
    labels = {r.label: r.label_zh for r in resources().values()}
    return {
        "known": MEASURES,
        "strength": {s: WORDS[s] for s in ("must", "target", "wish")},
        "status": {s.value: WORDS[s.value] for s in Status},
        "objective": {name: zh for name, zh in WORDS.items() if name.startswith(("mini", "maxi"))},
        "resource": {r.id: r.label_zh for r in resources().values()},
        "label": {one_of(label): zh for label, zh in labels.items()} | labels,
        "site": dict(KINDS.values()),
        "kind": {kind: words[1] for kind, words in KINDS.items()},
        "network": {kind.replace("_", " "): words[1] for kind, words in KINDS.items()},
        "header": {"have": "现有", "need": "需求", "allocated": "配置"},
        "group": {
            "urban": "城镇", "rural": "农村", "age60": "60 岁及以上", "age65": "65 岁及以上",
            "elderly": "老年", "under3": "3 岁以下", "total": "全部",
        },
        "attribute": {name: words[1] for name, words in ATTRIBUTES.items()},
        "mode": {"walk": "步行", "drive": "驾车", "ambulance": "救护车"},
        "counted": {"people": "人", "cells": "个网格", "weight": "(权重)"},
        "reason": {
            "have no id": "没有编号", "repeat an id": "编号重复",
        },
        "urban": {"centres and clusters": "城市中心和城市集群", "centres alone": "仅城市中心"},
        "side": {"cells": "个网格", "sites": "处机构"},
        "wind": {
            "north": "北", "north-east": "东北", "east": "东", "south-east": "东南",
            "south": "南", "south-west": "西南", "west": "西", "north-west": "西北",
        },
        "system": {"GCJ-02 (Amap, Tencent)": "GCJ-02(高德、腾讯)", "BD-09 (Baidu)": "BD-09(百度)"},
    }  # fmt: skip
