"""San Francisco, 205 census tracts x 16 stores: the example that spopt's wheel carries (BSD-3)."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd

from allocator.travel.ends import Demand, SiteSet
from allocator.travel.times import TravelTimes

_DISTANCES = "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
RADIUS_KM = 5.0

PEOPLE = 955_113
LSCP = 8
# By number of stores, 1 to 8: people within the radius; metres on average; metres to the farthest.
MCLP = (448_255, 671_938, 791_499, 875_247, 927_402, 941_462, 950_428, 955_113)
MEAN_M = (6000.5037, 4197.5127, 3544.6752, 2982.1269, 2674.1583, 2457.3586, 2278.8373, 2151.2508)
FARTHEST_M = (
    11577.2790, 9130.7587, 7529.9860, 7403.0638, 5985.5001, 5903.6672, 5150.2527, 4644.8457,
)  # fmt: skip
P_MEDIAN_4_PEOPLE_M = 2_848_268_129.7145


def folder() -> Path | None:
    """Where spopt's test data lie; None if spopt is not installed."""
    spec = importlib.util.find_spec("spopt")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "tests" / "test_locate" / "data"


def read(data: Path) -> TravelTimes:
    """Kilometres on the road from each tract to each store, joined by their names."""
    table = pd.read_csv(data / _DISTANCES)
    tracts = table.groupby("DestinationName")["demand"].first()
    stores = sorted(table["name"].unique())
    demand = Demand(tracts.to_numpy(np.float64), ids=[str(name) for name in tracts.index])
    return TravelTimes(
        len(tracts), len(stores), cell=tracts.index.get_indexer(table["DestinationName"]),
        site=pd.Index(stores).get_indexer(table["name"]),
        value=table["distance"].to_numpy(np.float64) / 1000, unit="km", demand=demand,
        sites=SiteSet(stores),
    )  # fmt: skip
