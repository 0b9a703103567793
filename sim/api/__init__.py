"""The door for programs: scenarios, runs, comparisons, and results as data frames.

Examples
--------
>>> from sim import Scenario, compare
>>> result = compare(["community", "dual_rebate"], replications=32)  # doctest: +SKIP
>>> result.table                # one row per strategy and replication  # doctest: +SKIP
>>> result.figures.profit()     # a plotly figure  # doctest: +SKIP
>>> more = Scenario("community").set({"strategies.community.groups": 30})  # doctest: +SKIP
>>> compare(["community", more]).verdict  # doctest: +SKIP
"""

from sim.api.ema import ema_model
from sim.api.results import Figures, Result, Scenario, compare, load, run, until_separated
from sim.api.studies import StudyResult, attribute, load_study, optimise, sensitivity
from sim.api.sweeps import SweepResult, load_sweep, sweep

__all__ = ["Figures", "Result", "Scenario", "StudyResult", "SweepResult", "attribute", "compare", "ema_model", "load", "load_study",
           "load_sweep", "optimise", "run", "sensitivity", "sweep", "until_separated"]
