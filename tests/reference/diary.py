"""What happened on a day, told in rows."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Diary:
    """What happened on a day, as rows; compared with the simulator's event tables."""

    ordered: list[tuple[float, ...]] = field(default_factory=list)
    unfilled: list[tuple[int, ...]] = field(default_factory=list)
    chatted: list[tuple[float, ...]] = field(default_factory=list)
    delivered: list[tuple[float, ...]] = field(default_factory=list)
    talked: list[tuple[int, ...]] = field(default_factory=list)
    joined: list[tuple[int, ...]] = field(default_factory=list)
    refused: list[tuple[int, ...]] = field(default_factory=list)
    left: list[tuple[int, ...]] = field(default_factory=list)
    stock_moved: list[tuple[int, ...]] = field(default_factory=list)
    pool_closed: list[tuple[int, ...]] = field(default_factory=list)
    enforced: list[tuple[int, ...]] = field(default_factory=list)
    unmasked: list[tuple[int, ...]] = field(default_factory=list)
