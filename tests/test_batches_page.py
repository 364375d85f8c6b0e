"""The page about batches: its commands answer and its code runs, on stand-ins for big clusters."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from pages import blocks

from allocator.cli.batch_command import batch_command
from allocator.files.results import COLUMNS

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "allocator" / "batches"
PAGE = (FOLDER / "README.md").read_text("utf-8")
COMMANDS = [line for line in "\n".join(blocks(PAGE, "text")).splitlines() if line]
HERE, ON_SLURM, ON_KUBERNETES = blocks(PAGE, "python")
# What the recipes start elsewhere is started here; what they ask for is looked at.
STAND_INS = {
    "dask_jobqueue.py": """
import logging
from distributed import LocalCluster

class SLURMCluster(LocalCluster):
    def __init__(self, *, queue, cores, processes, memory, walltime):
        assert (cores, processes) == (1, 1)
        super().__init__(n_workers=0, threads_per_worker=cores, dashboard_address=None,
                         silence_logs=logging.CRITICAL)

    def scale(self, jobs):
        super().scale(jobs)
""",
    "dask_kubernetes/operator.py": """
import logging
from distributed import LocalCluster

def make_cluster_spec(*, name, image, n_workers, resources, worker_command):
    assert worker_command == ["dask-worker", "--nthreads", "1"]
    return {"workers": n_workers, "spec": {"worker": {"spec": {"containers": [{}]}}}}

def KubeCluster(*, custom_cluster_spec):
    pod = custom_cluster_spec["spec"]["worker"]["spec"]
    assert pod["volumes"][0]["name"] == pod["containers"][0]["volumeMounts"][0]["name"]
    return LocalCluster(n_workers=custom_cluster_spec["workers"], threads_per_worker=1,
                        dashboard_address=None, silence_logs=logging.CRITICAL)
""",
}


@pytest.fixture
def files(tmp_path):
    """The page's scenarios, where its commands and its code run."""
    shutil.copytree(ROOT / "data" / "alachua", tmp_path / "region")
    text = (ROOT / "data" / "alachua" / "scenario.toml").read_text("utf-8")
    text = text.replace('region = "."', 'region = "region"')
    text = text.replace('"policy.toml"', '"region/policy.toml"')
    (tmp_path / "alachua.toml").write_text(f"{text}\n[outputs]\nmap = false\n", encoding="utf-8")
    (tmp_path / "speeds.toml").write_text(blocks(PAGE, "toml")[0], encoding="utf-8")
    for name, content in STAND_INS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def run(folder, command):
    """Run a command where the files are; its output."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, encoding="utf-8", check=False, timeout=600,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def script(folder, code):
    """Run a block of the page as a script of its own."""
    (folder / "page_script.py").write_text(code, encoding="utf-8")
    return run(folder, [sys.executable, "-W", "error", "page_script.py"])


def test_links_lead_somewhere():
    """To files that are there."""
    targets = [t for t in re.findall(r"\]\(([^)#]+)\)", PAGE) if "://" not in t]
    assert len(targets) == 2
    assert [target for target in targets if not (FOLDER / target).exists()] == []


def test_every_column_and_every_option_is_told():
    """No column of the table without a word, no option that is not shown."""
    told = set(re.findall(r"`([\w:]+)`", PAGE))
    hidden = {
        f"{s}_{how}" for s in ("target", "wish") for how in ("met", "failed", "not_evaluated")
    }
    assert [c for c in COLUMNS if c not in told | hidden] == []
    options = {
        name for name in batch_command.__annotations__ if name not in {"return", "scenarios"}
    }
    shown = set(re.findall(r"--(\w+)", " ".join(COMMANDS))) - {"json"} | {"as_json"}
    assert options == shown


@pytest.mark.examples
def test_the_code_of_the_page_runs(files):
    """In processes of this machine; the plan that it reads is the second row's."""
    said = script(files, HERE)
    assert "covered:A2" in said
    assert "minimise cost" in said
    table = pd.read_parquet(files / "plans" / "results.parquet")
    assert table["name"].tolist()[1:] == [
        "speeds ambulance_urban_kmh_30", "speeds ambulance_urban_kmh_45",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.examples
def test_the_commands_of_the_page_answer(files):
    """Each line as it stands, one after the other."""
    for command in COMMANDS:
        words = command.split()
        assert words[0] == "allocator"
        run(files, [sys.executable, "-m", *words])
    table = pd.read_parquet(files / "there" / "results.parquet")
    assert table["exit_code"].isin([0, 3]).all()


@pytest.mark.slow
@pytest.mark.examples
@pytest.mark.parametrize(
    ("code", "out"), [(ON_SLURM, "on-slurm"), (ON_KUBERNETES, "on-kubernetes")]
)
def test_the_recipes_of_the_page_run(files, code, out):
    """As far as they can without a queueing system: the same lines, workers of this machine."""
    script(files, code)
    table = pd.read_parquet(files / out / "results.parquet")
    assert table["status"].tolist() == ["optimal"] * 2
