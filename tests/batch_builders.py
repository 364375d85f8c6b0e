"""Batches for tests: tiny scenarios on disk, a planner that answers at once, workers in-process."""

from pathlib import Path
from typing import Any

import pandas as pd
from plans_for_tests import small_plan
from region_folders import tiny_folder
from tiny_policies import TINY

from allocator.batches import planning_jobs
from allocator.batches.workers import Ended
from allocator.errors import InfeasibleError, InputError

MEASURED = ("seconds", "cpu_seconds", "memory_mb", "attempts", "folder")
"""Columns that tell how a row was made; the others tell what the answer is."""
SCENARIO = """
name = "{name}"
region = "."
policy = "mine.toml"
budget = {budget}
[assumptions]
settled_density_per_km2 = 50
[outputs]
map = false
"""


def tiny_scenarios(folder: Path, names: str = "abcd") -> list[Path]:
    """A region, a policy and a scenario per letter: as many letters, as many budgets."""
    tiny_folder(folder)
    (folder / "mine.toml").write_text(TINY, encoding="utf-8")
    return [
        written(folder / f"{name}.toml", SCENARIO.format(name=name, budget=20_000 + 4_000 * at))
        for at, name in enumerate(names)
    ]


def written(path: Path, text: str) -> Path:
    """Write a text, and give its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


class Planner:
    """Stands in for the real planner, answers by the scenario's name, and knows what it planned."""

    def __init__(self) -> None:
        self.answers: dict[str, BaseException] = {
            "bad": InputError(["first", "second"], where="region"),
            "impossible": InfeasibleError("two rules clash"),
            "defect": ZeroDivisionError("oops"),
            "stopped": KeyboardInterrupt(),
        }
        self.planned: list[str] = []

    def __call__(self, scenario: Any, progress: Any = None, **how: Any) -> Any:
        self.planned.append(scenario.name)
        if scenario.name in self.answers:
            raise self.answers[scenario.name]
        provenance = {**small_plan().provenance, "cost": 42.0}
        return small_plan(region=scenario.name, interrupted=scenario.name == "half",
                          provenance=provenance)  # fmt: skip


class InlineWorkers:
    """Workers that plan in this process, one job after the other."""

    waits_after_interrupt = True

    def __init__(self, count: int) -> None:
        self.count = count
        self.given: dict[int, Any] = {}
        self.dying: dict[str, int] = {}
        """Jobs whose worker dies, and how often."""
        self.closed_at_once: bool | None = None

    def idle(self) -> list[int]:
        return [at for at in range(self.count) if at not in self.given]

    def give(self, worker: Any, job: Any) -> None:
        self.given[worker] = job

    def ended(self) -> list[Ended]:
        if not self.given:
            return []
        worker = next(iter(self.given))
        job = self.given.pop(worker)
        if self.dying.get(job.name, 0):
            self.dying[job.name] -= 1
            return [Ended(job, worker, None, "it died")]
        return [Ended(job, worker, planning_jobs.plan_job(job))]

    def interrupt(self) -> None:
        pass

    def close(self, *, at_once: bool) -> None:
        self.closed_at_once = at_once


def answers(table: pd.DataFrame) -> pd.DataFrame:
    """A batch's table without what depends on how it was run."""
    return table.drop(columns=list(MEASURED))


def same_answers(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Fail unless two tables say the same, column by column."""
    pd.testing.assert_frame_equal(answers(one), answers(other))
