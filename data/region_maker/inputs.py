"""What a region is made from: the typed tables and ``model.toml`` in its folder ``inputs``.

``model.toml`` says what the region is called, how its grid lies, and which rules place the towns
without a point and the people around them. ``sites.toml`` says which institutions stand where;
see :mod:`region_maker.sites`.
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

CENTRES = {
    "seat": (3.0, 2.0),
    "street": (2.0, 1.5),
    "town": (1.0, 1.2),
    "township": (0.6, 1.0),
    "former town": (0.4, 1.0),
}
"""Weight, and decay in km, of a centre in the census model, by its role: assumed."""


@dataclass(frozen=True)
class Places:
    """How towns without a point are placed, and how people gather around centres.

    Attributes
    ----------
    edge_km
        Gaps keep this far from the county's edge.
    streets
        ``ring``: on a ring around the seat; ``disc``: in the largest gap within ``reach_km`` of it.
    reach_km
        Radius of the ring or the disc.
    apart_km
        Points outside are left out if they lie this near to one inside.
    centres
        Weight and decay (km) of a centre by role.
    """

    edge_km: float = 3.0
    streets: str = "ring"
    reach_km: float = 2.5
    apart_km: float = 0.0
    centres: dict[str, tuple[float, float]] = field(default_factory=lambda: dict(CENTRES))


@dataclass(frozen=True)
class Model:
    """One region's rules.

    Attributes
    ----------
    inputs
        Folder of the typed tables.
    root
        ``id``, ``name`` and ``level`` of the whole; where its id is that of a county, that county
        is the whole and its towns and streets are the planning units.
    crs, side_m, box
        Grid: metric CRS, side of a cell, west, south, east and north in degrees of the area that
        holds the region and the neighbouring towns.
    scattered_share
        Share of the rural people who live evenly spread.
    near
        What a county's price is weighed against: ``squared`` distance to its nearest town (straight
        borders), or ``distance`` itself: where a county has one point, it keeps that point, however
        large its neighbours are.
    """

    inputs: Path
    root: dict[str, str]
    crs: str
    side_m: float
    box: tuple[float, float, float, float]
    scattered_share: float
    near: str
    places: Places

    @property
    def cell_km2(self) -> float:
        """Area of a cell."""
        return (self.side_m / 1000) ** 2

    def one_county(self, counties: pd.DataFrame) -> bool:
        """Whether the region is a single county, planned by its towns and streets."""
        return self.root["id"] in counties.index


def read_model(inputs: Path) -> Model:
    """Read ``model.toml``."""
    said: dict[str, Any] = tomllib.loads((inputs / "model.toml").read_text("utf-8"))
    centres = CENTRES | {role: tuple(pair) for role, pair in said.get("centres", {}).items()}
    grid = said["grid"]
    return Model(
        inputs=inputs, root=said["root"], crs=grid["crs"], side_m=float(grid["side_m"]),
        box=tuple(grid["box"]), scattered_share=grid["scattered_share"],
        near=grid.get("near", "squared"),
        places=Places(**said.get("places", {}), centres=centres),
    )  # fmt: skip


def read_table(model: Model, name: str) -> pd.DataFrame:
    """An input table as text."""
    return pd.read_csv(model.inputs / f"{name}.csv", dtype=str, keep_default_na=False)


def read_towns(model: Model) -> pd.DataFrame:
    """Towns and streets with their county; ``role`` is their level where none is typed."""
    towns = read_table(model, "towns")
    role = towns["role"].where(towns["role"] != "", towns["level"]) if "role" in towns else None
    towns["role"] = towns["level"] if role is None else role
    return towns.assign(county=towns["code"].str[:6])


def has_table(model: Model, name: str) -> bool:
    """Whether the region brings an input table."""
    return (model.inputs / f"{name}.csv").is_file()
