"""What is not a table: how the plan was made, how well it is proven, the hashes of its tables."""

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from enum import Enum
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from allocator.files.tables import TABLES, csv_files
from allocator.plans import Plan

FORM = "allocator plan 1"
PLAN_JSON = "plan.json"
_TABLES = {table.name for table in TABLES} | {"outlines"}


def document(plan: Plan, files: Mapping[str, bytes] | None = None) -> dict[str, Any]:
    """Everything of a plan that is not a table, as plain JSON values.

    Parameters
    ----------
    files
        The plan's csv files by name, where the caller has them already.
    """
    files = csv_files(plan) if files is None else files
    fields = [f.name for f in dataclasses.fields(plan) if f.name not in _TABLES]
    heads = {name: plain(getattr(plan, name)) for name in fields if name != "provenance"}
    tally = plan.tally
    return {
        "form": FORM,
        "written_by": f"allocator-health {package_version()}",
        **heads,
        "summary": plan.summary().splitlines(),
        "rules": {
            strength: {
                "met": tally.met.get(strength, 0),
                "not_met": tally.failed.get(strength, 0),
                "not_evaluated": tally.not_evaluated.get(strength, 0),
            }
            for strength in ("must", "target", "wish")
        },
        "tables": {name: sha256(content) for name, content in files.items()},
        "provenance": plain(plan.provenance),
    }


def to_json(content: Mapping[str, Any]) -> str:
    """A document as JSON text that any reader accepts (no NaN, no Infinity)."""
    return json.dumps(plain(content), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """A value as JSON knows it: NaN becomes nothing (``null``), infinity a word (``"inf"``)."""
    if value is None or (isinstance(value, bool | str | int) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return value if math.isfinite(value) else str(value)
    if isinstance(value, np.generic):
        return plain(value.item())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(v) for v in value]
    return str(value)


def sha256(content: bytes) -> str:
    """Hash of a file's content."""
    return hashlib.sha256(content).hexdigest()


@cache
def package_version() -> str:
    """Version of this package; ``unknown`` when it runs without being installed."""
    try:
        return version("allocator-health")
    except PackageNotFoundError:
        return "unknown"
