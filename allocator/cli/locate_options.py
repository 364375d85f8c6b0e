"""What ``allocator locate`` is asked, and the checks of its options."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allocator.cli.locate_forms import BACKUP_KINDS, FORMS, Form, flag
from allocator.errors import raise_if_any


@dataclass(frozen=True)
class Asked:
    """One question as the command line puts it; ``options`` are those of the model alone."""

    model: str
    demand: Path | None
    sites: Path
    times: Path | None
    roads: Path | None
    mode: str | None
    direction: str | None
    radius_km: float | None
    within_minutes: float | None
    speed_kmh: float | None
    detour: float | None
    crs: str | None
    demand_layer: str | None
    sites_layer: str | None
    people_column: str
    groups: tuple[str, ...]
    grid_kind: str | None
    skip_unreachable: bool
    options: Mapping[str, Any]

    @property
    def form(self) -> Form:
        """What the model takes."""
        return FORMS[self.model]

    def of(self, name: str) -> Any:
        """An option of the model; None when it was not given."""
        return self.options.get(name)

    @property
    def in_km(self) -> bool:
        """Whether travel is measured in km: straight ones, or along roads where a limit is km."""
        if self.times is not None or self.speed_kmh is not None:
            return False
        return self.roads is None or self.radius_km is not None

    @property
    def backup_kind(self) -> str:
        """Which of the backup models: by ``--kind``, else by what was given."""
        if self.of("kind") is not None:
            return str(self.of("kind"))
        if self.of("p") is None:
            return "lscp-b"
        return "bacop2" if self.of("theta") is not None else "bacop1"

    @property
    def serves_all(self) -> bool:
        """Whether cells beyond reach make the question infeasible."""
        return self.form.serves_all or (self.model == "backup" and self.backup_kind != "bacop2")


def check(asked: Asked) -> None:
    """Every option that is missing, out of place or out of range, in one error."""
    problems = [*_not_taken(asked), *_missing(asked), *_reach(asked), *_ranges(asked)]
    if asked.model == "backup" and not problems:
        problems += _backup(asked)
    raise_if_any(problems, where=f"locate {asked.model}")


def shares(texts: tuple[str, ...], option: str) -> dict[str, float]:
    """Shares by group from ``0.9``, ``90%`` or ``GROUP=0.9``; a bare one is of everybody.

    >>> shares(("90%", "urban=0.95"), "--share")
    {'total': 0.9, 'urban': 0.95}
    """
    found: dict[str, float] = {}
    problems = []
    for text in texts:
        group, _, number = text.rpartition("=")
        group = group.strip() or "total"
        try:
            percent = number.strip().endswith("%")
            value = float(number.strip().rstrip("%")) / (100 if percent else 1)
        except ValueError:
            value = float("nan")
        if not 0 <= value <= 1:
            problems.append(
                f"{option} {text}: must be a share from 0 to 1, such as 0.9 or 90%, or GROUP=0.9"
            )
        elif group in found:
            problems.append(f"{option} {text}: {group} has a share already; give one each")
        found[group] = value
    raise_if_any(problems, where="locate")
    return found


def _not_taken(asked: Asked) -> list[str]:
    problems = []
    for name, value in asked.options.items():
        if value in (None, (), False) or name in asked.form.takes:
            continue
        homes = [word for word, form in FORMS.items() if name in form.takes]
        problems.append(
            f"{flag(name)} is no option of {asked.model} (it belongs to {', '.join(homes)}); "
            "leave it out"
        )
    return problems


def _missing(asked: Asked) -> list[str]:
    problems = []
    for one_of in asked.form.must:
        names = one_of.split("|")
        if all(asked.of(name) in (None, ()) for name in names):
            problems.append(f"{' or '.join(map(flag, names))} is missing")
    if asked.model != "p-dispersion" and asked.demand is None:
        problems.append("--demand is missing: a csv with id and people, a gpkg or a tif")
    if (asked.of("calls_per_hour") is None) != (asked.of("hours_per_call") is None):
        problems.append("--calls-per-hour and --hours-per-call belong together; give both")
    if asked.of("busy") is not None and asked.of("calls_per_hour") is not None:
        problems.append("--busy and --calls-per-hour say the same; give one of them")
    return problems


def _reach(asked: Asked) -> list[str]:
    """How far is far: exactly one way to say it."""
    problems = []
    if asked.times is not None:
        problems += [
            f"{flag(name)} is not used with --times; leave one of them out"
            for name in ("roads", "radius_km", "speed_kmh", "detour")
            if getattr(asked, name) is not None
        ]
    elif asked.within_minutes is not None and asked.speed_kmh is None and asked.roads is None:
        problems.append("--within-minutes needs --times, --roads, or --speed-kmh for coordinates")
    problems += _along_roads(asked)
    if asked.radius_km is not None and asked.within_minutes is not None:
        problems.append("--radius-km and --within-minutes are two limits; give one of them")
    straight = asked.times is None and asked.roads is None
    if asked.detour is not None and asked.speed_kmh is None and straight:
        problems.append(
            "--detour needs --speed-kmh: --radius-km is a straight line (for a limit along the "
            "road, divide it by the detour)"
        )
    limited = asked.radius_km is not None or asked.within_minutes is not None
    if asked.form.needs in ("reach", "two reaches") and not limited and asked.times is None:
        problems.append(
            "how far is far? give --radius-km, or --within-minutes with --times or --roads"
        )
    if asked.form.needs == "levels" and limited:
        problems.append(
            "--radius-km and --within-minutes are not used by hierarchical: each level has its "
            "own limit in the file of --levels"
        )
    return problems + (_second_reach(asked) if asked.form.needs == "two reaches" else [])


def _along_roads(asked: Asked) -> list[str]:
    """What goes with roads, and only with them."""
    if asked.roads is None:
        return [
            f"{flag(name)} needs --roads; leave it out, or name a file of roads"
            for name in ("mode", "direction")
            if getattr(asked, name) is not None
        ]
    problems = [
        f"{flag(name)} is not used with --roads; leave one of them out"
        for name in ("speed_kmh", "detour")
        if getattr(asked, name) is not None
    ]
    if not asked.roads.is_file():
        problems.append(f"--roads {asked.roads}: there is no such file; mend the path")
    for name, words in (("mode", ("drive", "walk")), ("direction", ("to-site", "from-site"))):
        if getattr(asked, name) not in (None, *words):
            problems.append(
                f"{flag(name)} must be {' or '.join(words)}, got {getattr(asked, name)!r}"
            )
    return problems


def _second_reach(asked: Asked) -> list[str]:
    """The farther limit of the double standard, in the unit of the nearer."""
    in_km = asked.in_km
    name, other = ("radius2_km", "minutes2") if in_km else ("minutes2", "radius2_km")
    first = asked.radius_km if in_km else asked.within_minutes
    if not in_km and asked.within_minutes is None:
        return ["dsm in minutes needs --within-minutes and --minutes2"]
    problems = []
    if asked.of(other) is not None:
        problems.append(f"{flag(other)} does not go with limits in {'km' if in_km else 'minutes'}")
    second = asked.of(name)
    if second is None:
        problems.append(f"{flag(name)} is missing: the limit within which everybody must be")
    elif first is not None and second < first:
        problems.append(
            f"{flag(name)} {second:g} is the farther limit and must be >= {first:g}, the nearer one"
        )
    return problems


_AT_LEAST_0 = ("budget", "min_load", "max_load", "travel_cost", "calls_per_hour", "radius2_km",
               "minutes2")  # fmt: skip
_SHARES = ("alpha", "busy", "reliability", "theta")


def _ranges(asked: Asked) -> list[str]:
    problems = []
    numbers = {
        name: asked.of(name) if name in asked.options else getattr(asked, name, None)
        for name in (*_AT_LEAST_0, "radius_km", "within_minutes")
    }
    problems += [
        f"{flag(name)} must be >= 0, got {value:g}"
        for name, value in numbers.items()
        if value is not None and not 0 <= value < float("inf")
    ]
    for name, value in (("speed_kmh", asked.speed_kmh), ("effort", asked.of("effort")),
                        ("hours_per_call", asked.of("hours_per_call"))):  # fmt: skip
        if value is not None and not 0 < value < float("inf"):
            problems.append(f"{flag(name)} must be > 0, got {value:g}")
    if asked.detour is not None and not 1 <= asked.detour < float("inf"):
        problems.append(f"--detour must be >= 1, got {asked.detour:g}")
    problems += [
        f"{flag(name)} must lie in 0..1, got {asked.of(name):g}"
        for name in _SHARES
        if asked.of(name) is not None and not 0 <= asked.of(name) <= 1
    ]
    problems += [
        f"{flag(name)} must be a whole number >= 1, got {asked.of(name)}"
        for name in ("p", "k", "max_per_site")
        if asked.of(name) is not None and asked.of(name) < 1
    ]
    for name, known in (("kind", BACKUP_KINDS), ("minimise", ("travel", "cost"))):
        if asked.of(name) is not None and asked.of(name) not in known:
            problems.append(f"{flag(name)} must be {' or '.join(known)}, got {asked.of(name)!r}")
    return problems


def _backup(asked: Asked) -> list[str]:
    kind, problems = asked.backup_kind, []
    if kind == "lscp-b" and asked.of("p") is not None:
        problems.append("--p is not used by lscp-b, which finds it; give --kind bacop1 or bacop2")
    if kind != "lscp-b" and asked.of("p") is None:
        problems.append(f"--p is missing: {kind} places p sites")
    if kind != "bacop2" and asked.of("theta") is not None:
        problems.append("--theta belongs to bacop2")
    return problems
