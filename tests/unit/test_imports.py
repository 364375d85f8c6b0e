"""Imports go one way, `import allocator` is light, and public names stay what they are."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
LINT = (
    "import sys; from importlinter.cli import lint_imports; "
    "sys.exit(lint_imports(no_cache=True, no_logo=True))"
)
PUBLIC_NAMES = """
import importlib, json, pkgutil, sys, types
import allocator
from builders import small_policy, small_region

ARGUMENTS = {
    "read_policy": lambda: ("jiaxing-2025",),
    "audit": lambda: (small_region(stock={("R", "ambulances"): 1}), small_policy()),
    "plan": lambda: (small_region(stock={("R", "ambulances"): 1}), small_policy()),
}

def outcome(name):
    value = getattr(allocator, name)
    if isinstance(value, types.ModuleType):
        return "a module"
    if not callable(value):
        return "a value"
    try:
        return type(value(*ARGUMENTS.get(name, tuple)())).__name__
    except (TypeError, ValueError) as error:  # called without what it needs
        return f"{type(error).__name__}: {error}"

names = getattr(allocator, "__all__", ())
first = {name: outcome(name) for name in names}
kept = {name: getattr(allocator, name) for name in names}
tops = {module.name for module in pkgutil.iter_modules(allocator.__path__)}
for module in pkgutil.walk_packages(allocator.__path__, "allocator."):
    importlib.import_module(module.name)
second = {name: outcome(name) for name in names}
print(json.dumps({
    "first": first,
    "second": second,
    "replaced": [name for name in names if getattr(allocator, name) is not kept[name]],
    "shared": sorted(tops & set(names)),
}))
"""


def fresh(code: str, *, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run code in an interpreter that has imported nothing yet; tests/ is importable in it."""
    start = f"import sys; sys.path.append({str(ROOT / 'tests')!r})\n"
    command = [sys.executable, "-c", start + code]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def answer(code: str) -> dict:
    """The JSON that code prints in a fresh interpreter."""
    done = fresh(code)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_import_contracts_hold():
    """The layers of pyproject.toml hold for the package as it is."""
    done = fresh(LINT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def hollow_package(tmp_path):
    """A package of empty modules with the same layers and the same contracts."""
    (tmp_path / "pyproject.toml").write_text(
        (ROOT / "pyproject.toml").read_text("utf-8"), encoding="utf-8"
    )
    layers = " | ".join(CONTRACTS["contracts"][0]["layers"]).split(" | ")
    for module in ["allocator", *layers]:
        folder = tmp_path.joinpath(*module.split("."))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").touch()
    return tmp_path


def test_contracts_hold_for_the_hollow_package(hollow_package):
    """What the planted imports below break is whole before."""
    done = fresh(LINT, cwd=hollow_package)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("region", "import allocator.planning"),
        ("policy", "from allocator import auditing"),
        ("files", "import allocator.scenarios"),
        ("location", "import allocator.policy"),
        ("planning", "import pulp"),
        ("location", "def solve():\n    import highspy"),
        ("lp", "import allocator.region"),
        ("auditing", "import allocator.planning"),
        ("auditing", "import allocator.lp"),
    ],
)
def test_contracts_catch_an_import_the_other_way(hollow_package, module, line):
    """Each kind of forbidden import, planted, breaks a contract."""
    (hollow_package / "allocator" / module / "planted.py").write_text(line, encoding="utf-8")
    done = fresh(LINT, cwd=hollow_package)
    assert done.returncode == 1
    assert "BROKEN" in done.stdout


def test_import_loads_no_plotting_and_no_cluster():
    """`import allocator` pulls in neither matplotlib nor plotly nor dask, and logs nowhere."""
    found = answer(
        "import allocator, json, logging\n"
        "heavy = {'matplotlib', 'plotly', 'dask', 'distributed', 'IPython', 'pytest'}\n"
        "print(json.dumps({'loaded': sorted(heavy & sys.modules.keys()),"
        " 'handlers': len(logging.getLogger().handlers)}))"
    )
    assert found == {"loaded": [], "handlers": 0}


def test_public_names_stay_what_they_are():
    """Called twice, with every module of the package imported in between, nothing changes."""
    found = answer(PUBLIC_NAMES)
    assert found["shared"] == []
    assert found["replaced"] == []
    assert found["first"] == found["second"]
    assert "a module" not in found["first"].values()
