"""The envelope of a scenario: who lives in the market, what is sold, who sells how, what may happen.

The envelope owns only what belongs to nobody else. Networks, strategies, shocks and mechanisms own
their parameters in their own rooms; the envelope looks them up by ``kind`` when a file names them,
so that reading a file imports neither a kernel nor a strategy that it does not use.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    SerializeAsAny,
    TypeAdapter,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from sim.core.errors import did_you_mean, reason_of, shorten
from sim.core.params import Days, Params, param
from sim.scenario import kinds
from sim.scenario.expect import Expectation, parse_expectation
from sim.scenario.find import is_safe_name
from sim.scenario.version import NEWEST
from sim.text.message import Message, said_by
from sim.world.brands import BrandParams
from sim.world.calendar import CalendarParams
from sim.world.people import PopulationParams

LIMIT_DAYS = 3_650
LIMIT_PEOPLE = 50_000_000
LIMIT_SEED = 2**63 - 1
SECOND = "scenario.second_strategy"
"""Key of the problem of two strategies under one name."""


def located(loc: tuple[str | int, ...], message: str, value: object = None, *,
            others: tuple[tuple[str | int, ...], ...] = ()) -> ValidationError:
    """Return a validation error at `loc`, below wherever it is raised; `others` are values that have a part in it."""
    kind = PydanticCustomError("scenario", "{message}", {"message": message, "others": others})
    return ValidationError.from_exception_data("scenario", [InitErrorDetails(type=kind, loc=loc, input=value)])


def _by_kind(family: str) -> Any:
    """Return a validator that turns a mapping with a ``kind`` into the parameters of that kind."""

    def choose(value: Any) -> Any:
        if isinstance(value, Params):
            return value
        known = kinds.kinds(family)
        if not isinstance(value, dict):
            raise ValueError(Message("scenario.mapping_with_kind", example=known[0]))  # noqa: TRY004
        kind = value.get("kind", kinds.DEFAULT_KIND.get(family))
        if kind is None:
            raise located(("kind",), Message("scenario.kind_missing", known=known))
        params = kinds.params_class(family, kind) if isinstance(kind, str) else None
        if params is None:
            hint = did_you_mean(str(kind)[:100], known)
            said = "scenario.unknown_strategy" if family == kinds.STRATEGIES and not hint else "scenario.unknown_kind"
            raise located(("kind",), Message(said, kind=shorten(kind), hint=hint, known=known), kind)
        try:
            made = params.model_validate(_filled(params, value, kind))
        except ValidationError:
            raise
        except Exception as error:  # a validator of an outside package may do anything
            name = type(error).__name__
            raise ValueError(Message("scenario.not_checked", kind=kind, name=name, error=reason_of(error))) from error
        try:
            _safe_name(str(getattr(made, "id", kind)))
        except ValueError as error:
            raise located(("id",), said_by(error), made) from None
        return made

    return choose


def _filled(params: type[Params], value: dict[str, Any], kind: str) -> dict[str, Any]:
    """Put in what the envelope supplies: the kind, and the id that defaults to it."""
    given = {name: entry for name, entry in value.items() if name != "kind"}
    if "kind" in params.model_fields:
        given["kind"] = kind
    if "id" in params.model_fields and given.get("id") is None:
        given["id"] = kind
    return given


def _mechanisms(value: Any) -> Any:
    """Turn a mapping into the parameters of all mechanisms."""
    return value if isinstance(value, Params) else kinds.mechanisms_class().model_validate(value)


def _union(family: str) -> Any:
    return Annotated[
        SerializeAsAny[Params], BeforeValidator(_by_kind(family)), WithJsonSchema({"x-guanxi-family": family})
    ]


def _title(value: Any) -> Any:
    return {"zh": value, "en": value} if isinstance(value, str) else value




@functools.cache
def _span() -> TypeAdapter[float]:
    return TypeAdapter(Days)


def _whole_days(value: Any) -> Any:
    """Accept ``26 weeks`` where days are counted."""
    if not isinstance(value, str):
        return value
    days = _span().validate_python(value)
    if not days.is_integer():
        raise ValueError(Message("scenario.whole_days", days=days))
    return int(days)


_WholeDays = Annotated[int, BeforeValidator(_whole_days),
                       WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}]})]


def _safe_name(value: str) -> str:
    if not is_safe_name(value):
        raise ValueError(Message("scenario.safe_name"))
    return value


def _expectation(value: str) -> str:
    return parse_expectation(value).text


class TitleSpec(Params):
    """What a scenario is called on a page, in both languages."""

    zh: str = param("", source="scenario", doc="Chinese title", zh="中文标题", max_length=80)
    en: str = param("", source="scenario", doc="English title", zh="英文标题", max_length=80)

    @field_validator("zh", "en")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError(Message("scenario.title"))
        return value


Title = Annotated[TitleSpec, BeforeValidator(_title)]
"""A title in both languages; one text stands for both."""
SafeName = Annotated[str, AfterValidator(_safe_name)]
"""A name that can become part of a file name."""


class MarketSpec(Params):
    """Chance of the world itself."""

    seed: int | None = param(None, source="design 5", ge=0, le=LIMIT_SEED, zh="固定世界种子",
                             doc="Pins people and ties for every replication; nothing: each replication has its own")


class ScenarioSpec(Params):
    """A checked scenario; everything a run needs besides the number of the replication."""

    schema_version: int = param(NEWEST, alias="schema", source="design 7", ge=1, le=NEWEST, zh="格式版本",
                                doc="Version of the scenario language")
    name: SafeName = param(
        "scenario", source="scenario", doc="Name in tables and file names: letters, digits, _ and -", zh="名称")
    title: Title = param(
        TitleSpec(), source="scenario", doc="What the page calls it", zh="标题")
    days: _WholeDays = param(180, source="domain 4", ge=1, le=LIMIT_DAYS, unit="days", doc="Horizon", zh="模拟天数")
    start: dt.date = param(dt.date(2026, 1, 1), source="scenario", ge=dt.date(1900, 1, 1), le=dt.date(2200, 1, 1),
                           doc="Date of day 0", zh="开始日期")
    people: int = param(20_000, source="scenario", ge=10, le=LIMIT_PEOPLE, unit="people",
                        doc="People in the market", zh="人数")
    seed: int = param(1, source="scenario", ge=0, le=LIMIT_SEED, doc="Seed of all chance", zh="随机种子")
    market: MarketSpec = param(MarketSpec(), source="design 5", doc="Chance of the world itself", zh="市场")
    network: _union(kinds.NETWORK) = param(  # type: ignore[valid-type]
        {}, source="domain 4.1", doc="Who trusts whom", zh="关系网络")
    data: str | None = param(None, source="scenario", max_length=4000, zh="网络数据文件",
                             doc="File of a real network; what network.path says if the network gives none")
    population: PopulationParams = param(PopulationParams(), source="domain 4", doc="Who the people are", zh="人群")
    calendar: CalendarParams = param(CalendarParams(), source="design 3", doc="Weekdays and seasons", zh="日历")
    brand: BrandParams | None = param(None, source="scenario", doc="The one brand", zh="品牌")
    brands: tuple[BrandParams, ...] = param((), source="scenario", max_length=8, zh="多个品牌",
                                            doc="Several brands that compete for the same people")
    mechanisms: Annotated[SerializeAsAny[Params], BeforeValidator(_mechanisms),
                          WithJsonSchema({"x-guanxi-family": "mechanisms"})] = param(
        {}, source="design 4", doc="How people respond; each can be switched off or reduced", zh="机制")
    strategies: tuple[_union(kinds.STRATEGIES), ...] = param(  # type: ignore[valid-type]
        (), source="scenario", max_length=32, doc="What the sellers do", zh="策略")
    shocks: tuple[_union(kinds.SHOCKS), ...] = param(  # type: ignore[valid-type]
        (), source="scenario", max_length=100, doc="What befalls the market", zh="冲击")
    expect: tuple[Annotated[str, AfterValidator(_expectation)], ...] = param(
        (), source="scenario", max_length=100, doc="Outcomes to hold, such as losing_agent_share < 0.5", zh="预期")

    @model_validator(mode="after")
    def _together(self) -> ScenarioSpec:
        if self.brand is not None and self.brands:
            raise located(("brands",), Message("values.brand_or_brands"))
        seen: dict[str, int] = {}
        for position, strategy in enumerate(self.strategies):
            name, brand = strategy_id(strategy), getattr(strategy, "brand", 0)
            if name in seen:
                raise located(("strategies", position), Message(SECOND, name=name), name)
            if brand >= len(self.all_brands()):
                message = Message("scenario.no_brand", brand=brand, count=len(self.all_brands()))
                raise located(("strategies", position, "brand"), message, brand)
            product, products = getattr(strategy, "product", 0), len(self.all_brands()[brand].all_products())
            if isinstance(product, int) and product >= products:
                message = Message("scenario.no_product", product=product, count=products)
                raise located(("strategies", position, "product"), message, product)
            seen[name] = position
        return self

    @model_validator(mode="after")
    def _customers_fit(self) -> ScenarioSpec:
        numbers = [brand.seed_customers for brand in self.all_brands()]
        most = max(numbers)
        if most > self.people:
            message = Message("scenario.seed_customers", people=self.people, most=most)
            brand = ("brands", numbers.index(most)) if self.brands else ("brand",)
            raise located(("people",), message, self.people, others=((*brand, "seed_customers"),))
        return self

    def all_brands(self) -> tuple[BrandParams, ...]:
        """Return the brands; a scenario that names none has the default brand."""
        return self.brands or (self.brand or BrandParams(),)

    def expectations(self) -> tuple[Expectation, ...]:
        """Return the parsed expectations in the order of the file."""
        return tuple(parse_expectation(text) for text in self.expect)

    def title_in(self, lang: str) -> str:
        """Return the title in a language (zh or en), else in the other, else the name."""
        first, second = (self.title.zh, self.title.en) if lang == "zh" else (self.title.en, self.title.zh)
        return first or second or self.name


def strategy_id(strategy: Params) -> str:
    """Return the id under which a strategy is named in paths and tables."""
    return str(getattr(strategy, "id", "") or getattr(strategy, "kind", type(strategy).__name__))
