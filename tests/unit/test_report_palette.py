"""Colours: apart for every kind of sight, readable on their paper, the same everywhere."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from sim.report import palette

NINE = range(9)
# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
SIGHT = {
    "full": np.eye(3),
    "protan": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritan": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip


def oklab(colour, sight):
    """Return a colour in OKLab [Ottosson2020] as somebody with this sight sees it."""
    s = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4)
    r, g, b = np.clip(SIGHT[sight] @ linear, 0, 1)
    cone = np.cbrt([
        0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b,
        0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b,
        0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b,
    ])
    return np.array([
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]) @ cone


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_any_two_strategies_stay_apart(theme, sight):
    places = [oklab(getattr(palette.mark(k), theme), sight) for k in NINE]
    gaps = {(a, b): float(np.linalg.norm(places[a] - places[b])) for a, b in combinations(NINE, 2)}
    assert min(gaps.values()) > 0.065
    # The default comparison has four: those are wider apart still.
    assert min(gap for pair, gap in gaps.items() if max(pair) < 4) > 0.1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_stands_out_from_its_paper(theme):
    for k in NINE:
        assert palette.contrast(getattr(palette.mark(k), theme), palette.PAPER[theme]) >= 3.0
    column = ("light", "dark").index(theme)
    for name in ("ink", "soft"):
        assert palette.contrast(palette.NEUTRAL[name][column], palette.PAPER[theme]) >= 4.5


def test_contrast_knows_its_ends():
    assert palette.contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert palette.contrast("#123456", "#123456") == 1.0


def test_symbols_tell_nine_apart_without_colour():
    assert len({palette.mark(k).symbol for k in NINE}) == 9
    assert all(palette.mark(k).outline.startswith("M") for k in NINE)
    assert palette.mark(9) == palette.mark(0)


def test_light_colours_name_their_dark_twins_uniquely():
    twins = palette.twins()
    count = 9 + len(palette.NEUTRAL) + len(palette.SHADES)
    assert len(twins) == count, "two things share a light colour, so their twins would be mixed up"
    first = palette.mark(0)
    assert palette.dark_twin(first.light) == first.dark
    assert palette.dark_twin(palette.veil(first.light, 0.1)) == palette.veil(first.dark, 0.1)
    assert palette.dark_twin("rgba(0,0,0,0)") == "rgba(0,0,0,0)"
    assert palette.dark_twin("#010203") == "#010203"


def test_ramp_runs_from_the_colour_towards_paper():
    steps = palette.ramp("#000000", "#FFFFFF", 5)
    assert steps[0] == "#000000"
    grey = [int(step[1:3], 16) for step in steps]
    assert grey == sorted(grey)
    assert grey[-1] < 255


def test_text_on_any_fill_can_be_read_on_both_papers():
    for fill in [palette.mark(k).light for k in NINE] + [light for light, _ in palette.SHADES]:
        ink = palette.ink_on(fill)
        assert palette.contrast(fill, ink) >= 4.0, fill
        assert palette.contrast(palette.dark_twin(fill), palette.dark_twin(ink)) >= 4.0, fill
