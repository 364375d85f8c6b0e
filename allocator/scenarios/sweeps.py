"""The table ``[sweep]``: what is varied, and every combination of it.

::

    [sweep]
    "assumptions.detour" = [1.2, 1.3, 1.4]                        # any key path, quoted or not
    "overrides.J031.number" = { from = 5.5, to = 6.5, step = 0.25 }
    budget = { from = 1e8, to = 5e8, count = 5 }

    [[sweep.zip]]                                                 # vary together, row by row
    policy = ["jiaxing-2025", "xihu-2020"]
    region = ["../jiaxing", "../xihu"]

    [[sweep.exclude]]                                             # combinations that are left out
    budget = 1e8
    "assumptions.detour" = [1.3, 1.4]
"""

import itertools
import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allocator.region.findings import repeated
from allocator.scenarios.key_paths import Steps, UnknownPathError, names_source, steps_of
from allocator.scenarios.ranges import is_range, range_values
from allocator.scenarios.sweep_keys import EXCLUDE, ZIP

MOST = 10_000
"""Variants that one file may stand for."""
_EXAMPLE = "a list of values, or a range as { from = 1, to = 2, step = 0.5 }"


@dataclass(frozen=True)
class Axis:
    """What varies together: key paths, and rows with one value for each."""

    paths: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Sweep:
    """Everything that is varied.

    Attributes
    ----------
    axes
        In the order of the file; the last varies fastest.
    steps
        The keys of every path, one by one.
    excluded
        Key path -> values; a combination that has one of the values of every path is left out.
    """

    axes: tuple[Axis, ...] = ()
    steps: Mapping[str, Steps] | None = None
    excluded: tuple[Mapping[str, tuple[Any, ...]], ...] = ()

    def __len__(self) -> int:
        """How many combinations there are before any is left out."""
        return math.prod(len(axis.rows) for axis in self.axes)

    def combinations(self) -> Iterator[dict[str, Any]]:
        """Key path -> value, for every combination that is not left out."""
        for rows in itertools.product(*(axis.rows for axis in self.axes)):
            pairs = (zip(a.paths, row, strict=True) for a, row in zip(self.axes, rows, strict=True))
            found = dict(itertools.chain.from_iterable(pairs))
            if not any(_matches(found, one) for one in self.excluded):
                yield found


def read_sweep(table: object, rule_ids: Mapping[str, Collection[str]]) -> tuple[Sweep, list[str]]:
    """The sweep that a table says, as far as it is sound, and all that is wrong with it.

    ``rule_ids`` are those that may stand in key paths; see
    :func:`allocator.scenarios.key_paths.steps_of`.
    """
    if not isinstance(table, Mapping):
        return Sweep(), [f"sweep: must be a table of key paths, got {table!r}"]
    problems: list[str] = []
    axes: list[Axis] = []
    plain = {path: given for path, given in table.items() if path not in (ZIP, EXCLUDE)}
    for path, given in plain.items():
        values = _values(path, given, problems)
        axes += [Axis((path,), tuple((value,) for value in values))] if values else []
    for at, together in enumerate(_tables(table, ZIP, problems), 1):
        axes += _zipped(together, f"zip {at}", problems)
    excluded = tuple(_exclusion(e, axes, problems) for e in _tables(table, EXCLUDE, problems))
    if not axes and not problems:
        problems.append("varies nothing; name a key path and its values")
    steps = _steps(axes, rule_ids, problems)
    problems += _conflicts(axes, steps)
    sweep = Sweep(tuple(axes), steps, () if problems else excluded)
    if len(sweep) > MOST:
        problems.append(
            f"{len(sweep):,} combinations, at most {MOST:,} can be one file's; take fewer values, "
            "or let some vary together in [[sweep.zip]]"
        )
    elif excluded and not problems:
        problems += _idle_exclusions(sweep)
    return sweep, [f"sweep: {problem}" for problem in problems]


def _values(path: str, given: Any, problems: list[str]) -> list[Any]:
    """The values of one path; none, with its problem, if they cannot be read."""
    if is_range(given):
        try:
            return list(range_values(given))
        except ValueError as error:
            problems.append(f"{path}: {error}")
            return []
    if not isinstance(given, list) or not given:
        problems.append(f"{path}: must be {_EXAMPLE}, got {given!r}")
        return []
    if again := repeated([spelled(value) for value in given]):
        problems.append(f"{path}: {', '.join(again)} comes twice; keep one")
    return given


