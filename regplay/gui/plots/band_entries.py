"""What the legends say of networks thinned by dropout, and of how far they scatter."""

from collections.abc import Sequence

from regplay.gui.plots.bands import FEW, band_colors
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.surface_colors import UNSURE
from regplay.gui.theme import Colors, mix

_TEXT = "dropout band ±1, ±2 σ"
_SHORT = "dropout ±σ"


def band_entry(colors: Colors, curves: Sequence[str]) -> Entry:
    """Of bands around curves of these colours."""
    text = _TEXT if len(curves) <= FEW else "dropout band ±1 σ"
    tip = f"{text}: how far networks thinned by dropout scatter around their mean"
    _, shade = band_colors(colors, curves[-1])
    return Entry("band", text, shade, short=_SHORT, tip=tip)


def thinned_entry(color: str) -> Entry:
    """Of lines of single networks."""
    tip = "single networks with units dropped, as in one training step"
    return Entry("thin", "thinned", color, tip=tip)


def unsure_entry(colors: Colors) -> Entry:
    """Of a shade over a surface of classes."""
    tip = (
        f"{_TEXT}: shaded where these of networks thinned by dropout, around their mean "
        "probabilities, overlap, so that single units decide the class"
    )
    shade = mix(colors.background, colors.foreground, UNSURE)
    return Entry("band", _TEXT, shade, short=_SHORT, tip=tip)


def dots_entry(colors: Colors, full: float) -> Entry:
    """Of dots over a surface of values that touch at a standard deviation `full`."""
    tip = (
        "dropout σ: the larger a dot, the further networks thinned by dropout scatter; dots "
        f"touch at {full:.2g}"
    )
    return Entry("circle", "dropout σ", colors.muted, tip=tip)
