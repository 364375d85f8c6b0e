"""The report: everything about a plan in one HTML file that needs no network."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from allocator.files import map_contents as contents
from allocator.files.map_notes import region_name
from allocator.files.report.basis_grids import assumption_grid, open_grid, proof_grid
from allocator.files.report.compliance_rows import compliance_grid
from allocator.files.report.county_grid import county_grid
from allocator.files.report.curve_chart import curve_chart
from allocator.files.report.distance_charts import distance_charts
from allocator.files.report.effect_grids import fairness_grid, marginal_grid
from allocator.files.report.facility_grid import facility_grid
from allocator.files.report.first_screen import bars, numbers
from allocator.files.report.front_chart import front_chart
from allocator.files.report.gave_way import reasons
from allocator.files.report.inert import clean, content_policy, json_island
from allocator.files.report.map_page import map_of
from allocator.files.report.origin import cautions, made, proof_line
from allocator.files.report.phrases import UI
from allocator.files.report.studies import Studies
from allocator.files.report.wording import Page, Text, phrase, said, sentence
from allocator.files.report.year_grids import year_grids
from allocator.plans import Plan

_SCRIPTS = ("language.js", "tables.js", "map.js")
_STYLES = ("report.css",)
_ASSETS = files("allocator.files.report") / "assets"


def to_report(
    plan: Plan, path: Path, *, chinese: bool = False, studies: Studies | None = None
) -> None:
    """Write the report of a plan.

    Parameters
    ----------
    chinese
        The language in which it opens; a switch in the page changes it.
    studies
        A front or a coverage curve to show besides the plan.
    """
    text = report(plan, chinese=chinese, studies=studies)
    path.write_text(text, encoding="utf-8", newline="\n")


def report(plan: Plan, *, chinese: bool = False, studies: Studies | None = None) -> str:
    """The page as text; the same plan gives the same bytes."""
    page = Page(chinese=chinese)
    scripts = [_asset(name) for name in _SCRIPTS]
    styles = [_asset(name) for name in _STYLES]
    text: str = _environment().get_template("page.html.j2").render(
        **_contents(plan, page), **_charts(plan, studies or Studies()), **_words(page),
        scripts=scripts, styles=styles, policy=content_policy(scripts, styles), page=page,
        island=json_island,
    )  # fmt: skip
    return text.encode("utf-8", "replace").decode("utf-8")


@cache
def _environment() -> Any:
    """Templates with every value escaped, compiled once."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("allocator.files.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _words(page: Page) -> dict[str, Any]:
    """How the templates say things."""
    return {
        "say": page.say,
        "attributes": page.attributes,
        "mark": page.mark,
        "tongue": page.tongue,
        "shown": page.shown,
        "breakable": page.breakable,
        "phrase": phrase,
        "said": said,
        "clean": clean,
    }


def _charts(plan: Plan, studies: Studies) -> dict[str, Any]:
    """How far people have to go, and what was studied besides."""
    return {
        "far": distance_charts(plan),
        "front": front_chart(studies.front) if studies.front else None,
        "curve": curve_chart(studies.curve) if studies.curve else None,
    }


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text("utf-8")


def _contents(plan: Plan, page: Page) -> dict[str, Any]:
    """What the templates show."""
    themes, _ = contents.themes(plan)
    themes_of = {rule: at for at, theme in enumerate(themes) for rule in theme.rules}
    counties, county_notes = county_grid(plan)
    found = reasons(plan, themes_of)
    opens_with = next((r.theme for r in found if r.theme is not None), 0)
    return {
        "plan": plan,
        "title": f"{plan.region}: {plan.policy}",
        "region": Text(plan.region, region_name(plan, chinese=True)),
        "document": str(plan.provenance.get("document") or ""),
        "numbers": numbers(plan, themes),
        "bars": bars(plan.tally),
        "reasons": found,
        "proof": proof_line(plan),
        "cautions": cautions(plan),
        "map": map_of(plan, themes, page, opens_with),
        "compliance": compliance_grid(plan),
        "open": open_grid(plan),
        "counties": counties,
        "county_notes": county_notes,
        "facilities": facility_grid(plan),
        "years": year_grids(plan),
        "marginals": marginal_grid(plan),
        "fairness": fairness_grid(plan),
        "assumptions": assumption_grid(plan),
        "tiers": proof_grid(plan),
        "made": made(plan),
        "notes": [sentence(str(n)) for n in plan.provenance.get("notes") or ()],
        "ui": {key: page.pair(phrase(key)) for key in UI},
    }
