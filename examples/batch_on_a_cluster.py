"""One batch on a Dask cluster: a scheduler and two workers, started by hand on this machine.

Run it:  python examples/batch_on_a_cluster.py     (first: pip install "allocator-health[cluster]")

On several machines the same three commands run on each of them, or a queueing system runs them:
see allocator/batches/README.md.
"""

import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

import allocator as al

SCENARIOS = Path(__file__).with_suffix(".toml")
# How a row was made; all other columns say what the answer is.
MEASURED = ["seconds", "cpu_seconds", "memory_mb", "attempts"]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def start(log: Path, *words: str) -> "subprocess.Popen[bytes]":
    """Begin `dask ...` in a process of its own, which writes into a file."""
    command = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
    with log.open("wb") as said:
        return subprocess.Popen(command, stdout=said, stderr=said, cwd=log.parent)


def main() -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory() as folder:
        logs = Path(folder)
        # dask scheduler --host 127.0.0.1 --port 8786
        started = [start(logs / "scheduler", "scheduler", "--host", address)]
        # dask worker tcp://127.0.0.1:8786 --nthreads 1        (twice)
        started += [
            start(logs / f"worker{n}", "worker", address, "--nthreads", "1") for n in (1, 2)
        ]
        try:
            there = al.batch(SCENARIOS, logs / "out", cluster=address, progress=print)
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait()
    shown = ["name", "assumptions.detour", "status", "objective_value", "covered:A2", "seconds"]
    print(there[shown].to_string(index=False))
    here = al.batch(SCENARIOS, workers=1)
    pd.testing.assert_frame_equal(there.drop(columns=MEASURED), here.drop(columns=MEASURED))
    print("The same, column by column, as in a process of this machine.")


if __name__ == "__main__":
    main()
