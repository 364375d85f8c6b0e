"""Every way in which a region folder can be wrong gives one clear error."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from region_folders import (
    CELLS,
    COSTS,
    GRID,
    HALVES,
    POPULATIONS,
    SITES,
    STOCK,
    TOML,
    UNITS,
    outlines,
    raster,
    swapped,
    tiny_folder,
)  # fmt: skip

from allocator.errors import InputError
from allocator.region.folder import read_region

Files = Mapping[str, str | bytes | None]
LON_LAT_GRID = """id,lon,lat,people,urban,unit
c1,120.91,30.72,100,1,A
c2,120.92,30.72,900,1,A
c3,120.94,30.72,2600,1,B
"""
LON_LAT_TOML = swapped(TOML, 'settlement = "urban"\ncrs = "EPSG:32651"', "")
OUTLINED = swapped(TOML, "units.csv", "units.geojson")
COMOROS = swapped(
    swapped(OUTLINED, 'settlement = "urban"\ncrs = "EPSG:32651"', ""), 'crs = "EPSG:32651"\n', ""
)
COMOROS_GRID = "lon,lat,people\n43.008,-12.015,1000\n43.026,-12.015,2600\n"


def toml(old: str, new: str) -> Files:
    return {"region.toml": swapped(TOML, old, new)}


def changed(file: str, text: str, old: str, new: str) -> Files:
    return {file: swapped(text, old, new)}


CASES: dict[str, tuple[Files, tuple[str, ...]]] = {
    # region.toml
    "toml_broken": (toml('name = "Tiny"', "name = Tiny"), ("region.toml", "not valid TOML")),
    "unknown_key": (
        toml('kind = "count"', 'kind = "count"\nsettlemnt = "urban"'),
        ("unknown key 'grid.settlemnt'", "did you mean 'settlement'?"),
    ),
    "unknown_section": (
        toml("[stock]", "[stocks]"),
        ("unknown key 'stocks'", "did you mean 'stock'?"),
    ),
    "kind_missing": (
        toml('kind = "count"\n', ""),
        ("missing key 'grid.kind'", 'kind = "count" or kind = "density"'),
    ),
    "kind_unknown": (toml('kind = "count"', 'kind = "people"'), ("grid.kind", "'people'")),
    "section_missing": (
        toml('[grid]\nfile = "grid.csv"\nkind = "count"\ncell_m = 1000\nsettlement = "urban"\n'
             'crs = "EPSG:32651"', ""),
        ("section [grid] is missing", "add it"),
    ),
    "cell_side_missing": (toml("cell_m = 1000\n", ""), ("cell_m is missing", "side")),
    "candidate_kind": (
        toml('kind = "health_station"', 'kind = "helth_station"'),
        ("candidates", "'helth_station'", "did you mean 'health_station'?"),
    ),
    "candidate_spacing": (
        toml('kind = "health_station"', 'kind = "health_station"\nspacing_km = -1'),
        ("spacing_km", "-1", "mend it"),
    ),
    "planning_level_unknown": (
        toml('crs = "EPSG:32651"\n\n', 'crs = "EPSG:32651"\nplanning_levels = ["distrikt"]\n\n'),
        ("planning_levels", "'distrikt'", "did you mean 'district'?"),
    ),
    "default_basis_unknown": (
        toml('name = "Tiny"', 'name = "Tiny"\ndefault_basis = "censsus"'),
        ("default_basis = 'censsus'", "did you mean 'census'?"),
    ),
    # coordinate reference systems
    "crs_geographic": (
        toml('name = "Tiny"\ncrs = "EPSG:32651"', 'name = "Tiny"\ncrs = "EPSG:4326"'),
        ("EPSG:4326 is geographic", "UTM zone"),
    ),
    "crs_web_mercator": (
        toml('name = "Tiny"\ncrs = "EPSG:32651"', 'name = "Tiny"\ncrs = "EPSG:3857"'),
        ("EPSG:3857 is Web Mercator", "local UTM zone"),
    ),
    "crs_unknown": (
        toml('name = "Tiny"\ncrs = "EPSG:32651"', 'name = "Tiny"\ncrs = "EPSG:999999"'),
        ("'EPSG:999999' is not a known", "EPSG:NNNNN"),
    ),
    "crs_wrong_zone": (
        toml('name = "Tiny"\ncrs = "EPSG:32651"', 'name = "Tiny"\ncrs = "EPSG:32648"'),
        ("crs EPSG:32648: lengths are up to", "use EPSG:32651"),
    ),
    "crs_of_grid_unknown": (
        toml('settlement = "urban"\ncrs = "EPSG:32651"', 'settlement = "urban"\ncrs = "UTM51"'),
        ("grid.csv", "crs 'UTM51'", "EPSG:NNNNN"),
    ),
    # files
    "file_missing": ({"stock.csv": None}, ("stock.csv: no such file", "mend the name")),
    "wrong_suffix": (
        toml('"stock.csv"', '"stock.pdf"'),
        ("stock.pdf", "'.pdf' are not read", ".csv"),
    ),
    "unreadable_table": (
        changed("stock.csv", STOCK, "survey\nB", "survey,extra,cells\nB"),
        ("stock.csv: cannot be read as a table", "save it again"),
    ),
    "semicolons": (
        {"costs.csv": COSTS.replace(",", ";")},
        ("costs.csv", "not separated by commas"),
    ),
    "column_missing": (
        changed("stock.csv", STOCK, "unit,resource,have", "unit,resource,havr"),
        ("stock.csv: column 'have' is missing", "is it 'havr'?"),
    ),
    "column_twice": (
        changed("stock.csv", STOCK, "basis,source", "basis,basis"),
        ("stock.csv: columns 'basis' come twice",),
    ),
    "optional_column_misspelt": (
        changed("sites.csv", SITES, "opening_cost", "opening_costs"),
        ("sites.csv: unknown column 'opening_costs'", "did you mean 'opening_cost'?"),
    ),
    # units
    "unit_ids_twice": (
        changed("units.csv", UNITS, "B,East,district,R", "B,East,district,R\nB,East,district,R"),
        ("units.csv, id: duplicate ids 'B'", "keep one row"),
    ),
    "no_root": (changed("units.csv", UNITS, "city,", "city,A"), ("no unit has an empty parent",)),
    "two_roots": (
        changed("units.csv", UNITS, "A,West,district,R", "A,West,district,"),
        ("2 units have an empty parent (R, A)", "exactly one"),
    ),
    "circle": (
        changed("units.csv", UNITS, "A,West,district,R\nB,East,district,R",
                "A,West,district,B\nB,East,district,A"),
        ("A > B > A is a circle", "mend one parent"),
    ),
    "parent_unknown": (
        changed("units.csv", UNITS, "B,East,district,R", "B,East,district,RR"),
        ("unit 'B' names parent 'RR'", "did you mean 'R'?"),
    ),
    "level_unknown": (
        changed("units.csv", UNITS, "West,district", "West,distrct"),
        ("units.csv, level: 'distrct' is not known (row 3)", "did you mean 'district'?"),
    ),
    "planning_levels_leave_out": (
        {"units.csv": swapped(UNITS, "East,district", "East,county"),
         **toml('name = "Tiny"', 'name = "Tiny"\nplanning_levels = ["district"]')},
        ("planning_levels ['district'] do not cover", "contains B"),
    ),
    "planning_levels_nested": (
        toml('name = "Tiny"', 'name = "Tiny"\nplanning_levels = ["city", "district"]'),
        ("inside other planning units (A, B)",),
    ),
    # people of units
    "urban_and_rural": (
        changed("populations.csv", POPULATIONS, "A,census,1000,1000,0", "A,census,1000,900,0"),
        ("urban + rural differ from total by up to 100 in A (census)", "mend one"),
    ),
    "age65_above_age60": (
        changed("populations.csv", POPULATIONS, "200,140,20", "100,140,20"),
        ("age65 is larger than age60 in A (census)", "includes age65"),
    ),
    "group_above_total": (
        changed("populations.csv", POPULATIONS, "200,140,20", "200,140,2000"),
        ("under3 is larger than total in A (census)",),
    ),
    "parent_is_not_the_sum": (
        changed("populations.csv", POPULATIONS, "R,census,3600,2600,1000",
                "R,census,4600,3600,1000"),
        ("total of R (census) is 4,600", "sum to 3,600"),
    ),
    "planning_unit_without_people": (
        changed("populations.csv", POPULATIONS, "B,census,2600,1600,1000,520,360,52\n", ""),
        ("no row of basis 'census' for units B", "every planning unit"),
    ),
    "people_of_unknown_unit": (
        changed("populations.csv", POPULATIONS, "B,census", "C,census"),
        ("populations.csv, unit: 1 of the ids are not in the units file: 'C'",),
    ),
    "several_bases": (
        {"populations.csv": POPULATIONS + "A,later,1000,,,,,\nB,later,2600,,,,,\n"},
        ("several bases (census, later)", '[populations] basis = "census"'),
    ),
    "unit_and_basis_twice": (
        {"populations.csv": POPULATIONS + "A,census,1000,1000,0,200,140,20\n"},
        ("duplicate rows for unit / basis A / census",),
    ),
    # grid
    "people_nan": (
        changed("grid.csv", GRID, ",100,1,A", ",NaN,1,A"),
        ("grid.csv, people: no number (empty or NaN) in row 2", "fill it in"),
    ),
    "people_negative": (
        changed("grid.csv", GRID, ",100,1,A", ",-100,1,A"),
        ("grid.csv, people: must be >= 0: '-100' (row 2)",),
    ),
    "people_no_number": (
        changed("grid.csv", GRID, ",100,1,A", ",many,1,A"),
        ("grid.csv, people: not a number: 'many' (row 2)", "without thousands separators"),
    ),
    "cell_ids_twice": (
        changed("grid.csv", GRID, "c2,", "c1,"),
        ("grid.csv, id: duplicate ids 'c1'",),
    ),
    "cell_unit_unknown": (
        changed("grid.csv", GRID, "100,1,A", "100,1,Z"),
        ("grid.csv, unit: 1 ids are not in the units file: 'Z'",),
    ),
    "cell_in_the_whole": (
        changed("grid.csv", GRID, "100,1,A", "100,1,R"),
        ("grid.csv, unit: 'R' holds planning units (row 2)", "or a finer one"),
    ),
    "cell_without_unit": (
        changed("grid.csv", GRID, "urban,unit", "urban,note"),
        ("grid.csv: needs a column 'unit'", "no outlines"),
    ),
    "settlement_word": (
        changed("grid.csv", GRID, "100,1,A", "100,2,A"),
        ("grid.csv, urban: '2' (row 2) is neither 1 (urban) nor 0",),
    ),
    "settlement_column_missing": (
        toml('settlement = "urban"', 'settlement = "smod"'),
        ("settlement = 'smod' is no column of grid.csv",),
    ),
    "count_is_a_density": (
        changed("grid.csv", GRID, ",1000,1,B", ",450000,1,B"),
        ("more than 200,000 people per km2", "(c8: 450,000 per km2)", "is it 'density'?"),
    ),
    "grid_differs_from_units": (
        changed("grid.csv", GRID, ",1000,1,B", ",2000,1,B"),
        ("East: 3,600 in cells, 2,600 stated (+38.5%)", 'scale_to = "units"'),
    ),
    "metres_in_lon_lat": (
        {"grid.csv": swapped(GRID, "id,x,y", "id,lon,lat"), "region.toml": LON_LAT_TOML},
        ("grid.csv, lon and lat: look like metres (first: 300500, 3.4005e+06",),
    ),
    "degrees_in_x_y": (
        {"grid.csv": swapped(LON_LAT_GRID, "lon,lat", "x,y")},
        ("grid.csv, x and y: look like degrees (first: 120.91, 30.72)", "name the columns lon"),
    ),
    "grid_without_coordinates": (
        {"grid.csv": swapped(GRID, "id,x,y", "id,east,north")},
        ("grid.csv: no coordinates", "'lon' and 'lat'"),
    ),
    # sites
    "latitude_beyond_90": (
        changed("sites.csv", SITES, "120.913,30.713", "30.713,120.913"),
        ("sites.csv, lon and lat: latitude 120.913 lies outside -90..90 (row 2)", "swapped"),
    ),
    "site_without_coordinates": (
        changed("sites.csv", SITES, "120.913,30.713", ",30.713"),
        ("sites.csv, lon: no number (empty or NaN) in row 2",),
    ),
    "site_ids_twice": (
        changed("sites.csv", SITES, "S2,", "S1,"),
        ("sites.csv, id: duplicate ids 'S1'",),
    ),
    "site_kind_unknown": (
        changed("sites.csv", SITES, "ems_station", "ems_statoin"),
        ("sites.csv, kind: 'ems_statoin' is not known (row 2)", "did you mean 'ems_station'?"),
    ),
    "site_status_unknown": (
        changed("sites.csv", SITES, "ems_station,existing", "ems_station,open"),
        ("sites.csv, status: 'open' is not known (row 2)", "existing"),
    ),
    "site_grade_unknown": (
        changed("sites.csv", SITES, ",3A,", ",3AA,"),
        ("sites.csv, grade: '3AA' is not known (row 3)", "did you mean '3A'?"),
    ),
    "site_attribute_unknown": (
        changed("sites.csv", SITES, "direct;", "direkt;"),
        ("sites.csv, attributes: 'direkt' is not known (row 2)", "known: direct"),
    ),
    "site_cost_negative": (
        changed("sites.csv", SITES, ",1000,50,", ",-1000,50,"),
        ("sites.csv, opening_cost: must be >= 0: '-1000' (row 3)",),
    ),
    "site_unit_unknown": (
        changed("sites.csv", SITES, "30.713,A", "30.713,AA"),
        ("sites.csv, unit: 1 of the ids are not in the units file: 'AA'",),
    ),
    "nothing_to_site": (
        {"sites.csv": SITES.splitlines()[0] + "\n",
         **toml('[[candidates]]\nkind = "health_station"\n', "")},
        ("no sites and no candidates", "[[candidates]]"),
    ),
    # stock and costs
    "stock_negative": (
        changed("stock.csv", STOCK, "public_beds,10", "public_beds,-10"),
        ("stock.csv, have: must be >= 0: '-10' (row 2)",),
    ),
    "resource_unknown": (
        changed("stock.csv", STOCK, "A,public_beds", "A,publik_beds"),
        ("stock.csv, resource: 'publik_beds' is not known", "did you mean 'public_beds'?"),
    ),
    "stock_unit_unknown": (
        changed("stock.csv", STOCK, "A,public_beds", "X,public_beds"),
        ("stock.csv, unit: 1 of the ids are not in the units file: 'X'",),
    ),
    "stock_twice": (
        changed("stock.csv", STOCK, "B,public_beds", "A,public_beds"),
        ("duplicate rows for unit / resource A / public_beds",),
    ),
    "cost_negative": (
        changed("costs.csv", COSTS, "public_beds,1000", "public_beds,-1000"),
        ("costs.csv, cost: must be >= 0: '-1000' (row 2)",),
    ),
    "cost_item_unknown": (
        changed("costs.csv", COSTS, "closing:ems_station", "closing:ems"),
        ("costs.csv, item: 'closing:ems' is not known", "did you mean 'closing:"),
    ),
    # outlines
    "swapped_inside_the_region": (
        {"region.toml": COMOROS, "grid.csv": COMOROS_GRID,
         "units.geojson": outlines(HALVES, crs="EPSG:32738", west=282_000, south=8_670_000),
         "sites.csv": "id,name,kind,status,lon,lat\nS1,One,school,existing,-12.02,43.01\n"},
        ("sites.csv, lon and lat", "only with longitude and latitude exchanged", "exchange the"),
    ),
    "site_far_outside": (
        {"region.toml": OUTLINED, "units.geojson": outlines(HALVES),
         "sites.csv": swapped(SITES, "120.913,30.713,A", "120.6,30.713,")},
        ("sites outside all units by more than 5 km: 'S1'", "mend their coordinates"),
    ),
    "circle_in_a_layer": (
        {
            "region.toml": OUTLINED,
            "units.geojson": outlines(HALVES).replace('"parent": ""', '"parent": "A"'),
        },
        ("R > A > R is a circle", "mend one parent"),
    ),
    "unit_without_outline": (
        {"region.toml": OUTLINED, "units.geojson": outlines({"A": (0, 0, 2, 2)})},
        ("units.geojson: units B have no outline", "draw it"),
    ),
    "grid_elsewhere": (
        {"region.toml": OUTLINED,
         "units.geojson": outlines({u: (b[0] + 300, b[1], b[2] + 300, b[3])
                                    for u, b in HALVES.items()}),
         "grid.csv": swapped(GRID, "urban,unit", "urban,note"), "sites.csv": SITES},
        ("grid.csv: no cell lies in or near a unit", "check the crs"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_one_defect_gives_one_error_that_names_field_value_and_mend(
    case: str, tmp_path: Path
) -> None:
    """A folder with one defect is refused with a message that a planner can act on."""
    files, phrases = CASES[case]
    with pytest.raises(InputError) as caught:
        read_region(tiny_folder(tmp_path, files))
    for phrase in phrases:
        assert phrase in str(caught.value)
    assert len(caught.value.problems) <= 2, "one defect is not a flood of consequences"


def test_defects_of_all_files_come_out_together(tmp_path: Path) -> None:
    """Five defects in five files are listed in one error."""
    files = {
        "region.toml": swapped(TOML, 'settlement = "urban"', 'settlement = "urban"\nbassis = "x"'),
        "units.csv": swapped(UNITS, "B,East,district,R", "B,East,district,Q"),
        "sites.csv": swapped(SITES, "ems_station", "ems_statoin"),
        "stock.csv": swapped(STOCK, "A,public_beds", "A,publik_beds"),
        "costs.csv": swapped(COSTS, "public_beds,1000", "public_beds,-1000"),
    }
    with pytest.raises(InputError) as caught:
        read_region(tiny_folder(tmp_path, files))
    problems = caught.value.problems
    assert len(problems) == 5
    for phrase in ("grid.bassis", "parent 'Q'", "'ems_statoin'", "'publik_beds'", "'-1000'"):
        assert sum(phrase in problem for problem in problems) == 1


def raster_folder(folder: Path, write: Callable[[Path], object], extra: str = "") -> Path:
    """The tiny folder with outlines and a raster instead of the table of cells."""
    grid = f'[grid]\nfile = "people.tif"\nkind = "count"\n{extra}\n'
    start, end = OUTLINED.index("[grid]"), OUTLINED.index("[sites]")
    files = {
        "region.toml": OUTLINED[:start] + grid + OUTLINED[end:],
        "units.geojson": outlines(HALVES),
    }
    tiny_folder(folder, files)
    write(folder / "people.tif")
    return folder


RASTERS: dict[str, tuple[Callable[[Path], object], str, tuple[str, ...]]] = {
    "no_raster": (
        lambda path: path.write_text("not a raster"), "",
        ("people.tif: cannot be read as a raster", "export it again"),
    ),
    "raster_elsewhere": (
        lambda path: raster(path, CELLS, west=400_000), "",
        ("people.tif: does not overlap the units", "check the crs"),
    ),
    "raster_empty": (
        lambda path: raster(path, np.zeros((2, 4))), "",
        ("people.tif: no cell near the units holds people",),
    ),
    "raster_nodata_undeclared_high": (
        lambda path: raster(path, np.where(CELLS == 300, 2147483647.0, CELLS), nodata=None), "",
        ("more than 200,000 people per km2", "does not declare its nodata value"),
    ),
    "raster_count_is_a_density": (
        lambda path: raster(path, CELLS * 1000, nodata=None), "",
        ("kind = 'count' is probably wrong (is it 'density'?)",),
    ),
    "settlement_not_aligned": (
        lambda path: (raster(path, CELLS),
                      raster(path.with_name("urban.tif"), np.ones((2, 4)), west=300_500)),
        'settlement = "urban.tif"',
        ("urban.tif: is not aligned with people.tif", "align it in QGIS"),
    ),
    "settlement_with_other_values": (
        lambda path: (raster(path, CELLS),
                      raster(path.with_name("urban.tif"), np.full((2, 4), 21.0))),
        'settlement = "urban.tif"',
        ("urban.tif: settlement must be 1 (urban) or 0 (rural), got 21", "reclassify"),
    ),
    "settlement_missing": (
        lambda path: raster(path, CELLS), 'settlement = "urban.tif"', ("urban.tif: no such file",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", RASTERS)
def test_a_bad_raster_gives_one_error(case: str, tmp_path: Path) -> None:
    """A raster that cannot be planned with is refused, and the message says what to do."""
    write, extra, phrases = RASTERS[case]
    with pytest.raises(InputError) as caught:
        read_region(raster_folder(tmp_path, write, extra))
    for phrase in phrases:
        assert phrase in str(caught.value)


def test_an_excel_file_with_wrong_headers_names_them(tmp_path: Path) -> None:
    """Columns of an Excel file that are called something else are listed with the ones needed."""
    folder = tiny_folder(tmp_path, toml('"stock.csv"', '"stock.xlsx"'))
    table = pd.DataFrame({"county": ["A"], "resource": ["public_beds"], "beds": [10]})
    table.to_excel(folder / "stock.xlsx", index=False)
    with pytest.raises(InputError, match=r"stock\.xlsx: column 'unit' is missing") as caught:
        read_region(folder)
    assert "columns found: county, resource, beds; needed: unit, resource, have" in str(
        caught.value
    )


def test_a_folder_without_region_toml_says_so(tmp_path: Path) -> None:
    """A path that is no region folder is refused."""
    with pytest.raises(InputError, match=r"a region is a folder with region\.toml"):
        read_region(tmp_path)
