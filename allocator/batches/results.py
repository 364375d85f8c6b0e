"""The rows so far, and the files that hold them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from allocator.batches.jobs import Job
from allocator.batches.rows import Row
from allocator.files.results import results_table, write_results

_PATIENCE = 10.0
"""The table is written again once the work since has taken so many times what writing takes."""


@dataclass
class Results:
    """Rows by the position of their job; written to ``folder``, None for nowhere."""

    jobs: Sequence[Job]
    folder: Path | None
    rows: dict[int, Row] = field(default_factory=dict)
    _written_at: float = -1e9
    _took: float = 0.0

    def add(self, job: Job, row: Row, *, planned: bool = False) -> None:
        """Keep what a scenario adds to the table."""
        self.rows[job.position] = {
            **row,
            "scenario": job.path,
            "name": job.name,
            "varied": job.varied,
            "input_hash": job.input_hash,
            "folder": job.folder if planned else "",
        }

    def frame(self) -> pd.DataFrame:
        """The table: a row per job that has one, in the order given."""
        keys = list(dict.fromkeys(key for job in self.jobs for key in job.varied))
        return results_table([self.rows[at] for at in sorted(self.rows)], keys)

    def write_now_and_then(self) -> None:
        """Write the table unless that was done a moment ago."""
        if time.monotonic() - self._written_at > max(1.0, _PATIENCE * self._took):
            self.write()

    def write(self) -> None:
        """Write the table: csv and parquet, each of them whole or as it was."""
        if self.folder is None:
            return
        began = time.monotonic()
        write_results(self.frame(), self.folder)
        self._written_at = time.monotonic()
        self._took = self._written_at - began
