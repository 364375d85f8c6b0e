"""Parts of a region, their programs, and programs put together."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from builders import rule, site, small_policy, small_region
from planned import EMS

from allocator.assumptions import Assumptions
from allocator.errors import InputError
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.planning.case import Case
from allocator.planning.parts.asking import Question, Reply, solve, solve_in_turn
from allocator.planning.parts.coupling import Coupling
from allocator.planning.parts.cutting import Cutter
from allocator.planning.parts.holds import Holds
from allocator.planning.parts.improving import Answers
from allocator.planning.parts.joining import Cluster, Joining
from allocator.planning.parts.merging import Groups, members
from allocator.planning.parts.part_block import build
from allocator.planning.parts.prices import Prices
from allocator.planning.parts.stages import Stages
from allocator.planning.parts.territory import Territory
from allocator.planning.parts.whole import Whole
from allocator.planning.tasks import Task
from allocator.region.ground import Region

EXACT = SolverSettings(gap=0.0)
UNITS = {
    "R": ("city", ""), "A": ("county", "R"), "B": ("county", "R"), "C": ("county", "R"),
    "A1": ("town", "A"),
}  # fmt: skip
STANDS = {"kinds": frozenset({"ems_station"})}


def chain(**more: Any) -> Region:
    """Three counties of three cells in a row: candidates in their middles, one on a border."""
    sites = [
        site("a", x_km=1.5, status="candidate", unit="A1", opening_cost=5),
        site("ab", x_km=2.9, status="candidate", unit="A1", opening_cost=7),
        site("b", x_km=4.5, status="candidate", unit="B", opening_cost=5),
        site("c", x_km=7.5, status="candidate", unit="C", opening_cost=5),
        site("stands", x_km=6.1, status="existing", unit="C"),
    ]
    given: dict[str, Any] = {
        "people": [100] * 9, "x_km": [k + 0.5 for k in range(9)], "y_km": [0.5] * 9,
        "cell_units": ["A1"] * 3 + ["B"] * 3 + ["C"] * 3, "units": UNITS, "sites": sites,
        "urban": [True], "planning": ["A", "B", "C"],
    }  # fmt: skip
    return small_region(**{**given, **more})


def whole_of(region: Region, *rules: Any) -> tuple[Whole, Task, Coupling]:
    case = Case(region, small_policy(*rules), Assumptions({"settled_density_per_km2": 0}))
    territory = Territory.of(region, "county")
    coupling = Coupling.of(case, territory, "cost")
    task = Task(
        name="ems", case=case, rules=list(rules), kinds=(STANDS["kinds"],), stocks=False,
        about="cost",
    )  # fmt: skip
    cutter = Cutter(task, territory, coupling)
    pieces = [build(cutter.cut(k)) for k in range(len(territory))]
    return Whole.of(pieces, task, coupling), task, coupling


def share(**more: Any) -> Any:
    return rule("coverage", sites=EMS, within_km=1.5, **{"share": "2/3", **more})


def first_answers(whole: Whole, holds: Holds) -> Answers:
    own = Prices(whole, holds, "objective")
    return Answers.first(whole, holds, map, EXACT, own.costs(own.centre))


# ---------------------------------------------------------------- territory


def test_towns_belong_to_the_county_above_them():
    territory = Territory.of(chain(), "county")
    assert territory.units == ("A", "B", "C")
    assert territory.cell.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert territory.site.tolist() == [0, 0, 1, 2, 2]


def test_what_lies_in_no_unit_goes_with_the_nearest_cell():
    region = chain()
    cells, sites = region.grid.table.copy(), region.sites.table.copy()
    cells.loc["c8", "unit"], sites.loc["b", "unit"] = "", "R"
    region = replace(
        region, grid=replace(region.grid, table=cells), sites=replace(region.sites, table=sites)
    )
    territory = Territory.of(region, "county")
    assert territory.cell[8] == 2
    assert territory.site[2] == 1


@pytest.mark.parametrize(("level", "word"), [("street", "no units"), ("town", "planning unit")])
def test_a_level_must_have_every_planning_unit_whole(level, word):
    with pytest.raises(InputError, match=word):
        Territory.of(chain(), level)


def test_several_levels_are_parts_together():
    """Districts beside counties, as in a city of China; not a town inside its county."""
    table = chain().units.table.copy()
    table.loc["B", "level"] = "district"
    region = replace(chain(), units=replace(chain().units, table=table))
    assert Territory.of(region, "district, county").units == ("A", "B", "C")
    assert Territory.of(region, "county,district").cell.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    with pytest.raises(InputError, match=r"units B lie in no county: .* added: county,district"):
        Territory.of(region, "county")
    with pytest.raises(InputError, match="A1 lies in A, and both would be parts"):
        Territory.of(region, "county,district,town")


# ---------------------------------------------------------------- pieces


def test_a_part_has_its_own_cells_and_sites_and_those_that_reach_over():
    whole, _, _ = whole_of(chain(), share(level=["county"]))
    homes = [sorted(p.homes) for p in whole.pieces]
    assert homes == [[0, 1], [2], [3, 4]]
    assert {(b.site, b.home, b.part) for b in whole.borders} == {(1, 0, 1)}
    # What stands anyway serves the neighbour, but nobody has to agree on it.
    assert 4 in whole.pieces[1].copies


def test_nobody_pays_for_a_neighbours_site():
    whole, _, _ = whole_of(chain(), share(level=["county"]))
    for piece in whole.pieces:
        paid = piece.tiers["objective"].vector
        assert all(paid[c] == 0 for c in piece.copies.values())
        assert sum(paid[c] for c in piece.homes.values()) > 0


def test_a_rule_over_all_counties_is_one_row():
    whole, _, _ = whole_of(chain(), share(level=[]))
    assert [row.rule for row in whole.rows] == ["coverage"]
    assert set(whole.rows[0].amounts) == {0, 1, 2}
    assert whole.rows[0].scale == 900
    assert whole.rows[0].rhs == pytest.approx(300)


# ---------------------------------------------------------------- together


def test_groups_have_the_columns_of_their_members():
    whole, task, coupling = whole_of(chain(), share(level=["county"]))
    assert members(whole.pieces, 3) == [[0, 1], [2]]
    groups = Groups.of(whole, task, coupling, 3)
    assert not groups.whole.borders
    holds = Holds(whole)
    x = first_answers(whole, holds).best
    apart = groups.parted(whole, groups.joined(x))
    assert all(np.array_equal(a, b) for a, b in zip(apart, x, strict=True))
    assert groups.whole.value("objective", groups.joined(x)) == whole.value("objective", x)


def test_any_prices_prove_a_bound_and_the_search_reaches_the_best():
    """Half of A and B, each, is within reach of their border site for 7, or of two for 10."""
    whole, _, _ = whole_of(chain(), share(level=["county"], share="1/3"))
    holds = Holds(whole)
    holds.apart["must"] = [0.0, 0.0, 0.0]
    everyone = Cluster((0, 1, 2))
    x = first_answers(whole, holds).best
    best = solve(Joining(whole, holds, "objective", EXACT).question(everyone, x)).objective
    prices = Prices(whole, holds, "objective")
    rng = np.random.default_rng(0)
    for trial in [prices.centre, *rng.uniform(0, 9, (6, prices.n))]:
        replies = [
            solve(Question(p.program, c, *holds.rows_of(k), EXACT))
            for k, (p, c) in enumerate(zip(whole.pieces, prices.costs(trial), strict=True))
        ]
        assert prices.proves(trial, [r.bound for r in replies]) <= best + 1e-6
        prices.learn(trial, [r.bound for r in replies], [r.x for r in replies])
    assert prices.bound <= best + 1e-6


def test_what_a_neighbour_pays_for_a_site_its_own_county_gets():
    """Where both sides say the same of a border site, prices only move money between them."""
    whole, _, _ = whole_of(chain(), share(level=["county"], share="1/3"))
    holds = Holds(whole)
    prices = Prices(whole, holds, "objective")
    assert prices.n == len(whole.borders) == 1
    (border,) = whole.borders
    for is_open in (0.0, 1.0):
        x = [answer.copy() for answer in first_answers(whole, holds).best]
        x[border.home][border.home_column] = x[border.part][border.column] = is_open
        sums = [
            sum(float(cost @ own) for cost, own in zip(prices.costs(np.array([p])), x, strict=True))
            for p in (0.0, 3.0)
        ]
        assert sums[0] == pytest.approx(sums[1])


def test_an_answer_at_a_limit_of_its_own_making_proves_nothing():
    """What has no limit is asked for without end at too high a price: that bound is none."""
    whole, task, coupling = whole_of(chain(), share(level=["county"]))
    free = [
        replace(p, program=replace(p.program, upper=np.full_like(p.program.upper, np.inf)))
        for p in whole.pieces
    ]
    whole = replace(whole, pieces=free)
    groups = Groups.of(whole, task, coupling, 1)
    far = [False, True, False]

    def ask(_, questions):
        for question, at_the_end in zip(questions, far, strict=True):
            upper = question.program.upper
            assert np.isfinite(upper).all()
            x = upper.copy() if at_the_end else np.zeros_like(upper)
            yield Reply(Status.OPTIMAL, x, 0.0, 7.0)

    stages = Stages("t", whole, groups, EXACT, ask)
    stages.answers = first_answers(whole, stages.holds)
    costs = [np.zeros(len(p.program.lower)) for p in groups.whole.pieces]
    replies = stages._priced("objective", groups.holds(stages.holds), costs)
    assert [r.bound for r in replies] == [7.0, -np.inf, 7.0]


def test_only_what_others_open_is_counted_on():
    whole, _, _ = whole_of(chain(), share(level=["county"]))
    holds = Holds(whole)
    answers = first_answers(whole, holds)
    assert holds.allow(answers.best)
    border = whole.borders[0]
    broken = [x.copy() for x in answers.best]
    broken[border.part][border.column], broken[border.home][border.home_column] = 1.0, 0.0
    assert not holds.allow(broken)


def test_a_cluster_leaves_the_sites_of_its_ring_as_they_are():
    whole, _, _ = whole_of(chain(), share(level=["county"]))
    holds = Holds(whole)
    x = first_answers(whole, holds).best
    cluster = Cluster.around([1], whole)
    assert (cluster.core, cluster.ring) == ((1,), (0,))
    question = Joining(whole, holds, "must", EXACT).question(cluster, x)
    fixed = [whole.pieces[0].homes[j] for j in (0, 1)]
    assert (question.program.lower[fixed] == x[0][fixed]).all()
    assert (question.program.upper[fixed] == x[0][fixed]).all()


def test_what_a_question_reaches_is_held_for_the_next():
    whole, _, _ = whole_of(chain(), share(level=["county"]))
    piece = whole.pieces[0]
    none = Holds(whole).rows_of(0)
    must, cost = (piece.tiers[t].vector for t in ("must", "objective"))
    in_turn = solve_in_turn([Question(piece.program, v, *none, EXACT) for v in (must, cost)])
    alone = solve(Question(piece.program, cost, *none, EXACT))
    assert alone.objective == 0
    assert must @ in_turn.x == pytest.approx(0)
    assert cost @ in_turn.x > 0


def test_what_is_free_is_shared_among_those_who_are_asked_at_once():
    """300 of 900 people may be left out: whoever asks beside two others may leave out a third."""
    whole, _, _ = whole_of(chain(), share(level=[]))
    holds = Holds(whole)
    holds.apart["must"] = [0.0, 0.0, 0.0]
    x = [np.where(np.isfinite(p.program.upper), 1.0, 0.0) for p in whole.pieces]
    for k, piece in enumerate(whole.pieces):
        x[k][whole.rows[0].amounts[k] > 0] = 0.0
        assert (piece.program.matrix @ x[k] >= piece.program.row_lower - 1e-9).all()
    joining = Joining(whole, holds, "objective", EXACT)
    alone = joining.question(Cluster((0,)), x)
    beside = joining.question(Cluster((0,)), x, sharing=3)
    assert alone.row_upper[-1] == pytest.approx(300)
    assert beside.row_upper[-1] == pytest.approx(100)
