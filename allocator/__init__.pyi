from .assumptions import Assumptions as Assumptions
from .auditing.compliance import audit as audit
from .batches import batch as batch
from .errors import AllocatorError as AllocatorError
from .errors import InfeasibleError as InfeasibleError
from .errors import InputError as InputError
from .errors import PolicyError as PolicyError
from .errors import SolverError as SolverError
from .files.exporting import export as export
from .files.reading import read_plan as read_plan
from .location.set_cover import lscp as lscp
from .location.siting import Siting as Siting
from .lp.solvers import SolverSettings as SolverSettings
from .lp.status import Status as Status
from .planning.optimisation import plan as plan
from .plans import Plan as Plan
from .policy.policies import Policy as Policy
from .policy.policies import list_policies as list_policies
from .policy.policies import make_policy as make_policy
from .policy.policies import read_policy as read_policy
from .region.building import build_region as build_region
from .region.folder import read_region as read_region
from .region.ground import Region as Region
from .scenarios import Scenario as Scenario
from .scenarios import read_scenario as read_scenario
from .travel.coverage import Coverage as Coverage
from .travel.distance import straight_line as straight_line
from .travel.distance import straight_line_km as straight_line_km
from .travel.times import TravelTimes as TravelTimes

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
