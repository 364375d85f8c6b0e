"""Roles of sites: one each, checked together, with defaults from the sites themselves."""

import numpy as np
import pytest

from allocator.errors import InputError
from allocator.location.roles import SiteRoles
from allocator.travel.ends import SiteSet


def roles(n_sites=5, sites=None, **given):
    return SiteRoles.resolved(n_sites, sites, "test", given)


def test_every_site_is_a_candidate_at_cost_one_by_default():
    """Without further words all sites may be opened and cost 1."""
    plain = roles()
    assert plain.candidates.tolist() == [0, 1, 2, 3, 4]
    assert plain.cost.tolist() == [1.0] * 5
    assert len(plain.already_open) == len(plain.required) == len(plain.may_close) == 0
    assert plain.permitted.all()


def test_each_site_has_one_role():
    """Open, required and forbidden sites are no candidates; what is open is not paid again."""
    named = roles(open_sites=[3, 1, 1], required=[1, 0], forbidden=np.array([4]))
    assert named.already_open.tolist() == [1, 3]
    assert named.required.tolist() == [0]
    assert named.candidates.tolist() == [2]
    assert named.given.tolist() == [0, 1, 3]
    assert named.permitted.tolist() == [True, True, True, True, False]


def test_sites_that_may_close_are_decided_about():
    """They are open today, and free; keeping costs their running, closing what closing costs."""
    named = roles(
        may_close=[1, 2], open_sites=[0, 1], closing_cost=[9, 4, 1, 9, 9], running_cost=[2] * 5
    )
    assert named.already_open.tolist() == [0]
    assert named.existing.tolist() == [0, 1, 2]
    assert named.free.tolist() == [1, 2, 3, 4]
    assert named.total_cost(np.array([0, 1, 2])) == 6
    assert named.total_cost(np.array([0, 3])) == 4 + 1 + 2 + 1


def test_what_costs_less_to_keep_than_to_close_is_worth_keeping():
    """Given sites, and those that may close at no less than their running."""
    named = roles(
        open_sites=[0], may_close=[1, 2, 3], closing_cost=[0, 4, 2, 1, 0], running_cost=[2] * 5
    )
    assert named.worth_keeping.tolist() == [0, 1, 2]


def test_what_is_missing_comes_from_the_sites():
    """Statuses and costs of the sites are the defaults; what the caller says wins."""
    known = SiteSet(
        ids=list("abcde"),
        status=["existing", "required", "forbidden", "candidate", "candidate"],
        opening_cost=np.arange(5.0),
    )
    named = roles(sites=known)
    assert named.already_open.tolist() == [0]
    assert named.required.tolist() == [1]
    assert named.candidates.tolist() == [3, 4]
    assert named.cost.tolist() == [0, 1, 2, 3, 4]
    assert roles(sites=known, forbidden=[]).candidates.tolist() == [2, 3, 4]


def test_inputs_are_copied():
    """The caller's costs stay the caller's."""
    cost = np.ones(5)
    assert roles(cost=cost).cost is not cost


def test_all_problems_are_listed():
    """Bad costs and bad positions come in one error."""
    with pytest.raises(InputError) as caught:
        roles(cost=[1, 2, np.nan, -1, 0], open_sites=[5], required=[-1], forbidden=[[0]])
    text = str(caught.value)
    assert "cost must be finite and >= 0; 2 are not, first: site 2, nan" in text
    assert "open_sites must lie in 0..4, got 5" in text
    assert "required must lie in 0..4, got -1" in text
    assert "forbidden must be a list of site positions, got shape (1, 1)" in text
    with pytest.raises(InputError, match=r"cost must have one number per site, shape \(5,\)"):
        roles(cost=[1.0, 2.0])


def test_a_mask_is_not_a_list_of_positions():
    """True and False would be read as sites 1 and 0."""
    with pytest.raises(InputError, match="flatnonzero"):
        roles(open_sites=np.array([True, False, True, False, False]))


def test_what_stands_open_cannot_be_forbidden():
    """A site has to be one or the other."""
    with pytest.raises(InputError) as caught:
        roles(open_sites=[0, 1], required=[2], forbidden=[1, 2])
    assert "sites 1 are in open_sites and in forbidden" in str(caught.value)
    assert "sites 2 are in required and in forbidden" in str(caught.value)
