"""Round a table so that its cells, rows, columns and total all move by less than one."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor, lcm

import networkx as nx

from allocator.errors import InputError


def controlled_rounding(table: Sequence[Sequence[Fraction]]) -> list[list[int]]:
    """Round every cell, row total, column total and the grand total to an adjacent whole number.

    What is whole already stays. Such a rounding always exists (Cox 1987): it is a flow from rows
    to columns whose bounds are whole, so a whole flow fits wherever the table itself does. Among
    them the one nearest to the table in the sum of squares, found exactly (costs are whole
    numbers over a common denominator), the same every time.

    Parameters
    ----------
    table
        Rows of equal length, every cell >= 0.

    Returns
    -------
    list of list of int
        The same shape.

    Examples
    --------
    >>> controlled_rounding([[Fraction(1, 2), Fraction(1, 2)], [Fraction(1, 2), Fraction(1, 2)]])
    [[1, 0], [0, 1]]
    """
    if not table or not table[0]:
        return [[] for _ in table]
    _check(table)
    down = [[floor(cell) for cell in row] for row in table]
    arcs = _arcs(table, down)
    flow = nx.network_simplex(_network(arcs))[1]
    return [
        [low + flow.get(f"r{i}", {}).get(f"c{j}", 0) for j, low in enumerate(row)]
        for i, row in enumerate(down)
    ]


_Arc = tuple[str, str, int, int, int]
"""From, to, least flow, most flow, cost of one."""


def _arcs(table: Sequence[Sequence[Fraction]], down: list[list[int]]) -> list[_Arc]:
    """What is rounded up flows from the source over rows and columns to the sink, and back."""
    scale = lcm(*(cell.denominator for row in table for cell in row))
    columns = range(len(table[0]))
    arcs: list[_Arc] = []
    for i, row in enumerate(table):
        arcs.append(("source", f"r{i}", *_bounds(row, down[i]), 0))
        for j, cell in enumerate(row):
            if part := cell - down[i][j]:
                # (1 - part)^2 - part^2: what rounding up adds to the sum of squares.
                arcs.append((f"r{i}", f"c{j}", 0, 1, int((1 - 2 * part) * scale)))
    for j in columns:
        bounds = _bounds([row[j] for row in table], [row[j] for row in down])
        arcs.append((f"c{j}", "sink", *bounds, 0))
    cells = [cell for row in table for cell in row]
    arcs.append(("sink", "source", *_bounds(cells, [low for row in down for low in row]), 0))
    return arcs


def _bounds(cells: Sequence[Fraction], down: Sequence[int]) -> tuple[int, int]:
    """How many of the cells of a sum may be rounded up: those that its own neighbours leave."""
    total, low = sum(cells, Fraction(0)), sum(down)
    return floor(total) - low, ceil(total) - low


def _network(arcs: list[_Arc]) -> "nx.DiGraph[str]":
    """The same with least flows moved into the nodes' demands."""
    network: nx.DiGraph[str] = nx.DiGraph()
    demand: dict[str, int] = {}
    for start, end, least, most, cost in arcs:
        network.add_edge(start, end, capacity=most - least, weight=cost)
        demand[start] = demand.get(start, 0) + least
        demand[end] = demand.get(end, 0) - least
    for node, need in demand.items():
        network.nodes[node]["demand"] = need
    # The least flow of a cell is 0, so what comes back is the flow itself.
    return network


def _check(table: Sequence[Sequence[Fraction]]) -> None:
    width = len(table[0])
    problems = [
        f"row {i} must have {width} cells like the first, got {len(row)}"
        for i, row in enumerate(table)
        if len(row) != width
    ]
    problems += [
        f"row {i}, column {j} must be >= 0, got {cell}"
        for i, row in enumerate(table)
        for j, cell in enumerate(row)
        if cell < 0
    ]
    if problems:
        raise InputError(problems, where="controlled rounding")
