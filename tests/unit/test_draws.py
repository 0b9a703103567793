"""Draws: published known answers, one-to-one packing, and luck that is spread evenly."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.draws import (
    Draws,
    coin,
    derive_seed,
    draw64,
    key_of,
    keys_of,
    names_of,
    normal,
    pair,
    philox4x32,
    purpose_hash,
    threshold,
    uniform,
    uniforms,
)

ONES = 0xFFFFFFFF
GOLDEN = 0x9E3779B97F4A7C15

# Random123, tests/kat_vectors: philox4x32, 10 rounds [Salmon2011].
PHILOX = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES, ONES, ONES, ONES), (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0),
     (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]
SPLITMIX = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]
"""The first five numbers of SplitMix64 seeded with 1234567 [Steele2014]."""


@pytest.mark.parametrize(("counter", "key", "answer"), PHILOX)
def test_philox_gives_its_known_answers(counter: tuple[int, int, int, int], key: tuple[int, int],
                                        answer: tuple[int, int, int, int]) -> None:
    assert philox4x32(counter, key) == answer


def test_splitmix_gives_its_known_answers() -> None:
    assert [int(draw64(np.uint64(1234567), n)) for n in range(5)] == SPLITMIX
    assert int(draw64(np.uint64(0), 0)) == 0xE220A8397B1DCDAF


def test_draws_wrap_around_at_64_bits() -> None:
    top = (1 << 64) - 1
    assert int(draw64(np.uint64(top), 0)) == int(draw64(np.uint64(top - GOLDEN), 1))


@pytest.mark.parametrize(("name", "number"), [
    ("word_of_mouth", 1601141229), ("buy", 2106985652), ("talk 0", 3435317362), ("traits", 3780046575), ("", 634351890),
])
def test_the_hash_of_a_purpose_never_changes(name: str, number: int) -> None:
    assert purpose_hash(name) == number


def test_keys_never_change() -> None:
    assert int(key_of(1, "buy", 0)) == 9409142290579294641
    assert int(key_of(2**64 - 1, "talk 0", 364)) == 6420093734264119945
    assert derive_seed(1, "world", 0) == 4670312908371734674
    assert derive_seed(1, "days", 0) == 9315873734626286861
    assert names_of("offers community", 2).tolist() == [1279585, 1279586]


def test_keys_differ_by_seed_purpose_and_day() -> None:
    keys = {int(key_of(seed, purpose, day)) for seed in range(20) for purpose in ("buy", "product", "see")
            for day in range(50)}
    assert len(keys) == 20 * 3 * 50
    assert key_of(1, "buy", 3) != key_of(1 << 32, "buy", 3)


def test_keys_of_many_days_are_those_of_each() -> None:
    many = keys_of(77, "see", 250, 600)
    assert [int(key) for key in many] == [int(key_of(77, "see", day)) for day in range(250, 850)]
    draws = Draws(77)
    days = [0, 1, 255, 256, 257, 511, 512, 3649]
    assert [int(draws.key("see", day)) for day in days] == [int(key_of(77, "see", day)) for day in days]


def test_seeds_of_worlds_and_days_differ() -> None:
    seeds = {derive_seed(seed, part, r) for seed in range(30) for part in ("world", "days") for r in range(30)}
    assert len(seeds) == 30 * 2 * 30
    assert derive_seed(1, 23) != derive_seed(12, 3)


def test_names_are_consecutive_small_and_their_owners_own() -> None:
    names = names_of("channels community", 500)
    assert len(set(names.tolist())) == 500
    assert names.min() >= 0
    assert names.max() < 1 << 24
    assert (names_of("channels community", 100) == names[:100]).all()
    assert not set(names.tolist()) & set(names_of("channels rival", 500).tolist())


def test_pairs_are_one_to_one() -> None:
    values = [0, 1, 2, 255, 65535, 65536, (1 << 31) - 1, 1 << 31, (1 << 32) - 2, (1 << 32) - 1]
    packed = {int(pair(a, b)) for a in values for b in values}
    assert len(packed) == len(values) ** 2
    assert all((int(pair(a, b)) >> 32, int(pair(a, b)) & ONES) == (a, b) for a in values for b in values)


@pytest.mark.parametrize(("chance", "limit"), [
    (-1.0, 0), (0.0, 0), (2.0**-33, 0), (2.0**-32, 1), (0.5, 1 << 31), (1 - 2.0**-32, ONES), (1.0, 1 << 32),
    (7.0, 1 << 32),
])
def test_a_threshold_is_the_chance_in_32_bits(chance: float, limit: int) -> None:
    assert threshold(chance) == limit


def test_a_coin_of_no_chance_never_falls_and_one_of_certainty_always() -> None:
    key = key_of(5, "coin", 0)
    assert not any(coin(key, n, threshold(0.0)) for n in range(2000))
    assert all(coin(key, n, threshold(1.0)) for n in range(2000))


@pytest.mark.parametrize("chance", [0.01, 0.3, 0.5, 0.97])
def test_coins_fall_as_often_as_they_should(chance: float) -> None:
    key, limit, n = key_of(6, "coin", 1), threshold(chance), 40_000
    heads = sum(bool(coin(key, index, limit)) for index in range(n))
    assert abs(heads - n * chance) < 4.0 * (n * chance * (1.0 - chance)) ** 0.5


def test_uniforms_stay_inside_and_spread_evenly() -> None:
    key, n, cells = key_of(8, "uniform", 0), 64_000, 64
    drawn = np.array([uniform(key, index) for index in range(n)])
    assert drawn.min() > 0.0
    assert drawn.max() < 1.0
    counts = np.bincount((drawn * cells).astype(np.int64), minlength=cells)
    square = float(((counts - n / cells) ** 2 / (n / cells)).sum())
    assert 25.0 < square < 120.0  # chi-square with 63 degrees of freedom: 99.99 % lie within
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 4.0 / n**0.5


def test_names_get_the_same_draw_whatever_their_order_and_type() -> None:
    key, names = key_of(8, "uniforms", 0), [7, 0, 4_294_967_295, 7, 12]
    alone = [float(uniform(key, name)) for name in names]
    for wide in (np.uint32, np.int64):
        assert uniforms(key, np.array(names, wide)).tolist() == alone
    assert uniforms(key, np.array(names, np.int64)[::-1]).tolist() == alone[::-1]
    assert uniforms(key, np.empty(0, np.int64)).shape == (0,)


@pytest.mark.parametrize(("number", "drawn"), [(0, 2.0**-53), ((1 << 64) - 1, 1.0 - 2.0**-53)])
def test_the_extreme_draws_stay_inside_the_unit_interval(number: int, drawn: float) -> None:
    """The least and the greatest number there is; no row number reaches the number of rows by them."""
    key = np.uint64(_seed_whose_first_number_is(number))
    assert int(draw64(key, 0)) == number
    assert uniform(key, 0) == drawn
    assert all(int(uniform(key, 0) * n) < n for n in (1, 3, 1000, 999_983, 1 << 29, 50_000_000))


def _seed_whose_first_number_is(number: int) -> int:
    """Run SplitMix64 backwards: each of its steps can be undone."""
    everything = (1 << 64) - 1
    z = _unshifted(number, 31) * pow(0x94D049BB133111EB, -1, 1 << 64) & everything
    z = _unshifted(z, 27) * pow(0xBF58476D1CE4E5B9, -1, 1 << 64) & everything
    return (_unshifted(z, 30) - GOLDEN) & everything


def _unshifted(z: int, by: int) -> int:
    """Return x with x ^ (x >> by) = z."""
    x = z
    for _ in range(64 // by):
        x = z ^ x >> by
    return x


def test_people_next_to_each_other_share_no_luck() -> None:
    key, n = key_of(9, "see", 0), 20_000
    for shift in (1 << 32, 1, 256):
        one = np.array([uniform(key, index * 7) for index in range(n)])
        other = np.array([uniform(key, index * 7 + shift) for index in range(n)])
        assert abs(np.corrcoef(one, other)[0, 1]) < 4.0 / n**0.5


def test_normals_have_mean_zero_and_spread_one() -> None:
    key, n = key_of(10, "normal", 0), 40_000
    drawn = np.array([normal(key, index) for index in range(n)])
    assert abs(drawn.mean()) < 4.0 / n**0.5
    assert abs(drawn.std() - 1.0) < 4.0 / (2 * n) ** 0.5
    assert abs((drawn > 1.6448536269514722).mean() - 0.05) < 4.0 * (0.05 * 0.95 / n) ** 0.5


@pytest.mark.parametrize(("one", "other"), [(4, 5), (0, 1), (6, 7)])
def test_seeds_one_bit_apart_do_not_share_their_numbers(one: int, other: int) -> None:
    """Packing seed and index by XOR gives two such seeds the same numbers in another order."""
    first, second = ({int(draw64(np.uint64(seed), index)) for index in range(1 << 12)} for seed in (one, other))
    assert not first & second
    keyed, rekeyed = ({int(draw64(key_of(seed, "buy", 0), index)) for index in range(1 << 12)} for seed in (one, other))
    assert not keyed & rekeyed


def test_compiled_draws_are_the_plain_ones() -> None:
    rng = np.random.default_rng(3)
    keys = rng.integers(0, 1 << 64, 300, dtype=np.uint64)
    indices = rng.integers(0, 1 << 63, 300).tolist()
    with np.errstate(over="ignore"):
        for key, index in zip(keys, indices, strict=True):
            assert int(draw64(key, index)) == int(draw64.py_func(key, index))
            assert uniform(key, index) == uniform.py_func(key, index)
            assert normal(key, index) == normal.py_func(key, index)
            assert coin(key, index, 1 << 31) == coin.py_func(key, index, 1 << 31)
            assert int(pair(index >> 31, index & ONES)) == int(pair.py_func(index >> 31, index & ONES))
