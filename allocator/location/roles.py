"""What each site may be: open already, required, a candidate at a cost, or forbidden."""

from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import raise_if_any
from allocator.travel.ends import SiteSet


class SiteOptions(TypedDict, total=False):
    """What every model may be told about sites; what is missing comes from the reach's sites.

    Attributes
    ----------
    cost
        Cost of opening each new site, >= 0, shape ``(n_sites,)``; 1 each by default.
    open_sites
        Positions of sites that are open already and stay open.
    may_close
        Positions of sites that are open already and may be closed.
    required
        Positions of sites that must be opened and paid for.
    forbidden
        Positions of sites that may not be opened.
    closing_cost
        Cost of closing each site of ``may_close``, >= 0, shape ``(n_sites,)``; 0 by default.
    running_cost
        Cost of keeping each existing site open, >= 0, shape ``(n_sites,)``; 0 by default.
    """

    cost: ArrayLike | None
    open_sites: ArrayLike | None
    may_close: ArrayLike | None
    required: ArrayLike | None
    forbidden: ArrayLike | None
    closing_cost: ArrayLike | None
    running_cost: ArrayLike | None


@dataclass(frozen=True, eq=False)
class SiteRoles:
    """Roles of the sites of a question; a site has exactly one, or none if it is forbidden.

    Attributes
    ----------
    cost, closing_cost, running_cost
        Of opening a new site, closing an existing one, keeping an existing one; each shape
        ``(n_sites,)``.
    already_open, may_close, required, candidates
        Positions, ascending: stay open; are open and may be closed; must be opened and paid for;
        may be opened.
    """

    cost: NDArray[np.float64]
    closing_cost: NDArray[np.float64]
    running_cost: NDArray[np.float64]
    already_open: NDArray[np.int64]
    may_close: NDArray[np.int64]
    required: NDArray[np.int64]
    candidates: NDArray[np.int64]

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.cost)

    @property
    def given(self) -> NDArray[np.int64]:
        """Sites that are open in every answer, ascending."""
        return np.union1d(self.already_open, self.required)

    @property
    def free(self) -> NDArray[np.int64]:
        """Sites to decide about, ascending: candidates, and those that may close."""
        return np.union1d(self.candidates, self.may_close)

    @property
    def worth_keeping(self) -> NDArray[np.int64]:
        """Sites that are open in some cheapest answer, ascending.

        Beside the given ones those whose closing costs no less than their running.
        """
        return np.union1d(self.given, self.may_close[self.price[self.may_close] <= 0])

    @property
    def existing(self) -> NDArray[np.int64]:
        """Sites that are open today, ascending."""
        return np.union1d(self.already_open, self.may_close)

    @property
    def permitted(self) -> NDArray[np.bool_]:
        """Whether each site may be open at all, shape ``(n_sites,)``."""
        mask = np.zeros(self.n_sites, dtype=np.bool_)
        mask[self.given] = True
        mask[self.free] = True
        return mask

    @property
    def price(self) -> NDArray[np.float64]:
        """What having each site open adds to :attr:`base`; below 0 where closing costs more."""
        price = self.cost.copy()
        price[self.already_open] = self.running_cost[self.already_open]
        price[self.may_close] = (self.running_cost - self.closing_cost)[self.may_close]
        return price

    @property
    def base(self) -> float:
        """What it costs when every site that may close is closed and none is opened."""
        return float(self.closing_cost[self.may_close].sum())

    def total_cost(self, open_sites: NDArray[np.int64]) -> float:
        """Opening of new sites, running of kept ones, closing of closed ones."""
        return self.base + float(self.price[open_sites].sum())

    @classmethod
    def resolved(
        cls, n_sites: int, sites: SiteSet | None, where: str, options: SiteOptions
    ) -> "SiteRoles":
        """Check what the caller gave, all problems at once; take the rest from ``sites``.

        Raises
        ------
        InputError
            Wrong shapes, negative or missing numbers, unknown positions, two roles for a site.
        """
        given = _with_defaults(sites, options)
        problems: list[str] = []
        costs = {}
        for name, default in (("cost", 1.0), ("closing_cost", 0.0), ("running_cost", 0.0)):
            told = given.get(name)
            costs[name] = (
                np.full(n_sites, default) if told is None else np.array(told, dtype=np.float64)
            )
            problems += _cost_problems(name, costs[name], n_sites)
        at = {name: np.asarray([] if given.get(name) is None else given[name]) for name in _ROLES}
        for name, who in at.items():
            problems += _position_problems(name, who, n_sites)
        raise_if_any(problems, where=where)
        sets = {name: np.unique(who.astype(np.int64)) for name, who in at.items()}
        raise_if_any(_double_roles(sets), where=where)
        taken = np.concatenate(list(sets.values()))
        return cls(
            **costs,
            already_open=np.setdiff1d(sets["open_sites"], sets["may_close"]),
            may_close=sets["may_close"],
            required=np.setdiff1d(sets["required"], sets["open_sites"]),
            candidates=np.setdiff1d(np.arange(n_sites), taken),
        )


_ROLES = ("open_sites", "may_close", "required", "forbidden")
_STATUS_OF = {"open_sites": "existing", "required": "required", "forbidden": "forbidden"}
_COLUMN_OF = {
    "cost": "opening_cost",
    "closing_cost": "closing_cost",
    "running_cost": "running_cost",
}


def _with_defaults(sites: SiteSet | None, options: SiteOptions) -> dict[str, ArrayLike | None]:
    given: dict[str, ArrayLike | None] = dict(options)  # type: ignore[arg-type]
    if sites is None:
        return given
    for name, status in _STATUS_OF.items():
        if given.get(name) is None:
            given[name] = sites.with_status(status)
    for name, column in _COLUMN_OF.items():
        if given.get(name) is None:
            given[name] = getattr(sites, column)
    return given


def _double_roles(sets: dict[str, NDArray[np.int64]]) -> list[str]:
    problems = []
    for one, other in (
        ("open_sites", "forbidden"),
        ("required", "forbidden"),
        ("may_close", "forbidden"),
        ("may_close", "required"),
    ):
        both = np.intersect1d(sets[one], sets[other])
        if len(both):
            problems.append(f"sites {_few(both)} are in {one} and in {other}; choose one")
    return problems


def _cost_problems(name: str, cost: NDArray[np.float64], n_sites: int) -> list[str]:
    if cost.shape != (n_sites,):
        return [f"{name} must have one number per site, shape ({n_sites},), got {cost.shape}"]
    bad = np.flatnonzero(~(np.isfinite(cost) & (cost >= 0)))
    if not len(bad):
        return []
    return [
        f"{name} must be finite and >= 0; {len(bad)} are not, first: site {bad[0]}, {cost[bad[0]]}"
    ]


def _position_problems(name: str, who: NDArray[np.generic], n_sites: int) -> list[str]:
    if who.ndim != 1:
        return [f"{name} must be a list of site positions, got shape {who.shape}"]
    if not who.size:
        return []
    if not np.issubdtype(who.dtype, np.integer):
        return [
            f"{name} must be whole positions of sites, got {who.dtype}; "
            "for a mask use numpy.flatnonzero(mask)"
        ]
    positions = who.astype(np.int64)
    wrong = positions[(positions < 0) | (positions >= n_sites)]
    if not len(wrong):
        return []
    return [f"{name} must lie in 0..{n_sites - 1}, got {_few(wrong)}"]


def _few(positions: NDArray[np.int64]) -> str:
    shown = ", ".join(map(str, positions[:5].tolist()))
    return shown + (", ..." if len(positions) > 5 else "")
