"""Batches in processes of their own, to be killed at a moment that a test chooses."""

import subprocess
import sys
import time
from contextlib import suppress

import psutil

# Workers run this file, too, before their first job: so they wait where a test wants them to.
SCRIPT = """
import os, sys, time
from pathlib import Path
from allocator.batches import planning_jobs
from allocator.batches.entry import batch

flags, plan = Path(sys.argv[1]), planning_jobs.run

def run(scenario, *args, **how):
    (flags / f"begun-{scenario.name}-{os.getpid()}").touch()
    while scenario.name in WAITING and not (flags / "go").exists():
        time.sleep(0.02)
    return plan(scenario, *args, **how)

planning_jobs.run = run
WAITING = sys.argv[3].split(",")

if __name__ == "__main__":
    try:
        where = {"cluster": sys.argv[4]} if ":" in sys.argv[4] else {"workers": int(sys.argv[4])}
        batch(sys.argv[5:], sys.argv[2], **where, progress=print)
    except KeyboardInterrupt:
        sys.exit(130)
"""


def until(true, seconds=300.0):
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def gone(pid):
    """Whether a process has ended (one that nobody has waited for counts as ended)."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


class Run:
    """A batch in a process of its own."""

    def __init__(self, folder, paths, *, waiting="", workers=2, group=False):
        self.flags, self.out = folder / "flags", folder / "out"
        self.flags.mkdir(exist_ok=True)
        script = folder / "script.py"
        script.write_text(SCRIPT, encoding="utf-8")
        command = [sys.executable, script, self.flags, self.out, waiting, workers, *paths]
        self.process = subprocess.Popen(
            list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=group,
        )  # fmt: skip

    def begun(self, name):
        """Processes in which a scenario has begun."""
        return [int(p.name.rsplit("-", 1)[1]) for p in self.flags.glob(f"begun-{name}-*")]

    def rows(self):
        """How many rows the journal has."""
        path = self.out / "journal.jsonl"
        return path.read_bytes().count(b"\n") if path.exists() else 0

    def children(self):
        """Its workers."""
        try:
            return [p.pid for p in psutil.Process(self.process.pid).children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def kill(self):
        """SIGKILL, and see that the workers end with it."""
        children = self.children()
        self.process.kill()
        self.process.wait()
        try:
            until(lambda: all(map(gone, children)), seconds=60)
        finally:
            # Who lives on would keep the pipe open for ever.
            for pid in children:
                with suppress(psutil.NoSuchProcess):
                    psutil.Process(pid).kill()
            self.process.communicate()

    def said(self):
        """Wait for its end; what it said."""
        return self.process.communicate(timeout=300)[0]
