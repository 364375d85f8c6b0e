"""The table ``[samples]``: forecasts drawn at random, one factor on people per planning unit.

::

    [samples]
    count = 50
    seed = 1
    distribution = "lognormal"            # or normal, uniform, triangular
    spread = { all = 0.05, "330402" = 0.1 }   # or one number for all
    correlation = 0.3                     # between any two units
    level = "city"                        # units that share a factor; planning units when missing
"""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from statistics import NormalDist
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from allocator.errors import raise_if_any
from allocator.files.toml import in_words, unknown_keys
from allocator.region.findings import listed, nearest
from allocator.region.population_factors import ALL
from allocator.region.units import Units

Distribution = Literal["normal", "lognormal", "uniform", "triangular"]
MOST = 10_000
DIGITS = 6
"""Decimals of a factor: what another machine's arithmetic changes lies far behind them."""
_TAIL = 3.0
"""Normal factors lie within so many spreads of 1, so that none is 0 or less."""
_NORMAL = NormalDist()
_Spread = Annotated[float, Field(ge=0)]


class SamplesTable(BaseModel):
    """Forecasts drawn at random: factors on people, with the mean 1."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False,
        use_attribute_docstrings=True,
    )  # fmt: skip

    count: int = Field(ge=1, le=MOST)
    """How many forecasts."""
    seed: int = Field(default=0, ge=0)
    """The same seed gives the same factors; the first ten of a hundred are those of ten."""
    distribution: Distribution = "lognormal"
    """Of the factors; each has the mean 1."""
    spread: _Spread | dict[str, _Spread]
    """Standard deviation of a factor (normal, lognormal), or how far it goes to either side of 1
    (uniform, triangular); one number, or one per unit and "all" for the others."""
    correlation: float = Field(default=0.0, ge=0, le=1)
    """Between any two units: 0 = each by itself, 1 = all grow alike."""
    level: str = ""
    """Level of the units that get a factor each (county, city ...); planning units if empty."""

    def spread_of(self, unit: str) -> float:
        """The spread of a unit's factor; 0 where nothing is said of it."""
        if isinstance(self.spread, dict):
            return self.spread.get(unit, self.spread.get(ALL, 0.0))
        return self.spread


def read_samples(given: object) -> tuple[SamplesTable | None, list[str]]:
    """The table, if it is sound, and all that is wrong with it."""
    if not isinstance(given, Mapping):
        return None, [f"samples: must be a table, got {given!r}"]
    problems, known = unknown_keys({"samples": dict(given)}, ["samples"],
                                   {"samples": list(SamplesTable.model_fields)})  # fmt: skip
    try:
        table = SamplesTable.model_validate(known["samples"])
    except ValidationError as error:
        found = [f"samples.{problem}" for problem in in_words(_one_of_spread(error.errors()))]
        return None, [*problems, *(f.replace("samples.missing key '", "missing key 'samples.")
                                   for f in found)]  # fmt: skip
    widest = _widest(table.distribution)
    spreads = table.spread if isinstance(table.spread, dict) else {"": table.spread}
    problems += [
        f"samples.spread{f'.{unit}' if unit else ''}: must be < {widest:g} for {table.distribution}"
        f" factors, so that people stay > 0, got {spread}"
        for unit, spread in spreads.items()
        if not spread < widest
    ]
    return table, problems


def _one_of_spread(details: Iterable[Any]) -> list[Any]:
    """What pydantic found, with one line for a spread that is neither a number nor a table."""
    found: dict[Any, Any] = {}
    for detail in details:
        if detail["loc"][0] == "spread" and detail["type"] != "missing":
            told = "must be a number >= 0, or a table of them by unit"
            spread = {"loc": ("spread",), "type": "spread", "msg": told, "input": detail["input"]}
            found.setdefault("spread", spread)
        else:
            found[detail["loc"]] = detail
    return list(found.values())


def _widest(distribution: Distribution) -> float:
    return {"normal": 1 / _TAIL, "lognormal": math.inf}.get(distribution, 1.0)


