"""Lists of sites as they come: left out by name, never in silence; repeats; land and water."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from region_folders import FILES, HALVES, outlines, swapped, tiny_folder

from allocator.errors import InputError
from allocator.region.folder import read_region
from allocator.region.tidying import repeated_places, same_name

SHARED = Path(__file__).parents[4] / "shared" / "data"
COMOROS = SHARED / "comoros"
WHO, OSM = "who_kwtrp_public_facilities_comoros.csv", "health.gpkg"
POI = SHARED / "porto_alegre" / "poa_points_of_interest.csv"
TOML = swapped(FILES["region.toml"], '[sites]\nfile = "sites.csv"\n', "")
TOML = swapped(TOML, '"units.csv"', '"units.geojson"')
HEAD = '[[sites]]\nfile = "list.csv"\nstatus = "existing"\nkind = "clinic"\n'


def _read(folder, text, keys="messy = true\n", **files):
    return read_region(
        tiny_folder(
            folder,
            {"region.toml": TOML + HEAD + keys, "list.csv": text, "units.csv": None,
             "units.geojson": outlines(HALVES), **files},
        )
    )  # fmt: skip


MESSY = """id,name,lon,lat
a,One,120.913,30.713
a,Two,120.934,30.713
,Three,120.930,30.720
d,Nowhere,,
e,Null island,0,0
f,South,120.913,-30.713
g,Letters,abc,30.7
h,Swapped,30.713,120.913
i,,120.914,30.714
"""


def test_rows_without_a_place_are_left_out_by_name(tmp_path):
    """What can be placed stays; everything else is named with its row and the reason."""
    region = _read(tmp_path, MESSY)
    assert region.sites.table.index.tolist() == ["a", "a@3", "list:4", "i"]
    assert region.sites.table["name"].tolist() == ["One", "Two", "Three", "i"]
    left = region.left_out.set_index("row")
    assert left["name"].to_dict() == {
        5: "Nowhere", 6: "Null island", 7: "South", 8: "Letters", 9: "Swapped"
    }  # fmt: skip
    reasons = left["reason"]
    assert reasons[5] == reasons[8] == "has no coordinates"
    assert reasons[6] == "has coordinates 0, 0"
    assert reasons[9] == "has coordinates that are no degrees"
    assert "km outside all units (with the other sign of its latitude it would" in reasons[7]
    assert (left["file"] == "list.csv").all()
    note = next(note for note in region.notes if "left out" in note)
    assert all(f"row {row} ({name})" in note for row, name in left["name"].items())
    notes = " ".join(region.notes)
    assert "1 rows have no id; they got one with their row's number (row 4)" in notes
    assert "1 rows repeat an id; they got one with their row's number (row 3)" in notes


def test_a_tidy_list_is_still_refused_whole(tmp_path):
    """Without ``messy`` the same rows are problems, all in one message."""
    with pytest.raises(InputError) as refused:
        _read(tmp_path, MESSY, keys="")
    text = str(refused.value)
    for words in ("lon: no number (empty or NaN) in row 5", "not a number: 'abc' (row 8)"):
        assert words in text


def test_a_whole_file_of_swapped_columns_is_refused_even_if_messy(tmp_path):
    """Nothing is placed where all rows say something impossible: that is one mistake."""
    text = "name,lon,lat\nOne,30.713,120.913\nTwo,30.713,120.934\n"
    with pytest.raises(InputError, match="swapped"):
        _read(tmp_path, text)


def test_places_told_twice(tmp_path):
    """The same name near by, or none, repeats a place of the kind; another name does not."""
    text = """name,lon,lat
