"""Comoros: a WorldPop raster and two lists of facilities as they come, read, audited, planned.

The data are not part of the project: these tests run where a copy lies beside it, in
``../shared/data/comoros`` (WorldPop, CC BY 4.0; WHO / KWTRP list of Maina et al. 2019, CC BY 4.0;
OpenStreetMap, ODbL).
"""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import rule, small_policy
from scipy.spatial import cKDTree

from allocator.auditing.compliance import audit
from allocator.errors import InputError
from allocator.files.exporting import export
from allocator.files.reading import read_plan
from allocator.planning.optimisation import plan
from allocator.region.folder import read_region

DATA = Path(__file__).parents[3] / "shared" / "data" / "comoros"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no copy of the data at {DATA}")

RASTER, WHO, OSM = (
    "com_ppp_2020_UNadj.tif", "who_kwtrp_public_facilities_comoros.csv", "health.gpkg",
)  # fmt: skip
PEOPLE = 869_595
# West, south, east, north. The raster puts 354,273 people on Mwali and 65,897 on Nzwani, where the
# census has it the other way round; here it is taken as it is.
ISLANDS = {
    "njazidja": (43.20, -12.00, 43.57, -11.33),
    "mwali": (43.57, -12.45, 44.00, -12.15),
    "nzwani": (44.15, -12.45, 44.60, -12.00),
}
TOML = f"""
name = "Comoros"
currency = "KMF"

[units]
file = "islands.geojson"

[grid]
file = "{RASTER}"
kind = "count"

[[sites]]
file = "{WHO}"
status = "existing"
columns = {{ name = "Facility name", kind = "Facility type", run_by = "Ownership" }}
[sites.kinds]
"Poste de Santé" = "village_clinic"
"Dispensaire" = "village_clinic"
"Health Centre" = "township_health_centre"
"Centre Médico-Urbain" = "township_health_centre"
"Centre Médico-Chirurgical" = "" # the hospitals stand in the other list
"Centre Hospitalier Régional" = ""
"Centre Hospitalier National" = ""

[[sites]]
file = "{OSM}"
status = "existing"
columns = {{ kind = "amenity" }}
[sites.kinds]
hospital = "general_hospital"
clinic = "community_health_centre"
doctors = "other_institution"
pharmacy = ""
"" = ""

[costs]
file = "costs.csv"

[[candidates]]
kind = "village_clinic"
spacing_km = 2

[[candidates]]
kind = "ems_station"
spacing_km = 4
"""
COSTS = """item,cost,unit,basis,source
village_clinic,1000,KMF per site,assumed,a round number
ems_station,2000,KMF per site,assumed,a round number
ambulances,500,KMF per vehicle,assumed,a round number
"""
MAPPED = ["general_hospital", "community_health_centre", "other_institution"]
PRIMARY_CARE = ["village_clinic", "township_health_centre", "community_health_centre"]
WALK_KM = 30 / 60 * 4.8 / 1.3


def region_folder(folder: Path) -> Path:
    """The three sources beside outlines of the islands, as a planner would lay them out."""
    for name in (RASTER, WHO, OSM):
        shutil.copy(DATA / name, folder / name)
        (folder / name).chmod(0o644)
    (folder / "region.toml").write_text(TOML, encoding="utf-8")
    (folder / "costs.csv").write_text(COSTS, encoding="utf-8")
    (folder / "islands.geojson").write_text(json.dumps(islands()), encoding="utf-8")
    return folder


def islands() -> dict[str, object]:
    """A box for each island, and the country of the three."""
    rings = {
        name: [[w, s], [e, s], [e, n], [w, n], [w, s]] for name, (w, s, e, n) in ISLANDS.items()
    }
    whole = {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings.values()]}
    units = [("comoros", "country", "", whole)]
    units += [
        (name, "island", "comoros", {"type": "Polygon", "coordinates": [ring]})
        for name, ring in rings.items()
    ]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"id": id, "name": id.title(), "level": level, "parent": parent},
                "geometry": geometry,
            }
            for id, level, parent, geometry in units
        ],
    }


def mend(table: Path) -> None:
    """What the messages ask for: leave out the row without a place, give the other its sign."""
    listed = pd.read_csv(table).dropna(subset=["Lat", "Long"])
    listed.assign(Lat=-listed["Lat"].abs()).to_csv(table, index=False)


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    folder = region_folder(tmp_path_factory.mktemp("comoros"))
    mend(folder / WHO)
    return read_region(folder)


