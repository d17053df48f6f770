"""A picture without its ground: what stands on that, and how much of it shows through."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from regplay.core.arrays import Flags, Singles

_REACH = 2  # px from the ground, within which the edges of lines and letters lie
_ROUNDED = 2  # of 255
_NOISE = 16  # of 255, by which a blend of two colours may differ from one: it is rounded


def without_ground(image: QImage, ground: QColor) -> QImage:
    """A picture that is transparent where it has a colour, and in part at the edges of the rest.

    Lines and letters are blended with the ground at their edges. What stands there is taken to have
    the colour of the pixel beside it that is furthest from the ground: over another ground it then
    has no fringe.

    Returns
    -------
    In the format ARGB32. Over the ground it looks like `image`.
    """
    found = image.convertToFormat(QImage.Format.Format_ARGB32)
    height, width = found.height(), found.width()
    pixels = np.frombuffer(found.bits(), np.uint32).reshape(height, width)
    away = _away(pixels, ground)
    is_ground = away <= _ROUNDED  # but for what is rounded where it was blended with itself
    edge = np.nonzero(_near(is_ground, _REACH) & _near(~is_ground, 1))
    places = (edge[0] + 1) * (width + 2) + edge[1] + 1  # with a border around, which is ground
    beside = np.add.outer([-width - 2, 0, width + 2], [-1, 0, 1]).ravel()
    furthest = np.pad(away, 1).ravel()[places + beside[:, None]].argmax(axis=0)  # of [9, n]
    bordered = np.pad(pixels, 1, constant_values=ground.rgba()).ravel()
    inks, base = bordered[places + beside[furthest]], _colors(np.array([ground.rgba()], np.uint32))
    ink, seen = _colors(inks) - base, _colors(bordered[places]) - base  # [3, n]
    share = np.minimum((seen * ink).sum(axis=0) / (ink * ink).sum(axis=0), 1.0)
    is_blend = np.abs(seen - share * ink).max(axis=0) <= _NOISE
    blended = inks & 0xFFFFFF | np.round(255 * share).astype(np.uint32) << 24
    pixels[is_ground] = 0
    pixels[edge[0][is_blend], edge[1][is_blend]] = blended[is_blend]
    return found


def _away(pixels: NDArray[np.uint32], color: QColor) -> NDArray[np.uint8]:
    """How far each is from a colour, from 0 to 255: in the channel where that is most."""
    found = np.zeros(pixels.shape, np.uint8)
    for shift, level in ((0, color.blue()), (8, color.green()), (16, color.red())):
        channel = (pixels >> shift).astype(np.uint8)
        difference = np.maximum(channel, level) - np.minimum(channel, level)
        np.maximum(found, difference, out=found)
    return found


def _colors(pixels: NDArray[np.uint32]) -> Singles:
    """Blue, green and red [3, ...], from 0 to 255."""
    return np.stack([pixels >> shift & 255 for shift in (0, 8, 16)]).astype(np.float32)


def _near(flags: Flags, distance: int) -> Flags:
    """Where a flag is set at most so many rows and columns away."""
    found = flags.copy()
    for shift in range(1, distance + 1):
        found[shift:] |= flags[:-shift]
        found[:-shift] |= flags[shift:]
    across = found.copy()
    for shift in range(1, distance + 1):
        found[:, shift:] |= across[:, :-shift]
        found[:, :-shift] |= across[:, shift:]
    return found
