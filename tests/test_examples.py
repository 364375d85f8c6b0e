"""Examples, notebooks and the README's code run as they stand."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EXECUTE = """
import sys
import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient

# Only the kernel of this interpreter: one that the user installed elsewhere has other packages.
own = KernelSpecManager(kernel_dirs=[])
kernel = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=own)
notebook = nbformat.read(sys.argv[1], as_version=4)
notebook.cells.append(nbformat.v4.new_code_cell("import sys; print(sys.prefix)"))
client = NotebookClient(
    notebook, km=kernel, timeout=300, resources={"metadata": {"path": sys.argv[2]}}
)
client.execute()
print(notebook.cells[-1].outputs[0].text)
"""


def run(
    command: list[str], *, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, with texts in UTF-8."""
    return subprocess.run(
        command, cwd=cwd, capture_output=True, encoding="utf-8", check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )  # fmt: skip


def section(heading: str, language: str) -> str:
    """The first code block of a language under a heading of the README."""
    text = README[README.index(f"## {heading}\n") :]
    found = re.search(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)
    assert found is not None
    return found[1]


def commands() -> list[tuple[str, list[str]]]:
    """The README's commands with the options it shows: ``plan``, ``policy show`` ..."""
    found = []
    for line in section("On the command line", "text").splitlines():
        name, _, rest = line.removeprefix("allocator ").partition(" ")
        usage = re.split(r"\s{2,}", rest.strip())[0]
        options = re.findall(r"--\w[\w-]*", usage)
        subs = [part.split()[0] for part in usage.split("|")] if "|" in usage else [""]
        found += [(f"{name} {sub}".strip(), options) for sub in subs]
    return found


@pytest.mark.examples
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_every_script_runs(script: Path, tmp_path: Path) -> None:
    """Every script in examples/ ends well from anywhere, says something and warns of nothing."""
    done = run([sys.executable, "-W", "error", str(script)], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert done.stderr == ""


@pytest.mark.examples
def test_planning_from_objects_tells_the_whole_story(tmp_path: Path) -> None:
    """The example shows what fails today, what gives in the plan, and what an edit breaks."""
    script = ROOT / "examples" / "plan_from_objects.py"
    told = run([sys.executable, str(script)], cwd=tmp_path).stdout
    today, planned = told.split("The plan\n", maxsplit=1)
    planned, edited = planned.split("The same plan, edited", maxsplit=1)
    assert re.search(r"^beds +must +required +110\.0 +achieved +94\.0", today, flags=re.M)
    assert "optimal; minimise cost" in planned
    assert "must: 4 met, 1 not met" in planned
    assert re.search(r"^village-20min .* missing +225\.0$", planned, flags=re.M)
    assert re.search(r"^beds .* missing +10\.0$", edited, flags=re.M)
    assert re.search(r"^response ", edited, flags=re.M)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_committed_without_output(notebook: Path) -> None:
    """Nothing that a run leaves behind stands in the file."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


@pytest.mark.examples
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run_from_top_to_bottom(notebook: Path, tmp_path: Path) -> None:
    """Every cell runs, in the interpreter that runs the tests; the file stays as it is."""
    before = notebook.read_bytes()
    around = sorted(notebook.parent.iterdir())
    homes = ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR", "MPLCONFIGDIR")
    done = run(
        [sys.executable, "-c", EXECUTE, str(notebook), str(notebook.parent)],
        **{home: str(tmp_path / home.lower()) for home in homes},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert Path(done.stdout.splitlines()[-2].strip() or "?").samefile(sys.prefix)
    assert notebook.read_bytes() == before
    assert sorted(notebook.parent.iterdir()) == around


@pytest.mark.examples
def test_the_code_of_the_readme_runs(tmp_path: Path) -> None:
    """The block "In a notebook" runs as it stands where the project's data lie."""
    (tmp_path / "data").symlink_to(ROOT / "data", target_is_directory=True)
    code = section("In a notebook", "python")
    shown = code + "\nprint(repr(plan)); print(len(today), len(plan.units))\n"
    done = run([sys.executable, "-W", "error", "-c", shown], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "<Plan Jiaxing, jiaxing-2025" in done.stdout
    assert (tmp_path / "plan.html").stat().st_size > 1_000_000


def test_the_readme_shows_every_command() -> None:
    """The list of commands is read as it is meant."""
    assert [name for name, _ in commands()] == [
        "plan", "audit", "policy list", "policy show", "policy check", "scenario check",
        "scenario variants", "scenario schema", "batch", "compare", "trade-off", "robust", "map",
        "summary", "export", "locate", "curve",
    ]  # fmt: skip
    assert dict(commands())["audit"] == ["--plan", "--out"]


@pytest.mark.examples
@pytest.mark.parametrize(("name", "options"), commands(), ids=[name for name, _ in commands()])
def test_the_commands_of_the_readme_exist(name: str, options: list[str]) -> None:
    """Each command has a help page, and the options that the README shows stand in it."""
    done = run(
        [sys.executable, "-m", "allocator", *name.split(), "--help"],
        COLUMNS="200", NO_COLOR="1", TERM="dumb",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [option for option in options if option not in done.stdout] == []
