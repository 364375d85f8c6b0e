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
from .horizon import Years as Years
from .location.alternatives import k_best as k_best
from .location.backup import bacop1 as bacop1
from .location.backup import bacop2 as bacop2
from .location.backup import lscp_b as lscp_b
from .location.capacitated import capacitated as capacitated
from .location.center import p_center as p_center
from .location.curves import coverage_curve as coverage_curve
from .location.dispersion import p_dispersion as p_dispersion
from .location.double_standard import dsm as dsm
from .location.expected import malp as malp
from .location.expected import mexclp as mexclp
from .location.hierarchy import Level as Level
from .location.hierarchy import hierarchical as hierarchical
from .location.maximal_cover import mclp as mclp
from .location.median import p_median as p_median
from .location.partial_cover import psclp as psclp
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
from .travel.calibration import DetourFit as DetourFit
from .travel.calibration import calibrate_detour as calibrate_detour
from .travel.coverage import AggregatedCoverage as AggregatedCoverage
from .travel.coverage import Coverage as Coverage
from .travel.discs import straight_line_cover as straight_line_cover
from .travel.distance import straight_line as straight_line
from .travel.distance import straight_line_km as straight_line_km
from .travel.ends import Demand as Demand
from .travel.ends import SiteSet as SiteSet
from .travel.journeys import Travel as Travel
from .travel.line_roads import LineFields as LineFields
from .travel.means import AlongRoads as AlongRoads
from .travel.means import ByTable as ByTable
from .travel.means import OverSurface as OverSurface
from .travel.road_files import read_roads as read_roads
from .travel.road_graph import RoadNetwork as RoadNetwork
from .travel.road_report import RoadWarning as RoadWarning
from .travel.road_speeds import RoadSpeeds as RoadSpeeds
from .travel.roads import road_network as road_network
from .travel.roads import road_network_km as road_network_km
from .travel.surface import NearestOnSurface as NearestOnSurface
from .travel.surface import friction as friction
from .travel.surface import friction_nearest as friction_nearest
from .travel.surface_building import build_friction as build_friction
from .travel.surface_raster import FrictionSurface as FrictionSurface
from .travel.surface_raster import read_friction as read_friction
from .travel.surface_report import SurfaceWarning as SurfaceWarning
from .travel.tables import TableWarning as TableWarning
from .travel.tables import travel_table as travel_table
from .travel.times import TravelTimes as TravelTimes

__all__ = [
    "AggregatedCoverage",
    "AllocatorError",
    "AlongRoads",
    "Assumptions",
    "ByTable",
    "Coverage",
    "Demand",
    "DetourFit",
    "FrictionSurface",
    "InfeasibleError",
    "InputError",
    "Level",
    "LineFields",
    "NearestOnSurface",
    "OverSurface",
    "Plan",
    "Policy",
    "PolicyError",
    "Region",
    "RoadNetwork",
    "RoadSpeeds",
    "RoadWarning",
    "Scenario",
    "SiteSet",
    "Siting",
    "SolverError",
    "SolverSettings",
    "Status",
    "SurfaceWarning",
    "TableWarning",
    "Travel",
    "TravelTimes",
    "Years",
    "audit",
    "bacop1",
    "bacop2",
    "batch",
    "build_friction",
    "build_region",
    "calibrate_detour",
    "capacitated",
    "coverage_curve",
    "dsm",
    "export",
    "friction",
    "friction_nearest",
    "hierarchical",
    "k_best",
    "list_policies",
    "lscp",
    "lscp_b",
    "make_policy",
    "malp",
    "mclp",
    "mexclp",
    "p_center",
    "p_dispersion",
    "p_median",
    "plan",
    "psclp",
    "read_friction",
    "read_plan",
    "read_policy",
    "read_region",
    "read_roads",
    "read_scenario",
    "road_network",
    "road_network_km",
    "straight_line",
    "straight_line_cover",
    "straight_line_km",
    "travel_table",
]
