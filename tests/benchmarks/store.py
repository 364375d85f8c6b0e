"""Measurements, kept between runs in ``results.json`` beside the page that shows them."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import table


@dataclass
class Store:
    """Measurements by row and by way; in memory only where there is no folder."""

    folder: Path | None
    rows: dict[str, Any] = field(default_factory=dict)

    def keep(self, name: str, way: str, got: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Add one measurement to what is on disk by now, write the page; the row as it is then."""
        if self.folder is not None and self._numbers.exists():
            self.rows = json.loads(self._numbers.read_text("utf-8"))
        row: dict[str, dict[str, Any]] = self.rows.setdefault(name, {})
        row[way] = got
        if self.folder is not None:
            self.rows["machine"] = table.machine()
            numbers = json.dumps(self.rows, indent=1, sort_keys=True)
            self._numbers.write_text(numbers + "\n", "utf-8")
            self.page.write_text(table.text(self.rows), "utf-8")
        return row

    @property
    def _numbers(self) -> Path:
        return (self.folder or Path()) / "results.json"

    @property
    def page(self) -> Path:
        """Where the tables are written."""
        return (self.folder or Path()) / "RESULTS.md"
