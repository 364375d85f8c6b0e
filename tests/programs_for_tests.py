"""Small integer programs that are known to be hard or easy, for the tests of the solver layer."""

import random

from allocator.lp.program import Program
from allocator.lp.rows import Term


def market_split(rows: int, columns: int, *, soft: bool) -> tuple[Program, list[Term]]:
    """Split customers so that every product is halved (Cornuejols & Dawande 1999).

    Branch and bound is helpless from 4 rows and 30 columns on. With ``soft`` every row may be
    missed at a price, so there is always an answer; without, finding any is the whole problem.
    """
    draw = random.Random(1)
    program = Program("market split")
    yes = [program.binary(f"x{i}") for i in range(columns)]
    price: list[Term] = []
    for row in range(rows):
        weights = [draw.randrange(1, 100) for _ in yes]
        terms: list[Term] = list(zip(map(float, weights), yes, strict=True))
        if soft:
            over, under = program.continuous(f"over{row}"), program.continuous(f"under{row}")
            terms += [(1.0, under), (-1.0, over)]
            price += [(1.0, under), (1.0, over)]
        program.require(f"half{row}", terms, "==", sum(weights) // 2)
    return program, price


def knapsack() -> tuple[Program, list[Term]]:
    """Carry at least 10 kg with the fewest stones of 3, 4 and 7 kg, at most two of each: two."""
    program = Program("stones")
    stones = [program.integer(f"stone[{kg}]", 0, 2) for kg in (3, 4, 7)]
    program.require("carry", list(zip((3.0, 4.0, 7.0), stones, strict=True)), ">=", 10)
    return program, [(1.0, v) for v in stones]
