"""The rows of the speed table: what is measured, the limit that must hold, the goal, and what was tried for it.

A row names a measure and what it is given. Under `--quick` it is given less, and then it is held to no limit: a small
world says whether the benchmark works, not how fast the programme is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks import engines, kernels, runs
from tests.benchmarks.worlds import CORE, TITLES

MEASURES: dict[str, Callable[..., runs.Found]] = {
    measure.__name__: measure
    for measure in (runs.one_run, runs.active_day, runs.two_threads, runs.quiet_day, runs.sweep, runs.workers,
                    runs.compare_command, runs.help_page, runs.first_compile, kernels.network, kernels.word_of_mouth,
                    engines.workload, engines.oracle, engines.plain_python, engines.networkx_graph)}  # fmt: skip
"""Every measure by its name; it runs in a process of its own."""

FIGURES: dict[str, tuple[str, str]] = {
    "run_s": ("time", "s"), "memory_gb": ("peak memory", "GB"), "build_s": ("building", "s"), "day_ms": ("a day", "ms"),
    "python_ms": ("time", "ms"),
    "orders": ("orders", ""), "buyers_share": ("buyers a day", ""), "tie_ns": ("a tie that speaks", "ns"),
    "tie_bytes": ("memory a tie", "bytes"), "ties": ("ties", ""), "active_ties": ("ties that speak", ""), "hits": ("heard", ""),
    "sweep_s": ("time", "s"), "run_ms": ("a run", "ms"), "speedup": ("throughput", "x"), "runs_a_second": ("runs", "/s"),
    "command_s": ("time", "s"), "help_s": ("time", "s"), "compile_s": ("compiling", "s"), "kernels": ("kernels", ""), "cached_s": ("from the cache", "s"),
    "two_threads_s": ("two threads", "s"), "one_thread_s": ("one thread", "s"), "reached_share": ("reached", ""),
}  # fmt: skip
"""What a figure is called, and its unit."""
MORE_IS_BETTER = frozenset({"speedup", "runs_a_second"})


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Parameters
    ----------
    what : str
        What is measured, with the names of arguments in braces.
    measure : str
        Name in `MEASURES`.
    given : dict
        Its arguments.
    minutes : float
        About how long the row takes on two cores, its warm-up included.
    quick : dict or None
        Arguments that differ under `--quick`; None: the row is left out there.
    limits : dict
        Figure to (must, goal).
    tried : str
        What was tried for a goal that is not met; printed only then, behind what the profile says.
    """

    what: str
    measure: str
    given: dict[str, Any]
    minutes: float
    quick: dict[str, Any] | None = None
    limits: dict[str, tuple[float, float]] = field(default_factory=dict)
    tried: str = ""

    def arguments(self, is_quick: bool = False) -> dict[str, Any]:
        """Return what the measure is given."""
        return self.given | (self.quick or {}) if is_quick else self.given

    def title(self, is_quick: bool = False) -> str:
        """Return what is measured, with its sizes."""
        given = self.arguments(is_quick)
        return self.what.format(**given | {"kind": TITLES.get(given.get("kind", ""), "")})


