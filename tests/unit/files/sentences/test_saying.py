"""Sentences of the engine in Chinese: whole, joined, nested; other texts stay as they are."""

import time

import pytest

from allocator.assumptions import CATALOGUE
from allocator.files.sentences import in_chinese
from allocator.planning import marginals
from allocator.policy.words import one_of
from allocator.region.stock import resources


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("no admissions", "没有入院人次"),
        ("taken: J025.street", "采用 J025.street"),
        (
            "branch of J025; 5 of 7 units short; a surplus elsewhere does not count",
            "J025 的备选方案; 7 个单位中有 5 个不足; 其他单位的盈余不予抵补",
        ),
        (
            "145,327 people live in cells below the settled density of 300 per km2; 62,121 of "
            "them are not covered; 30,567 people are out of reach of every site, candidates too",
            "145,327 人居住在低于聚居密度(每平方公里 300 人)的网格; 其中 62,121 人未覆盖; "
            "30,567 人在所有机构(含备选点位)的可达范围之外",
        ),
        (
            "2 of 13 wards fail: 海宁市 Haining, beds_3b_tcm: 10.2 days, 0.31 nurses per bed; "
            "桐乡市 Tongxiang, beds_3b_tcm: 10.2 days; and 3 more",
            "13 个病区中有 2 个不达标: 海宁市 Haining, 三级乙等中医医院床位: 住院 10.2 天, "
            "床护比 0.31; 桐乡市 Tongxiang, 三级乙等中医医院床位: 住院 10.2 天; 另有 3 项",
        ),
        ("reported only; 3..5 items", "仅列出, 不作评估; 3..5 项"),
        ("reported only; 12 bells a week", "仅列出, 不作评估; 12 bells a week"),
        (
            "reported only; unset (province: 7.5) beds per 1,000; stricter than N001 (own rule)",
            "仅列出, 不作评估; unset (province: 7.5) 张床位/千人; 严于 N001(自定规则)",
        ),
        ("+1 ambulance station: 0 people", "急救站 +1: 0 人"),
        (
            "-1 ambulance station in 南湖区 Nanhu: 475 fewer people within 3.5 km",
            "急救站 -1(南湖区 Nanhu): 3.5 公里内覆盖减少 475 人",
        ),
        (
            "+1 village clinic or geriatric, nursing or rehabilitation institution, the others "
            "free to move: 503.415 more people within 30 minutes of the call or better, at best "
            "3,225 more people within 30 minutes of the call",
            "村卫生室或接续性医疗机构 +1(其余点位可调整): 呼救后 30 分钟内覆盖增加 503.415 人"
            "或更优, 最多为: 呼救后 30 分钟内覆盖增加 3,225 人",
        ),
        ("+1 person asked for by J041: 200,000 CNY more", "J041 的要求值(人) +1: 增加 200,000 CNY"),
        (
            "walk: roads: 73,818 people (8.5%) are farther than 2000 m from any road and reach "
            "nothing",
            "步行: 道路: 73,818 人(8.5%)距任何道路超过 2000 米, 无法到达任何机构",
        ),
        (
            "no stock is known of ambulances, gps: what is added of them is in no cost",
            "现状数量未知: 救护车、全科医生; 其新增部分未计入费用",
        ),
        ("populations.csv has no age60 for A, B, C and 4 more",
         "populations.csv 中没有 A, B, C 等(另有 4 个) 的 age60"),
        ("number 3 in place of 5/2, level none in place of x (jiaxing-2025)",
         "number 由 5/2 改为 3, level 由 x 改为 none(jiaxing-2025)"),
    ],
)  # fmt: skip
def test_a_sentence_is_said_in_chinese(english, chinese):
    """Numbers, ids and names as they stand; labels translated; joined ones part by part."""
    assert in_chinese(english) == chinese


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "; ", "jiaxing-2025", "Ask Mr Li before you print this.", "12 apples are left",
        "taken: J015; somebody's own remark", "no admissions; ", "没有入院人次", "{rule}", "\0",
        "+1 unicorn: 0 people", "Every rural resident reaches primary care within 20 minutes.",
    ],
)  # fmt: skip
def test_other_texts_are_not_translated(text):
    """Notes that people write in their files are theirs; half a translation is none."""
    assert in_chinese(text) is None


@pytest.mark.parametrize("block", ["ems station", "beds, staff, vehicles", "everything"])
def test_parts_of_a_plan_have_chinese_names(block):
    """Blocks of the table of proof."""
    assert in_chinese(block, "part") not in {None, block}
    assert in_chinese(f"{block}: sites as planned", "part") is not None


def test_every_assumption_is_said_in_chinese():
    """Meaning, source and unit of each reading."""
    silent = [
        (one.name, text)
        for one in CATALOGUE
        for text in (one.meaning, one.source, one.unit)
        if text and in_chinese(text) is None
    ]
    assert not silent


def test_every_way_of_finding_an_effect_is_said_in_chinese():
    """Methods of the table of marginals."""
    methods = (
        marginals.TRIED, marginals.SOLVED, marginals.HELD, marginals.RESITED, marginals.STOPPED,
        marginals.BY_MODEL,
    )  # fmt: skip
    assert all(in_chinese(method) for method in methods)


def test_limits_of_every_resource_are_said_in_chinese():
    """Each label that the engine puts into a limit or an effect is known."""
    for one in resources().values():
        assert in_chinese(f"{one.label} that exist stay") == f"现有{one.label_zh}保留不减"
        assert in_chinese(f"+1 {one_of(one.label)}: 0 people") == f"{one.label_zh} +1: 0 人"
        assert in_chinese(f"-1 {one_of(one.label)} in X: 0 km") == f"{one.label_zh} -1(X): 0 公里"


HOSTILE = (
    "; " * 50_000, "a: " * 33_000, "walk: " * 16_000, "1" * 100_000, "1,111" * 20_000,
    "+1 ambulance station in " * 4_000, "taken: " + "x; " * 30_000, "no stock is known of " * 4_500,
    "roads: 1 people (1%) " * 4_700, "a and 1 more " * 7_000, "(" * 100_000, "x" * 100_000,
    " in place of ".join("y" * 8_000), "x, " * 33_000 + "beds_3a_tcm: ",
)  # fmt: skip


@pytest.mark.parametrize("size", [1_000, 7_900, 100_000])
@pytest.mark.parametrize("at", range(len(HOSTILE)))
def test_no_text_takes_long(at, size):
    """Hostile or very long: an answer comes at once, whatever it is."""
    text = HOSTILE[at][:size]
    began = time.process_time()
    in_chinese(text)
    in_chinese(text + " are farther than 1 m from any road and reach nothing")
    assert time.process_time() - began < 2.0
