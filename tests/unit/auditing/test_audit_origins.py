"""Every line says where its rule is from; the region's line says which rule is the stricter."""

from builders import rule, small_policy, small_region

from allocator.auditing.compliance import audit
from allocator.planning.optimisation import plan
from allocator.policy.merging import merged

NURSES = {"resources": ["nurses"], "level": []}
OWN = {
    "id": "mine", "kind": "quota", "strength": "target", "meaning": "more", "sense": ">=",
    "resources": ["physicians"], "number": 2, "per": 1000,
}  # fmt: skip


def whole_policy():
    """A plan over another one, with an override and a rule of one's own."""
    local = small_policy(
        rule("quota", id="L1", number=5, **NURSES),
        rule("quota", id="L2", resources=["physicians"], number=1),
        id="local",
    )
    other = small_policy(rule("quota", id="N1", number=4, **NURSES), id="national")
    return merged(local, over=other, rules=[OWN], overrides={"L2": {"strength": "wish"}})


def test_today_and_the_plan_say_where_each_rule_is_from():
    """The same column in both tables, in every area; what is no rule has none."""
    region = small_region(stock={("R", "nurses"): 3, ("R", "physicians"): 1})
    policy = whole_policy()
    for table in (audit(region, policy), plan(region, policy).compliance):
        rules = table[~table["rule"].str.startswith("PHYSICAL")]
        assert dict(zip(rules["rule"], rules["origin"], strict=True)) == {
            "L1": "local", "L2": "override of local", "N1": "national", "mine": "own rule",
        }  # fmt: skip
        assert set(table[table["rule"].str.startswith("PHYSICAL")]["origin"]) <= {""}
        notes = rules[rules["area"] == "all"].set_index("rule")["note"]
        assert "stricter than N1 (national)" in notes["L1"]
        assert "L1 (local) is stricter" in notes["N1"]
        assert "strength wish in place of must (local)" in notes["L2"]
        assert not rules[rules["area"] != "all"]["note"].str.contains("stricter").any()