def _tables(table: Mapping[str, Any], key: str, problems: list[str]) -> list[Mapping[str, Any]]:
    given = table.get(key, [])
    if isinstance(given, list) and all(isinstance(one, Mapping) and one for one in given):
        return given
    problems.append(f"{key}: must be tables, [[sweep.{key}]], got {given!r}")
    return []


def _zipped(together: Mapping[str, Any], name: str, problems: list[str]) -> list[Axis]:
    """Lists that vary together, as one axis."""
    lists: dict[str, list[Any]] = {}
    for path, given in together.items():
        if isinstance(given, list) and given:
            lists[path] = given  # a value may come again beside another
        elif values := _values(path, given, problems):
            lists[path] = values
    lengths = {path: len(values) for path, values in lists.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{path} has {count}" for path, count in lengths.items())
        problems.append(f"{name}: lists that vary together must be of one length; {told}")
        return []
    rows = list(zip(*lists.values(), strict=True))
    if again := repeated([spelled(row) for row in rows]):
        problems.append(f"{name}: {', '.join(again)} comes twice; keep one")
    return [Axis(tuple(lists), tuple(rows))] if rows else []


def _exclusion(
    given: Mapping[str, Any], axes: Sequence[Axis], problems: list[str]
) -> Mapping[str, tuple[Any, ...]]:
    varied = [path for axis in axes for path in axis.paths]
    problems += [
        f"exclude: {path} is not varied; varied are {', '.join(varied)}"
        for path in given
        if path not in varied
    ]
    return {
        path: tuple(value) if isinstance(value, list) else (value,) for path, value in given.items()
    }


def _steps(
    axes: Sequence[Axis], rule_ids: Mapping[str, Collection[str]], problems: list[str]
) -> dict[str, Steps]:
    found: dict[str, Steps] = {}
    paths = [path for axis in axes for path in axis.paths]
    problems += [f"{path}: is varied twice" for path in repeated(paths)]
    for path in dict.fromkeys(paths):
        try:
            found[path] = steps_of(path, rule_ids)
        except UnknownPathError as error:
            problems.append(str(error))
    return found


def _conflicts(axes: Sequence[Axis], steps: Mapping[str, Steps]) -> list[str]:
    """Paths of which one would take the place of another in every combination."""
    axis_of = {path: at for at, axis in enumerate(axes) for path in axis.paths}
    groups: dict[Steps, list[str]] = {}
    for path, keys in steps.items():
        if keys[0] in ("minimise", "maximise"):
            groups.setdefault(("objective",), []).append(path)
        elif names_source(keys):
            groups.setdefault(keys[:2], []).append(path)
    problems = []
    for what, paths in groups.items():
        if len({axis_of[path] for path in paths}) > 1:
            if what == ("objective",):
                mend = 'let them vary together in [[sweep.zip]], with "none" for the other one'
            else:
                mend = f"vary {'.'.join(what)!r} as a whole, a list of tables"
            problems.append(f"{' and '.join(paths)}: one takes the place of the other; {mend}")
    return problems


def _matches(combination: Mapping[str, Any], excluded: Mapping[str, tuple[Any, ...]]) -> bool:
    return all(
        any(spelled(combination[path]) == spelled(value) for value in values)
        for path, values in excluded.items()
    )


def _idle_exclusions(sweep: Sweep) -> list[str]:
    """Exclusions that leave nothing out, or everything."""
    every = list(Sweep(sweep.axes).combinations())
    problems = [
        f"exclude: no combination has {dict(one)}"
        for one in sweep.excluded
        if not any(_matches(found, one) for found in every)
    ]
    if not problems and not any(True for _ in sweep.combinations()):
        problems.append("exclude: leaves nothing to plan")
    return problems


def spelled(value: Any) -> str:
    """A value in one spelling, to compare by: true is not 1, 6 is 6.0.

    >>> spelled(6.0) == spelled(6), spelled(True) == spelled(1)
    (True, False)
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
