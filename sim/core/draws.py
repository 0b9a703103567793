"""Chance: counter-based draws in two levels, the same for any thread count and executor.

Philox 4x32-10 [Salmon2011] turns (seed, purpose, day) into a 64-bit key; SplitMix64 [Steele2014]
of (key, index) is the draw. So the same person meets the same luck in every strategy (common
random numbers), and no draw depends on how many others were made before it.

    key(seed, purpose, day) = words 0 and 1 of Philox4x32-10(counter = (0, purpose, day, TAG), key = seed)
    draw(key, index)        = mix64(key + (index + 1) * 0x9E3779B97F4A7C15)

A purpose is a 32-bit hash of its name, never a position in a list, so that a new strategy leaves
every other draw alone. Packing (a, b) into an index must be one-to-one: `pair(a, b) = a << 32 | b`.
"""

from __future__ import annotations

import functools
import hashlib

import numpy as np
from numpy.typing import NDArray

from sim.core.kernel import Array, Number, kernel
from sim.core.maths import normal_quantile

_MASK32 = 0xFFFFFFFF
_TAG = 0x67785F31  # "gx_1": a new stream layout gets a new tag
_M0, _M1 = 0xD2511F53, 0xCD9E8D57
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)
_S27 = np.uint64(27)
_S30 = np.uint64(30)
_S31 = np.uint64(31)
_S12 = np.uint64(12)
_S32 = np.uint64(32)
_ONE = np.uint64(1)


def philox4x32(counter: tuple[int, int, int, int], key: tuple[int, int], rounds: int = 10) -> tuple[int, int, int, int]:
    """Return the four words of Philox 4x32 [Salmon2011]; known answers in tests/unit/test_draws.py."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(rounds):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & _MASK32, (p0 >> 32) ^ c3 ^ k1, p0 & _MASK32
        k0, k1 = (k0 + _W0) & _MASK32, (k1 + _W1) & _MASK32
    return c0, c1, c2, c3


@functools.cache
def purpose_hash(name: str) -> int:
    """Return the stable 32-bit hash of a purpose's name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "little")


def key_of(seed: int, purpose: str, day: int) -> np.uint64:
    """Return the 64-bit key of all draws made for `purpose` on `day` under `seed`."""
    words = philox4x32((0, purpose_hash(purpose), day & _MASK32, _TAG), (seed & _MASK32, (seed >> 32) & _MASK32))
    return np.uint64(words[1] << 32 | words[0])


def names_of(owner: str, count: int) -> NDArray[np.int64]:
    """Return names below 2**24 of `count` things of an owner, int64 (count,), for the indices of draws.

    A thing is drawn for under its name, never under its number in a run, so that another owner's
    things leave its luck alone.
    """
    return (purpose_hash(owner) + np.arange(count, dtype=np.int64)) & 0xFFFFFF


def derive_seed(seed: int, *names: object) -> int:
    """Return a 64-bit seed that depends on `seed` and every name (replication, world, days)."""
    text = "/".join([str(seed), *map(str, names)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


@kernel()
def _fill_keys(k0: int, k1: int, purpose: int, first: int, out: Array) -> None:
    """Write `key_of` for days from `first`; the seed's halves and the purpose are below 2**32."""
    low = np.uint64(_MASK32)
    for t in range(len(out)):
        c0, c1, c2, c3 = np.uint64(0), np.uint64(purpose), np.uint64(first + t), np.uint64(_TAG)
        a, b = np.uint64(k0), np.uint64(k1)
        for _ in range(10):
            p0, p1 = np.uint64(_M0) * c0, np.uint64(_M1) * c2
            c0, c1, c2, c3 = (p1 >> _S32) ^ c1 ^ a, p1 & low, (p0 >> _S32) ^ c3 ^ b, p0 & low
            a, b = (a + np.uint64(_W0)) & low, (b + np.uint64(_W1)) & low
        out[t] = (c1 << _S32) | c0


def keys_of(seed: int, purpose: str, first: int, count: int) -> NDArray[np.uint64]:
    """Return `key_of` for `count` days from `first`, uint64 (count,), computed together."""
    keys = np.empty(count, np.uint64)
    _fill_keys(seed & _MASK32, (seed >> 32) & _MASK32, purpose_hash(purpose), first, keys)
    return keys


_BITS = 8
_LATEST = (1 << _BITS) - 1


class Draws:
    """The draws of one run: `draws.key("word_of_mouth", day)` is handed to kernels.

    Keys are computed for many days at once and kept: one key costs 17 microseconds of Python, and a
    day asks for some twenty.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._keys: dict[tuple[str, int], NDArray[np.uint64]] = {}

    def key(self, purpose: str, day: int = 0) -> np.uint64:
        """Return the key for a purpose and day."""
        block = day >> _BITS
        keys = self._keys.get((purpose, block))
        if keys is None:
            keys = self._keys[purpose, block] = keys_of(self.seed, purpose, block << _BITS, 1 << _BITS)
        key: np.uint64 = keys[day & _LATEST]
        return key


@kernel(types="uint64(uint64, int64)")
def draw64(key: int, index: int) -> Number:
    """Return the 64-bit draw number `index` under `key` (SplitMix64)."""
    z = np.uint64(key) + (np.uint64(index) + _ONE) * _GOLDEN
    z = (z ^ (z >> _S30)) * _MIX1
    z = (z ^ (z >> _S27)) * _MIX2
    return z ^ (z >> _S31)


@kernel(types="uint64(int64, int64)")
def pair(a: int, b: int) -> Number:
    """Pack two numbers below 2**32 into one index, one-to-one."""
    return (np.uint64(a) << _S32) | np.uint64(b)


@kernel(types="float64(uint64, int64)")
def uniform(key: int, index: int) -> Number:
    """Return a draw in (0, 1): 52 bits, centred, never 0 and never 1 (with 53 the last would round to 1)."""
    return (np.float64(draw64(key, index) >> _S12) + 0.5) * (1.0 / 4503599627370496.0)


@kernel()
def _fill(key: int, name: Array, out: Array) -> None:
    for k in range(len(name)):
        out[k] = uniform(key, name[k])


def uniforms(key: np.uint64, name: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return one `uniform` draw for each name, whatever stands beside it, float64 (n,).

    Parameters
    ----------
    name : integer (n,), >= 0
        Indices of the draws: uids of people, names of accounts, numbers of places.
    """
    out = np.empty(len(name))
    _fill(key, np.asarray(name, np.int64), out)  # of one kind, else it is compiled for each
    return out


@kernel(types="float64(uint64, int64)")
def normal(key: int, index: int) -> Number:
    """Return a standard normal draw (quantile of one uniform)."""
    return normal_quantile(uniform(key, index))


@kernel()
def threshold(p: float) -> Number:
    """Return the 32-bit limit that the top half of a draw stays under with probability `p`."""
    if p <= 0.0:
        return np.int64(0)
    if p >= 1.0:
        return np.int64(4294967296)
    return np.int64(p * 4294967296.0)


@kernel()
def coin(key: int, index: int, limit: int) -> Number:
    """Return whether draw `index` falls under a `threshold`."""
    return np.int64(draw64(key, index) >> _S32) < limit

