"""Colours and marks: one colour and one symbol a strategy, the same on every figure, card and table.

Nine colours, each in a variant for light and one for dark paper. They were chosen so that any two
of them stay apart for readers with full colour vision and with each of the three kinds of colour
blindness (simulated after [Machado2009]; `tests/unit/test_report_palette.py` measures it), and so
that each stands out from its paper by 3 : 1. Nothing is told by colour alone: every strategy has a
symbol of its own as well.

Figures are built once, in the light colours; `dark_twin` gives the colour that stands for a light
one on dark paper, so the page can change its theme without drawing a second figure.
"""

from __future__ import annotations

from dataclasses import dataclass

PAPER = {"light": "#FFFFFF", "dark": "#121416"}
_LIGHT = ("#2F62D9", "#D1782A", "#00573C", "#A63A8C", "#2BA0CB", "#431573", "#80700F", "#9C1405", "#78838A")
_DARK = ("#63A9FA", "#F09A52", "#A6E8B8", "#C272A0", "#6FE0FB", "#8571F2", "#E4D13F", "#DC553E", "#A2A7B4")
_SYMBOLS = (
    "circle", "square", "diamond", "triangle-up", "triangle-down", "pentagon", "star", "cross", "hexagon",
)  # fmt: skip

# The outline of each symbol in a box of 12 by 12, for cards and keys outside plotly's reach.
_OUTLINES = {
    "circle": "M6 1a5 5 0 1 0 0 10a5 5 0 1 0 0-10z",
    "square": "M1.6 1.6h8.8v8.8h-8.8z",
    "diamond": "M6 .4L11.6 6L6 11.6L.4 6z",
    "triangle-up": "M6 1L11.5 10.6H.5z",
    "triangle-down": "M6 11L.5 1.4h11z",
    "pentagon": "M6 .6L11.4 4.5L9.3 10.9H2.7L.6 4.5z",
    "star": "M6 .3L7.5 4.3L11.8 4.5L8.4 7.1L9.6 11.3L6 8.9L2.4 11.3L3.6 7.1L.2 4.5L4.5 4.3z",
    "cross": "M4.2 1h3.6v3.2h3.2v3.6h-3.2v3.2h-3.6v-3.2h-3.2v-3.6h3.2z",
    "hexagon": "M6 .4L10.9 3.2V8.8L6 11.6L1.1 8.8V3.2z",
}

NEUTRAL = {
    "ink": ("#16191D", "#ECEEF0"),
    "soft": ("#59616A", "#A3ABB4"),
    "faint": ("#868E97", "#7B838C"),
    "rule": ("#DFE2E6", "#2D3238"),
    "grid": ("#ECEEF1", "#23272C"),
    "paper": ("#FFFFFF", "#121416"),
    "wash": ("#F5F6F8", "#1A1D21"),
    "distrust": ("#C22F1F", "#F0705E"),
    "deep": ("#16191E", "#121417"),
    "pale": ("#FEFEFE", "#F4F5F6"),
}
"""Ink and paper, (light, dark)."""

SHADES = (
    ("#3B424A", "#C9CED4"), ("#646C75", "#A2A9B1"), ("#8A929B", "#7E868F"), ("#AAB1B9", "#626A73"),
    ("#C5CBD1", "#4B525A"), ("#DADEE3", "#394047"), ("#E9ECEF", "#2B3036"),
)  # fmt: skip
"""Greys for the parts of a price, darkest first, (light, dark)."""


@dataclass(frozen=True)
class Mark:
    """How one strategy looks: its place in the order given decides.

    Parameters
    ----------
    light, dark : str
        Colour on light and on dark paper, ``#RRGGBB``.
    symbol : str
        Plotly's name of the symbol.
    """

    light: str
    dark: str
    symbol: str

    @property
    def outline(self) -> str:
        """SVG path of the symbol in a box of 12 by 12."""
        return _OUTLINES[self.symbol]


def outline(symbol: str) -> str:
    """Return the SVG path of a symbol in a box of 12 by 12."""
    return _OUTLINES[symbol]


def mark(index: int) -> Mark:
    """Return the mark of strategy `index`; after the ninth they begin again."""
    k = index % len(_LIGHT)
    return Mark(_LIGHT[k], _DARK[k], _SYMBOLS[k])


def neutral(name: str) -> str:
    """Return the light variant of a neutral colour."""
    return NEUTRAL[name][0]


def veil(colour: str, alpha: float) -> str:
    """Return `colour` (``#RRGGBB``) as rgba with the opacity `alpha`, the one way figures write it."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


def blend(colour: str, paper: str, share: float) -> str:
    """Return the mix of `share` of `colour` with paper, ``#RRGGBB``."""
    mixed = (round(share * int(colour[i : i + 2], 16) + (1 - share) * int(paper[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{part:02X}" for part in mixed)


def ramp(colour: str, paper: str, steps: int = 24) -> list[str]:
    """Return `steps` colours from `colour` (first) most of the way towards `paper` (last)."""
    return [blend(colour, paper, 1 - 0.72 * k / max(1, steps - 1)) for k in range(steps)]


def twins() -> dict[str, str]:
    """Return {light colour: colour that stands for it on dark paper}, solid colours only."""
    pairs = [*zip(_LIGHT, _DARK, strict=True), *NEUTRAL.values(), *SHADES]
    return dict(pairs)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two solid colours, 1 to 21 (WCAG 2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def ink_on(fill: str) -> str:
    """Return the text colour to be read best on a light-theme fill, whose twin also reads on the fill's twin."""
    wanted = [
        contrast(paint, NEUTRAL["ink"][0]) >= contrast(paint, NEUTRAL["paper"][0]) for paint in (fill, dark_twin(fill))
    ]
    names = {(True, True): "deep", (False, False): "pale", (True, False): "ink", (False, True): "paper"}
    return NEUTRAL[names[wanted[0], wanted[1]]][0]


def dark_twin(colour: str) -> str:
    """Return the dark variant of a colour written by this module; others come back unchanged."""
    known = twins()
    if colour in known:
        return known[colour]
    if colour.startswith("rgba("):
        red, green, blue, alpha = colour[5:-1].split(",")
        solid = f"#{int(red):02X}{int(green):02X}{int(blue):02X}"
        return veil(known[solid], float(alpha)) if solid in known else colour
    return colour
