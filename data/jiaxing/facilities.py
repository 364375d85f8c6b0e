"""The institutions of 2020, modelled: as many as the plan counts (1,719), where people are.

The plan gives their number, not their places or kinds. Centres stand in every town and street
because the plan's system has one in each; everything else is placed by the rules below. The number
of each kind is assumed, ``other_institution`` (clinics, outpatient departments, laboratories,
disease control ...) takes the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from allocator.region.apportionment import largest_remainder

INSTITUTIONS = 1719
HEALTH_STATIONS = 420
VILLAGE_CLINICS = 640
PRIVATE_HOSPITALS = 40
GRADE_3B_COUNTIES = {"330481", "330483"}  # the two with more than a million residents
NOT_DIRECT = {"330411", "330424"}
DECONTAMINATION = {"330402", "330411", "330421", "330481", "330483"}
MARK = "(模拟)"


@dataclass(frozen=True)
class Place:
    """One modelled site in a grid cell (a position in the table of cells)."""

    id: str
    name: str
    kind: str
    cell: int
    grade: str = ""
    run_by: str = ""
    attributes: str = ""


def all_sites(
    cells: pd.DataFrame,
    counties: pd.DataFrame,
    towns: pd.DataFrame,
    known: pd.DataFrame,
    crs: str,
) -> pd.DataFrame:
    """Existing sites with id, name, kind, status, lon, lat ..., all modelled."""
    seats = {code: _seat_unit(cells, seat, known) for code, seat in counties["seat"].items()}
    places = [
        *_centres(cells, towns),
        *_public_hospitals(cells, counties, seats),
        *_private_hospitals(cells),
        *_ambulance_stations(cells, counties, towns, seats),
        *_spread(cells, towns, "health_station", "hs", "社区卫生服务站", HEALTH_STATIONS),
        *_spread(cells, towns, "village_clinic", "vc", "村卫生室", VILLAGE_CLINICS),
    ]
    rest = INSTITUTIONS - len(places)
    places += _spread(cells, towns, "other_institution", "oi", "其他医疗机构", rest)
    table = pd.DataFrame(places)
    at = gpd.GeoSeries(
        gpd.points_from_xy(
            cells["x_m"].to_numpy()[table["cell"]], cells["y_m"].to_numpy()[table["cell"]]
        ),
        crs=crs,
    ).to_crs(4326)
    table = table.assign(
        status="existing",
        unit=cells["unit"].to_numpy()[table["cell"]],
        lon=[f"{x:.6f}" for x in at.x],
        lat=[f"{y:.6f}" for y in at.y],
        basis="modelled",
    )
    columns = ["id", "name", "kind", "status", "lon", "lat", "grade", "run_by", "unit"]
    return table[[*columns, "attributes", "basis"]]


def _centres(cells: pd.DataFrame, towns: pd.DataFrame) -> Iterator[Place]:
    """One per town and street, in the cell of the unit nearest to its point."""
    for t in towns.itertuples(index=False):
        mine = np.flatnonzero(cells["unit"] == t.code)
        gap = np.hypot(cells["x_m"].to_numpy()[mine] - t.x_m, cells["y_m"].to_numpy()[mine] - t.y_m)
        cell = int(mine[np.argmin(gap)])
        if t.level == "town":
            name, kind = f"{t.name}卫生院{MARK}", "township_health_centre"
        else:
            name, kind = f"{t.name}社区卫生服务中心{MARK}", "community_health_centre"
        prefix = "thc" if t.level == "town" else "chc"
        yield Place(f"{prefix}-{t.code}", name, kind, cell, "", "county")


def _public_hospitals(
    cells: pd.DataFrame, counties: pd.DataFrame, seats: dict[str, str]
) -> Iterator[Place]:
    """City, district and county hospitals: in the seat and the next street, where most live."""
    first, second = seats["330402"], _largest(cells, "330402", "street", seats["330402"])[0]
    city = [
        ("gh-city-1", "市办综合医院甲", "general_hospital", "3A", first),
        ("gh-city-2", "市办综合医院乙", "general_hospital", "3A", second),
        ("tcm-city", "市办中医医院", "tcm_hospital", "3A", first),
        ("psy-city", "市办精神专科医院", "specialist_hospital", "3B", second),
        ("mch-city", "市妇幼保健院", "mch_institution", "3A", first),
    ]
    for rank, (id_, name, kind, grade, unit) in enumerate(city):
        yield Place(
            id_, f"嘉兴市{name}{MARK}", kind, _densest(cells, unit, 2 * rank + 1), grade, "city"
        )
    for code, c in counties.iterrows():
        first = seats[code]
        second = _largest(cells, code, "street", first)[0]
        if c["level"] == "district":
            cell = _densest(cells, first, 12)
            yield Place(
                f"gh-{code}", f"{c['name']}区办综合医院{MARK}", "general_hospital", cell, "2",
                "district",
            )  # fmt: skip
            continue
        top = "3B" if code in GRADE_3B_COUNTIES else "2"
        for rank, (prefix, name, kind, grade, unit) in enumerate(
            [
                ("gh", "县办综合医院", "general_hospital", top, first),
                ("tcm", "县办中医医院", "tcm_hospital", top, second),
                ("gh2", "县办第二医院", "general_hospital", "2", second),
                ("psy", "县办精神专科医院", "specialist_hospital", "2", first),
                ("mch", "妇幼保健院", "mch_institution", top if top == "3B" else "2", first),
            ]
        ):
            cell = _densest(cells, unit, 2 * rank + 1)
            yield Place(f"{prefix}-{code}", f"{c['name']}{name}{MARK}", kind, cell, grade, "county")


def _private_hospitals(cells: pd.DataFrame) -> Iterator[Place]:
    for k, cell in enumerate(_sampled(cells, np.arange(len(cells)), PRIVATE_HOSPITALS), start=1):
        kind = "general_hospital" if k % 2 else "specialist_hospital"
        yield Place(f"ph-{k:02d}", f"民营医院{k:02d}{MARK}", kind, cell, "", "private")


def _ambulance_stations(
    cells: pd.DataFrame, counties: pd.DataFrame, towns: pd.DataFrame, seats: dict[str, str]
) -> Iterator[Place]:
    """Per county: the emergency centre, one more street, and the two largest towns."""
    names = towns.set_index("code")["name"]
    for code, c in counties.iterrows():
        first = seats[code]
        attributes = [
            *(["direct"] if code not in NOT_DIRECT else []),
            *(["decontamination"] if code in DECONTAMINATION else []),
        ]
        owner = "嘉兴市" if code == "330402" else c["name"]
        yield Place(
            f"ems-{code}", f"{owner}急救中心{MARK}", "ems_station", _densest(cells, first, 0), "",
            "city" if code == "330402" else "county", ";".join(attributes),
        )  # fmt: skip
        streets, others = (_largest(cells, code, level, first) for level in ("street", "town"))
        for unit in (streets[0], *others[:2]):
            yield Place(
                f"ems-{unit}", f"{names[unit]}急救点{MARK}", "ems_station",
                _densest(cells, unit, 0), "", "county",
            )  # fmt: skip


def _spread(
    cells: pd.DataFrame, towns: pd.DataFrame, kind: str, prefix: str, label: str, n: int
) -> list[Place]:
    """``n`` sites, split over the counties and then over their cells by people served."""
    served = {"health_station": cells["urban"], "village_clinic": ~cells["urban"]}.get(kind)
    mine = np.ones(len(cells), dtype=bool) if served is None else served.to_numpy()
    people = cells["people"].where(mine, 0).groupby(cells["county"]).sum()
    names = towns.set_index("code")["name"]
    seen: dict[str, int] = {}
    places = []
    for county, quota in zip(
        people.index, largest_remainder(people.to_numpy(float), n), strict=True
    ):
        in_county = np.flatnonzero(mine & (cells["county"] == county).to_numpy())
        for cell in _sampled(cells, in_county, int(quota)):
            unit = cells["unit"].to_numpy()[cell]
            seen[unit] = seen.get(unit, 0) + 1
            number = f"{seen[unit]:02d}"
            places.append(
                Place(
                    f"{prefix}-{unit}-{number}", f"{names[unit]}{label}{number}{MARK}", kind, cell
                )
            )
    return places


def _sampled(cells: pd.DataFrame, among: np.ndarray, n: int) -> list[int]:
    """Systematic sample: every ``1/n`` of the people along a space-filling curve, unit by unit."""
    rows = cells.iloc[among]
    along = gpd.GeoSeries(gpd.points_from_xy(rows["x_m"], rows["y_m"])).hilbert_distance(level=10)
    order = among[np.lexsort((along.to_numpy(), rows["unit"].to_numpy()))]
    reached = np.cumsum(cells["people"].to_numpy()[order])
    at = (np.arange(n) + 0.5) * reached[-1] / n
    return [int(cell) for cell in order[np.searchsorted(reached, at)]]


def _seat_unit(cells: pd.DataFrame, seat: str, known: pd.DataFrame) -> str:
    """The street that is the seat, or that holds the seat's GeoNames point."""
    if seat not in known.index:
        return seat
    x_m, y_m = known.loc[seat, ["x_m", "y_m"]]
    at = np.argmin(np.hypot(cells["x_m"] - x_m, cells["y_m"] - y_m))
    return str(cells["unit"].iloc[int(at)])


def _largest(cells: pd.DataFrame, county: str, level: str, but: str) -> list[str]:
    """Streets or towns of a county by modelled people, the most populous first."""
    mark = "0" if level == "street" else "1"
    mine = (cells["county"] == county) & (cells["unit"].str[6] == mark) & (cells["unit"] != but)
    people = cells[mine].groupby("unit")["people"].sum().reset_index()
    ranked = people.sort_values(["people", "unit"], ascending=[False, True])
    return [str(unit) for unit in ranked["unit"]]


def _densest(cells: pd.DataFrame, unit: str, rank: int) -> int:
    """Position of the cell with the ``rank``-th most people in a unit."""
    mine = np.flatnonzero(cells["unit"] == unit)
    order = np.argsort(-cells["people"].to_numpy()[mine], kind="stable")
    return int(mine[order[min(rank, len(mine) - 1)]])
