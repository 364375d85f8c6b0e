"""What a scenario took: seconds, processor seconds and memory."""

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from allocator.batches.rows import Row

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_MB = 1024 * 1024


@dataclass
class Measure:
    """From its creation on; ``memory_mb`` is the process's peak since then.

    Where the system cannot set the peak back (all but Linux), it is the peak since the process
    began; where it knows of none (Windows), empty.
    """

    _began: float = field(default_factory=time.perf_counter)
    _cpu_began: float = field(default_factory=time.process_time)

    def __post_init__(self) -> None:
        _forget_peak()

    def row(self) -> Row:
        """The columns ``seconds``, ``cpu_seconds`` and ``memory_mb``."""
        return {
            "seconds": time.perf_counter() - self._began,
            "cpu_seconds": time.process_time() - self._cpu_began,
            "memory_mb": peak_mb(),
        }


def _forget_peak() -> None:
    try:
        _RESET.write_text("5")
    except OSError:
        return  # no Linux, or not allowed: the peak since the process began


def peak_mb() -> float | None:
    """Peak of the resident memory, in MB."""
    try:
        lines = _STATUS.read_text("utf-8").splitlines()
    except OSError:
        return _peak_elsewhere()
    found = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(found[0]) * 1024 / _MB if found else _peak_elsewhere()


def _peak_elsewhere() -> float | None:
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / _MB if sys.platform == "darwin" else peak * 1024 / _MB
