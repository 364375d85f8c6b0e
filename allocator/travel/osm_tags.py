"""What the tags of an OpenStreetMap way say of who may use it, which way, and how fast.

After the OpenStreetMap wiki, Key:access, Key:oneway and Key:maxspeed.
"""

import re
from collections.abc import Mapping
from typing import Literal

from allocator.travel.road_speeds import CLASS_KMH

Mode = Literal["drive", "walk"]
MODES = ("drive", "walk")

DRIVEN = frozenset(CLASS_KMH)
"""Classes that cars use."""
WALKED = (DRIVEN - {"motorway", "motorway_link"}) | {
    "footway", "path", "pedestrian", "steps", "cycleway", "bridleway",
}  # fmt: skip
"""Classes that people walk on."""
_SAYS_WHO: Mapping[str, tuple[str, ...]] = {
    "drive": ("motorcar", "motor_vehicle", "vehicle", "access"),
    "walk": ("foot", "access"),
}
_CLOSED = {
    "no", "private", "residents", "agricultural", "forestry", "bus", "psv", "military",
    "use_sidepath",
}  # fmt: skip
_WELCOME = {"yes", "designated", "permissive"}
_FORWARD, _BACK, _BOTH = {"yes", "true", "1"}, {"-1", "reverse"}, {"no", "false", "0"}
_KMH_PER = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
_SPEED = re.compile(r"(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?")


def may_use(tags: Mapping[str, str], mode: Mode, *, restricted: bool) -> bool:
    """Whether the way is open to the mode: by its class and the most specific word on access.

    ``restricted``: whether roads that are private or closed to the public count as open.
    """
    road = tags.get("highway", "")
    if tags.get("area") == "yes":
        return False
    word = next((tags[key] for key in _SAYS_WHO[mode] if key in tags), "")
    if word in _CLOSED and not restricted:
        return False
    if mode == "drive":
        return road in DRIVEN
    if tags.get("motorroad") == "yes" or road.startswith("motorway"):
        return road in DRIVEN and tags.get("foot") in _WELCOME
    return road in WALKED


def directions(tags: Mapping[str, str], mode: Mode) -> tuple[bool, bool]:
    """Whether the way is open as drawn, and against it.

    Roundabouts and motorways are one-way unless the way says otherwise; walkers go both ways.
    """
    if mode == "walk":
        return True, True
    said = tags.get("oneway:motor_vehicle", tags.get("oneway", "")).lower()
    if said in _FORWARD:
        return True, False
    if said in _BACK:
        return False, True
    round_about = tags.get("junction") in {"roundabout", "circular"}
    implied = said not in _BOTH and (round_about or tags.get("highway") == "motorway")
    return True, not implied


def posted_kmh(tags: Mapping[str, str]) -> tuple[float, float]:
    """Speed limit as drawn and against it, in km/h; NaN where none is given as a number."""
    both = tags.get("maxspeed", "")
    return (
        speed_in_words(tags.get("maxspeed:forward", both)),
        speed_in_words(tags.get("maxspeed:backward", both)),
    )


def speed_in_words(text: str) -> float:
    """A speed limit in km/h; of several the lowest; NaN if there is no positive number.

    >>> speed_in_words("30 mph"), speed_in_words("50;40"), speed_in_words("none")
    (48.28032, 40.0, nan)
    """
    found = [
        float(match[1]) * _KMH_PER[match[2] or ""]
        for part in re.split("[;|,]", text.lower())
        if (match := _SPEED.fullmatch(part.strip()))
    ]
    lowest = min(found, default=0.0)
    return lowest if lowest > 0 else float("nan")
