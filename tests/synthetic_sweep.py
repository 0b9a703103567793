"""Sweeps made of arithmetic, not of simulation: for tests of pictures, tables and pages.

    record = make_sweep(axes=3, points=0, replications=4)

Profit falls with the buy-in, rises with groups, bends with the price; whether agents lose money hangs on buy-back and
buy-in together. `points=0` is a full grid.
"""

from __future__ import annotations

import itertools

import numpy as np

from sim.records.sweep import AXIS, AxisRecord, Judged, SweepFailure, SweepRecord

AXES = (
    AxisRecord("brand.cash", {"zh": "启动资金", "en": "Cash"}, "fen", "linear", (10_000_000.0, 20_000_000.0, 30_000_000.0, 50_000_000.0), 1e7, 5e7, is_whole=True),
    AxisRecord("strategies.dual_rebate.buy_back", {"zh": "回购比例", "en": "Buy-back"}, "share", "linear", None, 0.0, 1.0),
    AxisRecord("strategies.dual_rebate.buy_in", {"zh": "入门进货额", "en": "Buy-in of a new agent"}, "fen", "log", None, 50_000.0, 1_000_000.0, is_whole=True),
    AxisRecord("brand.kind", {"zh": "品类", "en": "Category of the product"}, "", "words", ("beauty", "food", "mother and baby"), 0.0, 2.0),
    AxisRecord("strategies.community.groups", {"zh": "群数", "en": "Groups"}, "", "linear", None, 2.0, 40.0, is_whole=True),
    AxisRecord("network.reciprocity", {"zh": "互惠性", "en": "Reciprocity"}, "", "linear", None, 0.1, 0.9),
    AxisRecord("mechanisms.talk.rate", {"zh": "谈论倾向", "en": "Inclination to talk about a product one has bought"}, "", "log", None, 0.001, 0.1),
    AxisRecord("strategies.community.host_hours", {"zh": "群主工时", "en": "Host hours"}, "hours", "linear", None, 1.0, 12.0),
)
TITLES = {
    "community": {"zh": "社群微商", "en": "Community commerce"}, "dual_rebate": {"zh": "双创分销", "en": "Dual rebate"},
    "influencer": {"zh": "网红带货", "en": "Influencer"}, "direct_sales": {"zh": "直营团队", "en": "Direct sales"},
}  # fmt: skip
STRATEGIES = tuple(TITLES)
_KIND = {"community": "community", "dual_rebate": "dual_rebate", "influencer": "influencer", "direct_sales": "direct_sales"}


def _grid(axes, levels):
    columns = []
    for axis in axes:
        if axis.values is not None:
            columns.append([float(k) for k in range(len(axis.values))] if axis.scale == "words" else list(axis.values))
        else:
            space = np.geomspace if axis.scale == "log" else np.linspace
            columns.append(space(axis.low, axis.high, levels).round(0 if axis.is_whole else 6).tolist())
    return np.array(list(itertools.product(*columns)), dtype=float).reshape(-1, len(axes)) if axes else np.zeros((1, 0))


def _sample(axes, points, rng):
    columns = []
    for axis in axes:
        u = (rng.permutation(points) + rng.random(points)) / points
        if axis.values is not None:
            at = (u * len(axis.values)).astype(int)
            columns.append(at.astype(float) if axis.scale == "words" else np.array(axis.values)[at])
        else:
            value = axis.low * (axis.high / axis.low) ** u if axis.scale == "log" else axis.low + u * (axis.high - axis.low)
            columns.append(value.round() if axis.is_whole else value)
    return np.array(columns).T.reshape(points, len(axes))


def _share(axis, column):
    if axis.scale == "words":
        return column / 2
    if axis.scale == "log":
        return np.log(column / axis.low) / np.log(axis.high / axis.low)
    return (column - axis.low) / (axis.high - axis.low)


