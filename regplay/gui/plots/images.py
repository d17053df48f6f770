"""Points that are pictures, such as handwritten digits, drawn as what they are."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter

from regplay.core.datasets import Floats
from regplay.gui.theme import Colors, mix

_LEVELS = 64  # shades from paper to ink
_GAP = 2.0  # px between two images


@lru_cache(maxsize=4)
def _inks(colors: Colors) -> NDArray[np.uint32]:
    """From paper to ink, as 0xAARRGGBB."""
    shades = [mix(colors.background, colors.foreground, k / (_LEVELS - 1)) for k in range(_LEVELS)]
    return np.array([QColor(shade).rgb() for shade in shades], dtype=np.uint32)


def paint_image(painter: QPainter, place: QRectF, pixels: Floats, colors: Colors) -> None:
    """Draw the pixels [side²] of a square image, row by row; 0 is paper, the largest is ink."""
    side = math.isqrt(len(pixels))
    levels = pixels / max(float(pixels.max()), 1e-9) * (_LEVELS - 1)
    table = _inks(colors)[levels.round().clip(0, _LEVELS - 1).astype(int).reshape(side, side)]
    image = QImage(table.data, side, side, 4 * side, QImage.Format.Format_RGB32)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(place, image)  # before `table`, which the image looks into, is gone


def paint_images(
    painter: QPainter, area: QRectF, images: Floats, columns: int, colors: Colors
) -> None:
    """Draw images [n, side²] in rows of so many, from the upper left corner of an area."""
    cell = area.width() / columns
    for index, pixels in enumerate(images):
        down, across = divmod(index, columns)
        place = QPointF(area.left() + across * cell, area.top() + down * cell)
        paint_image(painter, QRectF(place, QSizeF(cell - _GAP, cell - _GAP)), pixels, colors)
