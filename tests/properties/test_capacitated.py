"""What must hold of every capacitated answer."""

from dataclasses import dataclass

import numpy as np
import pytest
from capacitated_instances import times_of
from capacitated_oracles import by_milp, by_trying_all
from hypothesis import assume, given
from hypothesis import strategies as st

from allocator.location.capacitated import capacitated
from allocator.lp.status import Status


@dataclass(frozen=True, eq=False)
class Case:
    """One question in plain arrays."""

    away: np.ndarray
    people: np.ndarray
    weight: np.ndarray
    low: np.ndarray
    high: np.ndarray
    price: np.ndarray
    p: int | None
    single: bool
    closest: bool

    def answer(self, **changes):
        """What the package says, rechecked."""
        options = {
            "p": self.p, "people": self.people, "weight": self.weight, "min_load": self.low,
            "max_load": self.high, "single_source": self.single, "cost": self.price,
            "closest_assignment": self.closest,
            "minimise": "cost" if self.price.any() else "travel",
        } | changes  # fmt: skip
        siting = capacitated(times_of(self.away), **options)
        assert siting.verify() == []
        assert siting.status in {Status.OPTIMAL, Status.INFEASIBLE}
        return siting

    def value(self, **changes):
        """Its optimum; infinite when there is no answer."""
        siting = self.answer(**changes)
        return siting.objective if siting.status is Status.OPTIMAL else np.inf

    def numbers(self):
        """What the oracles take."""
        arrays = (self.away, self.people, self.weight, self.low, self.high)
        return arrays, {
            "p": self.p, "single": self.single, "closest": self.closest, "price": self.price,
        }  # fmt: skip


@st.composite
def cases(draw, largest=5, single=None, closest=None):
    """Up to 5 cells and 4 sites, with bands around what the sites would serve on average."""
    n, m = draw(st.integers(1, largest)), draw(st.integers(1, 4))
    place = st.tuples(st.integers(0, 6), st.integers(0, 6))
    cells = np.array(draw(st.lists(place, min_size=n, max_size=n)), dtype=float)
    sites = np.array(draw(st.lists(place, min_size=m, max_size=m)), dtype=float)
    away = np.hypot(*(cells[:, None] - sites[None]).transpose(2, 0, 1))
    if draw(st.booleans()):
        cut = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, m - 1)), max_size=3))
        for i, j in cut:
            away[i, j] = np.inf
    people = np.array(draw(st.lists(st.integers(0, 6), min_size=n, max_size=n)), dtype=float)
    p = draw(st.sampled_from([None, 1, 2, 3]))
    average = people.sum() / min(p or m, m)
    part = st.sampled_from([0.0, 0.3, 0.7, 1.0])
    more = st.sampled_from([0.8, 1.0, 1.2, 2.0, 1e6])
    low = np.array([np.floor(average * draw(part)) for _ in range(m)])
    high = np.array([np.ceil(average * draw(more)) for _ in range(m)])
    high = np.maximum(low, high)
    price = np.array(draw(st.lists(st.sampled_from([0, 3, 10]), min_size=m, max_size=m)), float)
    return Case(
        away, people, people if draw(st.booleans()) else np.ones(n), low, high, price, p,
        draw(st.booleans()) if single is None else single,
        draw(st.booleans()) if closest is None else closest,
    )  # fmt: skip


@given(cases(largest=4))
def test_equals_trying_all_choices(case):
    """No choice of sites and no way to serve people from them costs less."""
    arrays, options = case.numbers()
    expected = by_trying_all(*arrays, **options)
    found = case.value()
    assume(case.people.any() or case.weight.any())
    assert found == pytest.approx(np.inf if expected is None else expected, abs=1e-6)


@given(cases(largest=7))
def test_equals_the_integer_program(case):
    """SciPy agrees, from the formulation written row by row; infeasible says why."""
    arrays, options = case.numbers()
    expected = by_milp(*arrays, **options)
    siting = case.answer()
    if expected is None:
        assert siting.status is Status.INFEASIBLE
        assert siting.notes
        return
    assert siting.objective == pytest.approx(expected, abs=1e-6)
    assert siting.bound == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(cases())
def test_flows_send_everybody_once(case):
    """People of each cell add up; no crumbs; one flow per cell where cells stay whole."""
    siting = case.answer()
    assume(siting.status is Status.OPTIMAL)
    flows = siting.flows
    sent = np.bincount(flows.cell, weights=flows.people, minlength=len(case.people))
    assert sent == pytest.approx(case.people, abs=1e-6)
    has_people = case.people[flows.cell] > 0
    assert (flows.people[has_people] > 1e-9).all()
    assert len(np.unique(flows.cell * 10 + flows.site)) == len(flows.cell)
    load = np.bincount(flows.site, weights=flows.people, minlength=case.away.shape[1])
    opened = siting.open_sites
    assert (load[opened] <= case.high[opened] + 1e-6).all()
    assert (load[opened] >= case.low[opened] - 1e-6).all()
    if case.single:
        assert (np.bincount(flows.cell) <= 1).all()
    for i in range(len(case.people)):
        mine = flows.cell == i
        if mine.any():
            most = flows.people[mine].max()
            assert siting.assignment[i] in flows.site[mine][flows.people[mine] == most]