def make_sweep(axes=2, *, points=0, levels=4, strategies=2, replications=4, seed=1, failed=0, missing=True, more=0,
               expect=True, complete=True):
    """Return a sweep of the first `axes` axes (or of the axes given)."""
    rng = np.random.default_rng(seed)
    chosen = list(AXES[:axes]) if isinstance(axes, int) else list(axes)
    space = _grid(chosen, levels) if not points else _sample(chosen, points, rng)
    count = len(space)
    names = STRATEGIES[:strategies]
    point, strategy, replication = (one.ravel() for one in np.meshgrid(
        np.arange(count), np.arange(strategies), np.arange(replications), indexing="ij"))
    u = {axis.path: _share(axis, space[:, k])[point] for k, axis in enumerate(chosen)}
    luck = rng.normal(0, 1, replications)[replication] + 0.4 * rng.normal(0, 1, len(point))
    at = [u.get(axis.path, np.full(len(point), 0.5)) for axis in AXES]
    profit = 2e6 * (2 * at[0] - 1.5 * at[2] + at[4] - 4 * (at[5] - 0.5) ** 2 - 0.6 + 0.3 * at[3] + at[1] * at[2]) * (1 + 0.4 * strategy)
    losing = 1 / (1 + np.exp(-(2.5 * at[2] - 3.5 * at[1] + 0.6 + 0.25 * luck)))
    runs = {
        "point": point.astype(np.int32), "strategy": strategy.astype(np.int32), "replication": replication.astype(np.int32),
        "run": np.array([f"{k:024x}" for k in range(len(point))]), "status": np.full(len(point), "ok", "<U7"),
        "seconds": rng.gamma(4, 0.1, len(point)),
        **{AXIS + axis.path: space[:, k][point] for k, axis in enumerate(chosen)},
        "profit_fen": np.round(profit + 4e5 * luck), "gmv_fen": np.round(np.abs(profit) * 5 + 1e7),
        "buyers": np.round(1200 + 900 * at[4] + 60 * luck), "repurchase_rate_90d": 0.2 + 0.1 * at[1] + 0.01 * luck,
        "trust_mean": 0.5 + 0.2 * at[1] - 0.1 * at[2] + 0.01 * luck, "chat_wait_minutes": np.full(len(point), np.nan),
        "losing_agent_share": np.where(strategy == 0, np.nan, losing) if strategies > 1 and missing else losing,
        "payback_day": np.where(profit > 0, 60 + 90 * at[2], np.nan), "compliance_light": np.zeros(len(point)),
    }  # fmt: skip
    from sim.records.outcomes import SUMMARY

    for name in [n for n in SUMMARY if n not in runs][:more]:
        runs[name] = rng.normal(100, 30, len(point))
    failures = []
    for k in range(failed):
        row = (k * 7 + 3) % len(point)
        runs["status"][row] = "failed"
        for name in ("profit_fen", "losing_agent_share", "buyers"):
            runs[name][row] = np.nan
        failures.append(SweepFailure(int(point[row]), names[strategy[row]], int(replication[row]), runs["run"][row],
                                     "the worker was killed (signal 9), out of memory?", 3))
    judged = _judged(runs, count, strategies) if expect else []
    return SweepRecord(
        "buy_back", {"zh": "回购与进货额", "en": "Buy-back and buy-in"}, chosen, list(names), {n: TITLES[n] for n in names}, runs,
        judged, failures, {"kind": "latin_hypercube" if points else "grid", "points": count, "seed": 1}, replications, 7,
        {"product": "face mask", "category": "beauty", "price_fen": 12_800, "cash_fen": 30_000_000, "people": 20_000, "days": 180}, {n: f"name: {n}\nstrategies:\n  - kind: {_KIND[n]}\n" for n in names},
        "scenarios: [community]\n", None, "0.1.0", "c0de", "guanxi sweep buy_back.yaml --workers 2",
        {"wall": 61.5, "runs": 110.0, "played": float(len(point)), "kept": 0.0}, {}, complete,
    )  # fmt: skip


def _judged(runs, count, strategies):
    from sim.analysis.intervals import mean_interval
    found = []
    for s in range(strategies):
        values = runs["losing_agent_share"][runs["strategy"] == s].reshape(count, -1)
        if not np.isfinite(values).any():
            continue
        for p in range(count):
            one = mean_interval(values[p])
            result = "pass" if one.high < 0.5 else "fail" if one.low > 0.5 else "undecided"
            found.append(Judged(p, s, "losing_agent_share < 50 % with 95 %", "losing_agent_share", 0.95, result,
                                "straddles" if result == "undecided" else "", one.mean, one.low, one.high, one.n,
                                abs(0.5 - one.mean) / 50, abs(0.5 - one.mean) / 10, 24 if result == "undecided" else 0))
    return found
