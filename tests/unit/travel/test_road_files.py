"""Which reader takes which file, and what is said of others."""

import networkx as nx
import numpy as np
import pytest
from road_builders import X, Y

from allocator.errors import InputError
from allocator.travel.road_files import read_roads


def test_graphs_and_graphml_are_the_same_roads(tmp_path):
    """A graph in memory and its file give the same streets; the file is named in the source."""
    made = nx.MultiDiGraph(crs="EPSG:32651", created_date="2024-05-01")
    made.add_node("a", x=X, y=Y)
    made.add_node("b", x=X + 500, y=Y)
    made.add_edge("a", "b", length=510.0, highway="primary")
    file = tmp_path / "roads.graphml"
    nx.write_graphml(made, file)
    for roads in (read_roads(made), read_roads(file), read_roads(str(file))):
        assert roads.length_m[0, 0] == 510
        assert np.isnan(roads.length_m[0, 1])
        assert (roads.crs, roads.classes) == ("EPSG:32651", ("primary",))
        assert roads.source["date"] == "2024-05-01"
    assert read_roads(file).source["file"] == "roads.graphml"


def test_files_that_are_no_roads(tmp_path):
    """Missing files, other kinds of file and broken files are told apart."""
    with pytest.raises(InputError, match=r"gone.osm.pbf: no such file"):
        read_roads(tmp_path / "gone.osm.pbf")
    for name, said in (
        ("roads.txt", r"not read from such files; expected one of \.pbf"),
        ("roads.graphml", "cannot be read as graphml"),
        ("roads.gpkg", "cannot be read as a map layer"),
    ):
        (tmp_path / name).write_text("nothing", "utf-8")
        with pytest.raises(InputError, match=said):
            read_roads(tmp_path / name)


def test_what_is_no_road_at_all():
    """Anything else is refused in words."""
    with pytest.raises(
        InputError, match="roads must be a file, a networkx graph or a GeoDataFrame"
    ):
        read_roads(42)
