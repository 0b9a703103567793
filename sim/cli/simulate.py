"""What `compare` and `run` have in common: simulate, store, draw, judge, print."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.command import written_command
from sim.cli.failure import EXPECTATION_FAILED, INTERRUPTED, RUN_FAILED, drawing
from sim.cli.language import current, tell
from sim.cli.options import cores
from sim.cli.output import note, warn_crowded
from sim.cli.place import result_folder
from sim.cli.progress import Meter, tell_compiling
from sim.cli.results import show
from sim.core.errors import RunError, strerror_of
from sim.scenario.find import is_path
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.api import Result
    from sim.cli.options import RunOptions
    from sim.experiment.progress import Progress
    from sim.experiment.spool import InterruptedRunsError


@dataclass(frozen=True)
class Job:
    """One call of `compare` or `run`.

    Parameters
    ----------
    command : str
        Which of the two; begins the name of the result's folder.
    scenarios : sequence of str
        Names or paths.
    options : RunOptions
        What the user asked.
    replications : int
        R.
    undecided : {'fail', 'pass'}
        What an expectation without a clear answer counts as.
    more : dict
        Further fields of `sim.experiment.prepare.Options`.
    stats : bool
        Show what the first run cost.
    """

    command: str
    scenarios: Sequence[str]
    options: RunOptions
    replications: int
    undecided: str
    more: dict[str, Any] = field(default_factory=dict)
    stats: bool = False


def carry_out(job: Job) -> int:
    """Simulate and show; return the exit code."""
    _warn(job)
    what = Path(job.scenarios[0]).stem if len(job.scenarios) == 1 else job.command
    with result_folder(job.options.out, what) as folder:
        return _carried_out(job, folder)


def _carried_out(job: Job, folder: Path) -> int:
    """Simulate and show in a folder; return the exit code."""
    from sim.experiment.spool import InterruptedRunsError

    try:
        result = _simulated(job, folder)
    except InterruptedRunsError as interruption:
        return _interrupted(interruption, folder)
    except KeyboardInterrupt:  # between the runs and the tables: the runs lie beside the folder
        note(tell("failure.interrupted", command=written_command(out=folder)))
        return INTERRUPTED
    with drawing(folder):
        page = draw(result, folder, folder)
    show(result, folder, page, as_json=job.options.as_json, quiet=job.options.quiet, stats=job.stats)
    note(tell("result.next", command=_next(job, result)), quiet=job.options.quiet or job.options.as_json)
    return _exit_code(result, job.undecided)


def _warn(job: Job) -> None:
    """Say before anything is played what the people of a scenario are far too few for."""
    from sim.scenario.resolve import resolve

    over = {"people": job.options.people, "days": job.options.days}
    warn_crowded((resolve(one, job.options.settings, **over).spec for one in job.scenarios), quiet=job.options.quiet)


def draw(result: Result, folder: Path, stored: Path) -> Path:
    """Write the page of the result stored in `stored` to `folder` and return its path.

    Raises
    ------
    RunError
        If it cannot be written; says how to draw it elsewhere, for the tables are safe.
    """
    from sim.cli.standing import extras_of
    from sim.report.page import write_page

    extras = extras_of(result.data)
    try:
        return write_page(result.data, folder / "page.html", current(), extras)
    except OSError as error:
        elsewhere = shlex.join(["guanxi", "report", str(stored), "--out", "FOLDER"])
        reason = strerror_of(error)
        raise RunError(Message(
            "records.unwritable_page", folder=folder, reason=reason, stored=stored, command=elsewhere)) from error


def _simulated(job: Job, folder: Path) -> Result:
    """Return the finished runs, kept in `folder`."""
    from sim.api import compare, until_separated

    options = job.options
    runs = job.replications * len(job.scenarios)
    workers = options.workers or min(cores(), runs)
    play = until_separated if "until" in job.more else partial(compare, replications=job.replications)
    asked = {name: getattr(options, name) for name in ("seed", "people", "days")} | job.more
    with Meter(quiet=options.quiet) as meter, tell_compiling(quiet=options.quiet, say=meter.compiling):

        def follow(state: Progress) -> None:
            meter.update(state.done, state.total, state.left, phase=state.phase)

        return play(
            list(job.scenarios), overrides=options.settings, workers=workers, threads=cores(), out=folder,
            command=written_command(), progress=follow, **asked,
        )


def _interrupted(interruption: InterruptedRunsError, folder: Path) -> int:
    """Say what is kept and how to go on."""
    kept = interruption.folder
    if not interruption.done or kept is None:
        note(tell("result.interrupted_none"))
        return INTERRUPTED
    note(tell("result.interrupted", done=interruption.done, all=interruption.total, path=kept))
    note(tell("result.go_on", command=written_command(out=folder)))
    return INTERRUPTED


def _next(job: Job, result: Result) -> str:
    """Return the command that is most likely useful now."""
    from sim.report.findings import Findings

    if len(job.scenarios) == 1 and job.command == "run" and is_path(job.scenarios[0]):
        return shlex.join(["guanxi", "compare", job.scenarios[0]])  # with an interval; its market is its own
    if len(job.scenarios) == 1 and not is_path(job.scenarios[0]):
        other = "community" if job.scenarios[0] == "paid_ads" else "paid_ads"
        return shlex.join(["guanxi", "compare", job.scenarios[0], other])
    best = job.scenarios[result.data.strategies.index(result.verdict.best)]
    if Findings(result.data).is_identical:  # more replications of the same would be the same
        return shlex.join(["guanxi", "check", best] if is_path(best) else ["guanxi", "new", "mine", "--from", best])
    if len(job.scenarios) > 1 and not result.verdict.separated:
        chosen = result.data.selection
        more = {"budget": 2 * chosen.budget} if chosen else {"replications": 2 * job.replications}
        return written_command(**more, out=None)
    if is_path(best):  # of one's own: does the answer hold over a longer time?
        return written_command(days=2 * result.data.days)
    return shlex.join(["guanxi", "new", "mine", "--from", best])


def _exit_code(result: Result, undecided: str) -> int:
    """Return 4 if a run failed for good, 1 if an expectation failed (or counts as failed), else 0."""
    if result.data.failures:
        return RUN_FAILED
    bad = {"fail", "undecided"} if undecided == "fail" else {"fail"}
    return EXPECTATION_FAILED if any(one.result in bad for one in result.expectations) else 0
