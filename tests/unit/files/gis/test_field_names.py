"""Names of fields for dBASE, which does not tell small letters from capitals."""

import pytest

from allocator.files.gis.field_names import LONGEST, field_names


@pytest.mark.parametrize(
    "columns",
    [
        ["People", "people", "PEOPLE"],
        ["covered:j012", "covered:J012", "cov_J012"],
        ["Public_beds_have", "public_beds_have", "public_beds_here_have"],
    ],
)
def test_no_two_differ_in_capitals_alone(columns):
    """Each has a name of its own, short enough, whatever its letters."""
    names = field_names(columns)
    assert list(names) == columns
    assert len({name.lower() for name in names.values()}) == len(columns)
    assert all(len(name) <= LONGEST for name in names.values())
