"""Small regions and rules for property tests: at most 8 cells, 6 sites and 3 planning units.

Coordinates lie on a half-kilometre lattice, so that limits in whole kilometres are often met
exactly; people straddle the settled density of 300 per km2.
"""

from typing import Any

from builders import rule, site, small_region
from hypothesis import settings
from hypothesis import strategies as st

from allocator.region.ground import Region

KIND = "ems_station"
OTHER_KIND = "health_station"
UNITS = {"R": ("city", ""), "A": ("district", "R"), "B": ("county", "R"), "C": ("county", "R")}
PRICES = {
    "ems_station": 10, "health_station": 3, "closing:ems_station": 4, "ambulances": 2,
    "negative_pressure_ambulances": 1, "public_beds": 1, "rehab_beds": 1, "physicians": 3,
    "ems_drivers": 1, "nurses": 2,
}  # fmt: skip
PEOPLE = st.one_of(st.sampled_from([100, 299, 300, 301, 1000, 2000]), st.integers(1, 2500))
STRENGTHS = st.sampled_from(["must", "target", "wish"])

GIVEN = ("villages", "served_people")

some = settings(max_examples=max(3, settings().max_examples // 3))
"""For properties that plan several times per example."""
few = settings(max_examples=max(2, settings().max_examples // 6))
"""For properties that compare with an enumeration of whole plans."""


@st.composite
def regions(
    draw: Any, *, max_sites: int = 6, kinds: tuple[str, ...] = (KIND,), stocked: bool = False
) -> Region:
    """A region with cells, sites of the kinds, prices, and perhaps a stock."""
    names = ["R", "A", "B", "C"][: draw(st.integers(3, 4))]
    n = draw(st.integers(len(names) - 1, 8))
    places = st.tuples(st.integers(0, 12), st.integers(0, 6))
    cells = draw(st.lists(places, min_size=n, max_size=n, unique=True))
    stands = draw(st.lists(places, min_size=1, max_size=max_sites, unique=True))
    sites = [
        site(
            f"s{k}",
            draw(st.sampled_from(kinds)),
            x / 2,
            y / 2,
            status=draw(st.sampled_from(["existing", "candidate", "candidate", "required"])),
            beds=draw(st.sampled_from([float("nan"), 10.0, 30.0])),
            attributes=draw(st.sampled_from([(), (), ("renovated",)])),
            opening_cost=draw(st.sampled_from([float("nan"), 5.0, 8.0, 12.0])),
        )
        for k, (x, y) in enumerate(stands)
    ]
    return small_region(
        people=draw(st.lists(PEOPLE, min_size=n, max_size=n)),
        x_km=[x / 2 for x, _ in cells],
        y_km=[y / 2 for _, y in cells],
        urban=draw(st.lists(st.booleans(), min_size=n, max_size=n)),
        units={u: UNITS[u] for u in names},
        sites=sites,
        stock=draw(stocks(names[1:])) if stocked else {},
        costs=PRICES,
    )


@st.composite
def stocks(draw: Any, planning: list[str]) -> dict[tuple[str, str], float]:
    """Today's numbers, per planning unit or for the root only, of some resources."""
    found: dict[tuple[str, str], float] = {}
    for resource in ("ambulances", "public_beds", "physicians", "ems_drivers", *GIVEN):
        where = draw(st.sampled_from([[], ["R"], planning]))
        found |= {(u, resource): float(draw(st.integers(0, 12))) for u in where}
    return found


@st.composite
def site_rules(
    draw: Any, kinds: tuple[str, ...] = (KIND,), most: int = 3, least: int = 1
) -> list[Any]:
    """One to three rules about the sites, of any strength; they may contradict each other."""
    rules = draw(st.lists(st.sampled_from(sorted(_SITE_RULES)), min_size=least, max_size=most))
    return [
        rule(
            kind,
            id=f"{kind}-{k}",
            strength=draw(STRENGTHS),
            level=draw(st.sampled_from([(), (), ("county",), ("district", "county")])),
            sites={"kinds": [draw(st.sampled_from(kinds))]},
            **draw(_SITE_RULES[kind]),
        )
        for k, kind in enumerate(rules)
    ]


_GROUPS = st.sampled_from(["total", "urban", "rural"])
_SITE_RULES: dict[str, Any] = {
    "count": st.fixed_dictionaries(
        {"sense": st.sampled_from([">=", ">=", "<=", "=="]), "number": st.integers(0, 3)}
    ),
    "coverage": st.fixed_dictionaries(
        {
            "group": _GROUPS,
            "within_km": st.sampled_from([1, 2, 3, "1.5"]),
            "share": st.sampled_from([1, 1, "0.9", "0.6"]),
        }
    ),
    "mean_response": st.fixed_dictionaries(
        {"group": _GROUPS, "minutes": st.sampled_from([6, 7, 8, 10])}
    ),
    "served_band": st.fixed_dictionaries(
        {"lower": st.sampled_from([0, 400, 1500]), "upper": st.sampled_from([1500, 2500, 6000])}
    ),
}


@st.composite
def stock_rules(draw: Any, most: int = 4) -> list[Any]:
    """One to four rules about beds, staff and vehicles; the first always asks for ambulances."""
    found = [rule("quota", id="fleet", resources=["ambulances"], number=draw(_RATES), per=1000)]
    for k in range(draw(st.integers(0, most - 1))):
        kind = draw(st.sampled_from(sorted(_STOCK_RULES)))
        fields = draw(_STOCK_RULES[kind])
        found.append(rule(kind, id=f"{kind}-{k}", strength=draw(STRENGTHS), **fields))
    return found


_RATES = st.sampled_from(["0.5", "1", "2.45", "1/3"])
_LEVELS = st.sampled_from([(), (), ("district", "county")])
_STOCK_RULES: dict[str, Any] = {
    "quota": st.fixed_dictionaries(
        {
            "resources": st.sampled_from([["ambulances"], ["public_beds"], ["physicians"]]),
            "number": _RATES,
            "sense": st.sampled_from([">=", "<=", "=="]),
            "group": st.sampled_from(["total", "urban", "elderly"]),
            "level": _LEVELS,
        }
    ),
    "total": st.fixed_dictionaries(
        {
            "resources": st.sampled_from([["public_beds"], ["public_beds", "ambulances"]]),
            "number": st.integers(0, 30),
            "sense": st.sampled_from([">=", "<=", "=="]),
        }
    ),
    "share": st.fixed_dictionaries(
        {
            "part": st.just("negative_pressure_ambulances"),
            "whole": st.just("ambulances"),
            "number": st.sampled_from(["0.4", "1/3", "1"]),
            "sense": st.sampled_from([">=", "<="]),
            "level": _LEVELS,
        }
    ),
    "ratio": st.fixed_dictionaries(
        {
            "pairs": st.sampled_from(
                [
                    [{"resource": "ems_drivers", "base": "ambulances"}],
                    [{"resource": "physicians", "sites": [{"kinds": [KIND]}]}],
                ]
            ),
            "number": st.sampled_from(["1", "1.5", "1/3"]),
        }
    ),
}


@st.composite
def any_rules(draw: Any) -> list[Any]:
    """Rules of every kind in their rarer forms: bands, 'about', pools, attributes, alternatives."""
    rules = draw(st.lists(st.sampled_from(sorted(_ANY_RULES)), min_size=1, max_size=4))
    made = []
    for k, kind in enumerate(rules):
        level = draw(_ANY_LEVELS)
        fields = {
            "id": f"{kind}-{k}", "strength": draw(STRENGTHS), "level": level,
            "pool": bool(level) and draw(st.booleans()), **draw(_ANY_RULES[kind]),
        }  # fmt: skip
        if fields["level"] == ():
            fields["pool"] = False
        made.append(rule(kind.split()[0], **fields))
    if draw(st.booleans()):
        branches = [*draw(site_rules(least=2, most=2))]
        if draw(st.booleans()):
            branches = draw(stock_rules())[1:] + draw(stock_rules())[:1]
        fields = [
            {**b.model_dump(exclude_none=True), "id": f"branch {k}"} for k, b in enumerate(branches)
        ]
        if len(fields) > 1:
            made.append(rule("either_or", id="E", strength=draw(STRENGTHS), branches=fields))
    return made


_ANY_LEVELS = st.sampled_from([(), ("county",), ("district", "county"), ("town",)])
_SITES = st.sampled_from(
    [
        {"kinds": [KIND]}, {"kinds": [KIND, OTHER_KIND]}, {"kinds": ["school"]},
        {"kinds": [KIND], "new": True}, {"kinds": [KIND, OTHER_KIND], "new": False},
        {"kinds": [KIND], "beds_from": 10, "beds_below": 30},
        {"kinds": [KIND, OTHER_KIND], "having": ["renovated"]},
        {"kinds": [KIND], "without": ["renovated"]},
    ]
)  # fmt: skip
_SENSES = st.sampled_from(
    [
        {"sense": "band", "lower": 1, "upper": 3}, {"sense": "about", "number": 3},
        {"sense": "==", "number": 2}, {"sense": "<=", "number": 1}, {"sense": ">=", "number": 2},
    ]
)  # fmt: skip


def _merged(*parts: Any) -> Any:
    return st.tuples(*parts).map(lambda found: {k: v for part in found for k, v in part.items()})


_ANY_RULES: dict[str, Any] = {
    "count": _merged(
        _SENSES,
        st.fixed_dictionaries(
            {
                "sites": _SITES,
                "attribute": st.sampled_from([None, None, "decontamination"]),
                "above_people": st.sampled_from([None, None, 1000, 3000]),
                "up_to_people": st.sampled_from([None, None, 2500]),
                "times": st.sampled_from([None, None, None, "villages"]),
            }
        ),
    ),
    "forced_site": st.fixed_dictionaries(
        {
            "site": st.sampled_from(["s0", "site s1", "nowhere"]),
            "attribute": st.sampled_from([None, None, "decontamination", "level_2A", "of_scale"]),
            "cost": st.sampled_from([None, None, 7]),
            "brings": st.sampled_from([[], [{"resource": "public_beds", "amount": 6}]]),
        }
    ),
    "site_share": _merged(
        st.sampled_from(
            [
                {"sense": ">=", "number": "0.5"}, {"sense": "<=", "number": "1/3"},
                {"sense": "==", "number": 1},
            ]
        ),
        st.sampled_from(
            [
                {"attribute": "decontamination"}, {"attribute": "renovated"},
                {"part": {"kinds": [KIND], "new": True}}, {"part": {"beds_from": 20}},
            ]
        ),
        st.fixed_dictionaries({"sites": st.lists(_SITES, min_size=1, max_size=2)}),
    ),
    "coverage km": st.fixed_dictionaries(
        {
            "sites": _SITES,
            "group": _GROUPS,
            "within_km": st.sampled_from([1, 2, "2.5"]),
            "share": st.sampled_from([1, "0.7"]),
            "radius": st.booleans(),
        }
    ),
    "coverage minutes": st.fixed_dictionaries(
        {
            "sites": _SITES,
            "group": _GROUPS,
            "within_minutes": st.sampled_from([5, "7.8", 20]),
            "mode": st.sampled_from(["walk", "drive", "ambulance"]),
        }
    ),
    "mean_response": st.fixed_dictionaries(
        {"sites": _SITES, "group": _GROUPS, "minutes": st.sampled_from([6, 8])}
    ),
    "served_band": st.fixed_dictionaries(
        {
            "sites": _SITES,
            "group": st.sampled_from(["total", "urban", "under3"]),
            "lower": st.sampled_from([0, 50, 700]),
            "upper": st.sampled_from([900, 3000]),
        }
    ),
    "quota": _merged(
        _SENSES,
        st.fixed_dictionaries(
            {
                "resources": st.sampled_from([["ambulances"], ["public_beds", "private_beds"]]),
                "per": st.sampled_from([500, 1000]),
                "group": st.sampled_from(["total", "elderly", "rural"]),
            }
        ),
    ),
    "total": _merged(_SENSES, st.just({"resources": ["nurses"]})),
    "share": st.fixed_dictionaries(
        {
            "part": st.just("rehab_beds"),
            "whole": st.just("public_beds"),
            "number": st.sampled_from(["0.3", "1/3"]),
            "sense": st.sampled_from([">=", "<="]),
        }
    ),
    "ratio": st.fixed_dictionaries(
        {
            "pairs": st.sampled_from(
                [
                    [{"resource": "nurses", "base": "public_beds"}],
                    [{"resource": "ems_drivers", "base": "ambulances"},
                     {"resource": "ems_nurses", "sites": [{"kinds": [KIND]}]}],
                    [{"resource": "nurses", "units": ["county"]},
                     {"resource": "ems_drivers", "base": "villages"}],
                ]
            ),
            "number": st.sampled_from(["0.7", "2"]),
            "per": st.sampled_from([1, 1, 3]),
            "on_duty": st.booleans(),
        }
    ),
    "service": _merged(
        st.sampled_from(
            [
                {"demand": "served_people", "capacity": "people_per_team"},
                {"group": "age65", "capacity": "elderly_per_physician"},
            ]
        ),
        st.fixed_dictionaries(
            {
                "by": st.sampled_from(["physicians", "family_doctor_teams"]),
                "share": st.sampled_from([1, "0.6", "1/3"]),
            }
        ),
    ),
    "inflow": _merged(
        st.sampled_from(
            [
                {"resource": "gp_trainees", "number": "1.5", "sense": ">="},
                {"resource": "physicians", "number": 2, "sense": "=="},
                {"resource": "public_beds", "faster_than": "recurrent_spending"},
            ]
        ),
        st.fixed_dictionaries(
            {"each": st.sampled_from(["year", "plan"]), "years": st.sampled_from([None, 2])}
        ),
    ),
    "stay": st.fixed_dictionaries(
        {
            "beds": st.just(["public_beds"]),
            "admissions": st.sampled_from([["villages"], ["villages", "served_people"]]),
            "bed_days": st.just(["served_people"]),
            "days": st.sampled_from(["0.5", 40, 300]),
        }
    ),
    "proportional": st.sampled_from(
        [
            {"resource": "physicians", "group": "total", "level": ()},
            {"resource": "public_beds", "to": "served_people", "level": ()},
        ]
    ),
    "link": st.fixed_dictionaries(
        {
            "sites": _SITES, "to": _SITES, "within": st.just("link_km"), "level": st.just(()),
            "capacity": st.just("centres_per_hospital"),
        }
    ),
    "gate": st.fixed_dictionaries(
        {
            "level": st.just(()),
            "wards": st.just(
                [{"beds": "public_beds", "bed_days": "served_people", "admissions": "villages",
                  "nurses": "physicians", "floor_m2": "villages"}]
            ),
        }
    ),
    "budget": st.fixed_dictionaries(
        {
            "amount": st.sampled_from([15, 60, None]),
            "subsidy_per_site": st.sampled_from([1, 4]),
            "sites": st.just({"kinds": [KIND]}),
            "attribute": st.sampled_from([None, None, "decontamination"]),
            "subsidy_per_person": st.just("0.5"),
            "people": st.just("served_people"),
        }
    ),
    "parameter": st.just({"number": 9000}),
    "indicator": st.just({"number": "95", "unit": "%"}),
}  # fmt: skip

ANY_READINGS = st.fixed_dictionaries(
    {},
    optional={
        "radius_reading": st.sampled_from(["max", "share", "area_mean"]),
        "radius_share": st.sampled_from([0.5, 1.0]),
        "rounding": st.sampled_from(["total", "per_unit"]),
        "either_or_per": st.sampled_from(["area", "unit"]),
        "elderly_age": st.sampled_from([60.0, 62.0, 65.0]),
        "staff_inflow_cap": st.sampled_from([0.0, 5.0]),
        "on_duty_share": st.sampled_from([0.5, 1.0]),
        "tier_bounds": st.sampled_from(["upper", "both"]),
        "around_tolerance": st.sampled_from([0.0, 0.5]),
        "settled_density_per_km2": st.sampled_from([0.0, 300.0, 1e6]),
        "cost_years": st.sampled_from([1.0, 3.0]),
        "bed_need": st.sampled_from(["report", "min", "max"]),
        "link_km": st.sampled_from([0.5, 1.5]),
        "centres_per_hospital": st.sampled_from([1.0, 2.5]),
        "gate_reading": st.sampled_from(["any", "both"]),
        "gate_occupancy_from": st.sampled_from([0.0, 0.001]),
        "gate_m2_per_bed": st.sampled_from([0.0, 1.0]),
        "people_per_team": st.sampled_from([1.0, 2.5]),
    },
)