Centre de Santé - Mitsoudjé,120.9130,30.7130
centre de sante mitsoudje,120.9131,30.7131
,120.9132,30.7130
Another,120.9131,30.7130
Centre de sante Mitsoudje,120.9330,30.7130
"""
    region = _read(tmp_path, text, keys="apart_m = 100\nmessy = true\n")
    assert region.sites.table.index.tolist() == ["list:2", "list:5", "list:6"]
    reasons = region.left_out.set_index("row")["reason"]
    assert reasons[3] == "repeats Centre de Santé - Mitsoudjé 15 m away"
    assert reasons.index.tolist() == [3, 4]
    assert len(_read(tmp_path / "b", text, keys="apart_m = 5\n").sites) == 5


def test_candidates_keep_apart_from_sites_of_their_kind(tmp_path):
    """A candidate near a site of its kind, of any list, is left out, whatever its name."""
    toml = TOML + HEAD + (
        '[[sites]]\nfile = "towns.csv"\nstatus = "candidate"\nkind = "clinic"\napart_m = 500\n'
    )  # fmt: skip
    files = {
        "region.toml": toml, "units.csv": None, "units.geojson": outlines(HALVES),
        "list.csv": "name,lon,lat\nOld,120.9130,30.7130\n",
        "towns.csv": "name,lon,lat\nNear,120.9150,30.7130\nFar,120.9400,30.7130\n"
        "Beside,120.9410,30.7130\n",
    }  # fmt: skip
    region = read_region(tiny_folder(tmp_path, files))
    assert region.sites.table["name"].tolist() == ["Old", "Far"]
    assert region.sites.table["status"].tolist() == ["existing", "candidate"]
    assert region.left_out["reason"].tolist() == [
        "repeats Old 192 m away", "repeats Far 96 m away",
    ]  # fmt: skip
    assert region.sites.table["unit"].tolist() == ["A", "B"]


def test_names_in_several_languages(tmp_path):
    """The first filled column counts; if none of them is there, that is told."""
    text = "name:en,name:fr,lon,lat\nHarbour,Port,120.913,30.713\n,Marché,120.914,30.713\n"
    keys = 'columns = { name = ["name:xx", "name:en", "name:fr"] }\n'
    region = _read(tmp_path, text, keys=keys)
    assert region.sites.table["name"].tolist() == ["Harbour", "Marché"]
    with pytest.raises(InputError, match="none of the columns 'name:zh'"):
        _read(tmp_path / "b", text, keys='columns = { name = ["name:zh"] }\n')


def test_sites_lie_on_land(tmp_path):
    """Sites in the water are left out by name; in a tidy list they are refused."""
    shape = json.loads(outlines({"A": (0, 0, 1, 2)}))
    lake = json.dumps({**shape, "features": [f for f in shape["features"] if f["geometry"]]})
    text = "name,lon,lat\nWet,120.9165,30.7207\nDry,120.9478,30.7212\n"
    keys = 'water = "lake.geojson"\n'
    region = _read(tmp_path / "a", text, keys=keys + "messy = true\n", **{"lake.geojson": lake})
    assert region.sites.table["name"].tolist() == ["Dry"]
    assert region.left_out["reason"].tolist() == ["lies in water"]
    assert "lake.geojson" in [source.file for source in region.sources]
    with pytest.raises(InputError, match=r"'list:2' lie in the water; .*\[sites\] messy = true"):
        _read(tmp_path / "b", text, keys=keys, **{"lake.geojson": lake})
    land = _read(tmp_path / "c", text, keys='land = "lake.geojson"\nmessy = true\n',
                 **{"lake.geojson": lake})  # fmt: skip
    assert land.sites.table["name"].tolist() == ["Wet"]
    with pytest.raises(InputError, match=r"sea\.gpkg: cannot be read as a map layer"):
        _read(tmp_path / "d", text, keys='land = "sea.gpkg"\n')


def test_repeats_are_those_of_kept_places_alone():
    """A chain of places 60 m apart: every other one stays, as the dropped ones repeat nobody."""
    xy_m = np.column_stack([np.arange(5) * 60.0, np.zeros(5)])
    near = repeated_places(xy_m, ["k"] * 5, [""] * 5, [100.0] * 5, anything=[True] * 5)
    assert [(n.later, n.earlier) for n in near] == [(1, 0), (3, 2)]
    assert repeated_places(xy_m, ["k"] * 5, [""] * 5, [0.0] * 5, anything=[True] * 5) == []
    assert repeated_places(xy_m, list("abcde"), [""] * 5, [99.0] * 5, anything=[True] * 5) == []


def test_names_are_compared_in_any_script():
    """Case, accents, blanks and points do not count; letters of every script do."""
    assert same_name("HÔPITAL  El-Maarouf") == same_name("hopital el maarouf")
    assert same_name("第一 医院") == same_name("第一医院")
    assert same_name("الصحة العسكرية") != ""


@pytest.mark.skipif(not COMOROS.is_dir(), reason=f"no copy of the data at {COMOROS}")
def test_both_lists_of_comoros_as_they_are(tmp_path):
    """The WHO list without mending a row: 64 placed, two told; OSM: repeats and lakes told."""
    for name in (WHO, OSM, "water.gpkg", "com_ppp_2020_UNadj.tif"):
        shutil.copy(COMOROS / name, tmp_path / name)
    boxes = {"njazidja": (43.20, -12.00, 43.57, -11.33), "mwali": (43.57, -12.45, 44.00, -12.15),
             "nzwani": (44.15, -12.45, 44.60, -12.00)}  # fmt: skip
    features = [
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [
            [[w, s], [e, s], [e, n], [w, n], [w, s]]]},
         "properties": {"id": id_, "name": id_, "level": "island", "parent": "comoros"}}
        for id_, (w, s, e, n) in boxes.items()
    ]  # fmt: skip
    whole = {"id": "comoros", "name": "Comoros", "level": "country", "parent": ""}
    features.append({"type": "Feature", "geometry": None, "properties": whole})
    layer = {"type": "FeatureCollection", "features": features}
    (tmp_path / "islands.geojson").write_text(json.dumps(layer), encoding="utf-8")
    (tmp_path / "region.toml").write_text(
        f'''name = "Comoros"
[units]
file = "islands.geojson"
[grid]
file = "com_ppp_2020_UNadj.tif"
kind = "count"
basis = "modelled"
[settlement]
method = "degree_of_urbanisation"
[[sites]]
file = "{WHO}"
status = "existing"
kind = "clinic"
messy = true
columns = {{ name = "Facility name" }}
[[sites]]
file = "{OSM}"
status = "existing"
columns = {{ kind = "amenity" }}
messy = true
apart_m = 200
water = "water.gpkg"
[sites.kinds]
hospital = "general_hospital"
clinic = "clinic"
doctors = "clinic"
pharmacy = ""
"" = ""
'''
    )
    region = read_region(tmp_path)
    who = region.left_out[region.left_out["file"] == WHO].set_index("row")["reason"]
    assert who[5] == "has no coordinates"
    assert who[20].startswith("lies 2,6")
    assert "with the other sign of its latitude it would lie in mwali" in who[20]
    assert len(who) == 2
    sites = region.sites.table
    assert (sites.index.str.startswith("who_")).sum() == 64
    osm = region.left_out[region.left_out["file"] == OSM]
    assert osm["reason"].str.startswith("repeats").all()
    assert len(osm) + (~sites.index.str.startswith("who_")).sum() == 39
    assert any("105 lines and points have no area" in note for note in region.notes)
    urban = region.grid.people[region.grid.urban].sum() / region.grid.people.sum()
    assert 0.80 < urban < 0.83


@pytest.mark.skipif(not POI.is_file(), reason=f"no copy of the data at {POI}")
def test_points_of_interest_become_candidates(tmp_path):
    """Ten named places of Porto Alegre, 2 km apart at least; their ids serve as names."""
    points = pd.read_csv(POI)
    shutil.copy(POI, tmp_path / "poi.csv")
    cells = points.assign(people=1000, id=[f"c{i}" for i in range(len(points))])
    cells.to_csv(tmp_path / "cells.csv", index=False)
    (tmp_path / "units.csv").write_text("id,name,level,parent\nP,Porto Alegre,city,\n")
    (tmp_path / "region.toml").write_text(
        """name = "Porto Alegre"
[units]
file = "units.csv"
[grid]
file = "cells.csv"
kind = "count"
cell_m = 300
[[sites]]
file = "poi.csv"
status = "candidate"
kind = "ems_station"
messy = true
apart_m = 2000
"""
    )
    region = read_region(tmp_path)
    sites = region.sites.table
    assert len(sites) + len(region.left_out) == len(points)
    assert sites["name"].iloc[0] == "public_market"
    xy_m = sites[["x_m", "y_m"]].to_numpy(float)
    apart = np.hypot(*(xy_m[:, None] - xy_m[None]).T)
    assert apart[~np.eye(len(sites), dtype=bool)].min() > 2000
