"""A real city: health facilities of Porto Alegre, on foot along its streets.

The data are not part of the project: these tests run where a copy lies beside it, in
``../shared/data`` (OpenStreetMap, ODbL; hexagons of the Access to Opportunities Project).
"""

import numpy as np
import pandas as pd
import pytest
import shapely
from road_builders import DATA

from allocator.evaluate.bands import coverage_by_band
from allocator.evaluate.catchments import access_2sfca, access_e2sfca
from allocator.evaluate.decay import gaussian_decay, step_decay
from allocator.evaluate.service_areas import service_areas
from allocator.region.coordinates import project
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.road_files import read_roads
from allocator.travel.roads import road_network

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no copy of the data at {DATA}")


@pytest.fixture(scope="module")
def walking():
    """Minutes on foot to 141 public facilities in 117 hexagons, up to an hour."""
    table = pd.read_csv(DATA / "porto_alegre" / "poa_hexgrid.csv")
    at = project(table["lon"].to_numpy(), table["lat"].to_numpy(), "EPSG:4326", "EPSG:32722")
    xy_m, has_one = np.stack(at, axis=1), (table["healthcare"] > 0).to_numpy()
    demand = Demand(
        table["population"].to_numpy(float), table["id"].tolist(), xy_m=xy_m, crs="EPSG:32722"
    )
    sites = SiteSet(
        table["id"][has_one].tolist(), xy_m=xy_m[has_one], crs="EPSG:32722",
        capacity=table["healthcare"][has_one].to_numpy(float),
    )  # fmt: skip
    roads = read_roads(DATA / "porto_alegre" / "poa_osm.pbf", mode="walk")
    return road_network(roads, demand, sites, max_minutes=60, direction="to site")


def test_access_of_the_worst_off(walking):
    """812,935 people share 141 facilities: 0.173 per 1,000 on the mean, whatever the catchment.

    Within a quarter of an hour 9.2 % reach none, and the worst-off tenth has 0.002 per 1,000; with
    the bands of Luo & Qi up to half an hour 0.6 % reach none and that tenth has 0.040.
    """
    two = access_2sfca(walking, within=15, unit="facilities")
    enhanced = access_e2sfca(
        walking, decay=step_decay({10: 1, 20: 0.68, 30: 0.22}), unit="facilities"
    )
    bell = access_e2sfca(walking, decay=gaussian_decay(30))
    for found in (two, enhanced, bell):
        assert found.summary.loc["total", "mean_per_1000"] == pytest.approx(141 / 812.935)
        assert (found.per_head * found.demand.people).sum() == pytest.approx(141)
        assert found.unreached_supply == 0
    told = [found.summary.loc["total"] for found in (two, enhanced, bell)]
    worst = [one["worst_tenth_per_1000"] for one in told]
    assert worst[:2] == pytest.approx([0.0022, 0.0403], abs=1e-4)
    assert [one["none_share"] for one in told] == pytest.approx([0.0923, 0.0064, 0.0064], abs=1e-4)
    assert told[0]["gini"] > told[2]["gini"] > told[1]["gini"] > 0.27


def test_coverage_and_areas_agree(walking):
    """90.8 % within a quarter of an hour; the map's areas hold the very same people."""
    table = coverage_by_band(walking).set_index("band")
    assert table.loc["10-15 minutes", "share_within"] == pytest.approx(0.9077, abs=1e-4)
    assert table["people"].sum() == 812_935
    areas = service_areas(walking, bands=(5, 10, 15, 30))
    assert areas["people"].tolist() == table["people"].tolist()[:4]
    assert areas.is_valid.all()
    whole = shapely.union_all(areas.geometry)
    assert whole.area / 1e6 == pytest.approx(areas["km2"].sum(), rel=1e-9)
    by_site = service_areas(walking, bands=(30,), by_site=True)
    assert by_site["people"].sum() == areas["people"].sum()
    assert shapely.union_all(by_site.geometry).area == pytest.approx(whole.area, rel=1e-9)
    assert len(by_site) == 117
