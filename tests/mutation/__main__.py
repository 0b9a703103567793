"""`python -m tests.mutation [WORD ...]`: put one fault at a time into a copy of the code, and see which test notices.

WORD restricts it to files whose names hold one of the words; `--list` shows the mutants. Each mutant of `TABLE` is
written into a temporary copy of the tree, never into the tree itself; the tests of its file run until the first
fails. Files with kernels run as plain Python, because compiling them anew would cost more than their small worlds;
other files use kernels compiled once for the copy. What was found is stored under `results/mutation`.

Exit code 1: a mutant survived that the table does not explain, or one was caught that the table calls equivalent.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.mutation.suite import ROOT, Mutant, Suite
from tests.mutation.table import TABLE

OUT = ROOT / "results" / "mutation"
LEAST_SECONDS = 120.0
"""A mutant may take three times what the sound code takes, and this; what takes longer hangs, and so is caught."""
KEPT_OUT = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist")

HANGS, CRASHES = "hangs", "crashes"
CAUGHT, SAME, SURVIVED, MISTAKEN = "caught", "the same", "SURVIVED", "CAUGHT, BUT CALLED THE SAME"
UNSHRUNK = """
from hypothesis import Phase, settings
settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], database=None, derandomize=True)
settings.load_profile("mutants")
"""


class Found(NamedTuple):
    """How the tests ended: the first that failed, empty if none did, and how long they took."""

    test: str
    seconds: float


class Copy:
    """A copy of the tree in which one file at a time is faulty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "tree"
        self._cache = folder / "kernels"
        self._edits = 0
        self._sound: dict[tuple[str, ...], float] = {}
        for name in ("sim", "tests", "scenarios"):
            shutil.copytree(ROOT / name, self._folder / name, ignore=KEPT_OUT)
        for path in (p for p in ROOT.iterdir() if p.is_file() and not p.name.startswith(".git")):
            shutil.copy2(path, self._folder)
        # Which example fails is of no interest here, so Hypothesis need not look for the smallest.
        with (self._folder / "tests/conftest.py").open("a", encoding="utf-8") as settings:
            settings.write(UNSHRUNK)
        # A ledger has no kernel, but kernels' files import it: the cache need not be thrown away for it. Numba itself
        # sees to it that a changed file is compiled anew.
        with (self._folder / "sim/core/kernel.py").open("a", encoding="utf-8") as kernel:
            kernel.write('\n\ndef source_hash() -> str:\n    return "copy"\n')

    def sound(self, suite: Suite) -> float:
        """Return the seconds that the tests take on sound code; they must pass there."""
        key = (*suite.tests, suite.but)
        if key not in self._sound:
            found = self._run(suite, 3600.0)
            if found.test:
                raise SystemExit(f"{suite.file}: {found.test} fails without any mutant")
            self._sound[key] = found.seconds
        return self._sound[key]

    def put(self, suite: Suite, mutant: Mutant) -> Found:
        """Put one mutant in, run the tests, and take it out again."""
        limit = LEAST_SECONDS + 3 * self.sound(suite)
        path = self._folder / suite.file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
        # Python believes a compiled module whose source has the same size and second, so that each edit gets its own.
        self._edits += 1
        os.utime(path, (self._edits, self._edits))
        try:
            found = self._run(suite, limit)
            # A machine that stood still for a while is no proof; a mutant that hangs does so again.
            return self._run(suite, limit) if found.test.startswith(HANGS) else found
        finally:
            path.write_text(text, encoding="utf-8")
            shutil.copystat(ROOT / suite.file, path)

    def _run(self, suite: Suite, limit: float) -> Found:
        environment = os.environ | {"PYTHONPATH": str(self._folder), "GUANXI_CACHE": str(self._cache),
                                    "GUANXI_NO_JIT": "1" if suite.has_kernels else ""}
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", *suite.tests]
        start = time.monotonic()
        done = subprocess.Popen([*command, *(["-k", suite.but] if suite.but else [])], cwd=self._folder, text=True,
                                env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            said, _ = done.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(done.pid, signal.SIGKILL)
            done.communicate()
            return Found(f"{HANGS}: stopped after {limit:.0f} s, twice", time.monotonic() - start)
        seconds = time.monotonic() - start
        if done.returncode == 0:
            return Found("", seconds)
        if done.returncode < 0:  # memory that is none of ours was written: nobody can overlook that
            return Found(f"{CRASHES}: {signal.Signals(-done.returncode).name}", seconds)
        failed = re.search(r"^(?:FAILED|ERROR) (\S+::\S.*?)(?: - .*)?$", said, re.MULTILINE)
        if done.returncode != 1 or failed is None:
            raise SystemExit(f"{suite.file}: the tests could not run:\n{said[-3000:]}")
        return Found(failed[1], seconds)


def report(suite: Suite, mutant: Mutant, found: Found) -> dict[str, object]:
    """Print one line on a mutant and return what is stored."""
    survived = not found.test
    verdict = (SAME if survived else MISTAKEN) if mutant.same else (SURVIVED if survived else CAUGHT)
    where = f"{suite.file}:{suite.line(mutant)}"
    why = found.test or mutant.same
    print(f"{verdict:<10} {where}  {shown(mutant.old)} -> {shown(mutant.new)}  {why} ({found.seconds:.0f} s)", flush=True)
    return {"verdict": verdict, "where": where, "old": mutant.old, "new": mutant.new, "test": found.test,
            "seconds": round(found.seconds, 1), "why": mutant.same}


def summed_up(rows: list[dict[str, object]]) -> int:
    """Print what speaks against the table, then the counts; returns 1 if anything does."""
    against = [row for row in rows if row["verdict"] in (SURVIVED, MISTAKEN)]
    print()
    for row in against:
        print(f"{row['verdict']}: {row['where']}  {shown(str(row['old']))} -> {shown(str(row['new']))}")
    count = Counter(row["verdict"] for row in rows)
    mistaken = f", {count[MISTAKEN]} caught that the table calls the same" if count[MISTAKEN] else ""
    print(f"{len(rows)} mutants: {count[CAUGHT]} caught, {count[SAME]} the same, {count[SURVIVED]} survived{mistaken}")
    return int(bool(against))


def shown(text: str) -> str:
    """Return a text as it fits into a line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else flat[:57] + "..."


def main(words: list[str]) -> int:
    """Try mutants; returns 1 if the table does not say what was found."""
    listed = "--list" in words
    words = [word for word in words if word != "--list"]
    chosen = [suite for suite in TABLE if not words or any(word in suite.file for word in words)]
    for suite in chosen:
        for mutant in suite.mutants:
            where = suite.line(mutant)
            if listed:
                print(f"{suite.file}:{where}  {shown(mutant.old)} -> {shown(mutant.new)}  {mutant.same}")
    if listed:
        mutants = [mutant for suite in chosen for mutant in suite.mutants]
        print(f"{len(mutants)} mutants, {sum(bool(mutant.same) for mutant in mutants)} of them called the same")
        return 0
    rows = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Copy(Path(folder))
        for suite in chosen:
            print(f"{suite.file}: {len(suite.mutants)} mutants; the tests take {copy.sound(suite):.0f} s", flush=True)
            rows += [report(suite, mutant, copy.put(suite, mutant)) for mutant in suite.mutants]
    OUT.mkdir(parents=True, exist_ok=True)
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    (OUT / f"{stamp}.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return summed_up(rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