def _whole(people: int, days: int, kind: str, minutes: float, limits: dict[str, tuple[float, float]]) -> Row:
    return Row("{people:,} people, {days} days, {kind}", "one_run", {"people": people, "days": days, "kind": kind}, minutes,
               {"people": people // 50, "days": 30}, limits, _DAY_TRIED)


_DAY_TRIED = (
    "Tried: a flat scan of audience rows without branches (a third of the time of one nested by person), lazy decay (no pass over "
    "everybody), calendars of needs and lists of who talks (nobody else is visited), ties packed into 16 bits of trust and 16 "
    "of layer and day.")
_TALK_TRIED = (
    "Tried: listeners that pull (5 to 9 times slower where 2% speak), hits written to a share's own buffer without branches, "
    "prefetching of speakers' ties, 16 bits of trust instead of 32 (2 bytes less, no slower), speakers as bits (no gain in this "
    "order of people).")
_NETWORK_TRIED = ("Tried: the answers to proposals placed by ranges of owners, so that threads share nothing; 32-bit listeners (half "
                  "the memory, no slower).")
_MANY_TRIED = ("Tried: two threads a worker (37 times slower on two cores), a worker that keeps the world it has built for the next "
               "strategy, one process that compiles for all. Starting two processes is part of the time.")
_DAY_OF_PYTHON_TRIED = (
    "Tried: the arithmetic between kernels moved into them (calls a day halved), tables that do not change built, checked and merged "
    "once, columns of a record written as one row, empty stages left out. What is left is about 1,500 calls a day, none of which "
    "takes more than a fiftieth: some 60 of kernels, 40 small sums, 60 arrays made, 280 lengths.")
_YEAR = {"run_s": (30.0, 12.0), "memory_gb": (1.0, 0.7)}
_TEN = {"run_s": (150.0, 80.0), "memory_gb": (8.0, 5.0)}
_TALK = "word of mouth, {share:.0%} of {people:,} people speak, "

ROWS: dict[str, Row] = {
    **{f"year_{kind}": _whole(1_000_000, 365, kind, 0.6, _YEAR) for kind in (*CORE, "paid_ads")},
    **{f"ten_{kind}": _whole(10_000_000, 90, kind, 2.0, _TEN) for kind in CORE},
    "network_1m": Row("network of {people:,} people, {ties} ties each", "network", {"people": 1_000_000, "ties": 20}, 0.3,
                      {"people": 50_000}, {"build_s": (3, 1)}, _NETWORK_TRIED),
    "network_10m": Row("network of {people:,} people, {ties} ties each", "network",
                       {"people": 10_000_000, "ties": 20, "times": 1}, 1.0, {"people": 100_000}, {"build_s": (30, 10)}, _NETWORK_TRIED),
    "workload": Row("the word of mouth given to other frameworks, {people:,} people, whole model", "workload",
                    {"people": 1_000_000}, 1.5, {"people": 10_000, "seeds": 1},
                    {"two_threads_s": (0.6, 0.4), "one_thread_s": (1.2, 0.8)}, _TALK_TRIED),
    "talk": Row(_TALK + "two threads", "word_of_mouth", {"people": 1_000_000, "share": 0.02}, 0.3, {"people": 20_000},
                {"tie_ns": (15, 8)}, _TALK_TRIED),
    "talk_1": Row(_TALK + "one thread", "word_of_mouth", {"people": 1_000_000, "share": 0.02, "threads": (1,)}, 0.3,
                  {"people": 20_000}),
    "sweep": Row("{runs:,} runs of {people:,} people, {days} days, two workers", "sweep",
                 {"runs": 1_000, "people": 5_000, "days": 180}, 2.5, {"runs": 16, "people": 1_000, "days": 30},
                 {"sweep_s": (120, 60)}, _MANY_TRIED),
    "workers": Row("two workers against one, {runs:,} such runs", "workers", {"runs": 120, "people": 5_000, "days": 180}, 2.0,
                   {"runs": 16, "people": 1_000, "days": 30}, {"speedup": (1.7, 1.9)}, _MANY_TRIED),
    "compare": Row("`guanxi compare`: four scenarios, {people:,} people, {days} days, {replications} replications",
                   "compare_command", {"people": 20_000, "days": 180, "replications": 16}, 0.8,
                   {"people": 1_000, "days": 30, "replications": 2}, {"command_s": (30, 12)}, _MANY_TRIED),
    "help": Row("`guanxi --help`", "help_page", {"times": 7}, 0.1, {"times": 3}, {"help_s": (0.5, 0.2)}),
    "compile": Row("compiling every kernel, the first time ever", "first_compile", {}, 2.0, None, {"compile_s": (30, 12)},
                   "Tried: threads only in the kernels that gain by them (such a kernel takes twice as long to compile), "
                   "compiling on first call and not at import, a cache that all later runs load from, no kernel where there is no "
                   "arithmetic."),
    "quiet_day": Row("the interpreter's part of a day of {people:,} people", "quiet_day", {"people": 5_000, "days": 180}, 0.2,
                     {"days": 30}, {"python_ms": (0.5, 0.5)}, _DAY_OF_PYTHON_TRIED),
    "threads": Row("{people:,} people, {days} days, {kind}, two threads", "two_threads",
                   {"people": 1_000_000, "days": 90, "kind": "community"}, 1.0, {"people": 20_000, "days": 30}),
    "oracle": Row("a day of {people:,} people, a lively market, against the slow oracle", "oracle", {"people": 20_000, "days": 20}, 0.3,
                  {"people": 200, "days": 10}),
    "plain": Row("{people:,} people, {days} days, against kernels as plain Python", "plain_python",
                 {"people": 20_000, "days": 60}, 0.5, {"people": 500, "days": 15}),
    "networkx": Row("a small world of {people:,} people, ten ties each, against networkx", "networkx_graph",
                    {"people": 200_000}, 0.3, {"people": 20_000}),
}  # fmt: skip
