"""How hard the property tests try: HYPOTHESIS_PROFILE=dev (default), ci or mutants.

For planted bugs one failing example is enough: the smallest one is not looked for.
"""

import os

import pytest
from hypothesis import Phase, settings

settings.register_profile("dev", max_examples=30, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True)
settings.register_profile(
    "mutants", max_examples=30, deadline=None, database=None,
    phases=(Phase.explicit, Phase.generate),
)  # fmt: skip
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture
def folder(tmp_path):
    """Write texts as files, ``__`` for the dot of a name; give their folder."""

    def write(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", ".")
            path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return tmp_path

    return write
