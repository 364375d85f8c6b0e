"""The GeoPackage of a plan, read back."""

import sqlite3

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
from plans_for_tests import CRS, small_plan

from allocator.errors import InputError
from allocator.files.exporting import export
from allocator.files.gis.layers import LAYERS


@pytest.fixture
def path(tmp_path):
    """The small plan's GeoPackage."""
    export(small_plan(), tmp_path / "plan.gpkg")
    return tmp_path / "plan.gpkg"


def contents(path):
    """Every table of the file, with the file's own dates."""
    with sqlite3.connect(path) as connection:
        names = [
            n for (n,) in connection.execute("select name from sqlite_master where type='table'")
        ]
        found = {n: connection.execute(f'select * from "{n}"').fetchall() for n in sorted(names)}
    connection.close()
    return found


def test_five_layers_in_the_plans_crs(path):
    """Units, sites, cells, who is served by which site, and its ground; styles beside them."""
    assert pyogrio.list_layers(path)[:, 0].tolist() == [*LAYERS, "layer_styles"]
    for layer in LAYERS:
        assert gpd.read_file(path, layer=layer).crs == CRS


def test_facilities_come_back_as_planned(path):
    """The facility table, and a point where each stands."""
    back, table = gpd.read_file(path, layer="sites"), small_plan().facilities
    for column in ("id", "name", "kind", "status", "unit", "attributes"):
        assert back[column].fillna("").tolist() == table[column].tolist()
    for column in ("x_m", "y_m", "lon", "lat", "ambulances", "cost", "beds"):
        assert np.array_equal(back[column].astype(float), table[column], equal_nan=True)
    assert back.geometry.geom_equals(table.geometry).all()


def test_cells_come_back_as_planned(path):
    """Cells with their people and who is covered, by rule."""
    back, table = gpd.read_file(path, layer="cells"), small_plan().cells
    assert back["cell"].tolist() == table.index.tolist()
    for column in table.columns:
        assert back[column].tolist() == table[column].tolist()
    assert back.geometry.x.tolist() == table["x_m"].tolist()


def test_units_carry_their_figures_in_columns(path):
    """One column per resource and part; units without figures keep their outline."""
    back = gpd.read_file(path, layer="units").set_index("unit")
    plan = small_plan()
    for _, row in plan.units.iterrows():
        for part in ("have", "required", "allocated"):
            found = back.loc[row["unit"], f"{row['resource']}_{part}"]
            assert found == row[part] or (np.isnan(found) and np.isnan(row[part]))
    assert np.isnan(back.loc["A1", "ambulances_allocated"])
    assert back["name"].to_dict() == plan.outlines["name"].to_dict()
    for unit, shape in plan.outlines.geometry.items():
        assert back.geometry[unit].equals(shape)


def test_equal_plans_give_equal_contents(path, tmp_path):
    """Also the date inside is the same."""
    export(small_plan(), tmp_path / "again.gpkg")
    assert contents(path) == contents(tmp_path / "again.gpkg")


def test_the_fixed_date_is_not_left_behind(path):
    """Other GeoPackages that the same program writes keep their true dates."""
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_a_plan_without_outlines_has_units_without_geometry(tmp_path):
    """As read from csv: the figures are there, the shapes are not."""
    bare = small_plan().outlines.drop(columns="geometry")
    export(small_plan(outlines=bare), tmp_path / "plan.gpkg")
    back = gpd.read_file(tmp_path / "plan.gpkg", layer="units")
    assert back.geometry.isna().all()
    assert back["ambulances_allocated"].notna().sum() == 3


def test_cells_that_a_rule_does_not_speak_of_stay_empty(tmp_path):
    """A cover column may hold nothing for some cells."""
    cells = small_plan().cells.copy()
    cells["covered:COV-R"] = [None if u else True for u in cells["urban"]]
    export(small_plan(cells=cells), tmp_path / "plan.gpkg")
    back = gpd.read_file(tmp_path / "plan.gpkg", layer="cells")
    assert back["covered:COV-R"].isna().tolist() == cells["urban"].tolist()


def test_a_plan_without_crs_cannot_be_a_map(tmp_path):
    """The error says what is missing; no file is left."""
    with pytest.raises(InputError, match="CRS"):
        export(small_plan(crs=""), tmp_path / "plan.gpkg")
    assert list(tmp_path.iterdir()) == []
