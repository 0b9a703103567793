"""`guanxi sweep`: scenarios at many points of a space of levers; what to report and how to leave."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.command import Command, written_command
from sim.cli.failure import EXPECTATION_FAILED, INTERRUPTED, RUN_FAILED, drawing
from sim.cli.language import local, tell
from sim.cli.options import FILE, FOLDER, cluster_option, cores, run_options, undecided_option
from sim.cli.output import note
from sim.cli.place import result_folder
from sim.cli.studies import reach, refuse_workers
from sim.core.errors import DataError, ScenarioError, strerror_of

if TYPE_CHECKING:
    from sim.analysis.equivalence import Drift
    from sim.cli.options import RunOptions
    from sim.experiment.play import How
    from sim.experiment.progress import Progress
    from sim.records.sweep import SweepRecord
    from sim.scenario.sweep import Sweep

_SHARD = re.compile(r"(\d{1,6})/(\d{1,6})")


@dataclass(frozen=True)
class Asked:
    """What a user asked of a sweep besides `RunOptions`.

    Parameters
    ----------
    cluster : str or None
        Address of a Dask scheduler.
    store : Path or None
        Folder of finished runs.
    shard : tuple of int or None
        (i, n).
    gather : tuple of Path
        Folders of shards to put together instead of playing.
    baseline : Path or None
        Folder of a sweep to compare with.
    junit, summary : Path or None
        Files for a build server.
    undecided : {'fail', 'pass'}
        What an expectation without a clear answer counts as.
    is_dry, is_resumed, annotations : bool
        Say what would be done; let the result folder be replaced; write lines for a build server.
    """

    cluster: str | None
    store: Path | None
    shard: tuple[int, int] | None
    gather: tuple[Path, ...]
    baseline: Path | None
    junit: Path | None
    summary: Path | None
    undecided: str
    is_dry: bool
    is_resumed: bool
    annotations: bool


def _shard(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """Read ``2/4``."""
    if value is None:
        return None
    found = _SHARD.fullmatch(value.strip())
    part, of = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= part <= of:
        raise click.BadParameter(tell("sweep.not_a_shard", word=repr(value)))
    return part, of


@click.command("sweep", cls=Command)
@click.argument("sweep_file", metavar="SWEEP")
@click.option("--dry-run", "is_dry", is_flag=True)
@click.option("--resume", "is_resumed", is_flag=True)
@click.option("--store", type=FOLDER, metavar="FOLDER")
@cluster_option
@click.option("--shard", callback=_shard, metavar="I/N")
@click.option("--gather", multiple=True, type=FOLDER, metavar="FOLDER")
@click.option("--baseline", type=FOLDER, metavar="FOLDER")
@click.option("--junit", type=FILE, metavar="FILE")
@click.option("--annotations", is_flag=True)
@click.option("--summary", type=FILE, metavar="FILE")
@undecided_option
@run_options
def sweep(sweep_file: str, options: RunOptions, **given: Any) -> int:
    """Carry out a sweep."""
    asked = Asked(**given)
    try:
        return _swept(sweep_file, options, asked)
    except ScenarioError as error:
        if asked.annotations:
            from sim.cli.sweep_ci import annotate_problems

            annotate_problems(error)
        raise


def _swept(sweep_file: str, options: RunOptions, asked: Asked) -> int:
    """Check, carry out, show; return the exit code."""
    from sim.scenario.cautions import cautions_of_sweep
    from sim.scenario.sweep import resolve_sweep

    _refuse_conflicts(options, asked)
    flags = {name: getattr(options, name) for name in ("seed", "replications", "people", "days")}
    checked = resolve_sweep(sweep_file, options.settings, **flags)
    for message in cautions_of_sweep(checked):
        note(tell("check.warning", file=sweep_file, message=message), quiet=options.quiet)
    if asked.is_dry:
        return _forecast(checked, options, asked)
    base = _baseline(asked.baseline)
    part = [f"shard-{asked.shard[0]}-of-{asked.shard[1]}"] if asked.shard else []
    with result_folder(options.out, checked.spec.name, *part) as folder:
        _require_places(folder, sweep_file, asked)
        record = _record(checked, options, asked, folder)
        if record is None:
            return INTERRUPTED
        with drawing(folder):
            return _finished(checked, record, folder, base, options, asked)


def _refuse_conflicts(options: RunOptions, asked: Asked) -> None:
    """Refuse options of which one would say nothing.

    Raises
    ------
    click.UsageError
        If there are such.
    """
    plays = {"--shard": asked.shard, "--dry-run": asked.is_dry, "--workers": options.workers, "--cluster": asked.cluster,
             "--store": asked.store}
    for name, value in plays.items():
        if asked.gather and value:
            raise click.UsageError(tell("sweep.gather_with", option=name), click.get_current_context())
    refuse_workers(options, asked.cluster)


def _require_places(folder: Path, sweep_file: str, asked: Asked) -> None:
    """Refuse places that cannot be written, or that hold what is not to be lost, before a run is spent.

    Raises
    ------
    DataError
        If there is one.
    """
    from sim.records.folders import require_place
    from sim.records.manifest import format_of
    from sim.records.sweep_store import SWEEP
    from sim.scenario.find import is_path

    for path in (asked.junit, asked.summary):
        if path is not None:
            require_place(path)
    if folder.exists() and not (asked.is_resumed and format_of(folder) == SWEEP):
        raise DataError(tell("sweep.no_earlier" if asked.is_resumed else "sweep.exists", path=folder))
    for path in (asked.junit, asked.summary):
        if path is not None and path.exists() and is_path(sweep_file) and path.samefile(sweep_file):
            raise DataError(tell("sweep.own_file", path=path))


def how_to_play(options: RunOptions, asked: Asked) -> How:
    """Return where to play."""
    from sim.experiment.play import How

    return How(workers=options.workers or cores(), cluster=asked.cluster)


def _store_folder(asked: Asked) -> Path:
    from sim.records.run_store import default_store

    return asked.store or default_store()


def _record(checked: Sweep, options: RunOptions, asked: Asked, folder: Path) -> SweepRecord | None:
    """Return the finished sweep, kept in `folder`; None after Ctrl-C, told."""
    from sim.cli.progress import Meter, tell_compiling
    from sim.experiment.gather import gather
    from sim.experiment.sweep import sweep as carry_out
    from sim.records.run_store import RunStore

    if asked.gather:
        how = how_to_play(options, asked)
        return gather(checked, asked.gather, out=folder, command=written_command(), replace=asked.is_resumed, model=how.model)
    reach(asked.cluster, quiet=options.quiet)
    seen: list[Progress] = []
    with RunStore(_store_folder(asked)) as store:
        for message in store.notices:
            note(tell("check.caution", message=message), quiet=options.quiet)
        try:
            with Meter(quiet=options.quiet) as meter, tell_compiling(quiet=options.quiet, say=meter.compiling):

                def follow(state: Progress) -> None:
                    seen[:] = [state]
                    meter.update(state.done, state.total, state.left, phase=state.phase)

                return carry_out(checked, how=how_to_play(options, asked), store=store, out=folder, shard=asked.shard,
                                 progress=follow, command=written_command(), replace=asked.is_resumed)
        except KeyboardInterrupt:
            if not seen or not seen[0].done:  # what the store holds of it has not been counted yet
                raise
            note(tell("sweep.interrupted", done=seen[0].done, all=seen[0].total, path=store.folder))
            note(tell("result.go_on", command=written_command()))
            return None


def _baseline(folder: Path | None) -> SweepRecord | None:
    """Return the stored sweep to compare with; read first, so that a wrong one costs no run."""
    from sim.records.sweep import SweepRecord

    return None if folder is None else SweepRecord.load(folder)


def _forecast(checked: Sweep, options: RunOptions, asked: Asked) -> int:
    """Say what would be done."""
    from sim.cli.sweep_show import show_forecast
    from sim.experiment.forecast import forecast
    from sim.experiment.sweep import SweepPlan

    how = how_to_play(options, asked)
    plan = SweepPlan(checked, asked.shard, how.model)
    plan.check()
    show_forecast(checked, forecast(plan, _store_folder(asked), how.workers), how.workers, as_json=options.as_json)
    return 0


def _finished(checked: Sweep, record: SweepRecord, folder: Path, base: SweepRecord | None, options: RunOptions,
              asked: Asked) -> int:
    """Draw, show and report a finished sweep; return the exit code."""
    from sim.cli.sweep_ci import annotate, write_junit, write_summary
    from sim.cli.sweep_show import Shown, draw_sweep, show

    drift = _drift(record, base)
    page = draw_sweep(record, folder)
    shown = Shown(record, folder, page, drift, asked.undecided, checked.lines())
    if asked.junit is not None:
        _written(asked.junit, write_junit(shown))
    if asked.summary is not None:
        _written(asked.summary, write_summary(shown), append=True)
    if asked.annotations:
        annotate(shown, checked.label)
    show(shown, as_json=options.as_json, quiet=options.quiet)
    return exit_code(shown.record, drift, asked.undecided)


def exit_code(record: SweepRecord, drift: Drift | None, undecided: str) -> int:
    """Return 4 if a run failed for good, 1 if an expectation failed (or counts so) or an outcome drifted, else 0.

    Decision: what cannot be decided against a baseline is told and fails nothing: equivalence needs many more runs than
    an expectation does, and identical runs are always decided.
    """
    if record.failures:
        return RUN_FAILED
    bad = {"fail", "undecided"} if undecided == "fail" else {"fail"}
    drifted = drift is not None and (drift.verdict == "drifted" or bool(drift.missing))
    return EXPECTATION_FAILED if drifted or any(one.result in bad for one in record.judged) else 0


def _drift(record: SweepRecord, base: SweepRecord | None) -> Drift | None:
    """Return what became of the outcomes against a stored sweep."""
    if base is None or record.shard is not None:  # a part lacks points of the whole
        return None
    from sim.analysis.equivalence import compare_sweeps
    from sim.records.outcomes import SUMMARY

    return compare_sweeps(record.comparable(), base.comparable(), [name for name in SUMMARY if name in base.runs])


def _written(path: Path, text: str, *, append: bool = False) -> None:
    """Write a file for a build server.

    Raises
    ------
    DataError
        If it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a" if append else "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise DataError(tell("sweep.unwritable", path=path, reason=local(strerror_of(error)))) from error
