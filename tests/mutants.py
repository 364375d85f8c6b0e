"""Planted bugs: one-line breakages of the package, each of which the tests must catch.

    python tests/mutants.py [--quick] [--jobs N] [WORD ...]

The package and the tests are copied to a temporary folder for each of N workers (default: 2);
there one mutant after the other is applied and its tests are run. Reports caught or survived;
exit code 1 if any survives, if the unbroken copy fails, or if a mutant no longer fits the source.
``--quick`` runs three; words choose mutants whose name or file contains one of them.
"""

import argparse
import compileall
import json
import os
import py_compile
import queue
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LP = "unit/lp"
CHECKS = "unit/policy/checks"
ROWS = "unit/planning/rows"
YEARS = "unit/planning/years"
PLANNING = "unit/planning"
PARTS = f"{PLANNING}/parts"
AUDITING = "unit/auditing"
BROKEN = "properties/test_rules.py::test_a_rule_that_cannot_hold_is_missed_by_what_is_lacking"
LOCATION = "unit/location"
ENGINES = f"{LOCATION}/engines"
COVER = f"{ENGINES}/set_cover"
EVALUATE = "unit/evaluate"
REGION = "unit/region"
STUDIES = "unit/studies"
SCENARIOS = "unit/scenarios"
BATCHES = "unit/batches"
GIS = "unit/files/gis/test_forms.py"
TRIPS = "properties/test_export_round_trips.py"
EXCEL = "unit/files/test_excel.py"
MAPS = "unit/files/test_map_kinds.py"
REPORT = "unit/files/report/test_report_page.py"
PICTURES = "unit/files/report/test_report_rasters.py"
SAYS = "unit/files/report/test_report_wording.py"
FAR = "unit/files/report/test_report_distances.py"
BESIDE = "unit/files/report/test_report_studies.py"


