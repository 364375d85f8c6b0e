"""Studies that stand beside a plan in its report: as they were given, or as they were written.

Nothing here knows how studies are made: a front or a curve is whatever has their tables.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import pandas as pd

from allocator.errors import InputError, raise_if_any
from allocator.files.report.wording import Text


class FigureLike(Protocol):
    """A figure of a plan that is traded."""

    @property
    def name(self) -> str:
        """As asked for."""

    @property
    def label(self) -> str:
        """What people read."""

    @property
    def label_zh(self) -> str:
        """The same in Chinese."""

    @property
    def unit(self) -> str:
        """What it is counted in."""

    @property
    def unit_zh(self) -> str:
        """The same in Chinese."""


@runtime_checkable
class FrontLike(Protocol):
    """What ``trade_off`` gives."""

    @property
    def region(self) -> str:
        """Name of the region whose plans were traded."""

    @property
    def figures(self) -> tuple[FigureLike, FigureLike]:
        """The figure that each point has at its best, and the held one."""

    @property
    def points(self) -> pd.DataFrame:
        """The figures by name, bounds, and what is proven."""

    @property
    def set_aside(self) -> tuple[str, ...]:
        """Rules that ask for nothing."""

    @property
    def interrupted(self) -> bool:
        """Whether these are the points so far."""


@runtime_checkable
class CurveLike(Protocol):
    """What ``coverage_study`` gives."""

    @property
    def points(self) -> pd.DataFrame:
        """People by number of sites and radius."""

    @property
    def full(self) -> pd.DataFrame:
        """Sites that reach everybody, by radius."""

    @property
    def unit(self) -> str:
        """Of the radius."""

    @property
    def interrupted(self) -> bool:
        """Whether these are the points so far."""


@dataclass(frozen=True, eq=False)
class Front:
    """A front in plain words.

    Attributes
    ----------
    names, units
        Of the figure that each point has at its best (``first``), and of the held one.
    points
        Columns ``point``, ``first``, ``second``, ``limit``, ``bound``, ``gap``, ``status``,
        ``proven``, ``knee``, ``must_failed``, ``target_failed``, ``wish_failed``.
    """

    names: tuple[Text, Text]
    units: tuple[Text, Text]
    points: pd.DataFrame
    set_aside: tuple[str, ...] = ()
    interrupted: bool = False


@dataclass(frozen=True, eq=False)
class Curve:
    """A coverage curve over numbers of sites and radii; ``unit`` is ``km``, ``minutes`` or none.

    ``points`` and ``full`` have the columns of a coverage study, without sites and seconds.
    """

    points: pd.DataFrame
    full: pd.DataFrame
    unit: str
    interrupted: bool = False


@dataclass(frozen=True, eq=False)
class Studies:
    """What a report shows besides its plan."""

    front: Front | None = None
    curve: Curve | None = None


def studies(
    front: FrontLike | str | Path | None = None,
    curve: CurveLike | str | Path | None = None,
    *,
    region: str = "",
) -> Studies:
    """What was given, as plain tables.

    Parameters
    ----------
    region
        Name of the plan's region: a front that says it is another's is refused.

    Raises
    ------
    InputError
        With everything that is wrong with either.
    """
    problems: list[str] = []
    found_front: Front | None = None
    found_curve: Curve | None = None
    try:
        found_front = None if front is None else _front(front, region)
    except InputError as error:
        problems += [f"front: {p}" for p in error.problems]
    try:
        found_curve = None if curve is None else _curve(curve)
    except InputError as error:
        problems += [f"curve: {p}" for p in error.problems]
    raise_if_any(problems, where="report")
    return Studies(found_front, found_curve)


def _front(given: FrontLike | str | Path, region: str) -> Front:
    if isinstance(given, str | Path):
        from allocator.files.report.study_folders import read_front

        found = read_front(Path(given))
    elif isinstance(given, FrontLike):
        if region and given.region != region:
            raise InputError(f"is of {given.region!r}, and the plan of {region!r}")
        first, second = given.figures
        columns = {first.name: "first", second.name: "second"}
        found = Front(
            (Text(first.label, first.label_zh), Text(second.label, second.label_zh)),
            (Text(first.unit, first.unit_zh or first.unit),
             Text(second.unit, second.unit_zh or second.unit)),
            given.points.rename(columns=columns), tuple(given.set_aside), given.interrupted,
        )  # fmt: skip
    else:
        raise InputError(
            f"is a {type(given).__name__}; expected what trade_off gives, or the folder of one"
        )
    if found.points.empty:
        raise InputError("it has no points, so there is nothing to show; leave it out")
    return found


def _curve(given: CurveLike | str | Path) -> Curve:
    if isinstance(given, str | Path):
        from allocator.files.report.study_folders import read_curve

        found = read_curve(Path(given))
    elif isinstance(given, CurveLike):
        found = Curve(given.points, given.full, given.unit, given.interrupted)
    else:
        raise InputError(
            f"is a {type(given).__name__}; expected what coverage_study gives, or the folder of one"
        )
    if found.points.empty:
        raise InputError("it has no points, so there is nothing to show; leave it out")
    return found
