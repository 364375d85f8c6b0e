"""Check a policy: every finding on rules that meet, and what a plan will do about it."""

from collections.abc import Callable, Iterable

from allocator.policy.checks import resource_checks, site_checks
from allocator.policy.checks.comparisons import compared
from allocator.policy.checks.findings import Finding
from allocator.policy.policies import Policy

_CHECKS: tuple[Callable[[Policy], Iterable[Finding]], ...] = (
    compared,
    resource_checks.denominators,
    resource_checks.dominated_shares,
    resource_checks.sums_of_parts,
    resource_checks.splits,
    resource_checks.stays_against_quotas,
    resource_checks.inflow_against_quotas,
    resource_checks.shared_staff,
    site_checks.implied_counts,
    site_checks.equipped_counts,
    site_checks.coverage_and_response,
    site_checks.new_and_existing,
    site_checks.named_twice,
    site_checks.unlikely_costs,
    site_checks.unusual_levels,
)


def check_policy(policy: Policy) -> list[Finding]:
    """What a planner should look at before planning; nothing of it keeps a plan from being made.

    Parameters
    ----------
    policy
        Rules as read, merged or made.

    Returns
    -------
    list of Finding
        In the order of the checks; rules of strength info are left out, as they bind nobody.
    """
    return [finding for check in _CHECKS for finding in check(policy)]
