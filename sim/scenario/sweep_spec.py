"""A sweep file as it is written: which scenarios, which axes, how many points, what is expected.

    schema: 1
    name: community_levers
    title: {zh: 社群杠杆, en: Levers of a community}
    scenarios: [community]                       # names or paths
    base: {people: 2000, days: 90}               # laid over all of them, by dotted path
    axes:
      strategies.community.groups: [2, 5, 10]                                       # a list
      brand.product.quality: {low: 0.4, high: 0.9, steps: 4}                        # a range
      brand.cash: {low: 50_000 CNY, high: 500_000 CNY, scale: log}                  # a range of ratios
      population.brand_trust: {distribution: {kind: normal, mean: 20%, sd: 5%}, low: 5%, high: 50%}
    design: {kind: latin_hypercube, points: 64, seed: 1}
    replications: 8
    expect:
      - repurchase_rate_90d > 20% with 95 %      # of every scenario
      - dual_rebate: losing_agent_share < 0.5    # of one

Only the form is checked here; `sim.scenario.sweep` holds paths and values against the scenarios.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, field_validator, model_validator

from sim.core.params import Params, param
from sim.scenario.expect import Expectation, parse_expectation
from sim.scenario.spec import LIMIT_SEED, SafeName, Title, TitleSpec, located
from sim.text.message import Message

NEWEST_SWEEP = 1
"""Version of the language of sweep files; see `sim.scenario.version` for the rule."""
LIMIT_AXES, LIMIT_VALUES, LIMIT_POINTS, LIMIT_RUNS = 40, 1_000, 100_000, 1_000_000
DEFAULT_POINTS = 32
DISTRIBUTIONS: dict[str, tuple[str, ...]] = {"normal": ("mean", "sd"), "lognormal": ("median", "factor"), "triangular": ("mode",)}
"""Kind of distribution and the numbers that it needs, all besides `low` and `high`."""


def _amount(value: Any) -> Any:
    """Refuse what is neither a number nor a quantity with its unit."""
    if value is None or (isinstance(value, (int, float, str)) and not isinstance(value, bool)):
        return value
    raise ValueError(Message("sweep.amount"))


Amount = Annotated[Any, AfterValidator(_amount)]
"""A number, or a quantity such as ``50_000 CNY``; what it means is known once its parameter is."""


class DistributionSpec(Params):
    """How values of an axis are drawn between its ends."""

    kind: Literal["normal", "lognormal", "triangular"] = param(
        ..., source="scenario", doc="normal (mean, sd), lognormal (median, factor) or triangular (mode)", zh="分布类型")
    mean: Amount = param(None, source="scenario", doc="Mean before the ends cut it", zh="均值")
    sd: Amount = param(None, source="scenario", doc="Standard deviation before the ends cut it", zh="标准差")
    median: Amount = param(None, source="scenario", doc="Median before the ends cut it", zh="中位数")
    factor: float | None = param(None, source="scenario", gt=1, le=1e6, zh="一个标准差的倍数",
                                 doc="What one standard deviation multiplies or divides by")
    mode: Amount = param(None, source="scenario", doc="Value most likely", zh="众数")

    @model_validator(mode="after")
    def _complete(self) -> DistributionSpec:
        needs = DISTRIBUTIONS[self.kind]
        for name in ("mean", "sd", "median", "factor", "mode"):
            given = getattr(self, name) is not None
            if given != (name in needs):
                message = Message("sweep.distribution", kind=self.kind, needs=list(needs), name=name)
                raise located((name,) if given else ("kind",), message, getattr(self, name))
        return self


class AxisSpec(Params):
    """One axis as written: a list of values, a range, or a distribution between two ends."""

    values: tuple[Any, ...] | None = param(None, source="scenario", min_length=1, max_length=LIMIT_VALUES, zh="取值列表",
                                           doc="Values, in place of low and high")
    low: Amount = param(None, source="scenario", doc="Lowest value", zh="最小值")
    high: Amount = param(None, source="scenario", doc="Highest value", zh="最大值")
    scale: Literal["linear", "log"] = param("linear", source="scenario", zh="刻度",
                                            doc="linear: equal steps; log: equal ratios")
    steps: int | None = param(None, source="scenario", ge=2, le=LIMIT_VALUES, doc="Values on a grid (5)", zh="网格取值数")
    distribution: DistributionSpec | None = param(None, source="scenario", doc="How values are drawn", zh="分布")
    label: Title | None = param(None, source="scenario", doc="What pictures call it", zh="标签")

    @model_validator(mode="after")
    def _one_form(self) -> AxisSpec:
        if self.values is not None:
            for name in ("low", "high", "steps", "distribution"):
                if getattr(self, name) is not None:
                    raise located((name,), Message("sweep.values_and_range", name=name), getattr(self, name))
        elif self.low is None or self.high is None:
            if self.distribution is not None:
                raise located(("distribution",), Message("sweep.ends"), None)
            raise ValueError(Message("sweep.axis"))
        if self.distribution is not None and self.scale == "log":
            raise located(("scale",), Message("sweep.log_distribution"), self.scale)
        return self


def _axis(value: Any) -> Any:
    """Take a list for its values."""
    if isinstance(value, list):
        return {"values": value}
    if not isinstance(value, (dict, AxisSpec)):
        raise ValueError(Message("sweep.axis"))  # noqa: TRY004 - a validator
    return value


def _design(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


class DesignSpec(Params):
    """Which points of the space are tried."""

    kind: Literal["grid", "latin_hypercube", "sobol"] = param(
        "grid", source="scenario", zh="设计类型",
        doc="grid: every combination; latin_hypercube: each axis evenly, combinations by chance; sobol: evenly in all")
    points: int | None = param(None, source="scenario", ge=1, le=LIMIT_POINTS, zh="点数",
                               doc="How many, unless on a grid (32)")
    seed: int = param(1, source="scenario", ge=0, le=LIMIT_SEED, doc="Chance of the choice of points", zh="设计种子")

    @model_validator(mode="after")
    def _fitting(self) -> DesignSpec:
        if self.kind == "grid" and self.points is not None:
            raise located(("points",), Message("sweep.grid_points"), self.points)
        if self.kind == "sobol" and self.points is not None and self.points & (self.points - 1):
            below = 1 << (self.points.bit_length() - 1)
            raise located(("points",), Message("sweep.sobol_points", below=below, above=2 * below), self.points)
        return self


def _expected(value: Any) -> Any:
    """Return an expectation as {name of a scenario, or nothing: text}."""
    if isinstance(value, str):
        return {"": parse_expectation(value).text}
    if isinstance(value, dict) and len(value) == 1 and all(isinstance(text, str) for text in value.values()):
        return {name: parse_expectation(text).text for name, text in value.items()}
    raise ValueError(Message("sweep.expectation"))


class SweepSpec(Params):
    """A sweep file whose values have the right form; paths and values of axes are checked against the scenarios later."""

    schema_version: int = param(NEWEST_SWEEP, alias="schema", source="scenario", ge=1, le=NEWEST_SWEEP, zh="格式版本",
                                doc="Version of the language of sweep files")
    name: SafeName = param("sweep", source="scenario", doc="Name in tables and file names", zh="名称")
    title: Title = param(TitleSpec(), source="scenario", doc="What the page calls it", zh="标题")
    scenarios: tuple[str, ...] = param(..., source="scenario", min_length=1, max_length=16, zh="场景",
                                       doc="Scenarios to play, by name or path")
    base: dict[str, Any] = param({}, source="scenario", doc="Values laid over every scenario, by dotted path", zh="公共设置")
    axes: dict[str, Annotated[AxisSpec, BeforeValidator(_axis)]] = param(
        {}, source="scenario", max_length=LIMIT_AXES, doc="What varies, by dotted path", zh="坐标轴")
    design: Annotated[DesignSpec, BeforeValidator(_design)] = param(
        DesignSpec(), source="scenario", doc="Which points are tried", zh="设计")
    replications: int = param(8, source="scenario", ge=1, le=10_000, doc="Runs of a scenario at a point", zh="重复次数")
    seed: int = param(1, source="scenario", ge=0, le=LIMIT_SEED, doc="Seed of all runs", zh="随机种子")
    expect: tuple[Annotated[dict[str, str], BeforeValidator(_expected)], ...] = param(
        (), source="scenario", max_length=100, doc="Outcomes to hold at every point", zh="预期")

    @field_validator("scenarios")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for at, name in enumerate(value):
            if name in value[:at]:
                raise located((at,), Message("sweep.scenario_twice", name=name), name)
        return value

    def expected(self) -> list[tuple[str, Expectation]]:
        """Return (name of a scenario or an empty text for all, expectation), in the order of the file."""
        return [(name, parse_expectation(text)) for one in self.expect for name, text in one.items()]
