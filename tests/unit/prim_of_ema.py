"""Boxes of the EMA workbench's PRIM on data that any run of the tests makes again.

Made with ema_workbench 2.5.3: ``Prim(frame, y, threshold=0.5).find_box()`` with its defaults (lenient1, peel and
paste .05, mass .05) on `data` and `truth` below. Of the trajectory its length, the box in the middle and the last one
are kept, with coverage, density and, for the last, the quasi-p value of every restriction.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

Sides = list[tuple[str, str, Any]]


class Known(NamedTuple):
    """What the workbench found on one data set."""

    seed: int
    kind: int
    hits: int
    length: int
    middle: Sides
    middle_coverage: float
    middle_density: float
    last: Sides
    last_coverage: float
    last_density: float
    last_p: list[float]


def data(seed, n=500):
    """Return three axes of numbers and one of words, and a number of luck a case."""
    rng = np.random.default_rng(seed)
    axes = {"a": rng.uniform(0, 1, n), "b": rng.uniform(0, 1000, n), "c": rng.uniform(-1, 1, n),
            "d": np.array(["red", "green", "blue"], dtype=object)[rng.integers(0, 3, n)]}
    return axes, rng.random(n)


def truth(axes, luck, kind):
    """Return which cases are of interest: a clean box, a blurred one, and one with words."""
    if kind == 0:
        return (axes["a"] > 0.6) & (axes["b"] < 300)
    if kind == 1:
        return ((axes["a"] > 0.55) & (axes["b"] < 400) & (luck < 0.9)) | (luck < 0.05)
    return ((axes["a"] > 0.4) & (axes["d"] != "red") & (luck < 0.95)) | (luck < 0.03)


FROZEN = [
    Known(1, 0, 59, 41,
          [("a", "low", 0.5746742462024916), ("b", "high", 846.7223711350891)], 1.0, 0.34104046242774566,
          [("a", "low", 0.6037532982071346), ("a", "high", 0.9744136211843887), ("b", "high", 292.11204473284533)], 0.9661016949152542, 1.0,
          [1.534962e-22, 1.0, 1.934671e-29]),
    Known(1, 1, 109, 36,
          [("a", "low", 0.1895743343113343), ("b", "high", 485.53586660621033)], 0.8990825688073395, 0.5077720207253886,
          [("a", "low", 0.5863464454314276), ("b", "high", 385.7110218450536), ("d", "words", ("blue", "green"))], 0.4954128440366973, 1.0,
          [1.117695e-18, 1.983208e-20, 0.5069949]),
    Known(1, 2, 188, 16,
          [("a", "low", 0.2975248990502544), ("d", "words", ("blue", "green"))], 0.9787234042553191, 0.7896995708154506,
          [("a", "low", 0.456160523267084), ("c", "low", -0.887404903346294), ("d", "words", ("green",))], 0.425531914893617, 0.9411764705882353,
          [2.448156e-16, 0.4967139, 5.676982e-11]),
    Known(2, 0, 65, 39,
          [("a", "low", 0.5728887517026888), ("b", "high", 865.4707561595683)], 1.0, 0.3551912568306011,
          [("a", "low", 0.601344359527114), ("b", "high", 296.0704185218694)], 0.9846153846153847, 1.0,
          [7.712744e-24, 8.688658e-33]),
    Known(2, 1, 102, 38,
          [("a", "low", 0.4553181452412022), ("b", "high", 677.101948180011)], 0.8529411764705882, 0.47540983606557374,
          [("a", "low", 0.5855292637948115), ("a", "high", 0.9406528339392092), ("b", "high", 384.1016889131947), ("d", "words", ("blue", "green"))], 0.4019607843137255, 1.0,
          [1.76696e-16, 0.1616176, 5.722695e-19, 0.5635857]),
    Known(2, 2, 193, 19,
          [("a", "low", 0.3324776878383739), ("d", "words", ("blue", "green"))], 0.9378238341968912, 0.8786407766990292,
          [("a", "low", 0.5158988962632916), ("a", "high", 0.924537637155969), ("d", "words", ("blue",))], 0.35233160621761656, 1.0,
          [6.367327e-18, 0.391431, 1.435962e-13]),
    Known(3, 0, 58, 41,
          [("a", "low", 0.58947921282603), ("b", "high", 857.7636860162972)], 1.0, 0.3352601156069364,
          [("a", "low", 0.6007727757672182), ("b", "high", 302.49419078100965)], 0.9827586206896551, 1.0,
          [2.059253e-24, 1.496067e-31]),
    Known(3, 1, 112, 38,
          [("a", "low", 0.4804860691673087), ("b", "high", 647.2155947776322)], 0.8392857142857143, 0.5136612021857924,
          [("a", "low", 0.5889967213175), ("b", "low", 28.123486711633117), ("b", "high", 395.8013115106257), ("c", "high", 0.9045228627607953), ("d", "words", ("blue",))], 0.22321428571428573, 1.0,
          [6.955551e-08, 1.0, 1.276935e-08, 0.3751168, 0.5133968]),
    Known(3, 2, 188, 14,
          [("a", "low", 0.2943259921575887), ("d", "words", ("blue", "green"))], 0.9521276595744681, 0.788546255506608,
          [("a", "low", 0.4227742261313135), ("c", "high", 0.8150513563240216), ("d", "words", ("blue",))], 0.4521276595744681, 1.0,
          [7.747182e-20, 0.3868452, 2.065167e-17]),
]
