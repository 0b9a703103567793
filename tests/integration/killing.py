"""Sweeps in processes of their own, and what it takes to kill them and to see that nothing stays behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

from sim.experiment.play import How, play
from sim.records.run_store import RunStore
from tests.integration.play_script import digest, wanted

HERE = Path(__file__).resolve().parent
SCRIPT = HERE / "play_script.py"
MARK = "GUANXI_TEST_MARK"
NAPS, AT_ONCE = "play_model:naps", "play_model:at_once"


class Sweep:
    """One process that plays, findable with all its children by a mark in their environment."""

    def __init__(self, store, runs, *more, model=NAPS):
        self.mark = uuid.uuid4().hex
        self._process = subprocess.Popen(
            [sys.executable, str(SCRIPT), str(store), model, str(runs), *map(str, more)], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=os.environ | {MARK: self.mark}, start_new_session=True)

    def started(self):
        """Wait until the first run has ended; False if there was none to play."""
        return self._process.stdout.readline() == "start\n"

    def is_over(self):
        return self._process.poll() is not None

    def alive(self):
        """Return the processes of this sweep, the first included."""
        return [pid for pid in marked(self.mark) if pid != os.getpid()]

    def workers(self):
        return [pid for pid in self.alive() if pid != self._process.pid]

    def kill(self, number=signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, number)

    def kill_a_worker(self, chance):
        there = self.workers()
        if there:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(there), signal.SIGKILL)

    def end(self, seconds=60):
        """Wait for the end; return exit code, digest (or None), errors."""
        out, errors = self._process.communicate(timeout=seconds)
        found = [line.split()[1] for line in out.splitlines() if line.startswith("digest")]
        return self._process.returncode, found[0] if found else None, errors

    def leaves_nobody(self, seconds=8.0):
        """Wait for the last of its processes to go."""
        end = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True


def marked(mark):
    """Return the living processes whose environment holds a mark."""
    found = []
    for place in Path("/proc").iterdir():
        if not place.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            state = (place / "stat").read_text().rsplit(")", 1)[1].split()[0]
            if state != "Z" and f"{MARK}={mark}".encode() in (place / "environ").read_bytes():
                found.append(int(place.name))
    return found


def undisturbed(folder, runs):
    """Return the digest of the tables of a sweep that nobody disturbs."""
    asked = wanted(runs)
    with RunStore(folder) as store:
        assert sum(1 for _ in play(asked, store, How(workers=1, model=AT_ONCE))) == runs
        return digest(store, asked, AT_ONCE)
