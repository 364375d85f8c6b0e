"""Policy into plan: beds, clinics and ambulances from published health standards, with proof.

>>> import allocator as al
>>> al.read_policy("jiaxing-2025").id
'jiaxing-2025'
"""

from allocator.assumptions import Assumptions
from allocator.auditing.compliance import audit
from allocator.batches import batch
from allocator.errors import (
    AllocatorError,
    InfeasibleError,
    InputError,
    PolicyError,
    SolverError,
)
from allocator.files.exporting import export
from allocator.files.reading import read_plan
from allocator.location.set_cover import lscp
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.planning.optimisation import plan
from allocator.plans import Plan
from allocator.policy.policies import Policy, list_policies, make_policy, read_policy
from allocator.region.building import build_region
from allocator.region.folder import read_region
from allocator.region.ground import Region
from allocator.scenarios import Scenario, read_scenario
from allocator.travel.coverage import Coverage
from allocator.travel.distance import straight_line, straight_line_km
from allocator.travel.times import TravelTimes

__all__ = [
    "AllocatorError",
    "Assumptions",
    "Coverage",
    "InfeasibleError",
    "InputError",
    "Plan",
    "Policy",
    "PolicyError",
    "Region",
    "Scenario",
    "Siting",
    "SolverError",
    "SolverSettings",
    "Status",
    "TravelTimes",
    "audit",
    "batch",
    "build_region",
    "export",
    "list_policies",
    "lscp",
    "make_policy",
    "plan",
    "read_plan",
    "read_policy",
    "read_region",
    "read_scenario",
    "straight_line",
    "straight_line_km",
]
