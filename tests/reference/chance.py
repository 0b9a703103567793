"""Luck in Python's own integers: Philox 4x32-10 names the day's key, SplitMix64 of (key, index) is the draw."""

from __future__ import annotations

import functools
import hashlib

from tests.reference.arithmetic import log, normal_quantile

_LOW = 2**32 - 1
_ALL = 2**64 - 1


def philox(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Ten rounds of Salmon's Philox on four words of 32 bits."""
    a, b, c, d = counter
    k, m = key
    for _ in range(10):
        first, second = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (second >> 32) ^ b ^ k, second & _LOW, (first >> 32) ^ d ^ m, first & _LOW
        k, m = (k + 0x9E3779B9) & _LOW, (m + 0xBB67AE85) & _LOW
    return a, b, c, d


def name_hash(purpose: str) -> int:
    return int.from_bytes(hashlib.blake2b(purpose.encode(), digest_size=4).digest(), "little")


@functools.cache
def key_of(seed: int, purpose: str, day: int = 0) -> int:
    low, high, _, _ = philox((0, name_hash(purpose), day, 0x67785F31), (seed & _LOW, seed >> 32))
    return high << 32 | low


def draw(key: int, index: int) -> int:
    """The draw number `index` of Steele's SplitMix64 seeded with `key`."""
    z = (key + (index + 1) * 0x9E3779B97F4A7C15) & _ALL
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & _ALL
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & _ALL
    return z ^ z >> 31


def uniform(key: int, index: int) -> float:
    """The middle of one of 2^52 equal parts of (0, 1)."""
    return ((draw(key, index) >> 12) + 0.5) * 2.0**-52


def coin(key: int, index: int, chance: float) -> bool:
    """Heads with a chance that is rounded down to a multiple of 2^-32."""
    limit = min(max(int(chance * 2.0**32), 0), 2**32)
    return draw(key, index) >> 32 < limit


def pair(a: int, b: int) -> int:
    return a << 32 | b


def normal(key: int, index: int) -> float:
    return normal_quantile(uniform(key, index))


def exponential(key: int, index: int) -> float:
    return -log(uniform(key, index))
