"""Whether scenarios share a market: only then does a comparison compare strategies.

Same market = equal people, network, calendar, days, shocks, mechanisms, physical product, list price,
seed customers and cash. Claims, discounts and strategies are levers, names and
titles are words, and the seed belongs to the comparison, which uses one for all.
"""

from __future__ import annotations

import functools
import hashlib
import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.errors import MarketMismatchError, Problem, ScenarioError, did_you_mean, shorten
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sim.scenario.spec import ScenarioSpec

_PARTS = ("people", "days", "start", "network", "population", "calendar", "shocks", "mechanisms", "market")
_LEVERS = {"name", "claimed_quality"}
_LIMIT_SHOWN = 8
_ABSENT = "nothing"
_BYTES = 1 << 20


def market_of(spec: ScenarioSpec) -> dict[str, Any]:
    """Return the part of a scenario that compared scenarios must share, as {dotted name: value}."""
    data = spec.model_dump(mode="json", by_alias=True)
    market = {name: data[name] for name in _PARTS}
    market["network"] = _without_folder(market["network"])
    brands = [_physical(brand.model_dump(mode="json"), [p.model_dump(mode="json") for p in brand.all_products()])
              for brand in spec.all_brands()]
    market |= {"brand": brands[0]} if len(brands) == 1 else {"brands": brands}
    return dict(_flat(market, ""))


def scenario_hash(spec: ScenarioSpec) -> str:
    """Return 16 hex digits over everything that can change a run, the contents of data files included.

    Titles and expectations do not count, nor does the folder in which a data file lies.
    """
    data = spec.model_dump(mode="json", by_alias=True, exclude={"title", "expect", "data"})
    path = data["network"].get("path")
    data["network"] = _without_folder(data["network"])
    return _digest({"scenario": data, "file": _content(path) if isinstance(path, str) else ""})


def market_difference(specs: Sequence[ScenarioSpec], allow: Iterable[str] = ()) -> list[str]:
    """Return the dotted names in which the markets differ, without those that are allowed to.

    Parameters
    ----------
    specs : sequence of ScenarioSpec
        At least one.
    allow : iterable of str
        Names such as ``mechanisms``; everything below them may differ.

    Raises
    ------
    ScenarioError
        If a name in `allow` is no part of a market.
    """
    markets = [market_of(spec) for spec in specs]
    names = sorted({name for market in markets for name in market})
    allowed = [_checked(name, names) for name in allow]
    return [name for name in names
            if len({json.dumps(market.get(name, _ABSENT)) for market in markets}) > 1
            and not any(name == a or name.startswith(f"{a}.") for a in allowed)]


def require_same_market(specs: Sequence[ScenarioSpec], allow: Iterable[str] = ()) -> None:
    """Refuse to compare scenarios of different markets.

    Raises
    ------
    MarketMismatchError
        Names every field that differs, with its values.
    """
    fields = market_difference(specs, allow)
    if not fields:
        return
    markets = [market_of(spec) for spec in specs]
    lines = [_line(field, specs, markets) for field in fields[:_LIMIT_SHOWN]]
    if len(fields) > _LIMIT_SHOWN:
        lines.append(Message("scenario.differs_rest", count=len(fields) - _LIMIT_SHOWN))
    mechanisms = all(field.split(".")[0] == "mechanisms" for field in fields)
    hint = Message("scenario.allow_mechanisms" if mechanisms else "scenario.one_market")
    text = Message("scenario.different_markets", lines=Message.joined(lines, "\n"), hint=hint)
    raise MarketMismatchError(fields, text)


def _line(field: str, specs: Sequence[ScenarioSpec], markets: Sequence[dict[str, Any]]) -> Message:
    values = [Message.joined([spec.name, _shown(market[field]) if field in market else Message("scenario.nothing")], " ")
              for spec, market in zip(specs, markets, strict=True)]
    return Message("scenario.differs", field=field, values=values[:_LIMIT_SHOWN])


def _shown(value: Any) -> str:
    return value if isinstance(value, str) and len(value) < 40 else shorten(value, 40)


def _checked(name: str, names: list[str]) -> str:
    parts = {".".join(full.split(".")[:depth]) for full in names for depth in range(1, len(full.split(".")) + 1)}
    if name not in parts:
        tops = sorted({full.split(".")[0] for full in names})
        hint = did_you_mean(name[:100], parts) or Message("scenario.parts", names=tops)
        message = Message("scenario.no_part", name=shorten(name), hint=hint)
        raise ScenarioError(Problem(message, file="--allow-different"))
    return name


def _physical(brand: dict[str, Any], products: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what of a brand belongs to the market: its means and its physical products."""
    kept = {name: value for name, value in brand.items() if name not in _LEVERS | {"product", "products"}}
    physical = [{name: value for name, value in product.items() if name not in _LEVERS} for product in products]
    return kept | ({"product": physical[0]} if len(physical) == 1 else {"products": physical})


def _without_folder(network: dict[str, Any]) -> dict[str, Any]:
    path = network.get("path")
    return {**network, "path": Path(path).name} if isinstance(path, str) else network


def _flat(value: Any, path: str) -> Iterable[tuple[str, Any]]:
    """Yield the leaves of nested mappings and lists of mappings by dotted name."""
    entries: Iterable[tuple[str, Any]] = ()
    if isinstance(value, dict) and value:
        entries = value.items()
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        entries = ((str(position), item) for position, item in enumerate(value))
    else:
        yield path, value
    for name, entry in entries:
        yield from _flat(entry, f"{path}.{name}" if path else name)


def _digest(data: Any) -> str:
    text = json.dumps(data, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _content(path: str) -> str:
    """Return a digest of a file or of the files of a folder; an empty text if there is nothing to read."""
    place = Path(path)
    try:
        files = sorted(place.iterdir()) if place.is_dir() else [place]
        digests = [(file.name, _content_of(str(file), status.st_size, status.st_mtime_ns))
                   for file in files if stat.S_ISREG((status := file.stat()).st_mode)]
    except (OSError, ValueError):
        return ""  # whether the file is needed, and what to do about it, is said elsewhere
    return _digest(digests) if digests else ""


@functools.lru_cache(maxsize=64)
def _content_of(path: str, size: int, changed: int) -> str:  # noqa: ARG001 - part of the cache's key
    """Return the digest of the first `size` bytes, so that a file that grows cannot keep us reading."""
    digest = hashlib.blake2b(digest_size=8)
    with Path(path).open("rb") as stream:
        while size > 0 and (block := stream.read(min(size, _BYTES))):
            digest.update(block)
            size -= len(block)
    return digest.hexdigest()
