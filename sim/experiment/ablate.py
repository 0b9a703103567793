"""Ablations of a comparison: each strategy once more with its declared mechanism switched off.

The runs use the first few replications of the comparison itself, so every difference is paired: same
people, same luck, one switch.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.intervals import mean_interval
from sim.experiment.runs import pack, unpack
from sim.records.ablation import Ablation
from sim.records.summarise import summarise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.exchange.ablation import DeclaredAblation
    from sim.records.comparison import Comparison
    from sim.records.run_record import RunRecord
    from sim.scenario.spec import ScenarioSpec

OUTCOME = "profit_fen"


@dataclass(frozen=True)
class Ablated:
    """A scenario with one mechanism switched off, and what was declared about it."""

    spec: ScenarioSpec
    declared: DeclaredAblation


def ablated(specs: Sequence[ScenarioSpec]) -> list[Ablated]:
    """Return the ablation of every scenario whose first strategy declares one."""
    found = []
    for spec in specs:
        declared = getattr(type(spec.strategies[0]), "ablation", None) if spec.strategies else None
        if declared is not None:
            found.append(Ablated(_without(spec, declared), declared))
    return found


def _without(spec: ScenarioSpec, declared: DeclaredAblation) -> ScenarioSpec:
    """Return a scenario with the declared settings laid over it, checked again."""
    data: dict[str, Any] = json.loads(pack(spec))
    for path, value in declared.settings:
        *parents, last = path.split(".")
        at = data
        for name in parents:
            at = at[name]
        at[last] = value
    return unpack(json.dumps(data))


def effect(comparison: Comparison, one: Ablated, runs: Sequence[RunRecord]) -> Ablation | None:
    """Return what switching the mechanism off did to profit; None with fewer than two pairs."""
    strategy = one.spec.name
    without = {run.replication: (run.summary or summarise(run))[OUTCOME] for run in runs}
    shared = np.array([r for r in comparison.replications[strategy] if int(r) in without], dtype=np.int64)
    if len(shared) < 2:
        return None
    before = comparison.values(strategy, OUTCOME, shared)
    after = np.array([without[int(r)] for r in shared])
    change = mean_interval(after - before)
    label = {"zh": one.declared.zh, "en": one.declared.en}
    return Ablation(strategy, one.declared.mechanism, label, OUTCOME, float(before.mean()), float(after.mean()),
                    change.low, change.high)
