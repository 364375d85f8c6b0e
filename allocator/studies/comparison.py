"""What differs between plans of one region, in sites, beds, rules, people, minutes and money."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from allocator.errors import InputError, raise_if_any
from allocator.plans import Plan
from allocator.studies import comparison_tables as tables
from allocator.studies.comparison_people import people_table, same_cells, ways_table

_WHERE = "compare"


@dataclass(frozen=True, eq=False)
class Comparison:
    """Plans against the first of them; every table has a row only where something differs.

    In all tables ``plan`` is the name of the plan that is held against the first; columns that
    begin with ``first_`` are of the first plan, those of the same name without it of the other.

    Attributes
    ----------
    names
        Of the plans; the first is what the others are held against.
    region
        What they plan for.
    inputs
        Policy, assumptions, budget, objective, people and sources: ``item``, ``first``, ``other``.
    rules
        Lines of the compliance table that differ, with a ``verdict`` in words.
    sites
        Sites that differ in status, beds or vehicles, by id, with name and planning unit.
    units
        Beds, staff and vehicles by planning unit: ``change`` is the other minus the first.
    people
        Per coverage rule, for ``all`` and by planning unit: who ``gain`` and who ``lose`` cover,
        cell by cell where both plans have the same cells (else empty), and both totals.
    ways
        Per coverage rule: minutes or km to the nearest site, weighted by people.
    costs
        In the region's currency, in total and by kind of site.
    notes
        What a reader has to know: what could not be held against each other, and why.
    """

    names: tuple[str, ...]
    region: str
    inputs: pd.DataFrame
    rules: pd.DataFrame
    sites: pd.DataFrame
    units: pd.DataFrame
    people: pd.DataFrame
    ways: pd.DataFrame
    costs: pd.DataFrame
    notes: tuple[str, ...] = ()

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name."""
        return {name: getattr(self, name) for name in TABLE_NAMES}

    @property
    def differs(self) -> bool:
        """Whether anything differs."""
        return any(not table.empty for table in self.tables.values())

    def summary(self) -> str:
        """Say in words what differs, plan by plan."""
        from allocator.studies.comparison_words import in_words

        return in_words(self)

    def write(self, path: str | Path) -> list[Path]:
        """Write the tables: ``differences.xlsx``, or a folder with a csv each and summary.txt.

        Returns
        -------
        list of Path
            What was written.
        """
        from allocator.studies.comparison_files import write

        return write(self, Path(path))

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(table):,} {name}" for name, table in self.tables.items())
        return f"<Comparison {' | '.join(self.names)}: rows that differ: {counts}>"

    def _repr_html_(self) -> str:
        lines = "<br>".join(html.escape(line) for line in self.summary().splitlines())
        return f"<div><p>{lines}</p></div>"


TABLE_NAMES = ("inputs", "rules", "sites", "units", "people", "ways", "costs")


def compare(plans: Mapping[str, Plan] | Sequence[Plan]) -> Comparison:
    """Hold plans of one region against the first of them.

    Parameters
    ----------
    plans
        Two or more, by name; or a list, then they are called ``plan 1``, ``plan 2`` ...

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        Fewer than two plans; plans of different regions (no planning unit in common) or in
        different coordinate systems: what differs between those says nothing.

    Notes
    -----
    Sites are matched by id, and only where they lie within 100 m of each other; cells by position.
    Plans on different grids are compared by totals, and the notes say so.

    Examples
    --------
    >>> compare({"today's budget": a, "one more million": b}).summary()  # doctest: +SKIP
    """
    named = _named(plans)
    names = list(named)
    first = named[names[0]]
    _check(named)
    notes: list[str] = []
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLE_NAMES}
    for name in names[1:]:
        other = named[name]
        found, said = _pair(first, other)
        notes += [f"{name}: {text}" for text in said]
        for table in TABLE_NAMES:
            frame = found[table]
            frame.insert(0, "plan", name)
            parts[table].append(frame)
    joined = {
        table: _joined([f for f in frames if not f.empty], frames[0])
        for table, frames in parts.items()
    }
    return Comparison(tuple(names), first.region, notes=tuple(notes), **joined)


def _pair(first: Plan, other: Plan) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Every table of two plans, and notes."""
    notes = []
    alike = same_cells(first, other)
    if not alike:
        notes.append(
            f"the grids differ ({len(first.cells):,} and {len(other.cells):,} cells): who gains "
            "or loses cover cannot be told cell by cell; totals are compared"
        )
    sites, said = tables.site_table(first, other)
    notes += said
    ways, said = ways_table(first, other, alike)
    notes += said
    costs, said = tables.cost_table(first, other)
    notes += said
    edited = [p for p in (first, other) if p.provenance.get("edited_by_hand")]
    if edited:
        notes.append("a plan was edited by hand: its tables are compared as they are")
    found = {
        "inputs": tables.input_table(first, other),
        "rules": tables.rule_table(first, other),
        "sites": sites,
        "units": tables.unit_table(first, other),
        "people": people_table(first, other, alike),
        "ways": ways,
        "costs": costs,
    }
    return found, notes


def _joined(frames: list[pd.DataFrame], empty: pd.DataFrame) -> pd.DataFrame:
    table = pd.concat(frames, ignore_index=True) if frames else empty.reset_index(drop=True)
    figures = set(table.columns) - tables.TEXTS
    if "item" in table.columns and "change" not in table.columns:
        figures = set()  # inputs are words and numbers
    return table.astype(dict.fromkeys(figures, float))


def _named(plans: Mapping[str, Plan] | Sequence[Plan]) -> dict[str, Plan]:
    if isinstance(plans, Mapping):
        named = {str(name): plan for name, plan in plans.items()}
    else:
        named = {f"plan {i}": plan for i, plan in enumerate(plans, 1)}
    problems = [
        f"{name} must be a plan, got {type(plan).__name__}; read a folder with read_plan"
        for name, plan in named.items()
        if not isinstance(plan, Plan)
    ]
    if len(named) < 2:
        problems.append(f"there must be at least two plans to compare, got {len(named)}")
    raise_if_any(problems, where=_WHERE)
    return named


def _check(named: Mapping[str, Plan]) -> None:
    """Plans of different regions or coordinate systems are not held against each other."""
    (first_name, first), *others = named.items()
    own = set(first.units["unit"].astype(str))
    problems = []
    for name, plan in others:
        if not own & set(plan.units["unit"].astype(str)):
            problems.append(
                f"{name} is of another region ({plan.region}) than {first_name} ({first.region}): "
                "they have no planning unit in common"
            )
        elif plan.crs != first.crs:
            problems.append(
                f"{name} is in {plan.crs or 'no known CRS'}, {first_name} in "
                f"{first.crs or 'no known CRS'}; plan both in one coordinate system"
            )
    if problems:
        raise InputError(problems, where=_WHERE)