@given(cases(closest=True))
def test_nobody_passes_a_nearer_site(case):
    """With closest assignment everybody goes to the nearest open site."""
    siting = case.answer()
    assume(siting.status is Status.OPTIMAL)
    for i, j, people in zip(*vars(siting.flows).values(), strict=True):
        if people > 0:
            assert case.away[i, j] == case.away[i, siting.open_sites].min()


@given(cases(single=False, closest=False), st.integers(1, 4))
def test_capacity_for_all_gives_the_median(case, p):
    """Without a band in effect it is the p-median, here by trying all (invariant 19)."""
    n, m = case.away.shape
    nothing, everything = np.zeros(m), np.full(m, case.people.sum())
    free = {"min_load": nothing, "max_load": everything, "p": p, "minimise": "travel"}
    expected = by_trying_all(
        case.away, case.people, case.weight, nothing, np.full(m, np.inf), p=p, single=True,
        closest=False, price=nothing,
    )  # fmt: skip
    if n <= 4 and (case.people.any() or case.weight.any()):
        expected = np.inf if expected is None else expected
        assert case.value(**free) == pytest.approx(expected, abs=1e-6)
        assert case.value(**free, single_source=True) == pytest.approx(expected, abs=1e-6)


@given(cases(closest=False), st.sampled_from([1.0, 2.0, 5.0]))
def test_a_wider_band_never_costs(case, by):
    """More room, or a lower least load, never worsens the optimum (invariant 19)."""
    before = case.value()
    assert case.value(max_load=case.high + by) <= before + 1e-6
    assert case.value(min_load=np.maximum(case.low - by, 0)) <= before + 1e-6


@given(cases())
def test_parts_never_cost_more_than_whole_cells(case):
    """Splitting cells and passing by near sites only help."""
    before = case.value()
    assert case.value(single_source=False) <= before + 1e-6
    assert case.value(closest_assignment=False) <= before + 1e-6


@given(cases(), st.integers(1, 4))
def test_too_little_room_is_infeasible(case, p):
    """p times the capacity below the people: no answer, and a note that says so."""
    people = case.people + 1.0
    room = np.full(case.away.shape[1], np.floor((people.sum() - 1) / p * 10) / 10)
    assume(p <= len(room) and np.isfinite(case.away).all() and (case.low <= room).any())
    siting = case.answer(p=p, max_load=room, people=people)
    assert siting.status is Status.INFEASIBLE
    assert any("hold only" in note for note in siting.notes)


@given(cases(), st.data())
def test_roles_of_sites_are_kept(case, data):
    """Existing and required sites are open, forbidden ones are not; the rest as by trying all."""
    m = case.away.shape[1]
    role = data.draw(
        st.lists(
            st.sampled_from(["", "", "open_sites", "required", "forbidden"]),
            min_size=m, max_size=m,
        )
    )  # fmt: skip
    named = {
        word: [j for j in range(m) if role[j] == word]
        for word in ("open_sites", "required", "forbidden")
    }
    assume(len(case.people) <= 4 and (case.people.any() or case.weight.any()))
    arrays, options = case.numbers()
    must = named["open_sites"] + named["required"]
    may = [j for j in range(m) if role[j] != "forbidden"]
    paid = case.price * (np.array(role) != "open_sites")
    expected = by_trying_all(*arrays, **(options | {"price": paid}), must=must, may=may)
    assert case.value(**named) == pytest.approx(np.inf if expected is None else expected, abs=1e-6)


@given(cases(), st.sampled_from([0.5, 3.0, 1000.0]))
def test_people_have_no_unit(case, factor):
    """People and bands in another unit scale travel, nothing else (invariant 4)."""
    many = case.people * factor
    scaled = case.value(
        people=many, weight=many, min_load=case.low * factor, max_load=case.high * factor,
        minimise="travel",
    )  # fmt: skip
    before = case.value(weight=case.people, minimise="travel")
    assert scaled == pytest.approx(before * factor, rel=1e-6)


@given(cases(), st.randoms(use_true_random=False))
def test_order_does_not_matter(case, random):
    """Permuting cells and sites leaves the optimum as it is (invariant 6)."""
    n, m = case.away.shape
    rows, columns = random.sample(range(n), n), random.sample(range(m), m)
    turned = Case(
        case.away[np.ix_(rows, columns)], case.people[rows], case.weight[rows], case.low[columns],
        case.high[columns], case.price[columns], case.p, case.single, case.closest,
    )  # fmt: skip
    assert turned.value() == pytest.approx(case.value(), abs=1e-6)
