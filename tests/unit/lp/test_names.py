"""Names that every solver's files can hold."""

import pytest

from allocator.lp.names import Names, plain


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("J058[330481]", "J058_330481_"), ("床位", "u5e8au4f4d"), ("3 beds", "x_3_beds"),
        ("e5", "x_e5"), ("Free", "x_Free"), ("", "x"), ("a" * 200, "a" * 90),
    ],
)  # fmt: skip
def test_plain_names(given, kept):
    """No brackets, no other scripts, no words and numbers that mean something in the file."""
    assert plain(given) == kept


def test_names_that_differ_in_punctuation_only_are_kept_apart():
    """Each is given once."""
    names = Names()
    given = [names.unique(name) for name in ("a[1]", "a(1)", "a_1_", "a_1___1", "b")]
    assert len(set(given)) == 5
    assert given[0] == "a_1_"
    assert given[-1] == "b"
