"""One more and one less, in words and as a table."""

from allocator.plan_tables import MARGINAL_COLUMNS, Line
from allocator.planning.marginals import SOLVED, STOPPED, Marginal, marginal_table


def one(**fields):
    dull = {
        "asked": "ems_station", "what": "ambulance station", "area": "all", "step": 1.0,
        "rule": "J012", "effect": 12_400.0, "measure": "people",
        "better": "more people within 15 minutes", "worse": "fewer people within 15 minutes",
        "method": SOLVED,
    }  # fmt: skip
    return Marginal(**{**dull, **fields})


def words(*found):
    lines = [Line("J031", "all", "all", "beds", ">=", "must")]
    return marginal_table(found, lines, {"H": "Haining"}, "CNY")["words"].tolist()


def test_the_sign_is_said_in_words():
    """More and fewer people; nothing is 0 of its unit, whatever the solver's tolerance leaves."""
    assert words(one(), one(effect=-310.0, step=-1.0), one(effect=1e-7, measure="minutes")) == [
        "+1 ambulance station: 12,400 more people within 15 minutes",
        "-1 ambulance station: 310 fewer people within 15 minutes",
        "+1 ambulance station: 0 minutes",
    ]


def test_the_place_and_the_unit_of_a_rule_are_named():
    """A unit by its name; the figure of a rule in what its line is counted in."""
    asked = one(
        asked="J031", what="{unit} asked for by J031", rule="objective", measure="CNY",
        better="{measure} more", worse="{measure} less", effect=880_000.0, area="H",
    )  # fmt: skip
    assert words(asked) == ["+1 bed asked for by J031 in Haining: 880,000 CNY more"]
    missed = one(
        asked="J031", what="{unit} asked for by J031", rule="J031", measure="", effect=1.0,
        better="{measure} more missed of J031", worse="",
    )  # fmt: skip
    assert words(missed) == ["+1 bed asked for by J031: 1 bed more missed of J031"]


def test_a_large_step_is_written_in_full():
    """A million is 1,000,000."""
    step = one(what="CNY of budget", step=1e6, effect=0.0)
    assert words(step) == ["+1,000,000 CNY of budget: 0 people"]


def test_the_table_has_its_columns_and_drops_what_tolerance_leaves():
    """An effect of 1e-7 is 0 in the table, too."""
    table = marginal_table([one(effect=-1e-7, cost=3.0)], [], {}, "EUR")
    assert tuple(table.columns) == MARGINAL_COLUMNS
    assert table["effect"].tolist() == table["effect_bound"].tolist() == [0.0]
    assert table["currency"].tolist() == ["EUR"]
    assert marginal_table([], [], {}, "EUR").empty
    assert marginal_table([one()], [], {}, "EUR")["currency"].tolist() == [""]


def test_what_is_not_proven_and_what_cannot_be_had_is_said():
    """A range where a work limit ended the search; no number where there is no answer."""
    cover = {"better": "more {measure} within 2 km", "worse": "fewer {measure} within 2 km"}
    free = ", the others free to move"
    assert words(
        one(**cover, effect=3.0, bound=5.0, how=free, method=STOPPED),
        one(**cover, effect=-1.0, step=-1.0),
        one(effect=float("nan"), step=-1.0),
        one(**cover, effect=2.0, step=0.0),
    ) == [
        "+1 ambulance station, the others free to move: 3 more people within 2 km or better, "
        "at best 5 more people within 2 km",
        "-1 ambulance station: 1 fewer person within 2 km",
        "-1 ambulance station: not without missing more of another rule",
        "as many, placed anew (ambulance station): 2 more people within 2 km",
    ]
