"""Decay: how much less a site counts the farther it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import InputError, raise_if_any
from allocator.travel.points import LIMIT_TOLERANCE

Floats = NDArray[np.float64]
Kernel = Literal["epanechnikov", "quartic"]


@dataclass(frozen=True, eq=False)
class Decay:
    """Weight of a site by how far it is; nothing beyond the limit.

    Only proportions matter: twice the weights give the same access. Own functions do, too:
    ``Decay("power", 30, lambda minutes: np.maximum(minutes, 1) ** -1.5)``.

    Attributes
    ----------
    name
        What it is called.
    limit
        The farthest that counts, itself included; minutes or km, as the travel times.
    weigh
        From values in ``[0, limit]`` to weights, finite and >= 0, of the same shape.
    told
        Its parameters, for provenance.
    """

    name: str
    limit: float
    weigh: Callable[[Floats], Floats]
    told: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (np.isfinite(self.limit) and self.limit > 0):
            raise InputError(f"limit must be finite and > 0, got {self.limit}", where="decay")

    def __call__(self, away: ArrayLike) -> Floats:
        """Weights of values, the same shape; 0 beyond the limit.

        Raises
        ------
        InputError
            If the function gives anything but finite numbers >= 0.
        """
        given = np.asarray(away, dtype=np.float64)
        inside = given <= self.limit * (1 + LIMIT_TOLERANCE)
        weight = np.zeros(given.shape)
        weight[inside] = self.weigh(np.minimum(given[inside], self.limit))
        bad = ~(np.isfinite(weight) & (weight >= 0))
        if bad.any():
            raise InputError(
                f"weights must be finite and >= 0; decay {self.name!r} gives {weight[bad][0]} at "
                f"{given[bad][0]:g}",
                where="decay",
            )
        return weight


def step_decay(weight_up_to: Mapping[float, float]) -> Decay:
    """Weights by band, upper ends included: ``{10: 1, 20: 0.68, 30: 0.22}`` minutes.

    Those three are the slower of two sets for E2SFCA (Luo & Qi, Health & Place 15, 2009); the
    faster is 1, 0.42, 0.09.

    Parameters
    ----------
    weight_up_to
        Upper end of each band, ascending, to its weight, in [0, 1] and nowhere rising.

    >>> step_decay({10: 1, 20: 0.68, 30: 0.22})([0, 10, 10.5, 30, 31]).tolist()
    [1.0, 1.0, 0.68, 0.22, 0.0]
    """
    ends = np.array(list(weight_up_to), dtype=np.float64)
    weights = np.array(list(weight_up_to.values()), dtype=np.float64)
    problems = []
    if not len(ends):
        problems.append("there must be at least one band")
    elif not (np.isfinite(ends).all() and ends[0] > 0 and (np.diff(ends) > 0).all()):
        problems.append(f"bands must end at rising values > 0, got {ends.tolist()}")
    if len(ends) and not (
        (weights >= 0).all() and (weights <= 1).all() and (np.diff(weights) <= 0).all()
    ):
        problems.append(f"weights must lie in [0, 1] and never rise, got {weights.tolist()}")
    raise_if_any(problems, where="step_decay")
    inclusive = ends * (1 + LIMIT_TOLERANCE)
    return Decay(
        "step",
        float(ends[-1]),
        lambda away: weights[np.searchsorted(inclusive, away)],
        {"weight_up_to": dict(zip(ends.tolist(), weights.tolist(), strict=True))},
    )


def gaussian_decay(limit: float, *, bandwidth: float | None = None) -> Decay:
    r"""Weights that fall as a Gaussian bell.

    .. math:: f(t) = \frac{e^{-(t / t_0)^2 / 2} - e^{-1/2}}{1 - e^{-1/2}}

    from 1 at once to 0 at the limit :math:`t_0` (Dai, Health & Place 16, 2010); with a bandwidth
    :math:`e^{-(t / b)^2 / 2}`, cut off at the limit.

    >>> gaussian_decay(30)([0, 15, 30]).round(3).tolist()
    [1.0, 0.701, 0.0]
    """
    if bandwidth is not None and not (np.isfinite(bandwidth) and bandwidth > 0):
        raise InputError(f"bandwidth must be finite and > 0, got {bandwidth}", where="decay")
    if bandwidth is None:
        at_limit = np.exp(-0.5)
        return Decay(
            "Gaussian",
            limit,
            lambda away: (np.exp(-0.5 * (away / limit) ** 2) - at_limit) / (1 - at_limit),
            {"limit": float(limit)},
        )
    return Decay(
        "Gaussian",
        limit,
        lambda away: np.exp(-0.5 * (away / bandwidth) ** 2),
        {"limit": float(limit), "bandwidth": float(bandwidth)},
    )


def kernel_decay(limit: float, kind: Kernel = "epanechnikov") -> Decay:
    r"""Weights that fall from 1 to 0 at the limit as a kernel of density does.

    Epanechnikov :math:`1 - (t / t_0)^2` (Dai & Wang, Environment and Planning B 38, 2011) or
    quartic :math:`(1 - (t / t_0)^2)^2`.

    >>> kernel_decay(30)([0, 15, 30]).tolist()
    [1.0, 0.75, 0.0]
    """
    if kind not in get_args(Kernel):
        raise InputError(
            f"kind must be one of {', '.join(get_args(Kernel))}, got {kind!r}", where="decay"
        )
    power = 1 if kind == "epanechnikov" else 2
    told = {"limit": float(limit)}
    return Decay(kind, limit, lambda away: (1 - (away / limit) ** 2) ** power, told)