@dataclass(frozen=True)
class Mutant:
    """In ``file`` of the package, ``old`` becomes ``new``; one of ``tests`` must fail.

    ``tests`` are files under tests/, or ``file::test`` where the others of a file take long.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def _(name: str, file: str, old: str, new: str, *tests: str) -> Mutant:
    return Mutant(name, file, old, new, tests)


MUTANTS = (
    # ---------------------------------------------------------------- files
    _("a name can end the report's data", "files/report/inert.py",
      'for c in "<>&', 'for c in "', SAYS),
    _("what is short of all is shown as all", "files/report/figures.py",
      'if text == "100.0%" and share < 1', 'if text == "100.0%" and share < 0', SAYS),
    _("the report's pictures stand on their heads", "files/report/rasters.py",
      "y = north - (np.arange(rows) + 0.5)", "y = south + (np.arange(rows) + 0.5)", PICTURES),
    _("the report's limits end the band before", "files/report/layers.py",
      "np.searchsorted(np.array(ends) * (1 + 1e-9), away)",
      'np.searchsorted(np.array(ends), away, side="right")', PICTURES),
    _("people of the rules are all people", "files/report/first_screen.py",
      "covered = people[state == contents.COVERED_STATE].sum()",
      "covered = people[state != contents.UNCOVERED_STATE].sum()",
      "unit/files/report/test_report_first_screen.py"),
    _("facilities that stay push out those that change", "files/report/facility_grid.py",
      '["_order", "kind", "_served"]', '["_served", "kind", "_order"]', REPORT),
    _("what one less would do is offered as a way out", "files/report/gave_way.py",
      'table["effect"].notna() & (table["step"] > 0)', 'table["effect"].notna()', REPORT),
    _("gaps of counties are of their need alone", "files/report/county_grid.py",
      "change(have - need)", "change(need - have)", REPORT),
    _("whoever lives at the limit is beyond it", "files/report/distances.py",
      '(1 + LIMIT_TOLERANCE), side="right")', '(1 - 1e-6), side="left")', FAR),
    _("whom no site reaches is no person", "files/report/distance_charts.py",
      "unreached = one.people - _all(one.plan)", "unreached = 0.0", FAR),
    _("rounding moves people over the limit", "files/report/distances.py",
      "np.where(outside, np.maximum(away, limit + _ROUNDING / 2), found)", "found", FAR),
    _("a thinned curve leaves the limits out", "files/report/distance_charts.py",
      "kept = [0.0, up_to, *(v for v in always if v <= up_to)]", "kept = [0.0, up_to]", FAR),
    _("what is not proven is drawn as proven", "files/report/study_points.py",
      'if proven else ("square", "open-end")', 'if proven else ("circle", "plan")', BESIDE),
    _("the held figure of a written front is the other", "files/report/study_folders.py",
      'names[1:5] = ["first", "second", "limit", "bound"]',
      'names[1:5] = ["second", "first", "limit", "bound"]', BESIDE),
    _("the report runs any script", "files/report/inert.py",
      '"script-src": " ".join(map(_hash, scripts)),', '"script-src": "\'unsafe-inline\'",', REPORT),
    _("who is out of reach is served, too", "planning/serving.py",
      "np.flatnonzero(reach(case, rule, cells, sites).degree > 0)",
      "np.flatnonzero(reach(case, rule, cells, sites).degree >= 0)",
      f"{PLANNING}/test_results.py"),
    _("minutes of cells forget the call", "planning/reach.py",
      "np.where(found < FARTHEST, found, np.nan) + _before_the_way(case, rule)",
      "np.where(found < FARTHEST, found, np.nan)", f"{PLANNING}/test_results.py"),
    _("minutes of units are means over cells", "files/gis/serving_lines.py",
      'weight = part["people"].where(total > 0, 1.0)', 'weight = part["people"] * 0.0 + 1.0', GIS),
    _("the ground of a site is that of its last cell", "files/gis/serving_areas.py",
      '"km2": whole["km2"].sum()', '"km2": whole["km2"].max()', GIS),
    _("a text is cut within a character", "files/gis/shapefile.py",
      'text.encode("utf-8")[:LONGEST_TEXT]', 'text.encode("utf-8")[: LONGEST_TEXT + 1]', GIS),
    _("GeoJSON has as many decimals as there are", "files/gis/geojson.py",
      '"COORDINATE_PRECISION": "7"', '"COORDINATE_PRECISION": "15"', GIS),
    _("rings run the wrong way", "files/gis/geojson.py",
      '"RFC7946": "YES"', '"RFC7946": "NO"', GIS),
    _("facilities count from nought", "files/gis/arcgis.py",
      '"FacilityOID": np.arange(1, len(offered) + 1)', '"FacilityOID": np.arange(len(offered))',
      GIS),
    _("every style is the default", "files/geopackage.py",
      '"useAsDefault": first[style.layer] is style', '"useAsDefault": True', GIS),
    _("QGIS does not find the styles", "files/geopackage.py",
      '"f_table_schema": ""', '"f_table_schema": None', GIS),
    _("field names differ in capitals alone", "files/gis/field_names.py",
      "while tried.lower() in taken:", "while tried in taken:",
      "unit/files/gis/test_field_names.py"),
    _("@ begins a formula in csv", "files/storable.py",
      '"=", "+", "-", "@"', '"=", "+", "-"', TRIPS),
    _("a carriage return ends a row", "files/tables.py",
      'lineterminator="\\r\\n"', 'lineterminator="\\n"', "unit/files/test_tables.py"),
    _("the mark stands where nobody asked for it", "files/csv_tables.py",
      "(_MARK if bom else b\"\")", "(_MARK if not bom else b\"\")", TRIPS),
    _("people of the demand sheet are rounded each by itself", "files/demand_sheet.py",
      "largest_remainder(sums, round(math.fsum(people))) if len(leaves)",
      "np.floor(sums).astype(int) if len(leaves)", EXCEL),
    _("totals are filtered with the rows", "files/sheets.py",
      "bold_rows=[len(table)], filtered_rows=len(table)",
      "bold_rows=[len(table)], filtered_rows=len(table) + 1", EXCEL),
    _("a text becomes a formula after an edit", "files/excel.py",
      "cell.quotePrefix = True", "cell.quotePrefix = False", EXCEL),
    _("what does not fit on a sheet is lost in silence", "files/excel.py",
      "[*sheet.rows[: room - 1], [told]]", "[*sheet.rows[:room]]", EXCEL),
    _("ArcGIS layers take the place of the plan's own", "files/exporting.py",
      "_write_file(plan, staged / name, options.without_names())",
      "_write_file(plan, staged / name, options)", "unit/cli/test_export_command.py"),
    # ---------------------------------------------------------------- maps, words, comparisons
    _("a scale bar is as long as the map stretches it", "files/map_ground.py",
      "return cls(length_m / (2 * half),", "return cls(1.0,", MAPS),
    _("bands of minutes forget the detour", "files/map_away.py",
      'minutes = km * number["detour"] / kmh * 60', "minutes = km / kmh * 60", MAPS),
    _("people of a legend are rounded each by itself", "files/map_layers.py",
      "return list(map(int, largest_remainder(np.asarray(people, dtype=np.float64), total)))",
      "return [round(p) for p in people]", MAPS),
    _("what would be enough is rounded down", "files/summary_words.py",
      "away = math.ceil(abs(value) * step - 1e-9) / step",
      "away = math.floor(abs(value) * step) / step", "unit/files/test_summary.py"),
    _("a summary counts who was covered before as newly covered", "files/summary_facts.py",
      "(has & ~had, had & ~has, ~has)", "(has, had & ~has, ~has)", "unit/files/test_summary.py"),
    _("those who lose cover are not told from those who gain it", "studies/comparison_people.py",
      "lose = float(sides[0].people[ina & a & ~b].sum())",
      "lose = float(sides[0].people[ina & b & ~a].sum())", f"{STUDIES}/test_comparison.py"),
    _("other grids are compared cell by cell", "studies/comparison_people.py",
      "return bool(np.abs(a - b).max(initial=0.0) <= _SAME_M)", "return True",
      f"{STUDIES}/test_comparison.py"),
    _("sites that moved count as one", "studies/comparison_tables.py",
      "moved = list(common[gap_m > _SAME_PLACE_M])", "moved: list[str] = []",
      f"{STUDIES}/test_comparison.py"),
    # ---------------------------------------------------------------- a region in parts
    _("a neighbour may count on a closed site", "planning/parts/holds.py",
      "x[b.home][b.home_column] + 0.5", "x[b.home][b.home_column] + 1.5",
      f"{PARTS}/test_parts_pieces.py"),
    _("a site is paid on both sides of the border", "planning/decisions.py",
      "if j not in self.elsewhere}", "if j not in frozenset()}", f"{PARTS}/test_parts_pieces.py"),
    _("a question that is not proven counts as proven", "planning/probing.py",
      "if solution.status is not Status.OPTIMAL:\n            return None\n        missed",
      "if not solution.status.has_answer:\n            return None\n        missed",
      f"{PLANNING}/test_prices.py"),
    _("questions have all the time in the world", "planning/probing.py",
      "self._settings = replace(self._settings, node_limit=most)", "pass",
      f"{PLANNING}/test_prices.py"),
    _("sites across a border serve nobody along roads", "planning/parts/cutting.py",
      "found = [own, self._travel.sites(part)]", "found = [own]",
      f"{PARTS}/test_part_travel.py"),
    _("staff of all counties count as visits", "planning/parts/part_block.py",
      "[(capacity * c, v) for c, v in used]", "used", f"{PARTS}/test_parts_course.py"),
    _("admissions of one county fill the beds of all", "planning/parts/whole.py",
      "(None, None) if beds is None else limits_of(beds, case, area)", "(None, None)",
      f"{PARTS}/test_parts_course.py"),
    _("people of all counties need no more facilities", "planning/rows/count.py",
      "return ceil(served / rule.upper), floor(served / rule.lower) if rule.lower else None",
      "return 0, floor(served / rule.lower) if rule.lower else None",
      f"{PARTS}/test_parts_course.py"),
    _("arcs of one part are another's", "planning/parts/part_travel.py",
      "order = np.lexsort((site, cell, part))", "order = np.lexsort((site, cell))",
      f"{PARTS}/test_part_travel.py"),
    _("a part's arcs reach as far as any rule's", "planning/parts/part_travel.py",
      "within = times.value <= limits[positions][times.site] * (1 + LIMIT_TOLERANCE)",
      "within = times.value >= 0", f"{PARTS}/test_part_travel.py"),
    _("prices forget what a limit allows", "planning/parts/prices.py",
      "sum(bounds) - paid", "sum(bounds)", f"{PARTS}/test_parts_course.py"),
    _("a shared site is paid abroad and not at home", "planning/parts/prices.py",
      "border.home_column, -1.0)", "border.home_column, 0.0)", f"{PARTS}/test_parts_pieces.py"),
    _("the price of too much proves something", "planning/parts/stages.py",
      "replace(reply, bound=-math.inf) if lost", "reply if lost", f"{PARTS}/test_parts_pieces.py"),
    _("cells in no unit all go to the first part", "planning/parts/territory.py",
      "cell[lost], site[stray] = cell[near], cell[beside]", "cell[lost], site[stray] = 0, 0",
      f"{PARTS}/test_parts_pieces.py"),
    _("a rule over all parts is that of one", "planning/parts/whole.py",
      "scale = sum(s.scale", "scale = max(s.scale", f"{PARTS}/test_parts_pieces.py"),
    _("clusters at once spend what is free twice", "planning/parts/joining.py",
      "(slack / sharing if", "(slack if", f"{PARTS}/test_parts_pieces.py"),
    # ---------------------------------------------------------------- lp
    _("empty rows are let in", "lp/program.py",
      "if not merged and not _holds(0.0, sense, rhs):", "if False:", f"{LP}/test_program.py"),
    _("equal names are merged", "lp/names.py",
      "while unique in self._taken:", "while False:", f"{LP}/test_program.py"),
    _("shifts add up", "lp/program.py",
      "changeRHS(row.rhs + by)", "changeRHS(-self._rows[row.name].constant + by)",
      f"{LP}/test_program.py"),
    _("the incumbent of a stopped solve is called optimal", "lp/solvers.py",
      "return Outcome(Status.FEASIBLE, objective, bound, solver.interrupted, by_clock)",
      "return Outcome(Status.OPTIMAL, objective, bound, solver.interrupted, by_clock)",
      f"{LP}/test_solvers.py"),
    _("status is read for sol_status", "lp/solvers.py",
      "said = problem.sol_status", "said = problem.status", f"{LP}/test_solvers.py"),
    _("the constant is missing in the objective", "lp/solvers.py",
      "objective = info.objective_function_value + _constant(problem)",
      "objective = info.objective_function_value", f"{LP}/test_program.py"),
    _("the constant is missing in the bound", "lp/solvers.py",
      "bound = info.mip_dual_bound + _constant(problem)", "bound = info.mip_dual_bound",
      f"{LP}/test_program.py"),
    _("unbounded is told as infeasible", "lp/unclear.py",
      "if run() and highs.getModelStatus() in UNCLEAR:", "if run() and False:",
      f"{LP}/test_solvers.py"),
    _("the gap is relative to the bound", "lp/status.py",
      "return difference / abs(objective) if objective", "return difference / abs(bound) if bound",
      f"{LP}/test_status.py"),
    # ---------------------------------------------------------------- travel
    _("< for <= at the radius", "travel/times.py",
      "near = self.value <= limit * (1 + 1e-9)", "near = self.value < limit",
      f"{PLANNING}/test_planning_reach.py"),
    _("no detour", "travel/distance.py",
      "* (detour * 60) / speed_of_cell[cell]", "* 60 / speed_of_cell[cell]",
      f"{ROWS}/test_response_rows.py"),
    _("nobody is inside a cell", "travel/distance.py",
      "np.maximum(km, intra_cell_km) * (detour * 60)", "km * (detour * 60)",
      "unit/travel/test_distance.py"),
    _("a node that comes nearer is not looked at again", "travel/road_kernels.py",
      "elif after[v] == v:\n                    waiting += 1",
      "elif after[v] == v:\n                    waiting += 0", "unit/travel/test_shortest.py"),
    _("the ring of buckets is too short", "travel/buckets.py",
      "1 << (int(longest / width) + 3).bit_length()", "4", "unit/travel/test_buckets.py"),
    # ---------------------------------------------------------------- evaluate
    _("a site that is farther than the catchment counts", "evaluate/arcs.py",
      "near = times.value <= limit * (1 + LIMIT_TOLERANCE)", "near = times.value >= 0",
      f"{EVALUATE}/test_arcs.py"),
    _("a pair that is told twice counts twice", "evaluate/arcs.py",
      "if later.all():", "if True:", f"{EVALUATE}/test_arcs.py"),
    _("everybody competes in full, however far", "evaluate/catchments.py",
      "weighted = summed(site, competing[cell] * weight, n_sites)",
      "weighted = summed(site, competing[cell], n_sites)", f"{EVALUATE}/test_catchments.py"),
    _("the second step forgets the decay", "evaluate/catchments.py",
      "per_head=summed(cell, share[site] * weight, n_cells)",
      "per_head=summed(cell, share[site], n_cells)", f"{EVALUATE}/test_catchments.py"),
    _("supply that nobody reaches is shared out", "evaluate/accessibility.py",
      "np.divide(supply, people, out=shared, where=people > 0)",
      "np.divide(supply, np.maximum(people, 1e-9), out=shared)",
      f"{EVALUATE}/test_catchments.py"),
    _("a band ends before its end", "evaluate/decay.py",
      "inclusive = ends * (1 + LIMIT_TOLERANCE)", "inclusive = ends * (1 - LIMIT_TOLERANCE)",
      f"{EVALUATE}/test_decay.py"),
    _("the Lorenz curve has steps", "evaluate/spread.py",
      "(lorenz + before)", "(lorenz + lorenz)", f"{EVALUATE}/test_spread.py"),
    _("who is beyond the last band was never reached", "evaluate/bands.py",
      "if times.limit > last * (1 + LIMIT_TOLERANCE):", "if False:",
      f"{EVALUATE}/test_bands.py"),
    _("squares that touch at a corner are one area", "region/cell_shapes.py",
      "connectivity=4", "connectivity=8", f"{REGION}/test_cell_shapes.py"),
    _("areas hold cells beyond the last band", "evaluate/service_areas.py",
      "(band >= 0) & (band < n_bands)", "band >= 0", f"{EVALUATE}/test_service_areas.py"),
    # ---------------------------------------------------------------- region and policy
    _("the root is not scaled with its units", "region/forecast.py",
      "int(people), children)\n    _sum_above(table, units)", "int(people), children)",
      f"{ROWS}/test_quota_rows.py"),
    _("floats are taken at their last bit", "policy/values.py",
      "return Fraction(repr(float(value)))", "return Fraction(float(value))",
      "unit/policy/test_values.py"),
    _("unknown keys of rules are ignored", "policy/rule_parts.py",
      'extra="forbid"', 'extra="ignore"', "unit/policy/test_problems.py"),
    _("a stricter rule is taken for the laxer one", "policy/checks/comparisons.py",
      "if _within(strict.bounds(population), lax.bounds(population)):",
      "if _within(lax.bounds(population), strict.bounds(population)):",
      f"{CHECKS}/test_comparisons.py"),
    _("quotas of siblings are not added over two levels", "policy/checks/resource_checks.py",
      "below = None if own else _rate_of_parts(part, rules)", "below = None",
      f"{CHECKS}/test_resource_checks.py"),
    _("the urban share is turned round", "policy/checks/resource_checks.py",
      "share = of_all / of_part", "share = of_part / of_all",
      f"{CHECKS}/test_resource_checks.py"),
    _("a narrower filter is taken for a wider one", "policy/checks/site_checks.py",
      "not _selects(high.sites, low.sites)", "not _selects(low.sites, high.sites)",
      f"{CHECKS}/test_site_checks.py"),
    _("people of the national plan win", "policy/merging.py",
      "or _states(r) not in stated]", "or True]", "unit/policy/test_merging.py"),
    _("an override of a branch is forgotten", "policy/merging.py",
      "[_changed(branch, overrides) for branch in rule.branches]",
      "[_changed(branch, {}) for branch in rule.branches]", "unit/policy/test_merging.py"),
    _("an overridden rule passes as the plan's own", "policy/merging.py",
      'origins[name] = f"override of {was}"', "pass", "unit/policy/test_merging.py"),
    _("lines do not say where they are from", "auditing/compliance.py",
      "origin=policy.origin_of(line.rule)", "origin=policy.id",
      "unit/auditing/test_audit_origins.py"),
    # ---------------------------------------------------------------- planning: stocks
    _("floors are rounded down", "planning/rows/limits.py",
      'if rule.sense == ">=":\n        return ceil(exact), None',
      'if rule.sense == ">=":\n        return floor(exact), None', f"{PLANNING}/test_limits.py"),
    _("the sense of a share is swapped", "planning/rows/share.py",
      'if rule.sense == ">=" else', 'if rule.sense == "<=" else', f"{ROWS}/test_share_rows.py"),
    _("ceilings per county are forgotten", "planning/rows/quota.py",
      '"rounding") == "per_unit"', '"rounding") == "per unit"', f"{ROWS}/test_quota_rows.py"),
    _("posts ignore duty and shifts", "planning/rows/ratio.py",
      "if not rule.on_duty:", "if True:", f"{ROWS}/test_ratio_rows.py"),
    _("parts may exceed their whole", "planning/stocks.py",
      "        inside_parent(model, resource)\n", "", f"{PLANNING}/test_stocks.py"),
    _("what stands may go", "planning/stocks.py",
      "if resource not in capped:", "if False:", f"{PLANNING}/test_stocks.py"),
    _("the hiring cap counts those who are there", "planning/physical.py",
      "limit = have.whole + model", "limit = model", f"{PLANNING}/test_stocks.py"),
    _("stations without vehicles", "planning/blocks.py",
      "        self._stations()\n", "", f"{ROWS}/test_count_rows.py"),
    _("Webster becomes Jefferson after the first seat", "planning/apportionment.py",
      "heapq.heappush(queue, (-exact[i] / (seats[i] + Fraction(1, 2)), i))",
      "heapq.heappush(queue, (-exact[i] / (seats[i] + 1), i))",
      f"{PLANNING}/test_planning_apportionment.py"),
    # ---------------------------------------------------------------- planning: sites
    _("existing sites are not fixed", "planning/blocks.py",
      'fixed = status == "required" or (status == "existing" and j not in capped)',
      'fixed = status == "required"', f"{ROWS}/test_count_rows.py"),
    _("closing costs nothing", "planning/objectives.py",
      "            constant += closing\n", "", f"{ROWS}/test_count_rows.py"),
    _("attributes need no open site", "planning/decisions.py",
      'f"{name}:open", [(1.0, variable), (-1.0, self.open[position])], "<=", 0.0',
      'f"{name}:open", [(1.0, variable), (-1.0, self.open[position])], "<=", 1.0',
      f"{ROWS}/test_count_rows.py"),
    _("fewer sites than people need", "planning/rows/count.py",
      "return ceil(served / rule.upper),", "return floor(served / rule.upper),",
      f"{ROWS}/test_count_rows.py"),
    _("the share of people is turned round", "planning/rows/coverage.py",
      "allowed = (1.0 - wanted.share) * total", "allowed = wanted.share * total",
      f"{ROWS}/test_coverage_rows.py"),
    _("thin cells are enforced", "planning/rows/coverage.py",
      "        cells = cells[settled(case)[cells]]\n", "        pass\n",
      f"{ROWS}/test_coverage_rows.py"),
    _("coverage forgets its level", "planning/rows/coverage.py",
      "    if not rule.level:\n        return [scope]", "    if True:\n        return [scope]",
      f"{ROWS}/test_coverage_rows.py"),
    _("urban cells at rural speed", "planning/travelling.py",
      'value(f"{name}_urban_kmh"), value(f"{name}_rural_kmh")',
      'value(f"{name}_rural_kmh"), value(f"{name}_urban_kmh")',
      f"{PLANNING}/test_travelling.py"),
    _("a site is never searched from again", "travel/kept_arcs.py",
      "if self._limits[j] < limit]", "if self._limits[j] < 0]", "unit/travel/test_kept_arcs.py"),
    _("a table may say that one lives nearer than one's own cell is wide", "travel/kept_arcs.py",
      "value = np.maximum(times.value[order], self.least[cell])", "value = times.value[order]",
      "unit/travel/test_kept_arcs.py"),
    _("whom nobody reaches is in the mean", "planning/travelling.py",
      "return cells[~lost]", "return cells", f"{PLANNING}/test_travelling.py"),
    _("minutes never begin with the call", "planning/reach.py",
      "return overhead_minutes(case) if rule.from_call else 0.0", "return 0.0",
      f"{PLANNING}/test_planning_reach.py"),
    _("a station saves half of what it does", "planning/rows/person_minutes.py",
      "people[cell] * gain / total", "people[cell] * 0.5 * gain / total",
      f"{ROWS}/test_response_rows.py"),
    _("nobody takes the call", "planning/rows/response.py",
      "float(rule.minutes) - overhead_minutes(case)", "float(rule.minutes)",
      f"{ROWS}/test_response_rows.py"),
    _("travel is bounded from above", "planning/rows/person_minutes.py",
      "((by, model.open[self.sites[k]])", "((-by, model.open[self.sites[k]])",
      f"{ROWS}/test_response_rows.py"),
    _("a branch asks for nothing", "planning/rows/either.py",
      "*((-c, v) for c, v in terms), (-most, taken[branch.id])]",
      "*((-c, v) for c, v in terms)]", f"{ROWS}/test_either_rows.py"),
    _("a millionth of a yes is a yes", "lp/solvers.py",
      'options["mip_feasibility_tolerance"] = 1e-9', 'options["mip_feasibility_tolerance"] = 1e-6',
      f"{ROWS}/test_either_rows.py"),
    _("a branch that cannot be asked is free", "planning/rows/either.py",
      '[(1.0, taken[name])], "<=", 0.0', '[(1.0, taken[name])], "<=", 1.0',
      f"{ROWS}/test_either_rows.py"),
    _("required sites of a full cover are free", "planning/full_cover.py",
      'status.iloc[j] == "required" and j not in', 'status.iloc[j] == "requested" and j not in',
      f"{PLANNING}/test_full_cover.py"),
    # ---------------------------------------------------------------- planning: whole plans
    _("no budget row", "planning/blocks.py",
      'self.program.require("budget", terms, "<=", left, limit=words)', "pass",
      f"{ROWS}/test_budget_rows.py"),
    _("closing is not paid from the budget", "planning/blocks.py",
      "left = self.task.budget - constant", "left = self.task.budget",
      f"{ROWS}/test_budget_rows.py"),
    _("a share of sites forgets its whole", "planning/rows/site_share.py",
      "*((-float(rule.number), model.open[j]) for j in positions)", "",
      f"{ROWS}/test_site_share_rows.py"),
    _("a share of units asks one unit less", "planning/rows/count.py",
      "enough = ceil(rule.in_share * len(holds))", "enough = int(rule.in_share * len(holds))",
      f"{ROWS}/test_count_rows.py"),
    _("projects bring nothing", "planning/rows/projects.py",
      "limits = (today + known, None)", "limits = (today, None)",
      f"{ROWS}/test_project_rows.py"),
    _("a level needs no step below it", "planning/decisions.py",
      "if lower := level_below(attribute):", "if lower := '':",
      f"{PLANNING}/test_physical_limits.py"),
    _("given figures are decided", "planning/stocks.py",
      "            fix_given(model, resource)\n", "", f"{PLANNING}/test_physical_limits.py"),
    _("tiers are not held", "planning/tiers.py",
      "        if terms:\n", "        if False:\n", f"{PLANNING}/test_tiers.py"),
    _("wishes before musts", "planning/tiers.py",
      'STRENGTHS = ("must", "target", "wish")', 'STRENGTHS = ("wish", "target", "must")',
      f"{PLANNING}/test_tiers.py"),
    _("a disagreement is let pass", "planning/recheck.py",
      "if found and not decided.interrupted:", "if False:", f"{PLANNING}/test_recheck.py"),
    _("the smallest remainders are rounded up", "planning/apportionment.py",
      "(seats[i] - quotas[i], i)", "(quotas[i] - seats[i], i)", "properties/test_rounding.py"),
    _("of equal rates the largest is served first", "planning/apportionment.py",
      "if exact[i] else Fraction(0), exact[i], i", "if exact[i] else Fraction(0), -exact[i], i",
      "properties/test_rounding.py"),
    _("cells are rounded away from themselves", "planning/controlled_rounding.py",
      "(1 - 2 * part)", "(2 * part - 1)", "properties/test_rounding.py"),
    _("every share of a line is Webster's", "auditing/findings.py",
      '"hamilton": largest_remainders', '"hamilton": webster',
      "properties/test_rounding.py"),
    _("the Lorenz curve is not sorted", "auditing/inequality.py",
      "sorted(range(len(rates)), key=rates.__getitem__)", "range(len(rates))",
      "properties/test_inequality.py"),
    _("Theil forgets the people", "auditing/inequality.py", "log(s / w)", "log(s)",
      "properties/test_inequality.py"),
    _("today is the plan", "planning/fairness_table.py",
      '("today", "have")', '("today", "allocated")', "properties/test_inequality.py"),
    _("a gap is measured from one side", "planning/rows/fairness.py",
      "for sign in (1.0, -1.0):", "for sign in (1.0,):", "properties/test_fairness.py"),
    _("every area weighs the same", "planning/rows/fairness.py",
      "[float(n / whole) for n in people]", "[1 / len(people) for n in people]",
      "properties/test_fairness.py"),
    _("the range is audited as the mean deviation", "auditing/fairness.py",
      'gap(spread) if rule.measure == "range" else mean_deviation(spread)',
      "mean_deviation(spread)", "properties/test_fairness.py"),
    _("missed rules get a price", "planning/prices.py",
      "if not moved:", "if True:", f"{PLANNING}/test_prices.py"),
    _("one less is worth nothing", "planning/probing.py",
      "return tighter and kept", "return kept", f"{PLANNING}/test_prices.py"),
    _("people whom others reach are lost, too", "planning/site_marginals.py",
      "np.where(now.degree == 1,", "np.where(now.degree >= 1,",
      f"{PLANNING}/test_site_marginals.py"),
    _("required stations may close", "planning/site_marginals.py",
      'if status.iloc[j] != "required"}', "}", f"{PLANNING}/test_site_marginals.py"),
    _("the only vehicle of a station is spare", "planning/vehicle_marginals.py",
      "if number > len(here):", "if number >= len(here):", f"{PLANNING}/test_site_marginals.py"),
    _("wanted sets may be missed", "planning/kept_cover.py",
      "np.concatenate([np.ones(k), np.zeros(m),", "np.concatenate([np.zeros(k), np.zeros(m),",
      f"{PLANNING}/test_kept_cover.py"),
    _("whoever reaches one site of a set is reached", "planning/kept_cover.py",
      "both.data == wanted.degree[both.coords[1]]", "both.data >= 1",
      f"{PLANNING}/test_kept_cover.py"),
    _("of the best choices the dearest", "planning/kept_cover.py",
      "[cost[self.free], np.zeros", "[-cost[self.free], np.zeros",
      f"{PLANNING}/test_kept_cover.py"),
    _("sets that are hit are still to be hit", "planning/wanted_sets.py",
      "np.flatnonzero(~rows.covered_by(", "np.flatnonzero(rows.covered_by(",
      f"{PLANNING}/test_wanted_sets.py"),
    _("other sites may break the rules", "planning/keeping.py",
      "a <= b + _ROOM for", "True for", f"{PLANNING}/test_resiting.py"),
    _("one less is one more", "planning/resiting.py",
      "best(len(self._opened) + step,", "best(len(self._opened) + abs(step),",
      f"{PLANNING}/test_resiting.py", "properties/test_marginals.py"),
    _("what stands may close for one more", "planning/resiting.py",
      "return Roles(standing - closes, closes, needed)",
      "return Roles(standing - standing, standing, needed)",
      f"{PLANNING}/test_resiting.py"),
    _("whoever lives too far is there at once", "planning/minutes_of_way.py",
      "np.insert(near.value, ends, self._farthest)", "np.insert(near.value, ends, 0.0)",
      "properties/test_marginals.py"),
    _("sites that are held cost nothing", "planning/sites_held.py",
      'spent={"budget": cost, **spent}', "spent={}", f"{PLANNING}/test_prices.py"),
    _("sites that are held bring no subsidy", "planning/sites_held.py",
      "rule.id: cost - subsidies(rule, task.case, decided)", "rule.id: cost",
      f"{PLANNING}/test_prices.py"),
    _("closing is free where sites are held", "planning/sites_held.py",
      "if is_open else case.closing_cost(j)", "if is_open else 0.0",
      f"{PLANNING}/test_prices.py"),
    _("an answer is used whatever the people", "planning/answers.py",
      "question, self._region(case.region), case", "question, case",
      "properties/test_answers.py"),
    _("an answer is used whatever the readings", "planning/answers.py",
      "case.assumptions.table(), travel,", "travel,", "properties/test_answers.py"),
    _("an answer is used whatever the rules", "planning/answers.py",
      "projects, task.name, task.rules,", "projects, task.name,", "properties/test_answers.py"),
    _("answers that are offered cost nothing", "planning/blocks.py",
      "        terms += self.offers.cost()\n", "", f"{PLANNING}/test_within_budget.py"),
    _("answers that are offered miss nothing", "planning/blocks.py",
      "self.shortfalls.setdefault(strength, []).append(missed)", "pass",
      f"{PLANNING}/test_within_budget.py"),
    _("two answers of a network may be taken", "planning/offers.py",
      '[(1.0, v) for _, v in taken], "==", 1.0', '[(1.0, v) for _, v in taken], ">=", 0.0',
      f"{PLANNING}/test_within_budget.py"),
    _("a mix is as good as its bound", "planning/within_budget.py",
      "as_good = as_good and record.objective <= bound + _ROOM", "pass",
      "properties/test_within_budget.py", f"{PLANNING}/test_within_budget.py"),
    _("rows may sum up to anything", "planning/controlled_rounding.py",
      'f"r{i}", *_bounds(row, down[i]), 0)', 'f"r{i}", 0, len(row), 0)',
      "properties/test_rounding.py"),
    _("those who serve fewest open first", "planning/years/openings.py",
      "(-one.served, one.id)", "(one.served, one.id)",
      f"{YEARS}/test_years_openings.py"),
    _("a whole falls as its largest part", "planning/years/paths.py",
      "tuple(sum(each) for each", "tuple(max(each) for each", f"{YEARS}/test_years_paths.py"),
    _("all that is written is whole", "lp/solvers.py",
      "[v.cat == pulp.LpInteger for v in variables]", "[True for v in variables]",
      f"{LP}/test_program.py"),
    # ---------------------------------------------------------------- location: covers
    _("a site dies for a dearer one", "location/engines/set_cover/dominance_kernels.py",
      "if not drop_larger and cost[large] > cost[small]:",
      "if not drop_larger and cost[large] < cost[small]:", f"{COVER}/test_dominance.py"),
    _("dominance the wrong way round", "location/engines/set_cover/dominance_kernels.py",
      "            if drop_larger:\n                dead[large]",
      "            if not drop_larger:\n                dead[large]", f"{COVER}/test_dominance.py"),
    _("the only site of a row is forgotten", "location/engines/set_cover/dominance.py",
      "forced.append(sites[only])", "forced.append(sites[:0])", f"{COVER}/test_dominance.py"),
    _("prices may exceed what a site costs", "location/engines/set_cover/relaxation.py",
      "np.minimum(reduced_cost(problem, prices), 0.0).sum()", "0.0",
      f"{COVER}/test_relaxation.py"),
    _("rows are covered once too often", "location/engines/set_cover/search_kernels.py",
      "            if times[i] == 0:\n                score[other] += weight[i]",
      "            if times[i] == 1:\n                score[other] += weight[i]",
      f"{COVER}/test_local_search.py"),
    _("open sites cover nobody", "location/set_cover.py",
      "_rows_left(merged.rows, kept, free)", "_rows_left(merged.rows, kept[:0], free)",
      f"{LOCATION}/test_set_cover.py"),
    _("the share of another group", "location/partial_cover.py",
      "people = merged.weight(demand.of_group(group))", "people = merged.weight(demand.people)",
      f"{LOCATION}/test_partial_cover.py"),
    _("a share forgets whom open sites cover", "location/partial_cover.py",
      "least = share * total - (total - float(left.sum()))", "least = share * total",
      f"{LOCATION}/test_partial_cover.py"),
    # ---------------------------------------------------------------- location: maximal cover
    _("the next value lies one step too far", "location/engines/maximal/problem.py",
      "+ 1e-6) + 1 - 1e-6) * self.step)", "+ 1e-6) + 2 - 1e-6) * self.step)",
      f"{ENGINES}/maximal/test_maximal_problem.py"),
    _("floors are met by half", "location/engines/maximal/problem.py",
      "float(floor.weight[covered].sum()) >= floor.least",
      "float(floor.weight[covered].sum()) >= 0.5 * floor.least",
      f"{ENGINES}/maximal/test_maximal_problem.py", f"{LOCATION}/test_maximal_cover.py"),
    _("a cut leaves out the last row of a cluster", "location/engines/maximal/kernels.py",
      "        for r in range(first_row[k], first_row[k + 1]):\n            if not bare[r]",
      "        for r in range(first_row[k], first_row[k + 1] - 1):\n            if not bare[r]",
      f"{LOCATION}/test_maximal_cover.py"),
    # ---------------------------------------------------------------- location: distances
    _("p leaves out what is open already", "location/engines/median/problem.py",
      "left = min(p - len(given), len(free))", "left = min(p, len(free))",
      f"{LOCATION}/test_median.py"),
    _("bounds of broken costs are rounded up", "location/median.py",
      "return 1.0 if whole and np.array_equal(value, np.rint(value)) else 0.0", "return 1.0",
      "properties/test_median.py"),
    _("a cut forgets a cell's saving", "location/engines/median/cuts.py",
      "values[place[j]] += saves", "values[place[j]] = saves",
      f"{ENGINES}/median/test_median_cuts.py"),
    _("prices end at half a site", "location/engines/median/cuts.py",
      "            if mass >= 1.0 - _WHOLE:", "            if mass >= 0.5:",
      f"{ENGINES}/median/test_median_cuts.py"),
    _("nothing follows a closed site", "location/engines/branching/kernels.py",
      "closing[j] = following - worth[j]", "closing[j] = -worth[j]",
      f"{ENGINES}/branching/test_cut_program.py"),
    _("thetas pay their top", "location/engines/branching/kernels.py",
      "(least[k] if rest[k] > 0.0 else top[k])", "top[k]",
      f"{ENGINES}/median/test_median_cuts.py"),
    _("one site more reaches everybody", "location/engines/center/bisection.py",
      "np.ones(rows.n_sites)), problem.p)", "np.ones(rows.n_sites)), problem.p + 1)",
      f"{LOCATION}/test_center.py"),
    _("the bisection skips a distance", "location/engines/center/bisection.py",
      "self._low = max(self._low, at + 1)", "self._low = max(self._low, at + 2)",
      f"{LOCATION}/test_center.py", "properties/test_center.py"),
    _("p sites are one too few", "location/engines/center/cover.py",
      "return rounded_up(bound, 1.0) > self._left", "return rounded_up(bound, 1.0) >= self._left",
      f"{ENGINES}/center/test_center_cover.py"),
    _("apart one way only", "location/dispersion.py",
      "np.minimum(matrix, matrix.T)", "matrix", f"{LOCATION}/test_dispersion.py"),
    _("a crowd passes for a clique", "location/engines/dispersion/choice.py",
      "near &= self.conflict[j]\n", "near |= self.conflict[j]\n",
      f"{LOCATION}/test_dispersion.py"),
    # ---------------------------------------------------------------- location: capacitated
    _("a site never fills", "location/engines/capacitated/sending_kernels.py",
      "            taken[last] += amount\n", "            pass\n",
      f"{ENGINES}/capacitated/test_assignment_sending.py"),
    _("nobody may go to the nearest", "location/engines/capacitated/program.py",
      "problem.away[span][None, :] > problem.away[span][:, None]",
      "problem.away[span][None, :] >= problem.away[span][:, None]",
      f"{ENGINES}/capacitated/test_capacitated_program.py"),
    _("sites are ruled out at the bound", "location/engines/capacitated/prices.py",
      "shut = (opened > limit)", "shut = (opened > bound)",
      f"{ENGINES}/capacitated/test_capacitated_prices.py"),
    _("a full site gives up its best", "location/engines/capacitated/kernels.py",
      "for k in np.argsort(worth):", "for k in np.argsort(-worth):",
      f"{ENGINES}/capacitated/test_capacitated_prices.py"),
    _("of repeated arcs the farthest counts", "location/capacitated.py",
      "order = np.lexsort((times.value, times.site, times.cell))",
      "order = np.lexsort((-times.value, times.site, times.cell))",
      f"{LOCATION}/test_capacitated.py"),
    # ---------------------------------------------------------------- location: servers
    _("one server too many per site", "location/servers.py",
      "np.broadcast_to(numbers, (roles.n_sites,))",
      "np.broadcast_to(numbers + 1, (roles.n_sites,))",
      f"{LOCATION}/test_expected.py"),
    _("the first server is as good as the second", "location/expected.py",
      "np.power(share, np.arange(p, dtype=np.float64))",
      "np.power(share, np.arange(1, p + 1, dtype=np.float64))", f"{LOCATION}/test_expected.py"),
    _("one server too few is reliable", "location/expected.py",
      "math.ceil(math.log(1 - reliability)", "math.floor(math.log(1 - reliability)",
      f"{LOCATION}/test_expected.py"),
    _("backup counts as first cover", "location/backup.py",
      "theta * nth_server(1, p) + (1 - theta) * nth_server(2, p)",
      "theta * nth_server(2, p) + (1 - theta) * nth_server(1, p)", f"{LOCATION}/test_backup.py"),
    _("the gap leaves room for one server less", "location/engines/servers/narrowing.py",
      "np.minimum(problem.high, problem.low + room)",
      "np.minimum(problem.high, problem.low + np.maximum(room - 1, 0))",
      f"{ENGINES}/servers/test_server_engine.py"),
    # ---------------------------------------------------------------- location: levels
    _("a hospital is no station", "location/engines/hierarchy/program.py",
      "for at in range(problem.n_levels - 1):", "for at in range(0):",
      f"{LOCATION}/test_hierarchy.py"),
    _("an upgrade is paid as if nothing stood there", "location/engines/hierarchy/asking.py",
      "np.maximum(opening[:, old] - now, 0.0)", "opening[:, old]", f"{LOCATION}/test_hierarchy.py"),
    _("a hospital takes one station more", "location/engines/hierarchy/program.py",
      "places = problem.places.astype(np.float64)", "places = problem.places + 1.0",
      f"{LOCATION}/test_hierarchy.py"),
    # ---------------------------------------------------------------- location: roles, answers
    _("forbidden sites are candidates", "location/roles.py",
      "taken = np.concatenate(list(sets.values()))",
      'taken = np.concatenate([who for name, who in sets.items() if name != "forbidden"])',
      f"{LOCATION}/test_roles.py"),
    _("who closes a site earns what it costs", "location/roles.py",
      "(self.running_cost - self.closing_cost)[self.may_close]",
      "(self.running_cost + self.closing_cost)[self.may_close]", f"{LOCATION}/test_roles.py"),
    _("every answer is called optimal", "location/answering.py",
      "proven = gap <= max(limits.gap, _TOLERANCE)", "proven = True",
      f"{LOCATION}/test_set_cover.py"),
    _("the recount lets forbidden sites pass", "location/questions/base.py",
      "barred = [j for j in open_sites.tolist() if not permitted[j]]", "barred = []",
      f"{LOCATION}/test_median.py"),
    _("the recount excuses cells within reach", "location/questions/cover.py",
      "excused = siting.uncoverable[reached[siting.uncoverable]]",
      "excused = siting.uncoverable[:0]",
      f"{LOCATION}/test_siting.py"),
    _("the recount counts cells, not people", "location/questions/median.py",
      "(people[going] * served.away[going]).sum()", "served.away[going].sum()",
      "properties/test_median.py"),
    _("the recount passes by least loads", "location/questions/assignment.py",
      "if load[j] < self.min_load[j] - size:", "if False:", f"{LOCATION}/test_capacitated.py"),
    _("a bound may lie on the wrong side", "location/siting.py",
      'if self.sense == "min" else self.objective - self.bound', 'if self.sense == "max" else -1.0',
      f"{LOCATION}/test_siting.py"),
    _("one part of what is left is never asked", "location/partition.py",
      "for i, site in enumerate(added):", "for i, site in enumerate(added[:-1]):",
      f"{LOCATION}/test_alternatives.py"),
    _("an alternative forgets what was not asked", "location/partition.py",
      "bound = min(objective, part.bound, *others, *self.stuck)", "bound = objective",
      f"{LOCATION}/test_alternatives.py"),
    _("every point of a curve has the largest radius", "location/curves.py",
      "coverage.within(radius) if", "coverage.within(max(radii or [radius])) if",
      f"{LOCATION}/test_curves.py"),
    # ---------------------------------------------------------------- auditing
    _("half of the people are enough", "auditing/coverage.py",
      "_TOLERANCE = 1e-6", "_TOLERANCE = 0.5", f"{ROWS}/test_coverage_rows.py"),
    _("the audit's radius excludes its limit", "auditing/reach.py",
      "INCLUSIVE = 1 + 1e-9", "INCLUSIVE = 1 - 1e-9", f"{ROWS}/test_coverage_rows.py"),
    _("the audit rounds floors down", "auditing/findings.py",
      '">=": (up, None)', '">=": (down, None)', f"{ROWS}/test_quota_rows.py",
      "properties/test_rules.py"),
    _("the audit pools staff", "auditing/ratios.py",
      "        each=True,\n", "", "unit/auditing/test_audit_ratios.py"),
    _("the audit forgets the call", "auditing/coverage.py",
      "    if rule.from_call:\n", "    if False:\n", f"{AUDITING}/test_audit_travel.py"),
    _("the audit's mean counts whom no site reaches", "auditing/responses.py",
      "counted = inside & ~self.lost", "counted = inside", f"{AUDITING}/test_audit_travel.py"),
    _("a plan by roads is audited along straight lines", "auditing/compliance.py",
      "        _check_travel(plan, travel)\n", "        pass\n",
      f"{AUDITING}/test_audit_travel.py"),
    _("ambulances drive to their stations", "travel/means.py",
      'return "from site" if mode == "ambulance" else "to site"', 'return "to site"',
      "unit/travel/test_journeys.py"),
    _("rural people keep the mode of the rule", "travel/journeys.py",
      "rural_by = self.travel.rural_by.get(mode, mode)", "rural_by = mode",
      "unit/travel/test_journeys.py"),
    _("cars' times are taken for ambulances'", "travel/journeys.py",
      'if named["ambulance"] is None and not isinstance(named["drive"], ByTable):',
      'if named["ambulance"] is None:', "unit/travel/test_journeys.py"),
    _("the audit forgets the turnout", "auditing/responses.py",
      'number("call_handling_minutes") + number("turnout_minutes")',
      'number("call_handling_minutes")', f"{ROWS}/test_response_rows.py"),
    _("staff with nothing to do serve other units", "planning/rows/service.py",
      "name, most = f\"{rule.id}:used[{unit}]\", float(demand[unit] / capacity)",
      "name, most = f\"{rule.id}:used[{unit}]\", 1e6", f"{ROWS}/test_service_rows.py"),
    _("the audit lets staff serve more than there is", "auditing/services.py",
      "min(capacity * staff, Fraction(asked))", "capacity * staff",
      "unit/auditing/test_audit_services.py"),
    _("a yearly number counts once", "planning/rows/inflow.py",
      "(years if rule.each == \"year\" else 1)", "1", f"{ROWS}/test_inflow_rows.py"),
    _("as fast is faster", "planning/rows/inflow.py",
      "return floor(Fraction(today) * growth) + 1", "return ceil(Fraction(today) * growth)",
      f"{ROWS}/test_inflow_rows.py"),
    _("trainees do not come on top", "planning/physical.py",
      "if model.plans(flow)]", "if False]", f"{ROWS}/test_inflow_rows.py"),
    _("beds are needed at full occupancy", "planning/rows/stay.py",
      "/ (DAYS_A_YEAR * occupied)", "/ DAYS_A_YEAR", f"{ROWS}/test_stay_rows.py"),
    _("the region's line is that of the best unit", "auditing/areas.py",
      "total, strength = max(parts, key=_height), rule.strength",
      "total, strength = min(parts, key=_height), rule.strength", f"{ROWS}/test_stay_rows.py"),
    _("an empty ward fails", "auditing/stays.py",
      "achieved=float(days / admissions) if admissions else 0.0",
      "achieved=float(days / admissions) if admissions else 999.0",
      "unit/auditing/test_audit_stays.py"),
    _("a split gives each unit the same", "planning/rows/proportional.py",
      "share = float(weights[unit] / whole)", "share = 1 / len(units)",
      f"{ROWS}/test_proportional_rows.py"),
    _("the audit looks at the first unit only", "auditing/proportions.py",
      "at = away.index(max(away))", "at = 0", f"{ROWS}/test_proportional_rows.py"),
    _("hospitals have room for everybody", "planning/rows/link.py",
      "row = [*terms, (-float(most), model.open[h])]", "row = [*terms, (-1e6, model.open[h])]",
      f"{ROWS}/test_link_rows.py"),
    _("links do not forbid one more site", "planning/families.py",
      "return {j for positions in linked for j in positions} | {", "return {",
      f"{ROWS}/test_link_rows.py"),
    _("the audit gives partners too much room", "auditing/links.py",
      "np.full(m, min(most, n))", "np.full(m, n)", f"{ROWS}/test_link_rows.py"),
    _("beds that fail a standard grow", "planning/rows/gate.py",
      "found[unit] = beds", "found[unit] = beds + 1e6", f"{ROWS}/test_gate_rows.py"),
    _("one half is enough where both must fail", "auditing/gates.py",
      "return len(failed) == 2 if", "return len(failed) >= 1 if", f"{ROWS}/test_gate_rows.py"),
    _("a crowded ward passes", "planning/rows/gate.py",
      '<= occupancy <= case.exactly("gate_occupancy_to")', "<= occupancy",
      f"{ROWS}/test_gate_rows.py"),
    _("misses of large figures cost next to nothing", "planning/shortfall.py",
      "max(0, floor(log10(max(1.0, size))) - 3)", "0", f"{PLANNING}/test_shortfall.py"),
    _("visits do not grow with residents", "region/forecast.py",
      "table.loc[rows, \"have\"].to_numpy(np.float64) * growth",
      "table.loc[rows, \"have\"].to_numpy(np.float64)", "unit/region/test_forecast.py"),
    _("new private hospitals bring no beds", "planning/physical.py",
      "known += beds * is_open\n            terms += [(-beds * c, v) for c, v in deciding]",
      "terms += [(-beds * c, v) for c, v in deciding]", f"{PLANNING}/test_physical_limits.py"),
    _("the audit forgets beds of new hospitals", "auditing/physical.py",
      "if there is not None and there < beds:", "if False:",
      "unit/auditing/test_audit_physical.py"),
    _("equipment is not weighed when sites are placed", "planning/case.py",
      "return self._site_cost(position, \"opening_cost\", \"\") + equipment",
      "return self._site_cost(position, \"opening_cost\", \"\")", f"{PLANNING}/test_equipping.py"),
    _("equipment of new sites is paid twice", "planning/equipping.py",
      "equipped.objective -= paid", "equipped.objective -= 0 * paid",
      f"{PLANNING}/test_equipping.py"),
    _("what two rules ask of one site is proven twice", "planning/equipment.py",
      "least[attribute] = max(least.get(attribute, 0.0), sum(costs.values()))",
      "least[attribute] = least.get(attribute, 0.0) + sum(costs.values())",
      f"{PLANNING}/test_equipment.py"),
    _("whatever HiGHS calls optimal is", "lp/solvers.py",
      "status = Status.OPTIMAL if proven else Status.FEASIBLE", "status = Status.OPTIMAL",
      f"{LP}/test_solvers.py"),
    # ---------------------------------------------------------------- all kinds of rules
    _("what is given is as the plan's own table has it", "auditing/given.py",
      "return said if abs(said - today) <= _ROUNDED else float(round(today))", "return said",
      f"{AUDITING}/test_audit_given.py"),
    _("a total that is given is never shared anew", "auditing/given.py",
      "if abs(sum(others.values()) - left) > _ROUNDED:", "if False:",
      f"{AUDITING}/test_audit_given.py"),
    _("closed sites count", "auditing/facts.py",
      '= ("kept", "new", "upgraded")', '= ("kept", "new", "upgraded", "closed")',
      f"{AUDITING}/test_audit_facts.py"),
    _("a branch holds where one of its units does", "auditing/alternatives.py",
      "if all(line.met for line in found))", "if any(line.met for line in found))",
      f"{AUDITING}/test_audit_alternatives.py"),
    _("the farthest branch is the nearest", "auditing/alternatives.py",
      "nearest = max(offered,", "nearest = min(offered,",
      f"{AUDITING}/test_audit_alternatives.py"),
    _("more people than 400,000 are 400,000 and more", "auditing/counts.py",
      "residents > rule.above_people", "residents >= rule.above_people",
      f"{AUDITING}/test_audit_counts.py"),
    _("the audit's share of units is rounded down", "auditing/counts.py",
      "lower=float(ceil(rule.in_share * len(at)))", "lower=float(int(rule.in_share * len(at)))",
      f"{ROWS}/test_count_rows.py"),
    _("a project need not bring its beds", "auditing/projects.py",
      "if there is not None and there < asked:", "if False:", f"{ROWS}/test_project_rows.py"),
    _("a project is paid twice", "auditing/budgets.py",
      "cost = sum(costs.of(item) for item in added - of_project)",
      "cost = sum(costs.of(item) for item in added)", f"{ROWS}/test_project_rows.py"),
    _("subsidies are not taken off", "auditing/budgets.py",
      "achieved=subsidy if rule.amount is None else cost - subsidy",
      "achieved=subsidy if rule.amount is None else cost", f"{ROWS}/test_budget_rows.py"),
    _("posts are paid for one year", "auditing/budgets.py",
      'price *= assumptions.number("cost_years")', "price *= 1.0",
      f"{AUDITING}/test_audit_budgets.py"),
    _("people who are served bring no money", "planning/rows/budget.py",
      "float(rule.amount + rule.subsidy_per_person * people) - constant",
      "float(rule.amount) - constant", f"{ROWS}/test_budget_rows.py"),
    _("any population will do", "auditing/parameters.py",
      "achieved=residents,", "achieved=float(rule.number),",
      f"{AUDITING}/test_audit_parameters.py"),
    _("registered people are residents", "auditing/parameters.py",
      "achieved=float(found == {str(rule.definition)})", "achieved=1.0",
      f"{AUDITING}/test_audit_parameters.py"),
    _("the audit's share of sites is rounded down", "auditing/site_shares.py",
      "else float(ceil(asked))", "else float(floor(asked))", f"{ROWS}/test_site_share_rows.py"),
    _("the audit's part of a whole is rounded down", "auditing/shares.py",
      "lower=float(ceil(asked))", "lower=float(floor(asked))", f"{BROKEN}[share]"),
    _("the audit ignores duty and shifts", "auditing/ratios.py",
      "if rule.on_duty:", "if False:", f"{AUDITING}/test_audit_ratios.py"),
    _("the audit takes as fast for faster", "auditing/inflows.py",
      "floor(Fraction(today) * growth) + 1", "ceil(Fraction(today) * growth)",
      f"{AUDITING}/test_audit_inflows.py"),
    _("a floor on two resources counts the first", "auditing/totals.py",
      "for resource in rule.resources),", "for resource in rule.resources[:1]),",
      "properties/test_oracles.py::test_stocks_equal_scipy"),
    _("the strongest basis is told", "auditing/records.py",
      '_WORST_FIRST = ("assumed", "modelled", "measured")',
      '_WORST_FIRST = ("measured", "modelled", "assumed")',
      f"{AUDITING}/test_audit_records.py"),
    _("units without a figure share the whole", "planning/have.py",
      "left = max(0, round(have.whole) - sum(known.values()))", "left = round(have.whole)",
      f"{PLANNING}/test_physical_limits.py", f"{ROWS}/test_service_rows.py"),
    _("a clash names everybody", "planning/explanation.py",
      "members = {rule.id, *self._smallest([rule.id], False, among)}",
      "members = {rule.id, *among}", "properties/test_explanation.py"),
    _("a way out is told as a share of one", "planning/explanation.py",
      "Remedy(party, amount, amount / side.scale, change", "Remedy(party, amount, amount, change",
      "properties/test_explanation.py"),
    _("a whole is split apart from its parts", "planning/fair_split.py",
      'if method == "controlled":', "if False:", "properties/test_plan_invariants.py::"
      "test_controlled_rounding_keeps_both_margins_of_a_plan"),
    _("a station may be left without a vehicle", "planning/results.py",
      "least = [1] * len(here) if cars >= len(here) else None", "least = None",
      "properties/test_plan.py::test_what_no_rule_may_bend_holds_in_every_plan"),
    _("a ceiling lets go of no part", "planning/planned.py",
      "capped |= {r.id for r in resources().values() if r.inside in capped}", "pass",
      "properties/test_oracles.py::test_stocks_equal_scipy", f"{PLANNING}/test_stocks.py"),
    _("what is in no cost is not told", "planning/provenance.py",
      "    if not unknown:\n        return []", "    if True:\n        return []",
      f"{PLANNING}/test_provenance.py"),
    _("rates are compared as totals", "policy/checks/claims.py",
      "factor = population if self.per_person else Fraction(1)", "factor = Fraction(1)",
      f"{CHECKS}/test_comparisons.py"),
    _("the lower of two rates decides", "policy/checks/region_checks.py",
      "(part, whole) if of_part >= of_all else (whole, part)",
      "(whole, part) if of_part >= of_all else (part, whole)",
      f"{CHECKS}/test_region_checks.py"),
    _("a share of units needs no level", "policy/site_rules.py",
      'if self.in_share < 1 and (self.sense != ">=" or not self.level or self.pool):',
      'if self.in_share < 1 and (self.sense != ">=" or self.pool):',
      "unit/policy/test_problems.py"),
    _("a Gini of 1 is a rule", "policy/fairness_rules.py",
      "self.number >= 1:", "self.number > 1:", "properties/test_fairness.py"),
    # ---------------------------------------------------------------- years
    _("nobody leaves", "planning/years/beginnings.py",
      "return (2 * p * number + q) // (2 * q)", "return 0",
      "unit/auditing/test_auditing_years.py"),
    _("money is paid in another year", "planning/years/limits.py",
      "constants[year] += cost * group.size", "constants[year] += 0 * cost * group.size",
      "unit/auditing/test_auditing_years.py"),
    _("hires know no limit", "planning/years/limits.py",
      "limit = float(most)", "limit = 9.0 * most", "unit/auditing/test_auditing_years.py"),
    _("recruits are asked for in the last year alone", "planning/years/misses.py",
      "(course.is_flow or year == model.years.last)", "year == model.years.last",
      f"{YEARS}/test_years_misses.py"),
    _("the audit lets everybody stay", "auditing/years.py",
      "if now[\"left\"] < least:", "if False:", "unit/auditing/test_auditing_years.py"),
    _("the audit knows no limit of hires", "auditing/years.py",
      "if most is not None and hired > most + flows:", "if False:",
      "unit/auditing/test_auditing_years.py"),
    _("posts cost nothing after their first year", "auditing/years_money.py",
      "            found[year] = now\n", "            found[year], before = now - before, now\n",
      "unit/auditing/test_auditing_years.py"),
    _("money always suffices", "planning/years/schedule.py",
      "if found is None or _suffices(case, found):", "if True:",
      "unit/auditing/test_auditing_years.py"),
    _("what got a new row keeps its answer", "planning/years/drafts.py",
      "return frozenset(self.variables), self.rows",
      "return frozenset(self.variables), frozenset()", f"{YEARS}/test_years_drafts.py"),
    _("nobody asks for an even shortfall", "planning/years/schedule.py",
      "if model.years.shortfall == \"even\":", "if False:", f"{YEARS}/test_years_schedule.py"),
    _("staff may always be given up", "planning/years/paths.py",
      "gives_up.append(course.most if fewer else stays - least)",
      "gives_up.append(course.most)", f"{YEARS}/test_years_paths.py"),
    _("an interrupt of the years is kept secret", "planning/years/carrying_out.py",
      "interrupted=True, reproducible=False", "reproducible=False",
      f"{YEARS}/test_years_schedule.py"),
    _("the audit lets a part outgrow its whole", "auditing/years.py",
      "if outer is not None and stock > _stock(outer, year):", "if False:",
      "unit/auditing/test_auditing_years.py"),
    # ---------------------------------------------------------------- ground
    _("centres join over corners", "region/settlement.py",
      "limits.centre_per_km2 * _ABOUT, corners=False",
      "limits.centre_per_km2 * _ABOUT, corners=True", f"{REGION}/test_settlement.py"),
    _("just enough people are too few", "region/settlement.py",
      "kept = held >= at_least * _ABOUT", "kept = held > at_least / _ABOUT",
      f"{REGION}/test_settlement.py"),
    _("gaps of 15 km2 are filled", "region/contiguity.py",
      "small = sizes < below_km2 * (1 - 1e-9)\n            small[[0, pieces[0, 0]]] = False",
      "small = sizes <= below_km2\n            small[[0, pieces[0, 0]]] = False",
      f"{REGION}/test_settlement.py"),
    _("four of eight neighbours are most", "region/contiguity.py",
      "_MAJORITY = len(_AROUND) // 2 + 1", "_MAJORITY = len(_AROUND) // 2",
      f"{REGION}/test_settlement.py"),
    _("centres alone are never urban", "region/settlement_files.py",
      "return settlement.on(grid, rule.urban)", "return settlement.on(grid)",
      f"{REGION}/test_settlement_files.py"),
    _("coarse cells lie anywhere", "region/aggregation.py",
      'at == "people":', 'at == "middle":', f"{REGION}/test_aggregation.py"),
    _("errors that cancel are none", "region/aggregation.py",
      '"misjudged": (near_fine != near_coarse) @ people / whole',
      '"misjudged": abs(means[1] - means[0])', f"{REGION}/test_aggregation.py"),
    _("the old live among all", "region/census_groups.py",
      'among = counts.get("age60", held)', "among = held", f"{REGION}/test_census_grid.py"),
    _("water is land", "region/land.py",
      'dry &= ~_hit(self.water, xy_m, "contains")', 'dry &= _hit(self.water, xy_m, "contains")',
      f"{REGION}/test_site_lists.py"),
    _("left out in silence", "region/site_files.py",
      "            found.leave_out(LeftOut(file,", "            (LeftOut(file,",
      f"{REGION}/test_site_lists.py"),
    _("a repeat of a repeat is gone, too", "region/tidying.py",
      "if earlier in gone or later in gone or", "if later in gone or",
      f"{REGION}/test_site_lists.py"),
    # ---------------------------------------------------------------- trees, pools
    _("the pool keeps its worst", "location/engines/maximal/pool.py",
      "sorted({*self._held, new}, reverse=True)[:_SIZE]", "sorted({*self._held, new})[:_SIZE]",
      f"{ENGINES}/maximal/test_pool.py"),
    _("a ceiling is bought at its floor", "location/engines/branching/kernels.py",
      "side = lower[row] if dual > 0.0 else upper[row]", "side = lower[row]",
      f"{ENGINES}/branching/test_cut_program.py"),
    _("rows that are gone are found elsewhere", "location/engines/branching/rows.py",
      "return np.where(self.numbers[at] == numbers, at, -1)", "return at",
      f"{ENGINES}/branching/test_cut_program.py"),
    # ---------------------------------------------------------------- travel
    _("the way back is the way there", "travel/shortest.py",
      "_searched(roads, along[:, ::-1], targets", "_searched(roads, along, targets",
      "unit/travel/test_roads.py"),
    _("one can always come back", "travel/road_graph.py",
      'return self._parts("strong")', 'return self._parts("weak")',
      "unit/travel/test_road_graph.py"),
    _("up only", "travel/surface_building.py",
      "return np.asarray((up + down) / 2)", "return np.asarray(up)",
      "unit/travel/test_surface_building.py"),
    _("equally near is the last site", "travel/surface_kernels.py",
      "label[u] < label[v]:", "label[u] > label[v]:", "unit/travel/test_surface.py",
      "properties/test_travel_surface.py"),
    _("what is missing takes no time", "travel/table_checks.py",
      "values[gone] = np.inf", "values[gone] = 0.0", "unit/travel/test_tables.py"),
    _("near the limit counts", "travel/calibration.py",
      "_SPARE = 1.5", "_SPARE = 0.01", "unit/travel/test_calibration.py"),
    # ---------------------------------------------------------------- scenarios
    _("a range stops before its end", "scenarios/ranges.py",
      "count = (end - begin) // step + 1", "count = (end - begin) // step",
      f"{SCENARIOS}/test_ranges.py"),
    _("ranges go by floats", "scenarios/ranges.py",
      "return Fraction(Decimal(repr(number)))", "return Fraction(number)",
      f"{SCENARIOS}/test_ranges.py"),
    _("rules of a base are never replaced", "scenarios/inheritance.py",
      "kept = [mine.get(id_of(rule), rule) for rule in base]", "kept = list(base)",
      f"{SCENARIOS}/test_inheritance.py"),
    _("paths of a base are taken from the wrong folder", "scenarios/inheritance.py",
      "inherited = relocated(base.table, base.path.parent, path.parent)",
      "inherited = dict(base.table)", f"{SCENARIOS}/test_inheritance.py"),
    _("a swept objective leaves the other one", "scenarios/key_paths.py",
      "return without_other_objective(found, {first: value}) if first in OBJECTIVES else found",
      "return found", f"{SCENARIOS}/test_variants.py"),
    _("nothing is left out of a sweep", "scenarios/sweeps.py",
      "if not any(_matches(found, one) for one in self.excluded):", "if True:",
      f"{SCENARIOS}/test_variants.py"),
    _("files of a region do not count in the hash", "scenarios/hashing.py",
      "return [own, *digests(toml.parent / name for name in named)]", "return [own]",
      f"{SCENARIOS}/test_hashing.py"),
    _("a file is hashed once, whatever becomes of it", "files/digests.py",
      "return _digest(str(path.resolve()), stat.st_size, stat.st_mtime_ns)",
      "return _digest(str(path.resolve()), 0, 0)", f"{SCENARIOS}/test_hashing.py"),
    _("units are correlated too much", "scenarios/samples.py",
      "math.sqrt(1 - table.correlation), math.sqrt(table.correlation)",
      "math.sqrt(1 - table.correlation), table.correlation ** 0.25",
      f"{SCENARIOS}/test_samples.py"),
    _("draws depend on the order of units", "scenarios/samples.py",
      "_normal(table.seed, number, f\"unit {drawn_for}\")",
      "_normal(table.seed, number, f\"unit {len(found)}\")", f"{SCENARIOS}/test_samples.py"),
    _("cells keep their people", "region/population_factors.py",
      "grid=replace(region.grid, table=cells.assign(people=people)),", "grid=region.grid,",
      f"{REGION}/test_population_factors.py"),
    _("a forecast stays as it was stated", "region/population_factors.py",
      "part * by_unit[str(unit)] for unit", "part for unit",
      f"{REGION}/test_population_factors.py"),
    # ---------------------------------------------------------------- batches
    _("a torn line counts", "batches/journals.py",
      "if not text or told != _checksum(text):", "if not text:", f"{BATCHES}/test_journals.py"),
    _("half a line stays where there was no room", "batches/journals.py",
      "            os.truncate(path, before)\n", "", f"{BATCHES}/test_journals.py"),
    _("a defect is never tried again", "batches/planning_jobs.py",
      "isinstance(error, InputError | InfeasibleError)", "True", f"{BATCHES}/test_course.py"),
    _("an interrupted plan is the last word", "batches/planning_jobs.py",
      'final = row["exit_code"] != ExitCode.INTERRUPTED and ', "final = ",
      f"{BATCHES}/test_course.py"),
    _("a file that changed meanwhile is not noticed", "batches/planning_jobs.py",
      " and _hash(job.scenario) == job.input_hash", "", f"{BATCHES}/test_course.py"),
    _("versions do not count", "batches/course.py",
      '" ".join([job.input_hash, *versions().values()])', "job.input_hash",
      f"{BATCHES}/test_course.py"),
    _("a death is tried once too often", "batches/course.py",
      "if tried <= self.retries:", "if tried <= self.retries + 1:", f"{BATCHES}/test_course.py"),
    _("one file of a plan is enough", "batches/plan_folders.py",
      "return all(", "return any(", f"{BATCHES}/test_course.py"),
    _("a folder of another scenario is trusted", "batches/plan_folders.py",
      "if not record.folder or record.folder in wanted:", "if not record.folder:",
      f"{BATCHES}/test_plan_folders.py"),
    _("two batches share a folder", "batches/locks.py",
      "fcntl.LOCK_EX | fcntl.LOCK_NB", "fcntl.LOCK_SH | fcntl.LOCK_NB",
      f"{BATCHES}/test_locks.py"),
    _("workers outlive their parent", "batches/worker_processes.py",
      "            os._exit(1)  # the journal", "            return  # the journal",
      f"{BATCHES}/test_kills.py::test_a_worker_and_then_the_parent_are_killed"),
    _("a worker leaves the region that it has read", "batches/queues.py",
      "if not self._waiting.get(kind):", "if kind is not None:", f"{BATCHES}/test_queues.py"),
    _("a region is known by its place alone", "batches/inputs.py",
      "key = (str(path.absolute()), *region_hash(path))", "key = (str(path.absolute()),)",
      f"{BATCHES}/test_inputs.py"),
    _("the best county is the worst", "batches/rows.py",
      ".argmin()", ".argmax()", f"{BATCHES}/test_rows.py"),
    _("rows stand as they ended", "batches/results.py",
      "for at in sorted(self.rows)", "for at in self.rows", f"{BATCHES}/test_course.py"),
    _("rows of an earlier run took time in this one", "batches/progress_lines.py",
      "spent / self.ended", "spent / done", f"{BATCHES}/test_progress_lines.py"),
    _("a run that is over goes on", "batches/planning_jobs.py",
      "            raise CalledOff\n", "            return\n", f"{BATCHES}/test_planning_jobs.py"),
    # ---------------------------------------------------------------- studies
    _("rules give way for an aim", "planning/pulled_block.py",
      'self.program.require(f"held[{strength}]", terms, "<=", most)', "pass",
      f"{PLANNING}/test_trading.py"),
    _("limits of a front are loose", "planning/pulled_block.py",
      "limit.most - constant, limit=words", "limit.most - constant + 1e9, limit=words",
      f"{PLANNING}/test_trading.py"),
    _("a front keeps what is dominated", "studies/front.py",
      "if no_worse and better:", "if False:",
      f"{STUDIES}/test_trade_offs.py::test_dominated_and_equal_points_go"),
    _("the knee is the nearest to the chord", "studies/front.py",
      "best = int(np.argmax(away))", "best = int(np.argmin(away))",
      f"{STUDIES}/test_trade_offs.py::test_the_knee_is_farthest_from_the_chord"),
    _("one proven solve proves a point", "studies/front_search.py",
      "all(r.status is Status.OPTIMAL for r in records)",
      "any(r.status is Status.OPTIMAL for r in records)",
      f"{STUDIES}/test_trade_offs.py::test_a_point_is_proven_only_if_every_solve_is"),
    _("rules that are set aside are not in the compliance", "studies/trade_offs.py",
      "audit_lines(case.region, self.policy,", "audit_lines(case.region, case.policy,",
      f"{STUDIES}/test_trade_offs.py::test_points_are_sorted_and_the_audit_says_the_same"),
    _("the worst future is the mean one", "location/engines/robust/problem.py",
      "return float(self.sums(self.paid(chosen)).max())",
      "return float(self.sums(self.paid(chosen)).mean())", "unit/location/test_robust.py"),
    _("offsets of futures are not in the rows", "location/engines/robust/master.py",
      "lower=-offset / self._scale", "lower=0.0 * offset",
      "unit/location/engines/robust/test_robust_engine.py"),
    _("regret is against nothing", "location/robust.py",
      "covered if best is None else covered - best", "covered", "unit/location/test_robust.py"),
    _("the bound of the worst future is the mean one's", "studies/robust_scores.py",
      "return worst if criterion == \"worst\" else float(matrix.bound.mean())",
      "return float(matrix.bound.mean()) if criterion == \"worst\" else worst",
      f"{STUDIES}/test_robust_plans.py"),
    _("plans that miss rules keep them", "studies/futures.py",
      "                return False\n", "                return True\n",
      f"{STUDIES}/test_robust_plans.py"),
    _("visits of one forecast are asked of another", "studies/futures.py",
      "known = [given[u, resource] for u in below[unit] if (u, resource) in given]",
      "known = []", f"{STUDIES}/test_robust_plans.py"),
    _("a site in a third of the plans is safe", "studies/robust_tables.py",
      "SAFE_SHARE = 0.95", "SAFE_SHARE = 0.3", f"{STUDIES}/test_robust_plans.py"),
    _("greedy counts people twice", "studies/curves.py",
      "left[row[rows.site == best]] = 0.0", "left[row[rows.site == best]] *= 0.5",
      f"{STUDIES}/test_curves.py"),
    _("columns of studies have no units", "studies/tables.py",
      'return f"{name} ({unit})" if unit else name', "return name",
      f"{STUDIES}/test_study_files.py"),
    _("an exchange search opens more than may be open", "location/engines/maximal/search.py",
      "wanted = set(np.sort(chosen)[: self._problem.most].tolist())",
      "wanted = set(chosen.tolist())",
      f"{ENGINES}/maximal/test_swap_search.py"),
    # ---------------------------------------------------------------- coordinates, rasters, tables
    _("GCJ-02 lies to the west", "region/offsets.py",
      "np.where(inside, lon + east, lon)", "np.where(inside, lon - east, lon)",
      "unit/travel/test_shifted.py"),
    _("the way back from GCJ-02 is one step", "region/offsets.py",
      "for _ in range(8):  # each round", "for _ in range(1):  # each round",
      f"{REGION}/test_offsets.py"),
    _("Web Mercator is as good as any", "region/coordinates.py",
      'operation is not None and "pseudo" in operation.method_name.lower()', "False",
      f"{REGION}/test_grid_traps.py::test_web_mercator_measures_nothing"),
    _("a far zone is only noted", "region/coordinates.py",
      "if error <= REFUSED_SCALE_ERROR:", "if True:", f"{REGION}/test_coordinates.py"),
    _("latitude comes first", "region/coordinates.py",
      "Transformer.from_crs(source, target, always_xy=True)",
      "Transformer.from_crs(source, target)",
      f"{REGION}/test_coordinates.py"),
    _("the Earth is a cylinder", "region/coordinates.py",
      "s / (1 - e2 * s**2) + np.arctanh(e * s) / e", "2 * s / (1 - e2 * s**2)",
      f"{REGION}/test_coordinates.py"),
    _("people below zero", "region/raster_blocks.py",
      "negative = ~nodata & ~broken & (values < 0)", "negative = np.zeros_like(nodata)",
      f"{REGION}/test_raster.py"),
    _("numbers have no scale", "region/raster_blocks.py",
      "        values *= self.raster.scales[0]  # mostly 1, and the offset 0\n", "",
      f"{REGION}/test_grid_traps.py::test_numbers_stored_with_a_scale_are_people"),
    _("a site may stand anywhere", "region/checks.py",
      "_FAR_KM = 200.0", "_FAR_KM = 20_000.0",
      f"{REGION}/test_grid_traps.py::test_swapped_coordinates_are_told_in_every_kind_of_file"),
    _("blocks are cut anywhere", "region/raster_blocks.py",
      "min((at // step + 1) * step, first + size)", "min(at + step, first + size)",
      f"{REGION}/test_large_rasters.py::test_parts_cover_a_window_once_along_the_blocks"),
    _("zones of a density sum people per km2", "region/raster_blocks.py",
      "people[row, column] *= self._areas", "people[row, column] += 0 * self._areas",
      f"{REGION}/test_custom_crs.py::test_counties_of_cgcs2000_are_summed_where_they_lie"),
    _("south is always below", "region/zones.py",
      "people[:: -1 if to.e > 0 else 1,", "people[::1,", f"{REGION}/test_raster.py"),
    _("what came before at a seam is overwritten", "region/resampling.py",
      "(raster.read(1, window=to) + counts)", "counts",
      f"{REGION}/test_large_rasters.py::test_the_size_of_the_parts_changes_no_answer"),
    _("the warper may divide its work", "region/resampling.py",
      "tolerance=0, **_UNDIVIDED,", "tolerance=0,",
      f"{REGION}/test_large_rasters.py::test_nobody_is_lost_on_the_seams_of_flat_parts"),
    _("a swapped layer is read", "region/vector.py",
      "if south < -90 or north > 90:", "if False:",
      f"{REGION}/test_grid_traps.py::test_swapped_coordinates_are_told_in_every_kind_of_file"),
    _("where the region lies tells nothing", "region/point_files.py",
      "return share_inside(x, y) < 0.1 and", "return False and",
      f"{REGION}/test_grid_traps.py"
      "::test_swapped_columns_of_a_real_list_are_told_by_where_the_region_lies"),
    _("people off the coast are lost", "region/placement.py",
      "_COAST_SIDES = 2.0", "_COAST_SIDES = 0.0", f"{REGION}/test_raster.py"),
    _("half the people may be missing", "region/checks.py",
      "_NOTED_GAP, _REFUSED_GAP = 0.02, 0.20", "_NOTED_GAP, _REFUSED_GAP = 0.02, 0.50",
      f"{REGION}/test_grid_traps.py"
      "::test_people_cut_off_by_the_coast_show_against_the_totals"),
    _("gaps between units are borders", "region/borders.py",
      "shapely.get_exterior_ring(shapely.get_parts(shapes.union_all()))",
      "shapely.get_exterior_ring(shapely.get_parts(shapes.to_numpy()))",
      f"{REGION}/test_grid_traps.py::test_people_near_the_border_are_noted"),
    _("ends may be in any system", "travel/points.py",
      "(problem := metric_problem(crs))]", "(problem := \"\")]",
      f"{REGION}/test_grid_traps.py::test_web_mercator_measures_nothing"),
    _("any shift is a web map", "travel/shifted.py",
      "if np.median(after) >= np.median(elsewhere, axis=1).min():", "if False:",
      "unit/travel/test_shifted.py"),
    _("a shift is seen by chance", "travel/shifted.py",
      "if chance > _CHANCE / 4 or", "if", "unit/travel/test_shifted.py"),
    _("points beyond the roads count", "travel/shifted.py",
      "used &= shapely.contains_xy(self.hull, self.xy_m) & ", "used &= used | ",
      "unit/travel/test_shifted.py"),
    _("shifted sites are no reason to warn", "travel/road_report.py",
      ' or told["shifted"]:', ":", "unit/travel/test_shifted.py"),
    _("tables have one direction", "travel/tables.py",
      '[:: 1 if direction == "to site" else -1]', "[::1]", "properties/test_travel_tables.py"),
    _("a pair may have two times", "travel/table_checks.py",
      "    if differ.any():", "    if False:", "properties/test_travel_tables.py"),
    _("seconds are minutes", "travel/table_checks.py",
      "values / 60 if in_seconds else values", "values", "properties/test_travel_tables.py"),
    _("too far is near enough", "travel/snapping.py",
      "street[~(away_m <= limit_m)] = -1", "street[away_m > 2 * limit_m] = -1",
      "unit/travel/test_snapping.py"),
    _("one way backwards is both ways", "travel/osm_tags.py",
      '{"-1", "reverse"}', "{\"reverse\"}", "unit/travel/test_osm_tags.py"),
)  # fmt: skip
QUICK = ("< for <= at the radius", "no budget row", "floors are rounded down")
_Done = subprocess.CompletedProcess[str]


def copy_of_the_project(into: Path) -> Path:
    """The package, its tests, settings and data; kernels stay compiled, sources are compiled anew.

    The compiled sources are checked by their content, not by time and size, so that a mutant is
    never mistaken for what it replaces.
    """
    clean = shutil.ignore_patterns("*.pyc")
    for name in ("allocator", "tests"):
        shutil.copytree(ROOT / name, into / name, ignore=clean)
    shutil.copy(ROOT / "pyproject.toml", into)
    (into / "data").symlink_to(ROOT / "data", target_is_directory=True)
    beside = into.parent / "shared"  # real data, where the project has them at its side
    if not beside.is_symlink():
        beside.symlink_to(ROOT.parent / "shared", target_is_directory=True)
    by_content = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(into / "allocator", quiet=2, invalidation_mode=by_content)
    return into


def _environment(project: Path) -> dict[str, str]:
    """The copy comes before any installed package."""
    return {**os.environ, "PYTHONPATH": str(project), "HYPOTHESIS_PROFILE": "mutants"}


def python(project: Path, *arguments: str) -> _Done:
    """Run Python in the copy."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=project, env=_environment(project), text=True,
        check=False, capture_output=True,
    )  # fmt: skip


