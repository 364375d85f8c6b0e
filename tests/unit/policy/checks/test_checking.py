"""What the check says of the five plans: the tensions that a planner must know are all told."""

import pytest

from allocator.policy.checks.checking import check_policy
from allocator.policy.policies import list_policies, read_policy


@pytest.mark.parametrize(
    ("plan", "topic", "rules"),
    [
        ("gongshu-2025", "two numbers", ("G001", "G010.physicians")),
        ("gongshu-2025", "two numbers", ("G002", "G010.nurses")),
        ("gongshu-2025", "denominators differ", ("G004", "G022")),
        ("gongshu-2025", "new and existing", ("G014", "G015")),
        ("xihu-2020", "denominators differ", ("X006", "X007")),
        ("xihu-2020", "one dominates", ("X010", "X009")),
        ("xihu-2020", "split", ("X051", "X052")),
        ("jiaxing-2025", "rate and number", ("J071", "J072")),
        ("jiaxing-2025", "sum of parts", ("J031", "J035")),
        ("jiaxing-2025", "radius and response", ("J012", "J013")),
        ("jiaxing-2025", "posts and recruits", ("J041", "J088")),
        ("jiaxing-2025", "same staff", ("J108", "J109")),
        ("jiaxing-2025", "implied", ("J015", "J005", "J007")),
        ("jiaxing-2025", "implied", ("J021", "J093.county")),
        ("jiaxing-2025", "implied", ("J028", "J093.town")),
        ("jiaxing-2025", "named twice", ("J120.rehab", "J126.rehab")),
        ("zhengzhou-2017", "two parts", ("Z004", "Z005")),
        ("yulin-2020", "sum of parts", ("Y003", "Y004", "Y005")),
        ("yulin-2020", "named and counted",
         ("Y002.sub", "Y012.shenmu", "Y012.jingbian", "Y012.suide")),
    ],
)  # fmt: skip
def test_the_known_tension_is_told(plan, topic, rules):
    """Each with the rules it concerns, and with what a plan does about it."""
    (finding,) = [f for f in check_policy(read_policy(plan)) if f.rules == rules]
    assert finding.topic == topic
    assert finding.treatment


@pytest.mark.parametrize("plan", list_policies())
def test_findings_name_rules_of_the_policy(plan):
    """Ids are those of rules or branches; nothing is told twice; a sentence ends with a stop."""
    policy = read_policy(plan)
    ids = {b.id for r in policy.rules for b in (r, *getattr(r, "branches", ()))}
    findings = check_policy(policy)
    assert len(set(findings)) == len(findings)
    for finding in findings:
        assert set(finding.rules) <= ids
        assert finding.sentence.startswith(f"{finding.topic}: {finding.rules[0]}") or (
            finding.rules[0] in finding.sentence
        )
        assert finding.sentence.endswith(".")
        assert ". ." not in finding.sentence
