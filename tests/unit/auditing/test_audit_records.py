"""How well a line is known: as well as the least reliable of what it is made from."""

from itertools import permutations

import pytest

from allocator.auditing.records import weakest


@pytest.mark.parametrize(
    ("bases", "told"),
    [
        ([], "planned"), (["planned", ""], "planned"), (["planned", "measured"], "measured"),
        (["measured", "modelled"], "modelled"), (["measured", "modelled", "assumed"], "assumed"),
    ],
)  # fmt: skip
def test_the_weakest_basis_is_told(bases, told):
    """Assumed before modelled before measured, in whatever order they come."""
    assert {weakest(order) for order in permutations(bases)} == {told}
