"""From a question as ``allocator locate`` read it to a call of its model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from allocator.cli.locate_options import Asked
from allocator.cli.locate_reach import Instance
from allocator.cli.locate_unreached import beyond_reach, without

if TYPE_CHECKING:
    from allocator.location.siting import Siting
    from allocator.lp.solvers import SolverSettings
    from allocator.travel.coverage import Coverage

Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Call:
    """A model, what it is asked about, and its options."""

    model: "Callable[..., Siting]"
    about: tuple[Any, ...]
    options: Mapping[str, Any]


def solve(
    asked: Asked, instance: Instance, settings: "SolverSettings", progress: Progress
) -> "tuple[list[Siting], Instance]":
    """Answer a question: the best siting, or the ``--k`` best; and what was asked in the end.

    With ``--skip-unreachable`` the cells that no permitted site reaches are left out first (LSCP
    leaves them out itself).
    """
    if asked.skip_unreachable and asked.serves_all and asked.model != "lscp":
        instance = without(instance, beyond_reach(instance, limit_for_all(asked, instance)))
    call = _CALLS[asked.model](asked, instance)
    options = {**call.options, "settings": settings, "progress": progress}
    if len(instance.may_close):
        options["may_close"] = instance.may_close
    if asked.of("k") is None:
        return [call.model(*call.about, **options)], instance
    from allocator.location.alternatives import k_best

    return k_best(call.model, *call.about, k=asked.of("k"), **options), instance


def limit_for_all(asked: Asked, instance: Instance) -> float:
    """The limit within which everybody must be: the farther one of the double standard."""
    return instance.limit2 if asked.model == "dsm" else instance.limit


def _given(asked: Asked, *names: str) -> dict[str, Any]:
    """Options of the model that were given; the model knows the rest."""
    return {n: asked.of(n) for n in names if asked.of(n) is not None}


def _reach(instance: Instance) -> "Coverage":
    return instance.times.within(instance.limit)


def _lscp(asked: Asked, instance: Instance) -> Call:
    from allocator.location.set_cover import lscp

    options = {"skip_unreachable": asked.skip_unreachable, **_given(asked, "effort")}
    return Call(lscp, (_reach(instance),), options)


def _psclp(asked: Asked, instance: Instance) -> Call:
    from allocator.location.partial_cover import psclp

    options = {"share": instance.shares, **_given(asked, "effort")}
    return Call(psclp, (_reach(instance),), options)


def _mclp(asked: Asked, instance: Instance) -> Call:
    from allocator.location.maximal_cover import mclp

    options = _given(asked, "p", "budget", "effort")
    if instance.floors:
        options["floors"] = instance.floors
    return Call(mclp, (_reach(instance),), options)


def _p_median(asked: Asked, instance: Instance) -> Call:
    from allocator.location.median import p_median

    return Call(p_median, (instance.near_times,), _given(asked, "p", "effort"))


def _p_center(asked: Asked, instance: Instance) -> Call:
    from allocator.location.center import p_center

    return Call(p_center, (instance.near_times,), _given(asked, "p"))


def _dsm(asked: Asked, instance: Instance) -> Call:
    from allocator.location.double_standard import dsm

    reaches = instance.times.within(instance.limit), instance.times.within(instance.limit2)
    return Call(dsm, reaches, _given(asked, "p", "alpha", "max_per_site"))


def _mexclp(asked: Asked, instance: Instance) -> Call:
    from allocator.location.expected import mexclp

    names = ("p", "busy", "calls_per_hour", "hours_per_call", "max_per_site")
    return Call(mexclp, (_reach(instance),), _given(asked, *names))


def _malp(asked: Asked, instance: Instance) -> Call:
    from allocator.location.expected import malp

    names = ("p", "busy", "reliability", "max_per_site")
    return Call(malp, (_reach(instance),), _given(asked, *names))


def _backup(asked: Asked, instance: Instance) -> Call:
    from allocator.location.backup import bacop1, bacop2, lscp_b

    models: dict[str, Callable[..., Siting]] = {
        "lscp-b": lscp_b, "bacop1": bacop1, "bacop2": bacop2
    }  # fmt: skip
    options = _given(asked, "p", "theta", "max_per_site")
    return Call(models[asked.backup_kind], (_reach(instance),), options)


def _p_dispersion(asked: Asked, instance: Instance) -> Call:
    from allocator.location.dispersion import p_dispersion

    return Call(p_dispersion, (instance.times,), _given(asked, "p"))


def _capacitated(asked: Asked, instance: Instance) -> Call:
    from allocator.location.capacitated import capacitated

    names = ("p", "min_load", "max_load", "minimise", "travel_cost", "effort")
    options = _given(asked, *names)
    options |= {} if instance.weight is None else {"weight": instance.weight}
    options |= {"single_source": True} if asked.of("single_source") else {}
    options |= {"closest_assignment": True} if asked.of("closest") else {}
    return Call(capacitated, (instance.near_times,), options)


def _hierarchical(asked: Asked, instance: Instance) -> Call:
    from allocator.location.hierarchy import Level, hierarchical

    n_sites = len(instance.sites)
    levels = [
        Level(
            name=row.name,
            reach=instance.times.within(row.reach),
            p=row.p,
            share=row.share,
            weight=row.weight,
            cost=None if row.cost is None else np.full(n_sites, row.cost),
        )
        for row in instance.levels
    ]
    options = _given(asked, "budget")
    options |= {} if instance.levels_today is None else {"existing_levels": instance.levels_today}
    return Call(hierarchical, (levels,), options)


_CALLS: Mapping[str, Callable[[Asked, Instance], Call]] = {
    "lscp": _lscp,
    "psclp": _psclp,
    "mclp": _mclp,
    "p-median": _p_median,
    "p-center": _p_center,
    "dsm": _dsm,
    "mexclp": _mexclp,
    "backup": _backup,
    "malp": _malp,
    "p-dispersion": _p_dispersion,
    "capacitated": _capacitated,
    "hierarchical": _hierarchical,
}
