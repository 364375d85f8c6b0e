"""Published plans with a budget: sites, beds and staff in one program, which still has prices."""

from pathlib import Path

import pytest

from allocator.planning.marginals import HELD
from allocator.scenarios.reading import read_scenario
from allocator.scenarios.running import run

DATA = Path(__file__).parents[2] / "data"


@pytest.mark.slow
@pytest.mark.parametrize("region", ["xihu", "gongshu", "yulin"])
def test_a_large_plan_has_prices_of_both_sides(region):
    """Each rule's figure up and down; a budget that is not used up is worth nothing."""
    plan = run(read_scenario(DATA / region / "scenario.toml").changed(budget=2e10))
    told = plan.marginals[plan.marginals["method"] == HELD]
    asked = told[told["asked"] != "budget"]
    assert set(asked["step"]) == {1.0, -1.0}
    assert (asked["effect"] != 0).any() or region == "yulin"
    assert told.loc[told["asked"] == "budget", "effect"].eq(0).all()
    assert plan.compliance["price"].notna().any()
