"""Every reading that a document leaves open, by name, with its default and its source.

A plan prints all of them; a scenario file or ``--assume name=value`` changes them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from allocator.errors import PolicyError, raise_if_any

Value = float | str | None


@dataclass(frozen=True)
class Assumption:
    """One open reading: what it means, its default and where the default comes from."""

    name: str
    default: Value
    unit: str
    meaning: str
    source: str
    choices: tuple[str, ...] = ()
    lowest: float = 0.0
    highest: float = float("inf")
    words_too: bool = False
    """A number, or one of ``choices``."""

    def problem(self, value: object) -> str | None:
        """Say what is wrong with ``value``, or None."""
        if value is None and self.default is None:
            return None
        if isinstance(value, str):
            if value in self.choices or (self.words_too and not self.choices):
                return None
            takes = f"one of {', '.join(self.choices)}" if self.choices else "a number"
            return f"assumption {self.name}: must be {takes}, got {value!r}"
        if self.choices and not self.words_too:
            return f"assumption {self.name}: must be one of {', '.join(self.choices)}, got {value}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"assumption {self.name}: must be a number, got {value!r}"
        if not self.lowest <= value <= self.highest:
            return (
                f"assumption {self.name}: must lie in [{self.lowest:g}, {self.highest:g}] "
                f"{self.unit}, got {value:g}"
            )
        return None


_DOMAIN = "convention; see the README, Assumptions"

CATALOGUE: tuple[Assumption, ...] = (
    Assumption(
        "staff_inflow_cap", None, "persons",
        "most posts of each staff kind that can be added until the plan's year, besides "
        "recruits and trainees of rules on inflow; none = hiring is unlimited, so a staffing "
        "target met here is a decision to hire",
        "none by default: the plans give no cap, only floors of recruiting",
    ),
    Assumption(
        "existing_beds", "keep", "",
        "beds that stand today where a rule sets a number or an upper limit: 'keep' = none is "
        "given up unless a rule cannot be kept otherwise, and then the fewest; 'release' = also "
        "where that saves money or staff",
        "house reading: no plan closes beds to save staff", choices=("keep", "release"),
    ),
    Assumption(
        "population", "policy", "persons",
        "residents to plan for: 'policy' = the figure the plan states for its year, "
        "'region' = as in the region's files, or a number",
        "Jiaxing plan, note (1) to the indicators: 5.80 million in 2025",
        choices=("policy", "region"), words_too=True, lowest=1.0,
    ),
    Assumption(
        "population_shares", "default", "",
        "which column of population figures splits the planned total over the units: 'default' = "
        "the region's own choice, or the name of a basis in populations.csv",
        "Jiaxing: end-2021 residents (county bulletins); the alternative is census2020",
        words_too=True,
    ),
    Assumption(
        "elderly_age", 60.0, "years",
        "who counts as elderly where a rule only says so: 60 or 65",
        "60+ in pension policy, 65+ in public-health work; the plan does not say",
        lowest=60.0, highest=65.0,
    ),
    Assumption(
        "rounding", "total", "",
        "whole numbers: 'total' = round the city's figure up once and split it; "
        "'per_unit' = round up in every county",
        "the plans state city figures", choices=("total", "per_unit"),
    ),
    Assumption(
        "apportionment", "webster", "",
        "how a total is split over units in whole numbers: 'webster' = no unit loses by a larger "
        "total; 'hamilton' = largest remainders; 'max_min' = the worst-served unit has most, then "
        "the second worst; 'controlled' = like webster, but a whole and its parts together, as a "
        "table whose rows and columns both sum up",
        "the plans do not say; Balinski and Young 1982, Cox 1987",
        choices=("webster", "hamilton", "max_min", "controlled"),
    ),
    Assumption(
        "radius_reading", "max", "",
        "'service radius': 'max' = every person of the group within it; 'share' = radius_share "
        "of them; 'area_mean' = enough sites that their mean service area is a disc of it",
        "planners publish 'area_mean' (Shanghai 2019: 175 stations, 3.5 km); 'max' is the text",
        choices=("max", "share", "area_mean"),
    ),
    Assumption(
        "radius_share", 0.9, "share of people",
        "share of people who must be within the radius when radius_reading is 'share'",
        _DOMAIN, highest=1.0,
    ),
    Assumption(
        "settled_density_per_km2", 300.0, "persons per km2",
        "cells at least this dense count as settled: they may hold a new site, and rules that say "
        "'every resident' are enforced there; people elsewhere count as not covered unless reached",
        "degree of urbanisation: the lower density threshold of 300 per km2",
    ),
    Assumption(
        "urban_density_per_km2", 1500.0, "persons per km2",
        "cells at least this dense are urban where the grid carries no settlement layer",
        "degree of urbanisation: the density threshold of urban centres",
    ),
    Assumption(
        "walking_kmh", 4.8, "km/h", "walking speed", "4.8 km/h, elderly 3.6; " + _DOMAIN,
        lowest=0.1, highest=20.0,
    ),
    Assumption(
        "driving_urban_kmh", 30.0, "km/h", "driving speed in urban cells", _DOMAIN,
        lowest=1.0, highest=150.0,
    ),
    Assumption(
        "driving_rural_kmh", 50.0, "km/h", "driving speed in rural cells", _DOMAIN,
        lowest=1.0, highest=150.0,
    ),
    Assumption(
        "ambulance_urban_kmh", 30.0, "km/h", "ambulance speed to urban cells",
        "measured mean in Beijing 32 km/h (sd 14.7)", lowest=1.0, highest=150.0,
    ),
    Assumption(
        "ambulance_rural_kmh", 50.0, "km/h", "ambulance speed to rural cells", _DOMAIN,
        lowest=1.0, highest=150.0,
    ),
    Assumption(
        "detour", 1.3, "road km per straight km",
        "length of the way over the straight line, for rules in minutes; rules in km are measured "
        "straight", "1.3-1.4 in general, 1.2-1.3 on dense grids, 1.6 measured in Beijing",
        lowest=1.0, highest=5.0,
    ),
    Assumption(
        "intra_cell_share", 0.38, "cell sides",
        "mean distance to a site that stands in the cell's own centre, in cell sides",
        "mean distance from a square's points to its centre", highest=1.0,
    ),
    Assumption(
        "call_handling_minutes", 1.0, "minutes", "from the call to the dispatch",
        "response = handling + turnout + travel", highest=60.0,
    ),
    Assumption(
        "turnout_minutes", 3.0, "minutes", "from the dispatch to the vehicle's start",
        "national guidance of 2020: 95 % within 3 minutes", highest=60.0,
    ),
    Assumption(
        "on_duty_share", 1.0, "share of vehicles",
        "share of the ambulances that are on duty at once, for crews per vehicle",
        "1 is the plan's wording; 0.3-0.5 is usual", highest=1.0,
    ),
    Assumption(
        "fte_per_post", 1.0, "persons per post",
        "persons hired for each post that a rule asks for per vehicle",
        "1 is the plan's wording; 24-hour cover takes about 5", lowest=0.1, highest=10.0,
    ),
    Assumption(
        "around_tolerance", 0.05, "share",
        "band around a number that the text states as 'about' (左右)",
        _DOMAIN, highest=1.0,
    ),
    Assumption(
        "either_or_per", "area", "",
        "'A or B' rules: 'area' = one choice for the whole region, 'unit' = each unit chooses",
        "the text does not say", choices=("area", "unit"),
    ),
    Assumption(
        "tier_bounds", "upper", "",
        "a facility of exactly the beds where one tier ends and the next begins: 'upper' = it "
        "belongs to the upper tier, 'both' = to either", "the text does not say",
        choices=("upper", "both"),
    ),
    Assumption(
        "cost_years", 1.0, "years",
        "years of pay of added posts that the plan's cost includes", _DOMAIN, highest=50.0,
    ),
    Assumption(
        "staff_attrition", 0.03, "share a year",
        "share of staff that leaves in a year, where a plan over several years does not say",
        "assumed: a working life of 30 to 35 years", highest=1.0,
    ),
    Assumption(
        "visits_per_physician", 2600.0, "visits a year",
        "visits that one physician takes on in a year",
        "Jiaxing 2020: 39,630,400 visits, 15,322 physicians", lowest=1.0,
    ),
    Assumption(
        "people_per_team", 1900.0, "persons",
        "people with whom one family-doctor team can have contracts",
        "Gongshu 2020: 370,000 contracts, 194 teams", lowest=1.0,
    ),
    Assumption(
        "households_per_team", 720.0, "households",
        "households with whom one family-doctor team can have contracts",
        "people_per_team over 2.66 residents per household (Jiaxing, census of 2020)", lowest=1.0,
    ),
    Assumption(
        "elderly_per_physician", 300.0, "persons",
        "elderly people whose health one physician of primary care manages", "assumed", lowest=1.0,
    ),
    Assumption(
        "screenings_per_person", 2000.0, "persons a year",
        "people whom one of the screening staff examines in a year",
        "assumed: 8 a day on 250 days", lowest=1.0,
    ),
    Assumption(
        "operations_per_surgeon", 400.0, "operations a year",
        "operations that one surgeon makes in a year", "assumed", lowest=1.0,
    ),
    Assumption(
        "plan_years", 5.0, "years",
        "years that a plan runs, where a rule asks for something every year",
        "five-year plans: 2021 to 2025; a rule may name its own years", lowest=1.0, highest=50.0,
    ),
    Assumption(
        "spending_growth", 0.08, "share a year",
        "growth of recurrent government spending until the plan's year",
        "assumed: of the order of growth in nominal output", highest=1.0,
    ),
    Assumption(
        "bed_need", "report", "",
        "what a mean length of stay asks of the beds: 'report' = nothing, it is told; 'min' = "
        "enough beds for the admissions; 'max' = no more than they fill", "the text does not say",
        choices=("report", "min", "max"),
    ),
    Assumption(
        "bed_occupancy_from", 0.75, "share of bed-days",
        "below it there are more beds than admissions fill", _DOMAIN, lowest=0.01, highest=1.0,
    ),
    Assumption(
        "bed_occupancy_to", 0.85, "share of bed-days",
        "highest share of the year that a bed should be occupied",
        "85 % is a convention that is disputed", lowest=0.01, highest=1.0,
    ),
    Assumption(
        "link_km", 30.0, "km",
        "straight distance up to which two facilities can work together", "assumed", lowest=0.1,
    ),
    Assumption(
        "centres_per_hospital", 10.0, "centres",
        "primary-care centres that one hospital can work with", "assumed", lowest=1.0,
    ),
    Assumption(
        "homes_per_institution", 5.0, "care homes",
        "care homes that one medical institution can work with", "assumed", lowest=1.0,
    ),
    Assumption(
        "gate_reading", "any", "",
        "which beds may not grow: 'any' = those that fail one standard, 'both' = those that fail "
        "one of use or staffing and the one of room", "the text lists them without saying",
        choices=("any", "both"),
    ),
    Assumption(
        "gate_occupancy_from", 0.75, "share of bed-days",
        "occupancy below which beds fail the standard of their grade",
        "assumed: the plan names the standards of accreditation without a figure", highest=2.0,
    ),
    Assumption(
        "gate_occupancy_to", 0.93, "share of bed-days",
        "occupancy above which beds fail the standard of their grade", "assumed, as above",
        highest=2.0,
    ),
    Assumption(
        "gate_stay_days", 10.0, "days",
        "mean stay above which beds fail the standard of their grade", "assumed, as above",
    ),
    Assumption(
        "gate_nurses_per_bed", 0.4, "persons",
        "nurses per bed below which beds fail the standard of their grade", "assumed, as above",
    ),
    Assumption(
        "gate_m2_per_bed", 60.0, "m2",
        "floor area per bed below which beds fail the standard", "assumed, as above",
    ),
)  # fmt: skip

_BY_NAME: dict[str, Assumption] = {a.name: a for a in CATALOGUE}


@dataclass(frozen=True)
class Assumptions(Mapping[str, Value]):
    """The values in force: defaults, with what the planner changed.

    >>> Assumptions({"detour": 1.4})["detour"]
    1.4
    """

    changed: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = []
        for name, value in self.changed.items():
            if name not in _BY_NAME:
                problems.append(_unknown(name))
            elif problem := _BY_NAME[name].problem(value):
                problems.append(problem)
        raise_if_any(problems, where="assumptions", kind=PolicyError)

    @classmethod
    def of(cls, given: "Assumptions | Mapping[str, Value] | None") -> "Assumptions":
        """Readings as a caller gives them: whole, only those that differ, or none."""
        return given if isinstance(given, cls) else cls(dict(given or {}))

    def __getitem__(self, name: str) -> Value:
        if name in self.changed:
            return self.changed[name]
        return _BY_NAME[name].default

    def __iter__(self) -> Iterator[str]:
        return iter(_BY_NAME)

    def __len__(self) -> int:
        return len(_BY_NAME)

    def number(self, name: str) -> float:
        """The value of a numeric assumption."""
        value = self[name]
        if not isinstance(value, int | float):
            raise PolicyError(f"{name} must be a number here, got {value!r}", where="assumptions")
        return float(value)

    def word(self, name: str) -> str:
        """The value of an assumption that is a choice."""
        return str(self[name])

    def table(self) -> list[dict[str, object]]:
        """One row per assumption: name, value, unit, changed, meaning, source."""
        return [
            {
                "name": a.name,
                "value": self[a.name],
                "unit": a.unit,
                "changed": a.name in self.changed,
                "meaning": a.meaning,
                "source": a.source,
            }
            for a in CATALOGUE
        ]


def parse_assignment(text: str) -> tuple[str, Value]:
    """Read ``name=value`` as the command line gives it.

    >>> parse_assignment("detour=1.4")
    ('detour', 1.4)
    """
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not name:
        raise PolicyError(f"expected name=value, got {text!r}", where="--assume")
    if name not in _BY_NAME:
        raise PolicyError(_unknown(name), where="--assume")
    if value.lower() in {"none", ""}:
        return name, None
    try:
        return name, float(value)
    except ValueError:
        return name, value


def _unknown(name: str) -> str:
    near = get_close_matches(name, _BY_NAME, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(_BY_NAME)}"
    return f"unknown assumption {name!r}{hint}"
