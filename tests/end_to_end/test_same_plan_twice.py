"""Same input, same plan: in another process, with another seed of Python's hashes."""

import pandas as pd
import pytest

TABLES = ["compliance", "units", "conflicts", "marginals", "fairness", "facilities",
          "assumptions", "cells"]  # fmt: skip


def same_tables(planned, command, folder):
    """Plan again elsewhere; every table has the same bytes, but for the seconds it took."""
    run = command(
        "plan", planned.scenario, "--out", folder, "--no-map",
        environment={"PYTHONHASHSEED": "4321"},
    )  # fmt: skip
    assert run.exit_code == planned.run.exit_code, run.told
    for name in TABLES:
        again = (folder / f"{name}.csv").read_bytes()
        assert again == (planned.folder / f"{name}.csv").read_bytes(), name
    tiers = pd.read_csv(folder / "tiers.csv").drop(columns="seconds")
    pd.testing.assert_frame_equal(tiers, planned.table("tiers").drop(columns="seconds"))


def test_alachua_gives_the_same_plan_again(alachua, command, tmp_path):
    """A second run for Alachua writes the same tables."""
    same_tables(alachua, command, tmp_path / "again")


@pytest.mark.slow
def test_jiaxing_gives_the_same_plan_again(jiaxing, command, tmp_path):
    """A second run for Jiaxing writes the same tables."""
    same_tables(jiaxing, command, tmp_path / "again")