@pytest.fixture(scope="module")
def policy():
    """Ambulances by people, a post on every island, a clinic within half an hour on foot."""
    return small_policy(
        rule("quota", id="AMB", resources=["ambulances"], number=1, per=30_000),
        rule("count", id="POST", sites={"kinds": ["ems_station"]}, level=["island"], number=1),
        rule(
            "coverage", id="WALK", sites={"kinds": PRIMARY_CARE}, within_minutes=30, mode="walk",
            share=0.7,
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(region, policy):
    return plan(region, policy)


def test_facilities_without_a_place_are_refused_together(tmp_path):
    """A row without coordinates and one north of the equator are told in one message."""
    with pytest.raises(InputError) as refused:
        read_region(region_folder(tmp_path))
    text = str(refused.value)
    assert f"{WHO}, Lat: no number (empty or NaN) in row 5" in text
    assert f"{WHO}, Long: no number (empty or NaN) in row 5" in text
    assert "leave the row out" in text
    assert "sites outside all units by more than 5 km" in text
    assert ":20' (2,6" in text
    assert len(refused.value.problems) == 3


def test_everybody_of_the_raster_is_read(region):
    """869,595 people, in metres of the islands' own UTM zone; the islands sum to the country."""
    assert round(region.grid.people.sum()) == PEOPLE
    assert region.crs == "EPSG:32738"
    people = region.units.table["total"].astype(float)
    assert people["comoros"] == pytest.approx(region.grid.people.sum())
    assert people[list(ISLANDS)].sum() == pytest.approx(people["comoros"])
    assert people["njazidja"] == pytest.approx(449_425, abs=1)
    assert region.units.planning == tuple(ISLANDS)


def test_both_lists_become_sites_and_left_out_rows_are_told(region):
    """60 public places of the first list, 39 of the second; hospitals twice, pharmacies: told."""
    counts = region.sites.table["kind"].value_counts().to_dict()
    assert counts == {
        "village_clinic": 45, "township_health_centre": 15, "general_hospital": 28,
        "community_health_centre": 8, "other_institution": 3,
    }  # fmt: skip
    notes = " ".join(region.notes)
    assert f"{WHO}: 5 rows are left out" in notes
    assert f"{OSM}: 31 rows are left out" in notes
    assert set(region.sites.table["unit"]) == set(ISLANDS)


@pytest.mark.parametrize(("km", "percent"), [(1, 8.37), (3.5, 46.31), (5, 66.86)])
def test_people_near_a_mapped_facility_today(region, km, percent):
    """Of all people 46.3 % live within 3.5 km of a mapped hospital, clinic or doctor."""
    near = rule("coverage", id="NEAR", sites={"kinds": MAPPED}, within_km=km)
    lines = audit(region, small_policy(near)).set_index("area")
    assert 100 * lines.loc["all", "rate_achieved"] == pytest.approx(percent, abs=0.01)
    assert lines.loc["all", "required"] == pytest.approx(PEOPLE, abs=0.5)
    assert lines.loc[list(ISLANDS), "achieved"].sum() == pytest.approx(lines.loc["all", "achieved"])


def test_ambulances_stand_on_the_islands_by_people(made, region):
    """One per 30,000 makes 29; the islands sum to them, and each has a post where they stand."""
    units = made.units.pivot_table(index="unit", columns="resource", values="allocated")
    assert units.loc["comoros", "ambulances"] == 29
    assert units.loc[list(ISLANDS), "ambulances"].sum() == 29
    shares = units["residents"] / units.loc["comoros", "residents"] * 29
    assert (abs(units["ambulances"] - shares) < 1).all()
    posts = made.facilities[made.facilities["kind"] == "ems_station"]
    assert posts["unit"].value_counts().to_dict() == dict.fromkeys(ISLANDS, 1)
    assert posts["ambulances"].sum() == 29
    assert round(units.loc["comoros", "residents"]) == PEOPLE


def test_clinics_bring_seven_of_ten_people_within_half_an_hour(made, region):
    """70 % walk to primary care within 30 minutes by plain distances, and no clinic is too many."""
    line = made.compliance.set_index(["rule", "area"]).loc[("WALK", "all")]
    care = made.facilities[made.facilities["kind"].isin(PRIMARY_CARE)]
    km, nearest = cKDTree(care[["x_m", "y_m"]]).query(region.grid.xy_m, k=2)
    reached = km / 1000 <= WALK_KM * (1 + 1e-9)
    people = region.grid.people
    assert line["required"] == pytest.approx(0.7 * people.sum())
    assert line["achieved"] == pytest.approx(people[reached[:, 0]].sum())
    assert line["met"]
    assert made.meets_musts
    alone = reached[:, 0] & ~reached[:, 1]
    only_here = np.bincount(nearest[alone, 0], people[alone], minlength=len(care))
    new = (care["status"] == "new").to_numpy()
    assert new.sum() > 10
    assert (line["achieved"] - only_here[new] < line["required"]).all()


def test_no_existing_facility_is_lost(made, region):
    """All 99 facilities stay, and what is new costs what the price list says."""
    facilities = made.facilities
    assert (facilities["status"] != "closed").all()
    assert (facilities["status"] == "kept").sum() == len(region.sites.table) == 99
    new = facilities[facilities["status"] == "new"]
    prices = {"village_clinic": 1000, "ems_station": 2000}
    assert new["cost"].tolist() == [prices[kind] for kind in new["kind"]]
    assert made.gap <= 1e-4
    assert not made.tiers[["bound", "gap", "status"]].isna().any(axis=None)


def test_written_plan_is_audited_alike(made, region, policy, tmp_path):
    """Written and read back, fractions of persons and all, the plan's lines come out again."""
    export(made, tmp_path / "plan")
    again = audit(region, policy, read_plan(tmp_path / "plan"))
    assert again["rule"].tolist() == made.compliance["rule"].tolist()
    assert again["met"].tolist() == made.compliance["met"].tolist()
    for column in ("required", "achieved", "slack"):
        np.testing.assert_allclose(
            again[column].astype(float), made.compliance[column].astype(float), rtol=1e-9, atol=1e-3
        )
