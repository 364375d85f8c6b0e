from .assumptions import Assumptions as Assumptions
from .auditing.compliance import audit as audit
from .batches.entry import batch as batch
from .errors import AllocatorError as AllocatorError
from .errors import InfeasibleError as InfeasibleError
from .errors import InputError as InputError
from .errors import PolicyError as PolicyError
from .errors import SolverError as SolverError
from .evaluate.accessibility import Accessibility as Accessibility
from .evaluate.bands import coverage_by_band as coverage_by_band
from .evaluate.catchments import access_2sfca as access_2sfca
from .evaluate.catchments import access_e2sfca as access_e2sfca
from .evaluate.decay import Decay as Decay
from .evaluate.decay import gaussian_decay as gaussian_decay
from .evaluate.decay import kernel_decay as kernel_decay
from .evaluate.decay import step_decay as step_decay
from .evaluate.service_areas import service_areas as service_areas
from .evaluate.service_areas import service_areas_on_surface as service_areas_on_surface
from .files.exporting import export as export
from .files.maps import draw_map as draw_map
from .files.maps import save_map as save_map
from .files.reading import read_plan as read_plan
from .files.summary import summarise as summarise
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
from .location.robust import robust_mclp as robust_mclp
from .location.robust import robust_p_median as robust_p_median
from .location.robust_answers import RobustSiting as RobustSiting
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
from .region.aggregation import aggregated as aggregated
from .region.building import build_region as build_region
from .region.census_grid import census_to_grid as census_to_grid
from .region.folder import read_region as read_region
from .region.ground import Region as Region
from .region.point_candidates import candidates_from_points as candidates_from_points
from .region.population_factors import with_population_factors as with_population_factors
from .region.settlement import Settlement as Settlement
from .region.settlement import UrbanThresholds as UrbanThresholds
from .region.settlement import degree_of_urbanisation as degree_of_urbanisation
from .scenarios.hashing import content_hash as content_hash
from .scenarios.reading import read_scenario as read_scenario
from .scenarios.reading import write_scenario as write_scenario
from .scenarios.scenario import Scenario as Scenario
from .scenarios.schema import scenario_schema as scenario_schema
from .scenarios.variants import Variant as Variant
from .scenarios.variants import variants as variants
from .studies.comparison import Comparison as Comparison
from .studies.comparison import compare as compare
from .studies.curves import CoverageStudy as CoverageStudy
from .studies.curves import coverage_study as coverage_study
from .studies.front import Front as Front
from .studies.robust_plans import robust_plan as robust_plan
from .studies.robust_tables import RobustPlan as RobustPlan
from .studies.trade_offs import trade_off as trade_off
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
from .travel.junctions import junctions as junctions
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
from .travel.shifted import Shift as Shift
from .travel.shifted import ShiftWarning as ShiftWarning
from .travel.shifted import shift_of as shift_of
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
    "Accessibility",
    "AggregatedCoverage",
    "AllocatorError",
    "AlongRoads",
    "Assumptions",
    "ByTable",
    "Comparison",
    "Coverage",
    "CoverageStudy",
    "Decay",
    "Demand",
    "DetourFit",
    "FrictionSurface",
    "Front",
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
    "RobustPlan",
    "RobustSiting",
    "Scenario",
    "Settlement",
    "Shift",
    "ShiftWarning",
    "SiteSet",
    "Siting",
    "SolverError",
    "SolverSettings",
    "Status",
    "SurfaceWarning",
    "TableWarning",
    "Travel",
    "TravelTimes",
    "UrbanThresholds",
    "Variant",
    "Years",
    "access_2sfca",
    "access_e2sfca",
    "aggregated",
    "audit",
    "bacop1",
    "bacop2",
    "batch",
    "build_friction",
    "build_region",
    "calibrate_detour",
    "candidates_from_points",
    "capacitated",
    "census_to_grid",
    "compare",
    "content_hash",
    "coverage_by_band",
    "coverage_curve",
    "coverage_study",
    "degree_of_urbanisation",
    "draw_map",
    "dsm",
    "export",
    "friction",
    "friction_nearest",
    "gaussian_decay",
    "hierarchical",
    "junctions",
    "k_best",
    "kernel_decay",
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
    "robust_mclp",
    "robust_p_median",
    "robust_plan",
    "save_map",
    "scenario_schema",
    "service_areas",
    "service_areas_on_surface",
    "shift_of",
    "step_decay",
    "straight_line",
    "straight_line_cover",
    "straight_line_km",
    "summarise",
    "trade_off",
    "travel_table",
    "variants",
    "with_population_factors",
    "write_scenario",
]
