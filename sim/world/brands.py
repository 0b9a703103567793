"""Brands and products: what is sold, at what cost and quality, with how much cash behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, field_validator, model_validator

from sim.core.categories import CATEGORIES
from sim.core.params import ASSUMPTION, Days, Fen, Params, Share, param
from sim.text.message import Message


class NameParams(Params):
    """What a product is called, in both languages; one text serves for both."""

    zh: str = param("", source="scenario", doc="Chinese name", zh="中文名", max_length=60)
    en: str = param("", source="scenario", doc="English name", zh="英文名", max_length=60)

    @field_validator("zh", "en")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError(Message("values.name"))
        return value

    def within(self, lang: str) -> str:
        """Return the name in a language (zh or en), else in the other."""
        return (self.zh or self.en) if lang == "zh" else (self.en or self.zh)


def _both(value: Any) -> Any:
    return {"zh": value, "en": value} if isinstance(value, str) else value


class ProductParams(Params):
    """One product."""

    name: Annotated[NameParams, BeforeValidator(_both)] = param(
        NameParams(zh="商品", en="product"), source="scenario", doc="Name shown in the page", zh="商品名")
    price: Fen = param(12_800, source="market 0", doc="List price", zh="标价", unit="fen")
    reference_price: Fen | None = param(
        None, source="market 7", unit="fen", zh="参考价",
        doc="What people take such a product to be worth, against which they hold every price; nothing: the list price")
    unit_cost: Fen = param(2_200, source="domain row 67", doc="Cost of goods a unit", zh="单位成本", unit="fen")
    delivery_cost: Fen = param(600, source=ASSUMPTION, low=300, high=1500, unit="fen",
                               doc="Logistics a unit delivered or sent back", zh="每件物流费")
    quality: Share = param(0.72, source="market 0", doc="Quality as delivered by a perfect service", zh="品质")
    claimed_quality: Share | None = param(
        None, source="scenario", doc="Quality the seller promises; nothing: an honest promise", zh="宣称品质")
    service_level: Share = param(1.0, source=ASSUMPTION, low=0.8, high=1.0,
                                 doc="Share of the quality that delivery and service let through (claims are "
                                     "about the delivered quality)", zh="服务水平")
    uses_days: Days = param(30.0, source="market 0", low=10, high=90, doc="How long one unit lasts",
                            zh="使用天数", unit="days")
    category: str = param("beauty", source="scenario", doc=f"One of {', '.join(CATEGORIES)}", zh="品类")
    stock: int | None = param(None, source="scenario", ge=0, le=10**9,
                              doc="Units in stock at the start; nothing: made to order", zh="初始库存")

    @model_validator(mode="after")
    def _sane(self) -> ProductParams:
        if self.category not in CATEGORIES:
            raise ValueError(Message("values.category", allowed=CATEGORIES))
        if self.price <= 0 or (self.reference_price is not None and self.reference_price <= 0):
            raise ValueError(Message("values.price"))
        if self.uses_days < 1:
            raise ValueError(Message("values.uses_days"))
        return self


class BrandParams(Params):
    """One brand: its cash, its first customers and its products."""

    name: str = param("brand", source="scenario", doc="Name shown in the page", zh="品牌名", max_length=60)
    cash: Fen = param(30_000_000, source="market 0", doc="Cash on day 0", zh="启动资金", unit="fen")
    seed_customers: int = param(100, source="market 2", ge=0, le=10**8,
                                doc="People who already own the product on day 0", zh="种子客户数")
    product: ProductParams | None = param(None, source="scenario", doc="The one product", zh="商品")
    products: tuple[ProductParams, ...] = param((), source="scenario", doc="Several products", zh="多个商品",
                                                max_length=8)

    @model_validator(mode="after")
    def _one_way(self) -> BrandParams:
        if self.product is not None and self.products:
            raise ValueError(Message("values.product_or_products"))
        return self

    def all_products(self) -> tuple[ProductParams, ...]:
        """Return the brand's products; a brand that names none sells the default product."""
        return self.products or (self.product or ProductParams(),)


@dataclass(frozen=True)
class Products:
    """Products of a world as columns; P products, B brands.

    Parameters
    ----------
    brand_of : int64 (P,)
        Brand that sells the product.
    price_fen, unit_cost_fen, delivery_fen : int64 (P,)
    reference_fen : int64 (P,)
        What people hold a price against; 0: the list price that the offer names.
    quality : float64 (P,), [0, 1]
        Delivered quality: product times service level.
    claim : float64 (P,), [0, 1]
        Claimed delivered quality.
    uses_days : float64 (P,)
    category : int64 (P,)
    stock : int64 (P,)
        Units in the brand's stock on day 0; -1: made to order.
    """

    brand_of: NDArray[np.int64]
    price_fen: NDArray[np.int64]
    reference_fen: NDArray[np.int64]
    unit_cost_fen: NDArray[np.int64]
    delivery_fen: NDArray[np.int64]
    quality: NDArray[np.float64]
    claim: NDArray[np.float64]
    uses_days: NDArray[np.float64]
    category: NDArray[np.int64]
    stock: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.brand_of)


def build_products(brands: tuple[BrandParams, ...]) -> Products:
    """Lay the products of all brands out as columns, in the order of the file."""
    flat = [(b, p) for b, brand in enumerate(brands) for p in brand.all_products()]
    delivered = [p.quality * p.service_level for _, p in flat]
    return Products(
        brand_of=np.array([b for b, _ in flat], dtype=np.int64),
        price_fen=np.array([p.price for _, p in flat], dtype=np.int64),
        reference_fen=np.array([p.reference_price or 0 for _, p in flat], dtype=np.int64),
        unit_cost_fen=np.array([p.unit_cost for _, p in flat], dtype=np.int64),
        delivery_fen=np.array([p.delivery_cost for _, p in flat], dtype=np.int64),
        quality=np.array(delivered),
        claim=np.array([d if p.claimed_quality is None else p.claimed_quality
                        for d, (_, p) in zip(delivered, flat, strict=True)]),
        uses_days=np.array([p.uses_days for _, p in flat]),
        category=np.array([CATEGORIES.index(p.category) for _, p in flat], dtype=np.int64),
        stock=np.array([-1 if p.stock is None else p.stock for _, p in flat], dtype=np.int64),
    )