def sharing_of(table: SamplesTable, region: Path) -> dict[str, str]:
    """Planning unit -> the unit whose factor it takes: itself, or the one above it.

    Parameters
    ----------
    region
        Folder of the region, whose units are read.

    Raises
    ------
    InputError
        Units that the region does not have, a level that is none, or a region that cannot be read.
    """
    from allocator.region.folder import read_units  # much to load; few scenarios are sampled

    units = read_units(region)
    sharing = {unit: _drawn_for(unit, units, table.level) for unit in units.planning}
    known = [*dict.fromkeys(sharing.values()), ALL]
    without = [unit for unit, above in sharing.items() if not above]
    named = table.spread if isinstance(table.spread, dict) else {}
    strangers = [unit for unit in named if unit not in known]
    problems = []
    if without:
        problems.append(
            f"samples.level: no unit of level {table.level!r} is, or contains, {listed(without)}; "
            f"{_levels_of_all(units)}"
        )
    elif strangers:
        problems.append(
            f"samples.spread: {listed(map(repr, strangers))} get no factor; "
            f"{nearest(strangers[0], known)}"
        )
    raise_if_any(problems, where="")
    return sharing


def _levels_of_all(units: Units) -> str:
    """What samples.level may be: the levels that every planning unit has or lies in."""
    level = units.table["level"].astype(str)
    each = [dict.fromkeys(level[list(units.ancestors(unit))]) for unit in units.planning]
    shared = [name for name in each[0] if all(name in some for some in each)] if each else []
    own = "leave it out, and each planning unit has its own factor"
    return f"use {listed(shared)}, or {own}" if shared else own


def _drawn_for(unit: str, units: Units, level: str) -> str:
    """The unit itself, or the one above it that has the level; '' if none has."""
    if not level:
        return unit
    above = units.ancestors(unit)
    return next((a for a in above if units.table.loc[a, "level"] == level), "")


def factors_of(table: SamplesTable, sharing: Mapping[str, str], number: int) -> dict[str, float]:
    """The factors of one sample, by planning unit.

    Every draw depends on the seed, the number of the sample and the id of its unit alone, not on
    the order of the units or on what is drawn beside it. Units are correlated by a common normal
    part (a Gaussian copula); see Nelsen, An Introduction to Copulas, 2006, section 2.3.

    Parameters
    ----------
    sharing
        From :func:`sharing_of`.
    number
        1, 2 ...
    """
    common = _normal(table.seed, number, "")
    own, together = math.sqrt(1 - table.correlation), math.sqrt(table.correlation)
    found = {}
    for unit, drawn_for in sharing.items():
        z = together * common + own * _normal(table.seed, number, f"unit {drawn_for}")
        found[unit] = round(_FACTORS[table.distribution](z, table.spread_of(drawn_for)), DIGITS)
    return found


def _normal(seed: int, number: int, what: str) -> float:
    """A standard normal draw, the same for the same words on every machine."""
    words = f"{seed} {number} {what}".encode()
    bits = int.from_bytes(hashlib.sha256(words).digest()[:8], "big") >> 12
    return _NORMAL.inv_cdf((bits + 0.5) / 2**52)


def _normal_factor(z: float, spread: float) -> float:
    """Within three spreads of 1: the tails are cut off evenly, so that the mean stays."""
    low = _NORMAL.cdf(-_TAIL)
    return 1 + spread * _NORMAL.inv_cdf(low + (1 - 2 * low) * _NORMAL.cdf(z))


def _lognormal_factor(z: float, spread: float) -> float:
    variance = math.log1p(spread**2)
    return math.exp(math.sqrt(variance) * z - variance / 2)


def _uniform_factor(z: float, spread: float) -> float:
    return 1 + spread * (2 * _NORMAL.cdf(z) - 1)


def _triangular_factor(z: float, spread: float) -> float:
    share = _NORMAL.cdf(z)
    if share < 0.5:
        return 1 - spread * (1 - math.sqrt(2 * share))
    return 1 + spread * (1 - math.sqrt(2 * (1 - share)))


_FACTORS: Mapping[Distribution, Callable[[float, float], float]] = {
    "normal": _normal_factor, "lognormal": _lognormal_factor, "uniform": _uniform_factor,
    "triangular": _triangular_factor,
}  # fmt: skip
