"""The answer to a location question as one JSON document, and as csv tables."""

import math
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from allocator.files.provenance import package_version, to_json
from allocator.files.tables import Form, to_csv
from allocator.files.writing import staged_file
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings, versions
from allocator.travel.ends import Demand, SiteSet

FORM = "allocator locate 1"
_FORMS: Mapping[str, Form] = {
    "id": "text", "status": "text", "site": "text", "people": "number", "cost": "number",
    "servers": "number", "level": "number", "covered": "flag", "minutes": "number", "km": "number",
}  # fmt: skip


def document(
    word: str,
    sitings: Sequence[Siting],
    *,
    demand: Demand | None,
    sites: SiteSet,
    left_out: NDArray[Any],
    settings: SolverSettings,
) -> dict[str, Any]:
    """What an answer says, as plain values; the same keys whatever the model and the outcome.

    Parameters
    ----------
    word
        The model as the command calls it.
    sitings
        The best answer, and further ones (``k_best``) from the best down.
    demand
        Everybody, also those whom ``left_out`` took out of the question beforehand.
    sites
        All sites.
    left_out
        Positions of cells that the question was not asked about.
    settings
        How it was solved.
    """
    best = sitings[0]
    covered = best.status.has_answer and demand is not None
    unreached = cells_with_people(demand, _unreached(best, left_out))
    return {
        "form": FORM,
        "written_by": f"allocator-health {package_version()}",
        "model": word,
        "name": best.model,
        **_proof(best),
        **_opened(best, sites),
        "people_covered": best.people_covered if covered else None,
        "people_total": None if demand is None else float(demand.people.sum()),
        "people_uncovered": _uncovered(best, demand, left_out) if covered else None,
        "unreached": unreached,
        "unreached_people": sum(cell["people"] for cell in unreached),
        "left_out": len(left_out),
        "seconds": best.seconds,
        "reproducible": best.reproducible,
        "interrupted": best.interrupted,
        "notes": list(best.notes),
        "alternatives": [
            {**_proof(s), "sites": [str(i) for i in s.sites], "notes": list(s.notes)}
            for s in sitings[1:]
        ],
        "solver": f"HiGHS {versions()['highs']}, and the package's own search",
        "settings": vars(settings),
        "versions": _versions(),
    }


def write_document(content: Mapping[str, Any], path: Path) -> None:
    """Write a document as JSON, all or nothing."""
    with staged_file(path) as staged:
        staged.write_text(to_json(content), encoding="utf-8", newline="\n")


def write_table(siting: Siting, path: Path, *, of: str) -> None:
    """Write the table of ``sites`` or of ``cells`` as csv, all or nothing."""
    table = siting.site_table if of == "sites" else siting.cell_table
    forms = {str(c): _FORMS.get(str(c), "text") for c in table.columns}
    with staged_file(path) as staged:
        staged.write_bytes(to_csv(table, forms))


def cells_with_people(demand: Demand | None, cells: NDArray[Any]) -> list[dict[str, Any]]:
    """Cells by id, with their people, those with most people first."""
    if demand is None:
        return []
    order = sorted(cells.tolist(), key=lambda i: (-demand.people[i], i))
    return [{"id": demand.name(i), "people": float(demand.people[i])} for i in order]


def _unreached(siting: Siting, left_out: NDArray[Any]) -> NDArray[Any]:
    """Positions among all cells; what was left out beforehand is in no position of the answer."""
    return left_out if len(left_out) else siting.uncoverable


def _proof(siting: Siting) -> dict[str, Any]:
    """Status, objective and bound; None where there is no number."""
    return {
        "status": siting.status.value,
        "objective": _finite(siting.objective),
        "objective_unit": siting.objective_unit,
        "sense": siting.sense,
        "bound": _finite(siting.bound),
        "gap": _finite(siting.gap),
    }


def _opened(siting: Siting, sites: SiteSet) -> dict[str, Any]:
    """Which sites are open, new and closed, and what is at each."""
    if not siting.status.has_answer:
        return {"sites": [], "new_sites": [], "closed_sites": [], "servers": None, "levels": None,
                "people_by_site": {}}  # fmt: skip
    ids = [str(i) for i in siting.sites]

    def names(positions: NDArray[Any]) -> list[str]:
        return [str(sites.ids[j]) for j in positions.tolist()]

    def by_site(column: NDArray[Any] | None) -> dict[str, Any] | None:
        return None if column is None else dict(zip(ids, column.tolist(), strict=True))

    return {
        "sites": ids,
        "new_sites": names(siting.new_sites),
        "closed_sites": names(siting.closed_sites),
        "servers": by_site(siting.servers),
        "levels": by_site(siting.levels),
        "people_by_site": by_site(siting.load),
    }


def _uncovered(
    siting: Siting, demand: Demand | None, left_out: NDArray[Any]
) -> dict[str, float] | None:
    """People not served by group, those left out beforehand among them."""
    if demand is None:
        return None
    return {
        group: people + float(demand.of_group(group)[left_out].sum())
        for group, people in siting.uncovered.items()
    }


def _finite(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None


def _versions() -> dict[str, str]:
    own = {"allocator": package_version(), "python": platform.python_version()}
    return {**own, **versions(), **{name: version(name) for name in ("numpy", "scipy", "numba")}}
