"""What is wrong with the tables of a scenario that other modules read."""

from pathlib import Path

from allocator.errors import InputError
from allocator.horizon import Years


def problems_of_years(given: object) -> list[str]:
    """What is wrong with the table ``[years]``, where there is one."""
    if not isinstance(given, dict):
        return []  # pydantic says what it should be
    try:
        Years.of(given)
    except InputError as error:
        return [f"years: {problem}" for problem in error.problems]
    return []


def problems_of_travel(given: object, file: object) -> list[str]:
    """What is wrong with the table ``[travel]``, where there is one."""
    if not isinstance(given, dict):
        return []  # pydantic says what it should be
    from allocator.files.travel_keys import travel_of

    try:
        travel_of(given, file.parent if isinstance(file, Path) else Path())
    except InputError as error:
        return [f"travel: {problem}" for problem in error.problems]
    return []


def problems_of_population(given: object) -> list[str]:
    """What is wrong with the factors of ``[population]``; which units there are, a region says."""
    if not isinstance(given, dict):
        return []  # pydantic says what it should be
    from allocator.region.population_factors import factor_problems  # much to load; few need it

    return [f"population.{problem}" for problem in factor_problems(given)]
