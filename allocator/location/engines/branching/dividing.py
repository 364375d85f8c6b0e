"""Parts of the choices that a tree looks at, and the two into which a part is divided."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.branching.neighbourhoods import Neighbourhood, Neighbourhoods
from allocator.location.engines.branching.program import Stand
from allocator.location.engines.branching.relaxation import Relaxation

_WHOLE = 1e-6
_PROBED = 8
_PROBE_STEPS = 120
_GOOD_ENOUGH = 0.1  # about a third of what is left is proven on either side


@dataclass(frozen=True, eq=False)
class Node:
    """A part of the choices: bounds of sites, and how many of some neighbourhoods are open.

    ``stand`` is where the simplex method may start, None if it is there already.
    """

    bound: float
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    sets: tuple[tuple[bytes, float, float], ...] = ()
    stand: Stand | None = None


class Branching:
    """Puts parts of the choices before the linear program, and divides them."""

    def __init__(self, asked: Relaxation) -> None:
        self._asked = asked
        self._places = Neighbourhoods(asked)
        self._rows: dict[bytes, int] = {}  # neighbourhoods that have a row now
        self._used: tuple[tuple[bytes, float, float], ...] = ()

    def enter(self, node: Node) -> None:
        """Make the linear program that of a part."""
        self._asked.program.set_sites(node.low, node.high)
        self._make_rows([members for members, _, _ in node.sets])
        kept = {members for members, _, _ in node.sets}
        for members, _, _ in self._used:
            if members not in kept and members in self._rows:
                self._asked.program.rows.set_sides(self._rows[members], -np.inf, np.inf)
        for members, least, most in node.sets:
            self._asked.program.rows.set_sides(self._rows[members], least, most)
        self._used = node.sets
        if node.stand is not None:
            self._asked.program.return_to(node.stand)

    def children(
        self,
        here: Node,
        shares: NDArray[np.float64],
        floor: float,
        hopeless: Callable[[float], bool],
    ) -> list[Node]:
        """The two parts that promise to lower the bound most, of those that are tried.

        Parameters
        ----------
        here
            The part that the linear program is at.
        shares
            Its optimum.
        floor
            What need not be told apart.
        hopeless
            Whether a bound ends a part.
        """
        asked, best, best_score = self._asked, [here], -1.0
        pairs = list(self._candidates(here, shares))
        self._make_rows([members for pair in pairs for members, _, _ in pair[0].sets])
        here = replace(here, stand=asked.program.stand())
        for pair in pairs:
            parts = []
            for part in pair:
                self.enter(part)
                bound = min(here.bound, asked.probe(_PROBE_STEPS))
                parts.append(replace(part, bound=bound, stand=asked.program.stand()))
                self.enter(here)
            drops = [max(here.bound - max(part.bound, floor), 1e-9) for part in parts]
            if drops[0] * drops[1] > best_score:
                best_score, best = drops[0] * drops[1], parts
            enough = best_score > _GOOD_ENOUGH * (here.bound - floor) ** 2
            if enough or any(hopeless(part.bound) for part in parts):
                break
        self._forget_rows(here, *best)
        return best

    def _make_rows(self, sets: list[bytes]) -> None:
        """Give each of these neighbourhoods a row, unless it has one."""
        new = [members for members in dict.fromkeys(sets) if members not in self._rows]
        if new:
            n = self._asked.program.n_sites
            bits = [np.unpackbits(np.frombuffer(members, np.uint8))[:n] for members in new]
            names = self._asked.program.add_sites_rows(np.array(bits, dtype=np.bool_))
            self._rows.update(zip(new, names, strict=True))

    def _forget_rows(self, *kept: Node) -> None:
        """Drop the rows of neighbourhoods that these parts say nothing about."""
        needed = {members for node in kept for members, _, _ in node.sets}
        gone = self._rows.keys() - needed
        self._asked.program.rows.release([self._rows.pop(members) for members in sorted(gone)])

    def _candidates(self, here: Node, shares: NDArray[np.float64]) -> Iterator[tuple[Node, Node]]:
        free = here.high > here.low
        broken = np.minimum(shares, 1 - shares) * free
        if broken.max() <= _WHOLE:
            # The tolerance of the solver hides what is wrong: any site that is left will do.
            yield self._by_site(here, int(np.flatnonzero(free)[0]))
            return
        found = self._places.broken(shares, free, _PROBED)
        for place in found:
            inside = np.flatnonzero(place.members)
            if len(inside) == 1:
                yield self._by_site(here, int(inside[0]))
            else:
                yield self._by_set(here, place)
        if not found:
            yield self._by_site(here, int(np.argmax(broken * self._asked.site_weight)))

    def _by_site(self, here: Node, site: int) -> tuple[Node, Node]:
        low, high = here.low.copy(), here.high.copy()
        low[site], high[site] = 1.0, 0.0
        return (
            Node(here.bound, here.low, high, here.sets),
            Node(here.bound, low, here.high, here.sets),
        )

    def _by_set(self, here: Node, place: Neighbourhood) -> tuple[Node, Node]:
        members = np.packbits(place.members).tobytes()
        before = next(((a, b) for s, a, b in here.sets if s == members), (-np.inf, np.inf))
        others = tuple(s for s in here.sets if s[0] != members)
        fewer = (*others, (members, before[0], float(np.floor(place.total))))
        more = (*others, (members, float(np.ceil(place.total)), before[1]))
        return (
            Node(here.bound, here.low, here.high, fewer),
            Node(here.bound, here.low, here.high, more),
        )
