"""Names, colours and sizes that the pictures of a network share."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtGui import QColor

from regplay.gui.plots.ranges import LARGEST, nice_step
from regplay.gui.theme import Colors, mix

_LEVELS = 255  # odd, so that 0 has a level of its own: the background
# From the first layer to the last, each clear of a white and of a dark ground.
_LAYERS_LIGHT = ("#46327e", "#1f78b4", "#1a9e74", "#b08a00")
_LAYERS_DARK = ("#a58bf0", "#56b4e9", "#54d8a0", "#f2d543")


class Magnitude:
    """A nice number that no absolute value seen so far exceeds.

    It grows by steps of a factor of 2 or 2.5 and never shrinks, so that a picture rests while its
    numbers move, and numbers that shrink are seen to.

    Attributes
    ----------
    value
        1, 2, 2.5 or 5 × 10ᵏ; 1 before anything but 0 was seen.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Start anew with the next `cover`."""
        self.value, self._seen = 1.0, 0.0

    def cover(self, values: ArrayLike) -> None:
        """Grow until it holds `values` too; those that are not finite are ignored."""
        sizes = np.abs(np.asarray(values))
        # The maximum alone is enough for nearly every call.
        largest = float(sizes.max(initial=0.0))
        if not np.isfinite(largest):
            largest = float(sizes[np.isfinite(sizes)].max(initial=0.0))
        largest = min(largest, LARGEST)
        if largest > self._seen and largest > 1e-30:
            self._seen = largest
            self.value = nice_step(largest)


def layer_name(index: int, count: int) -> str:
    """What a layer of weights is called: `layer 1` leads into the first hidden layer."""
    return "output" if index == count - 1 else f"layer {index + 1}"


def layer_color(index: int, count: int, colors: Colors) -> str:
    """One colour a layer, along a ramp from the first to the last."""
    ramp = _LAYERS_DARK if colors.dark else _LAYERS_LIGHT
    place = index / max(count - 1, 1) * (len(ramp) - 1)
    lower = min(int(place), len(ramp) - 2)
    return mix(ramp[lower], ramp[lower + 1], place - lower)


def sign_color(value: float, colors: Colors) -> str:
    """The colour of positive and that of negative numbers."""
    return colors.valid if value < 0 else colors.train


def signed_table(colors: Colors) -> NDArray[np.uint32]:
    """Colours from −1 over 0 (the background) to 1, as 0xAARRGGBB; for `signed_levels`."""
    places = np.linspace(-1, 1, _LEVELS)
    mixed = [mix(colors.background, sign_color(p, colors), abs(p)) for p in places]
    return np.array([QColor(color).rgb() for color in mixed], dtype=np.uint32)


def signed_levels(values: NDArray[np.float32], largest: float) -> NDArray[np.intp]:
    """Which colour of `signed_table` each value in ±`largest` has; NaN has that of 0."""
    with np.errstate(all="ignore"):
        scaled = np.nan_to_num(values / largest, nan=0.0, posinf=1.0, neginf=-1.0).clip(-1, 1)
    levels: NDArray[np.intp] = np.rint((scaled + 1) * (_LEVELS // 2)).astype(np.intp)
    return levels


def number(value: float) -> str:
    """Three digits, with a true minus sign."""
    return f"{value:.3g}".replace("-", "−")