def _arguments(tests: Sequence[str]) -> list[str]:
    """Pytest's, to run tests until the first failure."""
    return ["-x", "-q", "--hypothesis-seed=0", *(f"tests/{name}" for name in tests)]


def check_imports(project: Path) -> None:
    """Make sure that the copy is what is imported, not the package as installed."""
    found = python(project, "-c", "import allocator; print(allocator.__file__)").stdout.strip()
    if not found or project.resolve() not in Path(found).resolve().parents:
        raise SystemExit(f"the tests would import {found or 'nothing'}, not the mutated copy")


class Copy:
    """A copy of the project, with a Python beside it that has its libraries loaded."""

    def __init__(self, folder: Path) -> None:
        self.project = copy_of_the_project(folder)
        self._python: subprocess.Popen[str] | None = None

    def fails(self, tests: Sequence[str]) -> int:
        """Run tests until the first failure; pytest's exit code."""
        if self._python is None:
            self._python = subprocess.Popen(
                [sys.executable, str(ROOT / "tests" / "warm_python.py")], cwd=self.project,
                env=_environment(self.project) | {"PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
        to, back = self._python.stdin, self._python.stdout
        if to is None or back is None:
            raise SystemExit("there is no way to speak to the Python that runs the tests")
        to.write(json.dumps(_arguments(tests)) + "\n")
        to.flush()
        return int(back.readline())

    def close(self) -> None:
        """End the Python beside it."""
        if self._python is not None:
            self._python.communicate()


def outcome(copy: Copy, mutant: Mutant) -> str:
    """``caught``, or what is wrong."""
    project = copy.project
    path = project / "allocator" / mutant.file
    source = path.read_text("utf-8")
    if source.count(mutant.old) != 1:
        return f"STALE: the old text stands {source.count(mutant.old)} times in {mutant.file}"
    path.write_text(source.replace(mutant.old, mutant.new), "utf-8")
    try:
        code = copy.fails(mutant.tests)
    finally:
        path.write_text(source, "utf-8")
    return {0: "SURVIVED", 1: "caught"}.get(code, f"BROKEN: pytest ended with code {code}")


class Workers:
    """Copies of the project, each used by one thread at a time."""

    def __init__(self, folder: Path, jobs: int) -> None:
        self._jobs = jobs
        self._free: queue.SimpleQueue[Copy] = queue.SimpleQueue()
        for k in range(jobs):
            (folder / str(k)).mkdir()
            self._free.put(Copy(folder / str(k)))
        copy = self._free.get()
        check_imports(copy.project)
        self._free.put(copy)

    def unbroken(self, mutants: Sequence[Mutant]) -> str:
        """What the tests of the mutants say of the unbroken copies; '' if they pass."""
        files = list(dict.fromkeys(name for m in mutants for name in m.tests))
        shares = [files[k :: self._jobs] for k in range(self._jobs)]
        with ThreadPoolExecutor(self._jobs) as pool:
            found = list(pool.map(self._passing, [share for share in shares if share]))
        return "".join(run.stdout + run.stderr for run in found if run.returncode)

    def outcomes(self, mutants: Sequence[Mutant]) -> Iterator[tuple[Mutant, str, float]]:
        """Each mutant with its outcome and seconds, as they end."""
        with ThreadPoolExecutor(self._jobs) as pool:
            asked: dict[Future[tuple[str, float]], Mutant] = {
                pool.submit(self._outcome, mutant): mutant for mutant in mutants
            }
            for future in as_completed(asked):
                yield asked[future], *future.result()
        for _ in range(self._jobs):
            self._free.get().close()

    def _passing(self, files: Sequence[str]) -> _Done:
        copy = self._free.get()
        try:
            run = python(copy.project, "-m", "pytest", *_arguments(files))
            if not run.returncode and copy.fails(files[:1]):
                raise SystemExit(f"{files[0]} passes, but not in a Python with libraries loaded")
            return run
        finally:
            self._free.put(copy)

    def _outcome(self, mutant: Mutant) -> tuple[str, float]:
        copy, began = self._free.get(), time.perf_counter()
        try:
            return outcome(copy, mutant), time.perf_counter() - began
        finally:
            self._free.put(copy)


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Run the mutants and print a line for each."""
    parser = argparse.ArgumentParser(description="Planted bugs that the tests must catch.")
    parser.add_argument("--quick", action="store_true", help="three mutants only")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument("words", nargs="*", help="mutants whose name or file contains one of these")
    options = parser.parse_args(arguments)
    chosen = [m for m in MUTANTS if not options.quick or m.name in QUICK]
    if options.words:
        chosen = [m for m in chosen if any(w in m.name or w in m.file for w in options.words)]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        workers = Workers(Path(folder), max(1, options.jobs))
        if wrong := workers.unbroken(chosen):
            say(wrong[-3000:] + "\nthe unbroken copy fails its tests")
            return 1
        for mutant, found, seconds in workers.outcomes(chosen):
            say(f"{found:10} {seconds:5.1f} s  {mutant.file}: {mutant.name}")
            failed += found != "caught"
    say(f"{len(chosen) - failed} of {len(chosen)} caught")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
