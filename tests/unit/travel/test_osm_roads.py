"""Roads from OpenStreetMap: what a small file says, and what the real extracts hold.

The real extracts lie beside the project, in ``../shared/data`` (OpenStreetMap, ODbL).
"""

import sys

import numpy as np
import pytest
from road_builders import DATA

from allocator.errors import InputError
from allocator.travel.osm_roads import roads_of_osm

real = pytest.mark.skipif(not DATA.is_dir(), reason=f"no copy of the data at {DATA}")
WAYS = {
    1: ("1 2 3 4", {"highway": "residential"}),
    2: ("2 5", {"highway": "primary", "oneway": "-1", "maxspeed": "30 mph"}),
    3: ("4 6 7 4", {"highway": "tertiary", "junction": "roundabout"}),
    4: ("5 99 8 9", {"highway": "service"}),
    5: ("8 8 9", {"highway": "footway"}),
    6: ("1 9", {"building": "yes"}),
}


def osm_file(path, ways=WAYS):
    """An extract whose node k lies 0.01 k degrees east and 0.01 k^2 degrees north of (43, -12)."""
    nodes = "".join(
        f'<node id="{k}" version="1" lon="{43 + k / 100}" lat="{-12 + k * k / 1000}"/>'
        for k in range(1, 10)
    )
    text = ""
    for number, (refs, tags) in ways.items():
        points = "".join(f'<nd ref="{ref}"/>' for ref in refs.split())  # codespell:ignore nd
        words = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        text += f'<way id="{number}" version="1">{points}{words}</way>'
    path.write_text(f'<osm version="0.6" generator="test">{nodes}{text}</osm>', "utf-8")
    return path


def test_ways_are_split_where_they_meet(tmp_path):
    """Junctions and ends are nodes, other points are the path; missing nodes cut a way in two."""
    roads = roads_of_osm(osm_file(tmp_path / "a.osm"))
    assert roads.crs == "EPSG:32738"
    kinds = [roads.classes[c] for c in roads.class_of]
    assert kinds == ["residential", "residential", "primary", "tertiary", "service"]
    assert roads.n_nodes == 6
    assert np.diff(roads.path_start).tolist() == [2, 3, 2, 4, 2]
    assert roads.is_open.tolist() == [[True, True]] * 2 + [[False, True], [True, False]] + [
        [True, True]
    ]
    assert roads.kmh[2].tolist() == pytest.approx([48.28032] * 2)
    assert np.isnan(roads.kmh[0]).all()
    assert roads.source["ways_with_missing_nodes"] == 1
    assert roads.source["date"] == "not stated"
    assert roads.tail[3] == roads.head[3]


def test_lengths_are_those_on_the_ellipsoid(tmp_path):
    """One hundredth of a degree east and 3/1000 north at 12 degrees south is 1,138 m."""
    roads = roads_of_osm(osm_file(tmp_path / "a.osm"))
    assert roads.length_m[0] == pytest.approx([1138, 1138], abs=1.5)


def test_walkers_go_both_ways_and_on_footways(tmp_path):
    """One-way signs are for cars."""
    roads = roads_of_osm(osm_file(tmp_path / "a.osm"), mode="walk")
    assert roads.is_open.all()
    assert "footway" in roads.classes


def test_problems_are_told(tmp_path, monkeypatch):
    """No roads, no such mode, degrees instead of metres, no OpenStreetMap file, no pyosmium."""
    nothing = osm_file(tmp_path / "b.osm", {1: WAYS[6]})
    with pytest.raises(InputError, match="no way that one may drive on"):
        roads_of_osm(nothing)
    with pytest.raises(InputError) as found:
        roads_of_osm(nothing, mode="fly", crs="EPSG:4326")
    assert len(found.value.problems) == 2
    broken = tmp_path / "c.osm.pbf"
    broken.write_bytes(b"this is no extract")
    with pytest.raises(InputError, match=r"c.osm.pbf: cannot be read as OpenStreetMap data"):
        roads_of_osm(broken)
    monkeypatch.setitem(sys.modules, "osmium", None)
    with pytest.raises(InputError, match=r"pip install .allocator-health\[roads\]"):
        roads_of_osm(nothing)


@real
def test_all_islands_of_comoros_are_kept():
    """Three islands in one file: 60,307 points of road in parts of 34,251, 19,313 and 6,638.

    So says the file's description. A reader that keeps the largest part of a network only, as
    pyrosm's does unless told otherwise, loses half of the country.
    """
    roads = roads_of_osm(DATA / "comoros" / "comores-latest.osm.pbf", restricted=True)
    part = roads.parts[0][roads.tail].repeat(np.diff(roads.path_start))
    points, first = np.unique(roads.path_xy_m, axis=0, return_index=True)
    assert len(points) == 60_307
    assert np.sort(np.bincount(part[first]))[:-4:-1].tolist() == [34_251, 19_313, 6_638]
    assert roads.n_nodes == 7_338
    assert np.sort(np.bincount(roads.parts[0]))[:-4:-1].tolist() == [3_838, 2_428, 1_057]
    assert roads.source["date"] == "2021-04-08T20:22:02Z"
    # pyrosm 0.25 counts 6,114 nodes in all parts: without service roads and tracks, and with ways
    # that merely go on in another way joined.
    kept = ~np.isin(np.array(roads.classes)[roads.class_of], ["service", "track"])
    streets_at = np.bincount(np.concatenate([roads.tail[kept], roads.head[kept]]))
    assert np.count_nonzero((streets_at > 0) & (streets_at != 2)) == pytest.approx(6114, rel=0.003)


@real
@pytest.mark.parametrize(
    ("file", "points", "both_ways"),
    [("porto_alegre/poa_osm.pbf", 33_700, 33_008), ("sao_paulo/spo_osm.pbf", 18_570, 16_775)],
)
def test_points_of_road_are_those_of_the_description(file, points, both_ways):
    """Extracts without a bounding box in the header; so many points, so many on round trips."""
    roads = roads_of_osm(DATA / file, restricted=True)
    paths = np.unique(roads.path_xy_m, axis=0, return_index=True)[1]
    assert len(paths) == pytest.approx(points, rel=0.002)
    part = roads.round_trips[0]
    ends = np.stack([part[roads.tail], part[roads.head]])
    of_street = np.where(ends[0] == ends[1], ends[0], -1).repeat(np.diff(roads.path_start))
    largest = np.bincount(of_street[paths][of_street[paths] >= 0]).max()
    assert largest == pytest.approx(both_ways, rel=0.01)
