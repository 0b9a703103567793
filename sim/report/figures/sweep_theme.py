"""Colours by value for heat maps and parallel coordinates, on light and on dark paper.

One scale for amounts of one sign, pale to deep; one with grey at zero where an outcome takes both signs, orange below
and blue above, which all kinds of colour vision tell apart. The palest step still stands out from its paper, so that
lines can be drawn in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Scale = list[list[Any]]

_ONE_SIGN = (("#C3D0EC", "#2A3757"), ("#7D9CE4", "#3A62B4"), ("#2F62DA", "#63A9FB"), ("#17387F", "#A9D0FD"), ("#0A1F50", "#E9F3FF"))
_TWO_SIGNS = (("#8A3A06", "#FFC08A"), ("#D98B4B", "#D07A34"), ("#CDD1D6", "#4A5159"), ("#6E93E8", "#4F86DA"), ("#153C99", "#B5D6FF"))


def scale_twins() -> dict[str, str]:
    """Return {light colour: colour that stands for it on dark paper} of both scales."""
    return dict((*_ONE_SIGN, *_TWO_SIGNS))


def colour_scale(values: Floats) -> tuple[Scale, float, float]:
    """Return (plotly's colour scale in light colours, value of its low end, of its high end).

    Parameters
    ----------
    values : float64
        What is to be coloured; with both signs the scale is symmetric about zero.
    """
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    both = low < 0 < high and min(-low, high) > 0.02 * max(-low, high)
    if both:
        low, high = -max(-low, high), max(-low, high)
    elif low == high:
        low, high = low - 0.5, high + 0.5
    return steps(both=both), low, high


def steps(*, both: bool) -> Scale:
    """Return plotly's colour scale, light colours."""
    colours = _TWO_SIGNS if both else _ONE_SIGN
    return [[k / (len(colours) - 1), light] for k, (light, _) in enumerate(colours)]
